"""What is in conflict: fields with heads of different values, told with their base and authors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psnplanner.file import journal, journal_events, journal_reading
from psnplanner.file.clock import instant
from psnplanner.file.closings import Closings, Knowledge, Stamp
from psnplanner.file.connection import rows
from psnplanner.file.database import Database
from psnplanner.file.journal_events import CREATES, DELETES
from psnplanner.programme.change import CREATED, DELETED
from psnplanner.programme.travel import Conflict, Head


def conflicts(db: Database) -> list[Conflict]:
    """Every conflict that is open, in the order of their records."""
    slots = rows(db, "SELECT ent, row, fld FROM fork WHERE open ORDER BY ent, row, fld")
    gone = {slot[:2] for slot in slots if slot[2] == DELETES}
    # Of a record in question, its being there is settled first.
    slots = [slot for slot in slots if slot[2] == DELETES or slot[:2] not in gone]
    return [told for slot in slots if (told := conflict(db, slot)) is not None]


def conflict(db: Database, slot: tuple[Any, ...]) -> Conflict | None:
    """The conflict of one field; None where this version does not know the field."""
    ent, row, fld = slot
    kind, name = journal_events.kind_of(ent), journal_events.field_name(ent, fld)
    if kind is None or not name:
        return None
    found = rows(db, "SELECT heads FROM fork WHERE ent = ? AND row = ? AND fld = ? AND open", *slot)
    if not found:
        return None
    stamps = sorted(journal.stamps_in(found[0][0]), reverse=True)
    heads = _sides(db, ent, row, stamps) if fld == DELETES else tuple(
        _value(db, slot, stamp) for stamp in stamps
    )  # fmt: skip
    with_it = _gone_with(db, row, stamps) if fld == DELETES else ()
    return Conflict(kind.ENTITY, row, name, _base(db, slot, stamps), heads, with_it)


def _gone_with(
    db: Database, owner: bytes, stamps: Sequence[Stamp]
) -> tuple[tuple[str, bytes, dict[str, Any]], ...]:
    """What the removals of a record took along: what belonged to it."""
    found = []
    for hlc, dev in stamps:
        for ent, row, fld, val in rows(
            db, "SELECT e.ent, e.row, e.fld, e.val FROM txn t JOIN event e ON e.seq >= t.first "
            "AND e.seq < t.first + t.cnt WHERE t.hlc = ? AND t.dev = ? AND e.fld = ?",
            hlc, dev, DELETES,
        ):  # fmt: skip
            change = journal_events.plain_change(ent, row, fld, val)
            if change is not None and change.old.get("site") == owner:
                found.append((change.entity, row, dict(change.old)))
    return tuple(found)


def _value(db: Database, slot: tuple[Any, ...], stamp: Stamp) -> Head:
    """One of the values of a field, told by who wrote it.

    An undone settlement stands in for the value it brought back: that has an author of its own.
    """
    ent, row, fld = slot
    value = journal_reading.value_at(db, ent, row, fld, *stamp)
    closings, author = Closings(db, Knowledge(db)), stamp
    if closings.opens(stamp):
        earlier = rows(
            db, "SELECT hlc, dev FROM event WHERE ent = ? AND row = ? AND fld IN (?, ?) "
            "AND (hlc, dev) < (?, ?) ORDER BY hlc DESC, dev DESC", ent, row, fld, CREATES, *stamp,
        )  # fmt: skip
        author = next(
            (
                (hlc, dev)
                for hlc, dev in earlier
                if not closings.opens((hlc, dev)) and not closings.closes((hlc, dev))
                and journal_reading.value_at(db, ent, row, fld, hlc, dev) == value
            ),
            stamp,
        )  # fmt: skip
    return _head(db, author, value)._replace(stamp=stamp)


def _head(db: Database, stamp: Stamp, value: Any) -> Head:
    author, label = rows(
        db, "SELECT author, label FROM txn WHERE hlc = ? AND dev = ?", *stamp
    )[0]  # fmt: skip
    return Head(value, author, instant(stamp[0]), label, stamp)


def _sides(db: Database, ent: int, row: bytes, stamps: Sequence[Stamp]) -> tuple[Head, ...]:
    """A removal and the changes against it: what the record was, with all of them made."""
    values: dict[str, Any] = {}
    changed: list[Stamp] = []
    removed: list[Stamp] = []
    for stamp in sorted(stamps):
        for fld, val in rows(
            db, "SELECT fld, val FROM event WHERE ent = ? AND row = ? AND hlc = ? AND dev = ?",
            ent, row, *stamp,
        ):  # fmt: skip
            change = journal_events.plain_change(ent, row, fld, val)
            if change is not None and change.field == DELETED:
                removed.append(stamp)
                values = {**change.old, **values}
            elif change is not None:
                changed.append(stamp)
                values |= change.new if change.field == CREATED else {change.field: change.new}
    return tuple(
        _head(db, max(side), value) for side, value in ((removed, None), (changed, values)) if side
    )


def _base(db: Database, slot: tuple[Any, ...], heads: Sequence[Stamp]) -> Any:
    """What the field was before the first of its heads."""
    ent, row, fld = slot
    if fld == DELETES:
        return None
    earlier = rows(
        db, "SELECT hlc, dev FROM event WHERE ent = ? AND row = ? AND fld IN (?, ?) "
        "AND (hlc, dev) < (?, ?) ORDER BY hlc DESC, dev DESC LIMIT 1",
        ent, row, fld, CREATES, *min(heads),
    )  # fmt: skip
    return journal_reading.value_at(db, ent, row, fld, *(earlier[0] if earlier else (None, None)))
