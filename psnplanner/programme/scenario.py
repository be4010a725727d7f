"""Scenarios: a "what if" under a name, kept with the programme to be compared with others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from psnplanner.programme.record import Record, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario(Record):
    """A what-if. `settings` are JSON, read by `planning/scenario.py`."""

    ENTITY: ClassVar[str] = "scenario"
    ENTITY_NUMBER: ClassVar[int] = 31

    name: str = text(1)
    settings: str = text(2)
    note: str = text(3)
