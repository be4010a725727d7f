"""What a search and its bound begin from: spread bases, and what units cost in some plan."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from psnplanner.planning.grouping import OUT, Floats, Grouped, Grouping, Ints, visit_counts
from psnplanner.planning.local_search import Search


def spread_bases(problem: Grouping, random: np.random.Generator, count: int) -> Iterator[Ints]:
    """Bases (K,) to start from, so many times, spread out as k-means++ does."""
    units, groups, _ = problem.shape
    furthest = float(problem.reach.max())
    for _ in range(count):
        chosen: list[int] = []
        nearest = np.full(units, np.inf)
        for _ in range(groups):
            far = np.minimum(nearest, furthest) * problem.weight + 1e-9
            unit = random.choice(units, p=far / far.sum())
            order = np.argsort(problem.reach[unit], kind="stable")
            new = next((b for b in order.tolist() if b not in chosen), int(order[0]))
            chosen.append(new if problem.alike else int(order[0]))
            nearest = np.minimum(nearest, problem.reach[:, chosen[-1]])
        yield np.array(chosen, dtype=np.int64)


def worth_in(problem: Grouping, plan: Grouped) -> Floats:
    """What each unit (N,) costs in a plan, its share of a visit included."""
    group = plan.group
    worth = Search(problem, plan.copy()).leave_pounds(np.arange(len(group)))
    counts = visit_counts(problem, group)
    inside = group != OUT
    for who in problem.visitors.T:
        some = np.flatnonzero(inside & (who != OUT))
        guests = counts[who[some], group[some]]
        worth[some] += problem.visit_pounds * (1 / guests - (guests == 1))
    return worth
