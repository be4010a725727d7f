"""What crew-days are worth: one more in a phase, and one more crew.

The price of a crew-day is the dual of the transport of sites to phases from the plan's bases, a
linear programme (scipy's HiGHS): what the first of them saves. A crew has many, and with it bases
and visits change: so the phases that would lend it work are planned again, with the crew and
without, from the plan as it is and for as long, and the difference is told.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from psnplanner.planning.budget import Budget
from psnplanner.planning.grouping import (
    OUT,
    Floats,
    Grouped,
    Grouping,
    Ints,
    total_pounds,
    used_days,
    visit_counts,
)
from psnplanner.planning.horizon import Horizon
from psnplanner.planning.instance import Instance, build
from psnplanner.planning.local_search import Search
from psnplanner.planning.neighbourhood import Part
from psnplanner.planning.plan_in_force import mended, without_move_fees
from psnplanner.programme.gates import uk
from psnplanner.programme.phase import Phase

LEAST_POUNDS = 1.0
"""A crew-day worth less is not told."""

MOST_TOLD = 2
"""Phases that are planned again with a crew more: those that promise most."""

LENDING = 5
"""Further phases whose sites are free to come, when a phase is planned again."""

ROUNDS, BASES = 2, 4
"""Tries at each of the two plans, and bases offered to each phase in them."""


@dataclass(frozen=True)
class Pressure:
    """A phase whose crew-days are worth money: what one more, and one more crew, would save."""

    phase: str
    day_pounds: float
    crew_pounds: float
    sentence: str


def pressures(horizon: Horizon, instance: Instance, day_pounds: Floats) -> list[Pressure]:
    """The phases where one more crew would save most, dearest first, from the plan in force.

    `day_pounds` (K,) are the prices of a crew-day there.
    """
    model = without_move_fees(instance)
    start = mended(dataclasses.replace(instance, model=model))
    more = _crew_days(horizon, instance)
    promised: list[tuple[float, int, Grouping]] = []
    for k in np.flatnonzero(more[0] > 0).tolist():
        richer = _with_another_crew(instance, model, more, k)
        # Where it is not full in the linear programme, a whole site may still not fit.
        coming = float(_coming(richer, start, k).sum())
        promised.append((max(float(day_pounds[k] * more[0, k]), coming), k, richer))
    promised.sort(key=lambda item: -item[0])
    found = [
        _told(instance.phases[k], float(day_pounds[k]), _saved(model, richer, start, k))
        for _, k, richer in promised[:MOST_TOLD]
    ]
    found = [item for item in found if item.crew_pounds >= LEAST_POUNDS]
    return sorted(found, key=lambda item: -item.crew_pounds)


def _told(phase: Phase, day: float, crew: float) -> Pressure:
    assert phase.starts_on is not None
    assert phase.ends_on is not None
    first = f"; at the margin a crew-day there is £{day:,.0f}" if day >= LEAST_POUNDS else ""
    return Pressure(
        phase.name,
        day,
        crew,
        f"One more crew in {phase.name} ({uk(phase.starts_on)} to {uk(phase.ends_on)}) is worth "
        f"£{crew:,.0f}: what planning again with it saves over planning again without it{first}.",
    )


def _saved(model: Grouping, richer: Grouping, start: Grouped, k: int) -> float:
    """Pounds that the plan saves with the richer phase: it and those that would lend it work.

    The rest stays as it is, so that a plan of everything anew may save more, hardly ever less.
    """
    groups = _lending(richer, start, k)
    rows = np.flatnonzero(np.isin(start.group, groups) | (start.group == OUT))
    now = start.group[rows]
    first = Grouped(np.where(now != OUT, np.searchsorted(groups, now), OUT), start.base[groups])
    without = _planned_again(model, first, rows, groups)
    again = _planned_again(richer, first, rows, groups)
    own, more = (each.part(rows, groups, np.arange(each.shape[2])) for each in (model, richer))
    least = min(total_pounds(more, again), total_pounds(more, without))
    return max(0.0, total_pounds(own, without) - least)


def _planned_again(model: Grouping, first: Grouped, rows: Ints, groups: Ints) -> Grouped:
    """The best plan found of these sites into these phases: shaken and solved, some times over."""
    bases = np.arange(model.shape[2])
    problem, best = model.part(rows, groups, bases), first
    for seed in range(ROUNDS):
        offered = []
        for k in range(len(groups)):
            far = problem.reach[best.group == k].sum(axis=0)
            offered.append(np.union1d(best.base[k], np.argsort(far, kind="stable")[:BASES]))
        part = Part(problem, best.copy(), offered, rows, groups, bases, (), seed)
        solved = part.solve(Budget(np.inf))
        best = solved.plan
        if solved.proved:
            break
    return best


def _lending(richer: Grouping, start: Grouped, k: int) -> Ints:
    """The phase at a place, and those whose sites would gain most by coming there."""
    of_group = _coming(richer, start, k)
    most = np.argsort(-of_group, kind="stable")[: LENDING + 1]
    others = [g for g in most.tolist() if g != k][:LENDING]
    return np.array(sorted([k, *others]), dtype=np.int64)


def _coming(richer: Grouping, start: Grouped, k: int) -> Floats:
    """Pounds that the sites of each phase (K,) would gain if they came to the one at a place."""
    search = Search(richer, start.copy())
    units = np.flatnonzero((start.group != k) & (start.group != OUT) & richer.allowed[:, k])
    units = units[np.isin(units, richer.free)]
    gain = np.maximum(0.0, search.leave_pounds(units) - search.enter_pounds(units)[:, k])
    pounds: Floats = np.bincount(start.group[units], gain, richer.shape[1]).astype(np.float64)
    return pounds


def _crew_days(horizon: Horizon, instance: Instance) -> Floats:
    """The crew-days (G, K) of a crew more throughout each phase; none on days gone or closed."""
    phases = [
        dataclasses.replace(p, capacity_days=(p.capacity_days or 0.0) + _whole_days(horizon, p))
        for p in instance.phases
    ]
    more: Floats = build(horizon, phases, instance.prices).model.capacity - instance.model.capacity
    return more


def _whole_days(horizon: Horizon, phase: Phase) -> float:
    if phase.starts_on is None or phase.ends_on is None:
        return 0.0
    return float(horizon.calendar.count(phase.starts_on, phase.ends_on))


def _with_another_crew(instance: Instance, model: Grouping, more: Floats, k: int) -> Grouping:
    """The model with the crew-days of one more (G, K) in the phase at a place.

    What counts as full stays what it was: the crew makes room here and nobody else's work uneven.
    """
    capacity, levels = model.capacity.copy(), model.levels.copy()
    capacity[:, k] += more[:, k]
    levels[:, k] += _shares(instance) * more[0, k]
    return dataclasses.replace(model, capacity=capacity, levels=levels)


def _shares(instance: Instance) -> Floats:
    """The parts of a phase's crew-days from which it is fuller than the rest, and in overtime."""
    effort, normal = instance.effort_days, instance.prices.normal_share
    whole = float(instance.model.capacity[0].sum() + effort[instance.fixed].sum())
    return np.array([min(normal, float(effort.sum()) / max(whole, 1e-9)), normal])


def transport_pounds(model: Grouping, plan: Grouped) -> tuple[float, Floats]:
    """The transport of units to groups from the plan's bases as a linear programme.

    Gives its pounds and the price of a crew-day of each group. Visits count where they are made.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_matrix, vstack

    units, groups, _ = model.shape
    counts = visit_counts(model, plan.group)
    pounds = model.price + model.reach[:, plan.base]
    for who in model.visitors.T:
        known = who != OUT
        pounds[known] += np.where(counts[who[known]] == 0, model.visit_pounds, 0.0)
    allowed = model.allowed.copy()
    inside = np.flatnonzero(plan.group != OUT)
    allowed[inside, plan.group[inside]] = True
    who, where = np.nonzero(allowed)
    arcs, steps = len(who), len(model.levels)
    # Columns: an arc for each unit and phase, leaving out, then days above each level.
    total = arcs + units + steps * groups
    once = coo_matrix(
        (np.ones(arcs + units), (np.r_[who, np.arange(units)], np.arange(arcs + units))),
        shape=(units, total),
    )
    rows = []
    for members in model.member:
        days = np.where(members[who], model.weight[who], 0.0)
        rows.append(coo_matrix((days, (where, np.arange(arcs))), shape=(groups, total)))
    used = used_days(model, plan.group)
    holds = [np.maximum(model.capacity[g], used[g]) for g in range(len(model.member))]
    for n, level in enumerate(model.levels):
        over = coo_matrix(
            (
                np.r_[model.weight[who], -np.ones(groups)],
                (
                    np.r_[where, np.arange(groups)],
                    np.r_[np.arange(arcs), arcs + units + n * groups + np.arange(groups)],
                ),
            ),
            shape=(groups, total),
        )
        rows.append(over)
        holds.append(level)
    price = np.concatenate([pounds[who, where], model.miss, np.repeat(model.level_pounds, groups)])
    solved = linprog(
        price, A_ub=vstack(rows).tocsr(), b_ub=np.concatenate(holds), A_eq=once.tocsr(),
        b_eq=np.ones(units), bounds=(0, None), method="highs",
    )  # fmt: skip
    if solved.x is None:
        return 0.0, np.zeros(groups)
    duals = -solved.ineqlin.marginals.reshape(-1, groups)
    pools = len(model.member)
    # A day more also lifts the levels of its phase: overtime begins later.
    day: Floats = np.maximum(0.0, duals[0] + duals[pools:].sum(axis=0))
    return float(solved.fun), day
