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

import numpy as np

from psnplanner.planning.grouping import Floats, Grouping, Ints
from psnplanner.planning.relaxed import Relaxed
from psnplanner.planning.relaxed_alike import Alike
from psnplanner.planning.relaxed_phases import Phased

PATIENCE = 20
"""Steps without gain before the step is shortened and the best prices taken up again."""

PROVE_EVERY = 8
"""Steps that look at promising bases alone, between two that look at all and prove a bound."""

SHORTER = 0.7
MEMORY = 0.75
LEAST_STEP = 1e-2
LEANING = 0.96
"""How much of the bases leant towards a step keeps."""


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


class Climb:
    """Prices climbing towards the best bound; each call of `climb` goes on where the last ended.

    Its `best` never gets worse. It stands still once its steps have become too short to matter.
    """

    def __init__(
        self, problem: Grouping, worth: Floats | None = None, leaning: Floats | None = None
    ) -> None:
        """`worth` (N,) are pounds to begin from: what each unit costs in some good plan.

        `leaning` (K, B) are bases to begin from, for as long as no step has been taken.
        """
        self.problem = problem
        self._relaxed = Alike(problem) if problem.alike else Phased(problem)
        self._worth, self._day = self._relaxed.first_prices()
        if worth is not None:
            self._worth = np.minimum(worth, problem.miss)
        self._typical = max(float(problem.weight.mean()), 1e-9)
        self._step, self._since = _first_step(problem), 0
        self._way, self._way_day = np.zeros_like(self._worth), np.zeros_like(self._day)
        self._floor = self._relaxed.floor(float(self._worth.sum()))
        first = self._relaxed.at(self._worth, self._day)
        self._best = _bound(first, self._worth, self._day)
        self._hopeful, self._steps = self._best, 0
        self._leaning = first.chosen
        if leaning is not None:
            self._lean(leaning)

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

    def _lean(self, leaning: Floats) -> None:
        own = leaning / np.maximum(leaning.sum(axis=1, keepdims=True), 1e-9)
        self._leaning = np.zeros_like(self._leaning)
        np.add.at(self._leaning, self._relaxed.group_class, own)

    @property
    def leaning(self) -> Floats:
        """How many groups (K, B) of each group's class the last steps would work from each base.

        On average over many steps, these are near an optimal solution of the relaxed problem's
        linear programme (Barahona and Anbil 2000): whole plans drawn from it are good ones.
        """
        return self._leaning[self._relaxed.group_class]

    def climb(
        self, steps: int, plan_pounds: float, stop: Callable[[], bool] = lambda: False
    ) -> Bound:
        """Take so many steps, given what the best plan known costs."""
        for _ in range(steps):
            if stop() or self.finished:
                break
            found = self._relaxed.at(self._worth, self._day, whole=False)
            self._steps += 1
            self._leaning = LEANING * self._leaning + (1 - LEANING) * found.chosen
            if found.pounds > self._hopeful.pounds:
                self._hopeful = _bound(found, self._worth, self._day)
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
        found = _bound(self._relaxed.at(*prices), *prices)
        if found.pounds > self._best.pounds:
            self._best = found
        self._hopeful = self._best

    def _go_back(self) -> None:
        self._step, self._since = self._step * SHORTER, 0
        self._worth, self._day = self._best.worth, self._best.day_pounds
        self._way, self._way_day = np.zeros_like(self._worth), np.zeros_like(self._day)

    def _follow(self, found: Relaxed, plan_pounds: float) -> None:
        self._way = MEMORY * self._way + (1 - MEMORY) * found.short
        self._way_day = MEMORY * self._way_day + (1 - MEMORY) * found.over / self._typical
        length = float((self._way**2).sum() + (self._way_day**2).sum())
        gap = max(plan_pounds - found.pounds, 1e-4 * abs(plan_pounds))
        pace = self._step * gap / max(length, 1e-9)
        self._worth = np.minimum(self._worth + pace * self._way, self.problem.miss)
        self._day = np.maximum(0.0, self._day + pace * self._way_day / self._typical)


def _bound(found: Relaxed, worth: Floats, day: Floats) -> Bound:
    return Bound(found.pounds, worth, day, found.base, found.base_pounds)


def _first_step(problem: Grouping) -> float:
    """Where to begin with the step, by experiment: more units bear, and need, longer ones."""
    if problem.alike:
        return 1.5
    return float(np.clip(6 * (len(problem.weight) / 600) ** 0.5, 3.0, 60.0))
