"""The board pack as a PDF."""

from __future__ import annotations

from psnplanner.board.picture import picture
from psnplanner.board.snapshot import Pack


def document(pack: Pack) -> bytes:
    """The pack as PDF."""
    return picture(pack, "pdf")
