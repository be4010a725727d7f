"""The relaxed problem where groups differ: each takes one base, and what pays there."""

from __future__ import annotations

from math import ceil

import numpy as np

from psnplanner.planning.grouping import OUT, Floats, Grouping, classes_of
from psnplanner.planning.relaxed import UNBOUNDED_DAYS, Relaxed, alone_pounds
from psnplanner.planning.relaxed_slots import Column, Near, Slots, Terms
from psnplanner.planning.window_bound import Windows

PROMISING_SHARE, LEAST_PROMISING, PROMISING_EACH = 0.12, 12, 3
"""Bases looked at between proofs: a share of all, but so many for each group of a class do."""

WINDOW_STEPS = 80

REFINED = 12
ALMOST = 0.9
"""How good the next best bases must be."""

FURTHER = 1.15
"""How much dearer than now units may become before pairs too far apart are looked at again."""


class Phased:
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
        self.group_class, self.classes = classes_of(problem)
        price = np.where(problem.allowed, problem.price, np.inf)[:, self.classes]
        self.price = price.T[:, self.order].copy()
        self.weight = problem.weight[self.order]
        self.member = problem.member[:, self.order]
        self.holds = np.minimum(problem.capacity[:, self.classes], UNBOUNDED_DAYS)
        self.terms = Terms(
            weight=self.weight,
            who=who[self.order],
            full=self.holds[0],
            levels=problem.levels[:, self.classes],
            level_pounds=problem.level_pounds,
            visit_pounds=problem.visit_pounds,
            bases=problem.shape[2],
        )
        shape = len(self.classes), problem.shape[2]
        self.day = np.zeros(shape)
        self.promising = np.ones(shape, dtype=bool)
        self.counts = np.bincount(self.group_class).tolist()
        self._dearest = np.full(len(self.order), -np.inf)
        self._further = np.full(len(self.order), FURTHER)
        self._near: list[Near | None] = [None] * len(self.classes)
        self._own_near: list[Near | None] = [None] * len(self.classes)

    def first_prices(self) -> tuple[Floats, Floats]:
        alone = alone_pounds(self.problem)
        pools = len(self.problem.member)
        return np.minimum(alone * 1.05, self.problem.miss), np.zeros((pools, len(self.classes)))

    def at(self, worth: Floats, day: Floats, whole: bool = True) -> Relaxed:
        """The relaxed problem; unless `whole`, with the promising bases alone, which is no bound.

        A whole look says anew which bases of each class are promising.
        """
        worth_here = worth[self.order]
        self._reach_as_far_as(worth_here)
        short, over = np.ones(len(worth)), np.zeros_like(day)
        bases = np.zeros(len(self.classes), dtype=np.int64)
        priced, chosen = np.zeros((2, *self.day.shape))
        pounds = float(worth.sum())
        for c, count in enumerate(self.counts):
            cost = self.price[c] - worth_here + (day[1:, c] @ self.member[1:]) * self.weight
            near = self._paying(c) if whole else self._promised(c)
            priced[c], columns = self._group(c, near, cost, count)
            bases[c] = columns[0].base
            if whole:
                self._promise(c, priced[c])
            rest = float(day[1:, c] @ self.holds[1:, c])
            pounds += count * (priced[c, bases[c]] - rest)
            over[1:, c] = -count * self.holds[1:, c]
            for column in columns:
                units, share = column.taken, count / len(columns)
                chosen[c, column.base] += share
                short[self.order[units]] -= share
                over[1:, c] += share * (self.member[1:, units] @ self.weight[units])
        every = self.group_class
        return Relaxed(pounds, short, over, bases[every], chosen, priced[every])

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
        dearer = worth > self._dearest
        if not dearer.any():
            return
        # What moves fast is to be looked for further, so that all need not be looked at so soon.
        self._further[dearer & np.isfinite(self._dearest)] *= FURTHER
        # A part of what is usual at least: a part of next to nothing is soon exceeded again.
        usual = np.abs(worth)
        usual = np.maximum(usual, usual.mean())
        self._dearest = np.maximum(self._dearest, worth + (self._further - 1) * usual)
        furthest = self._dearest - self.price.min(axis=0)
        self.all_near = Near.of(self.problem.reach, self.order, furthest)
        self._near = [None] * len(self.classes)
        self._own_near = [None] * len(self.classes)

    def _promise(self, c: int, priced: Floats) -> None:
        enough = max(LEAST_PROMISING, PROMISING_EACH * self.counts[c])
        count = min(len(priced), enough, max(6, ceil(PROMISING_SHARE * len(priced))))
        self.promising[c] = False
        self.promising[c, np.argsort(priced, kind="stable")[:count]] = True
        self._near[c] = None

    def _paying(self, c: int) -> Near:
        """The pairs that could pay in a class: of all of them, a tenth or so."""
        near = self._own_near[c]
        if near is None:
            most = self._dearest - self.price[c]
            near = self._own_near[c] = self.all_near.where(
                self.all_near.pounds < most[self.all_near.unit]
            )
        return near

    def _promised(self, c: int) -> Near:
        near = self._near[c]
        if near is None:
            near = self._near[c] = self._paying(c).at(self.promising[c])
        return near

    def _group(self, c: int, near: Near, cost: Floats, count: int) -> tuple[Floats, list[Column]]:
        """Pounds of each base of a class, and what its groups would take, the best base first."""
        look = Slots(self.terms, c, near, cost)
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
