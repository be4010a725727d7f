"""A proved lower bound on every grouping, and the prices that prove it.

Lagrangian relaxation (Geoffrion 1974): that each unit is in one group, and that a group's days
suffice, become prices (pounds a unit is worth; pounds for a crew-day of a group). What is left
falls apart by group, base and visitor and is solved exactly. Prices climb by a deflected
subgradient with Polyak's step; any prices at all give a valid bound.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np

from psnplanner.planning.grouping import OUT, Flags, Floats, Grouping, Ints

PATIENCE = 20
"""Steps without gain before the step is shortened and the best prices taken up again."""

PROVE_EVERY = 10
"""Steps that look at promising bases alone, between two that look at all and prove a bound."""

PROMISING_SHARE, LEAST_PROMISING = 0.12, 6

SHORTER = 0.7
MEMORY = 0.7
LEAST_STEP = 2e-3
REFINED, HALVINGS = 12, 6
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

    Its `best` never gets worse. It stands still once its steps have become too short to matter.
    """

    def __init__(self, problem: Grouping, worth: Floats | None = None) -> None:
        """`worth` (N,) are pounds to begin from: what each unit costs in some good plan."""
        self.problem = problem
        self._relaxed = _Alike(problem) if problem.alike else _Phased(problem)
        self._worth, self._day = self._relaxed.first_prices()
        if worth is not None:
            self._worth = np.minimum(worth, problem.miss)
        self._typical = max(float(problem.weight.mean()), 1e-9)
        self._step, self._since = (1.5 if problem.alike else 3.0), 0
        self._way, self._way_day = np.zeros_like(self._worth), np.zeros_like(self._day)
        self._floor = float(alone_pounds(problem).sum())
        self._best = self._bound(self._relaxed.at(self._worth, self._day))
        self._hopeful, self._steps = self._best, 0

    @property
    def best(self) -> Bound:
        """The best bound yet; never below what the units would cost if each were alone."""
        return dataclasses.replace(self._best, pounds=max(self._best.pounds, self._floor))

    @property
    def classes(self) -> Ints:
        """A group of each class of groups that are the same to the model."""
        return self._relaxed.classes

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
            found = self._relaxed.at(self._worth, self._day, whole=False)
            self._steps += 1
            if found.pounds > self._hopeful.pounds:
                self._hopeful = self._bound(found)
                self._since = 0
            else:
                self._since += 1
            if self._steps % PROVE_EVERY == 0:
                self._prove()
            if self._since >= PATIENCE:
                self._go_back()
                continue
            self._follow(found, plan_pounds)
        self._prove()
        return self.best

    def _prove(self) -> None:
        """Look at every base at the most hopeful prices: what they give is a bound."""
        if self._hopeful is self._best:
            return
        prices = self._hopeful.worth, self._hopeful.day_pounds
        found = self._bound(self._relaxed.at(*prices))
        if found.pounds > self._best.pounds:
            self._best = found
        self._hopeful = self._best

    def _bound(self, found: _Relaxed) -> Bound:
        return Bound(found.pounds, self._worth, self._day, found.base, found.base_pounds)

    def _go_back(self) -> None:
        self._step, self._since = self._step * SHORTER, 0
        self._worth, self._day = self._best.worth, self._best.day_pounds
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
    """Groups that differ: each takes one base, and the visitors and units that pay there.

    Groups of one window are often the same to the model: they are one class, looked at once.
    The days of a group worked from a base have a price of their own, the best one for the bound,
    found by bisection; days of the further pools are priced by group.
    """

    def __init__(self, problem: Grouping) -> None:
        self.problem = problem
        columns = problem.visitors.shape[1]
        who = problem.visitors[:, 0] if columns else np.full(len(problem.weight), OUT)
        self.order = np.argsort(who, kind="stable")
        self.who = who[self.order]
        self.group_class, self.classes = _classes(problem)
        price = np.where(problem.allowed, problem.price, np.inf)[:, self.classes]
        self.price = price.T[:, self.order].copy()
        self.reach = problem.reach[self.order]
        self.nearest = self.reach.min(axis=1)
        self.weight = problem.weight[self.order]
        self.member = problem.member[:, self.order]
        self.holds = np.minimum(problem.capacity[:, self.classes], UNBOUNDED_DAYS)
        self.levels = problem.levels[:, self.classes]
        shape = len(self.classes), self.reach.shape[1]
        self.day = np.zeros(shape)
        self.promising = np.ones(shape, dtype=bool)
        self.counts = np.bincount(self.group_class).tolist()

    def first_prices(self) -> tuple[Floats, Floats]:
        alone = alone_pounds(self.problem)
        pools = len(self.problem.member)
        return np.minimum(alone * 1.05, self.problem.miss), np.zeros((pools, len(self.classes)))

    def at(self, worth: Floats, day: Floats, whole: bool = True) -> _Relaxed:
        """The relaxed problem; unless `whole`, with the promising bases alone, which is no bound.

        A whole look says anew which bases of each class are promising.
        """
        worth_here = worth[self.order]
        short, over = np.ones(len(worth)), np.zeros_like(day)
        bases = np.zeros(len(self.classes), dtype=np.int64)
        priced = np.zeros(self.day.shape)
        pounds = float(worth.sum())
        for c, count in enumerate(self.counts):
            some = np.arange(len(self.day[c])) if whole else np.flatnonzero(self.promising[c])
            cost = self.price[c] - worth_here + (day[1:, c] @ self.member[1:]) * self.weight
            near = self.nearest if whole else self.reach[:, some].min(axis=1)
            rows = np.flatnonzero(cost + near < 0)
            bases[c], taken, priced[c, some] = self._group(c, rows, cost[rows], some)
            if whole:
                self._promise(c, priced[c])
            units = rows[taken]
            short[self.order[units]] -= count
            rest = float(day[1:, c] @ self.holds[1:, c])
            pounds += count * (priced[c, bases[c]] - rest)
            over[1:, c] = count * (self.member[1:, units] @ self.weight[units] - self.holds[1:, c])
        return _Relaxed(pounds, short, over, bases[self.group_class], priced[self.group_class])

    def _promise(self, c: int, priced: Floats) -> None:
        count = min(len(priced), max(LEAST_PROMISING, ceil(PROMISING_SHARE * len(priced))))
        self.promising[c] = False
        self.promising[c, np.argsort(priced, kind="stable")[:count]] = True

    def _group(self, c: int, rows: Ints, cost: Floats, some: Ints) -> tuple[int, Flags, Floats]:
        """The best of some bases of a class, which rows it takes there, and pounds of each."""
        if not len(rows):
            return int(some[0]), np.zeros(0, dtype=bool), np.zeros(len(some))
        look = _Slots(self, c, rows, cost)
        day = self.day[c, some]
        priced, load = look.at(some, day)
        refined = np.zeros(len(some), dtype=bool)
        # Any price of days is valid; only bases that might be the best need their own.
        while not refined[best := int(priced.argmin())]:
            few = np.flatnonzero(~refined)
            few = few[np.argsort(priced[few], kind="stable")[:REFINED]]
            priced[few], day[few] = look.refine(some[few], priced[few], day[few], load[few])
            refined[few] = True
        self.day[c, some] = day
        return int(some[best]), look.taken(int(some[best]), day[best]), priced


class _Slots:
    """A class of groups, worked from each base, at prices of its days."""

    def __init__(self, relaxed: _Phased, c: int, rows: Ints, cost: Floats) -> None:
        self.visit_pounds = relaxed.problem.visit_pounds
        self.cost, self.weight, self.reach = cost, relaxed.weight[rows], relaxed.reach[rows]
        who = relaxed.who[rows]
        # Rows lie by visitor; those without one are each their own.
        self.first = np.flatnonzero(np.r_[True, (who[1:] != who[:-1]) | (who[1:] == OUT)])
        self.size = np.diff(np.r_[self.first, len(rows)])
        self.fee = np.where(who[self.first] != OUT, self.visit_pounds, 0.0)
        self.full = float(relaxed.holds[0, c])
        self.levels = relaxed.levels[:, c]
        self.level_pounds = relaxed.problem.level_pounds
        self.points = np.clip(np.r_[0.0, self.levels, self.full], 0.0, self.full)
        over = np.maximum(0.0, self.points[:, None] - self.levels[None, :])
        self.point_pounds = over @ self.level_pounds

    def at(self, bases: Ints, day: Floats) -> tuple[Floats, Floats]:
        """Pounds of each base at its price of days, and by how many days it is overfull."""
        pays = self._pays(bases, day)
        sums = np.add.reduceat(pays, self.first, axis=0) + self.fee[:, None]
        opened = np.repeat(sums < 0, self.size, axis=0)
        room = self.point_pounds[:, None] - self.points[:, None] * day[None, :]
        filled = self.points[room.argmin(axis=0)]
        load = self.weight @ (opened & (pays < 0)) - filled
        return np.minimum(0.0, sums).sum(axis=0) + room.min(axis=0), load

    def _pays(self, bases: Ints, day: Floats) -> Floats:
        pays = self.reach[:, bases] + self.cost[:, None]
        pays += np.multiply.outer(self.weight, day)
        return np.minimum(pays, 0.0, out=pays)

    def refine(
        self, bases: Ints, pounds: Floats, day: Floats, load: Floats
    ) -> tuple[Floats, Floats]:
        """The best bound of each base over prices of its days, and that price, by bisection."""
        low, high = self._bracket(bases, day, load)
        best, best_day = pounds, day
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            pounds, load = self.at(bases, middle)
            best_day = np.where(pounds > best, middle, best_day)
            best = np.maximum(best, pounds)
            low, high = np.where(load > 0, middle, low), np.where(load > 0, high, middle)
        return best, best_day

    def _bracket(self, bases: Ints, day: Floats, load: Floats) -> tuple[Floats, Floats]:
        """Two prices between which the best one lies: near the last, where that will do."""
        spread = np.maximum(0.1 * day, 2.0)
        other = np.maximum(0.0, np.where(load > 0, day + spread, day - spread))
        far = self.at(bases, other)[1]
        dearest = (-self.cost / np.maximum(self.weight, 1e-9)).max(initial=0.0)
        high = np.where(load > 0, other, day)
        high = np.where((load > 0) & (far > 0), np.maximum(dearest, other), high)
        low = np.where(load > 0, day, other)
        return np.where((load <= 0) & (far <= 0), 0.0, low), high

    def taken(self, base: int, day: float) -> Flags:
        """The rows that pay at a base; a load too heavy or too light is the price's to mend."""
        pays = self._pays(np.array([base]), np.array([day]))
        sums = np.add.reduceat(pays, self.first, axis=0) + self.fee[:, None]
        result: Flags = (np.repeat(sums < 0, self.size, axis=0) & (pays < 0))[:, 0]
        return result


def _classes(problem: Grouping) -> tuple[Ints, Ints]:
    """The class (K,) of each group, and a group of each class: alike in all but their names."""
    rows = np.vstack([problem.price, problem.allowed, problem.capacity, problem.levels])
    known: dict[bytes, int] = {}
    first: list[int] = []
    own = np.zeros(rows.shape[1], dtype=np.int64)
    for k in range(rows.shape[1]):
        key = rows[:, k].tobytes()
        if key not in known:
            known[key] = len(first)
            first.append(k)
        own[k] = known[key]
    return own, np.array(first, dtype=np.int64)


class _Alike:
    """Groups that differ in their base alone: the bases that pay most are opened."""

    def __init__(self, problem: Grouping) -> None:
        self.problem = problem
        self.classes = np.zeros(1, dtype=np.int64)
        holds = np.full(problem.shape[2], float(problem.capacity[0].max()))
        own = problem.base_capacity
        self.holds = np.minimum(holds if own is None else np.minimum(holds, own), UNBOUNDED_DAYS)

    def first_prices(self) -> tuple[Floats, Floats]:
        units, groups, bases = self.problem.shape
        near = np.sort(self.problem.reach, axis=1)[:, min(bases - 1, units // groups)]
        return near, np.zeros(bases)

    def at(self, worth: Floats, day: Floats, whole: bool = True) -> _Relaxed:
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
