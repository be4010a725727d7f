"""An open programme file. One thread owns it: the session's writer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from psnplanner.errors import UserError
from psnplanner.file import (
    encryption,
    heads,
    in_step,
    journal,
    left_log,
    own_reach,
    pack,
    photographs,
    schema,
    seals,
    sound,
    tables,
)
from psnplanner.file.backup import backup, free_name
from psnplanner.file.clock import Clock
from psnplanner.file.connection import DiskRefused, begin, connect, plain_words, writing
from psnplanner.file.database import Database
from psnplanner.file.lock import WriterLock
from psnplanner.file.merge import Merge
from psnplanner.file.standing import Standing
from psnplanner.file.store_opening import (
    OTHER_OPEN,
    bring_up_to_date,
    check_free,
    check_log,
    own_device,
    take_lock,
)
from psnplanner.file.store_reading import Reading
from psnplanner.programme.change import Change, Transaction
from psnplanner.programme.photograph import Photograph
from psnplanner.programme.record import Record
from psnplanner.programme.state import State
from psnplanner.programme.travel import Merged, Sent
from psnplanner.whole_file import whole_file

_NO_ROOM = (
    "The disk is full or refuses to write, so changes cannot be saved. All that was saved is "
    "shown; make room, and open it again."
)
_CHANGED_SINCE = (
    "This programme has been changed since it was opened here. Open it again to see it as it is."
)
_KEPT = "What was open here is kept in “{}” beside it."
_KEPT_ANEW = "Its history is gone with it; all else that was open here is kept in “{}” beside it."
_NOT_KEPT = "What was open here is gone with it: go back to a backup."
_WAYS_OUT = {_NO_ROOM: "", OTHER_OPEN: "Close the other window or command, then open it again."}


class _TakenBack(Exception):
    """Ends a dry run: what was written is rolled back."""


class ProgrammeFile(Reading):
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
        self._let_go = False
        self._is_encrypted = encryption.is_encrypted(path)
        self._own: int | None = None
        self._closed = False

    @property
    def read_only(self) -> bool:
        """Whether the file can only be read."""
        return self._lock is None or self._let_go

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
            check_free(path)
        with plain_words(path), whole_file(path, replace=False) as beside:
            db = begin(beside, encryption.new_key(passphrase) if passphrase else None)
            try:
                schema.create(db)
                empty = State()
                with writing(db):
                    hlc, dev = Clock(0).next(now), own_device(db, beside)
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
        check_log(path)
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
        lock, notice = (None, "") if read_only else take_lock(path)
        try:
            if lock is not None:
                left_log.check(path)
            db = connect(path, read_only=lock is None)
            try:
                with plain_words(path):
                    db = bring_up_to_date(path, db, writable=lock is not None)
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
            hlc, dev = self._clock.next(now), own_device(self._db, self.path)
            self._own = dev
            made = journal.append(self._db, header, changes, dev, hlc, now, tell)
            heads.follow(self._db, (hlc, dev))
            tables.write(self._db, before, after, changes)
            photographs.keep(self._db, pictures or {})
        self._arrived += 1
        return made

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A write transaction, if the file still stands as it did and nobody else wrote."""
        self._check_standing(self._fault())
        with writing(self._db):
            self._standing.note_log()
            self._check_nobody_else_wrote()
            yield
            seals.close(self._db)
            # The last moment at which nothing has been promised. Without a log, on a share, a
            # large change is written to the file before: that is no stranger's doing.
            self._check_standing(self._standing.fault())
        self._standing.note_written()

    def _check_standing(self, fault: str) -> None:
        if fault:
            raise UserError(f"{fault} Nothing was saved.", where=str(self.path),
                            remedy="Close it; what was open here is kept beside it then."
                            )  # fmt: skip

    def _fault(self) -> str:
        """What has happened to the file since it was opened; empty if it stands as it did."""
        fault = self._standing.fault()
        if fault or self._lock is None or not self._standing.was_written():
            return fault
        if left_log.is_as_open(self.path, self._db):  # touched, or our log folded by another
            self._standing.note_written()
            return ""
        return "Another copy was written over the file while it was open here."

    def look(self, write_anew: Callable[[Path], None]) -> str:
        """What has become of the file under us, in a sentence; empty if it stands as it did.

        Where its name is another's now, what was open here is first kept in a file beside it.
        Of a file that was overwritten the journal is gone: then the state is all that can be
        kept, for which `write_anew` makes a programme at a path.
        """
        if self._let_go:
            return self.notice
        fault = self._fault()
        if self._lock is None:
            return fault or self._behind()
        if not fault or not self.path.parent.is_dir():
            return self.notice if fault else ""
        kept = free_name(self.path, "kept")
        if gone := self._standing.fault():
            backup(self._db, kept)
        elif not self._is_encrypted:  # a new file would be kept in the clear
            write_anew(kept)
        said = _KEPT if gone else _NOT_KEPT if self._is_encrypted else _KEPT_ANEW
        self._standing.clear_log()
        self._let_go = True
        self.notice = f"{fault} {said.format(kept.name)}"
        return self.notice

    def _behind(self) -> str:
        """What a reader is told when others have gone on since; empty if nobody has."""
        with plain_words(self.path):
            gone_on = journal.arrived(self._db) != self._arrived
        return _CHANGED_SINCE if gone_on or self._standing.touched() else ""

    def _check_writable(self) -> None:
        if self._let_go:
            raise UserError(self.notice, where=str(self.path),
                            remedy="Open one of the two, and merge the other into it."
                            )  # fmt: skip
        if self._lock is None:
            raise UserError(
                self.notice or "This programme is open for reading only.",
                where=str(self.path),
                remedy=_WAYS_OUT.get(self.notice, "Copy it to where you can write, and open that."),
            )
        if not self._lock.is_ours():
            raise UserError(
                "Somebody took this programme's claim on the network share away; nothing was "
                "saved.", str(self.path), "Close it and open it again, then repeat the change.",
            )  # fmt: skip

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
        held: Collection[int] = (),
    ) -> tuple[Merged, State]:
        """Take in the transactions of another copy, all or none; see `file.merge`.

        A dry run does all of it and takes it back. What comes from a hub has no header, and
        must make the chains it came with; what is `held` back there may be missing. Raises
        UserError where it cannot be.
        """
        self._check_writable()
        known = self._clock.last
        with plain_words(self.path):
            try:
                with self._writing():
                    own = self._own = own_device(self._db, self.path)
                    merging = Merge(self._db, self._clock, now, held)
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
    def is_alone(self) -> bool:
        """Whether it was opened without the memory shared with others, for want of room."""
        return self.notice == _NO_ROOM

    @property
    def arrived(self) -> int:
        """How many transactions have arrived here."""
        return self._arrived

    def close(self, write_anew: Callable[[Path], None]) -> None:
        """Let the file go, after a last look at it; harmless when done twice."""
        with suppress(UserError):  # a full disk: the log stays, and is refused as a stranger's
            if not self._closed:
                self.look(write_anew)
                if self._own is not None:
                    own_reach.note(self._db, self._own)
        self._closed = True
        self._db.conn.close()
        if self._lock is not None:
            self._lock.release()
