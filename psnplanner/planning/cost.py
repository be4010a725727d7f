"""What a plan costs, term by term, in pounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psnplanner.planning.instance import OUT, Floats, Instance, Ints


@dataclass(eq=False)
class Assignment:
    """The phase of each site (N,), OUT for none, and the base of each phase (K,)."""

    phase: Ints
    base: Ints

    def copy(self) -> Assignment:
        """An independent copy."""
        return Assignment(self.phase.copy(), self.base.copy())


def terms(instance: Instance, plan: Assignment) -> dict[str, float]:
    """Pounds of every term of the objective, by name."""
    rows = np.flatnonzero(plan.phase != OUT)
    at = plan.phase[rows]
    result = {name: float(table[rows, at].sum()) for name, table in instance.timed.items()}
    km = instance.base_km[rows, plan.base[at]]
    prices = instance.prices
    result["travel and shared work"] = float(
        (prices.travel_pounds * instance.travel_days[rows] * km).sum()
    )
    visits = np.count_nonzero(partner_counts(instance, plan.phase))
    result["partner visits"] = prices.partner_visit_pounds * float(visits)
    over = np.maximum(0.0, used_days(instance, plan.phase) - instance.levels).sum(axis=1)
    for name, pounds in zip(("uneven load", "overtime"), over * instance.level_pounds, strict=True):
        result[name] = float(pounds)
    held = instance.current != OUT
    moved = np.count_nonzero(held & (plan.phase != instance.current))
    result["sites moved"] = prices.move_pounds * float(moved)
    result["left out"] = float(instance.miss_pounds[plan.phase == OUT].sum())
    return result


def total_pounds(instance: Instance, plan: Assignment) -> float:
    """The objective: all its terms together."""
    return sum(terms(instance, plan).values())


def partner_counts(instance: Instance, phase: Ints) -> Ints:
    """Sites of each partner in each phase, (partners, K)."""
    count = int(instance.partner.max(initial=-1)) + 1
    result = np.zeros((count, len(instance.phases)), dtype=np.int64)
    rows = np.flatnonzero((phase != OUT) & (instance.partner != OUT))
    np.add.at(result, (instance.partner[rows], phase[rows]), 1)
    return result


def used_days(instance: Instance, phase: Ints) -> Floats:
    """Crew-days of the free sites in each phase, (K,)."""
    rows = np.flatnonzero((phase != OUT) & ~instance.fixed)
    days = instance.effort_days[rows]
    result: Floats = np.zeros(len(instance.phases))
    np.add.at(result, phase[rows], days)
    return result


def pool_days(instance: Instance, phase: Ints) -> Floats:
    """Crew-days of the free sites in each pool and phase, (G, K)."""
    return np.array(
        [used_days(instance, np.where(members, phase, OUT)) for members in instance.member]
    )


def site_pounds(instance: Instance, base: Ints) -> Floats:
    """Pounds (N, K) of each site in each phase from these bases: all but the shared terms."""
    km = instance.base_km[:, base]
    result: Floats = instance.timed_pounds + (
        instance.prices.travel_pounds * instance.travel_days[:, None] * km
    )
    held = np.flatnonzero(instance.current != OUT)
    result[held] += instance.prices.move_pounds
    result[held, instance.current[held]] -= instance.prices.move_pounds
    return result


def level_pounds(instance: Instance, used: Floats) -> Floats:
    """Pounds of how full phases are, (..., K), for these crew-days of free sites, (..., K)."""
    result = np.zeros_like(used)
    for level, price in zip(instance.levels, instance.level_pounds, strict=True):
        result += price * np.maximum(0.0, used - level)
    return result


def best_bases(instance: Instance, plan: Assignment) -> Ints:
    """The base of each phase that its sites have least to travel from; an empty one keeps its."""
    rows = np.flatnonzero(plan.phase != OUT)
    weighted = instance.base_km[rows] * instance.travel_days[rows, None]
    totals = np.zeros((len(instance.phases), instance.base_km.shape[1]))
    np.add.at(totals, plan.phase[rows], weighted)
    filled = np.bincount(plan.phase[rows], minlength=len(instance.phases)) > 0
    return np.where(filled, totals.argmin(axis=1), plan.base)
