"""An open programme: the one place that wires the parts together, a room for each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from psnplanner.board import sections as board_sections
from psnplanner.session.backups import Backups
from psnplanner.session.beginning import DEFAULT_GO_LIVE, DEFAULT_START, new_programme
from psnplanner.session.door import Happened, Progress
from psnplanner.session.hub import Syncing
from psnplanner.session.lists import Lists
from psnplanner.session.plans import Plans
from psnplanner.session.snapshots import Snapshots

if TYPE_CHECKING:
    from psnplanner.errors import UserError
    from psnplanner.file.repair import Salvage

__all__ = [
    "DEFAULT_GO_LIVE", "DEFAULT_START", "SNAPSHOT_SECTIONS", "Happened", "Progress", "Session",
    "examine", "new_programme", "repair",
]  # fmt: skip

SNAPSHOT_SECTIONS = board_sections.SECTIONS
"""Headings of the sections a snapshot can have, by their keys, in their order."""


class Session(Backups, Snapshots, Syncing, Plans, Lists):
    """An open programme. `state` is replaced by each edit, never altered.

    Make one with `create` or `open`; `close` it, or use it as a context manager.
    """


def repair(path: Path, out: Path) -> Salvage:
    """Save what can be saved of a damaged programme into a new file; see `file.repair`."""
    from psnplanner.file import repair

    return repair.repair(path, out)


def examine(path: Path, refused: UserError, progress: Progress | None = None) -> list[str]:
    """What is wrong with a file that does not open, in sentences; see `file.verify`.

    Raises `refused`, what opening it said, where nothing can be said of it at all.
    """
    from psnplanner.file.verify import examine as look_at

    return look_at(path, refused, progress)
