"""Units to groups by a transport, bases by the units they get, in alternation.

Source: the alternation of Cooper (1963) for location-allocation, with a transport under
capacity as its allocation (OR-Tools `SimpleMinCostFlow`); whole units are then repaired
greedily under every rule.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from psnplanner.planning.grouping import (
    EPSILON,
    OUT,
    Flags,
    Floats,
    Grouped,
    Grouping,
    Ints,
    best_bases,
    total_pounds,
    unit_pounds,
    visit_counts,
)
from psnplanner.planning.local_search import Search

TURNS = 8
NEAREST = 24
"""Cheapest groups each unit may be sent to when there are many: the rest hardly ever pay."""

MAKE_WAY = 50


def alternate(problem: Grouping, base: Ints, turns: int = TURNS) -> Grouped:
    """Transport, then bases, in turn until neither gains; then every rule restored."""
    plan, best, best_pounds = Grouped(pinned(problem), base.copy()), None, np.inf
    for _ in range(turns):
        pounds = unit_pounds(problem, plan.base) + _visits(problem, plan.group)
        plan.group = transport(problem, pounds, problem.holds(plan.base))
        plan.base = best_bases(problem, plan)
        now = total_pounds(problem, plan)
        if best is not None and now >= best_pounds * (1 - 1e-5):
            break
        best, best_pounds = plan.copy(), now
    result = best or plan
    repair(problem, result)
    result.base = best_bases(problem, result)
    return result


def pinned(problem: Grouping) -> Ints:
    """The units without a choice where they must be, all others out."""
    group = np.full(len(problem.weight), OUT, dtype=np.int64)
    held = np.setdiff1d(np.flatnonzero(problem.allowed.any(axis=1)), problem.free)
    group[held] = problem.allowed[held].argmax(axis=1)
    return group


def _visits(problem: Grouping, group: Ints) -> Floats:
    """A unit's share (N, K) of the price of its visitors, by who was there last turn."""
    result: Floats = np.zeros(problem.price.shape)
    counts = visit_counts(problem, group)
    if counts.any():
        share = problem.visit_pounds / np.maximum(1, counts)
        for who in problem.visitors.T:
            result += np.where((who != OUT)[:, None], share[who], 0.0)
    return result


def transport(problem: Grouping, pounds: Floats, holds: Floats) -> Ints:
    """The group of each unit by a minimum-cost flow of its days; a split one goes to most.

    Units bound by a pool of their own pass through its node on the way to their group.
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    result, rows = pinned(problem), problem.free
    if not len(rows):
        return result
    count, groups = len(rows), problem.price.shape[1]
    scale = _scale(problem.weight)
    units = np.maximum(1, np.ceil(problem.weight[rows] * scale - EPSILON)).astype(np.int64)
    who, where = np.nonzero(_cheapest(pounds[rows], problem.allowed[rows]))
    pool, pools = _own_pool(problem)[rows], len(holds)
    sink = count + pools * groups
    flow = SimpleMinCostFlow()
    heads = count + pool[who] * groups + where
    # A flow needs whole pence: what a unit costs, shared over its days.
    cost = np.round(100 * pounds[rows[who], where] / units[who]).astype(np.int64)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(who, heads, units[who], cost)
    miss = np.round(100 * problem.miss[rows] / units).astype(np.int64)
    flow.add_arcs_with_capacity_and_unit_cost(np.arange(count), np.full(count, sink), units, miss)
    whole = count + np.arange(groups)
    for g in range(1, pools):
        room = _units(holds[g], scale)
        nothing = np.zeros(groups, dtype=np.int64)
        flow.add_arcs_with_capacity_and_unit_cost(whole + g * groups, whole, room, nothing)
    _add_levels(flow, problem, holds[0], scale, whole, sink)
    flow.set_nodes_supplies(np.arange(count), units)
    flow.set_node_supply(sink, -int(units.sum()))
    flow.solve()
    sent = np.zeros((count, groups), dtype=np.int64)
    sent[who, where] = flow.flows(arcs)
    most = sent.argmax(axis=1)
    result[rows] = np.where(sent.max(axis=1, initial=0) > 0, most, OUT)
    return result


def _scale(weight: Floats) -> float:
    """Flow units for each crew-day: one where days are whole, else ten."""
    return 1.0 if (weight == np.round(weight)).all() else 10.0


def _units(days: Floats, scale: float) -> NDArray[np.int64]:
    bounded = np.minimum(np.maximum(0.0, days), 1e9)
    return np.floor(bounded * scale + EPSILON).astype(np.int64)


def _cheapest(pounds: Floats, open_to: Flags) -> Flags:
    """The arcs worth offering: every open group, or the cheapest few where there are many."""
    if pounds.shape[1] <= NEAREST:
        return open_to
    priced = np.where(open_to, pounds, np.inf)
    limit = np.partition(priced, NEAREST - 1, axis=1)[:, NEAREST - 1]
    return open_to & (priced <= limit[:, None])


def _own_pool(problem: Grouping) -> Ints:
    """The first pool of its own of each unit (a kind or partner with closures), else 0."""
    own = problem.member[1:]
    if not len(own):
        return np.zeros(len(problem.weight), dtype=np.int64)
    return np.where(own.any(axis=0), own.argmax(axis=0) + 1, 0)


def _add_levels(
    flow: object, problem: Grouping, holds: Floats, scale: float, whole: Ints, sink: int
) -> None:
    """Arcs out of each group: the dearer, the fuller it is."""
    edges = [_units(np.minimum(level, holds), scale) for level in problem.levels]
    edges = [*edges, _units(holds, scale)]
    steps = np.diff(np.maximum.accumulate(np.array(edges), axis=0), axis=0, prepend=0)
    price = np.cumsum([0.0, *problem.level_pounds])
    end = np.full(len(whole), sink)
    for step, pounds_a_day in zip(steps, price, strict=True):
        fee = np.full(len(whole), round(100 * pounds_a_day / scale))
        flow.add_arcs_with_capacity_and_unit_cost(whole, end, step, fee)  # type: ignore[attr-defined]


def repair(problem: Grouping, plan: Grouped) -> None:
    """Make a plan keep every rule: units leave groups that are too full, then find room.

    A unit for which there is no room, even when one other makes way, is left out.
    """
    search = Search(problem, plan)
    _part_foes(search)
    _empty(search)
    out = np.flatnonzero((plan.group == OUT) & problem.allowed.any(axis=1))
    for i in out[np.argsort(-problem.weight[out], kind="stable")]:
        if not settle(search, int(i)):
            _make_way(search, int(i))


def _part_foes(search: Search) -> None:
    group, problem = search.plan.group, search.problem
    fixed = ~np.isin(np.arange(len(group)), problem.free)
    for i, j in problem.apart.tolist():
        if group[i] == group[j] != OUT:
            search.move(i if fixed[j] else j, OUT)


def _empty(search: Search) -> None:
    """Units leave each pool that is too full, those that lose least by it first."""
    problem, plan = search.problem, search.plan
    movable = np.zeros(len(plan.group), dtype=bool)
    movable[problem.free] = problem.weight[problem.free] > 0
    while True:
        over = search.used > search.holds
        if not over.any():
            return
        g, k = np.argwhere(over)[0]
        inside = np.flatnonzero((plan.group == k) & problem.member[g] & movable)
        if not len(inside):
            return
        elsewhere = np.where(search.room(inside), search.pounds[inside], np.inf)
        other = elsewhere.min(axis=1, initial=np.inf)
        regret = np.minimum(other, problem.miss[inside]) - search.pounds[inside, k]
        order = np.argsort(regret / problem.weight[inside], kind="stable")
        for i in inside[order]:
            search.move(int(i), OUT)
            settle(search, int(i))
            if search.used[g, k] <= search.holds[g, k]:
                break


def settle(search: Search, i: int) -> bool:
    """Put a unit where it costs least among the groups with room; False if there is none."""
    rows = np.array([i])
    priced = np.where(search.room(rows), search.enter_pounds(rows), np.inf)[0]
    if not np.isfinite(priced).any():
        return False
    search.move(i, int(priced.argmin()))
    return True


def _make_way(search: Search, i: int) -> bool:
    """Put a unit where another, moved to a third group, leaves it room; cheapest first."""
    problem, plan = search.problem, search.plan
    movable = problem.free[plan.group[problem.free] != OUT]
    movable = movable[problem.allowed[i, plan.group[movable]]]
    short = problem.weight[i] + search.used[0] - search.holds[0]
    movable = movable[problem.weight[movable] >= short[plan.group[movable]] - EPSILON]
    if not len(movable):
        return False
    best = np.where(search.room(movable), search.pounds[movable], np.inf)
    gain = best.min(axis=1) - search.pounds[movable, plan.group[movable]]
    order = np.argsort(gain + search.pounds[i, plan.group[movable]], kind="stable")[:MAKE_WAY]
    for n in order[np.isfinite(gain[order])]:
        j, k = int(movable[n]), int(plan.group[movable[n]])
        search.move(j, int(best[n].argmin()))
        if search.room(np.array([i]))[0, k]:
            search.move(i, k)
            return True
        search.move(j, k)
    return False
