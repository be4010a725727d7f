"""Scenarios are kept as JSON, change the programme only in thought, and stand side by side."""

import dataclasses
from datetime import date

import pytest

from psnplanner.errors import UserError
from psnplanner.planning.plan import Options
from psnplanner.planning.scenario import Settings, applied, compare, named, scenario
from tests.planning.programmes import CALENDAR, TODAY, ident, partner, programme, site
from tests.planning.test_plan import month

SITES = [site(n, partner=partner(n % 2).id) for n in range(16)]
MORE = Settings(extra_crews=1)
LATER = Settings(go_live_on=date(2015, 5, 1), prices={"move_pounds": 400.0})
STATE = programme(*SITES, partner(0), partner(1), month(1, 8), month(2, 8), scenario("More", MORE))


def test_settings_are_kept_word_for_word() -> None:
    for settings in (Settings(), MORE, LATER, Settings(without=("Partner 1",), phases=6)):
        assert Settings.from_json(settings.to_json()) == settings


def test_what_cannot_be_read_is_said() -> None:
    with pytest.raises(UserError, match="cannot be read"):
        Settings.from_json('{"go_live_on": "soon"}')


def test_a_scenario_changes_a_copy() -> None:
    after = applied(STATE, LATER, CALENDAR)
    assert after.programme.go_live_on == date(2015, 5, 1)
    assert STATE.programme.go_live_on == date(2015, 4, 1)
    assert len(applied(STATE, Settings(without=("partner 1",)), CALENDAR).sites) == 8
    with pytest.raises(UserError, match="no partner"):
        applied(STATE, Settings(without=("Nobody",)), CALENDAR)


def test_crews_more_are_shared_by_phases_side_by_side() -> None:
    """Two crews more are two a day, however many phases are open on it."""
    alone, first = month(3, 10.0), month(1, 10.0)
    beside = [first, dataclasses.replace(first, id=ident(950), name="Phase 2")]
    state = programme(site(1), alone, *beside)
    after = applied(state, Settings(extra_crews=2), CALENDAR)
    more = {phase.name: after.phases[phase.id].capacity_days - 10.0 for phase in (alone, *beside)}
    days = {p.name: CALENDAR.count(p.starts_on, p.ends_on) for p in (alone, *beside)}
    assert more["Phase 3"] == pytest.approx(2 * days["Phase 3"])
    assert more["Phase 1"] == more["Phase 2"] == pytest.approx(days["Phase 1"])


def test_side_by_side() -> None:
    rows = compare(STATE, [named(STATE, "more")], TODAY, CALENDAR, Options(seconds=0.001))
    assert [row["scenario"] for row in rows] == ["As it is", "More"]
    assert rows[0]["sites_left_out"] > 0
    assert rows[1]["sites_left_out"] == 0
    assert rows[1]["difference_pounds"] < 0


def test_one_not_there_is_said() -> None:
    with pytest.raises(UserError, match="There is no scenario “less”"):
        named(STATE, "less")
