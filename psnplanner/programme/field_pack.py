"""Field packs: what was handed to a surveyor, and the key that proves what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from psnplanner.programme.record import Record, RecordId, day, links, text


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPack(Record):
    """A pack made for one person: its sites, until when it is good, and the return's key.

    `key` (hex) authenticates the return; `base` is what the programme knew when it was made, as
    the journal's vector in JSON. The pack holds this record too, and of no other pack.
    """

    ENTITY: ClassVar[str] = "field_pack"
    ENTITY_NUMBER: ClassVar[int] = 20

    person: str = text(1)
    made_on: date | None = day(2)
    expires_on: date | None = day(3)
    key: str = text(4)
    base: str = text(5)
    sites: tuple[RecordId, ...] = links(6)
    form: str = text(7, choices=("pack", "sheet"))
