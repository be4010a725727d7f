"""An open programme file. One thread owns it: the session's writer."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from psnplanner import home
from psnplanner.errors import UserError
from psnplanner.file import (
    copies,
    encryption,
    heads,
    in_step,
    journal,
    pack,
    photographs,
    schema,
    seals,
    sound,
    tables,
)
from psnplanner.file.backup import backup, free_name
from psnplanner.file.clock import Clock
from psnplanner.file.conflicts import conflicts
from psnplanner.file.connection import DiskRefused, begin, connect, plain_words, rows, writing
from psnplanner.file.database import Database
from psnplanner.file.lock import WriterLock
from psnplanner.file.merge import Merge, net_changes, sent
from psnplanner.file.share import network_kind
from psnplanner.file.standing import Standing, has_strange_log
from psnplanner.file.verify import verify
from psnplanner.programme.change import Change, Dated, Transaction
from psnplanner.programme.photograph import Photograph
from psnplanner.programme.record import Record, RecordId
from psnplanner.programme.state import State
from psnplanner.programme.travel import Conflict, Merged, Sent
from psnplanner.whole_file import TAKEN, whole_file

Progress = Callable[[float, str], None]
Now = Callable[[], datetime]
Answer = TypeVar("Answer")


_MANY = 500
OTHER_OPEN = "Another PSN Planner has this programme open, so here it can only be read."
_NO_LOCKS = (
    "This disk keeps no locks ({}), so nothing tells whether somebody else has the programme open; "
    "here it can only be read."
)
_ON_A_SHARE = (
    "This programme lies on a network share ({}): slower, and only as safe as its locks. "
    "Work on a copy on your own disk, and bring the copies together with “merge”."
)
_NO_ROOM = (
    "The disk is full or refuses to write, so changes cannot be saved. All that was saved is "
    "shown; make room, and open it again."
)
_CHANGED_SINCE = (
    "This programme has been changed since it was opened here. Open it again to see it as it is."
)
_WAYS_OUT = {_NO_ROOM: "", OTHER_OPEN: "Close the other window or command, then open it again."}


class _TakenBack(Exception):
    """Ends a dry run: what was written is rolled back."""


class ProgrammeFile:
    """A programme file, open. Use it from the thread that opened it.

    `notice` says why it can only be read, where that is so.
    """

    def __init__(self, path: Path, db: Database, lock: WriterLock | None, notice: str) -> None:
        self.path = path
        self.notice = notice
        self._db = db
        self._lock = lock
        self._arrived = journal.arrived(db)
        self._clock = Clock(journal.latest_stamp(db))
        self._standing = Standing(path)
        self._rescued: Path | None = None
        self._closed = False

    @property
    def read_only(self) -> bool:
        """Whether the file can only be read."""
        return self._lock is None or self._rescued is not None

    @staticmethod
    def create(
        path: Path,
        header: journal.Header,
        changes: Sequence[Change],
        now: datetime,
        passphrase: str = "",
    ) -> None:
        """Make a programme file with its first transaction, whole or not at all.

        It is encrypted if there is a passphrase. Raises UserError if the name is taken or the
        folder refuses.
        """
        with plain_words(path):
            if path.exists():
                raise UserError(
                    TAKEN,
                    where=str(path),
                    remedy="Choose another name, or open it.",
                )
            if not path.parent.is_dir():
                raise UserError(
                    "There is no such folder.", where=str(path.parent), remedy="Make it first."
                )
            if not os.access(path.parent, os.W_OK):
                raise UserError(
                    "The folder is read-only.",
                    where=str(path.parent),
                    remedy="Choose a folder you can write to.",
                )
        with plain_words(path), whole_file(path, replace=False) as beside:
            db = begin(beside, encryption.new_key(passphrase) if passphrase else None)
            try:
                schema.create(db)
                empty = State()
                with writing(db):
                    hlc, dev = Clock(0).next(now), _own_device(db, beside)
                    journal.append(db, header, changes, dev, hlc, now)
                    tables.write(db, empty, empty.after(changes), changes)
                    seals.close(db)
            finally:
                db.conn.close()

    @staticmethod
    def open(path: Path, *, read_only: bool = False) -> ProgrammeFile:
        """Open a programme file, bringing an older one up to date after a backup.

        On a disk that refuses to write it is opened for reading, and says so.
        Raises UserError if it is no programme, from a newer version, or damaged.
        """
        _check_log(path)
        try:
            return ProgrammeFile._opened(path, read_only)
        except DiskRefused as refused:
            said = refused
            db = connect(path, read_only=True, alone=True)
        try:
            with plain_words(path):
                if schema.pending(db, str(path)):
                    raise said  # it cannot be read before it is brought up to date
                return ProgrammeFile(path, db, None, _NO_ROOM)
        except BaseException:
            db.conn.close()
            raise

    @staticmethod
    def _opened(path: Path, read_only: bool) -> ProgrammeFile:
        lock, notice = (None, "") if read_only else _take_lock(path)
        try:
            db = connect(path, read_only=lock is None)
            try:
                with plain_words(path):
                    _bring_up_to_date(path, db, writable=lock is not None)
                    if ahead := sound.clock_ahead(db):
                        if lock is not None:
                            lock.release()
                        lock, notice = None, ahead
                    return ProgrammeFile(path, db, lock, notice)
            except BaseException:
                db.conn.close()
                raise
        except BaseException:
            if lock is not None:
                lock.release()
            raise

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

    def append(
        self,
        header: journal.Header,
        changes: Sequence[Change],
        before: State,
        after: State,
        now: datetime,
        pictures: Mapping[str, bytes] | None = None,
        tell: Callable[[float], None] | None = None,
    ) -> Transaction:
        """Journal one transaction and bring the tables along; on the disk when it returns.

        `pictures` are the bytes of new photographs by their digest. `tell` hears the share
        done, and may cancel by raising: nothing is saved then.
        """
        self._check_writable()
        with plain_words(self.path), self._writing():
            hlc, dev = self._clock.next(now), _own_device(self._db, self.path)
            made = journal.append(self._db, header, changes, dev, hlc, now, tell)
            heads.follow(self._db, (hlc, dev))
            tables.write(self._db, before, after, changes)
            photographs.keep(self._db, pictures or {})
        self._arrived += 1
        return made

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A write transaction, if the file still stands as it did and nobody else wrote."""
        self._check_standing()
        with writing(self._db):
            self._standing.note_log()
            self._check_nobody_else_wrote()
            yield
            seals.close(self._db)
            # The last moment at which nothing has been promised.
            self._check_standing()

    def _check_standing(self) -> None:
        fault = self._standing.fault()
        if fault:
            raise UserError(f"{fault} Nothing was saved.", where=str(self.path),
                            remedy="Close it; what was open here is kept beside it then."
                            )  # fmt: skip

    def look(self) -> str:
        """What has become of the file under us, in a sentence; empty if it stands as it did.

        Where its name is another's now, what was open here is first kept in a file beside it.
        """
        fault = self._standing.fault()
        if self._lock is None:
            return fault or self._behind()
        if not fault or self._rescued is not None or not self.path.parent.is_dir():
            return self.notice if fault else ""
        kept = free_name(self.path, "kept")
        backup(self._db, kept)
        self._standing.clear_log()
        self._rescued = kept
        self.notice = f"{fault} What was open here is kept in “{kept.name}” beside it."
        return self.notice

    def _behind(self) -> str:
        """What a reader is told when others have gone on since; empty if nobody has."""
        with plain_words(self.path):
            gone_on = journal.arrived(self._db) != self._arrived
        return _CHANGED_SINCE if gone_on or self._standing.touched() else ""

    def _check_writable(self) -> None:
        if self._rescued is not None:
            raise UserError(self.notice, where=str(self.path),
                            remedy="Open one of the two, and merge the other into it."
                            )  # fmt: skip
        if self._lock is None:
            raise UserError(
                self.notice or "This programme is open for reading only.",
                where=str(self.path),
                remedy=_WAYS_OUT.get(self.notice, "Copy it to where you can write, and open that."),
            )

    def merge(
        self,
        arriving: Iterable[Sent],
        header: journal.Header | None,
        before: State,
        now: datetime,
        pictures: Mapping[str, bytes],
        *,
        dry_run: bool = False,
        chains: Mapping[int, bytes] | None = None,
    ) -> tuple[Merged, State]:
        """Take in the transactions of another copy, all or none; see `file.merge`.

        A dry run does all of it and takes it back. What comes from a hub has no header, and
        must make the chains it came with. Raises UserError where it cannot be.
        """
        self._check_writable()
        known = self._clock.last
        with plain_words(self.path):
            try:
                with self._writing():
                    own = _own_device(self._db, self.path)
                    merging = Merge(self._db, self._clock, now)
                    merged, after = merging.take(arriving, header, own, before)
                    photographs.keep(self._db, pictures)
                    if chains is not None:
                        in_step.check_chains(self._db, chains)
                        in_step.mark(self._db)
                    if dry_run:
                        raise _TakenBack
            except _TakenBack:
                self._clock = Clock(known)
                return merged, before
        self._arrived = journal.arrived(self._db)
        return merged, after

    def ask(self, question: Callable[[Database], Answer]) -> Answer:
        """What one of the questions of `in_step` finds here."""
        with plain_words(self.path):
            return question(self._db)

    def hand_out_again(
        self, header: journal.Header, changes: Sequence[Change], before: State, now: datetime
    ) -> State:
        """Bring what was handed out in this pack up to date; the state that follows."""
        self._check_writable()
        after = before.after(changes)
        with plain_words(self.path), self._writing():
            in_step.hand_out_again(self._db, header, changes, self._clock, now)
            tables.write(self._db, before, after, changes)
        self._arrived = journal.arrived(self._db)
        return after

    def own_devices(self) -> set[int] | None:
        """The devices whose work is this person's, where a hub brings others' work too."""
        return self.ask(lambda db: in_step.own_devices(db, home.machine()))

    def keep_in_step(self) -> None:
        """Note that a hub keeps this copy in step, and when that began."""
        self._check_writable()
        with plain_words(self.path), self._writing():
            in_step.mark(self._db)

    def keep_photographs(self, pictures: Mapping[str, bytes]) -> None:
        """Keep the bytes of photographs that arrived after their records."""
        self._check_writable()
        with plain_words(self.path), self._writing():
            photographs.keep(self._db, pictures)

    def write_pack(
        self, out: Path, header: journal.Header, records: Sequence[Record], now: datetime
    ) -> None:
        """Write a field pack with these records, and their photographs, to a new file."""
        digests = [record.digest for record in records if isinstance(record, Photograph)]
        pictures = {digest: self.photograph(digest) for digest in digests}
        pack.write(out, header, records, pictures, self._clock, now)

    @property
    def latest_stamp(self) -> int:
        """The clock's latest stamp here."""
        return self._clock.last

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

    def _check_nobody_else_wrote(self) -> None:
        # The lock keeps other writers out; where it cannot (some network shares), this tells.
        if journal.arrived(self._db) != self._arrived:
            raise UserError(
                "Another program has changed this programme since it was opened here; "
                "nothing was saved.",
                where=str(self.path),
                remedy="Close it and open it again, then repeat the change.",
            )

    @property
    def arrived(self) -> int:
        """How many transactions have arrived here."""
        return self._arrived

    def headers(self, after: int = 0) -> list[Transaction]:
        """Every transaction that arrived after that one, without its changes, in that order."""
        with plain_words(self.path), self._readable():
            return journal.headers(self._db, after)

    def transaction(self, key: tuple[int, int]) -> Transaction | None:
        """One transaction with its changes."""
        with plain_words(self.path):
            return journal.transaction(self._db, key)

    def overtaken(self, done: Transaction) -> list[tuple[Change, list[tuple[int, int]]]]:
        """Each change of a transaction with the (device, number) of those that overtook it."""
        with plain_words(self.path):
            stamps = journal.stamps(self._db)
            own = next(stamp for stamp, key in stamps.items() if key == done.key)
            if len(done.changes) > _MANY:  # one pass over the journal beats a look-up for each
                found = journal.all_overtaken(self._db, done.changes, *own)
            else:
                found = [(c, journal.overtaken_by(self._db, c, *own)) for c in done.changes]
        return [(c, [stamps[stamp] for stamp in later]) for c, later in found if later]

    def stream(
        self,
        until: date | None = None,
        recorded_by: datetime | None = None,
        known: Mapping[int, int] | None = None,
    ) -> Iterator[Change]:
        """Every change in the order of the clock; see `journal.stream`."""
        with plain_words(self.path):
            return journal.stream(self._db, until, recorded_by, known)

    def within(self, known: Mapping[int, int]) -> set[tuple[int, int]]:
        """The (clock, device) of every transaction within a vector."""
        with plain_words(self.path):
            stamps = journal.stamps(self._db).items()
        return {stamp for stamp, (dev, n) in stamps if n <= known.get(dev, 0)}

    def dated(self, wanted: Mapping[str, Sequence[str]], after: int, limit: int) -> list[Dated]:
        """Changes in order of arrival, each with its day; see `journal.dated`."""
        with plain_words(self.path):
            return journal.dated(self._db, wanted, after, limit)

    def changes_of(self, records: Iterable[RecordId]) -> list[tuple[tuple[int, int], Change]]:
        """The changes to these records in order, each with its (device, number)."""
        with plain_words(self.path):
            stamps = journal.stamps(self._db)
            return [(stamps[at], c) for at, c in journal.changes_of(self._db, records)]

    def field_work(self) -> dict[RecordId, set[str]]:
        """The fields of each site that people have changed since a list last set them."""
        with plain_words(self.path):
            return journal.field_work(self._db)

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

    def close(self) -> None:
        """Let the file go; harmless when done twice."""
        with suppress(UserError):  # a full disk: the log stays, and is refused as a stranger's
            if not self._closed:
                self.look()
        self._closed = True
        self._db.conn.close()
        if self._lock is not None:
            self._lock.release()


def _own_device(db: Database, path: Path) -> int:
    # A copied, mailed or restored file must not go on under the device of its original.
    bound_to = f"{home.machine()}:{os.stat(path).st_ino}"
    known = rows(db, "SELECT dev FROM own WHERE bound_to = ?", bound_to)
    device: int = known[0][0] if known else secrets.randbits(47)
    if not known:
        db.conn.execute("INSERT INTO own VALUES (?, ?)", (device, bound_to))
    return device


def _check_log(path: Path) -> None:
    if has_strange_log(path):
        log = f"{path.name}-wal"
        raise UserError(
            f"Beside it lies “{log}”, the last changes of another file that had this name and was "
            "replaced while it was open; they would ruin this one.",
            where=str(path),
            remedy=f"Move “{log}” and “{path.name}-shm” to another folder, then open it again.",
        )


def _take_lock(path: Path) -> tuple[WriterLock | None, str]:
    if path.exists() and not os.access(path, os.W_OK):
        return None, "The file is read-only, so changes cannot be saved in it."
    if path.exists() and not os.access(path.parent, os.W_OK):
        return None, "The folder is read-only, so changes cannot be saved in it."
    lock = WriterLock(path)
    if path.exists() and not lock.acquire():
        return None, _NO_LOCKS.format(lock.refused) if lock.refused else OTHER_OPEN
    kind = network_kind(path)
    return lock, _ON_A_SHARE.format(kind) if kind else ""


def _bring_up_to_date(path: Path, db: Database, *, writable: bool) -> None:
    sound.check_journal(db, str(path))
    pending = schema.pending(db, str(path))
    if not pending:
        sound.check_tables(db, str(path))
        return
    if not writable:
        raise UserError(
            "An older PSN Planner wrote this programme, and it cannot be brought up to date here.",
            where=str(path),
            remedy="Open it where it can be written, with no other window on it.",
        )
    backup(db, free_name(path, "before-upgrade"))
    schema.upgrade(db)
