"""A very large problem in parts: areas of some thousands of units with groups of their own.

Halved again and again between two far bases (recursive bisection), each half taking half of the
groups of every class and the units that these hold; each area is then planned by itself, and
what is left over finds room anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from psnplanner.planning.grouping import OUT, Floats, Grouped, Grouping, Ints, classes_of
from psnplanner.planning.local_search import Search
from psnplanner.planning.transport import alternate, repair

AREA_UNITS = 3_500
"""Units that are planned at once: some seconds."""

LARGE_UNITS = 8_000
"""Units from which a problem is planned by areas."""

TURNS, BASES_EACH = 4, 6


class Area(NamedTuple):
    """The units (rows) of an area and its groups."""

    rows: Ints
    groups: Ints


def areas(problem: Grouping, base: Ints | None = None) -> list[Area]:
    """The areas of a problem; one if it is small, or no class has two groups.

    Groups go where their bases (K,) are, where these are known.
    """
    units, groups, _ = problem.shape
    own, _ = classes_of(problem)
    found, left = list[Area](), [Area(np.arange(units), np.arange(groups))]
    while left:
        area = left.pop()
        count = np.bincount(own[area.groups])
        if len(area.rows) <= AREA_UNITS or count.max() < 2:
            found.append(area)
        else:
            left += _halves(problem, area, own, base)
    return found


def _halves(problem: Grouping, area: Area, own: Ints, base: Ints | None) -> list[Area]:
    reach = problem.reach[area.rows[:: max(1, len(area.rows) // 500)]]
    one = int(reach[0].argmax())
    other = int(reach[int(reach[:, one].argmax())].argmin())
    sides = _sides(area.groups, own, reach, None if base is None else base[area.groups], other, one)
    capacity = [float(np.minimum(problem.capacity[0, side], 1e9).sum()) for side in sides]
    share = capacity[0] / max(sum(capacity), 1e-9)
    near, far = problem.reach[area.rows, other], problem.reach[area.rows, one]
    # A ratio of ways, for a unit's own price of a kilometre must not count.
    rows = area.rows[np.argsort(near / np.maximum(near + far, 1e-9), kind="stable")]
    before = np.cumsum(problem.weight[rows])
    cut = int(np.searchsorted(before, share * before[-1]))
    return [Area(np.sort(rows[:cut]), sides[0]), Area(np.sort(rows[cut:]), sides[1])]


def _sides(
    groups: Ints, own: Ints, reach: Floats, base: Ints | None, near: int, far: int
) -> tuple[Ints, Ints]:
    """Half of the groups of every class to either side: the nearer ones, or every other one."""
    if base is None:
        # Classes lie one after the other once sorted.
        order = groups[np.argsort(own[groups], kind="stable")]
        return np.sort(order[::2]), np.sort(order[1::2])
    # A base is where the unit nearest to it is.
    at = reach[:, base].argmin(axis=0)
    where = reach[at, near] / np.maximum(reach[at, near] + reach[at, far], 1e-9)
    order = np.lexsort((where, own[groups]))
    kind = own[groups][order]
    first = np.searchsorted(kind, kind)
    place = (np.arange(len(kind)) - first + 0.5) / np.bincount(kind)[kind]
    nearer = np.where(place == 0.5, where[order] < 0.5, place < 0.5)
    return np.sort(groups[order[nearer]]), np.sort(groups[order[~nearer]])


def by_areas(
    problem: Grouping,
    random: np.random.Generator,
    stop: Callable[[], bool] = lambda: False,
    base: Ints | None = None,
) -> Grouped:
    """A plan that keeps every rule, area by area, from these bases (K,) or from drawn ones."""
    units, groups, _ = problem.shape
    plan = Grouped(np.full(units, OUT, dtype=np.int64), np.zeros(groups, dtype=np.int64))
    for area in areas(problem, base):
        if stop():
            break
        nearest = problem.reach[area.rows].argmin(axis=1)
        bases, crowd = np.unique(nearest, return_counts=True)
        most = np.argsort(-crowd, kind="stable")[: BASES_EACH * len(area.groups)]
        bases = np.unique(np.r_[bases[most], () if base is None else base[area.groups]])
        bases = bases.astype(np.int64)
        part = problem.part(area.rows, area.groups, bases)
        if base is None:
            weight = np.bincount(part.reach.argmin(axis=1), part.weight, minlength=len(bases))
            drawn = random.choice(len(bases), len(area.groups), p=weight / weight.sum())
        else:
            drawn = np.searchsorted(bases, base[area.groups])
        small = Search(part, alternate(part, drawn, TURNS)).descend(TURNS)
        inside = small.group != OUT
        plan.group[area.rows] = np.where(inside, area.groups[small.group], OUT)
        plan.base[area.groups] = bases[small.base]
    repair(problem, plan)
    return plan
