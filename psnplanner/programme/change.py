"""Changes and transactions: the one stream that everything else is read from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from psnplanner.programme.record import Record, RecordId, fields_of, values_of

CREATED = "+"
"""The `field` of a change that brings a record into being; `new` holds its values."""

DELETED = "-"
"""The `field` of a change that removes a record; `old` holds its values."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one record going from `old` to `new`, or a record appearing or vanishing."""

    entity: str
    record: RecordId
    field: str
    old: Any
    new: Any

    def inverse(self) -> Change:
        """The change that takes this one back.

        The removal of what was not there (a settlement that leaves it so) took nothing.
        """
        if self.field == DELETED and not self.old:
            return self
        field = {CREATED: DELETED, DELETED: CREATED}.get(self.field, self.field)
        return Change(self.entity, self.record, field, self.new, self.old)


@dataclass(frozen=True, slots=True)
class Transaction:
    """All the changes of one action, as the journal tells them.

    `device` and `number` name it on every copy; `effective_on` is the day it counts from,
    `recorded_at` the instant (UTC) it was made, `received_at` that at which this copy learnt it;
    `undo_of` names the transaction it takes back.
    """

    device: int
    number: int
    author: str
    kind: str
    label: str
    effective_on: date
    recorded_at: datetime
    undo_of: tuple[int, int] | None = None
    changes: tuple[Change, ...] = ()
    count: int = 0
    received_at: str = ""

    @property
    def key(self) -> tuple[int, int]:
        """(device, number): the name of this transaction on every copy."""
        return self.device, self.number


class Dated(NamedTuple):
    """A change with its place in the order of the clock and the day it counts from.

    `stamp` is (clock, device, place in this copy's journal).
    """

    stamp: tuple[int, int, int]
    effective_on: date
    change: Change


def creation(record: Record) -> Change:
    """The change that brings this record into being."""
    return Change(record.ENTITY, record.id, CREATED, None, values_of(record))


def deletion(record: Record) -> Change:
    """The change that removes this record."""
    return Change(record.ENTITY, record.id, DELETED, values_of(record), None)


def difference(record: Record, values: Mapping[str, Any]) -> list[Change]:
    """The changes that give a record these values; fields that already hold them have none.

    Raises KeyError for a name that is no field of the record.
    """
    known = fields_of(type(record))
    result = []
    for name, new in values.items():
        old = getattr(record, known[name].name)
        if old != new:
            result.append(Change(record.ENTITY, record.id, name, old, new))
    return result


def inverse(changes: Iterable[Change]) -> list[Change]:
    """The changes that take these back, last first."""
    return [change.inverse() for change in reversed(list(changes))]


def coalesced(changes: Iterable[Change]) -> list[Change]:
    """One change a field: a transaction keeps where each field began and where it ended.

    A field set on a record that the same transaction creates becomes part of the creation.
    """
    merged: dict[tuple[RecordId, str], Change] = {}
    cancelled = set()
    for change in changes:
        slot = (change.record, change.field)
        made = merged.get((change.record, CREATED))
        if made is not None and change.field not in (CREATED, DELETED):
            slot = (change.record, CREATED)
            values = {**made.new, change.field: change.new}
            change = Change(change.entity, change.record, CREATED, made.old, values)
        earlier = merged.get(slot)
        old = earlier.old if earlier else change.old
        if earlier:
            change = Change(change.entity, change.record, change.field, old, change.new)
        merged[slot] = change
        if earlier and change.field not in (CREATED, DELETED) and old == change.new:
            cancelled.add(slot)
        else:
            cancelled.discard(slot)
    return [change for slot, change in merged.items() if slot not in cancelled]
