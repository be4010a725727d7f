"""The heads of a field: its changes that no other change supersedes, kept as they arrive.

A field has one head unless two people changed it without knowing of each other; only then it
has a row in `fork`. What a change supersedes follows from what its author knew:

| the change                       | supersedes, of the heads its author knew               |
|----------------------------------|--------------------------------------------------------|
| a field set                      | the newest, and those of the same value as the newest  |
| a field set by a settlement      | all of them; none any more, once it is taken back      |
| a field set by an undo of one    | it, what was made on it, and those of the value it     |
|                                  | brings back (see `closings`)                           |
| a record created (derived id)    | as a set of each field it gives                        |
| a record brought back            | all of them, of every field                            |
| a record removed                 | all of them, of every field                            |

Heads of one value merge silently (`open` is 0), and the next change supersedes them all. An
ordinary change never closes a conflict: only a settlement names all its heads.

A record that was ever removed is rare, and looked at as a whole: the removals that no later
coming or going knew stand; with the changes that they did not know, and that did not know of
them, they are a conflict of the record itself (`fld` is -1).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from psnplanner.file import journal, journal_reading
from psnplanner.file.closings import Closings, Knowledge, Stamp
from psnplanner.file.connection import rows
from psnplanner.file.database import Database
from psnplanner.file.journal_events import CREATES, DELETES
from psnplanner.programme.record import fields_of
from psnplanner.programme.state import Programme
from psnplanner.programme.travel import Sent

_MOVES_BY_ITSELF = (
    Programme.ENTITY_NUMBER, fields_of(Programme)["status_on"].number
)  # fmt: skip
"""The status date moves on with what is recorded: two that differ are no conflict."""

Slot = tuple[int, bytes, int]
_MANY = 500


class Step(NamedTuple):
    """A change of a record: its stamp, its field's number, its value, and whether it revives."""

    stamp: Stamp
    fld: int
    val: Any
    revives: bool

    def gives(self, fld: int) -> bool:
        """Whether it sets that field."""
        if self.fld == CREATES:
            return self.revives or str(fld) in json.loads(self.val)
        return self.fld == fld


def follow(db: Database, stamp: Stamp) -> None:
    """Bring the forks along with a transaction made here."""
    hlc, dev = stamp
    first, undo_of = rows(db, "SELECT first, undo_of FROM txn WHERE dev = ? AND hlc = ?", dev, hlc
                          )[0]  # fmt: skip
    again = bool(undo_of) and Closings(db, Knowledge(db)).opens(stamp) is not None
    if not again and not rows(db, "SELECT 1 FROM fork LIMIT 1"):
        return
    found = rows(db, "SELECT ent, row, fld, val, bh FROM event WHERE seq >= ?", first)
    heads = Heads(db, {(ent, row) for ent, row, *_ in found})
    for ent, row, fld, val, base in found:
        heads.take(ent, row, Step(stamp, fld, val, base is not None))
    heads.flush()


def _forks(
    db: Database, records: Collection[tuple[int, bytes]] | None
) -> Iterator[tuple[int, bytes, int, str]]:
    """The forks of these records, or all."""
    sql = "SELECT ent, row, fld, heads FROM fork"
    if records is None or len(records) > _MANY:
        yield from rows(db, sql)
        return
    for ent, row in records:
        yield from rows(db, f"{sql} WHERE ent = ? AND row = ?", ent, row)


class Heads:
    """The heads of this file's fields; `flush` writes what `take` changed.

    Changes are taken after they are in the journal, in the order of the clock.
    """

    def __init__(self, db: Database, records: Collection[tuple[int, bytes]] | None = None) -> None:
        """`records` are all that changes will be taken of, where that is known."""
        self._db = db
        self._knowledge = Knowledge(db)
        self._closings = Closings(db, self._knowledge)
        self._forks: dict[Slot, list[Stamp]] = {}
        for ent, row, fld, heads in _forks(db, records):
            self._forks[ent, row, fld] = journal.stamps_in(heads)
        self._before = dict(self._forks)
        self._ever_removed: dict[tuple[int, bytes], bool] = {}
        self._opened_again: dict[Slot, None] = {}
        self._values: dict[tuple[Slot, Stamp], Any] = {}

    def learn(self, item: Sent) -> None:
        """A transaction that is in hand, and need not be read again; in the order of the clock."""
        stamp = (item.hlc, item.dev)
        self._knowledge.learn(stamp, item.n, item.ctx)
        self._closings.learn(stamp, item.n, item.kind, item.undo_of)

    def take(self, ent: int, row: bytes, step: Step) -> None:
        """One change of a record."""
        if step.fld == DELETES:
            self._ever_removed[ent, row] = True
        if self._was_removed(ent, row):
            return  # looked at as a whole when all has arrived
        given = [step.fld] if step.fld != CREATES else [*map(int, json.loads(step.val))]
        for fld in given:
            self._set((ent, row, fld), step.stamp)

    def _was_removed(self, ent: int, row: bytes) -> bool:
        key = (ent, row)
        if key not in self._ever_removed:
            sql = "SELECT 1 FROM event WHERE ent = ? AND row = ? AND fld = ? LIMIT 1"
            self._ever_removed[key] = bool(rows(self._db, sql, ent, row, DELETES))
        return self._ever_removed[key]

    def _set(self, slot: Slot, stamp: Stamp) -> None:
        if self._closings.opens(stamp):
            self._opened_again[slot] = None  # looked at as a whole when all has arrived
            return
        knew = self._knowledge.knew
        heads = self._forks.get(slot)
        if heads is None:
            newest = next(self._earlier(slot, stamp), None)
            if newest is None or knew(stamp, newest):
                return
            heads = [newest]
        seen = [head for head in heads if knew(stamp, head)]
        gone: set[Stamp] = set()
        if seen:
            # What its author saw there may be no head any more, but says which value it replaced.
            base = next(other for other in self._earlier(slot, stamp) if knew(stamp, other))
            gone = self._superseded(slot, stamp, seen, base)
        self._keep(slot, [*(head for head in heads if head not in gone), stamp])

    def _superseded(self, slot: Slot, stamp: Stamp, seen: list[Stamp], base: Stamp) -> set[Stamp]:
        """Of what its author knew: what a change supersedes, made on `base`."""
        gone = self._replaced(slot, seen, base)
        if self._closings.closes(stamp):
            gone |= {head for head in seen if self._closings.over(stamp, head)}
        return gone

    def _replaced(self, slot: Slot, seen: list[Stamp], base: Stamp) -> set[Stamp]:
        return {h for h in seen if h == base or self._value(slot, h) == self._value(slot, base)}

    def _keep(self, slot: Slot, heads: list[Stamp]) -> None:
        if len(heads) > 1:
            self._forks[slot] = sorted(heads)
        else:
            self._forks.pop(slot, None)

    def _earlier(self, slot: Slot, stamp: Stamp) -> Iterator[Stamp]:
        """The other changes of a field, newest first."""
        ent, row, fld = slot
        found = self._db.conn.execute(
            "SELECT hlc, dev, fld, val, bh FROM event WHERE ent = ? AND row = ? AND fld IN (?, 0) "
            "AND NOT (hlc = ? AND dev = ?) ORDER BY hlc DESC, dev DESC",
            (ent, row, fld, *stamp),
        )
        for hlc, dev, kind, val, base in found:
            if Step((hlc, dev), kind, val, base is not None).gives(fld):
                yield hlc, dev

    # A record that was ever removed

    def _look_again(self, ent: int, row: bytes) -> None:
        steps = self._steps(ent, row)
        for slot in [slot for slot in self._forks if slot[:2] == (ent, row)]:
            del self._forks[slot]
        fields = {step.fld for step in steps if step.fld > 0}
        for step in steps:
            fields |= set(map(int, json.loads(step.val))) if step.fld == CREATES else set()
        for fld in fields:
            self._keep((ent, row, fld), self._heads_among((ent, row, fld), steps))
        self._keep((ent, row, DELETES), self._sides(steps))

    def _steps(self, ent: int, row: bytes) -> list[Step]:
        """All changes of a record, in the order of the clock."""
        sql = (
            "SELECT hlc, dev, fld, val, bh FROM event WHERE ent = ? AND row = ? ORDER BY hlc, dev, "
            "seq"
        )
        return [
            Step((hlc, dev), fld, val, base is not None)
            for hlc, dev, fld, val, base in rows(self._db, sql, ent, row)
        ]

    def _heads_among(self, slot: Slot, steps: list[Step]) -> list[Stamp]:
        """The changes of a field that no other supersedes, from all of them at once."""
        knew = self._knowledge.knew
        taken_back = self._taken_back(steps, slot[2])
        made: list[Stamp] = []
        gone: set[Stamp] = set()
        for step in steps:
            whole = step.fld == DELETES or (step.revives and step.fld == CREATES)
            if not whole and not step.gives(slot[2]):
                continue
            seen = [other for other in made if knew(step.stamp, other)]
            if step.stamp in taken_back or (whole and self._closings.opens(step.stamp)):
                pass  # as if it had not been made
            elif whole:
                gone.update(seen)
            elif opened := self._closings.opens(step.stamp):
                gone |= self._stood_in(slot, step.stamp, seen, opened)
            elif seen:
                gone |= self._superseded(slot, step.stamp, seen, seen[-1])
            if step.fld != DELETES:
                made.append(step.stamp)
        return [stamp for stamp in made if stamp not in gone]

    def _taken_back(self, steps: list[Step], fld: int) -> set[Stamp]:
        """The transactions that closed a field's conflicts, and were taken back since."""
        given = [s for s in steps if s.fld == DELETES or s.gives(fld)]
        return {opened for s in given if (opened := self._closings.opens(s.stamp)) is not None}

    def _stood_in(self, slot: Slot, stamp: Stamp, seen: list[Stamp], opened: Stamp) -> set[Stamp]:
        """What one that opens a conflict again supersedes: the rest is as before."""
        knew, value = self._knowledge.knew, self._value(slot, stamp)
        return {
            other
            for other in seen
            if other == opened or knew(other, opened) or self._value(slot, other) == value
        }

    def _sides(self, steps: list[Step]) -> list[Stamp]:
        """The removals that stand, with the changes that neither knew of the other."""
        knew = self._knowledge.knew
        passed = self._taken_back(steps, DELETES)
        passed |= {s.stamp for s in steps if self._closings.opens(s.stamp) in passed}
        steps = [step for step in steps if step.stamp not in passed]
        decided = [s.stamp for s in steps if s.fld == DELETES or (s.fld == CREATES and s.revives)]
        standing = [
            s.stamp
            for s in steps
            if s.fld == DELETES and not any(knew(d, s.stamp) for d in decided if d != s.stamp)
        ]
        changes = {
            step.stamp
            for step in steps
            for removal in standing
            if step.stamp not in decided
            and not knew(removal, step.stamp)
            and not knew(step.stamp, removal)
        }
        return [*standing, *changes] if changes else []

    def _value(self, slot: Slot, stamp: Stamp) -> Any:
        key = (slot, stamp)
        if key not in self._values:
            self._values[key] = journal_reading.value_at(self._db, *slot, *stamp)
        return self._values[key]

    def differ(self, slot: Slot, heads: list[Stamp]) -> bool:
        """Whether these changes of a field are a conflict: they give it other values."""
        if slot[2] == DELETES:
            return True
        values = {repr(self._value(slot, head)) for head in heads}
        return len(values) > 1 and (slot[0], slot[2]) != _MOVES_BY_ITSELF

    def flush(self) -> list[Slot]:
        """Write the forks that changed; those newly in conflict are returned."""
        for (ent, row), removed in self._ever_removed.items():
            if removed:
                self._look_again(ent, row)
        for slot in self._opened_again:
            if not self._was_removed(*slot[:2]):
                self._keep(slot, self._heads_among(slot, self._steps(*slot[:2])))
        for slot in self._before.keys() - self._forks.keys():
            self._db.conn.execute("DELETE FROM fork WHERE ent = ? AND row = ? AND fld = ?", slot)
        opened = []
        for slot, heads in self._forks.items():
            if self._before.get(slot) == heads:
                continue
            unlike = self.differ(slot, heads)
            self._db.conn.execute(
                "INSERT OR REPLACE INTO fork VALUES (?, ?, ?, ?, ?)",
                (*slot, json.dumps(heads), int(unlike)),
            )
            if unlike and slot not in self._before:
                opened.append(slot)
        self._before = dict(self._forks)
        return opened
