"""A neighbourhood of a plan: a few of its groups as a small problem of their own, solved anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from psnplanner.planning import exact
from psnplanner.planning.bound import Climb
from psnplanner.planning.budget import Budget
from psnplanner.planning.grouping import OUT, Floats, Grouped, Grouping, Ints, total_pounds
from psnplanner.planning.local_search import Search
from psnplanner.planning.transport import alternate

PART_WORK = 0.4
"""Solver work that one neighbourhood may take."""

SHAKES, SHAKE_TURNS = 8, 3
AREA_DRAWS = 6


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

    def put_back(self, plan: Grouped, solved: Grouped) -> None:
        """Put what it found in a plan of the whole."""
        put_back(plan, solved, self.rows, self.groups, self.bases)

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


class Anew(NamedTuple):
    """An area planned anew: what its units are worth (N,), the bases its groups lean to (K, B)."""

    plan: Grouped
    worth: Floats
    leaning: Floats


@dataclass(frozen=True)
class AreaPart:
    """An area of a large problem, its plan, and what its units (N,) are thought to be worth.

    `steps` is how far its own bound is to climb.
    """

    problem: Grouping
    plan: Grouped
    rows: Ints
    groups: Ints
    bases: Ints
    worth: Floats
    steps: int
    seed: int

    def plan_anew(self, budget: Budget) -> Anew | None:
        """Let a bound of its own climb, then draw plans from it; None if there is no time."""
        if budget.stop():
            return None
        best, pounds = self.plan, total_pounds(self.problem, self.plan)
        climb = Climb(self.problem, self.worth)
        worth = climb.climb(self.steps, pounds, budget.stop).worth
        leaning, random = climb.leaning, np.random.default_rng(self.seed)
        for _ in range(AREA_DRAWS):
            if budget.stop():
                break
            base = drawn(leaning, self.plan.base, random)
            found = Search(self.problem, alternate(self.problem, base)).descend()
            now = total_pounds(self.problem, found)
            if now < pounds:
                best, pounds = found.copy(), now
        return Anew(best, worth, leaning)

    def put_back(self, plan: Grouped, solved: Grouped) -> None:
        """Put what it found in a plan of the whole."""
        put_back(plan, solved, self.rows, self.groups, self.bases)


def rows_of(problem: Grouping, plan: Grouped, groups: Ints, left_out: bool) -> Ints:
    """The units in these groups, and those in none that might be, if the left out ones count."""
    inside = np.isin(plan.group, groups)
    if left_out:
        inside |= (plan.group == OUT) & problem.allowed[:, groups].any(axis=1)
    return np.flatnonzero(inside)


def part_of(
    problem: Grouping, plan: Grouped, rows: Ints, groups: Ints, bases: Ints
) -> tuple[Grouping, Grouped]:
    """These groups' own small problem, and the plan there."""
    now = plan.group[rows]
    inside = np.where(now != OUT, np.searchsorted(groups, now), OUT)
    own = Grouped(inside, np.searchsorted(bases, plan.base[groups]))
    return problem.part(rows, groups, bases), own


def neighbours(
    problem: Grouping, plan: Grouped, free: Ints, units: float, random: np.random.Generator
) -> Ints:
    """One of the free groups and those nearest to it by one measure or another, up to so many
    units."""
    size = np.bincount(plan.group[plan.group != OUT], minlength=problem.shape[1])
    first = int(random.choice(free))
    rows = np.flatnonzero(plan.group == first)
    if not len(rows):
        rows = np.flatnonzero(plan.group == OUT)
    measure = "reach" if problem.alike else random.choice(["both", "reach", "price", "any"])
    far = _distance(problem, plan, rows, measure, random)[free]
    far = far + np.abs(far) * random.uniform(0, 0.3, len(far))
    far[free == first] = -np.inf
    order = free[np.argsort(far, kind="stable")]
    count = max(2, int((np.cumsum(size[order]) <= units).sum()))
    return np.sort(order[:count])


def _distance(
    problem: Grouping, plan: Grouped, rows: Ints, measure: str, random: np.random.Generator
) -> Floats:
    """How dear the rows would be in each group (K,), by where, by when, by both, or not."""
    if measure == "any" or not len(rows):
        far: Floats = random.random(problem.shape[1])
        return far
    where = problem.reach[rows][:, plan.base].mean(axis=0)
    when = np.where(problem.allowed[rows], problem.price[rows], 1e9).mean(axis=0)
    both: dict[str, Floats] = {"reach": where, "price": when, "both": where + when}
    return both[measure]


def put_back(plan: Grouped, solved: Grouped, rows: Ints, groups: Ints, bases: Ints) -> None:
    """Put a small problem's plan in that of the whole."""
    inside = solved.group != OUT
    plan.group[rows] = np.where(inside, groups[solved.group], OUT)
    plan.base[groups] = bases[solved.base]


def drawn(leaning: Floats, base: Ints, random: np.random.Generator) -> Ints:
    """A base for each group, as often as it is leant towards (K, B); `base` (K,) if none is.

    Systematic sampling: among groups that lean the same way a base leant towards once is drawn
    once.
    """
    result = base.copy()
    _, kind = np.unique(leaning, axis=0, return_inverse=True)
    for own in range(int(kind.max(initial=-1)) + 1):
        which = np.flatnonzero(kind.ravel() == own)
        order = random.permutation(leaning.shape[1])
        upto = np.cumsum(leaning[which[0], order])
        if upto[-1] > 0:
            points = (random.random() + np.arange(len(which))) / len(which) * upto[-1]
            result[which] = order[np.searchsorted(upto, points)]
    return result
