"""The relaxed problem where groups differ in nothing but their base: p-median."""

from __future__ import annotations

import numpy as np

from psnplanner.planning.grouping import Floats, Grouping
from psnplanner.planning.relaxed import UNBOUNDED_DAYS, Relaxed, alone_pounds


class Alike:
    """Groups that differ in their base alone: the bases that pay most are opened."""

    def __init__(self, problem: Grouping) -> None:
        self.problem = problem
        self.classes = np.zeros(1, dtype=np.int64)
        self.group_class = np.zeros(problem.shape[1], dtype=np.int64)
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

    def at(self, worth: Floats, day: Floats, whole: bool = True) -> Relaxed:
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
        chosen = np.zeros((1, len(day)))
        chosen[0, base] = 1.0
        return Relaxed(pounds, short, over, np.sort(base), chosen, priced[None, :])
