"""A proved lower bound on every grouping, and the prices that prove it.

Lagrangian relaxation (Geoffrion 1974): that each unit is in one group, and that a group's days
suffice, become prices (pounds a unit is worth; pounds for a crew-day of a group). What is left
falls apart by group, base and visitor and is solved exactly. Prices climb by a deflected
subgradient with Polyak's step; any prices at all give a valid bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from psnplanner.planning.grouping import OUT, Floats, Grouping, Ints

PATIENCE = 20
"""Steps without gain before the step is shortened and the best prices taken up again."""

SHORTER = 0.7
MEMORY = 0.7
LEAST_STEP = 2e-3
UNBOUNDED_DAYS = 1e12


@dataclass(eq=False)
class Bound:
    """No plan costs less than `pounds`.

    `worth` (N,) is what each unit may cost before another should be done in its stead;
    `day_pounds` the price of a crew-day: (G, K) by pool and group, or (B,) by base where
    groups are alike. `base` (K,) are the bases that the relaxed problem chose; `base_pounds`
    what each group and base (K, B), or each base (1, B), adds to the bound.
    """

    pounds: float
    worth: Floats
    day_pounds: Floats
    base: Ints
    base_pounds: Floats


@dataclass(eq=False)
class _Relaxed:
    """The relaxed problem at some prices: its value, choices, and how rules are missed by it."""

    pounds: float
    short: Floats
    over: Floats
    base: Ints
    base_pounds: Floats


class Climb:
    """Prices climbing towards the best bound; each call of `climb` goes on where the last ended.

    `best` never gets worse. It stands still once its steps have become too short to matter.
    """

    def __init__(self, problem: Grouping) -> None:
        self.problem = problem
        self._relaxed = _Alike(problem) if problem.alike else _Phased(problem)
        self._worth, self._day = self._relaxed.first_prices()
        self._typical = max(float(problem.weight.mean()), 1e-9)
        self._step, self._since = 1.5, 0
        self._way, self._way_day = np.zeros_like(self._worth), np.zeros_like(self._day)
        self.best: Bound = self._look()

    @property
    def finished(self) -> bool:
        """Whether further steps would gain next to nothing."""
        return self._step < LEAST_STEP

    def climb(
        self, steps: int, plan_pounds: float, stop: Callable[[], bool] = lambda: False
    ) -> Bound:
        """Take so many steps, given what the best plan known costs."""
        for _ in range(steps):
            if stop() or self.finished:
                break
            found = self._relaxed.at(self._worth, self._day)
            if found.pounds > self.best.pounds:
                self.best = self._bound(found)
                self._since = 0
            else:
                self._since += 1
                if self._since >= PATIENCE:
                    self._go_back()
                    continue
            self._follow(found, plan_pounds)
        return self.best

    def _look(self) -> Bound:
        return self._bound(self._relaxed.at(self._worth, self._day))

    def _bound(self, found: _Relaxed) -> Bound:
        return Bound(found.pounds, self._worth, self._day, found.base, found.base_pounds)

    def _go_back(self) -> None:
        self._step, self._since = self._step * SHORTER, 0
        self._worth, self._day = self.best.worth, self.best.day_pounds
        self._way, self._way_day = np.zeros_like(self._worth), np.zeros_like(self._day)

    def _follow(self, found: _Relaxed, plan_pounds: float) -> None:
        self._way = MEMORY * self._way + (1 - MEMORY) * found.short
        self._way_day = MEMORY * self._way_day + (1 - MEMORY) * found.over / self._typical
        length = float((self._way**2).sum() + (self._way_day**2).sum())
        gap = max(plan_pounds - found.pounds, 1e-4 * abs(plan_pounds))
        pace = self._step * gap / max(length, 1e-9)
        self._worth = np.minimum(self._worth + pace * self._way, self.problem.miss)
        self._day = np.maximum(0.0, self._day + pace * self._way_day / self._typical)


def alone_pounds(problem: Grouping) -> Floats:
    """What each unit (N,) would cost if it alone could choose its group and the group's base."""
    nearest = problem.reach.min(axis=1)
    priced = np.where(problem.allowed, problem.price, np.inf).min(axis=1, initial=np.inf)
    result: Floats = np.minimum(priced + nearest, problem.miss)
    return result


class _Phased:
    """Groups that differ: each takes one base, and the visitors and units that pay there."""

    def __init__(self, problem: Grouping) -> None:
        self.problem = problem
        first = problem.visitors[:, 0] if problem.visitors.shape[1] else np.zeros(0, np.int64)
        who = first if len(first) else np.full(len(problem.weight), OUT)
        self.order = np.argsort(who, kind="stable")
        self.who = who[self.order]
        self.price = np.where(problem.allowed, problem.price, np.inf).T[:, self.order].copy()
        self.reach = problem.reach[self.order]
        self.nearest = self.reach.min(axis=1)
        self.weight = problem.weight[self.order]
        self.member = problem.member[:, self.order]
        self.holds = np.minimum(np.maximum(problem.capacity, 0.0), UNBOUNDED_DAYS)

    def first_prices(self) -> tuple[Floats, Floats]:
        alone = alone_pounds(self.problem)
        return np.minimum(alone * 1.05, self.problem.miss), np.zeros(self.problem.capacity.shape)

    def at(self, worth: Floats, day: Floats) -> _Relaxed:
        problem, worth_here = self.problem, worth[self.order]
        groups, bases = problem.shape[1], problem.shape[2]
        short, over = np.ones(len(worth)), np.zeros_like(day)
        chosen, priced = np.zeros(groups, dtype=np.int64), np.zeros((groups, bases))
        pounds = float(worth.sum())
        for k in range(groups):
            cost = self.price[k] - worth_here + (day[:, k] @ self.member) * self.weight
            rows = np.flatnonzero(cost + self.nearest < 0)
            base, taken, priced[k] = self._group(rows, cost[rows])
            chosen[k] = base
            pounds += priced[k, base]
            units = rows[taken]
            short[self.order[units]] -= 1
            full, room = self._room(k, day[:, k])
            pounds += room
            over[:, k] = self.member[:, units] @ self.weight[units] - full
        # A unit worth as much as leaving it out may as well be left out.
        return _Relaxed(pounds, short, over, chosen, priced)

    def _group(self, rows: Ints, cost: Floats) -> tuple[int, np.ndarray, Floats]:  # type: ignore[type-arg]
        """The best base for a group, which of the rows it takes, and pounds of each base."""
        pays = np.minimum(0.0, cost[:, None] + self.reach[rows])
        who = self.who[rows]
        if not len(rows):
            return 0, np.zeros(0, dtype=bool), np.zeros(self.reach.shape[1])
        first = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
        sums = np.add.reduceat(pays, first, axis=0)
        known = who[first] != OUT
        sums[known] = np.minimum(0.0, sums[known] + self.problem.visit_pounds)
        priced = sums.sum(axis=0)
        base = int(priced.argmin())
        opened = np.repeat((sums[:, base] < 0), np.diff(np.r_[first, len(rows)]))
        return base, opened & (pays[:, base] < 0), priced

    def _room(self, k: int, day: Floats) -> tuple[Floats, float]:
        """How far each pool of a group is worth filling (G,), and what that earns (negative)."""
        problem, full = self.problem, self.holds[:, k].copy()
        pounds = -float(day[1:] @ full[1:])
        points = np.clip(np.array([0.0, *problem.levels[:, k], full[0]]), 0.0, full[0])
        over = np.maximum(0.0, points[:, None] - problem.levels[:, k][None, :])
        values = over @ problem.level_pounds - day[0] * points
        full[0] = points[values.argmin()]
        return full, pounds + float(values.min())


class _Alike:
    """Groups that differ in their base alone: the bases that pay most are opened."""

    def __init__(self, problem: Grouping) -> None:
        self.problem = problem
        holds = np.full(problem.shape[2], float(problem.capacity[0].max()))
        own = problem.base_capacity
        self.holds = np.minimum(holds if own is None else np.minimum(holds, own), UNBOUNDED_DAYS)

    def first_prices(self) -> tuple[Floats, Floats]:
        units, groups, bases = self.problem.shape
        near = np.sort(self.problem.reach, axis=1)[:, min(bases - 1, units // groups)]
        return near, np.zeros(bases)

    def at(self, worth: Floats, day: Floats) -> _Relaxed:
        problem = self.problem
        cost = problem.reach - worth[:, None]
        cost += np.multiply.outer(problem.weight, day)
        pays = cost < 0
        priced = np.where(pays, cost, 0.0).sum(axis=0) - day * self.holds
        base = np.argpartition(priced, problem.shape[1] - 1)[: problem.shape[1]]
        over = np.zeros(len(day))
        over[base] = problem.weight @ pays[:, base] - self.holds[base]
        pounds = float(worth.sum() + priced[base].sum())
        short = 1.0 - pays[:, base].sum(axis=1)
        return _Relaxed(pounds, short, over, np.sort(base), priced[None, :])
