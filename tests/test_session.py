"""The write door: edits, gates, undo and redo, two processes, the past."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from psnplanner.errors import Cancelled, UserError
from psnplanner.programme.edits import AddSites, Amend, Compose, Delete, MoveToPhase
from psnplanner.programme.stage_edits import RecordStage, SetWayleave
from psnplanner.session import Happened, Session, new_programme
from tests.conftest import Ticking, a_site, ident

TO_INSTALLED = (
    "desktop_survey", "order_placed", "site_survey", "fibre", "cpe", "tested",
)  # fmt: skip
ONE, TWO = ident("site 1"), ident("site 2")


def advance(session: Session, site: bytes, stages: tuple[str, ...], on: date) -> None:
    """Record stages as done, one a day."""
    for days, stage in enumerate(stages):
        session.do(RecordStage(site, stage, "done", on + timedelta(days=days)))


def test_an_edit_is_in_the_file_when_it_returns(with_sites: Session) -> None:
    """What was acknowledged is there for whoever opens the file next."""
    with_sites.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 5, 1)))
    with_sites.close()
    with Session.open(with_sites.path, read_only=True) as again:
        record = again.state.stages_of(ONE)["desktop_survey"]
        assert (record.state, record.actual_on) == ("done", date(2014, 5, 1))
        assert again.state.tables == with_sites.state.tables
        assert again.state.statuses[ONE] == "surveyed"


def test_listeners_hear_before_and_after(with_sites: Session) -> None:
    """A listener is told what changed, until it asks no more."""
    heard: list[Happened] = []
    stop = with_sites.subscribe(heard.append)
    with_sites.do(Amend("site", [ONE], {"name": "New name"}))
    stop()
    with_sites.do(Amend("site", [ONE], {"name": "Newer name"}))
    assert [(h.before.sites[ONE].name, h.after.sites[ONE].name) for h in heard] == [
        ("Site 1", "New name")
    ]


def test_an_edit_that_changes_nothing_is_not_journalled(with_sites: Session) -> None:
    """Saying what is so already leaves no trace."""
    count = len(with_sites.transactions())
    assert with_sites.do(Amend("site", [ONE], {"name": "Site 1"})) is None
    assert len(with_sites.transactions()) == count


def test_cancelling_at_the_last_moment_changes_nothing(with_sites: Session) -> None:
    """Progress may say stop; then the file is as it was."""

    def stop(_share: float, _what: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        with_sites.do(AddSites("more.csv", [a_site(9)]), progress=stop)
    assert ident("site 9") not in with_sites.state.sites
    assert with_sites.verify() == []


class TestGates:
    """Conditions hold at the write door."""

    def test_a_stage_waits_for_its_prerequisites(self, with_sites: Session) -> None:
        """The refusal names the stage that comes first."""
        with pytest.raises(UserError, match="“Order placed” comes first and is not started"):
            with_sites.do(RecordStage(ONE, "site_survey", "done", date(2014, 5, 1)))

    def test_done_before_what_it_rests_on_by_date(self, with_sites: Session) -> None:
        """Days must follow the order of work."""
        with_sites.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 5, 10)))
        with pytest.raises(UserError, match="was done on 10 May 2014"):
            with_sites.do(RecordStage(ONE, "order_placed", "done", date(2014, 5, 1)))

    def test_a_stage_that_is_not_needed_lets_pass(self, with_sites: Session) -> None:
        """An owned building on existing duct needs neither wayleave nor civils."""
        advance(with_sites, ONE, TO_INSTALLED, date(2014, 5, 1))
        assert with_sites.state.statuses[ONE] == "installed"

    def test_what_is_not_needed_is_looked_through(self, with_sites: Session) -> None:
        """Fibre comes after the survey, though all between them is not needed here."""
        with pytest.raises(UserError, match="“Site survey” comes first and is not started"):
            with_sites.do(RecordStage(ONE, "fibre", "done", date(2014, 5, 1)))
        advance(with_sites, ONE, TO_INSTALLED[:3], date(2014, 5, 1))
        with pytest.raises(UserError, match="“Site survey” was done on 3 May 2014"):
            with_sites.do(RecordStage(ONE, "fibre", "done", date(2014, 5, 2)))

    def test_a_stage_recorded_again_keeps_the_order(self, with_sites: Session) -> None:
        """Not after what came after it; and a note alone moves no date."""
        advance(with_sites, ONE, TO_INSTALLED[:3], date(2014, 5, 1))
        with pytest.raises(UserError, match="“Order placed”, which comes after it, was done on 2"):
            with_sites.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 5, 20)))
        with_sites.do(RecordStage(ONE, "site_survey", "done", note="two ducts"))
        record = with_sites.state.stages_of(ONE)["site_survey"]
        assert (record.actual_on, record.note) == (date(2014, 5, 3), "two ducts")

    def test_what_was_not_needed_is_not_begun_behind_later_work(self, with_sites: Session) -> None:
        """A wayleave that turns out to be needed, with the fibre in: only by authority."""
        advance(with_sites, ONE, TO_INSTALLED[:4], date(2014, 5, 1))
        with pytest.raises(UserError, match="“Fibre blown and spliced” was done after it"):
            with_sites.do(RecordStage(ONE, "wayleave", "waiting"))

    @pytest.mark.parametrize(
        ("on", "said"),
        [(date(1950, 1, 1), "long before"), (date(2016, 6, 1), "more than a year after")],
    )
    def test_a_wrong_year_is_caught(
        self, with_sites: Session, clock: Ticking, on: date, said: str
    ) -> None:
        """Before it does harm to dates and reports."""
        clock.now += timedelta(days=3 * 365)
        with pytest.raises(UserError, match=said):
            with_sites.do(RecordStage(ONE, "desktop_survey", "done", on))

    def test_live_after_its_node(self, with_sites: Session) -> None:
        """Root, then branch."""
        advance(with_sites, ONE, TO_INSTALLED, date(2014, 5, 1))
        with_sites.do(Amend("node", [ident("Runcorn")], {"live_on": None}))
        with pytest.raises(UserError, match="node “Runcorn” is not live"):
            with_sites.do(RecordStage(ONE, "migrated", "done", date(2014, 5, 20)))
        with_sites.do(Amend("node", [ident("Runcorn")], {"live_on": date(2014, 5, 20)}))
        with_sites.do(RecordStage(ONE, "migrated", "done", date(2014, 5, 20)))
        assert with_sites.state.statuses[ONE] == "live"

    @pytest.mark.parametrize(
        ("valid_to", "said"), [(date(2014, 5, 1), "has expired"), (None, "is missing")]
    )
    def test_live_under_a_valid_certificate(
        self, with_sites: Session, valid_to: date | None, said: str
    ) -> None:
        """No site goes live under an expired or missing certificate."""
        advance(with_sites, ONE, TO_INSTALLED, date(2014, 5, 1))
        if valid_to is None:
            with_sites.do(Delete("certificate", [ident("certificate")]))
        else:
            with_sites.do(Amend("certificate", [ident("certificate")], {"valid_to": valid_to}))
        with pytest.raises(UserError, match=said):
            with_sites.do(RecordStage(ONE, "migrated", "done", date(2014, 5, 20)))

    def test_nothing_is_done_in_the_future(self, with_sites: Session) -> None:
        """A day to come is refused."""
        with pytest.raises(UserError, match="still to come"):
            with_sites.do(RecordStage(ONE, "desktop_survey", "done", date(2030, 1, 1)))

    def test_an_override_passes_and_stays_on_record(self, with_sites: Session) -> None:
        """Authority passes a gate with a reason, which history tells."""
        with_sites.do(
            RecordStage(
                ONE, "site_survey", "done", date(2014, 5, 1), by="A Board", override="Surveyed 2013"
            )
        )
        (kept,) = with_sites.state.overrides.values()
        assert (kept.reason, kept.by, kept.site) == ("Surveyed 2013", "A Board", ONE)
        assert "Surveyed 2013" in with_sites.history(ONE)[-1].sentence
        with_sites.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 4, 1)))
        assert with_sites.state.overrides

    def test_a_stage_others_rest_on_is_not_reopened(self, with_sites: Session) -> None:
        """What was done on the strength of a stage is reopened first."""
        advance(with_sites, ONE, TO_INSTALLED[:2], date(2014, 5, 1))
        with pytest.raises(UserError, match="“Order placed” was done after it"):
            with_sites.do(RecordStage(ONE, "desktop_survey", "in progress"))


class TestWayleaves:
    """The landowner's permission and its stage go together."""

    def leased(self, session: Session) -> None:
        """Site 1 surveyed, on leased land."""
        session.do(Amend("site", [ONE], {"tenure": "leased"}))
        advance(session, ONE, TO_INSTALLED[:3], date(2014, 5, 1))

    def test_requested_is_waiting_on_the_landlord(self, with_sites: Session) -> None:
        """Whom it waits on, since when, what is next."""
        self.leased(with_sites)
        with_sites.do(SetWayleave(ONE, "requested", date(2014, 5, 6)))
        record = with_sites.state.stages_of(ONE)["wayleave"]
        assert (record.state, record.waiting_on, record.waiting_since) == (
            "waiting",
            "landlord",
            date(2014, 5, 6),
        )
        assert record.next_action
        assert with_sites.state.statuses[ONE] == "wayleave"

    def test_fibre_waits_for_it_and_for_its_term(self, with_sites: Session) -> None:
        """Not before it is granted, not after it has ended."""
        self.leased(with_sites)
        with pytest.raises(UserError, match="“Wayleave” comes first"):
            with_sites.do(RecordStage(ONE, "fibre", "done", date(2014, 5, 20)))
        with_sites.do(SetWayleave(ONE, "granted", date(2014, 5, 7), date(2014, 5, 15)))
        with pytest.raises(UserError, match="wayleave ended on 15 May 2014"):
            with_sites.do(RecordStage(ONE, "fibre", "done", date(2014, 5, 20)))

    def test_refused_blocks_the_site(self, with_sites: Session) -> None:
        """A refusal shows on the map."""
        self.leased(with_sites)
        with_sites.do(SetWayleave(ONE, "refused", date(2014, 5, 20)))
        assert with_sites.state.statuses[ONE] == "blocked"

    def test_a_new_grant_runs_from_anew(self, with_sites: Session) -> None:
        """What had expired, and was granted again, is no longer expired."""
        self.leased(with_sites)
        with_sites.do(SetWayleave(ONE, "granted", date(2014, 5, 6)))
        with_sites.do(SetWayleave(ONE, "expired", date(2014, 5, 20)))
        with_sites.do(SetWayleave(ONE, "granted", date(2014, 5, 25)))
        with_sites.do(RecordStage(ONE, "fibre", "done", date(2014, 5, 26)))
        assert with_sites.state.statuses[ONE] == "fibre in"

    @pytest.mark.parametrize(
        ("stage", "wayleave"),
        [
            ("waiting", "requested"),
            ("blocked", "requested"),
            ("not started", ""),
            ("done", "granted"),
        ],
    )
    def test_the_wayleave_follows_its_stage(
        self, with_sites: Session, stage: str, wayleave: str
    ) -> None:
        """Whichever of the two is recorded, they agree."""
        self.leased(with_sites)
        with_sites.do(SetWayleave(ONE, "granted", date(2014, 5, 6)))
        with_sites.do(RecordStage(ONE, "wayleave", stage, date(2014, 5, 8)))
        held = with_sites.state.wayleave_of(ONE)
        assert held is not None
        assert held.state == wayleave


class TestUndo:
    """Undo and redo are transactions of their own."""

    def test_there_and_back(self, with_sites: Session) -> None:
        """Every step back gives the state before it, every step on the state after."""
        states = [with_sites.state.tables]
        for number, name in enumerate(("A", "B", "C")):
            with_sites.do(Amend("site", [ident(f"site {number + 1}")], {"name": name}))
            states.append(with_sites.state.tables)
        for expected in reversed(states[:-1]):
            with_sites.undo()
            assert with_sites.state.tables == expected
        for expected in states[1:]:
            with_sites.redo()
            assert with_sites.state.tables == expected
        assert with_sites.verify() == []

    def test_an_import_of_a_thousand_is_one_undo(self, with_sites: Session) -> None:
        """However many rows, one step back and one forward."""
        before = with_sites.state.tables
        more = [a_site(number) for number in range(100, 1100)]
        with_sites.do(AddSites("big.csv", more, validated=frozenset(s.id for s in more)))
        assert len(with_sites.state.sites) == 1003
        assert with_sites.undo_label == "Import 1,000 sites from big.csv"
        with_sites.undo()
        assert with_sites.state.tables == before
        with_sites.redo()
        assert len(with_sites.state.sites) == 1003
        assert with_sites.verify() == []

    def test_an_older_change_that_was_overtaken_is_refused(self, with_sites: Session) -> None:
        """The refusal names what came after."""
        first = with_sites.do(Amend("site", [ONE], {"name": "A"}))
        with_sites.do(Amend("site", [ONE], {"name": "B"}, label="Name it B"))
        assert first is not None
        with pytest.raises(UserError, match="changed since by “Name it B”"):
            with_sites.undo(first.key)
        assert with_sites.state.sites[ONE].name == "B"

    def test_an_older_change_still_in_force_can_be_taken_back(self, with_sites: Session) -> None:
        """Work on other fields is left alone."""
        first = with_sites.do(Amend("site", [ONE], {"name": "A"}))
        with_sites.do(Amend("site", [ONE], {"note": "kept"}))
        assert first is not None
        with_sites.undo(first.key)
        site = with_sites.state.sites[ONE]
        assert (site.name, site.note) == ("Site 1", "kept")

    def test_an_import_later_work_rests_on_is_refused(self, with_sites: Session) -> None:
        """Nobody's field work disappears under them."""
        key = next(t.key for t in with_sites.transactions() if t.kind == "import")
        with_sites.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 5, 1)))
        with pytest.raises(UserError, match=r"rests on it|was changed since"):
            with_sites.undo(key)
        assert ONE in with_sites.state.sites

    def test_a_new_edit_ends_redo(self, with_sites: Session) -> None:
        """There is no redo into a past that is gone."""
        with_sites.do(Amend("site", [ONE], {"name": "A"}))
        with_sites.undo()
        with_sites.do(Amend("site", [TWO], {"name": "B"}))
        with pytest.raises(UserError, match="nothing to redo"):
            with_sites.redo()

    def test_a_programme_itself_is_not_undone(self, session: Session) -> None:
        """The first transaction made the file."""
        with pytest.raises(UserError, match="nothing to undo"):
            session.undo()

    def test_undone_and_done_again_survives_reopening(
        self, with_sites: Session, clock: Ticking
    ) -> None:
        """What can be undone is read from the file, not remembered."""
        with_sites.do(MoveToPhase([ONE], ident("Phase 2")))
        with_sites.close()
        with Session.open(with_sites.path, clock=clock) as again:
            assert again.undo_label == "Move S001 to Phase 2"
            again.undo()
            assert again.state.sites[ONE].phase == ident("Phase 1")
            assert again.redo_label == "Move S001 to Phase 2"


class TestThePast:
    """As at a day, by when things count from."""

    def test_a_stage_counts_from_the_day_it_happened(
        self, with_sites: Session, clock: Ticking
    ) -> None:
        """Recorded in July, done on 20 June: so it is as at that day, not the day before."""
        clock.now += timedelta(days=40)
        with_sites.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 6, 3)))
        with_sites.do(RecordStage(ONE, "order_placed", "done", date(2014, 6, 20)))
        assert "order_placed" not in with_sites.as_at(date(2014, 6, 19)).stages_of(ONE)
        assert with_sites.as_at(date(2014, 6, 20)).stages_of(ONE)["order_placed"].state == "done"
        assert with_sites.as_at(date(2014, 6, 2)).statuses[ONE] == "planned"

    @pytest.mark.parametrize(
        ("first", "then", "on_7_may"),
        [
            (("waiting", 10), ("done", 5), "done"),
            (("done", 10), ("done", 5), "done"),
            (("done", 5), ("done", 10), None),
            (("waiting", 5), ("done", 10), "waiting"),
        ],
    )
    def test_a_day_that_was_corrected(
        self,
        with_sites: Session,
        first: tuple[str, int],
        then: tuple[str, int],
        on_7_may: str | None,
    ) -> None:
        """Reports of both days follow the correction."""
        with_sites.do(Amend("programme", [bytes(15) + b"\x01"], {"name": "X"}))
        sites = [a_site(77)]
        early = Session.create(
            with_sites.path.with_name("early.gpkg"),
            new_programme(status_on=date(2014, 4, 1)),
            clock=Ticking(datetime(2014, 6, 2, tzinfo=UTC)),
        )
        with early:
            early.do(AddSites("l", sites, validated=frozenset(s.id for s in sites)))
            for state, day in (first, then):
                early.do(RecordStage(sites[0].id, "desktop_survey", state, date(2014, 5, day)))
            found = early.as_at(date(2014, 5, 7)).stages_of(sites[0].id).get("desktop_survey")
            assert (found.state if found else None) == on_7_may
            assert early.as_at(early.present_day).tables == early.state.tables

    def test_several_records_in_one_count_from_their_own_days(self, with_sites: Session) -> None:
        """A bundle of stages counts from the earliest; a later one shows from its day."""
        parts = [
            RecordStage(ONE, "desktop_survey", "done", date(2014, 6, 2)),
            RecordStage(ONE, "order_placed", "done", date(2014, 6, 9)),
        ]
        with_sites._clock.now += timedelta(days=30)  # type: ignore[attr-defined]
        with_sites.do(Compose("Both", parts))
        found = with_sites.as_at(date(2014, 6, 5)).stages_of(ONE)
        assert "desktop_survey" in found
        assert "order_placed" not in found

    def test_a_deleted_site_s_override_stays_and_the_file_is_sound(
        self, with_sites: Session
    ) -> None:
        """For ever, and in every reading of the journal."""
        with_sites.do(RecordStage(ONE, "site_survey", "done", date(2014, 5, 1), override="old"))
        with_sites.do(Delete("site", [ONE]))
        assert with_sites.verify() == []
        assert len(with_sites.state.overrides) == 1
        assert with_sites.as_at(with_sites.present_day).tables == with_sites.state.tables

    def test_as_at_the_present_day_is_the_current_state(self, with_sites: Session) -> None:
        """No two truths."""
        advance(with_sites, ONE, TO_INSTALLED, date(2014, 5, 1))
        with_sites.undo()
        assert with_sites.as_at(with_sites.present_day).tables == with_sites.state.tables

    def test_a_mistake_taken_back_does_not_show_in_between(self, with_sites: Session) -> None:
        """An undo counts from the day of what it takes back."""
        with_sites.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 6, 2)))
        with_sites.undo()
        assert "desktop_survey" not in with_sites.as_at(date(2014, 6, 2)).stages_of(ONE)

    def test_recorded_by_an_instant(self, with_sites: Session, clock: Ticking) -> None:
        """What the file knew then, whatever the days of the events."""
        before = clock.now
        with_sites.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 6, 2)))
        day = date(2014, 6, 30)
        assert "desktop_survey" not in with_sites.as_at(day, before).stages_of(ONE)
        assert "desktop_survey" in with_sites.as_at(day, clock.now).stages_of(ONE)

    def test_history_is_told_in_sentences(self, with_sites: Session) -> None:
        """Who did what, from what to what."""
        with_sites.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 5, 1)), author="Jo")
        with_sites.do(MoveToPhase([ONE], ident("Phase 2")))
        told = [(e.author, e.sentence) for e in with_sites.history(ONE)]
        assert told[-2:] == [
            ("Jo", "Desktop survey done 1 May 2014"),
            ("office", "Phase Phase 1 → Phase 2"),
        ]

    def test_the_status_date_moves_on_with_what_is_recorded(
        self, with_sites: Session, clock: Ticking
    ) -> None:
        """What has happened is not to come."""
        clock.now += timedelta(days=40)
        with_sites.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 6, 9)))
        assert with_sites.present_day == date(2014, 6, 9)
        with_sites.do(RecordStage(TWO, "desktop_survey", "done", date(2014, 6, 1)))
        assert with_sites.present_day == date(2014, 6, 9)

    def test_before_it_began_there_is_nothing_to_tell(self, with_sites: Session) -> None:
        """The refusal says from when on there is."""
        with pytest.raises(UserError, match=r"had not begun on 1 January 2010.*2 June 2014"):
            with_sites.as_at(date(2010, 1, 1))


class TestTwoAtOnce:
    """One writer; the second reads and is told."""

    def test_a_write_past_the_lock_is_noticed(
        self, with_sites: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where a lock does not hold (some network shares), nobody builds on stale data."""
        monkeypatch.setattr("psnplanner.file.lock.WriterLock.acquire", lambda _self: True)
        with Session.open(with_sites.path) as other:
            other.do(Amend("site", [ONE], {"name": "other"}))
        with pytest.raises(UserError, match="changed this programme since it was opened"):
            with_sites.do(Amend("site", [ONE], {"name": "mine"}))
        assert with_sites.state.sites[ONE].name == "Site 1"

    def test_text_that_is_no_text_is_refused(self, with_sites: Session) -> None:
        """A lone surrogate, as a command line can carry, cannot be kept."""
        with pytest.raises(UserError, match="what is no character"):
            with_sites.do(Amend("site", [ONE], {"name": "A\udcff"}))
        assert with_sites.verify() == []

    def test_the_second_reads_only_and_says_so(self, with_sites: Session) -> None:
        """Its edits are refused with the reason; the first goes on."""
        with Session.open(with_sites.path) as second:
            assert second.read_only
            assert "Another PSN Planner" in second.notice
            assert len(second.state.sites) == 3
            with pytest.raises(UserError, match="Another PSN Planner"):
                second.do(Amend("site", [ONE], {"name": "X"}))
            assert second.state.sites[ONE].name == "Site 1"
            with_sites.do(Amend("site", [ONE], {"name": "Y"}))
        with_sites.close()
        with Session.open(with_sites.path) as third:
            assert not third.read_only
            assert third.state.sites[ONE].name == "Y"


def test_a_new_programme_of_the_past_has_its_own_present_day(tmp_path: Path) -> None:
    """Go-live long over: the status date is the start, so that plans and figures make sense."""
    past, to_come = new_programme(), new_programme(go_live_on=date.today() + timedelta(days=300))
    assert (past.status_on, past.go_live_on) == (date(2014, 3, 3), date(2015, 4, 1))
    assert to_come.status_on is None
    with Session.create(tmp_path / "new.gpkg", to_come) as session:
        assert session.present_day == session.today


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file"),
        (b"Site ref,Name\n1,A\n", "not a programme file"),
        (b"", "not a programme file"),
        (b"SQLite format 3\x00" + bytes(4000), "not a programme|damaged|cannot be used"),
    ],
)
def test_what_is_no_programme_is_refused_by_name(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    """One message: what, where, what to do."""
    path = tmp_path / "thing.gpkg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=said) as caught:
        Session.open(path)
    assert "thing.gpkg" in str(caught.value)


def test_a_file_in_the_way_is_kept(tmp_path: Path) -> None:
    """Making a programme never writes over anything."""
    path = tmp_path / "mine.gpkg"
    path.write_text("precious")
    with pytest.raises(UserError, match="file of that name"):
        Session.create(path)
    assert path.read_text() == "precious"
