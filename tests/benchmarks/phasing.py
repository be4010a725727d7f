"""The planner on a frozen generator, beside a spreadsheet's plan and a map's, in the same run.

    python -m tests.benchmarks phasing [--sites 600]... [--seconds S] [--seed K] [--json]

Each size runs in a process of its own, whose peak memory is its alone. `below greedy` and the
gaps are parts of the total, and of what any plan could avoid: the total less what the sites
would cost if each alone could choose its phase and base.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from tests.benchmarks._phasing_cases import CALENDAR, WINDOWS, case

SECONDS = {600: 60.0, 934: 60.0, 5_000: 180.0, 50_000: 600.0}


def measure(sites: int, seconds: float, seed: int) -> dict[str, Any]:
    """One size through the planner's front door; every plan it returns has been verified."""
    from psnplanner.planning.cost import unavoidable_pounds
    from psnplanner.planning.grouping import breaches, total_pounds
    from psnplanner.planning.horizon import Horizon, dated
    from psnplanner.planning.instance import build
    from psnplanner.planning.phasing import k_means_by_area
    from psnplanner.planning.plan import Better, Options, propose
    from psnplanner.planning.prices import Prices

    programme, today = case(sites)
    streamed: list[tuple[float, float]] = []
    began = time.monotonic()

    def better(found: Better) -> None:
        streamed.append((time.monotonic() - began, found.pounds))

    options = Options(seconds=seconds, seed=seed, wall_seconds=seconds)
    plan = propose(programme, today, CALENDAR, options, better=better)
    took = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
    phases = dated(list(programme.phases.values()))
    instance = build(Horizon(programme, today, CALENDAR), phases, Prices())
    area = k_means_by_area(instance, seed)
    floor = unavoidable_pounds(instance)
    total, greedy = plan.total_pounds, plan.greedy_pounds
    return {
        "sites": sites,
        "phases": len(phases),
        "first s": round(streamed[0][0], 2),
        "seconds": round(took, 1),
        "total": round(total),
        "bound": round(plan.bound_pounds),
        "gap %": round(100 * plan.gap, 2),
        "avoidable gap %": round(100 * plan.avoidable_gap, 1),
        "greedy": round(greedy),
        "k-means": round(total_pounds(instance.model, area)),
        "below greedy %": round(100 * (1 - total / greedy), 1),
        "avoidable below greedy %": round(100 * (1 - (total - floor) / (greedy - floor)), 1),
        "left out": len(plan.unplanned),
        "k-means breaks": len(breaches(instance.model, area)),
        "improvements": len(streamed),
        "peak MB": peak,
    }


def run(
    sites: Sequence[int] = tuple(WINDOWS), seconds: float | None = None, seed: int = 1
) -> list[dict[str, Any]]:
    """One row a size; without seconds, the budget that the size is held to."""
    apart = multiprocessing.get_context("spawn")
    rows = []
    for count in sites:
        with ProcessPoolExecutor(1, mp_context=apart) as pool:
            budget = seconds or SECONDS.get(count, 60.0)
            rows.append(pool.submit(measure, count, budget, seed).result())
    return rows
