"""Phases: planned tranches of sites, and the windows in which no work is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from psnplanner.programme.record import Record, RecordId, day, link, quantity, text, whole, yes_no


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase(Record):
    """A tranche of sites. The window includes both days; capacity in crew-days."""

    ENTITY: ClassVar[str] = "phase"
    ENTITY_NUMBER: ClassVar[int] = 4

    name: str = text(1)
    starts_on: date | None = day(2)
    ends_on: date | None = day(3)
    capacity_days: float | None = quantity(4)
    order: int | None = whole(5)
    base: RecordId | None = link(6)
    locked: bool = yes_no(7)
    note: str = text(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedWindow(Record):
    """Days (both included) without work at sites of a kind ("" = all) or of one partner.

    The kind may name an access type as well ("School, new dig"): see `working_days.applies`.
    """

    ENTITY: ClassVar[str] = "closed_window"
    ENTITY_NUMBER: ClassVar[int] = 9

    name: str = text(1)
    starts_on: date | None = day(2)
    ends_on: date | None = day(3)
    kind: str = text(4)
    partner: RecordId | None = link(5)
