"""Changes whose own page is lost, told again from what else the file knows of them.

One index of the journal names every change (record, field, stamp, place), another holds most of
them a second time; the current tables hold the value of every field's last change. Together they
give back nearly all of what stood on a lost page. What is told again like this is proved where its
transaction's hash comes out right; else it is the present state told as history, and counted as
rebuilt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from psnplanner.file import tables
from psnplanner.file.carve import Value
from psnplanner.file.journal import chained
from psnplanner.file.journal_events import (
    CREATES,
    DELETES,
    bundle,
    codec_of,
    field_name,
    kind_of,
)
from psnplanner.programme.node import Node
from psnplanner.programme.record import Record, values_of
from psnplanner.programme.site import Site

Event = tuple[int, int, int, bytes, int, Any, int | None, int | None]
Name = tuple[int, bytes, int, int, int]
"""What the index says of a change: ent, row, fld, hlc, dev."""
Rows = Mapping[bytes, list[tuple[Value, ...]]]
"""Rows of current tables by the record they seem to be of."""


def indexed(entries: Iterable[tuple[Value, ...]]) -> tuple[dict[int, Name], dict[int, Event]]:
    """The changes that the journal's indexes name, and those they hold a second time, by place."""
    named: dict[int, Name] = {}
    held: dict[int, Event] = {}
    for entry in entries:
        if len(entry) not in (6, 9) or not isinstance(entry[1], bytes) or len(entry[1]) != 16:
            continue
        (ent, row, fld, hlc, dev), value, seq = entry[:5], entry[5:-1], entry[-1]
        if all(isinstance(number, int) for number in (ent, fld, hlc, dev, seq)):
            named[seq] = (ent, row, fld, hlc, dev)  # type: ignore[index, assignment]
            if value:
                held[seq] = (hlc, dev, ent, row, fld, *value)  # type: ignore[index, assignment]
    return named, held


def rebuilt(named: Mapping[int, Name], known: Mapping[int, Event], rows: Rows) -> dict[int, Event]:
    """The changes that are named but not known, as far as their values can be told, by place."""
    by_record: dict[tuple[int, bytes], list[tuple[int, int, int]]] = defaultdict(list)
    for ent, row, fld, hlc, dev in named.values():
        by_record[ent, row].append((hlc, dev, fld))
    for hlc, dev, ent, row, fld, *_ in known.values():
        by_record[ent, row].append((hlc, dev, fld))
    begun = {(e[2], e[3]): e[5] for e in known.values() if e[4] == CREATES}
    found: dict[int, Event] = {}
    for seq in sorted(named.keys() - known.keys()):
        ent, row, fld, hlc, dev = named[seq]
        others = sorted(set(by_record[ent, row]))
        value = _value(named[seq], others, rows, begun.get((ent, row)))
        if value is not None:
            base = _base(others, fld, hlc) if fld != CREATES else (None, None)
            found[seq] = (hlc, dev, ent, row, fld, value[0], *base)
    return found


def alike(
    named: Mapping[int, Name],
    known: Mapping[int, Event],
    headers: Mapping[tuple[int, int], tuple[Any, ...]],
) -> dict[int, Event]:
    """The lost changes of transactions that gave many records one value, told by those left.

    `headers` are rows of `txn` by device and clock. Only what is proved is given: with it the
    transaction's hash comes out as it was.
    """
    by_record: dict[tuple[int, bytes], list[tuple[int, int, int]]] = defaultdict(list)
    for ent, row, fld, hlc, dev in named.values():
        by_record[ent, row].append((hlc, dev, fld))
    lost: dict[tuple[int, int], list[int]] = defaultdict(list)
    for seq in sorted(named.keys() - known.keys()):
        lost[named[seq][4], named[seq][3]].append(seq)
    left: dict[tuple[int, int], dict[int, Event]] = defaultdict(dict)
    for seq, event in known.items():
        if (event[1], event[0]) in lost:
            left[event[1], event[0]][seq] = event
    hashes = {(header[2], header[3]): bytes(header[13]) for header in headers.values()}
    found: dict[int, Event] = {}
    for key, places in lost.items():
        values: dict[tuple[int, int], set[Any]] = defaultdict(set)
        for event in left[key].values():
            values[event[2], event[4]].add(event[5])
        told = {seq: _like(named[seq], values, by_record) for seq in places}
        header = headers.get(key)
        if header is not None and None not in told.values():
            again = {seq: event for seq, event in told.items() if event is not None}
            if _is_proved(header, {**left[key], **again}, hashes):
                found |= again
    return found


def _like(
    name: Name,
    values: Mapping[tuple[int, int], set[Any]],
    by_record: Mapping[tuple[int, bytes], list[tuple[int, int, int]]],
) -> Event | None:
    ent, row, fld, hlc, dev = name
    given = values.get((ent, fld), set())
    if len(given) != 1 or fld in (CREATES, DELETES):
        return None
    base = _base(sorted(by_record[ent, row]), fld, hlc)
    return (hlc, dev, ent, row, fld, next(iter(given)), *base)


def _is_proved(
    header: tuple[Any, ...],
    events: Mapping[int, Event],
    hashes: Mapping[tuple[int, int], bytes],
) -> bool:
    """Whether these are all the changes of a transaction, as its hash has them."""
    dev, number = header[2], header[3]
    previous = b"" if number == 1 else hashes.get((dev, number - 1))
    if previous is None or len(events) != header[11]:
        return False
    told = (*header[1:9], header[12])
    return chained(previous, told, [events[seq] for seq in sorted(events)]) == bytes(header[13])


def _value(
    name: Name, others: list[tuple[int, int, int]], rows: Rows, created: Any
) -> tuple[Any] | None:
    """A change's value, in a tuple of its own, for it may be none; None if it cannot be told."""
    ent, row, fld, hlc, dev = name
    kind = kind_of(ent)
    if kind is None:
        return None
    if fld == DELETES:
        return (created,) if created is not None else None
    record = _standing(kind, rows.get(row, []))
    if record is None:
        return None
    if fld == CREATES:
        # What was changed since is left out: what it was at first, nothing tells any more.
        changed = {field_name(ent, other[2]) for other in others if other > (hlc, dev, fld)}
        values = {name: v for name, v in values_of(record).items() if name not in changed}
        return (bundle(kind, values),)
    if any(other > (hlc, dev, fld) and other[2] in (fld, CREATES) for other in others):
        return None  # a later change wrote over it in the tables
    field = field_name(ent, fld)
    codec = codec_of(ent, fld)
    return (tables.to_sql(codec, getattr(record, field)),) if field else None


def _base(others: list[tuple[int, int, int]], fld: int, hlc: int) -> tuple[int | None, int | None]:
    wanted = (CREATES,) if fld == DELETES else (fld, CREATES)
    earlier = [(h, d) for h, d, f in others if f in wanted and h < hlc]
    return max(earlier, default=(None, None))


def _standing(kind: type[Record], found: list[tuple[Value, ...]]) -> Record | None:
    """The record as the tables hold it; None if it is not there, or told in two ways."""
    width = len(tables.columns_of(kind))
    extra = 2 if kind is Site else 1 if kind is Node else 0
    fitting = {values for values in found if len(values) == 2 + width + extra}
    return standing(kind, next(iter(fitting))) if len(fitting) == 1 else None


def standing(kind: type[Record], values: tuple[Value, ...]) -> Record | None:
    """The record behind a row of its table as it lies on a page; None if it cannot be read."""
    columns = tables.columns_of(kind).values()
    # On a page, SQLite keeps a REAL without a fraction as a whole number: 10.0 m is 10 there.
    told = [
        float(value) if sort == "REAL" and isinstance(value, int) else value
        for sort, value in zip(columns, values[2:], strict=False)
    ]
    try:
        return tables.reader(kind)((values[1], *told))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
