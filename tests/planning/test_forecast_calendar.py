"""Working days as a number line, and work on the days that are open."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psnplanner.planning.forecast_calendar import Line, Pace
from psnplanner.programme.phase import ClosedWindow
from tests.planning.programmes import CALENDAR, TODAY, ident

LINE = Line(TODAY, CALENDAR)  # Monday 24 February 2014


def test_the_line_counts_as_the_calendar_does() -> None:
    """Far and near, before and after, over bank holidays."""
    days = [date(2010, 1, 1), date(2014, 2, 21), TODAY, date(2014, 4, 22), date(2019, 1, 1)]
    for on in days:
        assert LINE.at(on) == CALENDAR.between(TODAY, on)
    assert LINE.start_of(date(2014, 3, 3)) == 4  # done by Friday, begun on Monday
    assert LINE.start_of(date(2013, 1, 1)) == 0
    assert LINE.days(40)[-1] == CALENDAR.add(TODAY, 40)


def test_closed_windows_shut_their_working_days() -> None:
    """Tuesday and Wednesday of the first week, and none that are past."""
    window = ClosedWindow(id=ident(1), starts_on=date(2014, 2, 25), ends_on=date(2014, 2, 26))
    past = ClosedWindow(id=ident(2), starts_on=date(2014, 2, 3), ends_on=date(2014, 2, 7))
    flags = LINE.open_flags([window, past])
    assert list(flags[:4]) == [False, False, True, True]
    assert flags.sum() == len(flags) - 2


def walked(speed: list[float], start: float, work: float) -> float:
    """When work is done, day by day."""
    at = start
    while work > 1e-9:
        day = min(int(at), len(speed) - 1)
        last = [pace for pace in speed if pace][-1]
        pace = speed[int(at)] if int(at) < len(speed) else last
        end = int(at) + 1 if int(at) < len(speed) else at + work / pace
        step = min(work, (end - at) * pace)
        at = at + step / pace if pace and step == work else end
        work -= step
        assert day >= 0
    return at


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([0, 0, 0.5, 1, 1, 2]), min_size=3, max_size=20),
    st.floats(0, 15),
    st.floats(0.05, 25),
)
def test_work_is_done_as_if_walked_day_by_day(
    speed: list[float], start: float, work: float
) -> None:
    """Whatever is shut or slow on the way."""
    if not any(speed):
        with pytest.raises(ValueError, match="no day"):
            Pace(speed)
        return
    found = Pace(speed).after(np.array([start], np.float32), np.array([work], np.float32))
    assert found[0] == pytest.approx(walked(speed, float(np.float32(start)), work), abs=0.01)


def test_nothing_to_do_takes_no_time_where_it_is_shut() -> None:
    """A stage of no days does not wait for the doors to open."""
    pace = Pace([1, 0, 0, 1])
    found = pace.after(np.array([1.5], np.float32), np.array([0], np.float32))
    assert found[0] == 1.5
