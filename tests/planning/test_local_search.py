"""Local search ends where nothing gains, and never breaks a rule or makes a plan dearer."""

import dataclasses
from itertools import combinations

import numpy as np
import pytest

from psnplanner.planning.grouping import OUT, Grouped, Grouping, breaches, total_pounds
from psnplanner.planning.local_search import Search
from tests.planning.small_groupings import phased

SEEDS = range(25)


def _problem(seed: int, visitors: int = 2) -> tuple[Grouping, Grouped]:
    """Units in any group with room, and a problem whose units bring several visitors."""
    random = np.random.default_rng(seed)
    problem = phased(random, 18, 4, 5)
    brought = np.array([random.permutation(4)[:visitors] for _ in range(18)])
    problem = dataclasses.replace(
        problem,
        visitors=np.where(random.random(brought.shape) < 0.3, OUT, brought),
        apart=np.array([[0, 1], [2, 3], [2, 4]]),
    )
    plan = Grouped(np.full(18, OUT), random.integers(0, 5, 4))
    for i in range(18):
        search = Search(problem, plan)
        room = np.flatnonzero(search.room(np.array([i]))[0])
        if len(room):
            search.move(i, int(random.choice(room)))
    assert not breaches(problem, plan)
    return problem, plan


@pytest.mark.parametrize("seed", SEEDS)
def test_a_descent_keeps_the_rules_and_ends_cheaper(seed: int) -> None:
    problem, plan = _problem(seed)
    before = total_pounds(problem, plan)
    after = Search(problem, plan).descend()
    assert not breaches(problem, after)
    assert total_pounds(problem, after) < before


@pytest.mark.parametrize("seed", SEEDS)
def test_a_pass_makes_a_plan_cheaper_by_what_it_says_is_worthwhile(seed: int) -> None:
    problem, plan = _problem(seed)
    search, pounds = Search(problem, plan), total_pounds(problem, plan)
    for _ in range(6):
        before = plan.group.copy()
        search.descend(1)
        now = total_pounds(problem, plan)
        changed = bool((plan.group != before).any())
        assert now <= pounds - search.worthwhile * changed + 1e-9
        pounds = now


@pytest.mark.parametrize("seed", SEEDS)
def test_no_two_units_are_left_whose_change_of_places_gains(seed: int) -> None:
    problem, plan = _problem(seed)
    problem = dataclasses.replace(problem, level_pounds=np.zeros(2))
    search = Search(problem, plan)
    search.descend(100)
    least = total_pounds(problem, plan) - search.worthwhile - 1e-9
    for i, j in combinations(np.flatnonzero(plan.group != OUT).tolist(), 2):
        swapped = plan.copy()
        swapped.group[[i, j]] = plan.group[[j, i]]
        assert breaches(problem, swapped) or total_pounds(problem, swapped) >= least
