"""Photographs of sites: what is known of each; the pictures are kept by their hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from psnplanner.programme.record import Position, Record, RecordId, day, link, place, text, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Photograph(Record):
    """A photograph of a site. `digest` is the SHA-256 of its bytes, in hex; `size` their number.

    `position` and `taken_on` are what the camera noted in it, if it did.
    """

    ENTITY: ClassVar[str] = "photograph"
    ENTITY_NUMBER: ClassVar[int] = 13

    site: RecordId | None = link(1)
    digest: str = text(2)
    media_type: str = text(3)
    size: int | None = whole(4)
    caption: str = text(5)
    by: str = text(6)
    taken_on: date | None = day(7)
    position: Position | None = place(8)
    file_name: str = text(9)
