"""A first phasing: transport of sites to phases and bases of phases, in alternation.

Source: the alternation of Cooper (1963) for location-allocation, with a transport under
capacity as its allocation (OR-Tools `SimpleMinCostFlow`); whole sites are then repaired
greedily under every rule.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from psnplanner.planning.cost import (
    Assignment,
    best_bases,
    partner_counts,
    pool_days,
    site_pounds,
    total_pounds,
)
from psnplanner.planning.feasibility import UNITS_PER_DAY
from psnplanner.planning.instance import OUT, Flags, Floats, Instance, Ints

TURNS = 8
NEAREST_PHASES = 24
"""Cheapest phases each site may be sent to when there are many: the rest never pay."""

EPSILON = 1e-6


def greedy_by_priority(instance: Instance) -> Assignment:
    """What a person with a spreadsheet does: priority first, dearest first, earliest room.

    The measure a plan is held against; it keeps every rule that a plan does.
    """
    phase = _start(instance)
    left = instance.capacity_days.copy()
    wait = instance.timed["waiting"].max(axis=1, initial=0.0)
    saving = instance.timed["saving foregone"].max(axis=1, initial=0.0)
    for i in np.lexsort((np.arange(len(phase)), -saving, -wait)):
        if instance.fixed[i]:
            continue
        pools = instance.member[:, i]
        room = (left[pools] >= instance.effort_days[i] - EPSILON).all(axis=0)
        options = np.flatnonzero(instance.allowed[i] & room)
        if len(options):
            phase[i] = options[0]
            left[pools, options[0]] -= instance.effort_days[i]
    return with_best_bases(instance, phase)


def with_best_bases(instance: Instance, phase: Ints) -> Assignment:
    """The assignment of sites with the bases that suit it best."""
    bases = np.zeros(len(instance.phases), dtype=np.int64)
    plan = Assignment(phase, bases)
    plan.base = best_bases(instance, plan)
    return plan


def alternate(
    instance: Instance, base: Ints, rows: Ints | None = None, start: Assignment | None = None
) -> Assignment:
    """Transport, then bases, in turn until neither gains; then every rule restored.

    Only `rows` move (all free sites where None), and only among the phases they hold in
    `start`, whose other sites stay and keep their crew-days.
    """
    phase = _start(instance) if start is None else start.phase.copy()
    if rows is None:
        rows = np.flatnonzero(~instance.fixed)
        phases = np.ones(len(instance.phases), dtype=bool)
    else:
        phases = np.isin(np.arange(len(instance.phases)), phase[rows])
    phase[rows] = OUT
    left = instance.capacity_days - pool_days(instance, phase)
    levels = instance.levels - pool_days(instance, phase)[0]
    plan, best, best_pounds = Assignment(phase, base.copy()), None, np.inf
    for _ in range(TURNS):
        pounds = site_pounds(instance, plan.base)[rows] + _visits(instance, plan.phase, rows)
        open_to = instance.allowed[rows] & phases
        plan.phase[rows] = _transport(instance, rows, pounds, open_to, left, levels)
        plan.base = np.where(phases, best_bases(instance, plan), plan.base)
        now = total_pounds(instance, plan)
        if best is not None and now >= best_pounds - 1.0:
            break
        best, best_pounds = plan.copy(), now
    result = best or plan
    repair(instance, result)
    result.base = best_bases(instance, result)
    return result


def _start(instance: Instance) -> Ints:
    return np.where(instance.fixed, instance.current, OUT)


def _visits(instance: Instance, phase: Ints, rows: Ints) -> Floats:
    """A site's share (rows, K) of the price of its partner's visit, by who was there last turn."""
    price = instance.prices.partner_visit_pounds
    counts = partner_counts(instance, phase)
    if not len(counts) or not counts.any():
        return np.zeros((len(rows), len(instance.phases)))
    share = price / np.maximum(1, counts)
    result: Floats = np.where(
        (instance.partner[rows] != OUT)[:, None], share[instance.partner[rows]], 0.0
    )
    return result


def _transport(
    instance: Instance, rows: Ints, pounds: Floats, open_to: Flags, left: Floats, levels: Floats
) -> Ints:
    """The phase of each row by a transport in tenths of a crew-day; a split site goes to most.

    Sites bound by a pool of their own pass through its node on the way to their phase.
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    count, phases = pounds.shape
    units = np.maximum(1, np.ceil(instance.effort_days[rows] * UNITS_PER_DAY - EPSILON)).astype(int)
    offered = _cheapest(pounds, open_to)
    who, where = np.nonzero(offered)
    pool = _own_pool(instance)[rows]
    pools = len(left)
    sink = count + pools * phases
    flow = SimpleMinCostFlow()
    heads = count + pool[who] * phases + where
    cost = np.round(100 * pounds[who, where] / units[who]).astype(int)
    arcs = flow.add_arcs_with_capacity_and_unit_cost(who, heads, units[who], cost)
    miss = np.round(100 * instance.miss_pounds[rows] / units).astype(int)
    flow.add_arcs_with_capacity_and_unit_cost(np.arange(count), np.full(count, sink), units, miss)
    whole = count + np.arange(phases)
    for g in range(1, pools):
        flow.add_arcs_with_capacity_and_unit_cost(
            whole + g * phases, whole, _units(left[g]), np.zeros(phases, dtype=int)
        )
    end = np.full(phases, sink)
    steps = np.array([*(_units(np.minimum(level, left[0])) for level in levels), _units(left[0])])
    steps = np.diff(np.maximum.accumulate(steps, axis=0), axis=0, prepend=0)
    price = np.cumsum([0.0, *instance.level_pounds])
    for step, pounds_a_day in zip(steps, price, strict=True):
        fee = np.full(phases, round(100 * pounds_a_day / UNITS_PER_DAY))
        flow.add_arcs_with_capacity_and_unit_cost(whole, end, step, fee)
    flow.set_nodes_supplies(np.arange(count), units)
    flow.set_node_supply(sink, -int(units.sum()))
    flow.solve()
    sent = np.zeros((count, phases), dtype=np.int64)
    sent[who, where] = flow.flows(arcs)
    most = sent.argmax(axis=1)
    return np.where(sent.max(axis=1, initial=0) > 0, most, OUT)


def _cheapest(pounds: Floats, open_to: Flags) -> Flags:
    """The arcs worth offering: every open phase, or the cheapest few where there are many."""
    if pounds.shape[1] <= NEAREST_PHASES:
        return open_to
    priced = np.where(open_to, pounds, np.inf)
    limit = np.partition(priced, NEAREST_PHASES - 1, axis=1)[:, NEAREST_PHASES - 1]
    return open_to & (priced <= limit[:, None])


def _own_pool(instance: Instance) -> Ints:
    """The first pool of its own (a kind or partner with closures) of each site, else 0."""
    own = instance.member[1:]
    return (
        np.where(own.any(axis=0), own.argmax(axis=0) + 1, 0)
        if len(own)
        else np.zeros(len(instance.sites), dtype=np.int64)
    )


def _units(days: Floats) -> NDArray[np.int64]:
    return np.floor(np.maximum(0.0, days) * UNITS_PER_DAY + EPSILON).astype(np.int64)


def repair(instance: Instance, plan: Assignment) -> None:
    """Make a plan keep every rule: sites leave pools that are too full, then find room.

    A site for which there is no room, even when one other makes way, is left out.
    """
    pounds = site_pounds(instance, plan.base)
    # A late phase is a little better than none: what misses go-live leaves last.
    while True:
        over = pool_days(instance, plan.phase) > np.maximum(instance.capacity_days, 0) + EPSILON
        if not over.any():
            break
        g, k = np.argwhere(over)[0]
        inside = np.flatnonzero(
            (plan.phase == k) & instance.member[g] & ~instance.fixed & (instance.effort_days > 0)
        )
        room = _room_for(instance, plan)
        other = np.where(room[inside], pounds[inside], np.inf).min(axis=1, initial=np.inf)
        regret = np.minimum(other, instance.miss_pounds[inside]) - pounds[inside, k]
        out = inside[int((regret / instance.effort_days[inside]).argmin())]
        plan.phase[out] = OUT
        _settle(instance, plan, out, pounds)
    left_out = np.flatnonzero((plan.phase == OUT) & instance.allowed.any(axis=1))
    for i in left_out[np.argsort(-instance.effort_days[left_out], kind="stable")]:
        if not _settle(instance, plan, int(i), pounds):
            _make_way(instance, plan, int(i), pounds)


def _room_for(instance: Instance, plan: Assignment) -> Flags:
    """The phases (N, K) open to each site with room for it."""
    left = instance.capacity_days - pool_days(instance, plan.phase) + EPSILON
    needs = instance.effort_days[:, None]
    room = instance.allowed.copy()
    for g, members in enumerate(instance.member):
        room[members] &= left[g][None, :] >= needs[members]
    room[np.arange(len(room)), plan.phase] &= plan.phase == OUT
    return room


def _settle(instance: Instance, plan: Assignment, i: int, pounds: Floats) -> bool:
    left = instance.capacity_days - pool_days(instance, plan.phase) + EPSILON
    room = (left[instance.member[:, i]] >= instance.effort_days[i]).all(axis=0)
    priced = np.where(instance.allowed[i] & room, pounds[i], np.inf)
    if not np.isfinite(priced).any():
        return False
    plan.phase[i] = priced.argmin()
    return True


def _make_way(instance: Instance, plan: Assignment, i: int, pounds: Floats) -> bool:
    """Put a site where another, moved to a third phase, leaves it room; cheapest first."""
    room = _room_for(instance, plan)
    best = np.where(room, pounds, np.inf)
    movable = np.flatnonzero((plan.phase != OUT) & ~instance.fixed & room.any(axis=1))
    movable = movable[instance.allowed[i, plan.phase[movable]]]
    gain = best[movable].min(axis=1, initial=np.inf) - pounds[movable, plan.phase[movable]]
    for j in movable[np.argsort(gain + pounds[i, plan.phase[movable]], kind="stable")][:50]:
        k = int(plan.phase[j])
        plan.phase[j], plan.phase[i] = best[j].argmin(), k
        left = instance.capacity_days - pool_days(instance, plan.phase)
        if (left[instance.member[:, i], k] >= -EPSILON).all():
            return True
        plan.phase[j], plan.phase[i] = k, OUT
    return False
