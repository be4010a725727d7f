"""Published capacitated p-median instances through the planner's own grouping engine.

    python -m tests.benchmarks p_median FILE... --seconds S --seed K --json

A file holds `n p`, then for each of the n points `x y capacity demand`; those of OR-Library
(`problem best`, `n p capacity`, then `number x y demand`) are read as well. Distance is
Euclidean, and truncated to an integer for the family of Osman and Christofides (cpmp*, pmedcap*).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from psnplanner.errors import UserError
from psnplanner.planning.budget import Budget
from psnplanner.planning.engine import Engine, Found
from psnplanner.planning.grouping import OUT, Floats, Grouped, Grouping

TRUNCATED = ("cpmp", "pmedcap")
START_UP_S = 1.0
"""Kept of each budget for reading, starting and writing, so that the whole keeps to it."""


class Instance(NamedTuple):
    """Points (n, 2), the capacity and demand (n,) of each, and how many medians to choose."""

    points: Floats
    capacity: Floats
    demand: Floats
    medians: int
    truncated: bool

    @property
    def distance(self) -> Floats:
        """From every point to every point, as the family counts it."""
        x, y = self.points.T
        metres = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
        return np.floor(metres) if self.truncated else metres


def read(path: Path) -> Instance:
    """An instance from a file of either format. Raises UserError for what is neither."""
    lines = [[float(item) for item in line.split()] for line in path.read_text().splitlines()]
    lines = [line for line in lines if line]
    truncated = path.stem.lower().startswith(TRUNCATED)
    if len(lines) > 1 and len(lines[1]) == 3:
        medians, capacity, rows = int(lines[1][1]), lines[1][2], np.array(lines[2:])
        every = np.full(len(rows), capacity)
        return Instance(rows[:, 1:3], every, rows[:, 3], medians, truncated)
    count, medians = int(lines[0][0]), int(lines[0][1])
    rows = np.array(lines[1 : 1 + count])
    if rows.shape != (count, 4):
        raise UserError("This is no capacitated p-median instance.", str(path), "See the README.")
    return Instance(rows[:, :2], rows[:, 2], rows[:, 3], medians, truncated)


def as_grouping(instance: Instance) -> Grouping:
    """Points to alike groups, each worked from one of the points; leaving one out is ruinous."""
    count, groups, far = len(instance.points), instance.medians, instance.distance
    return Grouping(
        weight=instance.demand,
        price=np.zeros((count, groups)),
        allowed=np.ones((count, groups), dtype=bool),
        reach=far,
        member=np.ones((1, count), dtype=bool),
        capacity=np.full((1, groups), np.inf),
        levels=np.zeros((0, groups)),
        level_pounds=np.zeros(0),
        visitors=np.zeros((count, 0), dtype=np.int64),
        visit_pounds=0.0,
        miss=np.full(count, 10 * float(far.max()) + 1),
        apart=np.zeros((0, 2), dtype=np.int64),
        base_capacity=instance.capacity,
        alike=True,
    )


def solve(instance: Instance, seconds: float, seed: int) -> Found:
    """The best plan and bound of so many seconds of the clock."""
    ends_at = time.monotonic() + max(0.5, seconds - START_UP_S)
    problem = as_grouping(instance)
    nothing = Grouped(np.full(len(problem.weight), OUT), np.arange(instance.medians))
    return Engine(problem, nothing, Budget(np.inf, ends_at=ends_at), seed).run()


def checked(instance: Instance, plan: Grouped) -> float:
    """The objective from the coordinates alone, in plain arithmetic; refuses a broken plan."""
    total, load = 0.0, [0.0] * len(plan.base)
    for point, group in enumerate(plan.group.tolist()):
        if group == OUT:
            raise UserError("Not every point has a median.")
        here, there = instance.points[point], instance.points[plan.base[group]]
        metres = float(((here - there) ** 2).sum() ** 0.5)
        total += int(metres) if instance.truncated else metres
        load[group] += float(instance.demand[point])
    full = [days > instance.capacity[base] for days, base in zip(load, plan.base, strict=True)]
    if any(full) or len(set(plan.base.tolist())) < instance.medians:
        raise UserError("A median is overloaded or used twice.")
    return total


def run(files: Sequence[Path] = (), seconds: float = 10.0, seed: int = 1) -> list[dict[str, Any]]:
    """One row an instance: what was reached, the proved bound, and the time it took."""
    rows = []
    for path in files:
        began = time.monotonic()
        instance = read(path)
        found = solve(instance, seconds, seed)
        rows.append(
            {
                "instance": path.stem,
                "objective": round(checked(instance, found.plan), 2),
                "bound": round(found.bound.pounds, 2),
                "seconds": round(time.monotonic() - began, 2),
            }
        )
    return rows
