"""Folding a stream of changes into the state they add up to: replay, and as-at any day."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from psnplanner.programme.change import CREATED, DELETED, Change
from psnplanner.programme.record import Record, RecordId, fields_of
from psnplanner.programme.site import StageRecord, Wayleave
from psnplanner.programme.stage import IN_PROGRESS
from psnplanner.programme.state import RECORD_TYPES, State

Values = dict[str, Any]


def fold(changes: Iterable[Change]) -> State:
    """The state that these changes add up to, the last one on a field winning.

    A change to a record that is not there by then is passed over.
    """
    tables: dict[str, dict[RecordId, Values]] = {entity: {} for entity in RECORD_TYPES}
    for change in changes:
        table = tables.get(change.entity)
        if table is not None:
            _apply(table, change)
    return State({entity: _records(entity, table) for entity, table in tables.items()})


def as_at(found: State, day: date) -> State:
    """The programme as it stood on a day, of what the changes that count by then add up to.

    Left out: stages and wayleaves of sites that are not there yet, and what is now known to
    have been done on a later day (its date was corrected since).
    """
    sites = found.sites
    stages = {
        ident: standing
        for ident, record in found.tables["stage"].items()
        if isinstance(record, StageRecord)
        and record.site in sites
        and (standing := _by(record, day)) is not None
    }
    wayleaves = {
        ident: record
        for ident, record in found.wayleaves.items()
        if record.site in sites and record != Wayleave(id=ident, site=record.site)
    }
    return State({**found.tables, "stage": stages, "wayleave": wayleaves})


def _by(record: StageRecord, day: date) -> StageRecord | None:
    """A stage as it stood: one done later was at most in progress, or not begun."""
    if record.actual_on is None or record.actual_on <= day:
        return record if record.state else None
    if record.started_on is not None and record.started_on <= day:
        return dataclasses.replace(record, state=IN_PROGRESS, actual_on=None)
    return None


def _apply(table: dict[RecordId, Values], change: Change) -> None:
    if change.field == CREATED:
        # Two copies may have begun what has a derived id: each gives the fields it knew.
        values = table.get(change.record)
        table[change.record] = dict(change.new) if values is None else {**values, **change.new}
    elif change.field == DELETED:
        table.pop(change.record, None)
    elif (values := table.get(change.record)) is not None:
        values[change.field] = change.new


def _records(entity: str, table: Mapping[RecordId, Values]) -> dict[RecordId, Record]:
    kind = RECORD_TYPES[entity]
    known = frozenset(fields_of(kind))
    return {
        ident: kind(id=ident, **(values if known.issuperset(values) else _of(values, known)))
        for ident, values in table.items()
    }


def _of(values: Values, known: Iterable[str]) -> Values:
    return {name: values[name] for name in known if name in values}
