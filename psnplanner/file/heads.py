"""The heads of a field: its changes that no other change supersedes, kept as they arrive.

A field has one head unless two people changed it without knowing of each other; only then it
has a row in `fork`. What a change supersedes follows from what its author knew:

| the change                       | supersedes, of the heads its author knew               |
|----------------------------------|--------------------------------------------------------|
| a field set                      | the newest, and those of the same value as the newest  |
| a field set by a settlement      | all of them                                            |
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
from collections.abc import Iterator
from typing import Any, NamedTuple

from psnplanner.file import journal
from psnplanner.file.connection import rows
from psnplanner.file.database import Database
from psnplanner.file.journal import CREATES, DELETES
from psnplanner.programme.record import fields_of
from psnplanner.programme.state import Programme
from psnplanner.programme.travel import SETTLE

_MOVES_BY_ITSELF = (
    Programme.ENTITY_NUMBER, fields_of(Programme)["status_on"].number
)  # fmt: skip
"""The status date moves on with what is recorded: two that differ are no conflict."""

Stamp = tuple[int, int]
Slot = tuple[int, bytes, int]


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


class Knowledge:
    """What the author of each transaction knew, told by stamps."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._numbers: dict[Stamp, int] = {}
        self._known: dict[Stamp, dict[int, int]] = {}

    def number(self, stamp: Stamp) -> int:
        """A transaction's number on its device."""
        if stamp not in self._numbers:
            hlc, dev = stamp
            found = rows(self._db, "SELECT n FROM txn WHERE dev = ? AND hlc = ?", dev, hlc)
            self._numbers[stamp] = found[0][0]
        return self._numbers[stamp]

    def of(self, stamp: Stamp) -> dict[int, int]:
        """All that its author knew: of each device, how many transactions."""
        if stamp not in self._known:
            dev, n = stamp[1], self.number(stamp)
            self._known[stamp] = {**self.of_others(dev, n), dev: n - 1}
        return self._known[stamp]

    def of_others(self, dev: int, n: int) -> dict[int, int]:
        """What a device knew of the others by its nth transaction."""
        found = rows(
            self._db,
            "SELECT ctx FROM txn WHERE dev = ? AND n <= ? AND ctx IS NOT NULL "
            "ORDER BY n DESC LIMIT 1", dev, n,
        )  # fmt: skip
        return journal.vector(found[0][0]) if found else {}

    def knew(self, stamp: Stamp, other: Stamp) -> bool:
        """Whether the author of the one transaction knew the other."""
        return self.number(other) <= self.of(stamp).get(other[1], 0)


def follow(db: Database, stamp: Stamp, *, settles: bool) -> None:
    """Bring the forks along with a transaction made here."""
    if not rows(db, "SELECT 1 FROM fork LIMIT 1"):
        return
    heads = Heads(db)
    hlc, dev = stamp
    first = rows(db, "SELECT first FROM txn WHERE dev = ? AND hlc = ?", dev, hlc)[0][0]
    found = rows(db, "SELECT ent, row, fld, val, bh FROM event WHERE seq >= ?", first)
    for ent, row, fld, val, base in found:
        heads.take(ent, row, Step(stamp, fld, val, base is not None), settles=settles)
    heads.flush()


class Heads:
    """The heads of this file's fields; `flush` writes what `take` changed.

    Changes are taken after they are in the journal, in the order of the clock.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._knowledge = Knowledge(db)
        self._forks: dict[Slot, list[Stamp]] = {}
        for ent, row, fld, heads in rows(db, "SELECT ent, row, fld, heads FROM fork"):
            self._forks[ent, row, fld] = journal.stamps_in(heads)
        self._before = dict(self._forks)
        self._ever_removed: dict[tuple[int, bytes], bool] = {}
        self._values: dict[tuple[Slot, Stamp], Any] = {}

    def take(self, ent: int, row: bytes, step: Step, *, settles: bool) -> None:
        """One change of a record."""
        if step.fld == DELETES:
            self._ever_removed[ent, row] = True
        if self._was_removed(ent, row):
            return  # looked at as a whole when all has arrived
        given = [step.fld] if step.fld != CREATES else [*map(int, json.loads(step.val))]
        for fld in given:
            self._set((ent, row, fld), step.stamp, settles)

    def _was_removed(self, ent: int, row: bytes) -> bool:
        key = (ent, row)
        if key not in self._ever_removed:
            sql = "SELECT 1 FROM event WHERE ent = ? AND row = ? AND fld = ? LIMIT 1"
            self._ever_removed[key] = bool(rows(self._db, sql, ent, row, DELETES))
        return self._ever_removed[key]

    def _set(self, slot: Slot, stamp: Stamp, settles: bool) -> None:
        knew = self._knowledge.knew
        heads = self._forks.get(slot)
        if heads is None:
            newest = next(self._earlier(slot, stamp), None)
            if newest is None or knew(stamp, newest):
                return
            heads = [newest]
        seen = [head for head in heads if knew(stamp, head)]
        gone = set(seen) if settles else set()
        if seen and not settles:
            # What its author saw there may be no head any more, but says which value it replaced.
            base = next(other for other in self._earlier(slot, stamp) if knew(stamp, other))
            gone = self._replaced(slot, seen, base)
        self._keep(slot, [*(head for head in heads if head not in gone), stamp])

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
        sql = (
            "SELECT hlc, dev, fld, val, bh FROM event WHERE ent = ? AND row = ? ORDER BY hlc, dev, "
            "seq"
        )
        steps = [
            Step((hlc, dev), fld, val, base is not None)
            for hlc, dev, fld, val, base in rows(self._db, sql, ent, row)
        ]
        for slot in [slot for slot in self._forks if slot[:2] == (ent, row)]:
            del self._forks[slot]
        fields = {step.fld for step in steps if step.fld > 0}
        for step in steps:
            fields |= set(map(int, json.loads(step.val))) if step.fld == CREATES else set()
        for fld in fields:
            self._keep((ent, row, fld), self._heads_among((ent, row, fld), steps))
        self._keep((ent, row, DELETES), self._sides(steps))

    def _heads_among(self, slot: Slot, steps: list[Step]) -> list[Stamp]:
        knew = self._knowledge.knew
        heads: list[Stamp] = []
        changes: list[Stamp] = []
        for step in steps:
            whole = step.fld == DELETES or (step.revives and step.fld == CREATES)
            if not whole and not step.gives(slot[2]):
                continue
            seen = [head for head in heads if knew(step.stamp, head)]
            gone = set(seen)
            if seen and not whole and not self._settles(step.stamp):
                base = next(s for s in reversed(changes) if knew(step.stamp, s))
                gone = self._replaced(slot, seen, base)
            heads = [head for head in heads if head not in gone]
            if step.fld != DELETES:
                heads.append(step.stamp)
                changes.append(step.stamp)
        return heads

    def _sides(self, steps: list[Step]) -> list[Stamp]:
        """The removals that stand, with the changes that neither knew of the other."""
        knew = self._knowledge.knew
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

    def _settles(self, stamp: Stamp) -> bool:
        sql = "SELECT kind FROM txn WHERE hlc = ? AND dev = ?"
        return bool(rows(self._db, sql, *stamp)[0][0] == SETTLE)

    def _value(self, slot: Slot, stamp: Stamp) -> Any:
        key = (slot, stamp)
        if key not in self._values:
            self._values[key] = journal.value_at(self._db, *slot, *stamp)
        return self._values[key]

    def _differ(self, slot: Slot, heads: list[Stamp]) -> bool:
        if slot[2] == DELETES:
            return True
        values = {repr(self._value(slot, head)) for head in heads}
        return len(values) > 1 and (slot[0], slot[2]) != _MOVES_BY_ITSELF

    def flush(self) -> list[Slot]:
        """Write the forks that changed; those newly in conflict are returned."""
        for (ent, row), removed in self._ever_removed.items():
            if removed:
                self._look_again(ent, row)
        for slot in self._before.keys() - self._forks.keys():
            self._db.conn.execute("DELETE FROM fork WHERE ent = ? AND row = ? AND fld = ?", slot)
        opened = []
        for slot, heads in self._forks.items():
            if self._before.get(slot) == heads:
                continue
            unlike = self._differ(slot, heads)
            self._db.conn.execute(
                "INSERT OR REPLACE INTO fork VALUES (?, ?, ?, ?, ?)",
                (*slot, json.dumps(heads), int(unlike)),
            )
            if unlike and slot not in self._before:
                opened.append(slot)
        self._before = dict(self._forks)
        return opened
