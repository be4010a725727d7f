"""How many crews there are and how fast they work: windows, overlaps, gaps, freezes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from psnplanner.planning.crew_supply import crews_of
from psnplanner.planning.forecast_calendar import Line
from psnplanner.programme.phase import ClosedWindow, Phase
from tests.planning.programmes import CALENDAR, TODAY, ident, programme

LINE = Line(TODAY, CALENDAR)


def phase(number: int, first: date, last: date, crews: float | None) -> Phase:
    """A phase with so many crews."""
    days = None if crews is None else crews * CALENDAR.count(first, last)
    return Phase(id=ident(number), name=f"P{number}", starts_on=first, ends_on=last,
                 capacity_days=days)  # fmt: skip


def done_by(state: object, day: date) -> float:
    """Crew-days worked by the end of a day."""
    crews, pace = crews_of(state, LINE)
    assert pace is not None
    return crews * float(pace.work(np.array([LINE.at(day)], np.float32))[0])


def test_a_phase_holds_the_crew_days_it_says() -> None:
    """Three crews over a window; before it and after it the same team."""
    one = phase(1, date(2014, 3, 3), date(2014, 3, 28), 3)
    state = programme(one)
    assert crews_of(state, LINE)[0] == 3
    before = done_by(state, date(2014, 3, 2))
    assert done_by(state, date(2014, 3, 28)) - before == pytest.approx(one.capacity_days)
    assert done_by(state, date(2014, 4, 4)) - done_by(state, date(2014, 3, 28)) == pytest.approx(15)


def test_teams_at_a_time_add_up() -> None:
    """Two phases over the same month."""
    days = (date(2014, 3, 3), date(2014, 3, 28))
    state = programme(phase(1, *days, 3), phase(2, *days, 1.5))
    worked = done_by(state, days[1]) - done_by(state, date(2014, 3, 2))
    assert worked == pytest.approx(4.5 * 20)


def test_a_freeze_stops_all_and_one_partner_s_does_not() -> None:
    """A week shut to everybody is a week not worked."""
    one = phase(1, date(2014, 3, 3), date(2014, 3, 28), 2)
    week = {"starts_on": date(2014, 3, 10), "ends_on": date(2014, 3, 14)}
    general = programme(one, ClosedWindow(id=ident(9), **week))
    schools = programme(one, ClosedWindow(id=ident(9), kind="School", **week))
    whole = done_by(programme(one), date(2014, 3, 28))
    assert whole - done_by(general, date(2014, 3, 28)) == pytest.approx(10)
    assert done_by(schools, date(2014, 3, 28)) == pytest.approx(whole)


def test_without_capacity_there_is_no_queue_and_past_windows_go_on() -> None:
    """Nothing known: nothing limits; all windows over: the last team goes on."""
    days = (date(2014, 3, 3), date(2014, 3, 28))
    assert crews_of(programme(phase(1, *days, None)), LINE) == (0, None)
    past = programme(phase(1, date(2014, 1, 6), date(2014, 1, 31), 2))
    assert done_by(past, CALENDAR.add(TODAY, 10)) == pytest.approx(20)
