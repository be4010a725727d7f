"""Baselines: the plan as it was approved, by its place in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from psnplanner.programme.record import Record, day, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline(Record):
    """An approved plan under a name.

    It is the programme as this `position` of the journal knew it ({device: transactions} in
    JSON), as at the day `as_at` where one is given. Baselines are never altered: a new approval
    is a new baseline, and the last one approved is the one that progress is measured against.
    """

    ENTITY: ClassVar[str] = "baseline"
    ENTITY_NUMBER: ClassVar[int] = 22

    name: str = text(1)
    position: str = text(2)
    as_at: date | None = day(3)
    approved_on: date | None = day(4)
    by: str = text(5)
    note: str = text(6)
