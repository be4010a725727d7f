"""Boundaries: the areas of partners and councils, as a user added them from a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from psnplanner.programme.record import Record, RecordId, link, text, yes_no

BOUNDARY_KINDS = ("partner", "council", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary(Record):
    """An area drawn behind the sites.

    `geometry` is a GeoJSON geometry (WGS84 degrees); `source` the file it came from; `colour`
    as #rrggbb, or none for the map's own.
    """

    ENTITY: ClassVar[str] = "boundary"
    ENTITY_NUMBER: ClassVar[int] = 11

    name: str = text(1)
    kind: str = text(2, choices=BOUNDARY_KINDS)
    partner: RecordId | None = link(3)
    geometry: str = text(4)
    source: str = text(5)
    shown: bool = yes_no(6, True)
    colour: str = text(7)
