"""The programme played through: every day as `as_at` tells it, whatever was done to the journal."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from psnplanner.errors import Cancelled, UserError
from psnplanner.history.playback import ABSENT, Playback
from psnplanner.programme.edits import Amend, Delete
from psnplanner.programme.site import ACCESS_TYPES, TENURES
from psnplanner.programme.stage import STATUSES
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.programme.state import PROGRAMME_ID
from psnplanner.session import Session
from tests.conftest import ident
from tests.properties.test_journal import START, Programme, pick

LIVE = STATUSES.index("live")
SHORT = """
[[stage]]
key = "survey"
name = "Survey"
owner = "Updata"
working_days = [1, 2, 3]
status = "surveyed"
[[stage]]
key = "migrated"
name = "Migrated"
owner = "Updata"
after = ["survey"]
working_days = [1, 2, 3]
status = "live"
goes_live = true
"""


def same(session: Session, day: date) -> None:
    """The playback says of a day what the journal replayed to that day says."""
    told = session.playback().statuses_on(day)
    try:
        expected = dict(session.as_at(day).statuses)
    except UserError:
        expected = {}
    assert told == expected, day


class Played(Programme):
    """Any sequence of edits, undone and redone, played on any day between them."""

    @rule(days=st.integers(-20, 90))
    def play(self, days: int) -> None:
        """A day, after some of the edits: later ones are read on from there."""
        same(self.session, START + timedelta(days=days))

    @rule(days=st.integers(0, 60))
    def move_on(self, days: int) -> None:
        """The status date goes on, or back: what follows counts from another day."""
        self.do(Amend("programme", [PROGRAMME_ID], {"status_on": START + timedelta(days=days)}))

    @rule(which=pick, access=st.sampled_from(ACCESS_TYPES), tenure=st.sampled_from(TENURES))
    def other_ground(self, which: int, access: str, tenure: str) -> None:
        """What decides which stages a site needs."""
        site = self.some("site", which)
        if site:
            self.do(Amend("site", [site], {"access": access, "tenure": tenure}))

    @rule()
    def reopen(self) -> None:
        """Read from the file anew. (A status date set back hides what was done after it.)"""
        self.session.close()
        self.session = Session.open(self.path, author="t", clock=self.clock)

    @rule()
    def other_workflow(self) -> None:
        """A workflow of two stages."""
        self.do(Amend("programme", [PROGRAMME_ID], {"workflow": SHORT}))

    def teardown(self) -> None:
        """Every week of the time it all happened in."""
        if hasattr(self, "session"):
            for days in range(-7, 70, 7):
                same(self.session, START + timedelta(days=days))
        super().teardown()


Played.TestCase.settings = settings(
    Programme.TestCase.settings, max_examples=10, stateful_step_count=20
)
TestPlayed = Played.TestCase


def status(played: Playback, site: str, day: date) -> str | None:
    """What a playback shows of a site on a day."""
    code = int(played.shown_on(day)[played.sites.index(ident(site))])
    return None if code == ABSENT else STATUSES[code]


def test_the_days_of_a_programme(with_sites: Session) -> None:
    """A stage counts from its own day; before the programme began there is nothing."""
    site = ident("site 1")
    key = with_sites.state.workflow.stages[1].key
    with_sites.do(RecordStage(site, key, "done", date(2014, 5, 6)))
    for day in (date(2014, 1, 1), date(2014, 5, 5), date(2014, 5, 6), date(2014, 6, 2)):
        same(with_sites, day)
    with_sites.do(RecordStage(site, key, "done", date(2014, 5, 20)))
    same(with_sites, date(2014, 5, 6))
    with_sites.undo()
    same(with_sites, date(2014, 5, 6))
    assert with_sites.playback().begins_on == with_sites.transactions()[0].effective_on


def test_days_to_come_show_the_plan(with_sites: Session) -> None:
    """A site is to be live when its phase ends, not before; a new window counts at once."""
    present = with_sites.present_day
    played = with_sites.playback()
    before = status(played, "site 1", present)
    assert before != "live"
    assert status(played, "site 1", date(2014, 6, 29)) == before
    assert status(played, "site 1", date(2014, 6, 30)) == "live"
    with_sites.do(Amend("phase", [ident("Phase 1")], {"ends_on": date(2014, 8, 1)}))
    moved = with_sites.playback()
    assert status(moved, "site 1", date(2014, 7, 31)) == before
    assert status(moved, "site 1", date(2014, 8, 1)) == "live"
    # The journal alone promises nothing.
    assert LIVE not in moved.codes_on(date(2014, 8, 1))


def test_a_phase_that_is_over_promises_nothing(with_sites: Session) -> None:
    """Late sites do not turn live because time goes by."""
    with_sites.do(Amend("phase", [ident("Phase 1")], {"ends_on": date(2014, 5, 1)}))
    assert status(with_sites.playback(), "site 1", date(2014, 12, 1)) != "live"


def test_a_site_removed_since_is_seen_in_its_days(with_sites: Session) -> None:
    """It comes and goes as the journal says."""
    day = with_sites.present_day
    with_sites.do(Amend("programme", [PROGRAMME_ID], {"status_on": day + timedelta(days=9)}))
    with_sites.do(Delete("site", [ident("site 2")]))
    played = with_sites.playback()
    assert status(played, "site 2", day) is not None
    assert status(played, "site 2", day + timedelta(days=9)) is None
    same(with_sites, day)
    same(with_sites, day + timedelta(days=9))


def test_it_reads_on_from_where_it_was(with_sites: Session) -> None:
    """A second reading works out only what changed, and an old one stays as it was."""
    first = with_sites.playback()
    kept = first.codes.copy()
    key = with_sites.state.workflow.stages[1].key
    with_sites.do(RecordStage(ident("site 3"), key, "done", date(2014, 6, 2)))
    second = with_sites.playback()
    assert (second.codes_on(date(2014, 6, 2)) != kept[1::2]).sum() == 1
    assert np.array_equal(first.codes, kept)
    same(with_sites, date(2014, 6, 2))


def test_it_can_be_cancelled_and_asked_again(with_sites: Session) -> None:
    """Half a reading does no harm."""

    def stop(fraction: float, words: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        with_sites.playback(stop)
    same(with_sites, date(2014, 6, 2))


def test_a_held_programme_refuses_every_change(with_sites: Session) -> None:
    """While another day is shown: edits, undo and redo say why, and nothing is journalled."""
    count = len(with_sites.transactions())
    with_sites.hold("The map shows another day.")
    assert with_sites.read_only
    with pytest.raises(UserError, match="another day"):
        with_sites.do(Amend("site", [ident("site 1")], {"note": "no"}))
    with pytest.raises(UserError, match="another day"):
        with_sites.undo()
    assert len(with_sites.transactions()) == count
    with_sites.hold("")
    assert not with_sites.read_only
    with_sites.undo()
