"""Saved views: a filter, columns and an order that people want again, under a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from psnplanner.programme.record import Record, text


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView(Record):
    """A view of the sites, kept with the programme. `settings` are JSON, the window's own."""

    ENTITY: ClassVar[str] = "saved_view"
    ENTITY_NUMBER: ClassVar[int] = 12

    name: str = text(1)
    settings: str = text(2)
