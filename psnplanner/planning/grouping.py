"""The grouping problem under every phasing: units into groups, each worked from a base.

It knows no site and no date. N units, K groups, B bases, G pools of capacity, P visitors:

    minimise  sum price[i,k] x_ik  +  sum reach[i, base of k] x_ik  +  visit y_pk
              +  levels (pounds for each day of a group above a level)  +  sum miss[i] v_i
    with      sum_k x_ik + v_i = 1,  x_ik <= allowed[i,k],  x_ik <= y_pk for i's visitors p,
              sum of weight[i] x_ik over a pool's members <= capacity[pool, k].

With `alike` groups, which differ in nothing but their base, no two share one and a base has a
capacity of its own: the capacitated p-median problem.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

OUT = -1
"""The group of a unit that is in none."""

EPSILON = 1e-6
"""Days of capacity by which sums of real numbers may be off."""


@dataclass(frozen=True, eq=False)
class Grouping:
    """One instance. Weights in crew-days, money in pounds; shapes in the module's letters.

    `visitors` (N, V) are the visitors each unit brings to its group, OUT where fewer than V;
    `apart` (M, 2) are pairs of units that must not share a group.
    """

    weight: Floats
    price: Floats
    allowed: Flags
    reach: Floats
    member: Flags
    capacity: Floats
    levels: Floats
    level_pounds: Floats
    visitors: Ints
    visit_pounds: float
    miss: Floats
    apart: Ints
    base_capacity: Floats | None = None
    alike: bool = False

    @property
    def shape(self) -> tuple[int, int, int]:
        """(N, K, B)."""
        return len(self.weight), self.capacity.shape[1], self.reach.shape[1]

    @cached_property
    def visitor_count(self) -> int:
        """P."""
        return int(self.visitors.max(initial=OUT)) + 1

    @cached_property
    def free(self) -> Ints:
        """The units with a choice, be it only to stay out."""
        return np.flatnonzero((self.allowed.sum(axis=1) > 1) | (self.weight > 0))

    @cached_property
    def foes(self) -> dict[int, Ints]:
        """The units each unit must be apart from."""
        found: dict[int, list[int]] = {}
        for i, j in self.apart.tolist():
            found.setdefault(i, []).append(j)
            found.setdefault(j, []).append(i)
        return {i: np.array(js) for i, js in found.items()}

    def holds(self, base: Ints) -> Floats:
        """Capacity (G, K) of the groups when they are worked from these bases."""
        if self.base_capacity is None:
            return self.capacity
        return np.minimum(self.capacity, self.base_capacity[base][None, :])

    def part(self, rows: Ints, groups: Ints, bases: Ints) -> Grouping:
        """The problem of these groups alone; the rows are to be all the units they hold."""
        return dataclasses.replace(
            self,
            weight=self.weight[rows],
            price=self.price[np.ix_(rows, groups)],
            allowed=self.allowed[np.ix_(rows, groups)],
            reach=self.reach[np.ix_(rows, bases)],
            member=self.member[:, rows],
            capacity=self.capacity[:, groups],
            levels=self.levels[:, groups],
            visitors=_dense(self.visitors[rows]),
            miss=self.miss[rows],
            apart=_within(self.apart, rows),
            base_capacity=None if self.base_capacity is None else self.base_capacity[bases],
        )


@dataclass(eq=False)
class Grouped:
    """The group of each unit (N,), OUT for none, and the base of each group (K,)."""

    group: Ints
    base: Ints

    def copy(self) -> Grouped:
        """An independent copy."""
        return Grouped(self.group.copy(), self.base.copy())


def _dense(visitors: Ints) -> Ints:
    """The same visitors numbered from nothing."""
    known, index = np.unique(visitors, return_inverse=True)
    index = index.reshape(visitors.shape)
    return index - 1 if len(known) and known[0] == OUT else index


def _within(pairs: Ints, rows: Ints) -> Ints:
    """The pairs both of whose units are among the rows, by their place there."""
    if not len(pairs):
        return pairs
    place = {int(i): n for n, i in enumerate(rows)}
    both = [(place[i], place[j]) for i, j in pairs.tolist() if i in place and j in place]
    return np.array(both, dtype=np.int64).reshape(-1, 2)


def classes_of(problem: Grouping) -> tuple[Ints, Ints]:
    """The class (K,) of each group, and a group of each class: alike in all but their names."""
    known: dict[bytes, int] = {}
    first: list[int] = []
    own = np.zeros(problem.shape[1], dtype=np.int64)
    for k in range(problem.shape[1]):
        digest = blake2b(problem.price[:, k].tobytes(), digest_size=16)
        for column in (problem.allowed, problem.capacity, problem.levels):
            digest.update(column[:, k].tobytes())
        key = digest.digest()
        if key not in known:
            known[key] = len(first)
            first.append(k)
        own[k] = known[key]
    return own, np.array(first, dtype=np.int64)


def used_days(problem: Grouping, group: Ints) -> Floats:
    """Crew-days of each pool and group, (G, K)."""
    pools, groups = problem.capacity.shape
    result = np.zeros((pools, groups))
    inside = group != OUT
    for g in range(pools):
        rows = inside & problem.member[g]
        result[g] = np.bincount(group[rows], problem.weight[rows], minlength=groups)
    return result


def visit_counts(problem: Grouping, group: Ints) -> Ints:
    """Units that bring each visitor to each group, (P, K)."""
    result = np.zeros((problem.visitor_count, problem.capacity.shape[1]), dtype=np.int64)
    for who in problem.visitors.T:
        rows = np.flatnonzero((group != OUT) & (who != OUT))
        np.add.at(result, (who[rows], group[rows]), 1)
    return result


def unit_pounds(problem: Grouping, base: Ints) -> Floats:
    """Pounds (N, K) of each unit in each group from these bases: all but the shared terms."""
    result: Floats = problem.price + problem.reach[:, base]
    return result


def level_pounds(problem: Grouping, used: Floats) -> Floats:
    """Pounds of how full groups are, (..., K), for these crew-days, (..., K)."""
    result = np.zeros_like(used)
    for level, pounds in zip(problem.levels, problem.level_pounds, strict=True):
        result += pounds * np.maximum(0.0, used - level)
    return result


def total_pounds(problem: Grouping, plan: Grouped) -> float:
    """The objective."""
    rows = np.flatnonzero(plan.group != OUT)
    at = plan.group[rows]
    pounds = problem.price[rows, at].sum() + problem.reach[rows, plan.base[at]].sum()
    pounds += problem.visit_pounds * np.count_nonzero(visit_counts(problem, plan.group))
    pounds += level_pounds(problem, used_days(problem, plan.group)[0]).sum()
    return float(pounds + problem.miss[plan.group == OUT].sum())


def best_bases(problem: Grouping, plan: Grouped) -> Ints:
    """The base of each group that its units have least to travel from; an empty one keeps its.

    Alike groups only go to bases whose own capacity suffices and that no other group has.
    """
    _, groups, bases = problem.shape
    totals = np.zeros((groups, bases))
    for k in range(groups):
        totals[k] = problem.reach[plan.group == k].sum(axis=0)
    filled = np.bincount(plan.group[plan.group != OUT], minlength=groups) > 0
    if not problem.alike:
        return np.where(filled, totals.argmin(axis=1), plan.base)
    return _bases_apart(problem, plan, totals, filled)


def _bases_apart(problem: Grouping, plan: Grouped, totals: Floats, filled: Flags) -> Ints:
    used = used_days(problem, plan.group)[0]
    if problem.base_capacity is not None:
        totals[used[:, None] > problem.base_capacity[None, :] + EPSILON] = np.inf
    base, taken = plan.base.copy(), set(plan.base.tolist())
    for k in np.flatnonzero(filled):
        best = int(totals[k].argmin())
        if totals[k, best] < totals[k, base[k]] - EPSILON and best not in taken:
            taken.discard(int(base[k]))
            taken.add(best)
            base[k] = best
    return base


def breaches(problem: Grouping, plan: Grouped) -> list[str]:
    """Which rules a plan breaks, for tests and for a quick check; none for a sound one."""
    found = []
    inside = np.flatnonzero(plan.group != OUT)
    if not problem.allowed[inside, plan.group[inside]].all():
        found.append("a unit is where it may not be")
    if (used_days(problem, plan.group) > np.maximum(problem.holds(plan.base), 0) + 1e-4).any():
        found.append("a group is too full")
    if any(plan.group[i] == plan.group[j] != OUT for i, j in problem.apart.tolist()):
        found.append("two units are together that must be apart")
    if problem.alike and len(set(plan.base.tolist())) < len(plan.base):
        found.append("two groups share a base")
    return found
