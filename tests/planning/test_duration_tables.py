"""Distributions as tables: closed forms, censored history, what is still to come."""

import numpy as np
import pytest

from psnplanner.planning.duration_tables import (
    LEVELS,
    PRIOR_WEIGHT,
    blended,
    kaplan_meier,
    remaining,
    slower_half,
    triangular,
)


@pytest.mark.parametrize(
    ("low", "likely", "high"), [(1, 5, 20), (0, 50, 120), (3, 3, 9), (2, 9, 9)]
)
def test_a_triangle_has_the_moments_of_the_books(low: float, likely: float, high: float) -> None:
    """Mean (a + b + c) / 3 and the variance that goes with it."""
    table = triangular(low, likely, high)
    a, b, c = low, likely, high
    assert table.mean() == pytest.approx((a + b + c) / 3, rel=1e-4)
    variance = (a * a + b * b + c * c - a * b - a * c - b * c) / 18
    assert table.var() == pytest.approx(variance, rel=1e-3)
    assert (np.diff(table) >= 0).all()
    assert low <= table[0] <= table[-1] <= high


def test_a_certain_duration_is_certain() -> None:
    """No width: one value."""
    assert set(triangular(4, 4, 4)) == {4.0}


def test_stages_under_way_count_for_what_they_lasted() -> None:
    """Kaplan and Meier's product, by hand: of five, one was still under way at 3 days."""
    times, ended_by = kaplan_meier([1, 3, 3, 5, 8], [True, True, False, True, True])
    assert list(times) == [1, 3, 5, 8]
    left = np.cumprod([4 / 5, 3 / 4, 1 / 2, 0])
    assert ended_by == pytest.approx(1 - left)


def test_history_takes_over_as_it_accrues() -> None:
    """Shrinkage: none, some, most."""
    prior = triangular(1, 5, 20)
    assert blended(prior, [], []) is prior
    some = blended(prior, [30.0] * int(PRIOR_WEIGHT), [True] * int(PRIOR_WEIGHT))
    assert some.mean() == pytest.approx((prior.mean() + 30) / 2)
    most = blended(prior, [30.0] * 800, [True] * 800)
    assert most.mean() == pytest.approx(30, rel=0.01)


def test_slow_ones_under_way_make_the_forecast_slower() -> None:
    """To leave them out would leave out the slow ones."""
    prior = triangular(0, 50, 120)
    days, ended = [20.0] * 10 + [90.0] * 10, [True] * 10 + [False] * 10
    blind = blended(prior, days[:10], ended[:10])
    assert blended(prior, days, ended).mean() > blind.mean() + 20


def test_what_is_still_to_come() -> None:
    """Of a flat distribution between 0 and 10 there is between 0 and 6 left after 4."""
    flat = 10 * LEVELS
    left = remaining(flat, 4.0)
    assert left.mean() == pytest.approx(3.0, abs=0.01)
    assert left.max() <= 6
    assert remaining(flat, 0.0) is flat


def test_what_outlasted_its_figures_takes_a_part_again() -> None:
    """Forty days into at most ten: ten more are expected, and nobody knows."""
    left = remaining(10 * LEVELS, 40.0)
    assert left.mean() == pytest.approx(10, rel=0.02)
    assert left.max() > 50


def test_what_goes_badly_takes_more_than_the_middle() -> None:
    """The slower half."""
    flat = 10 * LEVELS
    assert slower_half(flat).min() >= 4.99
