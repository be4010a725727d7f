"""A proved lower bound on every grouping, and the prices that prove it.

Lagrangian relaxation (Geoffrion 1974): that each unit is in one group, and that a group's days
suffice, become prices (pounds a unit is worth; pounds for a crew-day of a group). What is left
falls apart by group, base and visitor and is solved exactly. Prices climb by a deflected
subgradient with Polyak's step; any prices at all give a valid bound.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

import numpy as np

from psnplanner.planning.grouping import OUT, Flags, Floats, Grouping, Ints, classes_of
from psnplanner.planning.window_bound import Windows

PATIENCE = 20
"""Steps without gain before the step is shortened and the best prices taken up again."""

PROVE_EVERY = 10
"""Steps that look at promising bases alone, between two that look at all and prove a bound."""

PROMISING_SHARE, LEAST_PROMISING, PROMISING_EACH = 0.12, 12, 3
"""Bases looked at between proofs: a share of all, but so many for each group of a class do."""

WINDOW_STEPS = 80

SHORTER = 0.7
MEMORY = 0.75
LEAST_STEP = 1e-2
REFINED, HALVINGS = 12, 6

ALMOST, OVERLAP = 0.9, 0.3
"""How good the next best bases must be, and how little of the same they may take."""

UNBOUNDED_DAYS = 1e12
FURTHER = 1.15
"""How much dearer than now units may become before pairs too far apart are looked at again."""

COLUMNS = 64
"""Bases whose ways are looked through at a time."""


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
        self._step, self._since = _first_step(problem), 0
        self._way, self._way_day = np.zeros_like(self._worth), np.zeros_like(self._day)
        self._floor = self._relaxed.floor(float(self._worth.sum()))
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
    def pairs(self) -> int:
        """How many pairs of a unit and a base it looks at: what a step's effort goes by."""
        return self._relaxed.pairs

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


def _first_step(problem: Grouping) -> float:
    """Where to begin with the step, by experiment: more units bear, and need, longer ones."""
    if problem.alike:
        return 1.5
    return float(np.clip(6 * (len(problem.weight) / 600) ** 0.25, 3.0, 12.0))


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
        self.group_class, self.classes = classes_of(problem)
        price = np.where(problem.allowed, problem.price, np.inf)[:, self.classes]
        self.price = price.T[:, self.order].copy()
        self.weight = problem.weight[self.order]
        self.member = problem.member[:, self.order]
        self.holds = np.minimum(problem.capacity[:, self.classes], UNBOUNDED_DAYS)
        self.levels = problem.levels[:, self.classes]
        shape = len(self.classes), problem.shape[2]
        self.day = np.zeros(shape)
        self.promising = np.ones(shape, dtype=bool)
        self.counts = np.bincount(self.group_class).tolist()
        self._dearest = np.full(len(self.order), -np.inf)
        self._near: list[Near | None] = [None] * len(self.classes)

    def first_prices(self) -> tuple[Floats, Floats]:
        alone = alone_pounds(self.problem)
        pools = len(self.problem.member)
        return np.minimum(alone * 1.05, self.problem.miss), np.zeros((pools, len(self.classes)))

    def at(self, worth: Floats, day: Floats, whole: bool = True) -> _Relaxed:
        """The relaxed problem; unless `whole`, with the promising bases alone, which is no bound.

        A whole look says anew which bases of each class are promising.
        """
        worth_here = worth[self.order]
        self._reach_as_far_as(worth_here)
        short, over = np.ones(len(worth)), np.zeros_like(day)
        bases = np.zeros(len(self.classes), dtype=np.int64)
        priced = np.zeros(self.day.shape)
        pounds = float(worth.sum())
        for c, count in enumerate(self.counts):
            cost = self.price[c] - worth_here + (day[1:, c] @ self.member[1:]) * self.weight
            near = self.all_near if whole else self._promised(c)
            priced[c], columns = self._group(c, near, cost, count)
            bases[c] = columns[0].base
            if whole:
                self._promise(c, priced[c])
            rest = float(day[1:, c] @ self.holds[1:, c])
            pounds += count * (priced[c, bases[c]] - rest)
            over[1:, c] = -count * self.holds[1:, c]
            for column in columns:
                units, share = column.taken, count / len(columns)
                short[self.order[units]] -= share
                over[1:, c] += share * (self.member[1:, units] @ self.weight[units])
        return _Relaxed(pounds, short, over, bases[self.group_class], priced[self.group_class])

    @property
    def pairs(self) -> int:
        return len(self.all_near.unit)

    def floor(self, plan_pounds: float) -> float:
        """What is known without any climb: the better of two quick bounds."""
        windows = Windows(self.problem, self.group_class, self.classes)
        alone = float(alone_pounds(self.problem).sum())
        return max(alone, windows.climb(plan_pounds, WINDOW_STEPS).pounds)

    def _reach_as_far_as(self, worth: Floats) -> None:
        """Know every base at which some group could pay for a unit of this worth."""
        if (worth <= self._dearest).all():
            return
        self._dearest = np.maximum(self._dearest, FURTHER * worth)
        furthest = self._dearest - self.price.min(axis=0)
        self.all_near = Near.of(self.problem.reach, self.order, furthest)
        self._near = [None] * len(self.classes)

    def _promise(self, c: int, priced: Floats) -> None:
        enough = max(LEAST_PROMISING, PROMISING_EACH * self.counts[c])
        count = min(len(priced), enough, max(6, ceil(PROMISING_SHARE * len(priced))))
        self.promising[c] = False
        self.promising[c, np.argsort(priced, kind="stable")[:count]] = True
        self._near[c] = None

    def _promised(self, c: int) -> Near:
        near = self._near[c]
        if near is None:
            near = self._near[c] = self.all_near.at(self.promising[c])
        return near

    def _group(self, c: int, near: Near, cost: Floats, count: int) -> tuple[Floats, list[_Column]]:
        """Pounds of each base of a class, and what its groups would take, the best base first."""
        look = Slots(self, c, near, cost)
        day = self.day[c]
        priced, load = look.at(day)
        refined = np.zeros(len(day), dtype=bool)
        # Any price of days is valid; only bases that might be the best need their own.
        while not refined[int(priced.argmin())]:
            rest = np.where(refined, np.inf, priced)
            some = min(max(REFINED, 2 * count), len(day))
            few = np.zeros(len(day), dtype=bool)
            few[np.argpartition(rest, some - 1)[:some]] = True
            few &= ~refined
            look.refine(few, priced, day, load)
            refined |= few
        order = np.flatnonzero(refined)
        order = order[np.argsort(priced[order], kind="stable")]
        order = order[priced[order] <= ALMOST * priced[order[0]]]
        return priced, look.apart(order, day, count)


class _Column(NamedTuple):
    """A base and the rows it would take."""

    base: int
    taken: Ints


class Near(NamedTuple):
    """Which units are near enough to which bases to matter: pairs, by base and then by unit.

    `unit` counts in the order of visitors.
    """

    unit: Ints
    base: Ints
    pounds: Floats

    @staticmethod
    def of(reach: Floats, order: Ints, furthest: Floats) -> Near:
        """The pairs whose way costs less than a unit's furthest (N,)."""
        parts = []
        for first in range(0, reach.shape[1], COLUMNS):
            pounds = reach[:, first : first + COLUMNS][order].T
            base, unit = np.nonzero(pounds < furthest[None, :])
            parts.append(Near(unit, base + first, pounds[base, unit]))
        return Near(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def at(self, bases: Flags) -> Near:
        """The pairs of some bases (B,) alone."""
        return self.where(bases[self.base])

    def where(self, kept: Flags) -> Near:
        """Some of the pairs."""
        return Near(self.unit[kept], self.base[kept], self.pounds[kept])


class Slots:
    """A class of groups, worked from each base, at prices of its days."""

    def __init__(self, relaxed: _Phased, c: int, near: Near, cost: Floats) -> None:
        self.bases = relaxed.problem.shape[2]
        pounds = near.pounds + cost[near.unit]
        pays = pounds < 0
        self._lay(near.unit[pays], near.base[pays], pounds[pays], relaxed)
        self.full = float(relaxed.holds[0, c])
        levels = relaxed.levels[:, c]
        self.points = np.clip(np.r_[0.0, levels, self.full], 0.0, self.full)
        over = np.maximum(0.0, self.points[:, None] - levels[None, :])
        self.point_pounds = over @ relaxed.problem.level_pounds

    def _lay(self, unit: Ints, base: Ints, pounds: Floats, relaxed: _Phased) -> None:
        self.unit, self.base, self.cost = unit, base, pounds
        self.weight = relaxed.weight[unit]
        who = relaxed.who[unit]
        # Pairs lie by base and visitor; those without a visitor are each their own.
        new = np.ones(len(unit), dtype=bool)
        new[1:] = (who[1:] != who[:-1]) | (who[1:] == OUT) | (base[1:] != base[:-1])
        self.first = np.flatnonzero(new)
        self.size = np.diff(np.r_[self.first, len(unit)])
        visit_pounds = relaxed.problem.visit_pounds
        self.fee = np.where(who[self.first] != OUT, visit_pounds, 0.0)

    def at(self, day: Floats) -> tuple[Floats, Floats]:
        """Pounds (B,) of each base at its price of days, and by how many days it is overfull."""
        room = self.point_pounds[:, None] - self.points[:, None] * day[None, :]
        filled = self.points[room.argmin(axis=0)]
        if not len(self.unit):
            return room.min(axis=0), -filled
        pays = np.minimum(self.cost + self.weight * day[self.base], 0.0)
        sums = np.add.reduceat(pays, self.first) + self.fee
        opened = np.repeat(sums < 0, self.size) & (pays < 0)
        load = np.bincount(self.base, self.weight * opened, minlength=self.bases)
        gained = np.bincount(self.base[self.first], np.minimum(0.0, sums), minlength=self.bases)
        return gained + room.min(axis=0), load - filled

    def _only(self, few: Flags) -> Slots:
        """The same for a few bases (B,)."""
        kept = few[self.base]
        some = copy(self)
        some.unit, some.base = self.unit[kept], self.base[kept]
        some.cost, some.weight = self.cost[kept], self.weight[kept]
        segments = few[self.base[self.first]]
        some.size, some.fee = self.size[segments], self.fee[segments]
        some.first = np.r_[0, np.cumsum(some.size)[:-1]].astype(np.int64)
        return some

    def refine(self, few: Flags, pounds: Floats, day: Floats, load: Floats) -> None:
        """Put in place the best bound of a few bases over prices of their days, and that price."""
        some = self._only(few)
        low, high = some._bracket(day, load)
        best, best_day = pounds.copy(), day.copy()
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            now, load = some.at(middle)
            best_day = np.where(now > best, middle, best_day)
            best = np.maximum(best, now)
            low, high = np.where(load > 0, middle, low), np.where(load > 0, high, middle)
        pounds[few], day[few] = best[few], best_day[few]

    def _bracket(self, day: Floats, load: Floats) -> tuple[Floats, Floats]:
        """Two prices between which the best one lies: near the last, where that will do."""
        spread = np.maximum(0.1 * day, 2.0)
        other = np.maximum(0.0, np.where(load > 0, day + spread, day - spread))
        far = self.at(other)[1]
        dearest = (-self.cost / np.maximum(self.weight, 1e-9)).max(initial=0.0)
        high = np.where(load > 0, other, day)
        high = np.where((load > 0) & (far > 0), np.maximum(dearest, other), high)
        low = np.where(load > 0, day, other)
        return np.where((load <= 0) & (far <= 0), 0.0, low), high

    def apart(self, bases: Ints, day: Floats, count: int) -> list[_Column]:
        """At most so many bases, the first one among them, that hardly take the same units.

        Groups that are alike all take the best base in theory; prices that look at the next best
        as well swing less. What they say together is a subgradient but for a small error.
        """
        few = np.zeros(self.bases, dtype=bool)
        few[bases] = True
        taken = self._only(few)._taken(day)
        seen: set[int] = set()
        found: list[_Column] = []
        for base in bases.tolist():
            own = taken[base]
            if not found or len(seen.intersection(own.tolist())) <= OVERLAP * len(own):
                found.append(_Column(base, own))
                seen.update(own.tolist())
            if len(found) == count:
                break
        return found

    def _taken(self, day: Floats) -> dict[int, Ints]:
        """The units that pay at each base; a load too heavy or light is the prices' to mend."""
        if not len(self.unit):
            return defaultdict(lambda: np.zeros(0, dtype=np.int64))
        pays = np.minimum(self.cost + self.weight * day[self.base], 0.0)
        sums = np.add.reduceat(pays, self.first) + self.fee
        opened = np.repeat(sums < 0, self.size) & (pays < 0)
        base, unit = self.base[opened], self.unit[opened]
        edges = np.searchsorted(base, np.arange(self.bases + 1))
        return {b: unit[edges[b] : edges[b + 1]] for b in range(self.bases)}


class _Alike:
    """Groups that differ in their base alone: the bases that pay most are opened."""

    def __init__(self, problem: Grouping) -> None:
        self.problem = problem
        self.classes = np.zeros(1, dtype=np.int64)
        holds = np.full(problem.shape[2], float(problem.capacity[0].max()))
        own = problem.base_capacity
        self.holds = np.minimum(holds if own is None else np.minimum(holds, own), UNBOUNDED_DAYS)

    @property
    def pairs(self) -> int:
        return self.problem.reach.size

    def floor(self, plan_pounds: float) -> float:
        return float(alone_pounds(self.problem).sum())

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
