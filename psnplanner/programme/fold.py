"""Folding a stream of changes into the state they add up to: replay, and as-at any day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from psnplanner.programme.change import CREATED, DELETED, Change
from psnplanner.programme.record import Record, RecordId, fields_of
from psnplanner.programme.state import RECORD_TYPES, State

Values = dict[str, Any]


def fold(changes: Iterable[Change]) -> State:
    """The state that these changes add up to, the last one on a field winning.

    A change to a record that is not there by then is passed over: its creation counts from a
    later day. A stage whose site is not there yet is left out for the same reason.
    """
    tables: dict[str, dict[RecordId, Values]] = {entity: {} for entity in RECORD_TYPES}
    for change in changes:
        table = tables.get(change.entity)
        if table is not None:
            _apply(table, change)
    built = {entity: _records(entity, table) for entity, table in tables.items()}
    for entity in ("stage", "wayleave", "override"):
        built[entity] = {
            ident: record
            for ident, record in built[entity].items()
            if getattr(record, "site", None) in built["site"]
        }
    return State(built)


def _apply(table: dict[RecordId, Values], change: Change) -> None:
    if change.field == CREATED:
        table[change.record] = dict(change.new)
    elif change.field == DELETED:
        table.pop(change.record, None)
    elif (values := table.get(change.record)) is not None:
        values[change.field] = change.new


def _records(entity: str, table: Mapping[RecordId, Values]) -> dict[RecordId, Record]:
    kind = RECORD_TYPES[entity]
    known = fields_of(kind)
    return {
        ident: kind(id=ident, **{name: v for name, v in values.items() if name in known})
        for ident, values in table.items()
    }
