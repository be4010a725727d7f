"""An open programme: the single write door, and the one place that wires the parts together.

Every change goes through `Session.do`: an edit proposes, the journal keeps it, the state moves
on, listeners hear of it. The session may be used from any thread; the file itself is used only
by the session's own writer thread.
"""

from __future__ import annotations

import dataclasses
import getpass
import json
import secrets
import sys
import tempfile
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from psnplanner import resource_files
from psnplanner.board import sections as board_sections
from psnplanner.errors import Bug, UserError
from psnplanner.file.journal import Header
from psnplanner.file.store import ProgrammeFile
from psnplanner.history import audit
from psnplanner.history import undo as undoing
from psnplanner.intake.collector import set_aside
from psnplanner.intake.reading import AS_FOUND, Reading
from psnplanner.programme import rules
from psnplanner.programme.baseline import Baseline
from psnplanner.programme.change import Change, Transaction, coalesced, creation
from psnplanner.programme.edits import (
    Amend,
    Create,
    Delete,
    Edit,
    Proposal,
    existing,
    plural,
    present_day,
    title,
)
from psnplanner.programme.field_pack import FieldPack
from psnplanner.programme.fold import as_at, fold
from psnplanner.programme.gates import uk
from psnplanner.programme.issued import IssuedSnapshot
from psnplanner.programme.phase import ClosedWindow
from psnplanner.programme.photograph import Photograph
from psnplanner.programme.record import Record, RecordId, new_id
from psnplanner.programme.site import Site, StageRecord, Wayleave
from psnplanner.programme.state import PROGRAMME_ID, Programme, State
from psnplanner.programme.travel import MERGE, Conflict, Merged, Sent, to_return
from psnplanner.programme.working_days import Calendar
from psnplanner.whole_file import whole_file

if TYPE_CHECKING:
    from psnplanner.board.compare import Comparison
    from psnplanner.board.figures import Beside, Figures
    from psnplanner.board.joiners import Joiner
    from psnplanner.board.snapshot import Pack, Wanted
    from psnplanner.exchange.pack import Choice
    from psnplanner.exchange.returned_work import Arrival
    from psnplanner.file.repair import Salvage
    from psnplanner.history.playback import Playback, Reel
    from psnplanner.intake.duplicates import Group
    from psnplanner.intake.preview import Preview
    from psnplanner.planning import forecast as forecasting
    from psnplanner.planning.benefits import Benefits
    from psnplanner.planning.explain import Explainer, Explanation
    from psnplanner.planning.network import Network
    from psnplanner.planning.plan import Options, Plan
    from psnplanner.planning.scenario import Settings
    from psnplanner.programme.findings import Finding

Progress = Callable[[float, str], None]
Result = TypeVar("Result")

DEFAULT_GO_LIVE = date(2015, 4, 1)
DEFAULT_START = date(2014, 3, 3)
"""The default programme: contract awarded in February 2014, operational by April 2015."""

SNAPSHOT_SECTIONS = board_sections.SECTIONS
"""Headings of the sections a snapshot can have, by their keys, in their order."""

_BATCH = 2000
"""Changes read from the journal between two looks at what else the file's thread has to do."""


class Happened(NamedTuple):
    """What listeners are told: the state before and after, and the transaction between."""

    before: State
    after: State
    transaction: Transaction


class _At(NamedTuple):
    """A programme as it was known and stood: `known` None means all that is known now."""

    state: State
    as_at: date | None
    known: Mapping[int, int] | None
    drawn_on: date
    calendar: Calendar


class Session:
    """An open programme. `state` is replaced by each edit, never altered.

    Make one with `create` or `open`; `close` it, or use it as a context manager.
    """

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
        self._closed = False
        self._held = ""
        self._reel: Reel | None = None
        self._reeling = threading.Lock()
        self._baseline_states: dict[RecordId, State] = {}

    @staticmethod
    def create(
        path: Path,
        programme: Programme | None = None,
        *,
        records: Iterable[Record] | None = None,
        author: str = "",
        clock: Callable[[], datetime] | None = None,
    ) -> Session:
        """Make a new programme file and open it.

        `records` are what it begins with: unless said, the usual freezes of its years.
        Raises UserError if the name is taken, the folder refuses, or the dates cannot be.
        """
        wanted = programme or new_programme()
        now = (clock or _now)()
        day = wanted.status_on or wanted.starts_on or now.astimezone().date()
        label = f"New programme {wanted.name}".rstrip()
        header = Header(author or _person(), undoing.NEW, label, day)
        begins_with = _usual_freezes(wanted) if records is None else records
        changes = [creation(record) for record in (wanted, *begins_with)]
        rules.check(State(), State().after(changes), changes, imported=False)
        ProgrammeFile.create(path, header, changes, now)
        return Session.open(path, author=author, clock=clock)

    @staticmethod
    def open(
        path: Path,
        *,
        author: str = "",
        read_only: bool = False,
        clock: Callable[[], datetime] | None = None,
    ) -> Session:
        """Open a programme file; a second opening of one file can only read (see `notice`).

        Raises UserError if it is no programme, from a newer version, or damaged.
        """
        session = Session(path, author, clock or _now)
        try:
            session._file = session._run(lambda: ProgrammeFile.open(path, read_only=read_only))
            session.state = session._run(session._file.load)
            session._headers = session._run(session._file.headers)
        except BaseException:
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

    # -- the write door ---------------------------------------------------------------

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
            standing = undoing.stack(self._headers)
            item = self._to_undo(standing, key)
            return self._take_back(item, standing, undoing.UNDO, "Undo: ", progress)

    def redo(self, *, progress: Progress | None = None) -> Transaction:
        """Take back the last undo. Raises UserError if nothing was undone since the last edit."""
        with self._doing:
            standing = undoing.stack(self._headers)
            if not standing.undone:
                raise UserError("There is nothing to redo.", where=str(self.path))
            return self._take_back(standing.undone[-1], standing, undoing.REDO, "Redo: ", progress)

    @property
    def undo_label(self) -> str | None:
        """What undo would take back, or None."""
        done = undoing.stack(self._headers).done
        return undoing.plain_label(done[-1]) if done else None

    @property
    def redo_label(self) -> str | None:
        """What redo would bring back, or None."""
        undone = undoing.stack(self._headers).undone
        return undoing.plain_label(undone[-1]) if undone else None

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

    # -- merging ----------------------------------------------------------------------

    def merge(
        self,
        arriving: Iterable[Sent],
        label: str,
        *,
        pictures: Mapping[str, bytes] | None = None,
        author: str = "",
        dry_run: bool = False,
    ) -> Merged:
        """Take in the changes of another copy, all or none, as one transaction and one undo.

        A dry run says what it would do. Raises UserError for what cannot be merged.
        """
        with self._doing:
            if self._held and not dry_run:
                raise UserError(self._held, remedy="Come back to today first.")
            before = self.state
            header = Header(author or self.author, MERGE, label, self.present_day)
            now, kept = self._clock(), dict(pictures or {})
            merged, after = self._run(
                lambda: self._file.merge(arriving, header, before, now, kept, dry_run=dry_run)
            )
            if dry_run or not merged.transactions:
                return merged
            self.state = after
            self._headers = self._run(self._file.headers)
            if merged.transaction is not None:
                self._tell(Happened(before, after, merged.transaction))
            return merged

    def make_pack(
        self,
        out: Path,
        choice: Choice,
        person: str,
        *,
        expires_on: date | None = None,
        passphrase: str = "",
    ) -> FieldPack:
        """Write a field pack for one person, and note in the programme what it holds.

        OUT.html is a sheet for a phone's browser, any other a pack that opens in this program,
        under a passphrase if one is given.
        Raises UserError if nothing is chosen or the file cannot be written.
        """
        from psnplanner.exchange import pack

        form, what = ("sheet", "Phone sheet") if out.suffix == ".html" else ("pack", "Field pack")

        with self._doing:
            sites = pack.chosen(self.state, choice)
            made = FieldPack(
                id=new_id(), person=person, made_on=self.present_day, expires_on=expires_on,
                key=secrets.token_hex(32), base=json.dumps(self.vector()), form=form,
                sites=tuple(site.id for site in sites),
            )  # fmt: skip
            label = f"{what} of {plural(len(sites), 'site')} for {person}"
            if form == "sheet":
                self._write_sheet(out, sites, made, passphrase)
            else:
                records = pack.records(self.state, sites, made)
                self._write_pack(out, Header(self.author, "pack", label, self.present_day),
                                 records, passphrase)  # fmt: skip
            try:
                proposal = Create([made]).propose(self.state, self.today)
                self._commit(dataclasses.replace(proposal, label=label))
            except BaseException:
                out.unlink(missing_ok=True)
                raise
            return made

    def _write_pack(
        self, out: Path, header: Header, records: Sequence[Record], passphrase: str
    ) -> None:
        from psnplanner.exchange.locked_pack import locked

        now = self._clock()
        if not passphrase:
            self._run(lambda: self._file.write_pack(out, header, records, now))
            return
        with tempfile.TemporaryDirectory() as folder:  # in the clear only where nobody looks
            plain = Path(folder) / "pack.gpkg"
            self._run(lambda: self._file.write_pack(plain, header, records, now))
            data = locked(plain.read_bytes(), passphrase)
        with whole_file(out, replace=False) as beside:
            beside.write_bytes(data)

    def _write_sheet(
        self, out: Path, sites: Sequence[Site], made: FieldPack, passphrase: str
    ) -> None:
        from psnplanner.exchange import phone_sheet

        if passphrase:
            raise UserError(
                "A phone sheet cannot be locked with a passphrase.", str(out),
                "Write a pack (.gpkg) instead, or rely on the phone's own lock.",
            )  # fmt: skip
        stamp = self._run(lambda: self._file.latest_stamp)
        data = phone_sheet.page(self.state, sites, made, stamp)
        with whole_file(out, replace=False) as beside:
            beside.write_bytes(data)

    @cached_property
    def pack(self) -> FieldPack | None:
        """The field pack that this file is; None if it is a whole programme."""
        packs = self.state.field_packs.values() if self._run(lambda: self._file.is_pack) else ()
        return next(iter(packs), None)

    def write_return(self, out: Path) -> int:
        """Write what was changed in this pack, to be merged by the office; how many changes.

        Raises UserError if this is no pack, or nothing was changed.
        """
        from psnplanner.exchange import returned_work

        if self.pack is None:
            raise UserError("This is the whole programme, not a field pack.", str(self.path),
                            "Open the pack whose changes are to be returned.")  # fmt: skip
        items = list(to_return(self.sent(), json.loads(self.pack.base)))
        changes = sum(len(item.events) for item in items)
        if not changes:
            raise UserError("Nothing was changed in this pack yet.", str(self.path),
                            "Record what was found and done, then return it.")  # fmt: skip
        added = sorted(returned_work.digests_in(items))
        pictures = {digest: self.photograph(digest) for digest in added}
        data = returned_work.write(
            self.pack, self.author, self.state.programme.name, items, pictures
        )
        with whole_file(out) as beside:
            beside.write_bytes(data)
        return changes

    def read_arrival(self, path: Path) -> Arrival:
        """What a return, a field pack or another copy of this programme brings.

        Raises UserError, naming what is wrong, for what cannot be merged here.
        """
        from psnplanner.exchange import arrivals

        read_copy = self._file.read_copy
        return arrivals.read(path, self.state, lambda: self._run(lambda: read_copy(path)))

    def merge_file(self, path: Path, *, dry_run: bool = False) -> Merged:
        """Merge a return, a pack or a copy: all of it or nothing, one transaction, one undo."""
        found = self.read_arrival(path)
        return self.merge(
            found.transactions, found.label, pictures=found.pictures, author=found.author,
            dry_run=dry_run,
        )  # fmt: skip

    def sent(self, beyond: Mapping[int, int] | None = None) -> list[Sent]:
        """Every transaction that a copy which knows that much lacks."""
        return self._run(lambda: self._file.sent(beyond or {}))

    def vector(self) -> dict[int, int]:
        """What this copy knows: of each device, how many of its transactions."""
        return self._run(self._file.vector)

    def conflicts(self) -> list[Conflict]:
        """Fields changed to different values by people who did not know of each other."""
        return self._run(self._file.conflicts)

    # -- photographs ------------------------------------------------------------------

    def add_photograph(
        self, site: RecordId, source: Path | bytes, *, caption: str = "", name: str = ""
    ) -> Transaction | None:
        """Keep a photograph with a site: its bytes by their hash, what is known of it journalled.

        None if the site has that very picture already. Raises UserError for what is no picture.
        """
        from psnplanner.exchange.photographs import read_picture

        found = read_picture(source, name)
        with self._doing:
            if any(p.digest == found.digest for p in self.state.photographs_of(site)):
                return None
            name = name or (source.name if isinstance(source, Path) else "")
            record = Photograph(
                id=new_id(), site=site, digest=found.digest, media_type=found.media_type,
                size=len(found.data), caption=caption, by=self.author, taken_on=found.taken_on,
                position=found.position, file_name=name,
            )  # fmt: skip
            proposal = Create([record]).propose(self.state, self.today)
            label = f"Photograph of {title(existing(self.state, Site, site))}"
            proposal = dataclasses.replace(proposal, label=label)
            return self._commit(proposal, pictures={found.digest: found.data})

    def photograph(self, digest: str) -> bytes:
        """The bytes of a photograph. Raises UserError if the file does not have them."""
        return self._run(lambda: self._file.photograph(digest))

    def export_photographs(self, folder: Path, progress: Progress | None = None) -> int:
        """Write every photograph into a folder, named by site and day; how many there were."""
        from psnplanner.exchange.photographs import write_all

        return write_all(self.state, self.photograph, folder, progress)

    # -- the past ---------------------------------------------------------------------

    def as_at(self, day: date, recorded_by: datetime | None = None) -> State:
        """The programme as it stood on a day; with `recorded_by`, as known by that instant.

        Raises UserError if it had not begun by then.
        """
        found = self._run(lambda: as_at(self._file.stream(day, recorded_by), day))
        if PROGRAMME_ID not in found.tables["programme"]:
            begun = self._headers[0].effective_on
            raise UserError(
                f"The programme had not begun on {uk(day)}.",
                where=str(self.path),
                remedy=f"Ask for a day from {uk(begun)} on.",
            )
        return found

    def playback(self, progress: Progress | None = None) -> Playback:
        """Every site's status on every day: past from the journal, to come from the plan.

        Asked again, it reads on from where the journal stood. Raises what `progress` raises.
        """
        from psnplanner.history.playback import NEEDED, Reel

        with self._reeling:
            reel = self._reel = self._reel or Reel()
            total = sum(header.count for header in self._headers) or 1
            # In batches, so that a change need not wait until all is read.
            while batch := self._run(lambda: self._file.dated(NEEDED, reel.read_to, _BATCH)):
                reel.take(batch)
                if progress is not None:
                    progress(min(1.0, reel.read_to / total) / 2, "Reading the journal")
            return reel.playback(self.state, self.present_day, progress)

    def transactions(self) -> list[Transaction]:
        """Every transaction without its changes, newest last."""
        return list(self._headers)

    def history(self, site: RecordId | None = None) -> list[audit.Entry]:
        """What happened, in sentences, newest last: to one site, or to the programme."""
        if site is None:
            return audit.of_programme(self._headers)
        state = self.state
        records = [site, Wayleave.id_for(site)]
        records += [StageRecord.id_for(site, stage.key) for stage in state.workflow.stages]
        records += [o.id for o in state.overrides.values() if o.site == site]
        records += [photograph.id for photograph in state.photographs_of(site)]
        changes = self._run(lambda: self._file.changes_of(records))
        return audit.of_site(changes, self._headers, state)

    # -- the other parts, each loaded when first asked for ------------------------------

    def findings(self) -> list[Finding]:
        """What is wrong with the plan as it stands."""
        from psnplanner.programme.findings import findings

        return findings(self.state, self.present_day, self.calendar)

    def figures(
        self,
        as_at: date | None = None,
        *,
        recorded_by: datetime | None = None,
        forecast: Mapping[str, Any] | None = None,
    ) -> Figures:
        """The figures of the present day, or of the programme as it stood on another.

        With `recorded_by`, from what this file had learnt by that instant.
        """
        from psnplanner.board.figures import figures

        at = self._at(as_at, recorded_by)
        beside = self._beside(at.state, forecast)
        return figures(at.state, at.drawn_on, at.calendar, as_at=as_at, beside=beside)

    def read_list(
        self, path: Path, reading: Reading = AS_FOUND, *, progress: Progress | None = None
    ) -> Preview:
        """Read a site list against this programme; nothing changes until its edit is done."""
        from psnplanner.intake.lists import read_list

        return read_list(
            path,
            self.state,
            reading=reading,
            touched=self._run(self._file.field_work),
            today=self.present_day,
            progress=progress,
        )

    def write_problem_rows(self, preview: Preview, out: Path) -> int:
        """Write the rows of a list that have problems, with what to mend; how many there were."""
        from psnplanner.exchange import problem_rows

        return problem_rows.write(out, *problem_rows.of_preview(preview))

    def duplicates(self, new_sites: Iterable[Site] = ()) -> list[Group]:
        """Buildings that seem to be there twice; given new sites, only groups with one of them."""
        from psnplanner.intake.duplicates import groups

        return groups(self.state, tuple(new_sites))

    def duplicate_report(self, new_sites: Iterable[Site] = ()) -> list[dict[str, Any]]:
        """The same groups as JSON-ready documents, in the same order."""
        from psnplanner.intake.duplicates import report

        sites = tuple(new_sites)
        return report(self.duplicates(sites), self.state, sites)

    def export(
        self,
        out: Path,
        progress: Progress | None = None,
        only: Collection[RecordId] | None = None,
    ) -> int:
        """Write the sites, or `only` these, for other programs, by the file's ending; how many."""
        from psnplanner.exchange.export import export

        return export(self.state, out, progress, only)

    def propose_plan(
        self, options: Options | None = None, progress: Progress | None = None
    ) -> Plan:
        """Propose phases; nothing changes until the plan's edit is done."""
        from psnplanner.planning import plan

        wanted = options or plan.Options()
        return plan.propose(self.state, self.present_day, self.calendar, wanted, progress)

    def explain(self, site: RecordId, prices: Mapping[str, float] | None = None) -> Explanation:
        """Why a site is in its phase, and what others would cost. Raises UserError as planning."""
        return self._explainer(prices).site(site)

    def pressures(self, prices: Mapping[str, float] | None = None) -> list[dict[str, Any]]:
        """The phases whose crew-days are worth most, dearest first."""
        return [dataclasses.asdict(item) for item in self._explainer(prices).pressures()]

    def _explainer(self, prices: Mapping[str, float] | None) -> Explainer:
        from psnplanner.planning.explain import Explainer
        from psnplanner.planning.prices import Prices, with_prices

        changed = with_prices(Prices(), prices or {})
        return Explainer(self.state, self.present_day, self.calendar, changed)

    def plan_scenario(
        self, name: str, options: Options | None = None, progress: Progress | None = None
    ) -> Plan:
        """The plan of the programme as a scenario has it; its edit is not for doing."""
        from psnplanner.planning import plan, scenario

        settings = scenario.Settings.from_json(scenario.named(self.state, name).settings)
        wanted = options or plan.Options()
        return scenario.plan_of(
            self.state, settings, self.present_day, self.calendar, wanted, progress
        )

    def keep_scenario(self, name: str, settings: Settings, note: str = "") -> Transaction | None:
        """Keep a scenario in the file under its name, in place of one of that name."""
        from psnplanner.planning import scenario

        made = scenario.scenario(name, settings, note)
        if made.id in self.state.scenarios:
            values = {"name": made.name, "settings": made.settings, "note": made.note}
            return self.do(Amend("scenario", [made.id], values, f"Change scenario {name}"))
        return self.do(Create([made]))

    def forget_scenario(self, name: str) -> Transaction | None:
        """Remove a scenario. Raises UserError if there is none of that name."""
        from psnplanner.planning import scenario

        return self.do(Delete("scenario", [scenario.named(self.state, name).id]))

    def compare_scenarios(
        self, options: Options | None = None, progress: Progress | None = None
    ) -> list[dict[str, Any]]:
        """Every scenario planned, beside the programme as it is."""
        from psnplanner.planning import plan, scenario

        kept = sorted(self.state.scenarios.values(), key=lambda item: item.name.casefold())
        wanted = options or plan.Options()
        return scenario.compare(self.state, kept, self.present_day, self.calendar, wanted, progress)

    def forecast(
        self,
        options: forecasting.Options | None = None,
        progress: Progress | None = None,
    ) -> forecasting.Forecast:
        """How likely go-live is, and what to fix first; may be asked from any thread."""
        from psnplanner.planning import forecast

        wanted = options or forecast.Options()
        return forecast.forecast(self.state, self.today, self.calendar, wanted, progress)

    def savings(self, forecast: forecasting.Forecast | None = None) -> Benefits:
        """What is saved by month and partner: so far, and (given a forecast) to come."""
        from psnplanner.planning.benefits import benefits

        return benefits(self.state, self.present_day, self.calendar, forecast)

    def network(self, route_factor: float | None = None) -> Network:
        """The network as its tree says: lengths, what each cut link takes down, second paths."""
        from psnplanner.planning.network import ROUTE_FACTOR, network

        return network(self.state, route_factor or ROUTE_FACTOR)

    def snapshot(
        self,
        out: Path,
        *,
        as_at: date | None = None,
        recorded_by: datetime | None = None,
        audience: str = "internal",
        title: str = "",
        sections: Iterable[str] = (),
        paper: str = "A4",
        forecast: Mapping[str, Any] | None = None,
        joiners: Iterable[Joiner] = (),
        progress: Progress | None = None,
    ) -> None:
        """Write a snapshot for the board; its kind follows the file's ending."""
        from psnplanner.board.snapshot import Wanted, checked_suffix, save

        suffix = checked_suffix(Path(out))
        wanted = Wanted(audience, title, tuple(sections), paper)
        at = self._at(as_at, recorded_by)
        made = self._pack(at, wanted, forecast, tuple(joiners), progress)
        save(made, suffix, Path(out), progress)

    def issue(
        self,
        out: Path,
        *,
        as_at: date | None = None,
        recorded_by: datetime | None = None,
        audience: str = "board",
        title: str = "",
        sections: Iterable[str] = (),
        paper: str = "A4",
        forecast: Mapping[str, Any] | None = None,
        joiners: Iterable[Joiner] = (),
        progress: Progress | None = None,
    ) -> IssuedSnapshot:
        """Write a snapshot and record in the programme who issued what, of which knowledge.

        What was issued can be written again, the same to the byte, with `reissue`.
        """
        from psnplanner.board import issue

        if self.read_only:
            raise UserError("A programme that can only be read records no issue.", str(self.path),
                            "Write the snapshot without issuing it.")  # fmt: skip
        known = self.vector() if recorded_by is None else self.vector_by(recorded_by)
        asked = issue.record(
            Path(out), as_at=as_at, drawn_on=as_at or self._at(None, known=known).drawn_on,
            position=known, recorded_by=recorded_by, audience=audience, title=title,
            sections=sections, paper=paper, forecast=forecast, joiners=joiners,
            by=self.author, issued_at=self._clock(),
        )  # fmt: skip
        content = self._issued(asked, progress)
        made = issue.sealed(asked, content)
        with whole_file(Path(out)) as beside:
            beside.write_bytes(content)
        label = f"Snapshot “{made.file_name}” issued to {made.audience}"
        self.do(Create([made], label))
        return made

    def reissue(
        self, snapshot: IssuedSnapshot, out: Path, progress: Progress | None = None
    ) -> None:
        """Write an issued snapshot again. Raises UserError if it would not be the same bytes."""
        from psnplanner.board import issue

        content = self._issued(snapshot, progress)
        issue.check(snapshot, content, out)
        with whole_file(Path(out)) as beside:
            beside.write_bytes(content)

    def _issued(self, asked: IssuedSnapshot, progress: Progress | None) -> bytes:
        from psnplanner.board import issue
        from psnplanner.board.snapshot import render

        at = self._at(asked.as_at, known=issue.position(asked), drawn_on=asked.drawn_on)
        made = self._pack(at, issue.wanted(asked), *issue.extra(asked), progress)
        return render(made, asked.form)

    def _pack(
        self,
        at: _At,
        wanted: Wanted,
        forecast: Mapping[str, Any] | None,
        joiners: tuple[Joiner, ...],
        progress: Progress | None,
    ) -> Pack:
        from psnplanner.board.snapshot import Material, pack

        reel = self.playback(progress) if at.known is None else self._playback_of(at)
        material = Material(self._beside(at.state, forecast), reel, joiners)
        return pack(at.state, wanted, material, at.drawn_on, at.calendar, at.as_at)

    def _at(
        self,
        as_at: date | None,
        recorded_by: datetime | None = None,
        *,
        known: Mapping[int, int] | None = None,
        drawn_on: date | None = None,
    ) -> _At:
        """The programme of a day and of what was known: the state, and the day it is drawn for."""
        if recorded_by is not None:
            known = self.vector_by(recorded_by)
        if known is None:
            state = self.state if as_at is None else self.as_at(as_at)
        else:
            state = self.known_state(known, as_at)
        day = drawn_on or as_at or present_day(state, self.today)
        calendar = self.calendar if known is None else self._calendar_of(state, day)
        return _At(state, as_at, known, day, calendar)

    def _calendar_of(self, state: State, day: date) -> Calendar:
        from psnplanner.planning.calendar import uk_calendar

        first = (state.programme.starts_on or day).year - 2
        last = max((state.programme.go_live_on or day).year, day.year) + 3
        return uk_calendar(range(first, last + 1))

    def vector_by(self, instant: datetime) -> dict[int, int]:
        """What this file had learnt by an instant: of each device, how many transactions."""
        by = instant.astimezone(UTC).isoformat(timespec="milliseconds")
        known: dict[int, int] = {}
        for header in self._headers:
            if header.received_at <= by:
                known[header.device] = max(known.get(header.device, 0), header.number)
        return known

    def known_state(self, known: Mapping[int, int], as_at: date | None = None) -> State:
        """The programme as a vector knew it, as at a day where one is given.

        Raises UserError if it had not begun by then.
        """
        found = self._run(lambda: _folded(self._file.stream(as_at, None, known), as_at))
        if PROGRAMME_ID not in found.tables["programme"]:
            raise UserError("The programme had not begun by then.", str(self.path),
                            "Ask for a later day or instant.")  # fmt: skip
        return found

    def _playback_of(self, at: _At) -> Playback:
        from psnplanner.history.playback import NEEDED, Reel

        known = at.known or {}
        within, reel = self._run(lambda: self._file.within(known)), Reel()
        reel.take(
            item
            for item in self._run(lambda: self._file.dated(NEEDED, 0, sys.maxsize))
            if item.stamp[:2] in within
        )
        return reel.playback(at.state, at.drawn_on)

    # -- baselines ----------------------------------------------------------------------

    def approve_baseline(
        self,
        name: str,
        *,
        as_at: date | None = None,
        approved_on: date | None = None,
        note: str = "",
    ) -> Transaction | None:
        """Keep the plan of now, or as it stood on a day, as the approved one under a name."""
        taken = {baseline.name.casefold() for baseline in self.state.baselines.values()}
        if not name.strip() or name.strip().casefold() in taken:
            what = f"There is a baseline “{name}” already." if name.strip() else "It has no name."
            raise UserError(what, str(self.path), "Give the baseline a name of its own.")
        if as_at is not None:
            self.as_at(as_at)
        day = approved_on or as_at or self.present_day
        made = Baseline(
            id=new_id(), name=name.strip(), position=_vector_text(self.vector()), as_at=as_at,
            approved_on=day, by=self.author, note=note,
        )  # fmt: skip
        with self._doing:
            proposal = Create([made]).propose(self.state, self.today)
            label = f"Baseline “{made.name}” approved"
            return self._commit(dataclasses.replace(proposal, label=label, effective_on=day))

    def baseline_state(self, baseline: Baseline) -> State:
        """The programme as a baseline approved it."""
        known = {int(dev): n for dev, n in json.loads(baseline.position).items()}
        if baseline.id not in self._baseline_states:
            self._baseline_states[baseline.id] = self.known_state(known, baseline.as_at)
        return self._baseline_states[baseline.id]

    def _beside(self, state: State, forecast: Mapping[str, Any] | None) -> Beside:
        from psnplanner.board.figures import Beside

        approved = sorted(state.baselines.values(), key=lambda b: (b.approved_on or date.min, b.id))
        if not approved:
            return Beside(forecast=forecast)
        last = approved[-1]
        return Beside(self.baseline_state(last), last.name, last.approved_on, forecast)

    # -- what changed, and who may join ---------------------------------------------------

    def compare(
        self,
        from_day: date,
        to_day: date,
        *,
        recorded_by: datetime | None = None,
        audience: str = "internal",
    ) -> Comparison:
        """What changed from one day to another."""
        from psnplanner.board.compare import compare
        from psnplanner.board.redact import for_audience, withheld

        if to_day < from_day:
            raise UserError("The second day is before the first.",
                            remedy="Give the earlier day first.")  # fmt: skip
        before, after = (self._at(day, recorded_by) for day in (from_day, to_day))
        gone = withheld(before.state, audience) | withheld(after.state, audience)
        was, now = (for_audience(at.state, audience, gone) for at in (before, after))
        between = [t for t in self._headers if from_day < t.effective_on <= to_day]
        return compare(was, now, from_day, to_day, self.calendar, len(between))

    def write_comparison(
        self,
        out: Path,
        from_day: date,
        to_day: date,
        *,
        audience: str = "internal",
        recorded_by: datetime | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Write what changed as a page with a map (.html) or as a map (.png, .svg, .pdf)."""
        from psnplanner.board.compare_map import draw
        from psnplanner.board.snapshot import Wanted, checked_suffix, save

        suffix = checked_suffix(Path(out))
        found = self.compare(from_day, to_day, recorded_by=recorded_by, audience=audience)
        at = self._at(to_day, recorded_by)
        made = self._pack(at, Wanted(audience), None, (), progress)
        save(draw(made, found), suffix, Path(out), progress)

    def joiners(self, path: Path, *, audience: str = "internal") -> list[Joiner]:
        """A list of prospective organisations set against the live network; nothing changes."""
        from psnplanner.board.joiners import joiners
        from psnplanner.board.redact import for_audience
        from psnplanner.intake.lists import read_list

        scratch = State().after([creation(self.state.programme)])
        preview = read_list(path, scratch, today=self.present_day)
        prospects = scratch.after(preview.edit.propose(scratch, self.today).changes)
        return joiners(for_audience(self.state, audience), prospects)

    def verify(self, progress: Progress | None = None) -> list[str]:
        """What is wrong with the file, in sentences; none if it is sound."""
        return self._run(lambda: self._file.verify(progress))

    def backup(self, out: Path) -> None:
        """Copy the whole programme to a new file."""
        self._run(lambda: self._file.backup(out))

    def close(self) -> None:
        """Let the file go; harmless when done twice. Everything is saved already."""
        with self._doing:
            if not self._closed:
                self._closed = True
                self._run(self._file.close)
                self._writer.shutdown()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def new_programme(
    name: str = "CMPSN",
    go_live_on: date = DEFAULT_GO_LIVE,
    starts_on: date | None = None,
    status_on: date | None = None,
) -> Programme:
    """A programme's record with the default workflow.

    It starts at the contract's award for the default go-live, else thirteen months before.
    Where go-live is past already, the status date is set to the start: its own present day.
    """
    starts_on = starts_on or (
        DEFAULT_START if go_live_on == DEFAULT_GO_LIVE else _months_before(go_live_on, 13)
    )
    if status_on is None and go_live_on <= date.today():
        status_on = starts_on
    return Programme(
        id=PROGRAMME_ID,
        name=name,
        go_live_on=go_live_on,
        starts_on=starts_on,
        status_on=status_on,
        workflow=resource_files.read_text("workflow.toml"),
        saving_target_pence=100_000_000 if go_live_on == DEFAULT_GO_LIVE else None,
    )


def _folded(changes: Iterable[Change], day: date | None) -> State:
    return fold(changes) if day is None else as_at(changes, day)


def _vector_text(vector: Mapping[int, int]) -> str:
    return json.dumps({str(dev): vector[dev] for dev in sorted(vector)}, separators=(",", ":"))


def repair(path: Path, out: Path) -> Salvage:
    """Save what can be saved of a damaged programme into a new file; see `file.repair`."""
    from psnplanner.file import repair

    return repair.repair(path, out)


def _usual_freezes(programme: Programme) -> list[ClosedWindow]:
    from psnplanner.planning.calendar import default_closed_windows

    if programme.starts_on is None or programme.go_live_on is None:
        return []
    return default_closed_windows(programme.starts_on, programme.go_live_on)


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def _person() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "someone"


def _now() -> datetime:
    return datetime.now(UTC)
