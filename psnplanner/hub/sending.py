"""Sending to a hub: batches of whole transactions, each batch one transaction there.

A push names what it sends by device and number. The hub locks those devices, tells how far each
goes, and takes what follows without a gap: whatever was killed where, a transaction is there
once or not at all, and the next push goes on behind it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from psycopg import errors

from psnplanner.errors import UserError
from psnplanner.hub.connection import Connection, again_if_crossed, not_allowed
from psnplanner.hub.wire import EVENT_COLUMNS, TXN_COLUMNS, Knowing, Parcel, event_rows, txn_row

MOST_TRANSACTIONS, MOST_EVENTS = 2_000, 20_000
"""As much goes into one batch, if more than one transaction is left."""

_TXN_TYPES = ("int8", "int4", "int8", "text", "text", "text", "text", "text", "text", "text",
              "text", "bool", "int4", "bytea")  # fmt: skip
_EVENT_TYPES = ("int8", "int4", "int4", "int8", "int4", "uuid", "int4", "text", "int8", "int8")


class Reach(NamedTuple):
    """How far a device goes at the hub: its number, clock and hash there."""

    n: int
    hlc: int
    hash: bytes


def reach(connection: Connection) -> dict[int, Reach]:
    """How far each device goes at the hub."""
    found = connection.execute("SELECT dev, n, hlc, hash FROM device WHERE n > 0")
    return {dev: Reach(n, hlc, bytes(digest)) for dev, n, hlc, digest in found}


def of_kind(connection: Connection, kind: str, devices: Sequence[int]) -> list[tuple[int, int]]:
    """The (device, number) of these devices' transactions of a kind, in their order."""
    sql = "SELECT dev, n FROM txn WHERE kind = %s AND dev = ANY (%s) ORDER BY hlc, dev"
    return [(dev, n) for dev, n in connection.execute(sql, (kind, list(devices)))]


def send(
    connection: Connection,
    parcels: Sequence[Parcel],
    knowing: Knowing,
    before: Callable[[Mapping[int, Reach]], None],
) -> int:
    """Send a batch, in the order of the clock; how many transactions were new to the hub.

    `before` looks at how far the hub goes, under its locks, and may refuse. What the hub has
    meanwhile from somebody else is passed over. Raises NotAssigned where one of them may not be
    sent by this user: none of the batch is there then.
    """
    trial = knowing.trial()
    learnt = {(p.item.dev, p.item.n): trial.shortened(p.item) for p in parcels}
    others = {dev for told, _ in learnt.values() for dev in told or ()}

    def once() -> int:
        with connection.transaction():
            devices = sorted({parcel.item.dev for parcel in parcels})
            found = connection.execute("SELECT * FROM open_devices(%s)", (devices,)).fetchall()
            known = {dev: Reach(n, hlc, bytes(digest)) for dev, n, hlc, digest in found}
            before(known)
            new = [parcel for parcel in parcels if parcel.item.n > known[parcel.item.dev].n]
            ords = _ords(connection, others)
            rows = [txn_row(p, *learnt[p.item.dev, p.item.n], ords) for p in new]
            _insert(connection, "txn", TXN_COLUMNS, _TXN_TYPES, rows)
            _insert(connection, "event", EVENT_COLUMNS, _EVENT_TYPES,
                    [row for parcel in new for row in event_rows(parcel.item)])  # fmt: skip
            return len(new)

    try:
        new = again_if_crossed(once)
    except errors.InsufficientPrivilege as error:
        raise not_allowed(error) from None
    knowing.settle(trial)
    return new


def _ords(connection: Connection, devices: Iterable[int]) -> dict[int, int]:
    """The hub's short names of these devices. Raises UserError for one it does not know."""
    wanted = sorted(devices)
    known = connection.execute("SELECT dev, ord FROM device WHERE dev = ANY (%s)", (wanted,))
    found: dict[int, int] = dict(known)
    if len(found) < len(wanted):
        raise UserError("These changes rest on others that have not reached the hub.",
                        remedy="Sync again.")  # fmt: skip
    return found


def _insert(
    connection: Connection, table: str, columns: Sequence[str], types: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
) -> None:  # fmt: skip
    """Insert rows by one statement: row-level security allows no COPY."""
    if not rows:
        return
    given = ", ".join(f"%s::{sort}[]" for sort in types)
    listed = ", ".join(columns)
    picked = listed.replace("ctx_ords, ctx_ns", "ctx_ords::int4[], ctx_ns::int4[]")
    statement = (
        f"INSERT INTO {table} ({listed}) SELECT {picked} FROM unnest({given}) AS t ({listed})"
    )
    values = [list(column) for column in zip(*rows, strict=True)]
    connection.execute(statement.encode(), values)


def send_pictures(
    connection: Connection, wanted: Iterable[str], read: Callable[[str], bytes]
) -> int:
    """Send the photographs that the hub lacks, each in a transaction of its own; how many."""
    found = connection.execute("SELECT * FROM missing_pictures(%s)", (sorted(wanted),)).fetchall()
    for (digest,) in found:
        connection.execute("SELECT keep_picture(%s)", (read(digest),), binary=True)
    return len(found)


def fetch_pictures(connection: Connection, wanted: Iterable[str]) -> Iterable[tuple[str, bytes]]:
    """These photographs' bytes, proved; those the hub lacks are left out."""
    for digest in sorted(wanted):
        row = connection.execute(
            "SELECT bytes FROM picture WHERE digest = %s", (digest,), binary=True
        ).fetchone()
        if row is None:
            continue
        if hashlib.sha256(row[0]).hexdigest() != digest:
            raise UserError("A photograph at the hub is not what its name says; it was not taken.",
                            remedy="Tell whoever looks after the hub.")  # fmt: skip
        yield digest, row[0]
