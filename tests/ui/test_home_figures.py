"""What Home tells: against the plan, what is stuck, what lapses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from psnplanner.programme.edits import Amend
from psnplanner.programme.record import Position
from psnplanner.programme.stage import BLOCKED, WAITING
from psnplanner.programme.stage_edits import RecordStage, SetWayleave
from psnplanner.session import Session
from psnplanner.ui.home_figures import Forecast, burn_up, home_of, lapsing_wayleaves, planned_by
from psnplanner.ui.panels import home_words
from tests.conftest import ident

ON = date(2014, 6, 2)
ORDER = ("desktop_survey", "order_placed", "site_survey", "fibre", "cpe", "tested", "migrated")


def _live(session: Session, number: int, on: date) -> None:
    for key in ORDER:
        session.do(RecordStage(ident(f"site {number}"), key, "done", on))


def test_the_plan_grows_through_a_phase(with_sites: Session) -> None:
    """None before it, half in its middle, all at its end and after."""
    state = with_sites.state
    first, last = date(2014, 4, 1), date(2014, 6, 30)
    assert planned_by(state, first - timedelta(days=1)) == 0
    assert planned_by(state, date(2014, 5, 16)) == pytest.approx(3 * 46 / 91)
    assert planned_by(state, last) == planned_by(state, date(2015, 1, 1)) == 3


def test_live_this_week_and_month_and_against_the_plan(with_sites: Session) -> None:
    """Weeks begin on a Monday, as 2 June 2014 is; the month with its first day."""
    _live(with_sites, 1, date(2014, 6, 1))
    _live(with_sites, 2, date(2014, 6, 2))
    home = home_of(with_sites)
    assert (home.live, home.sites) == (2, 3)
    assert (home.live_this_week, home.live_this_month) == (1, 2)
    assert home.planned_live == round(3 * 63 / 91)
    assert home_words.against_plan(home) == "On plan: 2 by now"
    assert home_words.countdown(home)[0] == "303 days to go-live"


def test_the_curves(with_sites: Session) -> None:
    """Live stops at the present day; the plan goes on to the end and reaches every site."""
    _live(with_sites, 1, date(2014, 5, 20))
    curve = burn_up(with_sites.state, ON)
    assert curve.days[len(curve.live) - 1] == ON
    assert curve.live[-1] == 1
    assert curve.live[0] == 0
    assert curve.planned[-1] == 3
    assert list(curve.days) == sorted(set(curve.days))
    assert curve.days[-1] == with_sites.state.programme.go_live_on


def test_blocked_comes_before_a_longer_wait(with_sites: Session) -> None:
    """The worst first: whom, how long, which stage, and the site to be shown."""
    one, two = ident("site 1"), ident("site 2")
    with_sites.do(RecordStage(one, "desktop_survey", WAITING, date(2014, 4, 1), waiting_on="BT"))
    with_sites.do(RecordStage(two, "desktop_survey", BLOCKED, date(2014, 5, 23)))
    home = home_of(with_sites)
    assert [line.sites for line in home.stuck] == [(two,), (one,)]
    assert home.stuck[0].more == "Blocked on Updata for 10 days: Desktop survey"
    assert home.stuck[1].more.startswith("Waiting on BT for 62 days")
    assert home_words.stuck_words(home) == "1 blocked, 1 waiting"
    assert set(home.stuck_sites) == {one, two}


def test_wayleaves_about_to_end(with_sites: Session) -> None:
    """Within sixty days, and only where work is still to be done."""
    for number, days in ((1, 59), (2, 61), (3, -10)):
        with_sites.do(
            SetWayleave(
                ident(f"site {number}"),
                "granted",
                date(2014, 5, 1),
                ON + timedelta(days=days),
                override="signed early",
            )
        )
    lines = lapsing_wayleaves(with_sites.state, ON)
    assert [line.more for line in lines] == [
        "Its wayleave ended on 23 May 2014",
        "Its wayleave ends on 31 July 2014",
    ]


def test_money_and_findings_in_words(with_sites: Session) -> None:
    """What is saved now, of what was promised; findings counted by how bad they are."""
    with_sites.do(Amend("site", [ident("site 1")], {"position": None}))
    home = home_of(with_sites)
    assert home_words.savings_words(home)[0] == "£0 a year saved now of the £1,000,000 promised"
    ceased = "Old circuits of £0 a year have ceased, of £2,400 in all"
    assert home_words.savings_words(home)[1] == ceased
    assert home.severities["warning"] == sum(f.severity == "warning" for f in home.findings)
    assert "warning" in home_words.severity_words(home)
    with_sites.do(Amend("site", [ident("site 1")], {"position": Position(53.3, -2.7)}))


def test_only_the_share_that_makes_the_target_is_saved(with_sites: Session) -> None:
    """Half of the circuits' cost has ceased: half of the target is saved, and half is to come."""
    home = home_of(with_sites)
    sums = dict(home.savings) | {
        "realised_pence_a_year": 50_000_000, "forecast_pence_a_year": 100_000_000,
        "ceased_cost_pence_a_year": 80_000_000, "circuits_cost_pence_a_year": 160_000_000,
        "target_pence_a_year": 100_000_000, "share": 0.625,
    }  # fmt: skip
    said = home_words.savings_words(replace(home, savings=sums))
    assert said[0] == "£500,000 a year saved now of the £1,000,000 promised"
    assert said[1] == "Old circuits of £800,000 a year have ceased, of £1,600,000 in all"
    assert said[2] == "Of that 62.5% counts as saved, the rest as the new network's"


def test_a_forecast_promises_nothing() -> None:
    """Never 0% or 100%."""
    assert home_words.chance(0.0) == "Under 1%"
    assert home_words.chance(1.0) == "Over 99%"
    assert home_words.chance(0.62) == "62%"


def test_a_forecast_in_words(with_sites: Session) -> None:
    """The chance, the likely day and the safe one; a quiet line where there is none."""
    home = home_of(with_sites)
    assert home_words.forecast_words(None, home) == ("", "No forecast of go-live yet.")
    forecast = Forecast(0.4, date(2015, 4, 20), date(2015, 6, 1))
    assert home_words.forecast_words(forecast, home) == (
        "40% chance of every site live by 1 April 2015",
        "Likely 20 April 2015 · safe to promise 1 June 2015",
    )


def test_an_empty_programme(session: Session) -> None:
    """Nothing to divide by."""
    home = home_of(session)
    assert home.sites == 0
    assert home.burn_up.days == ()
