"""A class of groups worked from each of many bases at once, at some prices: a slot is one base.

Which units pay there, which visitors come for them, and the price of a crew-day that makes the
bound highest.
"""

from __future__ import annotations

from collections import defaultdict
from copy import copy
from typing import NamedTuple

import numpy as np

from psnplanner.planning.grouping import OUT, Flags, Floats, Ints

HALVINGS = 6

OVERLAP = 0.3
"""How little of the same units the next best bases may take."""

COLUMNS = 64
"""Bases whose ways are looked through at a time."""


class Column(NamedTuple):
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


class Terms(NamedTuple):
    """What is the same at all prices: units in the order of visitors (M,), classes of groups (C,).

    `who` is the visitor of each unit, `full` the days a class holds, `levels` (L, C) those from
    which `level_pounds` (L,) are paid for a day.
    """

    weight: Floats
    who: Ints
    full: Floats
    levels: Floats
    level_pounds: Floats
    visit_pounds: float
    bases: int


class Slots:
    """A class of groups, worked from each base, at prices of its days."""

    def __init__(self, terms: Terms, c: int, near: Near, cost: Floats) -> None:
        self.bases = terms.bases
        pounds = near.pounds + cost[near.unit]
        pays = pounds < 0
        self._lay(near.unit[pays], near.base[pays], pounds[pays], terms)
        self.full = float(terms.full[c])
        levels = terms.levels[:, c]
        self.points = np.clip(np.concatenate(([0.0], levels, [self.full])), 0.0, self.full)
        over = np.maximum(0.0, self.points[:, None] - levels[None, :])
        self.point_pounds = over @ terms.level_pounds

    def _lay(self, unit: Ints, base: Ints, pounds: Floats, terms: Terms) -> None:
        self.unit, self.base, self.cost = unit, base, pounds
        self.weight = terms.weight[unit]
        who = terms.who[unit]
        # Pairs lie by base and visitor; those without a visitor are each their own.
        new = np.ones(len(unit), dtype=bool)
        new[1:] = (who[1:] != who[:-1]) | (who[1:] == OUT) | (base[1:] != base[:-1])
        self.first = np.flatnonzero(new)
        self.size = np.diff(self.first, append=len(unit))
        self.fee = np.where(who[self.first] != OUT, terms.visit_pounds, 0.0)

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
        some.first = np.cumsum(some.size) - some.size
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

    def apart(self, bases: Ints, day: Floats, count: int) -> list[Column]:
        """At most so many bases, the first one among them, that hardly take the same units.

        Groups that are alike all take the best base in theory; prices that look at the next best
        as well swing less. What they say together is a subgradient but for a small error.
        """
        few = np.zeros(self.bases, dtype=bool)
        few[bases] = True
        taken = self._only(few)._taken(day)
        seen: set[int] = set()
        found: list[Column] = []
        for base in bases.tolist():
            own = taken[base]
            if not found or len(seen.intersection(own.tolist())) <= OVERLAP * len(own):
                found.append(Column(base, own))
                seen.update(own.tolist())
            if len(found) == count:
                break
        return found

    def _taken(self, day: Floats) -> dict[int, Ints]:
        """The units that pay at bases; a load too heavy or light is the prices' to mend."""
        found: dict[int, Ints] = defaultdict(lambda: np.zeros(0, dtype=np.int64))
        if not len(self.unit):
            return found
        pays = np.minimum(self.cost + self.weight * day[self.base], 0.0)
        sums = np.add.reduceat(pays, self.first) + self.fee
        opened = np.repeat(sums < 0, self.size) & (pays < 0)
        base, unit = self.base[opened], self.unit[opened]
        some, edges = np.unique(base, return_index=True)
        # Where none pays, the split still has one part, with nobody in it.
        found.update(zip(some.tolist(), np.split(unit, edges[1:]), strict=False))
        return found
