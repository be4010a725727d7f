"""Wishes: what the manager wants of a plan beyond its rules, kept with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from psnplanner.programme.record import Record, RecordId, day, links, text

NOT_BEFORE, NOT_AFTER, TOGETHER, APART = "not before", "not after", "together", "apart"
WISH_KINDS = (NOT_BEFORE, NOT_AFTER, TOGETHER, APART)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish(Record):
    """A wish about sites: when their phase may start or end, or which share a phase.

    "not before": no phase of theirs starts earlier than `on`. "not after": none ends later.
    "together": all in one phase. "apart": no two in the same one.
    """

    ENTITY: ClassVar[str] = "wish"
    ENTITY_NUMBER: ClassVar[int] = 30

    kind: str = text(1, choices=WISH_KINDS)
    sites: tuple[RecordId, ...] = links(2)
    on: date | None = day(3)
    reason: str = text(4)
