"""A quick lower bound: every unit at its nearest base, only the days of each window counted.

The transport of units to windows without bases (a window's groups are one, its nearest base
always to hand), bounded by prices for its crew-days: a few dozen numbers that climb in seconds
even at 50,000 units. Its prices are also where the full bound's own climb begins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psnplanner.planning.grouping import Floats, Grouping, Ints

PATIENCE, SHORTER, MEMORY, LEAST_STEP = 8, 0.6, 0.6, 0.02
UNBOUNDED_DAYS = 1e12


@dataclass(frozen=True, eq=False)
class WindowBound:
    """No plan costs less than `pounds`.

    `worth` (N,) is what each unit costs at these prices, `day_pounds` (G, C) the price of a
    crew-day by pool and class of groups that are alike.
    """

    pounds: float
    worth: Floats
    day_pounds: Floats


@dataclass(eq=False)
class Windows:
    """The relaxed problem. `group_class` (K,) and `classes` (C,) as the full bound has them."""

    problem: Grouping
    group_class: Ints
    classes: Ints

    def __post_init__(self) -> None:
        problem = self.problem
        near = problem.reach.min(axis=1)[:, None]
        own = np.where(problem.allowed, problem.price, np.inf)[:, self.classes]
        self._price = own + near
        self._count = np.bincount(self.group_class).astype(np.float64)
        holds = np.minimum(problem.capacity[:, self.classes], UNBOUNDED_DAYS)
        self._holds = np.maximum(holds, 0.0)
        full = self._holds[0]
        points = [np.zeros_like(full), *problem.levels[:, self.classes], full]
        self._points = np.minimum(np.array(points), full)
        over = np.maximum(0.0, self._points[:, None] - problem.levels[:, self.classes][None])
        self._point_pounds = np.einsum("plc,l->pc", over, problem.level_pounds)
        self._weight = problem.weight[None, :] * problem.member

    def climb(self, plan_pounds: float, steps: int) -> WindowBound:
        """The best bound of so many steps, given what a plan costs."""
        day = np.zeros((len(self._weight), len(self.classes)))
        best = WindowBound(-np.inf, np.zeros(len(self._price)), day)
        step, since, way = 1.0, 0, np.zeros_like(day)
        for _ in range(steps):
            found, over = self._at(day)
            if found.pounds > best.pounds:
                best, since = found, 0
            else:
                since += 1
            if since >= PATIENCE:
                step, since, day, way = step * SHORTER, 0, best.day_pounds, np.zeros_like(day)
                if step < LEAST_STEP:
                    break
                continue
            way = MEMORY * way + (1 - MEMORY) * over
            pace = step * max(plan_pounds - found.pounds, 0.0) / max(float((way**2).sum()), 1e-9)
            day = np.maximum(0.0, day + pace * way)
        return best

    def _at(self, day: Floats) -> tuple[WindowBound, Floats]:
        """The bound at these prices of crew-days, and by how many days each pool is overfull."""
        priced = self._price + self._weight.T @ day
        where = priced.argmin(axis=1)
        rows = np.arange(len(where))
        here = priced[rows, where]
        worth = np.minimum(here, self.problem.miss)
        inside = here <= self.problem.miss
        load = np.zeros_like(day)
        for pool, weight in enumerate(self._weight):
            load[pool] = np.bincount(where[inside], weight[inside], minlength=day.shape[1])
        room = self._point_pounds - self._points * day[0]
        best = room.argmin(axis=0)
        classes = np.arange(day.shape[1])
        rest = room[best, classes] - (day[1:] * self._holds[1:]).sum(axis=0)
        load[0] -= self._count * self._points[best, classes]
        load[1:] -= self._count * self._holds[1:]
        pounds = float(worth.sum() + self._count @ rest)
        return WindowBound(pounds, worth, day), load
