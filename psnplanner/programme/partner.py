"""Partners: the organisations whose buildings are connected, and their compliance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from psnplanner.programme.record import Record, RecordId, day, link, text, yes_no

PARTNER_KINDS = ("council", "police", "fire", "health", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner(Record):
    """An organisation that owns or uses sites; a *joiner* may connect after go-live."""

    ENTITY: ClassVar[str] = "partner"
    ENTITY_NUMBER: ClassVar[int] = 2

    name: str = text(1)
    kind: str = text(2)
    joiner: bool = yes_no(3)
    contact: str = text(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate(Record):
    """A partner's network compliance certificate, valid on both its days and all between."""

    ENTITY: ClassVar[str] = "certificate"
    ENTITY_NUMBER: ClassVar[int] = 8

    partner: RecordId | None = link(1)
    valid_from: date | None = day(2)
    valid_to: date | None = day(3)
    reference: str = text(4)

    def covers(self, on: date) -> bool:
        """Whether the certificate is valid on that day; an open end is valid for ever."""
        starts, ends = self.valid_from or date.min, self.valid_to or date.max
        return starts <= on <= ends
