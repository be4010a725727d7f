"""A plan in force, then a bad week, then a new plan: how many move, and what that costs.

    python -m tests.benchmarks replan [--sites 934] [--seconds 15] [--seed K] [--json]

Thirty sites in hand may not start before November, and two phases lose three tenths of their
crews: the prototype's case. `forced` are the sites that no rule lets stay, and the fewest that
have to make way. `pushed` only moves what broke (each to its cheapest room, in the order of the
list); `cheapest found` is the best of the same search at LONGER times the budget and other seeds.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import date
from typing import Any

from psnplanner.planning.plan import Options, Plan, propose
from psnplanner.programme.change import creation, difference
from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State
from psnplanner.programme.wish import NOT_BEFORE, Wish
from tests.benchmarks._phasing_cases import CALENDAR, PRICES, case

FORCED, LOST, HIT = 30, 0.3, (6, 13)
NOT_BEFORE_ON = date(2014, 11, 1)
FIRST_SECONDS = 20.0
LONGER, OTHER_SEEDS = 3.0, 2


def bad_week(state: State, seed: int) -> State:
    """Thirty sites of the first half that cannot start before November; two phases short."""
    chance = random.Random(f"bad week {seed}")
    early = {p.id for p in state.phases.values() if p.ends_on and p.ends_on < NOT_BEFORE_ON}
    sites = sorted(s.id for s in state.sites.values() if s.phase in early)
    changes = [
        creation(Wish(id=_ident(n), kind=NOT_BEFORE, sites=(ident,), on=NOT_BEFORE_ON))
        for n, ident in enumerate(chance.sample(sites, FORCED))
    ]
    for place in HIT:
        phase = state.phases_in_order[place]
        days = (phase.capacity_days or 0.0) * (1 - LOST)
        changes += difference(phase, {"capacity_days": days})
    return state.after(changes)


def _ident(number: int) -> RecordId:
    return (9).to_bytes(4, "big") + number.to_bytes(12, "big")


def _plan(state: State, today: date, seconds: float, seed: int) -> Plan:
    options = Options(seconds=seconds, seed=seed, wall_seconds=seconds, prices=PRICES)
    return propose(state, today, CALENDAR, options)


def _pushed(state: State, today: date) -> tuple[float, int]:
    """Pounds, and moves, of moving only what cannot stay."""
    from psnplanner.planning.cost import phases_of
    from psnplanner.planning.grouping import total_pounds
    from psnplanner.planning.horizon import Horizon, dated
    from psnplanner.planning.instance import build
    from psnplanner.planning.plan_in_force import mended

    horizon = Horizon(state, today, CALENDAR)
    instance = build(horizon, dated(list(state.phases.values())), PRICES)
    plan = mended(instance)
    where = phases_of(instance, plan)
    return total_pounds(instance.model, plan), int((where != instance.current).sum())


def measure(sites: int, seconds: float, seed: int) -> dict[str, Any]:
    """One re-plan."""
    programme, today = case(sites)
    first = _plan(programme, today, FIRST_SECONDS, seed)
    state = bad_week(first.after, seed)
    began, cpu = time.monotonic(), time.process_time()
    found = _plan(state, today, seconds, seed)
    took, cpu = time.monotonic() - began, time.process_time() - cpu
    others = [_plan(state, today, LONGER * seconds, seed + n) for n in range(1, OTHER_SEEDS + 1)]
    cheapest = min([found, *others], key=lambda plan: plan.total_pounds)
    pushed, pushed_moves = _pushed(state, today)
    return {
        "sites": sites,
        "seconds": round(took, 1),
        "cpu s": round(cpu, 1),
        "forced": found.forced_moves,
        "moved": found.moved,
        "moved / forced": round(found.moved / found.forced_moves, 2),
        "total": round(found.total_pounds),
        "cheapest found": round(cheapest.total_pounds),
        "above cheapest %": round(100 * (found.total_pounds / cheapest.total_pounds - 1), 3),
        "moves of cheapest": cheapest.moved,
        "pushed": round(pushed),
        "pushed moves": pushed_moves,
        "gap %": round(100 * found.gap, 2),
    }


def run(
    sites: Sequence[int] = (934,), seconds: float = 15.0, seed: int = 1
) -> list[dict[str, Any]]:
    """One row a size."""
    return [measure(count, seconds, seed) for count in sites]
