"""Which transactions close conflicts, and which of those were taken back.

| the transaction                           | its fields' conflicts                            |
|-------------------------------------------|--------------------------------------------------|
| a settlement                              | closed, over all heads its author knew           |
| the undo of a settlement                  | open again, as if it had not been settled        |
| its redo                                  | closed again                                     |
| the undo of a merge                       | closed over what that merge had brought          |
| its redo                                  | open again                                       |
| any other                                 | left as they are                                 |

An undo or redo that opens a conflict again stands in it for the value that it brings back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from psnplanner.file.connection import rows
from psnplanner.file.database import Database
from psnplanner.file.journal_knowledge import by_then
from psnplanner.programme.travel import MERGE, SETTLE

Stamp = tuple[int, int]
_TAKES_BACK = ("undo", "redo")


class _Told(NamedTuple):
    number: int
    kind: str
    target: Stamp | None


class Knowledge:
    """What the author of each transaction knew, told by stamps."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._numbers: dict[Stamp, int] = {}
        self._others: dict[Stamp, Mapping[int, int]] = {}
        self._said: dict[int, Mapping[int, int]] = {}

    def learn(self, stamp: Stamp, number: int, ctx: Mapping[int, int] | None) -> None:
        """A transaction that is in hand need not be read; each device's come in their order."""
        dev = stamp[1]
        self._numbers[stamp] = number
        if ctx is not None:
            self._said[dev] = ctx
        elif dev not in self._said:
            self._said[dev] = self.of_others(dev, number)
        self._others[stamp] = self._said[dev]  # one for all that it holds for: they are large

    def number(self, stamp: Stamp) -> int:
        """A transaction's number on its device."""
        if stamp not in self._numbers:
            hlc, dev = stamp
            found = rows(self._db, "SELECT n FROM txn WHERE dev = ? AND hlc = ?", dev, hlc)
            self._numbers[stamp] = found[0][0]
        return self._numbers[stamp]

    def reach(self, stamp: Stamp, dev: int) -> int:
        """How many transactions of a device its author knew."""
        own = self.number(stamp)
        if dev == stamp[1]:
            return own - 1
        if stamp not in self._others:
            self._others[stamp] = self.of_others(stamp[1], own)
        return self._others[stamp].get(dev, 0)

    def of_others(self, dev: int, n: int) -> dict[int, int]:
        """What a device knew of the others by its nth transaction."""
        return by_then(self._db, dev, n)[0]

    def knew(self, stamp: Stamp, other: Stamp) -> bool:
        """Whether the author of the one transaction knew the other."""
        return self.number(other) <= self.reach(stamp, other[1])


class Closings:
    """The transactions of a file that close conflicts or open them again."""

    def __init__(self, db: Database, knowledge: Knowledge) -> None:
        self._db, self._knowledge = db, knowledge
        self._told: dict[Stamp, _Told] = {}
        self._chains: dict[Stamp, list[Stamp]] = {}

    def learn(self, stamp: Stamp, number: int, kind: str, undo_of: str | None) -> None:
        """A transaction that is in hand need not be read; what it takes back has been learnt."""
        self._told[stamp] = self._as_told(stamp, number, kind, undo_of)

    def closes(self, stamp: Stamp) -> bool:
        """Whether a transaction closes conflicts."""
        root, turns = self._root(stamp)
        settles, merges = root.kind == SETTLE, root.kind == MERGE
        return (settles and turns % 2 == 0) or (merges and turns % 2 == 1)

    def opens(self, stamp: Stamp) -> Stamp | None:
        """The transaction that this one takes back and that had closed conflicts, if it does."""
        target = self._of(stamp).target
        return target if target is not None and self.closes(target) else None

    def over(self, stamp: Stamp, head: Stamp) -> bool:
        """Whether one that closes conflicts closes over this head, which its author knew."""
        chain = self._chain(stamp)
        return self._of(chain[-1]).kind == SETTLE or self._brought(chain[-1], head)

    def _brought(self, merge: Stamp, head: Stamp) -> bool:
        """Whether a transaction came with that merge: its author did not know it before."""
        dev, n = merge[1], self._of(merge).number
        before = self._knowledge.of_others(dev, n - 1) if n > 1 else {}
        number = self._knowledge.number(head)
        by_then = self._knowledge.reach(merge, head[1])
        return head[1] != dev and before.get(head[1], 0) < number <= by_then

    def _root(self, stamp: Stamp) -> tuple[_Told, int]:
        """What was first done, and how often it was taken back and brought back since."""
        chain = self._chain(stamp)
        return self._of(chain[-1]), len(chain) - 1

    def _chain(self, stamp: Stamp) -> list[Stamp]:
        if stamp not in self._chains:
            chain = [stamp]
            while (target := self._of(chain[-1]).target) is not None:
                chain.append(target)
            self._chains[stamp] = chain
        return self._chains[stamp]

    def _of(self, stamp: Stamp) -> _Told:
        if stamp not in self._told:
            hlc, dev = stamp
            sql = "SELECT n, kind, undo_of FROM txn WHERE dev = ? AND hlc = ?"
            self._told[stamp] = self._as_told(stamp, *rows(self._db, sql, dev, hlc)[0])
        return self._told[stamp]

    def _as_told(self, stamp: Stamp, number: int, kind: str, undo_of: str | None) -> _Told:
        target = self._target(undo_of) if undo_of and kind in _TAKES_BACK else None
        if target is not None and target >= stamp:
            target = None  # nobody takes back what is yet to come
        return _Told(number, kind, target)

    def _target(self, name: str) -> Stamp | None:
        dev, _, number = name.partition(".")
        if not (dev.isdecimal() and number.isdecimal()) or len(name) > 40:
            return None  # what comes from elsewhere may say anything
        sql = "SELECT hlc, dev FROM txn WHERE dev = ? AND n = ?"
        found = rows(self._db, sql, int(dev), int(number))
        return (found[0][0], found[0][1]) if found else None
