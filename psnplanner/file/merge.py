"""Merging: the union of the transactions of two copies, by name, whatever their order.

| what arrives                                 | what is done                                     |
|----------------------------------------------|--------------------------------------------------|
| a transaction that is here                   | nothing: twice is once                           |
| one of a known device, the next by number    | appended; its fields' heads follow (`heads`)     |
| one that leaves a gap behind                 | the whole is refused: it says what is missing    |
| one that rests on what has not arrived       | likewise                                         |
| one under the number of another (hash)       | two copies under one name: it is renamed, kept   |
| a clock far in the future                    | the whole is refused                             |
| a field changed on one side                  | the later by the clock, which is that side       |
| to one value on both sides                   | that value, silently                             |
| to different values, unknown to each other   | the later by the clock; a conflict until settled |
| a record removed here, changed there         | it stays removed; a conflict until settled       |
| work at a site that was removed              | kept; a finding, and a conflict if it was edited |
| work at a site that was moved                | both stand: place, phase and work are fields     |
| a site moved by both                         | a place is one field: the later; a conflict      |
| work at sites of a partner that was renamed  | both stand: a site names its partner by id       |
| a partner renamed by both                    | the later; a conflict until settled              |
| work at a stage that the workflow lost       | kept; a finding                                  |
| work that a gate would refuse by now         | kept; gates are looked at again, as a finding    |
| a pack or return of an older version         | taken: what it lacks has its default             |
| a change of an unknown kind or field         | kept in the journal for a version that knows it  |
| a settlement that was taken back             | its conflict is open again (`closings`)          |
| the undo of a merge                          | its values and its conflicts go; redo, they come |

All in one transaction of the file, with one transaction of this copy that says what arrived.
Each row has its test, in this order, in `tests/exchange/test_decision_table.py`.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from psnplanner.errors import UserError
from psnplanner.file import journal, journal_events, journal_reading, tables
from psnplanner.file.clock import Clock, instant
from psnplanner.file.closings import Knowledge, Stamp
from psnplanner.file.conflicts import conflict
from psnplanner.file.connection import rows
from psnplanner.file.database import Database
from psnplanner.file.heads import Heads, Step
from psnplanner.file.journal_knowledge import Said, by_then, in_short, is_full, vector_text
from psnplanner.file.sound import FURTHEST_AHEAD, check_readable
from psnplanner.programme.change import DELETED, Change, creation, deletion, difference
from psnplanner.programme.fold import fold
from psnplanner.programme.record import Record, RecordId
from psnplanner.programme.state import State
from psnplanner.programme.travel import Merged, Sent, SentEvent

_TXN = (
    "INSERT INTO txn (hlc, dev, n, author, kind, label, effective_on, undo_of, first, cnt, ctx, "
    "hash, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Merge:
    """One merge into an open file; use it inside a write transaction, once.

    What is `held` back, by device, may be missing: it was told that it is.
    """

    def __init__(
        self, db: Database, clock: Clock, now: datetime, held: Collection[int] = ()
    ) -> None:
        self._db, self._clock, self._now, self._held = db, clock, now, held
        self._known: dict[int, tuple[int, bytes]] = {
            dev: (n, digest) for dev, n, digest in rows(db, "SELECT dev, n, hash FROM dev")
        }
        self._heads = Heads(db)
        self._said: dict[int, tuple[Mapping[int, int], int]] = {}
        self._received = now.astimezone(UTC).isoformat(timespec="milliseconds")
        self._next: int = rows(db, "SELECT coalesce(max(seq), 0) + 1 FROM event")[0][0]
        self.renamed: dict[int, int] = {}

    def take(
        self, arriving: Iterable[Sent], header: journal.Header | None, own: int, before: State
    ) -> tuple[Merged, State]:
        """Merge these transactions; what came of it, and the state that follows.

        Without a header no transaction of this copy says so: they came from a hub. Raises
        UserError, with nothing changed, if one cannot be taken.
        """
        fresh, known = self._sorted_out(arriving)
        check_readable(fresh)
        if not fresh:
            return Merged(known=known, renamed=self.renamed), before
        touched: dict[str, dict[RecordId, None]] = defaultdict(dict)
        for item in fresh:
            self._append(item)
            for event in item.events:
                kind = journal_events.kind_of(event.ent)
                if kind is not None:
                    touched[kind.ENTITY][event.row] = None
        self._note_reach(fresh)
        opened = self._heads.flush()
        events = sum(len(item.events) for item in fresh)
        made = None
        self._clock.see(fresh[-1].hlc)
        if events and header is not None:
            hlc = self._clock.next(self._now)
            made = journal.append(self._db, header, [], own, hlc, self._now)
        changes = _changes(self._db, before, touched)
        after = before.after(changes)
        tables.write(self._db, before, after, changes)
        conflicts = [told for slot in opened if (told := conflict(self._db, slot)) is not None]
        merged = Merged(
            len(fresh), events, known, tuple(changes), tuple(conflicts), made, self.renamed
        )
        return merged, after

    def append_all(self, arriving: Iterable[Sent]) -> None:
        """Take these into the journal and its forks alone: the tables are made afterwards."""
        fresh, _ = self._sorted_out(arriving)
        check_readable(fresh)
        for item in fresh:
            self._append(item)
        self._note_reach(fresh)
        self._heads.flush()

    def _sorted_out(self, arriving: Iterable[Sent]) -> tuple[list[Sent], int]:
        """The transactions that are new, in the order of the clock; and how many were not."""
        by_device: dict[int, list[Sent]] = defaultdict(list)
        for item in arriving:
            by_device[item.dev].append(item)
        fresh, known = [], 0
        for items in by_device.values():
            new = self._new_of(sorted(items, key=lambda item: item.n))
            known += len(items) - len(new)
            fresh += new
        # A copy may hold its own work a second time, under the name that others gave it.
        fresh = list({(item.dev, item.n, item.hlc): item for item in fresh}.values())
        latest = self._now + FURTHEST_AHEAD
        for item in fresh:
            if instant(item.hlc) > latest:
                raise UserError(
                    f"It was written by a clock of {instant(item.hlc):%Y}; nothing was merged.",
                    remedy="Set that machine's clock, and make a new pack for it.",
                )
        fresh.sort(key=lambda item: (item.hlc, item.dev))
        self._nothing_missing(fresh)
        return fresh, known

    def _new_of(self, items: Sequence[Sent]) -> list[Sent]:
        dev, first = items[0].dev, items[0].n
        have, digest = self._known.get(dev, (0, b""))
        if [item.n for item in items] != list(range(first, first + len(items))) or first > have + 1:
            raise UserError(
                f"Changes before number {first:,} of one of its devices are missing; "
                "nothing was merged.",
                remedy="Merge the earlier return first, or ask for all changes again.",
            )
        digest = self._hash_before(dev, first)
        for at, item in enumerate(items):
            if item.n > have:
                return list(items[at:])
            digest = hash_after(digest, item)
            if digest != self._hash_at(dev, item.n):
                return self._new_of(self._renamed(items[at:], digest))
        return []

    def _renamed(self, items: Sequence[Sent], digest: bytes) -> list[Sent]:
        """A second copy that went on under the first one's name gets a name of its own.

        The name follows from what it wrote, so that every copy gives it the same one.
        """
        old, first = items[0].dev, items[0].n
        own = int.from_bytes(hashlib.blake2b(digest, digest_size=6).digest()) >> 1
        self.renamed[old] = own
        knew = (
            {**(Knowledge(self._db).of_others(old, first - 1)), old: first - 1} if first > 1 else {}
        )
        stamps = {item.hlc for item in items}
        result = []
        for number, item in enumerate(items, 1):
            ctx = {**(item.ctx or {}), **knew} if number == 1 or item.ctx else None
            events = tuple(
                e._replace(bd=own) if e.bd == old and e.bh in stamps else e for e in item.events
            )
            taken_back = _renumbered(item.undo_of, old, first, own)
            result.append(dataclasses.replace(
                item, dev=own, n=number, ctx=ctx or None, events=events, undo_of=taken_back
            ))  # fmt: skip
        return result

    def _hash_before(self, dev: int, n: int) -> bytes:
        return self._hash_at(dev, n - 1) if n > 1 else b""

    def _hash_at(self, dev: int, n: int) -> bytes:
        digest: bytes = rows(self._db, "SELECT hash FROM txn WHERE dev = ? AND n = ?", dev, n)[0][0]
        return digest

    def _nothing_missing(self, fresh: Sequence[Sent]) -> None:
        reach = {dev: n for dev, (n, _) in self._known.items()}
        for item in fresh:
            reach[item.dev] = max(item.n, reach.get(item.dev, 0))
        for item in fresh:
            for dev, n in (item.ctx or {}).items():
                # Of two copies under one name it may mean the other, which has a new name here.
                if reach.get(dev, 0) < n and dev not in self._held and dev not in self.renamed:
                    raise UserError(
                        "It rests on changes that have not arrived here; nothing was merged.",
                        remedy="Merge what its author had merged first; or this file is an older "
                        "copy than the one the pack was made from: use the newer one.",
                    )

    def _append(self, item: Sent) -> None:
        previous = self._known.get(item.dev, (0, b""))[1]
        events = [(item.hlc, item.dev, e.ent, e.row, e.fld, e.val, e.bh, e.bd) for e in item.events]
        told = _told(item)
        digest = journal.chained(previous, told, events)
        journal.insert(self._db, events)
        self._db.conn.execute(
            _TXN, (*told[:8], self._next, len(events), self._kept(item), digest, self._received)
        )
        self._next += len(events)
        self._known[item.dev] = (item.n, digest)
        self._heads.learn(item)
        for e in item.events:
            step = Step((item.hlc, item.dev), e.fld, e.val, e.bh is not None)
            self._heads.take(e.ent, e.row, step)

    def _kept(self, item: Sent) -> str | None:
        """The text that tells what the device knew, after what it had said last."""
        if not item.ctx:
            return None
        before, steps = self._said.get(item.dev) or by_then(self._db, item.dev, item.n - 1)
        text = in_short(item.ctx, before, steps)
        self._said[item.dev] = item.ctx, 0 if is_full(text) else steps + 1
        return text

    def _note_reach(self, fresh: Iterable[Sent]) -> None:
        """Write down how far each device goes now."""
        self._db.conn.executemany(
            "INSERT INTO dev (dev, n, hash) VALUES (?, ?, ?) "
            "ON CONFLICT (dev) DO UPDATE SET n = excluded.n, hash = excluded.hash",
            [(dev, *self._known[dev]) for dev in dict.fromkeys(item.dev for item in fresh)],
        )


def _renumbered(name: str | None, old: int, first: int, own: int) -> str | None:
    """The name of what an undo takes back, where that was renamed too."""
    dev, _, number = (name or "").partition(".")
    if dev != str(old) or not number.isdecimal() or int(number) < first:
        return name
    return f"{own}.{int(number) - first + 1}"


def _told(item: Sent) -> tuple[Any, ...]:
    ctx = vector_text(item.ctx) if item.ctx else None
    return (
        item.hlc, item.dev, item.n, item.author, item.kind, item.label, item.effective_on,
        item.undo_of, ctx,
    )  # fmt: skip


def hash_after(previous: bytes, item: Sent) -> bytes:
    """The hash that a device's chain has after a transaction."""
    events = [(item.hlc, item.dev, e.ent, e.row, e.fld, e.val, e.bh, e.bd) for e in item.events]
    return journal.chained(previous, _told(item), events)


def _changes(
    db: Database, before: State, touched: Mapping[str, Iterable[RecordId]]
) -> list[Change]:
    """What the touched records are now, against what they were."""
    result: list[Change] = []
    for entity, idents in touched.items():
        for ident in idents:
            result += _between(before.tables[entity].get(ident), record_now(db, entity, ident))
    return result


def net_changes(db: Database, key: tuple[int, int]) -> list[Change]:
    """What a merge changed of the programme: its own transaction's key names it here.

    The transactions that came with it arrived at the same instant, just before it.
    """
    arr, received = rows(db, "SELECT arr, received_at FROM txn WHERE dev = ? AND n = ?", *key)[0]
    earlier = rows(
        db, "SELECT coalesce(max(arr), 0) FROM txn WHERE arr < ? AND (received_at != ? OR dev = ?)",
        arr, received, key[0],
    )[0][0]  # fmt: skip
    touched = rows(
        db, "SELECT DISTINCT e.ent, e.row FROM txn t JOIN event e ON e.seq >= t.first "
        "AND e.seq < t.first + t.cnt WHERE t.arr > ? AND t.arr < ?", earlier, arr,
    )  # fmt: skip
    before, by_then = _arrived(db, earlier), _arrived(db, arr)
    result: list[Change] = []
    for ent, ident in touched:
        kind = journal_events.kind_of(ent)
        if kind is not None:
            was, now = (_record_of(db, kind.ENTITY, ident, of) for of in (before, by_then))
            told = _between(was, now)
            # A value that it only brought into conflict is taken back with the rest.
            slots = {change.field for change in told}
            result += told
            result += [
                _as_it_is(kind, ident, name, now)
                for name in _in_conflict(db, ent, ident, by_then - before)
                if name not in slots and (name == DELETED) == (now is None)
            ]
    return result


def _arrived(db: Database, arr: int) -> set[Stamp]:
    """The first transactions to arrive."""
    return {(hlc, dev) for hlc, dev in rows(db, "SELECT hlc, dev FROM txn WHERE arr <= ?", arr)}


def _record_of(db: Database, entity: str, ident: RecordId, of: set[Stamp]) -> Record | None:
    """A record as the changes of some transactions add up to."""
    found = journal_reading.changes_of_record(db, entity, ident)
    return fold(change for stamp, change in found if stamp in of).tables[entity].get(ident)


def _in_conflict(db: Database, ent: int, ident: RecordId, brought: set[Stamp]) -> list[str]:
    """The fields of a record that are in conflict with what was brought."""
    sql = "SELECT fld, heads FROM fork WHERE ent = ? AND row = ? AND open"
    return [
        name
        for fld, heads in rows(db, sql, ent, ident)
        if (name := journal_events.field_name(ent, fld)) and not brought.isdisjoint(
            journal.stamps_in(heads))
    ]  # fmt: skip


def _as_it_is(kind: type[Record], ident: RecordId, name: str, now: Record | None) -> Change:
    if now is None:
        return Change(kind.ENTITY, ident, DELETED, {}, None)
    value = getattr(now, name)
    return Change(kind.ENTITY, ident, name, value, value)


def record_now(db: Database, entity: str, ident: RecordId) -> Record | None:
    """A record as all its changes in this file add up to; None if it is not there."""
    changes = (change for _, change in journal_reading.changes_of_record(db, entity, ident))
    return fold(changes).tables[entity].get(ident)


def _between(was: Record | None, now: Record | None) -> list[Change]:
    if was is None or now is None:
        return [deletion(was)] if was else [creation(now)] if now else []
    return difference(was, {name: getattr(now, name) for name in journal_events.names_of(now)})


# -- What travels --------------------------------------------------------------------------


_SENT = "hlc, dev, n, author, kind, label, effective_on, undo_of, ctx, first, cnt"
"""Columns of a transaction that travel, in the order of `Sent`, and where its changes lie."""


def sent(db: Database, beyond: Mapping[int, int]) -> Iterator[Sent]:
    """Every transaction a copy with that vector lacks, in the order of the clock."""
    said = Said(db)
    for row in rows(db, f"SELECT {_SENT} FROM txn ORDER BY hlc, dev"):
        if row[2] > beyond.get(row[1], 0):
            yield _with_changes(db, row, said)


def sent_one(db: Database, dev: int, n: int, said: Said) -> Sent:
    """One transaction that this copy has, with its changes; each device's in their order."""
    (row,) = rows(db, f"SELECT {_SENT} FROM txn WHERE dev = ? AND n = ?", dev, n)
    return _with_changes(db, row, said)


def _with_changes(db: Database, row: tuple[Any, ...], said: Said) -> Sent:
    hlc, dev, n, author, kind, label, effective_on, undo_of, ctx, first, count = row
    events = rows(
        db, "SELECT ent, row, fld, val, bh, bd FROM event WHERE seq >= ? AND seq < ? "
        "ORDER BY seq", first, first + count,
    )  # fmt: skip
    known = said.known(dev, n, ctx) if ctx else None
    return Sent(
        hlc, dev, n, author, kind, label, effective_on, undo_of, known,
        tuple(SentEvent(*event) for event in events),
    )  # fmt: skip
