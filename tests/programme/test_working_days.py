"""Working days, against counting on one's fingers."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from psnplanner.programme.phase import ClosedWindow
from psnplanner.programme.site import Site
from psnplanner.programme.working_days import Calendar, closed_for, only_crews

DAYS = st.dates(date(2013, 1, 1), date(2016, 12, 31))
CALENDARS = st.builds(Calendar, st.frozensets(DAYS, max_size=12))
CHRISTMAS = Calendar(frozenset({date(2014, 12, 25), date(2014, 12, 26)}))


def by_hand(calendar: Calendar, start: date, end: date) -> int:
    """Working days after start up to end, one by one."""
    step = timedelta(days=1)
    count, on = 0, start
    while on < end:
        on += step
        count += calendar.is_working(on)
    return count


@given(CALENDARS, DAYS, DAYS)
def test_between_counts_as_by_hand(calendar: Calendar, start: date, end: date) -> None:
    """And the other way round it is the same, negative."""
    first, last = sorted((start, end))
    assert calendar.between(first, last) == by_hand(calendar, first, last)
    assert calendar.between(last, first) == -calendar.between(first, last)


@given(CALENDARS, DAYS, st.integers(-60, 60))
def test_adding_days_goes_as_far_as_counting_them(calendar: Calendar, start: date, n: int) -> None:
    """`add` lands on a working day, n of them away."""
    end = calendar.add(start, n)
    if n:
        assert calendar.is_working(end)
    if n >= 0:
        assert calendar.between(start, end) == n


def test_christmas_week() -> None:
    """Wednesday 24 December, then Monday 29."""
    assert CHRISTMAS.add(date(2014, 12, 24), 1) == date(2014, 12, 29)
    assert CHRISTMAS.count(date(2014, 12, 22), date(2014, 12, 26)) == 3
    assert CHRISTMAS.next_working(date(2014, 12, 25)) == date(2014, 12, 29)


def test_windows_bind_by_kind_and_partner() -> None:
    """A school holiday does not close a fire station, nor one council's week another's."""
    one, other = b"1" * 16, b"2" * 16
    schools = ClosedWindow(id=b"a" * 16, kind="School")
    council = ClosedWindow(id=b"b" * 16, partner=one)
    school = Site(id=b"s" * 16, kind="school", partner=other)
    station = Site(id=b"t" * 16, kind="Fire station", partner=one)
    assert closed_for(school, [schools, council]) == [schools]
    assert closed_for(station, [schools, council]) == [council]


def test_a_window_may_name_an_access_type_too() -> None:
    """In term nobody digs at a school; elsewhere, and where there is duct, they may."""
    term = ClosedWindow(id=b"a" * 16, kind="School, new dig")
    digging = Site(id=b"s" * 16, kind="School", access="new dig")
    assert closed_for(digging, [term]) == [term]
    assert closed_for(dataclasses.replace(digging, kind="Primary school"), [term]) == [term]
    for other in ({"access": "existing duct"}, {"access": ""}, {"kind": "Library"}):
        assert closed_for(dataclasses.replace(digging, **other), [term]) == []
    assert only_crews(term)
    assert not only_crews(ClosedWindow(id=b"b" * 16, kind="School"))
