"""The planner on a frozen generator, beside a spreadsheet's plan and a map's, in the same run.

    python -m tests.benchmarks phasing [--sites 600]... [--seconds S] [--seed K] [--json]

Each size runs in a process of its own, whose peak memory is its alone. `below greedy` and the
gaps are parts of the total, and of what any plan could avoid: the total less what the sites
would cost if each alone could choose its phase and base. `cpu s` is what the machine gave of
two cores in those seconds. `broken rules` counts what the independent verifier finds.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from psnplanner.planning.prices import Prices
from tests.benchmarks._phasing_cases import CALENDAR, PRICES, WINDOWS, case

SECONDS = {600: 60.0, 934: 120.0, 5_000: 180.0, 50_000: 600.0}


def measure(sites: int, seconds: float, seed: int, prices: Prices = PRICES) -> dict[str, Any]:
    """One size through the planner's front door; every plan it returns has been verified."""
    from psnplanner.planning.cost import unavoidable_pounds
    from psnplanner.planning.grouping import breaches, total_pounds
    from psnplanner.planning.horizon import Horizon, dated
    from psnplanner.planning.instance import build
    from psnplanner.planning.phasing import k_means_by_area
    from psnplanner.planning.plan import Options, propose
    from psnplanner.planning.plan_search import Better
    from psnplanner.planning.verify_plan import check

    programme, today = case(sites)
    streamed: list[tuple[float, float]] = []
    began, cpu = time.monotonic(), time.process_time()

    apart_kb = [0]

    def better(found: Better) -> None:
        apart_kb.append(_peak_kb_apart())
        streamed.append((time.monotonic() - began, found.pounds))

    options = Options(seconds=seconds, seed=seed, wall_seconds=seconds, prices=prices)
    plan = propose(programme, today, CALENDAR, options, better=better)
    took, cpu = time.monotonic() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
    peak += max(apart_kb) // 1000
    cpu += sum(os.times()[2:4])
    phases = dated(list(programme.phases.values()))
    horizon = Horizon(programme, today, CALENDAR)
    instance = build(horizon, phases, prices)
    out = frozenset(ident for ident, _ in plan.unplanned)
    area = k_means_by_area(instance, seed)
    floor = unavoidable_pounds(instance)
    total, greedy = plan.total_pounds, plan.greedy_pounds
    return {
        "sites": sites,
        "phases": len(phases),
        "first s": round(streamed[0][0], 2),
        "seconds": round(took, 1),
        "cpu s": round(cpu, 1),
        "total": round(total),
        "bound": round(plan.bound_pounds),
        "gap %": round(100 * plan.gap, 2),
        "avoidable gap %": round(100 * plan.avoidable_gap, 1),
        "greedy": round(greedy),
        "k-means": round(total_pounds(instance.model, area)),
        "below greedy %": round(100 * (1 - total / greedy), 1),
        "avoidable below greedy %": round(100 * (1 - (total - floor) / (greedy - floor)), 1),
        "left out": len(plan.unplanned),
        "broken rules": len(check(programme, plan.edit, out, horizon)),
        "k-means breaks": len(breaches(instance.model, area)),
        "improvements": len(streamed),
        "peak MB": peak,
    }


def _peak_kb_apart() -> int:
    """The most that the processes this one has begun have taken, together.

    Not from `getrusage`, which counts what a process had before it became another program.
    """
    told = "".join(path.read_text() for path in Path("/proc/self/task").glob("*/children"))
    peaks = [Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2] for pid in told.split()]
    return sum(int(peak.split()[0]) for peak in peaks if peak)


def measure_apart(sites: int, seconds: float, seed: int, prices: Prices) -> dict[str, Any]:
    """The same in a process of its own."""
    apart = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=apart) as pool:
        return pool.submit(measure, sites, seconds, seed, prices).result()


def run(
    sites: Sequence[int] = tuple(WINDOWS), seconds: float | None = None, seed: int = 1
) -> list[dict[str, Any]]:
    """One row a size; without seconds, the budget that the size is held to."""
    return [
        measure_apart(count, seconds or SECONDS.get(count, 60.0), seed, PRICES) for count in sites
    ]
