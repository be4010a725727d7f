"""The heads of a field: its changes that no other change supersedes, kept as they arrive.

A field has one head unless two people changed it without knowing of each other; only then it
has a row in `fork`. What a change supersedes follows from what its author knew:

| the arriving change e            | supersedes, of the heads its author knew              |
|----------------------------------|--------------------------------------------------------|
| a field set                      | the newest, and those of the same value as the newest  |
| a field set by a settlement      | all of them                                            |
| a record created (derived id)    | as a set of each field it gives                        |
| a record brought back            | as a set of every field                                |
| a record removed                 | every change to it its author knew                     |
| a field set, record removed here | nothing: a conflict, unless its author knew of that    |
| a removal, record changed here   | nothing: a conflict, unless its author knew of that    |

Heads of one value merge silently (`open` is 0), and the next change supersedes them all. An
ordinary change never closes a conflict: only a settlement names all its heads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from sqlite_utils import Database

from psnplanner.file import journal
from psnplanner.file.connection import rows
from psnplanner.file.journal import CREATES, DELETES

Stamp = tuple[int, int]
Slot = tuple[int, bytes, int]
Knows = Callable[[Stamp], bool]


def any_forks(db: Database) -> bool:
    """Whether any field has more than one head."""
    return bool(rows(db, "SELECT 1 FROM fork LIMIT 1"))


def follow(db: Database, stamp: Stamp, *, settles: bool) -> None:
    """Bring the forks along with a transaction made here, which knew all that is here."""
    if not any_forks(db):
        return
    heads = Heads(db)
    for ent, row, fld, val, base in rows(
        db, "SELECT ent, row, fld, val, bh FROM event WHERE hlc = ? AND dev = ? AND seq >= ("
        "SELECT first FROM txn WHERE dev = ? AND hlc = ?)", *stamp, stamp[1], stamp[0],
    ):  # fmt: skip
        heads.take((ent, row, fld), stamp, val, base is not None, lambda _: True, settles)
    heads.flush()


class Heads:
    """The heads of this file's fields; `flush` writes what `take` changed.

    Changes are taken after they are in the table of events, in the order of the clock.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._forks: dict[Slot, list[Stamp]] = {}
        self._before: dict[Slot, list[Stamp]] = {}
        for ent, row, fld, heads in rows(db, "SELECT ent, row, fld, heads FROM fork"):
            slot = (ent, row, fld)
            self._forks[slot] = self._before[slot] = [(h, d) for h, d in json.loads(heads)]
        self._values: dict[tuple[Slot, Stamp], Any] = {}

    def take(
        self, slot: Slot, stamp: Stamp, value: Any, revives: bool, knows: Knows, settles: bool
    ) -> None:
        """One change of that slot, by its stamp; `knows` tells what its author knew."""
        ent, row, fld = slot
        if fld == DELETES:
            self._removed(ent, row, stamp, knows)
            return
        if fld != CREATES:
            self._field(slot, stamp, knows, settles)
            return
        self._close_if_known((ent, row, DELETES), knows)
        fields = self._fields_of(ent, row) if revives else map(int, json.loads(value))
        for number in fields:
            self._set((ent, row, number), stamp, knows, settles)

    def _field(self, slot: Slot, stamp: Stamp, knows: Knows, settles: bool) -> None:
        ent, row, _ = slot
        removal = self._removal(ent, row, stamp)
        if removal is None:
            self._set(slot, stamp, knows, settles)
        elif not knows(removal):
            self._add((ent, row, DELETES), [removal, stamp])

    def _set(self, slot: Slot, stamp: Stamp, knows: Knows, settles: bool) -> None:
        heads = self._heads(slot, stamp)
        seen = [head for head in heads if knows(head)]
        if not heads or (len(heads) == 1 and seen):
            self._forks.pop(slot, None)
            return
        gone: set[Stamp] = set()
        if seen:
            newest = max(seen)
            gone = {
                head
                for head in seen
                if settles or head == newest or self._value(slot, head) == self._value(slot, newest)
            }
        left = [head for head in heads if head not in gone]
        if left:
            self._forks[slot] = sorted([*left, stamp])
        else:
            self._forks.pop(slot, None)

    def _removed(self, ent: int, row: bytes, stamp: Stamp, knows: Knows) -> None:
        slot = (ent, row, DELETES)
        self._close_if_known(slot, knows)
        unseen = [edit for edit in self._edits(ent, row, stamp) if not knows(edit)]
        for other in [s for s in self._forks if s[:2] == (ent, row) and s[2] != DELETES]:
            del self._forks[other]
        if unseen:
            self._add(slot, [max(unseen), stamp])

    def _close_if_known(self, slot: Slot, knows: Knows) -> None:
        if slot in self._forks and all(map(knows, self._forks[slot])):
            del self._forks[slot]

    def _add(self, slot: Slot, stamps: list[Stamp]) -> None:
        self._forks[slot] = sorted({*self._forks.get(slot, ()), *stamps})

    # What the journal says

    def _heads(self, slot: Slot, stamp: Stamp) -> list[Stamp]:
        if slot in self._forks:
            return self._forks[slot]
        ent, row, fld = slot
        found = self._db.conn.execute(
            "SELECT hlc, dev, fld, val, bh FROM event WHERE ent = ? AND row = ? AND fld IN (?, 0) "
            "AND NOT (hlc = ? AND dev = ?) ORDER BY hlc DESC, dev DESC",
            (ent, row, fld, *stamp),
        )
        for hlc, dev, kind, value, base in found:
            # A creation is a head of the fields it gives; one that brought a record back, of all.
            if kind == fld or base is not None or str(fld) in json.loads(value):
                return [(hlc, dev)]
        return []

    def _removal(self, ent: int, row: bytes, stamp: Stamp) -> Stamp | None:
        """The removal of a record that is not there now, leaving this change aside."""
        found = self._db.conn.execute(
            "SELECT hlc, dev, fld FROM event WHERE ent = ? AND row = ? AND fld IN (0, -1) "
            "AND NOT (hlc = ? AND dev = ?) ORDER BY hlc DESC, dev DESC LIMIT 1",
            (ent, row, *stamp),
        ).fetchone()
        return (found[0], found[1]) if found and found[2] == DELETES else None

    def _edits(self, ent: int, row: bytes, stamp: Stamp) -> list[Stamp]:
        return [
            (hlc, dev)
            for hlc, dev in rows(
                self._db,
                "SELECT hlc, dev FROM event WHERE ent = ? AND row = ? AND fld >= 0 "
                "AND NOT (hlc = ? AND dev = ?)",
                ent, row, *stamp,
            )
        ]  # fmt: skip

    def _fields_of(self, ent: int, row: bytes) -> Iterator[int]:
        found = rows(
            self._db, "SELECT DISTINCT fld FROM event WHERE ent = ? AND row = ? AND fld > 0",
            ent, row,
        )  # fmt: skip
        return iter([fld for (fld,) in found])

    def _value(self, slot: Slot, stamp: Stamp) -> Any:
        key = (slot, stamp)
        if key not in self._values:
            self._values[key] = journal.value_at(self._db, *slot, *stamp)
        return self._values[key]

    def flush(self) -> list[Slot]:
        """Write the forks that changed; those newly in conflict are returned."""
        opened = []
        for slot in self._before.keys() - self._forks.keys():
            self._db.conn.execute("DELETE FROM fork WHERE ent = ? AND row = ? AND fld = ?", slot)
        for slot, heads in self._forks.items():
            if self._before.get(slot) == heads:
                continue
            unlike = slot[2] == DELETES or len({repr(self._value(slot, h)) for h in heads}) > 1
            self._db.conn.execute(
                "INSERT OR REPLACE INTO fork VALUES (?, ?, ?, ?, ?)",
                (*slot, json.dumps(heads), int(unlike)),
            )
            if unlike and slot not in self._before:
                opened.append(slot)
        self._before = dict(self._forks)
        return opened
