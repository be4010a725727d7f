"""The search of one plan: where it starts, how long it may take, and who hears of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from psnplanner.planning.budget import Budget
from psnplanner.planning.cost import phases_of
from psnplanner.planning.engine import Engine, Found
from psnplanner.planning.grouping import OUT, Grouped, total_pounds
from psnplanner.planning.instance import Instance
from psnplanner.planning.plan_in_force import in_force
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import RecordId

Progress = Callable[[float, str], None]

WORK_PER_SECOND = 1.6
"""Work of the engine, in seconds of one core, bought by a second of budget on two."""

WALL_FACTOR, LEAST_WALL_S = 30.0, 120.0
"""The clock stops a plan only at so many times its budget: below, rounds alone count."""

CHECKING_S = 1.5e-4
"""Seconds of the clock kept for each site, to check the plan and put it in words."""

BOUND_STEP = 0.001
"""A rise of the bound by so much of the plan's cost is worth telling."""


@dataclass(frozen=True)
class Better:
    """A plan better than those before, as the search tells of it: what it costs, and which
    phase (None: none) each site would be in. It keeps every rule of the model. `phases` may be
    new ones; no plan can be cheaper than `bound_pounds`, as far as proved by then."""

    pounds: float
    phase_of: Mapping[RecordId, RecordId | None]
    phases: tuple[Phase, ...] = ()
    bound_pounds: float | None = None


class Limits(NamedTuple):
    """How long a search may take, by work and by the clock, and the seed of its choices."""

    seconds: float
    wall_seconds: float | None
    seed: int


def search(
    instance: Instance,
    greedy: Grouped,
    within: Limits,
    began: float,
    tell: Progress,
    better: Callable[[Better], None] | None,
    enough: Callable[[], bool],
) -> Found:
    """The best plan the engine finds from the greedy one, and from the one in force.

    `began` is the instant of `time.monotonic` from which the clock counts. `better` hears as
    `propose` says; once `enough` says so the search ends. Raises what `tell` raises.
    """
    stopped: list[BaseException] = []

    def told(plan: Grouped, pounds: float) -> None:
        say(f"Improving the plan: £{pounds:,.0f}")
        if better is not None:
            where = _phase_of(instance, plan)
            last[:] = [Better(pounds, where, tuple(instance.phases), bound())]
            better(last[0])

    def say(doing: str) -> None:
        try:
            tell(0.15 + 0.8 * min(1.0, budget.spent / max(budget.work, 1e-9)), doing)
        except BaseException as stop:
            stopped.append(stop)  # told from the search's own threads: raised once it has ended

    def cancelled() -> bool:
        say("Improving the plan")
        if better is not None and last:
            proved, known = bound() or 0.0, last[0].bound_pounds or 0.0
            if proved - known > BOUND_STEP * last[0].pounds:
                last[:] = [dataclasses.replace(last[0], bound_pounds=proved)]
                better(last[0])
        return bool(stopped) or enough()

    def bound() -> float | None:
        return engine.bound_pounds if engine else None

    engine: Engine | None = None
    last: list[Better] = []
    wall_seconds = within.wall_seconds or max(LEAST_WALL_S, WALL_FACTOR * within.seconds)
    budget = Budget(
        WORK_PER_SECOND * within.seconds,
        cancelled,
        began + wall_seconds - CHECKING_S * len(instance.sites),
    )
    known = [greedy, in_force(instance)]
    first = min(filter(None, known), key=lambda plan: total_pounds(instance.model, plan))
    told(first, total_pounds(instance.model, first))
    engine = Engine(instance.model, first, budget, within.seed, told)
    found = engine.run()
    if stopped:
        raise stopped[0]
    return found


def _phase_of(instance: Instance, plan: Grouped) -> dict[RecordId, RecordId | None]:
    where = phases_of(instance, plan).tolist()
    return {
        site.id: instance.phases[k].id if k != OUT else None
        for site, k in zip(instance.sites, where, strict=True)
    }
