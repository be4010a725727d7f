"""Fetching from a hub: whatever a vector lacks, in batches that each stand on those before.

A cursor on the order of arrival would miss what commits late (with eight writers, half of it);
the vector misses nothing. The order within is that of the clock, in which nothing rests on what
comes after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import IsolationLevel

from psnplanner.hub.connection import Connection
from psnplanner.hub.sending import Reach
from psnplanner.hub.wire import (
    EVENT_COLUMNS,
    TXN_COLUMNS,
    Knowing,
    Parcel,
    Unread,
    parcel_of,
)

BATCH = 2_000
"""Transactions fetched at once."""

FEW = 10 * BATCH
"""So many lacking ones are found device by device; more, by walking along the clock."""

_TXN = ", ".join(f"t.{name}" for name in TXN_COLUMNS)
_EVENT = ", ".join(f"e.{name}" for name in EVENT_COLUMNS[4:])
_WANTED = "unnest(%(devs)s::int8[], %(above)s::int4[], %(to)s::int4[]) AS w (dev, above, upto)"
_BY_DEVICE = (
    f"SELECT {_TXN} FROM {_WANTED} JOIN txn t ON t.dev = w.dev AND t.n > w.above AND t.n <= w.upto "
    "ORDER BY t.hlc, t.dev"
)
_BY_CLOCK = (
    f"SELECT {_TXN} FROM txn t JOIN {_WANTED} ON t.dev = w.dev AND t.n > w.above AND t.n <= w.upto "
    "WHERE (t.hlc, t.dev) > (%(hlc)s, %(dev)s) ORDER BY t.hlc, t.dev LIMIT %(most)s"
)
_EVENTS = (
    f"SELECT e.dev, e.n, {_EVENT} FROM {_WANTED} JOIN event e ON e.dev = w.dev AND e.n > w.above "
    "AND e.n <= w.upto ORDER BY e.dev, e.n, e.i"
)
Span = tuple[int, int, int]
"""Of a device, the transactions above one number up to another."""


@contextmanager
def at_one_moment(connection: Connection) -> Iterator[None]:
    """Read all that follows as the hub stood at one moment."""
    kept = connection.isolation_level, connection.read_only
    connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
    try:
        with connection.transaction():
            yield
    finally:
        if not connection.closed:
            connection.isolation_level, connection.read_only = kept


def lacking(vector: Mapping[int, int], there: Mapping[int, Reach]) -> list[Span]:
    """What a copy with that vector lacks of what is there."""
    return [
        (dev, vector.get(dev, 0), far.n) for dev, far in there.items() if far.n > vector.get(dev, 0)
    ]


def hashes(connection: Connection, vector: Mapping[int, int]) -> dict[int, bytes]:
    """The hash that each device's chain has at the hub at that number, where it goes so far."""
    found = connection.execute(
        "SELECT t.dev, t.hash FROM unnest(%s::int8[], %s::int4[]) AS w (dev, n) "
        "JOIN txn t ON t.dev = w.dev AND t.n = w.n", (list(vector), list(vector.values())),
    )  # fmt: skip
    return {dev: bytes(digest) for dev, digest in found}


def fetch(
    connection: Connection, wanted: Sequence[Span], knowing: Knowing
) -> Iterator[list[Parcel | Unread]]:
    """The transactions of these spans, in batches, in the order of the clock.

    `knowing` is what each device had said by the beginning of its span.
    """
    left = sum(upto - above for _, above, upto in wanted)
    named = connection.execute("SELECT ord, dev FROM device")
    devices: dict[int, int] = dict(named)
    given = _columns(wanted)
    if left <= FEW:
        rows = connection.execute(_BY_DEVICE, given, binary=True).fetchall()
        for at in range(0, len(rows), BATCH):
            yield _with_events(connection, rows[at : at + BATCH], knowing, devices)
        return
    hlc, dev = -1, -1
    while True:
        page = {**given, "hlc": hlc, "dev": dev, "most": BATCH}
        rows = connection.execute(_BY_CLOCK, page, binary=True).fetchall()
        if not rows:
            return
        dev, hlc = rows[-1][0], rows[-1][2]
        yield _with_events(connection, rows, knowing, devices)


def _columns(spans: Sequence[Span]) -> dict[str, Any]:
    devs, above, upto = zip(*spans, strict=True) if spans else ((), (), ())
    return {"devs": list(devs), "above": list(above), "to": list(upto)}


def _with_events(
    connection: Connection,
    rows: Sequence[tuple[Any, ...]],
    knowing: Knowing,
    devices: Mapping[int, int],
) -> list[Parcel | Unread]:
    numbers: dict[int, list[int]] = {}
    for row in rows:
        numbers.setdefault(row[0], []).append(row[1])
    spans = [(dev, min(found) - 1, max(found)) for dev, found in numbers.items()]
    events: dict[tuple[int, int], list[tuple[Any, ...]]] = {}
    for dev, n, *event in connection.execute(_EVENTS, _columns(spans), binary=True):
        events.setdefault((dev, n), []).append(tuple(event))
    return [_read(row, events.get((row[0], row[1]), ()), knowing, devices) for row in rows]


def _read(
    row: Sequence[Any],
    events: Iterable[Sequence[Any]],
    knowing: Knowing,
    devices: Mapping[int, int],
) -> Parcel | Unread:
    try:
        return parcel_of(row, events, knowing, devices)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        _, _, _, author, _, label, *_ = row
        return Unread(row[0], row[1], label, author)
