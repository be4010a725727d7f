"""What a plan costs, term by term, in pounds, and how much of that any plan could avoid."""

from __future__ import annotations

import numpy as np

from psnplanner.planning.grouping import OUT, Grouped, Ints, used_days, visit_counts
from psnplanner.planning.instance import Instance
from psnplanner.planning.relaxed import alone_pounds


def phases_of(instance: Instance, plan: Grouped) -> Ints:
    """The phase of each site (N,), OUT for none; what is fixed stays, whoever cannot join it."""
    return np.where(instance.fixed, instance.current, plan.group[instance.unit])


def terms(instance: Instance, plan: Grouped) -> dict[str, float]:
    """Pounds of every term of the objective, by name; together they are the total."""
    model, prices = instance.model, instance.prices
    phase = plan.group[instance.unit]
    rows = np.flatnonzero(phase != OUT)
    timed = instance.timing.terms(rows, phase[rows])
    result = {name: float(pounds.sum()) for name, pounds in timed.items()}
    units = np.flatnonzero(plan.group != OUT)
    travel = model.reach[units, plan.base[plan.group[units]]].sum()
    result["travel and shared work"] = float(travel)
    visits = np.count_nonzero(visit_counts(model, plan.group))
    result["partner visits"] = prices.partner_visit_pounds * float(visits)
    used = used_days(model, plan.group)[0]
    over = np.maximum(0.0, used - model.levels).sum(axis=1)
    for name, pounds in zip(("uneven load", "overtime"), over * model.level_pounds, strict=True):
        result[name] = float(pounds)
    result["sites moved"] = float(instance.move_pounds[rows, phase[rows]].sum())
    result["left out"] = float(model.miss[plan.group == OUT].sum())
    return result


def unavoidable_pounds(instance: Instance) -> float:
    """What every site would cost if it alone were to be done: no plan can avoid that much."""
    return float(alone_pounds(instance.model).sum())
