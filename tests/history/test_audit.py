"""History in sentences: what a person reads about a site."""

from __future__ import annotations

from datetime import date

from psnplanner.programme.edits import Amend
from psnplanner.programme.record import Position
from psnplanner.programme.stage_edits import RecordStage, SetWayleave
from psnplanner.session import Session
from tests.conftest import ident

ONE = ident("site 1")


def last(session: Session) -> str:
    """The newest line of the site's history."""
    return session.history(ONE)[-1].sentence


def test_money_dates_and_places_are_written_as_people_do(with_sites: Session) -> None:
    """Pounds, UK dates, names for ids."""
    with_sites.do(Amend("site", [ONE], {"annual_cost_pence": 123_456}))
    assert last(with_sites) == "Annual cost £800.00 → £1,234.56"
    with_sites.do(Amend("site", [ONE], {"contract_ends_on": date(2015, 3, 1)}))
    assert last(with_sites) == "Contract ends on none → 1 March 2015"
    with_sites.do(Amend("site", [ONE], {"partner": None}))
    assert last(with_sites) == "Partner Halton Council → none"
    with_sites.do(Amend("site", [ONE], {"position": Position(53.5, -2.5, "survey", 1.0)}))
    assert last(with_sites).endswith("→ 53.50000, -2.50000 (survey)")
    with_sites.do(Amend("site", [ONE], {"locked": True}))
    assert last(with_sites) == "Locked to its phase"


def test_stages_say_what_they_wait_on(with_sites: Session) -> None:
    """Whom, since when, and the note that was made."""
    with_sites.do(
        RecordStage(ONE, "desktop_survey", "waiting", date(2014, 5, 1), note="no plans yet")
    )
    assert last(with_sites) == (
        "Desktop survey waiting, waiting on Updata since 1 May 2014 (“no plans yet”)"
    )


def test_a_wayleave_is_told_once(with_sites: Session) -> None:
    """Its stage and its record are one event to a reader."""
    with_sites.do(SetWayleave(ONE, "requested", date(2014, 5, 6)))
    assert last(with_sites) == "Wayleave requested, waiting on landlord since 6 May 2014"
    with_sites.do(SetWayleave(ONE, "refused", date(2014, 5, 8)))
    assert last(with_sites).startswith("Wayleave refused")


def test_undo_and_redo_say_so(with_sites: Session) -> None:
    """A reader sees what was taken back."""
    with_sites.do(Amend("site", [ONE], {"name": "New"}))
    with_sites.undo()
    assert last(with_sites) == "Undone: Name New → Site 1"
    with_sites.redo()
    assert last(with_sites) == "Redone: Name Site 1 → New"


def test_the_programme_s_history_has_a_line_a_transaction(with_sites: Session) -> None:
    """Oldest first, from the making of the file."""
    told = [entry.sentence for entry in with_sites.history()]
    assert told == ["New programme CMPSN", "Set up", "Import 3 sites from list.csv"]
