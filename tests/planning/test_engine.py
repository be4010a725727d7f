"""The grouping engine against brute force: never below its bound, never worse with more work."""

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from psnplanner.planning.budget import Budget
from psnplanner.planning.engine import Engine, Found
from psnplanner.planning.grouping import OUT, Grouped, Grouping, breaches, total_pounds
from tests.planning.small_groupings import best_of_all, phased


def p_median(points: np.ndarray, capacity: float, medians: int) -> Grouping:  # type: ignore[type-arg]
    """Points (n, 3) of x, y and demand."""
    count = len(points)
    x, y, demand = points.T
    far = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    return Grouping(
        weight=demand,
        price=np.zeros((count, medians)),
        allowed=np.ones((count, medians), dtype=bool),
        reach=far,
        member=np.ones((1, count), dtype=bool),
        capacity=np.full((1, medians), np.inf),
        levels=np.zeros((0, medians)),
        level_pounds=np.zeros(0),
        visitors=np.zeros((count, 0), dtype=np.int64),
        visit_pounds=0.0,
        miss=np.full(count, 1e4),
        apart=np.zeros((0, 2), dtype=np.int64),
        base_capacity=np.full(count, capacity),
        alike=True,
    )


def nothing_planned(problem: Grouping) -> Grouped:
    units, groups, bases = problem.shape
    return Grouped(np.full(units, OUT), np.arange(groups) % bases)


def searched(problem: Grouping, work: float, seed: int = 1, **options: Any) -> Found:
    return Engine(problem, nothing_planned(problem), Budget(work), seed, **options).run()


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10_000))
def test_the_optimum_lies_between_bound_and_plan(seed: int) -> None:
    problem = phased(np.random.default_rng(seed), 6, 2, 3)
    found, optimum = searched(problem, 2.5), best_of_all(problem)
    assert breaches(problem, found.plan) == []
    assert found.bound.pounds <= optimum + 1e-6
    assert found.pounds == pytest.approx(optimum, abs=0.02)


def test_capacitated_p_median_is_solved_to_the_optimum() -> None:
    random = np.random.default_rng(3)
    points = np.column_stack([random.uniform(0, 100, (12, 2)), random.integers(1, 9, 12)])
    problem = p_median(points, points[:, 2].sum() / 3 * 1.15, 3)
    found = searched(problem, 6.0)
    assert breaches(problem, found.plan) == []
    best = np.inf
    for base in combinations(range(12), 3):
        held = Grouped(np.zeros(12, dtype=np.int64), np.array(base))
        for group in product(range(3), repeat=12) if _worth(problem, base, found.pounds) else ():
            held.group = np.array(group)
            if not breaches(problem, held):
                best = min(best, total_pounds(problem, held))
    assert found.pounds <= best + 1e-6
    assert found.bound.pounds <= found.pounds + 1e-6


def _worth(problem: Grouping, base: tuple[int, ...], limit: float) -> bool:
    """Whether these bases could do better than a limit, capacities aside."""
    return bool(problem.reach[:, base].min(axis=1).sum() < limit - 1e-6)


def test_more_work_goes_on_where_less_ends() -> None:
    problem = phased(np.random.default_rng(5), 24, 4, 6)
    reached = [searched(problem, work).pounds for work in (0.05, 0.3, 0.6)]
    assert reached == sorted(reached, reverse=True)


def test_the_same_seed_finds_the_same_on_any_load_and_tells_of_each_better_plan() -> None:
    problem = phased(np.random.default_rng(6), 24, 4, 6)
    told: list[float] = []
    # Each of the two is the other's load: neither gets the machine when it wants it.
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(searched, problem, 0.5, told=lambda plan, pounds: told.append(pounds))
        other = pool.submit(searched, problem, 0.5)
    first, again = one.result(), other.result()
    assert (first.plan.group == again.plan.group).all()
    assert first.bound.pounds == again.bound.pounds
    assert told == sorted(told, reverse=True)
    assert told[-1] == first.pounds


def test_cancelled_it_keeps_the_best_so_far() -> None:
    problem = phased(np.random.default_rng(7), 40, 5, 8)
    stop: list[bool] = []
    nothing = Grouped(np.full(40, OUT), np.zeros(5, dtype=np.int64))
    budget = Budget(1e9, cancelled=lambda: bool(stop))
    found = Engine(problem, nothing, budget, told=lambda plan, pounds: stop.append(True)).run()
    assert breaches(problem, found.plan) == []
    assert (found.plan.group != OUT).any()
