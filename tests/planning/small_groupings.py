"""Grouping problems small enough to be solved by looking at everything."""

from itertools import product

import numpy as np

from psnplanner.planning.grouping import Grouped, Grouping, breaches, total_pounds


def phased(random: np.random.Generator, units: int, groups: int, bases: int) -> Grouping:
    """A small problem with pools, levels, visitors, releases and a pair kept apart."""
    weight = random.integers(1, 5, units).astype(float)
    capacity = np.full(groups, 1.3 * weight.sum() / groups)
    return Grouping(
        weight=weight,
        price=random.uniform(0, 50, (units, groups)),
        allowed=random.random((units, groups)) < 0.8,
        reach=random.uniform(0, 60, (units, bases)),
        member=np.vstack([np.ones(units, dtype=bool), random.random(units) < 0.4]),
        capacity=np.vstack([capacity, capacity / 2]),
        levels=np.vstack([capacity * 0.7, capacity * 0.9]),
        level_pounds=np.array([3.0, 8.0]),
        visitors=random.integers(-1, 2, (units, 1)),
        visit_pounds=25.0,
        miss=np.full(units, 500.0),
        apart=np.array([[0, 1]]),
    )


def best_of_all(problem: Grouping) -> float:
    """The optimum by looking at every assignment and every choice of bases."""
    units, groups, _ = problem.shape
    best = np.inf
    for group in product(range(-1, groups), repeat=units):
        at = np.array(group)
        plan = Grouped(at, np.zeros(groups, dtype=np.int64))
        for k in range(groups):
            plan.base[k] = problem.reach[at == k].sum(axis=0).argmin()
        if not breaches(problem, plan):
            best = min(best, total_pounds(problem, plan))
    return best
