"""Areas of a large problem, small parts of which are planned anew from drawn bases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psnplanner.planning import exact
from psnplanner.planning.budget import Budget
from psnplanner.planning.grouping import Floats, Grouped, Grouping, Ints, total_pounds
from psnplanner.planning.local_search import Search
from psnplanner.planning.neighbourhood import drawn, neighbours, part_of, put_back, rows_of
from psnplanner.planning.transport import alternate

AREA_UNITS, DRAWS_EACH = 4_000, 60
"""Units of an area; how many small parts of it are planned anew."""

DRAWN_UNITS = (300, 800, 1700)
"""How many units the small parts of an area have that are planned anew."""

GAIN_KEPT, LEAST_TURN = 0.7, 0.2
"""How much of what was gained before counts; how often the leaning that gains less has its turn."""


@dataclass(frozen=True)
class DrawnArea:
    """An area of a large problem, small parts of which are planned anew one after the other.

    Their groups are worked from bases drawn as often as `leaning` (K, B) says; `crowd` (B,) is how
    many units of the whole are nearest to each base. It is done `draws` times;
    `source` is whose leaning it is.
    """

    problem: Grouping
    plan: Grouped
    rows: Ints
    groups: Ints
    bases: Ints
    leaning: Floats
    crowd: Ints
    draws: int
    seed: int
    source: int

    @property
    def pounds(self) -> float:
        """What the plan it began from costs."""
        return total_pounds(self.problem, self.plan)

    def solve(self, budget: Budget) -> exact.Solved:
        """The plan with all that gained by being planned anew."""
        plan, random = self.plan.copy(), np.random.default_rng(self.seed)
        nearest = self.problem.reach.argmin(axis=1)
        everyone = np.arange(len(self.groups))
        for _ in range(self.draws):
            if budget.stop():
                break
            groups = neighbours(self.problem, plan, everyone, random.choice(DRAWN_UNITS), random)
            self._draw(plan, groups, nearest, random)
        return exact.Solved(plan, 0.0, False)

    def _draw(
        self, plan: Grouped, groups: Ints, nearest: Ints, random: np.random.Generator
    ) -> None:
        """Plan some groups anew and keep that where it gains."""
        rows = rows_of(self.problem, plan, groups, True)
        here = np.bincount(nearest[rows], minlength=len(self.bases))
        leaning = self.leaning[groups] * (here / np.maximum(self.crowd, 1))
        base = drawn(leaning, plan.base[groups], random)
        bases = np.unique(np.concatenate([plan.base[groups], base, nearest[rows]]))
        small, now = part_of(self.problem, plan, rows, groups, bases)
        fresh = Search(small, alternate(small, np.searchsorted(bases, base))).descend()
        if total_pounds(small, fresh) < total_pounds(small, now) - 1e-6:
            put_back(plan, fresh, rows, groups, bases)

    def put_back(self, plan: Grouped, solved: Grouped) -> None:
        """Put what it found in a plan of the whole."""
        put_back(plan, solved, self.rows, self.groups, self.bases)


class DrawnAreas:
    """Areas in turn, their bases drawn from whichever of two leanings has gained more of late.

    The bound of the whole takes a while to lean as surely as those of the areas did.
    """

    def __init__(self, problem: Grouping, leaning: Floats, random: np.random.Generator) -> None:
        """`leaning` (K, B) is what the areas' own bounds leant towards."""
        self.problem = problem
        self._leaning, self._random = leaning, random
        self._gains = np.ones(2)
        self._nearest = problem.reach.argmin(axis=1)
        self._crowd = np.bincount(self._nearest, minlength=problem.shape[2])

    def some(self, best: Grouped, leaning: Floats, count: int) -> list[DrawnArea]:
        """So many areas of a plan that share no group; `leaning` is that of the whole by now."""
        free, found = np.arange(self.problem.shape[1]), list[DrawnArea]()
        while len(free) and len(found) < count:
            groups = neighbours(self.problem, best, free, AREA_UNITS, self._random)
            free = np.setdiff1d(free, groups)
            rows = rows_of(self.problem, best, groups, not found)
            bases = np.unique(np.r_[self._nearest[rows], best.base[groups]])
            small, plan = part_of(self.problem, best, rows, groups, bases)
            source = self._source()
            own = (self._leaning, leaning)[source][np.ix_(groups, bases)]
            seed = int(self._random.integers(2**31))
            crowd = self._crowd[bases]
            found.append(
                DrawnArea(small, plan, rows, groups, bases, own, crowd, DRAWS_EACH, seed, source)
            )
        return found

    def _source(self) -> int:
        turn = self._gains[1] / max(self._gains.sum(), 1e-9)
        return int(self._random.random() < np.clip(turn, LEAST_TURN, 1 - LEAST_TURN))

    def gained(self, source: int, pounds: float) -> None:
        """Learn what an area gained whose bases came from that leaning."""
        self._gains[source] = GAIN_KEPT * self._gains[source] + (1 - GAIN_KEPT) * pounds
