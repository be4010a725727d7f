"""What is read from an open programme file: its state, its journal, what another copy holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from psnplanner import home
from psnplanner.errors import UserError
from psnplanner.file import (
    copies,
    in_step,
    journal_reading,
    pack,
    photographs,
    tables,
)
from psnplanner.file.backup import backup
from psnplanner.file.conflicts import conflicts
from psnplanner.file.connection import plain_words, rows
from psnplanner.file.database import Database
from psnplanner.file.journal_state import state_of
from psnplanner.file.merge import net_changes, sent
from psnplanner.file.verify import verify
from psnplanner.programme.change import Change, Dated, Transaction
from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State
from psnplanner.programme.travel import Conflict, Sent

Progress = Callable[[float, str], None]
Answer = TypeVar("Answer")
_MANY = 500


class Reading:
    """The questions that an open file answers; none of them changes it."""

    path: Path
    _db: Database

    def load(self) -> State:
        """The current state. Raises UserError if what the tables hold cannot be read."""
        with plain_words(self.path), self._readable():
            return tables.load(self._db)

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, TypeError, OverflowError) as error:
            raise UserError(
                f"The file is damaged: its tables hold what cannot be read ({error}).",
                where=str(self.path),
                remedy="Go back to a backup; “psnplanner verify” says what is affected, and "
                "“psnplanner repair” saves what can be saved.",
            ) from error

    def headers(self, after: int = 0) -> list[Transaction]:
        """Every transaction that arrived after that one, without its changes, in that order."""
        with plain_words(self.path), self._readable():
            return journal_reading.headers(self._db, after)

    def transaction(self, key: tuple[int, int]) -> Transaction | None:
        """One transaction with its changes."""
        with plain_words(self.path):
            return journal_reading.transaction(self._db, key)

    def overtaken(self, done: Transaction) -> list[tuple[Change, list[tuple[int, int]]]]:
        """Each change of a transaction with the (device, number) of those that overtook it."""
        with plain_words(self.path):
            stamps = journal_reading.stamps(self._db)
            own = next(stamp for stamp, key in stamps.items() if key == done.key)
            if len(done.changes) > _MANY:  # one pass over the journal beats a look-up for each
                found = journal_reading.all_overtaken(self._db, done.changes, *own)
            else:
                found = [(c, journal_reading.overtaken_by(self._db, c, *own)) for c in done.changes]
        return [(c, [stamps[stamp] for stamp in later]) for c, later in found if later]

    def state_of(
        self,
        until: date | None = None,
        recorded_by: datetime | None = None,
        known: Mapping[int, int] | None = None,
    ) -> State:
        """What every change comes to; see `journal_state`."""
        with plain_words(self.path):
            return state_of(self._db, until, recorded_by, known)

    def within(self, known: Mapping[int, int]) -> set[tuple[int, int]]:
        """The (clock, device) of every transaction within a vector."""
        with plain_words(self.path):
            stamps = journal_reading.stamps(self._db).items()
        return {stamp for stamp, (dev, n) in stamps if n <= known.get(dev, 0)}

    def dated(self, wanted: Mapping[str, Sequence[str]], after: int, limit: int) -> list[Dated]:
        """Changes in order of arrival, each with its day; see `journal.dated`."""
        with plain_words(self.path):
            return journal_reading.dated(self._db, wanted, after, limit)

    def changes_of(self, records: Iterable[RecordId]) -> list[tuple[tuple[int, int], Change]]:
        """The changes to these records in order, each with its (device, number)."""
        with plain_words(self.path):
            stamps = journal_reading.stamps(self._db)
            return [(stamps[at], c) for at, c in journal_reading.changes_of(self._db, records)]

    def ever_set(self, entity: str, field: str) -> list[RecordId]:
        """The records of a kind of which a yes-or-no field was ever set, deleted ones too."""
        with plain_words(self.path):
            return journal_reading.ever_set(self._db, entity, field)

    def field_work(self) -> dict[RecordId, set[str]]:
        """The fields of each site that people have changed since a list last set them."""
        with plain_words(self.path):
            return journal_reading.field_work(self._db)

    def photograph(self, digest: str) -> bytes:
        """The bytes of a photograph. Raises UserError if they are not here, or damaged."""
        with plain_words(self.path):
            return photographs.read(self._db, digest, str(self.path))

    def verify(self, progress: Progress | None = None) -> list[str]:
        """What is wrong with the file, in sentences; none if it is sound."""
        with plain_words(self.path):
            return verify(self._db, progress)

    def backup(self, out: Path) -> None:
        """Copy the whole programme to a new file."""
        backup(self._db, out)

    def ask(self, question: Callable[[Database], Answer]) -> Answer:
        """What one of the questions of `in_step` finds here."""
        with plain_words(self.path):
            return question(self._db)

    def own_devices(self) -> set[int] | None:
        """The devices whose work is this person's, where a hub brings others' work too."""
        return self.ask(lambda db: in_step.own_devices(db, home.machine()))

    @property
    def is_pack(self) -> bool:
        """Whether this file is a field pack."""
        return pack.is_pack(self._db)

    def read_copy(self, path: Path) -> copies.Copy:
        """What another copy of this programme, or a pack of it, holds beyond this one.

        Raises UserError for what is none.
        """
        known = self.vector()
        found = copies.read(path, known)
        if found.is_pack:
            return copies.read(path, {})
        dev, n, digest = rows(self._db, "SELECT dev, n, hash FROM txn ORDER BY arr LIMIT 1")[0]
        if found.root != (dev, n, digest.hex()):
            raise UserError(
                "This is a copy of another programme; nothing was merged.", where=str(path),
                remedy="Open the programme it was copied from, and merge it there.",
            )  # fmt: skip
        parted = [dev for dev, told in found.reach.items() if self._parted(dev, *told)]
        if parted:  # two copies under one name: all of that name is needed to tell them apart
            found = copies.read(path, {dev: n for dev, n in known.items() if dev not in parted})
        return found

    def _parted(self, dev: int, n: int, digest: str) -> bool:
        sql = "SELECT hash FROM txn WHERE dev = ? AND n <= ? ORDER BY n DESC LIMIT 1"
        found = rows(self._db, sql, dev, n)
        return bool(found) and found[0][0].hex() != digest

    def sent(self, beyond: Mapping[int, int]) -> list[Sent]:
        """Every transaction that a copy with that vector lacks."""
        with plain_words(self.path):
            return list(sent(self._db, beyond))

    def vector(self) -> dict[int, int]:
        """What this copy knows: of each device, how many of its transactions."""
        with plain_words(self.path):
            return dict(rows(self._db, "SELECT dev, n FROM dev"))

    def conflicts(self) -> list[Conflict]:
        """Every conflict that is open."""
        with plain_words(self.path):
            return conflicts(self._db)

    def net_changes(self, key: tuple[int, int]) -> list[Change]:
        """What a merge changed of the programme, by its own transaction's key."""
        with plain_words(self.path):
            return net_changes(self._db, key)
