"""The journal: transactions of field-level changes, appended and never altered.

Shape and meaning are those of the design's journal: `hlc` is a hybrid logical clock
(Kulkarni and others 2014), `n` is dense per device, `bh, bd` name the change that each was made
upon, and `hash` chains the transactions of a device, so that a lost or altered one shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from itertools import islice
from typing import Any

from psnplanner.file.clock import instant
from psnplanner.file.connection import rows
from psnplanner.file.database import Database
from psnplanner.file.tables import from_sql, parsed, to_sql
from psnplanner.programme.change import CREATED, DELETED, Change, Dated, Transaction
from psnplanner.programme.record import ID_BYTES, Field, Record, RecordId, decode, encode, fields_of
from psnplanner.programme.state import RECORD_TYPES

CREATES, DELETES = 0, -1
"""The field numbers that stand for a record's coming and going."""

_KINDS: dict[int, type[Record]] = {kind.ENTITY_NUMBER: kind for kind in RECORD_TYPES.values()}
_FIELDS: dict[int, dict[int, Field]] = {
    number: {field.number: field for field in fields_of(kind).values()}
    for number, kind in _KINDS.items()
}
_HASH_BATCH = 1000
_ENCODED = ("day", "link", "links", "place", "pairs")
_MANY = 500

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""One encoder for all: json.dumps makes a new one at each call."""

_TXN = "hlc, dev, n, author, kind, label, effective_on, undo_of, first, cnt, ctx, hash, received_at"
EventRow = tuple[int, int, int, bytes, int, Any, int | None, int | None]
"""hlc, dev, ent, row, fld, val, bh, bd"""


@dataclass(frozen=True)
class Header:
    """What a transaction is, before its changes: the edit's own words and day."""

    author: str
    kind: str
    label: str
    effective_on: date
    undo_of: tuple[int, int] | None = None


def latest_stamp(db: Database) -> int:
    """The greatest stamp in the file, 0 if it has none."""
    found = [
        rows(db, "SELECT max(hlc) FROM txn WHERE dev = ?", dev)[0][0]
        for (dev,) in rows(db, "SELECT dev FROM dev")
    ]
    return max((stamp for stamp in found if stamp), default=0)


def arrived(db: Database) -> int:
    """The number of the last transaction to arrive in this copy, 0 if there is none."""
    count: int = rows(db, "SELECT coalesce(max(arr), 0) FROM txn")[0][0]
    return count


_INSERT_EVENT = (
    "INSERT INTO event (hlc, dev, ent, row, fld, val, bh, bd) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)


def append(
    db: Database,
    header: Header,
    changes: Sequence[Change],
    dev: int,
    hlc: int,
    now: datetime,
    tell: Callable[[float], None] | None = None,
) -> Transaction:
    """Add one transaction; call it inside the write transaction that updates the tables.

    `tell` hears the share done, and may raise to cancel.
    """
    known = rows(db, "SELECT n, hash FROM dev WHERE dev = ?", dev)
    number, previous = (known[0][0] + 1, known[0][1]) if known else (1, b"")
    removed = _removed(db, changes)
    first = rows(db, "SELECT coalesce(max(seq), 0) + 1 FROM event")[0][0]
    undo_of = f"{header.undo_of[0]}.{header.undo_of[1]}" if header.undo_of else None
    day = header.effective_on.isoformat()
    ctx = _new_knowledge(db, dev)
    received = now.isoformat(timespec="milliseconds")
    told = (hlc, dev, number, header.author, header.kind, header.label, day, undo_of, ctx)
    events = (_event(db, change, hlc, dev, removed) for change in changes)
    done = 0

    def take(batch: Sequence[EventRow]) -> None:
        nonlocal done
        insert(db, batch)
        done += len(batch)
        if tell is not None:
            tell(done / len(changes))

    digest = chained(previous, told, events, take)
    db.conn.execute(
        f"INSERT INTO txn ({_TXN}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *told[:8],
            first,
            len(changes),
            ctx,
            digest,
            received,
        ),
    )
    db.conn.execute(
        "INSERT INTO dev (dev, n, hash) VALUES (?, ?, ?) "
        "ON CONFLICT (dev) DO UPDATE SET n = excluded.n, hash = excluded.hash",
        (dev, number, digest),
    )
    return Transaction(
        device=dev,
        number=number,
        author=header.author,
        kind=header.kind,
        label=header.label,
        effective_on=header.effective_on,
        recorded_at=instant(hlc),
        undo_of=header.undo_of,
        changes=tuple(changes),
        count=len(changes),
        received_at=received,
    )


def _new_knowledge(db: Database, dev: int) -> str | None:
    """What has arrived from other devices since this one's last transaction; None if nothing."""
    last, own = rows(
        db, "SELECT (SELECT max(arr) FROM txn), "
        "(SELECT arr FROM txn WHERE dev = ? ORDER BY n DESC LIMIT 1)", dev,
    )[0]  # fmt: skip
    if last == own:
        return None
    others = dict(rows(db, "SELECT dev, n FROM dev WHERE dev != ? ORDER BY dev", dev))
    return vector_text(others) if others else None


def vector_text(vector: Mapping[int, int]) -> str:
    """A vector as the journal keeps it: JSON, its devices in order."""
    return _compact({str(dev): vector[dev] for dev in sorted(vector)})


def vector(text: str) -> dict[int, int]:
    """The vector behind its text."""
    return {int(dev): n for dev, n in json.loads(text).items()}


def stamps_in(text: str) -> list[tuple[int, int]]:
    """The stamps of a fork's heads."""
    return [(hlc, dev) for hlc, dev in json.loads(text)]


def kind_of(ent: int) -> type[Record] | None:
    """The kind of record behind its number; None if this version does not know it."""
    return _KINDS.get(ent)


def names_of(record: Record) -> list[str]:
    """The fields of a record."""
    return list(fields_of(type(record)))


def field_name(ent: int, fld: int) -> str:
    """The field behind its number, “+” or “-” for coming and going; "" if it is not known."""
    if fld in (CREATES, DELETES):
        return CREATED if fld == CREATES else DELETED
    field = _FIELDS.get(ent, {}).get(fld)
    return field.name if field else ""


def codec_of(ent: int, fld: int) -> str:
    """How a field's values are kept; "" if it is not known."""
    field = _FIELDS.get(ent, {}).get(fld)
    return field.kind if field else ""


def insert(db: Database, events: Sequence[EventRow]) -> None:
    """Add events after the last."""
    db.conn.executemany(_INSERT_EVENT, events)


def chained(
    previous: bytes,
    told: Sequence[Any],
    events: Iterable[EventRow],
    take: Callable[[Sequence[EventRow]], None] = lambda _batch: None,
) -> bytes:
    """The hash of a transaction: SHA-256 over the one before it, its words and its events.

    In batches, each handed to `take`: all events of a big import are a hundred megabytes.
    """
    digest = hashlib.sha256(previous)
    digest.update(_canonical(told))
    left = iter(events)
    while batch := list(islice(left, _HASH_BATCH)):
        digest.update(_canonical(batch))
        take(batch)
    return digest.digest()


def _canonical(value: Sequence[Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=bytes.hex)
    return text.encode("utf-8", "surrogatepass")


def _removed(db: Database, changes: Sequence[Change]) -> set[bytes]:
    """Those of the records created here that were removed before, and now come back."""
    created = [change.record for change in changes if change.field == CREATED]
    if len(created) > _MANY:  # one pass over the journal beats a look-up for each
        gone = {row for (row,) in rows(db, "SELECT row FROM event WHERE fld = ?", DELETES)}
        return gone.intersection(created)
    numbers = ", ".join(str(number) for number in _KINDS)
    sql = f"SELECT 1 FROM event WHERE ent IN ({numbers}) AND row = ? AND fld = ? LIMIT 1"
    return {row for row in created if rows(db, sql, row, DELETES)}


def _event(db: Database, change: Change, hlc: int, dev: int, removed: set[bytes]) -> EventRow:
    kind = RECORD_TYPES[change.entity]
    number = kind.ENTITY_NUMBER
    base: tuple[int | None, int | None] = (None, None)
    if change.field == CREATED:
        if removed and change.record in removed:
            base = _head(db, number, change.record, DELETES, hlc)
        return (hlc, dev, number, change.record, CREATES, bundle(kind, change.new), *base)
    if change.field == DELETED:
        base = _head(db, number, change.record, CREATES, hlc)
        return (hlc, dev, number, change.record, DELETES, bundle(kind, change.old), *base)
    field = fields_of(kind)[change.field]
    base = _head(db, number, change.record, field.number, hlc)
    value = to_sql(field.kind, change.new)
    return (hlc, dev, number, change.record, field.number, value, *base)


def bundle(kind: type[Record], values: dict[str, Any]) -> str:
    """A record's values as its creation keeps them."""
    known = _numbers(kind.ENTITY)
    numbered: dict[int, Any] = {}
    for name, value in values.items():
        number, codec = known[name]
        numbered[number] = encode(codec, value) if codec else value
    return _compact(numbered)


@cache
def _numbers(entity: str) -> dict[str, tuple[int, str]]:
    """Each field's number and its codec, none for what JSON keeps as it is."""
    return {
        field.name: (field.number, field.kind if field.kind in _ENCODED else "")
        for field in fields_of(RECORD_TYPES[entity]).values()
    }


def _unbundle(number: int, text: str) -> dict[str, Any]:
    known = _by_key(number)
    values = {}
    bundle = parsed(text)
    if not isinstance(bundle, dict):
        raise ValueError(f"{text[:40]!r} does not hold a record")
    for key, value in bundle.items():
        field = known.get(key)
        if field is not None:
            name, kind = field
            # Most are texts: those are what they are.
            values[name] = value if kind == "text" and type(value) is str else decode(kind, value)
        else:
            int(key)  # a newer version's field stays in the journal; what is no number is damage
    return values


@cache
def _by_key(number: int) -> dict[str, tuple[str, str]]:
    """Each field's name and kind by the key that a creation keeps it under."""
    return {str(k): (field.name, field.kind) for k, field in _FIELDS[number].items()}


def _head(
    db: Database, ent: int, row: bytes, fld: int, before: int
) -> tuple[int | None, int | None]:
    # A record that came back began anew: its last creation counts for every field.
    found = rows(
        db,
        "SELECT hlc, dev FROM event WHERE ent = ? AND row = ? AND fld IN (?, ?) AND hlc < ? "
        "ORDER BY hlc DESC, dev DESC LIMIT 1",
        ent, row, fld, CREATES, before,
    )  # fmt: skip
    return found[0] if found else (None, None)


def headers(db: Database, after: int = 0) -> list[Transaction]:
    """Every transaction that arrived after that one, without its changes, in that order."""
    sql = f"SELECT {_TXN} FROM txn WHERE arr > ? ORDER BY arr"
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
    found = rows(db, f"SELECT {_TXN} FROM txn WHERE dev = ? AND n = ?", *key)
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


def plain_change(ent: int, row: bytes, fld: int, val: Any) -> Change | None:
    """An event as a change, its old value left out; None for what this version does not know."""
    kind = _KINDS.get(ent)
    if kind is None:
        return None
    if len(row) != ID_BYTES:
        raise ValueError("a record without an id")
    if fld == CREATES:
        return Change(kind.ENTITY, row, CREATED, None, _unbundle(ent, val))
    if fld == DELETES:
        return Change(kind.ENTITY, row, DELETED, _unbundle(ent, val), None)
    field = _FIELDS[ent].get(fld)
    if field is None:
        return None
    return Change(kind.ENTITY, row, field.name, None, from_sql(field.kind, val))


def value_at(db: Database, ent: int, row: bytes, fld: int, hlc: int | None, dev: int | None) -> Any:
    """A field's value as the named change left it: of its own event, or its record's creation.

    That of a field only a newer version knows is given as it is kept.
    """
    field = _FIELDS.get(ent, {}).get(fld)
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
            return _unbundle(ent, found[0][0]).get(field.name, field.default)
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
    day = until.isoformat() if until else "9999-12-31"
    by = recorded_by.astimezone(UTC).isoformat(timespec="milliseconds") if recorded_by else "9999"
    begun = ", ".join(str(kind.ENTITY_NUMBER) for kind in _KINDS.values() if kind.IDENTITY)
    found = rows(
        db,
        "SELECT e.ent, e.row, e.fld, e.val, t.effective_on <= ?1 FROM txn t JOIN event e "
        "ON e.seq >= t.first AND e.seq < t.first + t.cnt WHERE t.received_at <= ?2 "
        f"AND (t.effective_on <= ?1 OR (e.fld = {CREATES} AND e.ent IN ({begun}))) "
        f"{'' if known is None else _WITHIN}ORDER BY t.hlc, t.dev, e.seq",
        day,
        by,
        *([] if known is None else [vector_text(known)]),
    )
    for *event, counts in found:
        change = plain_change(*event)
        if change is not None:
            yield change if counts else _identity_only(change)


def _identity_only(change: Change) -> Change:
    kept = RECORD_TYPES[change.entity].IDENTITY
    values = {name: change.new[name] for name in kept if name in change.new}
    return Change(change.entity, change.record, CREATED, None, values)


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
    kinds = ", ".join(str(number) for number in _KINDS)
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
        field = _FIELDS[site].get(fld)
        if field is None:
            continue
        if kind in ("import", "undo"):
            found.get(row, set()).discard(field.name)
        else:
            found.setdefault(row, set()).add(field.name)
    return found
