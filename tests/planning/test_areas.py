"""A very large problem in areas: none left behind, none twice, and every rule kept."""

import dataclasses
from contextlib import nullcontext

import numpy as np
import pytest

from psnplanner.planning import areas as parted
from psnplanner.planning import drawn_areas
from psnplanner.planning import engine as engines
from psnplanner.planning.areas import areas, by_areas
from psnplanner.planning.budget import Budget
from psnplanner.planning.engine import Engine, Found
from psnplanner.planning.grouping import OUT, Grouped, Grouping, breaches, total_pounds
from tests.planning.small_groupings import phased

UNITS, GROUPS, BASES = 200, 8, 12


@pytest.fixture
def problem(monkeypatch: pytest.MonkeyPatch) -> Grouping:
    """Units on a line with two windows of four teams each; what is large is made small."""
    monkeypatch.setattr(parted, "AREA_UNITS", 110)
    monkeypatch.setattr(engines, "LARGE_UNITS", 100)
    monkeypatch.setattr(engines, "MOST_DRAWN", 120)
    monkeypatch.setattr(engines, "AREA_STEPS", 60)
    monkeypatch.setattr(drawn_areas, "DRAWS_EACH", 15)
    random = np.random.default_rng(4)
    drawn = phased(random, UNITS, GROUPS, BASES)
    window = np.arange(GROUPS) // 4
    place, base = random.uniform(0, 100, UNITS), np.linspace(0, 100, BASES)
    return dataclasses.replace(
        drawn,
        price=drawn.price[:, window],
        allowed=drawn.allowed[:, window] | (drawn.weight[:, None] > 2),
        reach=np.abs(place[:, None] - base[None, :]),
        capacity=np.tile(drawn.capacity[:, :1], GROUPS),
        levels=np.tile(drawn.levels[:, :1], GROUPS),
    )


def test_every_unit_and_group_is_in_one_area(problem: Grouping) -> None:
    found = areas(problem)
    assert len(found) == 2
    assert sorted(np.concatenate([area.rows for area in found])) == list(range(UNITS))
    assert sorted(np.concatenate([area.groups for area in found])) == list(range(GROUPS))
    for area in found:
        # Two teams of either window, half of the work, and what lies side by side.
        assert (area.groups // 4).tolist() == [0, 0, 1, 1]
        share = problem.weight[area.rows].sum() / problem.weight.sum()
        assert share == pytest.approx(1 / 2, abs=0.03)
        assert len(np.unique(problem.reach[area.rows].argmin(axis=1))) <= 7


def test_a_plan_by_areas_keeps_every_rule(problem: Grouping) -> None:
    plan = by_areas(problem, np.random.default_rng(1))
    assert breaches(problem, plan) == []
    may = problem.allowed.any(axis=1)
    assert (plan.group[may] != OUT).mean() > 0.95


def searched(problem: Grouping, work: float) -> Found:
    nothing = Grouped(np.full(UNITS, OUT), np.zeros(GROUPS, dtype=np.int64))
    return Engine(problem, nothing, Budget(work)).run()


def test_areas_planned_at_their_own_prices_are_cheaper(
    problem: Grouping, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = searched(problem, 1.3)
    # Threads of this process find the same as processes of their own.
    monkeypatch.setattr(engines, "closing", lambda workers: nullcontext())
    again = searched(problem, 1.3)
    assert breaches(problem, found.plan) == []
    assert found.bound.pounds <= found.pounds
    assert found.pounds < total_pounds(problem, by_areas(problem, np.random.default_rng(1)))
    assert (found.plan.group == again.plan.group).all()
    assert found.bound.pounds == again.bound.pounds
