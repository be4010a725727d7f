"""England's bank holidays, and the terms and freezes that ship as data."""

from datetime import date, timedelta

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
    found = default_closed_windows(date(2014, 12, 22), date(2014, 12, 31))
    assert [(w.starts_on, w.kind) for w in found] == [(date(2014, 12, 22), "")]


def test_terms_become_closed_windows_for_digging_at_schools() -> None:
    """What lies between two holidays, and nothing in them."""
    start, go_live = date(2014, 3, 3), date(2015, 4, 1)
    terms = [w for w in default_closed_windows(start, go_live) if w.kind == "School, new dig"]
    calendar = uk_calendar(range(2014, 2016))
    open_ = [
        start + timedelta(days=n)
        for n in range((go_live - start).days)
        if calendar.is_working(start + timedelta(days=n))
        and not any(w.starts_on <= start + timedelta(days=n) <= w.ends_on for w in terms)
    ]
    holidays = school_holidays("Halton Council")
    assert open_
    assert all(any(h.starts_on <= on <= h.ends_on for h in holidays) for on in open_)
    assert {date(2014, 10, 27), date(2015, 2, 20)} <= set(open_)
    assert default_closed_windows(date(2031, 5, 1), date(2031, 6, 1)) == []
