"""What crew-days are worth: one more in a phase, and one more crew.

The price of a crew-day is the dual of the transport of sites to phases from the plan's bases, a
linear programme (scipy's HiGHS); that of a crew is the same solved again with its days.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from psnplanner.planning.grouping import OUT, Floats, Grouped, Grouping, used_days, visit_counts
from psnplanner.planning.horizon import Horizon
from psnplanner.planning.instance import Instance, build
from psnplanner.planning.plan_in_force import without_move_fees
from psnplanner.programme.gates import uk

LEAST_POUNDS = 1.0
"""A crew-day worth less is not told."""


@dataclass(frozen=True)
class Pressure:
    """A phase whose crew-days are worth money: what one more, and one more crew, would save."""

    phase: str
    day_pounds: float
    crew_pounds: float
    sentence: str


def pressures(
    horizon: Horizon, instance: Instance, plan: Grouped, day_pounds: Floats
) -> list[Pressure]:
    """The phases whose crew-days are worth most, dearest first: what one more would save."""
    found = _pressures(horizon, instance, plan, day_pounds)
    return sorted(found, key=lambda item: -item.crew_pounds)


def _pressures(
    horizon: Horizon, instance: Instance, plan: Grouped, day_pounds: Floats
) -> Iterator[Pressure]:
    model = without_move_fees(instance)
    now = transport_pounds(model, plan)[0]
    for k, phase in enumerate(instance.phases):
        day = float(day_pounds[k])
        if day < LEAST_POUNDS or phase.starts_on is None or phase.ends_on is None:
            continue
        richer = _with_another_crew(horizon, instance, model, k)
        crew = now - transport_pounds(richer, plan)[0]
        if crew < LEAST_POUNDS:  # nobody who may still choose would come
            continue
        yield Pressure(
            phase.name,
            day,
            crew,
            f"One more crew in {phase.name} ({uk(phase.starts_on)} to {uk(phase.ends_on)}) is "
            f"worth £{crew:,.0f}; a single crew-day £{day:,.0f}.",
        )


def _with_another_crew(horizon: Horizon, instance: Instance, model: Grouping, k: int) -> Grouping:
    """The model with a crew more throughout a phase; days that are gone or closed hold none.

    What counts as full stays what it was: the crew makes room here and nobody else's work uneven.
    """
    phases, own = list(instance.phases), instance.phases[k]
    assert own.starts_on is not None
    assert own.ends_on is not None
    days = (own.capacity_days or 0.0) + horizon.calendar.count(own.starts_on, own.ends_on)
    phases[k] = dataclasses.replace(own, capacity_days=days)
    richer = build(horizon, phases, instance.prices).model
    more = richer.capacity[:, k] - model.capacity[:, k]
    capacity, levels = model.capacity.copy(), model.levels.copy()
    capacity[:, k] += more
    levels[:, k] += _shares(instance) * more[0]
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
