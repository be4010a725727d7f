"""What comes after the dig is kept free before go-live, or its chance of being late is paid for."""

from datetime import date, timedelta

import numpy as np
import pytest

from psnplanner.planning.design import design
from psnplanner.planning.horizon import Horizon
from psnplanner.planning.instance import build
from psnplanner.planning.prices import Prices
from psnplanner.planning.tail import tail
from psnplanner.programme.phase import Phase
from tests.planning.programmes import CALENDAR, GO_LIVE, TODAY, ident, programme, site


def test_the_tail_is_the_sum_of_what_follows_the_dig() -> None:
    found = tail(programme().workflow)
    overrun = (0 + 32 + 30) / 6 - 8 + (1 + 12 + 10) / 6 - 3 + (1 + 8 + 10) / 6 - 2
    assert found.mean_days == pytest.approx(overrun + (1 + 12 + 10) / 6 + (1 + 4 + 15) / 6)
    assert found.deviation_days**2 == pytest.approx((900 + 81 + 81 + 81 + 196) / 36)
    assert found.likely_days == 3 + 1


def test_the_chance_of_being_late_is_that_of_its_spread() -> None:
    found = tail(programme().workflow)
    assert found.late_chance(found.mean_days) == pytest.approx(0.5)
    assert found.late_chance(found.safe_days) < 0.05 < found.late_chance(found.safe_days - 1)


def test_a_designed_phase_leaves_the_tail_free() -> None:
    state = programme(*(site(n) for n in range(60)))
    drawn = design(Horizon(state, TODAY, CALENDAR), list(state.sites.values()), None, None)
    last_on = max(p.ends_on for p in drawn.phases if p.ends_on)
    assert CALENDAR.between(last_on, GO_LIVE) >= tail(state.workflow).safe_days


def test_a_phase_just_before_go_live_pays_for_the_risk() -> None:
    ends = [date(2014, 9, 26), date(2015, 3, 20), date(2015, 5, 1)]
    phases = [
        Phase(
            id=ident(900 + n),
            name=f"Phase {n}",
            starts_on=on - timedelta(days=25),
            ends_on=on,
            capacity_days=50.0,
        )
        for n, on in enumerate(ends)
    ]
    state = programme(*(site(n) for n in range(4)), *phases)
    timing = build(Horizon(state, TODAY, CALENDAR), phases, Prices()).timing
    pounds = timing.terms(np.zeros(3, dtype=np.int64), np.arange(3))["after go-live"]
    assert pounds[0] == 0.0
    assert 0.5 * Prices().miss_pounds < pounds[1] < pounds[2] == Prices().miss_pounds
