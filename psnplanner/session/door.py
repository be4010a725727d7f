"""The single write door: every change to a programme goes through `Door.do`.

An edit proposes, the journal keeps it, the state moves on, listeners hear of it. The session
may be used from any thread; the file itself is used only by the session's own writer thread.
"""

from __future__ import annotations

import dataclasses
import getpass
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self, TypeVar

from psnplanner.collector import set_aside
from psnplanner.errors import Bug, UserError
from psnplanner.file.journal import Header
from psnplanner.file.store import ProgrammeFile
from psnplanner.history import undo as undoing
from psnplanner.programme import rules
from psnplanner.programme.change import Transaction, coalesced, creation
from psnplanner.programme.edits import Edit, Proposal, present_day
from psnplanner.programme.record import Record, RecordId
from psnplanner.programme.state import Programme, State
from psnplanner.programme.travel import MERGE
from psnplanner.programme.working_days import Calendar
from psnplanner.session.beginning import new_programme, usual_freezes

if TYPE_CHECKING:
    from psnplanner.history.playback import Reel
    from psnplanner.programme.finding import Finding

Progress = Callable[[float, str], None]
Result = TypeVar("Result")


class Happened(NamedTuple):
    """What listeners are told: the state before and after, and the transaction between."""

    before: State
    after: State
    transaction: Transaction


class Door:
    """What every room of a session stands on: the open file, the state, and the write door."""

    def __init__(self, path: Path, author: str, clock: Callable[[], datetime]) -> None:
        self.path = path
        self.author = author or _person()
        self.state = State()
        self.notice = ""
        self._clock = clock
        self._listeners: list[Callable[[Happened], None]] = []
        self._doing = threading.RLock()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="programme-file")
        self._headers: list[Transaction] = []
        self._mine: set[int] | None = None
        self._closed = False
        self._held = ""
        self._reel: Reel | None = None
        self._reeling = threading.Lock()
        self._baseline_states: dict[RecordId, State] = {}

    @classmethod
    def create(
        cls,
        path: Path,
        programme: Programme | None = None,
        *,
        records: Iterable[Record] | None = None,
        author: str = "",
        passphrase: str = "",
        clock: Callable[[], datetime] | None = None,
    ) -> Self:
        """Make a new programme file and open it.

        `records` are what it begins with: unless said, the usual freezes of its years. Under a
        passphrase the file is encrypted, and other programs cannot read it.
        Raises UserError if the name is taken, the folder refuses, or the dates cannot be.
        """
        wanted = programme or new_programme()
        now = (clock or _now)()
        day = wanted.status_on or wanted.starts_on or now.astimezone().date()
        label = f"New programme {wanted.name}".rstrip()
        header = Header(author or _person(), undoing.NEW, label, day)
        begins_with = usual_freezes(wanted) if records is None else records
        changes = [creation(record) for record in (wanted, *begins_with)]
        rules.check(State(), State().after(changes), changes, imported=False)
        ProgrammeFile.create(path, header, changes, now, passphrase)
        return cls.open(path, author=author, clock=clock)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        author: str = "",
        read_only: bool = False,
        clock: Callable[[], datetime] | None = None,
    ) -> Self:
        """Open a programme file; a second opening of one file can only read (see `notice`).

        Raises UserError if it is no programme, from a newer version, or damaged.
        """
        session = cls(path, author, clock or _now)
        try:
            session._file = session._run(lambda: ProgrammeFile.open(path, read_only=read_only))
            session.state = session._run(session._file.load)
            session._headers = session._run(session._file.headers)
            session._mine = session._run(session._file.own_devices)
        except BaseException:
            if "_file" in vars(session):
                session._run(lambda: session._file.close(session._write_anew))
            session._writer.shutdown()
            raise
        session.notice = session._file.notice
        return session

    _file: ProgrammeFile

    def _run(self, work: Callable[[], Result]) -> Result:
        return self._writer.submit(work).result()

    @property
    def read_only(self) -> bool:
        """Whether changes are refused: the file can only be read, or `hold` says so."""
        return self._file.read_only or bool(self._held)

    def hold(self, why: str) -> None:
        """Refuse every change, saying why, until called with an empty text."""
        self._held = why

    @property
    def today(self) -> date:
        """The day of the clock, here."""
        return self._clock().astimezone().date()

    @property
    def present_day(self) -> date:
        """The programme's present day: its status date if set, else today."""
        return present_day(self.state, self.today)

    @cached_property
    def calendar(self) -> Calendar:
        """Working days with England's bank holidays, from two years before to three after."""
        from psnplanner.planning.calendar import uk_calendar

        programme = self.state.programme
        first = (programme.starts_on or self.present_day).year - 2
        last = max((programme.go_live_on or self.present_day).year, self.present_day.year) + 3
        return uk_calendar(range(first, last + 1))

    def do(
        self, edit: Edit, *, author: str = "", progress: Progress | None = None
    ) -> Transaction | None:
        """Make an edit: on the disk when this returns. None if it changes nothing.

        Raises UserError if the edit or the file refuses it, Cancelled if `progress` says so;
        nothing has changed then.
        """
        with self._doing, set_aside():
            proposal = edit.propose(self.state, self.today)
            if progress is not None:
                progress(0.1, proposal.label)
            return self._commit(proposal, author=author, progress=progress)

    def undo(
        self, key: tuple[int, int] | None = None, *, progress: Progress | None = None
    ) -> Transaction:
        """Take back the last transaction in force, or the named one, as a new transaction.

        Raises UserError if there is none, or a later change overtook it.
        """
        with self._doing:
            standing = undoing.stack(self._headers, self._mine if key is None else None)
            item = self._to_undo(standing, key)
            return self._take_back(item, standing, undoing.UNDO, "Undo: ", progress)

    def redo(self, *, progress: Progress | None = None) -> Transaction:
        """Take back the last undo. Raises UserError if nothing was undone since the last edit."""
        with self._doing:
            standing = undoing.stack(self._headers, self._mine)
            if not standing.undone:
                raise UserError("There is nothing to redo.", where=str(self.path))
            return self._take_back(standing.undone[-1], standing, undoing.REDO, "Redo: ", progress)

    @property
    def undo_label(self) -> str | None:
        """What undo would take back, or None."""
        done = undoing.stack(self._headers, self._mine).done
        return undoing.plain_label(done[-1]) if done else None

    @property
    def redo_label(self) -> str | None:
        """What redo would bring back, or None."""
        undone = undoing.stack(self._headers, self._mine).undone
        return undoing.plain_label(undone[-1]) if undone else None

    @property
    def standing(self) -> undoing.Stack:
        """Which transactions are in force, and which are taken back: by whomever."""
        return undoing.stack(self._headers)

    def _to_undo(self, standing: undoing.Stack, key: tuple[int, int] | None) -> Transaction:
        if key is None and standing.done:
            return standing.done[-1]
        found = [item for item in standing.done if item.key == key]
        if found:
            return found[0]
        what = "There is nothing to undo." if key is None else "That change is not in force."
        raise UserError(what, where=str(self.path), remedy="Look at the history.")

    def _take_back(
        self,
        item: Transaction,
        standing: undoing.Stack,
        kind: str,
        prefix: str,
        progress: Progress | None,
    ) -> Transaction:
        whole = self._run(lambda: self._file.transaction(item.key))
        if whole is None:
            raise UserError("That change is not in this file.", where=str(self.path))
        if whole.kind == MERGE:
            net = self._run(lambda: self._file.net_changes(item.key))
            whole = dataclasses.replace(whole, changes=tuple(net), count=len(net))
        overtaken = self._run(lambda: self._file.overtaken(whole))
        labels = {header.key: header.label for header in self._headers}
        changes = undoing.take_back(whole, overtaken, standing, self.state, labels)
        label = prefix + undoing.plain_label(whole)
        # A mistake taken back should not show in reports for the days between.
        proposal = Proposal(label, changes, whole.effective_on, kind)
        # A merge may have brought nothing that stands: taking it back is noted all the same.
        made = self._commit(
            proposal, undo_of=whole.key, even_empty=whole.kind == MERGE, progress=progress
        )
        if made is None:
            raise Bug(f"taking back {whole.label!r} would change nothing")
        return made

    def _commit(
        self,
        proposal: Proposal,
        *,
        author: str = "",
        undo_of: tuple[int, int] | None = None,
        pictures: Mapping[str, bytes] | None = None,
        even_empty: bool = False,
        progress: Progress | None = None,
    ) -> Transaction | None:
        before = self.state
        changes = coalesced(proposal.changes)
        if not changes and not even_empty:
            return None
        if self._held:
            raise UserError(self._held, remedy="Come back to today first.")
        after = before.after(changes)
        if undo_of is None:
            rules.check(before, after, changes, imported=proposal.kind == "import")
        header = Header(
            author or self.author,
            proposal.kind,
            proposal.label,
            proposal.effective_on or self.present_day,
            undo_of,
        )
        now = self._clock()
        tell = None if progress is None else (
            lambda done: progress(0.2 + 0.7 * done, proposal.label)
        )  # fmt: skip
        made = self._run(
            lambda: self._file.append(header, changes, before, after, now, pictures, tell)
        )
        self.state = after
        self._headers = [*self._headers, made]
        if self._mine is not None:
            self._mine.add(made.device)
        self._tell(Happened(before, after, made))
        return made

    def _tell(self, happened: Happened) -> None:
        for listener in list(self._listeners):
            listener(happened)

    def subscribe(self, listener: Callable[[Happened], None]) -> Callable[[], None]:
        """Call `listener` after every change, in the thread that made it; returns the way out."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    def transactions(self) -> list[Transaction]:
        """Every transaction without its changes, newest last."""
        return list(self._headers)

    def vector(self) -> dict[int, int]:
        """What this copy knows: of each device, how many of its transactions."""
        return self._run(self._file.vector)

    def findings(self) -> list[Finding]:
        """What is wrong with the plan as it stands."""
        from psnplanner.programme.findings import findings

        return findings(self.state, self.present_day, self.calendar)

    def verify(self, progress: Progress | None = None) -> list[str]:
        """What is wrong with the file, in sentences; none if it is sound."""
        return self._run(lambda: self._file.verify(progress))

    def look(self) -> str:
        """What has become of the file meanwhile, in a sentence; empty if all is as it was.

        Where another file took its name, what is open here is kept beside it first, and from
        then on can only be read. A reader is told when others have gone on.
        """
        said = self._run(lambda: self._file.look(self._write_anew))
        self.notice = self._file.notice
        return said

    def backup(self, out: Path) -> None:
        """Copy the whole programme to a new file."""
        self._run(lambda: self._file.backup(out))

    def close(self) -> None:
        """Let the file go; harmless when done twice. Everything is saved already."""
        with self._doing:
            if not self._closed:
                self._closed = True
                self._run(lambda: self._file.close(self._write_anew))
                self._writer.shutdown()

    def _write_anew(self, out: Path) -> None:
        """Make a programme of what is in the state: all but its history."""
        header = Header(self.author, undoing.NEW, f"As {self.path.name} was", self.present_day)
        records = (record for table in self.state.tables.values() for record in table.values())
        changes = [creation(record) for record in records]
        ProgrammeFile.create(out, header, changes, self._clock())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _person() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "someone"


def _now() -> datetime:
    return datetime.now(UTC)
