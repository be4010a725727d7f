"""A neighbourhood of a plan: a few of its groups as a small problem of their own, solved anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psnplanner.planning import exact
from psnplanner.planning.budget import Budget
from psnplanner.planning.grouping import Grouped, Grouping, Ints, total_pounds
from psnplanner.planning.local_search import Search
from psnplanner.planning.transport import alternate

PART_WORK = 0.4
"""Solver work that one neighbourhood may take."""

SHAKES, SHAKE_TURNS = 8, 3


@dataclass(frozen=True)
class Part:
    """A neighbourhood: the groups' own small problem, the plan there, and where it came from.

    With bases `drawn` for its groups it is planned anew from these; else it is solved exactly.
    """

    problem: Grouping
    plan: Grouped
    offered: list[Ints]
    rows: Ints
    groups: Ints
    bases: Ints
    key: tuple[object, ...]
    seed: int
    drawn: Ints | None = None

    @property
    def pounds(self) -> float:
        """What the plan it began from costs."""
        return total_pounds(self.problem, self.plan)

    def solve(self, budget: Budget) -> exact.Solved:
        """Plan it anew, or shake it and solve it within the work a neighbourhood may take."""
        if self.drawn is not None:
            fresh = Search(self.problem, alternate(self.problem, self.drawn)).descend()
            better = total_pounds(self.problem, fresh) < self.pounds
            return exact.Solved(fresh if better else self.plan, 0.0, False)
        random = np.random.default_rng(self.seed)
        best, pounds = self.plan, total_pounds(self.problem, self.plan)
        for _ in range(SHAKES):
            if budget.stop():
                return exact.Solved(best, 0.0, False)
            drawn = alternate(self.problem, self._shaken(best.base, random), SHAKE_TURNS)
            found = Search(self.problem, drawn).descend(SHAKE_TURNS)
            now = total_pounds(self.problem, found)
            if now < pounds - 1e-6 * abs(pounds):
                best, pounds = found.copy(), now
        return exact.solve(self.problem, best, self.offered, PART_WORK, budget.seconds_left)

    def _shaken(self, base: Ints, random: np.random.Generator) -> Ints:
        """The bases with one or two of them moved to favoured ones, or with two changing places."""
        base, groups = base.copy(), len(base)
        if not self.problem.alike and groups > 1 and random.random() < 0.4:
            a, b = random.choice(groups, 2, replace=False)
            base[a], base[b] = base[b], base[a]
            return base
        for _ in range(int(random.integers(1, 3))):
            k = int(random.integers(groups))
            offered = self.offered[0 if self.problem.alike else k]
            new = int(random.choice(offered))
            if self.problem.alike and new in base:
                continue
            base[k] = new
        return base
