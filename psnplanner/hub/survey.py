"""What a surveyor's file holds: the records that row-level security lets through, as they stand."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping
from json import loads
from typing import Any

from psnplanner.hub.connection import Connection
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Record, RecordId, decode, fields_of
from psnplanner.programme.site import Site
from psnplanner.programme.state import RECORD_TYPES, Programme, State

_KINDS = {kind.ENTITY_NUMBER: kind for kind in RECORD_TYPES.values()}


def handed_out(connection: Connection) -> State:
    """All records that this user may see, without the values that cannot be read.

    Links to what is of no concern to a surveyor are left out, as in a field pack.
    """
    values: dict[tuple[int, RecordId], dict[int, Any]] = {}
    for ent, record, fld, val in connection.execute("SELECT ent, record, fld, val::text FROM slot"):
        # Read here, and not by the driver: one value that cannot be leaves the rest.
        with contextlib.suppress(*_UNREADABLE):
            values.setdefault((ent, record.bytes), {})[fld] = None if val is None else loads(val)
    tables: dict[str, dict[RecordId, Record]] = {entity: {} for entity in RECORD_TYPES}
    for (ent, ident), given in sorted(values.items()):
        kind = _KINDS.get(ent)
        if kind is not None and 0 in given:
            with contextlib.suppress(*_UNREADABLE):
                tables[kind.ENTITY][ident] = _alone(_record(kind, ident, given))
    return State(tables)


_UNREADABLE = (
    ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError, RecursionError,
)  # fmt: skip
"""What reading raises for what somebody wrote by other means than this program."""


def _record(kind: type[Record], ident: RecordId, given: Mapping[int, Any]) -> Record:
    values = {}
    for field in fields_of(kind).values():
        # Nothing in a field that always has something is no value either: its default is.
        if given.get(field.number) is not None:
            with contextlib.suppress(*_UNREADABLE):
                values[field.name] = decode(field.kind, given[field.number])
    return kind(id=ident, **values)


def _alone(record: Record) -> Record:
    if isinstance(record, Site):
        return dataclasses.replace(record, distinct_from=())
    if isinstance(record, Phase):
        return dataclasses.replace(record, base=None)
    if isinstance(record, Programme):
        return dataclasses.replace(record, list_columns=())
    return record
