"""The state that the journal comes to, read by columns: what `stream` says, folded, but quicker.

Most records of a journal are created once and never changed in it (each stage of each site): of
those a field is decoded for all records at once. The others are followed change by change.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from itertools import repeat
from typing import Any

from psnplanner.file.database import Database
from psnplanner.file.journal_events import CREATES, DELETES, FIELDS, KINDS, unbundle
from psnplanner.file.journal_reading import Counted, counted
from psnplanner.file.tables import from_sql, parsed
from psnplanner.programme.record import ID_BYTES, Field, Record, RecordId, decode, fields_of
from psnplanner.programme.state import RECORD_TYPES, State

_Table = dict[RecordId, int | dict[str, Any]]
"""Of each record the place of the event that made it, if that is all; else its values so far."""


def state_of(
    db: Database,
    until: date | None = None,
    recorded_by: datetime | None = None,
    known: Mapping[int, int] | None = None,
) -> State:
    """What `fold(stream(...))` gives. Raises ValueError or TypeError for what is no record."""
    events = counted(db, until, recorded_by, known)
    tables: dict[int, _Table] = {number: {} for number in KINDS}
    for at, (ent, row, fld, _, counts) in enumerate(events):
        table = tables.get(ent)
        if table is None:
            continue  # a newer version's
        if fld == CREATES and counts and row not in table:
            table[row] = at
        else:
            _follow(table, events, at)
    return State({
        entity: _records(kind, tables[kind.ENTITY_NUMBER], events)
        for entity, kind in RECORD_TYPES.items()
    })  # fmt: skip


def _follow(table: _Table, events: Sequence[Counted], at: int) -> None:
    """Take in an event of a record that has others."""
    ent, row, fld, val, counts = events[at]
    values = table.get(row)
    if isinstance(values, int):
        values = table[row] = unbundle(ent, events[values][3])
    if fld == CREATES:
        made = unbundle(ent, val)
        if not counts:  # only which record it is
            made = {name: made[name] for name in KINDS[ent].IDENTITY if name in made}
        # Two copies may have begun what has a derived id: each gives the fields it knew.
        table[row] = made if values is None else {**values, **made}
    elif fld == DELETES:
        table.pop(row, None)
    elif values is not None and (field := FIELDS[ent].get(fld)) is not None:
        values[field.name] = from_sql(field.kind, val)


def _records(
    kind: type[Record], table: _Table, events: Sequence[Counted]
) -> dict[RecordId, Record]:
    if set(map(len, table)) - {ID_BYTES}:
        raise ValueError("a record without an id")
    untouched = {ident: at for ident, at in table.items() if isinstance(at, int)}
    bundles = _bundles([events[at][3] for at in untouched.values()])
    made = _built(kind, list(untouched), _columns(kind, bundles))
    if len(made) == len(table):
        return dict(zip(table, made, strict=True))
    one = iter(made)
    return {
        ident: next(one) if isinstance(values, int) else kind(id=ident, **values)
        for ident, values in table.items()
    }


def _bundles(texts: Sequence[str]) -> list[dict[str, Any]]:
    """What creations keep, all parsed at once: one by one takes twice as long."""
    try:
        found = json.loads(f"[{','.join(texts)}]")
    except (ValueError, TypeError, RecursionError):
        found = []
    if len(found) != len(texts):  # one is damaged: which?
        found = [parsed(text) for text in texts]
    if any(type(bundle) is not dict for bundle in found):
        raise ValueError("a creation that does not hold a record")
    return list(found)


def _columns(kind: type[Record], bundles: Sequence[dict[str, Any]]) -> dict[str, Sequence[Any]]:
    """The values of each field that any creation keeps: its default in those that do not."""
    known = FIELDS[kind.ENTITY_NUMBER]
    columns = {}
    for key in set[str]().union(*bundles):
        field = known.get(int(key))  # what is no number is damage, and raises
        if field is not None:
            missing = field.default
            columns[field.name] = _decoded(field, [found.get(key, missing) for found in bundles])
    return columns


def _decoded(field: Field, column: Sequence[Any]) -> Sequence[Any]:
    sorts = set(map(type, column))
    if sorts <= _AS_KEPT.get(field.kind, set()) | {type(None)}:
        return column
    if sorts <= {str, type(None)}:  # days and ids: of thousands, few are different
        meant = {text: decode(field.kind, text) for text in set(column)}
        return [meant[text] for text in column]
    return [decode(field.kind, value) for value in column]


_AS_KEPT: dict[str, set[type]] = {"text": {str}, "whole": {int}, "yes_no": {bool}}
"""The types of values that JSON keeps as they are, by kind of field."""


def _built(
    kind: type[Record], idents: Sequence[RecordId], columns: Mapping[str, Sequence[Any]]
) -> list[Record]:
    """Records of columns, a field set in all of them at a time.

    A frozen dataclass's own __init__ looks each field of each record up by its name, which for
    100,000 records takes as long as all else there is to do to rebuild a day.
    """
    made = [kind.__new__(kind) for _ in idents]
    deque(map(_setter(kind, "id"), made, idents), maxlen=0)
    for name, field in fields_of(kind).items():
        column = columns[name] if name in columns else repeat(field.default)
        deque(map(_setter(kind, name), made, column), maxlen=0)
    return made


def _setter(kind: type[Record], name: str) -> Callable[[Record, Any], None]:
    found: Callable[[Record, Any], None] = getattr(kind, name).__set__
    return found
