"""The plan that is in force: as it is, and as the place from which a new one starts."""

from __future__ import annotations

import dataclasses

import numpy as np

from psnplanner.planning.grouping import OUT, Grouped, Grouping, best_bases
from psnplanner.planning.instance import Instance
from psnplanner.planning.transport import pinned, repair


def in_force(instance: Instance) -> Grouped | None:
    """The plan in force, mended where it breaks a rule; None where no site is in a phase."""
    return mended(instance) if (instance.current != OUT).any() else None


def mended(instance: Instance) -> Grouped:
    """Every site where it is, but for those that cannot stay: they go where it costs least."""
    model = instance.model
    group = pinned(model)
    for i, k in enumerate(instance.current):
        u = instance.unit[i]
        if k != OUT and model.allowed[u, k]:
            group[u] = k
    plan = Grouped(group, np.zeros(model.shape[1], dtype=np.int64))
    plan.base = best_bases(model, plan)
    repair(model, plan)
    plan.base = best_bases(model, plan)
    return plan


def without_move_fees(instance: Instance) -> Grouping:
    """The model in which nothing has been promised yet: what is in force is priced as it is."""
    fee = np.zeros_like(instance.model.price)
    np.add.at(fee, instance.unit, instance.move_pounds)
    return dataclasses.replace(instance.model, price=instance.model.price - fee)


def as_it_stands(instance: Instance, model: Grouping) -> Grouped:
    """Every site where it is, rules kept or not."""
    group = pinned(model)
    for i, k in enumerate(instance.current.tolist()):
        if k != OUT:
            group[instance.unit[i]] = k
    plan = Grouped(group, np.zeros(model.shape[1], dtype=np.int64))
    plan.base = best_bases(model, plan)
    return plan
