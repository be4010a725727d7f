"""A few groups solved exactly, or as near as a bounded effort gets: CP-SAT on a small problem.

A *slot* is a group worked from a base: every unit goes to an open slot, every group opens one.
With one base a group this is an assignment; with several, bases are chosen too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from psnplanner.planning.grouping import OUT, Grouped, Grouping, Ints, total_pounds

PENCE = 100
DAY_UNITS = 100
"""Whole numbers for a solver of whole numbers: pence, and hundredths of a crew-day."""


@dataclass(frozen=True)
class Solved:
    """A plan at least as good as the one it began from, and the work it took (solver units)."""

    plan: Grouped
    work: float
    proved: bool


def solve(
    problem: Grouping, plan: Grouped, bases: list[Ints], work: float, seconds: float = math.inf
) -> Solved:
    """The best plan found with group k worked from one of `bases[k]` (alike groups: from any).

    Deterministic: one worker, a budget of solver work, and no clock unless `seconds` says so.
    """
    from ortools.sat.python import cp_model

    model = _Model(problem, plan, bases)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = work
    if math.isfinite(seconds):
        solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model.model)
    spent = float(solver.response_proto.deterministic_time)
    proved = status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Solved(plan, spent, proved)
    found = model.read(solver)
    better = total_pounds(problem, found) < total_pounds(problem, plan) - 1e-6
    return Solved(found if better else plan, spent, proved)


class _Model:
    """The variables and rules of one small problem."""

    def __init__(self, problem: Grouping, plan: Grouped, bases: list[Ints]) -> None:
        from ortools.sat.python import cp_model

        self.problem, self.plan = problem, plan
        self.model = cp_model.CpModel()
        self.slots = self._slots(bases)
        self.open = [self.model.new_bool_var(f"open {s}") for s in range(len(self.slots))]
        self.at: list[dict[int, Any]] = [{} for _ in range(len(problem.weight))]
        self.out = {i: self.model.new_bool_var(f"out {i}") for i in range(len(problem.weight))}
        self._place()
        self._open()
        self._fill()
        self._share()
        self.model.minimize(sum(self.cost))
        self._hint()

    def _slots(self, bases: list[Ints]) -> list[tuple[int, int]]:
        if self.problem.alike:
            every = np.unique(np.concatenate([self.plan.base, *bases]))
            return [(0, int(b)) for b in every]
        return [
            (k, int(b))
            for k, own in enumerate(bases)
            for b in dict.fromkeys([int(self.plan.base[k]), *own.tolist()])
        ]

    def _place(self) -> None:
        """Each unit in one slot, or out."""
        problem, self.cost = self.problem, []
        pounds = np.array([problem.price[:, k] + problem.reach[:, b] for k, b in self.slots])
        pence = np.round(PENCE * pounds).astype(np.int64)
        keep = self._worth_offering(pounds)
        for i in range(len(problem.weight)):
            for s, (k, _) in enumerate(self.slots):
                if problem.allowed[i, k] and keep[s, i]:
                    here = self.at[i][s] = self.model.new_bool_var(f"{i} at {s}")
                    self.cost.append(int(pence[s, i]) * here)
            self.cost.append(round(PENCE * problem.miss[i]) * self.out[i])
            self.model.add_exactly_one([*self.at[i].values(), self.out[i]])

    def _worth_offering(self, pounds: np.ndarray) -> np.ndarray:
        """Slots (S, N) near enough for each unit: all of a few, the cheapest of many."""
        if not self.problem.alike or len(self.slots) <= NEAREST_SLOTS:
            return np.ones(pounds.shape, dtype=bool)
        limit = np.partition(pounds, NEAREST_SLOTS - 1, axis=0)[NEAREST_SLOTS - 1]
        keep: np.ndarray = pounds <= limit
        now = {b: s for s, (_, b) in enumerate(self.slots)}
        for i, k in enumerate(self.plan.group):
            if k != OUT:
                keep[now[int(self.plan.base[k])], i] = True
        return keep

    def _open(self) -> None:
        """One slot open for each group, and units in open slots alone."""
        if self.problem.alike:
            self.model.add(sum(self.open) == self.problem.shape[1])
        else:
            for k in range(self.problem.shape[1]):
                self.model.add_exactly_one(
                    [self.open[s] for s, (own, _) in enumerate(self.slots) if own == k]
                )
        for i, s in self._pairs():
            self.model.add_implication(self.at[i][s], self.open[s])

    def _pairs(self) -> list[tuple[int, int]]:
        return [(i, s) for i, at in enumerate(self.at) for s in at]

    def _fill(self) -> None:
        """Crew-days within each slot's capacity, and what days above the levels cost."""
        problem = self.problem
        days = np.ceil(DAY_UNITS * problem.weight - 1e-6).astype(np.int64)
        for s, (k, b) in enumerate(self.slots):
            for g in range(len(problem.member)):
                holds = problem.capacity[g, k]
                if problem.base_capacity is not None:
                    holds = min(holds, problem.base_capacity[b])
                load = [
                    int(days[i]) * self.at[i][s]
                    for i in np.flatnonzero(problem.member[g]).tolist()
                    if s in self.at[i]
                ]
                if load and np.isfinite(holds):
                    room = int(np.floor(DAY_UNITS * max(holds, 0.0) + 1e-4))
                    self.model.add(sum(load) <= room * self.open[s])
        for k, n in product(range(problem.shape[1]), range(len(problem.levels))):
            own = [s for s, (group, _) in enumerate(self.slots) if group == k]
            load = [
                int(days[i]) * self.at[i][s] for i, at in enumerate(self.at) for s in own if s in at
            ]
            most = int(days.sum())
            over = self.model.new_int_var(0, most, f"over {n} of {k}")
            level = int(np.floor(DAY_UNITS * max(problem.levels[n, k], 0.0)))
            self.model.add(over >= sum(load) - level)
            self.cost.append(max(1, round(PENCE * problem.level_pounds[n] / DAY_UNITS)) * over)

    def _share(self) -> None:
        """Visitors once a group; units that must be apart."""
        problem = self.problem
        groups = range(problem.shape[1])
        fee = round(PENCE * problem.visit_pounds)
        seen: dict[tuple[int, int], Any] = {}
        for i, s in self._pairs() if fee else []:
            for who in problem.visitors[i].tolist():
                if who != OUT:
                    key = (who, self.slots[s][0])
                    if key not in seen:
                        seen[key] = self.model.new_bool_var(f"visit {key}")
                        self.cost.append(fee * seen[key])
        for (who, k), visit in seen.items():
            for i in np.flatnonzero((problem.visitors == who).any(axis=1)).tolist():
                here = [self.at[i][s] for s in self.at[i] if self.slots[s][0] == k]
                if here:
                    self.model.add(sum(here) <= visit)
        for (i, j), k in product(problem.apart.tolist(), groups):
            here = [x[s] for x in (self.at[i], self.at[j]) for s in x if self.slots[s][0] == k]
            self.model.add_at_most_one(here)

    def _hint(self) -> None:
        """The plan it begins from."""
        slot = {
            (0 if self.problem.alike else k, int(b)): s
            for k, b in enumerate(self.plan.base)
            for s in [self.slots.index((0 if self.problem.alike else k, int(b)))]
        }
        opened = set(slot.values())
        for s, var in enumerate(self.open):
            self.model.add_hint(var, s in opened)
        for i, at in enumerate(self.at):
            k = int(self.plan.group[i])
            own = None
            if k != OUT:
                own = slot[0 if self.problem.alike else k, int(self.plan.base[k])]
            for s, var in at.items():
                self.model.add_hint(var, s == own)
            self.model.add_hint(self.out[i], k == OUT)

    def read(self, solver: Any) -> Grouped:
        """The plan that the solver found."""
        opened = [s for s, var in enumerate(self.open) if solver.boolean_value(var)]
        place, base = {}, self.plan.base.copy()
        for n, s in enumerate(opened):
            k = n if self.problem.alike else self.slots[s][0]
            place[s], base[k] = k, self.slots[s][1]
        group = np.full(len(self.at), OUT, dtype=np.int64)
        for i, at in enumerate(self.at):
            for s, var in at.items():
                if solver.boolean_value(var):
                    group[i] = place[s]
        return Grouped(group, base)


NEAREST_SLOTS = 16
"""Slots each unit is offered where alike groups may be worked from many bases."""
