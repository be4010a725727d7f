"""What this copy alone knows of a transaction, proved: when it arrived, and after which others.

The hash chain of `journal` travels with a transaction and cannot hold what differs from copy to
copy. A seal over each arrival, chained in their order, lets `verify` find damage there too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from psnplanner.file.connection import rows
from psnplanner.file.database import Database

TABLE = "CREATE TABLE seal (arr INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT"


def close(db: Database) -> None:
    """Seal what has arrived since the last time, in the write transaction that brought it."""
    last, previous = _last(db)
    for arr, digest in _seals(db, last, previous):
        db.conn.execute("INSERT INTO seal VALUES (?, ?)", (arr, digest))


def faults(db: Database) -> Iterator[str]:
    """Seals that are broken, in sentences. What was not sealed yet stands at the end, if at all."""
    kept = dict(rows(db, "SELECT arr, hash FROM seal ORDER BY arr"))
    made = dict(_seals(db, 0, b""))
    broken = [arr for arr, digest in kept.items() if made.get(arr) != digest]
    if broken:
        # Each seal stands on the one before: the first that is broken says where it happened.
        known = rows(db, "SELECT label, received_at FROM txn WHERE arr = ?", broken[0])
        what = f"“{known[0][0]}” ({known[0][1]})" if known else f"number {broken[0]}"
        yield f"When the transaction {what} arrived here, or in which order, was damaged."
    if kept and set(kept) != set(range(1, max(kept) + 1)):
        yield "Seals of arrivals are missing."


def _last(db: Database) -> tuple[int, bytes]:
    found = rows(db, "SELECT arr, hash FROM seal ORDER BY arr DESC LIMIT 1")
    return found[0] if found else (0, b"")


def _seals(db: Database, after: int, previous: bytes) -> Iterator[tuple[int, bytes]]:
    sql = "SELECT arr, received_at, first, cnt, hash FROM txn WHERE arr > ? ORDER BY arr"
    for arr, received_at, first, count, digest in rows(db, sql, after):
        told = f"{arr} {received_at} {first} {count} ".encode("utf-8", "surrogatepass")
        previous = hashlib.sha256(previous + told + bytes(digest)).digest()
        yield arr, previous
