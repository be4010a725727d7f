"""England's bank holidays, and the terms and freezes that ship as data."""

from datetime import date

from psnplanner.planning.calendar import (
    default_closed_windows,
    freezes,
    school_holidays,
    uk_calendar,
)


def test_england_not_scotland() -> None:
    calendar = uk_calendar(range(2014, 2016))
    assert not calendar.is_working(date(2014, 8, 25))  # summer bank holiday in England
    assert calendar.is_working(date(2014, 8, 4))  # in Scotland only
    assert not calendar.is_working(date(2015, 4, 6))  # Easter Monday
    assert uk_calendar([]).is_working(date(2014, 12, 25))


def test_every_authority_has_the_published_half_terms() -> None:
    assert len({h.authority for h in school_holidays()}) == 9
    wirral = {(h.starts_on, h.ends_on) for h in school_holidays("wirral council")}
    assert (date(2014, 10, 27), date(2014, 10, 31)) in wirral
    assert (date(2015, 2, 16), date(2015, 2, 20)) in wirral
    assert (date(2015, 4, 6), date(2015, 4, 17)) in wirral


def test_freezes_become_closed_windows() -> None:
    assert any("Christmas" in freeze.name for freeze in freezes())
    (window,) = default_closed_windows(date(2014, 12, 1), date(2015, 1, 31))
    assert window.starts_on == date(2014, 12, 22)
    assert default_closed_windows(date(2014, 5, 1), date(2014, 6, 1)) == []
