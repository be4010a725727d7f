"""Issued snapshots: what was handed to whom, and how to write it again, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from psnplanner.programme.record import Record, day, text

INTERNAL = "internal"
AUDIENCES = (INTERNAL, "board", "public")
"""Who a snapshot is for, from those who may see most to those who may see least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedSnapshot(Record):
    """One snapshot as it was issued. `issued_at` and `recorded_by` are instants, ISO 8601, UTC.

    `position` is how much of the journal it was drawn from ({device: transactions} in JSON);
    `as_at` the past day it was rebuilt for, if any, and `drawn_on` the day of its figures.
    `form` is the kind of file, `sections` their keys with commas between (empty: all), `extra`
    what it shows beyond the journal (forecast, joiners) in JSON, `digest` the SHA-256 in hex.
    """

    ENTITY: ClassVar[str] = "issued_snapshot"
    ENTITY_NUMBER: ClassVar[int] = 21

    issued_at: str = text(1)
    by: str = text(2)
    audience: str = text(3, choices=AUDIENCES)
    form: str = text(4)
    as_at: date | None = day(5)
    drawn_on: date | None = day(6)
    position: str = text(7)
    recorded_by: str = text(8)
    title: str = text(9)
    sections: str = text(10)
    paper: str = text(11)
    extra: str = text(12)
    digest: str = text(13)
    file_name: str = text(14)
