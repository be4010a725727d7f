"""First plans: what a person with a spreadsheet does, and what a person with a map does."""

from __future__ import annotations

import numpy as np

from psnplanner.planning.grouping import OUT, Grouped, Ints, best_bases
from psnplanner.planning.instance import Instance
from psnplanner.planning.local_search import Search
from psnplanner.planning.transport import pinned, repair

ROUNDS = 20


def greedy_by_priority(instance: Instance) -> Grouped:
    """Priority first, dearest first, earliest room: the spreadsheet's plan.

    The measure a plan is held against; it keeps every rule that a plan does.
    """
    model, timing = instance.model, instance.timing
    units = len(model.weight)
    wait = np.zeros(units)
    saving = np.zeros(units)
    np.maximum.at(wait, instance.unit, timing.wait)
    np.add.at(saving, instance.unit, timing.annual)
    plan = Grouped(pinned(model), np.zeros(model.shape[1], dtype=np.int64))
    search = Search(model, plan)
    first = np.lexsort((np.arange(units), -saving, -wait))
    for i in first[np.isin(first, model.free)]:
        options = np.flatnonzero(search.room(np.array([i]))[0])
        if plan.group[i] == OUT and len(options):
            search.move(int(i), int(options[0]))
    plan.base = best_bases(model, plan)
    return plan


def k_means_by_area(instance: Instance, seed: int = 1) -> Grouped:
    """Areas by k-means on the distances to bases, one a phase, in the order of their savings.

    The map's plan; rules are restored afterwards as for any plan.
    """
    model = instance.model
    random = np.random.default_rng(seed)
    units, groups, _ = model.shape
    centre = model.reach[random.choice(units, groups, replace=units < groups)].argmin(axis=1)
    area = model.reach[:, centre].argmin(axis=1)
    for _ in range(ROUNDS):
        totals = np.array([model.reach[area == k].sum(axis=0) for k in range(groups)])
        moved = np.where(np.bincount(area, minlength=groups) > 0, totals.argmin(axis=1), centre)
        if (moved == centre).all():
            break
        centre = moved
        area = model.reach[:, centre].argmin(axis=1)
    saving = np.zeros(units)
    np.add.at(saving, instance.unit, instance.timing.annual)
    order = np.argsort(-np.bincount(area, saving, minlength=groups), kind="stable")
    plan = Grouped(_placed(instance, np.argsort(order)[area]), centre[order])
    repair(model, plan)
    plan.base = best_bases(model, plan)
    return plan


def _placed(instance: Instance, wanted: Ints) -> Ints:
    """The phase wanted of each unit; the first open to it where that one is not."""
    model = instance.model
    group = pinned(model)
    may = model.allowed[np.arange(len(wanted)), wanted]
    first = np.where(model.allowed.any(axis=1), model.allowed.argmax(axis=1), OUT)
    return np.where(np.isin(np.arange(len(group)), model.free), np.where(may, wanted, first), group)
