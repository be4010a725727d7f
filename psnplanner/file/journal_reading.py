"""What is read from the journal: transactions, changes in their order, and what overtook what."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from psnplanner.file.clock import instant
from psnplanner.file.connection import rows
from psnplanner.file.database import Database
from psnplanner.file.journal import TXN
from psnplanner.file.journal_events import (
    CREATES,
    DELETES,
    FIELDS,
    KINDS,
    identity_only,
    plain_change,
    unbundle,
)
from psnplanner.file.journal_knowledge import vector_text
from psnplanner.file.tables import from_sql
from psnplanner.programme.change import CREATED, DELETED, Change, Dated, Transaction
from psnplanner.programme.record import RecordId, fields_of
from psnplanner.programme.state import RECORD_TYPES


def headers(db: Database, after: int = 0) -> list[Transaction]:
    """Every transaction that arrived after that one, without its changes, in that order."""
    sql = f"SELECT {TXN} FROM txn WHERE arr > ? ORDER BY arr"
    return [_transaction(row) for row in rows(db, sql, after)]


def _transaction(row: tuple[Any, ...], changes: tuple[Change, ...] = ()) -> Transaction:
    (
        hlc,
        dev,
        n,
        author,
        kind,
        label,
        effective_on,
        undo_of,
        _first,
        count,
        _ctx,
        _hash,
        received,
    ) = row
    undone = tuple(int(part) for part in undo_of.split(".")) if undo_of else None
    return Transaction(
        device=dev,
        number=n,
        author=author,
        kind=kind,
        label=label,
        effective_on=date.fromisoformat(effective_on),
        recorded_at=instant(hlc),
        undo_of=(undone[0], undone[1]) if undone else None,
        changes=changes,
        count=count,
        received_at=received,
    )


def transaction(db: Database, key: tuple[int, int]) -> Transaction | None:
    """One transaction with its changes, old values and all; None if this copy has it not."""
    found = rows(db, f"SELECT {TXN} FROM txn WHERE dev = ? AND n = ?", *key)
    if not found:
        return None
    first, count = found[0][8], found[0][9]
    events = rows(
        db,
        "SELECT ent, row, fld, val, bh, bd FROM event WHERE seq >= ? AND seq < ? ORDER BY seq",
        first,
        first + count,
    )
    changes = [change for event in events if (change := _change(db, event)) is not None]
    return _transaction(found[0], tuple(changes))


def _change(db: Database, event: tuple[Any, ...]) -> Change | None:
    ent, row, fld, val, bh, bd = event
    change = plain_change(ent, row, fld, val)
    if change is None or fld in (CREATES, DELETES):
        return change
    old = value_at(db, ent, row, fld, bh, bd)
    return Change(change.entity, row, change.field, old, change.new)


def value_at(db: Database, ent: int, row: bytes, fld: int, hlc: int | None, dev: int | None) -> Any:
    """A field's value as the named change left it: of its own event, or its record's creation.

    That of a field only a newer version knows is given as it is kept.
    """
    field = FIELDS.get(ent, {}).get(fld)
    if field is None:
        return _raw_value_at(db, ent, row, fld, hlc, dev)
    for wanted in (fld, CREATES):
        found = rows(
            db,
            "SELECT val FROM event WHERE ent = ? AND row = ? AND fld = ? AND hlc = ? AND dev = ?",
            ent,
            row,
            wanted,
            hlc,
            dev,
        )
        if found and wanted == fld:
            return from_sql(field.kind, found[0][0])
        if found:
            return unbundle(ent, found[0][0]).get(field.name, field.default)
    return field.default


def _raw_value_at(
    db: Database, ent: int, row: bytes, fld: int, hlc: int | None, dev: int | None
) -> Any:
    """The value of a field that only a newer version knows, as it is kept."""
    found = rows(
        db, "SELECT fld, val FROM event WHERE ent = ? AND row = ? AND fld IN (?, 0) AND hlc = ? "
        "AND dev = ?", ent, row, fld, hlc, dev,
    )  # fmt: skip
    told = [val if kind == fld else json.loads(val).get(str(fld)) for kind, val in found]
    return told[0] if told else None


def overtaken_by(db: Database, change: Change, hlc: int, dev: int) -> list[tuple[int, int]]:
    """The (hlc, dev) of later changes to the same field; for a creation, to any field."""
    kind = RECORD_TYPES[change.entity]
    if change.field in (CREATED, DELETED):
        condition, extra = "", []
    else:
        condition, extra = " AND fld IN (?, 0, -1)", [fields_of(kind)[change.field].number]
    found = rows(
        db,
        f"SELECT hlc, dev FROM event WHERE ent = ? AND row = ?{condition} AND (hlc, dev) > (?, ?)",
        kind.ENTITY_NUMBER,
        change.record,
        *extra,
        hlc,
        dev,
    )
    return [(found_hlc, found_dev) for found_hlc, found_dev in found]


def all_overtaken(
    db: Database, changes: Sequence[Change], hlc: int, dev: int
) -> list[tuple[Change, list[tuple[int, int]]]]:
    """Each of many changes with the (hlc, dev) of those that overtook it, as `overtaken_by`."""
    later: dict[tuple[int, bytes], list[tuple[int, int, int]]] = {}
    sql = "SELECT ent, row, fld, hlc, dev FROM event WHERE (hlc, dev) > (?, ?)"
    for ent, row, *told in rows(db, sql, hlc, dev):
        later.setdefault((ent, row), []).append((told[0], told[1], told[2]))
    result = []
    for change in changes:
        kind = RECORD_TYPES[change.entity]
        found = later.get((kind.ENTITY_NUMBER, change.record), [])
        if change.field not in (CREATED, DELETED):
            number = fields_of(kind)[change.field].number
            found = [told for told in found if told[0] in (number, CREATES, DELETES)]
        result.append((change, [(h, d) for _, h, d in found]))
    return result


def stamps(db: Database) -> dict[tuple[int, int], tuple[int, int]]:
    """The (device, number) of each transaction by its (hlc, device)."""
    return {(hlc, dev): (dev, n) for hlc, dev, n in rows(db, "SELECT hlc, dev, n FROM txn")}


_WITHIN = "AND t.n <= (SELECT value FROM json_each(?3) WHERE key = CAST(t.dev AS TEXT)) "


Counted = tuple[int, bytes, int, Any, int]
"""An event as it is kept (ent, row, fld, val), and whether it counts by the day asked for."""


def counted(
    db: Database,
    until: date | None = None,
    recorded_by: datetime | None = None,
    known: Mapping[int, int] | None = None,
) -> list[Counted]:
    """Every event in the order of the clock, limited as `stream` is."""
    day = until.isoformat() if until else "9999-12-31"
    by = recorded_by.astimezone(UTC).isoformat(timespec="milliseconds") if recorded_by else "9999"
    begun = ", ".join(str(kind.ENTITY_NUMBER) for kind in KINDS.values() if kind.IDENTITY)
    # As they arrived they can be read without being sorted.
    order = "t.arr" if _arrived_in_order(db) else "t.hlc, t.dev"
    return rows(
        db,
        "SELECT e.ent, e.row, e.fld, e.val, t.effective_on <= ?1 FROM txn t CROSS JOIN event e "
        "ON e.seq >= t.first AND e.seq < t.first + t.cnt WHERE t.received_at <= ?2 "
        f"AND (t.effective_on <= ?1 OR (e.fld = {CREATES} AND e.ent IN ({begun}))) "
        f"{'' if known is None else _WITHIN}ORDER BY {order}, e.seq",
        day,
        by,
        *([] if known is None else [vector_text(known)]),
    )


def _arrived_in_order(db: Database) -> bool:
    """Whether the order of arrival is that of the clock: so it is until another copy's come in."""
    before = "lag(hlc) OVER (ORDER BY arr) AS h, lag(dev) OVER (ORDER BY arr) AS d"
    ahead = f"(SELECT hlc, dev, {before} FROM txn) WHERE (hlc, dev) < (h, d)"
    return not rows(db, f"SELECT 1 FROM {ahead} LIMIT 1")


def stream(
    db: Database,
    until: date | None = None,
    recorded_by: datetime | None = None,
    known: Mapping[int, int] | None = None,
) -> Iterator[Change]:
    """Every change in the order of the clock, without old values.

    `until` keeps the transactions effective on or before that day; `recorded_by` those that
    this copy had learnt by that instant; `known` those within that vector. A record with a
    derived id may have been begun by a transaction that counts from a later day: of that one
    only the identity is told.
    """
    for ent, row, fld, val, counts in counted(db, until, recorded_by, known):
        change = plain_change(ent, row, fld, val)
        if change is not None:
            yield change if counts else identity_only(change)


def dated(db: Database, wanted: Mapping[str, Sequence[str]], after: int, limit: int) -> list[Dated]:
    """Changes in order of arrival, each with its day: at most `limit`, from `after` (a seq) on.

    `wanted` names the fields of each entity; its records' coming and going are always told.
    """
    parts = []
    for entity, names in wanted.items():
        kind = RECORD_TYPES[entity]
        numbers = [CREATES, DELETES, *(fields_of(kind)[name].number for name in names)]
        listed = ", ".join(map(str, numbers))
        parts.append(f"(+e.ent = {kind.ENTITY_NUMBER} AND e.fld IN ({listed}))")
    # CROSS and the plus keep SQLite on the journal's own order: a batch costs what it gives.
    found = rows(
        db,
        "SELECT e.hlc, e.dev, e.seq, t.effective_on, e.ent, e.row, e.fld, e.val "
        "FROM event e CROSS JOIN txn t ON t.dev = e.dev AND t.hlc = e.hlc "
        f"WHERE e.seq > ? AND ({' OR '.join(parts)}) ORDER BY e.seq LIMIT ?",
        after,
        limit,
    )
    told = [(row[:3], row[3], plain_change(*row[4:])) for row in found]
    days = {day: date.fromisoformat(day) for _, day, _ in told}
    return [Dated(stamp, days[day], change) for stamp, day, change in told if change is not None]


def changes_of_record(
    db: Database, entity: str, record: RecordId
) -> list[tuple[tuple[int, int], Change]]:
    """The changes to one record in the order of the clock, each with its (hlc, device)."""
    number = RECORD_TYPES[entity].ENTITY_NUMBER
    found = rows(
        db, "SELECT hlc, dev, ent, row, fld, val FROM event WHERE ent = ? AND row = ? "
        "ORDER BY hlc, dev, seq", number, record,
    )  # fmt: skip
    told = [((row[0], row[1]), plain_change(*row[2:])) for row in found]
    return [(stamp, change) for stamp, change in told if change is not None]


def changes_of(db: Database, records: Iterable[RecordId]) -> list[tuple[tuple[int, int], Change]]:
    """The changes to these records in the order of the clock, each with its (hlc, device)."""
    kinds = ", ".join(str(number) for number in KINDS)
    found: list[tuple[Any, ...]] = []
    for record in records:
        found += rows(
            db,
            "SELECT hlc, dev, seq, ent, row, fld, val FROM event "
            f"WHERE ent IN ({kinds}) AND row = ?",
            record,
        )
    found.sort(key=lambda row: row[:3])
    told = [((row[0], row[1]), plain_change(*row[3:])) for row in found]
    return [(stamp, change) for stamp, change in told if change is not None]


def ever_set(db: Database, entity: str, field: str) -> list[RecordId]:
    """The records of a kind of which a yes-or-no field was ever set, deleted ones too.

    It may name one of which it was not: a creation's text is only looked through, for a yes
    as JSON has it and as SQLite has.
    """
    kind = RECORD_TYPES[entity]
    number = fields_of(kind)[field].number
    found = rows(
        db,
        "SELECT DISTINCT row FROM event WHERE ent = ?1 AND "
        f"((fld = ?2 AND val) OR (fld = {CREATES} AND (val LIKE ?3 OR val LIKE ?4))) ORDER BY row",
        kind.ENTITY_NUMBER,
        number,
        f'%"{number}":true%',
        f'%"{number}":1%',
    )
    return [row for (row,) in found]


def field_work(db: Database) -> dict[RecordId, set[str]]:
    """The fields of each site whose last change was a person's own, not a list's or an undo's."""
    site = RECORD_TYPES["site"].ENTITY_NUMBER
    found: dict[RecordId, set[str]] = {}
    for row, fld, kind in rows(
        db,
        "SELECT e.row, e.fld, t.kind FROM event e JOIN txn t ON t.dev = e.dev AND t.hlc = e.hlc "
        "WHERE e.ent = ? AND e.fld > 0 ORDER BY e.hlc, e.dev, e.seq",
        site,
    ):
        field = FIELDS[site].get(fld)
        if field is None:
            continue
        if kind in ("import", "undo"):
            found.get(row, set()).discard(field.name)
        else:
            found.setdefault(row, set()).add(field.name)
    return found
