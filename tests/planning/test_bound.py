"""No prices ever prove more than the optimum, and those that have climbed prove most of it."""

import numpy as np
import pytest

from psnplanner.planning.bound import Climb
from psnplanner.planning.grouping import Grouping
from psnplanner.planning.relaxed import alone_pounds
from psnplanner.planning.relaxed_phases import Phased
from psnplanner.planning.window_bound import Windows
from tests.planning.small_groupings import best_of_all, phased

SEEDS = range(6)


@pytest.fixture(scope="module", params=SEEDS)
def case(request: pytest.FixtureRequest) -> tuple[Grouping, float]:
    """A problem and its optimum."""
    problem = phased(np.random.default_rng(request.param), 6, 2, 3)
    return problem, best_of_all(problem)


def test_any_prices_at_all_prove_no_more_than_the_optimum(case: tuple[Grouping, float]) -> None:
    problem, optimum = case
    random = np.random.default_rng(1)
    for scale in (0.3, 1.0, 3.0, 10.0):
        relaxed = Phased(problem)
        worth = random.uniform(0, 60 * scale, 6)
        day = random.uniform(0, 4 * scale, (2, 2))
        assert relaxed.at(worth, day).pounds <= optimum + 1e-6


def test_prices_that_have_climbed_prove_most_of_the_optimum(case: tuple[Grouping, float]) -> None:
    problem, optimum = case
    climb = Climb(problem)
    first = climb.best.pounds
    known = [climb.climb(20, optimum).pounds for _ in range(3)]
    assert [first, *known] == sorted([first, *known])
    assert first < known[-1] <= optimum + 1e-6
    # Where a unit has to stay out for want of whole crew-days, no fraction of it need.
    assert known[-1] >= 0.8 * optimum or optimum > problem.miss.min()


def test_the_prices_given_are_those_that_prove_the_bound() -> None:
    problem = phased(np.random.default_rng(3), 40, 4, 8)
    climb = Climb(problem)
    for _ in range(6):
        proved = climb.climb(15, 2 * alone_pounds(problem).sum())
        # The days' own prices are found by bisection, and warm from what was found before.
        again = Phased(problem).at(proved.worth, proved.day_pounds).pounds
        assert max(again, alone_pounds(problem).sum()) == pytest.approx(proved.pounds, rel=5e-3)


def test_the_quick_bound_of_windows_is_one_too(case: tuple[Grouping, float]) -> None:
    problem, optimum = case
    everyone = np.arange(2)
    found = Windows(problem, everyone, everyone).climb(optimum, 60)
    assert alone_pounds(problem).sum() - 1e-6 <= found.pounds <= optimum + 1e-6


def test_scarce_days_raise_the_quick_bound() -> None:
    problem = phased(np.random.default_rng(1), 30, 3, 4)
    roomy = problem.capacity * 100
    everyone = np.arange(3)
    alone = float(alone_pounds(problem).sum())
    scarce = Windows(problem, everyone, everyone).climb(2 * alone, 60).pounds
    problem.capacity[:], problem.levels[:] = roomy, roomy
    assert Windows(problem, everyone, everyone).climb(2 * alone, 60).pounds == pytest.approx(alone)
    assert scarce > 1.02 * alone


def test_bases_leant_towards_are_as_many_as_there_are_groups() -> None:
    problem = phased(np.random.default_rng(2), 20, 4, 5)
    climb = Climb(problem)
    climb.climb(30, 2 * climb.best.pounds)
    assert climb.leaning.shape == (4, 5)
    assert climb.leaning.sum(axis=1) == pytest.approx(np.ones(4))


def test_what_was_once_too_far_counts_as_soon_as_it_pays() -> None:
    problem, random = phased(np.random.default_rng(8), 60, 4, 9), np.random.default_rng(1)
    relaxed, day = Phased(problem), np.zeros((2, 4))
    for scale in (0.5, 3.0, 1.0, 6.0):
        worth = random.uniform(0, 30 * scale, 60)
        known, fresh = relaxed.at(worth, day), Phased(problem).at(worth, day)
        # The days' own prices are found by bisection, from others than before.
        assert known.pounds == pytest.approx(fresh.pounds, rel=0.02)


def test_prices_of_nothing_or_less_are_not_looked_up_anew_at_each_step() -> None:
    problem = phased(np.random.default_rng(8), 60, 4, 9)
    worth, relaxed = np.full(60, 15.0), Phased(problem)
    worth[:3] = -8.0, 0.0, 0.2
    relaxed.at(worth, np.zeros((2, 4)))
    known = relaxed.all_near
    for _ in range(5):
        worth += 0.1
        relaxed.at(worth, np.zeros((2, 4)))
    assert relaxed.all_near is known
