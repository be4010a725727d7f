"""What the relaxed problem says at some prices, whatever its groups are like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psnplanner.planning.grouping import Floats, Grouping, Ints

UNBOUNDED_DAYS = 1e12


@dataclass(eq=False)
class Relaxed:
    """The relaxed problem at some prices: its value, choices, and how rules are missed by it.

    `chosen` (C, B) is how many groups of each class are worked from each base.
    """

    pounds: float
    short: Floats
    over: Floats
    base: Ints
    chosen: Floats
    base_pounds: Floats


def alone_pounds(problem: Grouping) -> Floats:
    """What each unit (N,) would cost if it alone could choose its group and the group's base."""
    nearest = problem.reach.min(axis=1)
    priced = np.where(problem.allowed, problem.price, np.inf).min(axis=1, initial=np.inf)
    result: Floats = np.minimum(priced + nearest, problem.miss)
    return result
