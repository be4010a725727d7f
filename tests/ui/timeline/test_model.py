"""What the timeline works out of a state."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from psnplanner.programme.edits import Amend, AmendEach
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session
from psnplanner.ui.timeline.drag import ENDS, STARTS, WHOLE, Drag
from psnplanner.ui.timeline.model import Load, Timeline, monday, months_of, timeline_of
from psnplanner.ui.timeline.scale import Scale, months_between, weeks_between
from tests.conftest import ident


def shown(session: Session) -> Timeline:
    """The timeline of a session's state."""
    return timeline_of(session.state, session.present_day, session.calendar)


def test_capacity_falls_on_the_working_days_of_the_window(with_sites: Session) -> None:
    """40 crew-days of Phase 1 over its weeks; a week with a bank holiday has less."""
    row = shown(with_sites).row(ident("Phase 1"))
    assert row is not None
    assert sum(load.capacity for load in row.loads.values()) == pytest.approx(40.0)
    whole, short = row.loads[date(2014, 5, 12)], row.loads[date(2014, 5, 5)]
    assert short.capacity == pytest.approx(whole.capacity * 4 / 5)


def test_what_is_left_is_spread_over_the_days_left(with_sites: Session) -> None:
    """Nothing is needed before the present day; all of the effort from then on."""
    timeline = shown(with_sites)
    row = timeline.row(ident("Phase 1"))
    assert row is not None
    ahead = {week: load.needed for week, load in row.loads.items() if load.needed}
    assert min(ahead) == monday(with_sites.present_day)
    assert sum(ahead.values()) == pytest.approx(row.effort_days)
    assert sum(load.needed for load in timeline.total.values()) == pytest.approx(row.effort_days)


def test_too_much_for_the_weeks_left_is_over(with_sites: Session) -> None:
    """A heavy site makes every week left of its phase too full."""
    with_sites.do(Amend("site", [ident("site 1")], {"effort_days": 90.0}))
    row = shown(with_sites).row(ident("Phase 1"))
    assert row is not None
    assert all(load.over for load in row.loads.values() if load.needed)
    assert not any(load.over for load in row.loads.values() if not load.needed)


def test_closed_windows_leave_no_capacity(with_sites: Session) -> None:
    """No crew works in the Christmas freeze, so its week has nothing to be had."""
    values = {"starts_on": date(2014, 12, 1), "ends_on": date(2015, 1, 30)}
    with_sites.do(Amend("phase", [ident("Phase 2")], values))
    row = shown(with_sites).row(ident("Phase 2"))
    assert row is not None
    assert date(2014, 12, 22) not in row.loads
    assert row.loads[date(2014, 12, 15)].capacity > 0


def test_late_sites_and_live_ones_are_told(with_sites: Session) -> None:
    """A phase that is over, with a site not live."""
    with_sites.do(Amend("phase", [ident("Phase 1")], {"ends_on": date(2014, 5, 30)}))
    row = shown(with_sites).row(ident("Phase 1"))
    assert row is not None
    assert (row.sites, row.live, row.late) == (3, 0, 3)
    stages = with_sites.state.workflow.stages
    for stage in stages:
        with_sites.do(
            RecordStage(ident("site 1"), stage.key, "done", date(2014, 5, 20), override="by order")
        )
    row = shown(with_sites).row(ident("Phase 1"))
    assert row is not None
    assert (row.live, row.late, row.progress) == (1, 2, pytest.approx(1 / 3))
    assert row.loads[date(2014, 5, 19)].done > 0


def test_contracts_that_end_before_the_phase_does(with_sites: Session) -> None:
    """By the week; those too early are told apart."""
    ends = {ident("site 1"): date(2014, 6, 10), ident("site 2"): date(2014, 8, 1)}
    values = {site: {"contract_ends_on": day} for site, day in ends.items()}
    with_sites.do(AmendEach("site", values, "Contracts"))
    found = shown(with_sites).contracts
    assert (found[date(2014, 6, 9)].ends, found[date(2014, 6, 9)].early) == (1, 1)
    assert (found[date(2014, 7, 28)].ends, found[date(2014, 7, 28)].early) == (1, 0)


def test_months_add_their_weeks_up() -> None:
    """Seen from far away."""
    weeks = {date(2014, 5, 5): Load(1, 2, 3), date(2014, 5, 12): Load(1, 0, 1)}
    assert months_of(weeks) == {date(2014, 5, 1): Load(2, 2, 4)}


def test_an_end_that_is_dragged_keeps_its_window_whole(with_sites: Session) -> None:
    """Neither end passes the other; the whole keeps its length."""
    phase = with_sites.state.phases[ident("Phase 1")]
    ends = Drag.of(phase, ENDS)
    assert ends is not None
    assert ends.by_days(-500).ends_on == phase.starts_on
    starts = Drag.of(phase, STARTS)
    assert starts is not None
    assert starts.by_days(500).starts_on == phase.ends_on
    whole = Drag.of(phase, WHOLE)
    assert whole is not None
    moved = whole.by_days(10)
    assert moved.ends_on - moved.starts_on == phase.ends_on - phase.starts_on  # type: ignore[operator]
    assert not whole.by_days(0).changed


def test_keys_step_over_days_nobody_works(with_sites: Session) -> None:
    """From Friday before a bank holiday to the Tuesday after it."""
    with_sites.do(Amend("phase", [ident("Phase 1")], {"ends_on": date(2014, 5, 23)}))
    drag = Drag.of(with_sites.state.phases[ident("Phase 1")], ENDS)
    assert drag is not None
    assert drag.stepped(ENDS, 1, with_sites.calendar).ends_on == date(2014, 5, 27)
    assert drag.stepped(ENDS, -1, with_sites.calendar).ends_on == date(2014, 5, 22)


def test_a_phase_without_dates_cannot_be_dragged(with_sites: Session) -> None:
    """There is nothing to hold."""
    with_sites.do(Amend("phase", [ident("Phase 1")], {"ends_on": None}))
    assert Drag.of(with_sites.state.phases[ident("Phase 1")], ENDS) is None


def test_the_scale_goes_there_and_back() -> None:
    """A day's pixel is in that day; zooming keeps the day under the cursor."""
    scale = Scale.fitting(date(2014, 3, 3), date(2015, 4, 1), 800)
    for days in (0, 17, 200, 394):
        day = date(2014, 3, 3) + timedelta(days=days)
        assert scale.day(scale.x(day) + 0.5) == day
    nearer = scale.zoomed(4, 300)
    assert nearer.day(300) == scale.day(300)
    assert nearer.px_per_day == pytest.approx(scale.px_per_day * 4)
    assert scale.moved(50).x(date(2014, 6, 1)) == pytest.approx(scale.x(date(2014, 6, 1)) + 50)


def test_weeks_and_months_cover_the_days() -> None:
    """From Monday to Sunday, from the first to the last."""
    assert list(weeks_between(date(2014, 6, 4), date(2014, 6, 9))) == [
        (date(2014, 6, 2), date(2014, 6, 8)),
        (date(2014, 6, 9), date(2014, 6, 15)),
    ]
    assert [first for first, _ in months_between(date(2014, 12, 31), date(2015, 2, 1))] == [
        date(2014, 12, 1), date(2015, 1, 1), date(2015, 2, 1),
    ]  # fmt: skip
