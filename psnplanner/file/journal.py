"""The journal: transactions of field-level changes, appended and never altered.

Shape and meaning are those of the design's journal: `hlc` is a hybrid logical clock
(Kulkarni and others 2014), `n` is dense per device, `bh, bd` name the change that each was made
upon, and `hash` chains the transactions of a device, so that a lost or altered one shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from psnplanner.file.clock import instant
from psnplanner.file.connection import rows
from psnplanner.file.database import Database
from psnplanner.file.journal_events import CREATES, DELETES, KINDS, EventRow, bundle
from psnplanner.file.journal_knowledge import by_then, in_short, vector_text
from psnplanner.file.tables import to_sql
from psnplanner.programme.change import CREATED, DELETED, Change, Transaction
from psnplanner.programme.record import fields_of
from psnplanner.programme.state import RECORD_TYPES

_HASH_BATCH = 1000
_MANY = 500

TXN = "hlc, dev, n, author, kind, label, effective_on, undo_of, first, cnt, ctx, hash, received_at"


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
    known_now = _new_knowledge(db, dev)
    ctx = vector_text(known_now) if known_now else None
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
        f"INSERT INTO txn ({TXN}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *told[:8],
            first,
            len(changes),
            in_short(known_now, *by_then(db, dev, number)) if known_now else None,
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


def _new_knowledge(db: Database, dev: int) -> dict[int, int]:
    """All that is known of others, if anything came since this one's last transaction."""
    last, own = rows(
        db, "SELECT (SELECT max(arr) FROM txn), "
        "(SELECT arr FROM txn WHERE dev = ? ORDER BY n DESC LIMIT 1)", dev,
    )[0]  # fmt: skip
    if last == own:
        return {}
    return dict(rows(db, "SELECT dev, n FROM dev WHERE dev != ? ORDER BY dev", dev))


def stamps_in(text: str) -> list[tuple[int, int]]:
    """The stamps of a fork's heads."""
    return [(hlc, dev) for hlc, dev in json.loads(text)]


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
    numbers = ", ".join(str(number) for number in KINDS)
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
