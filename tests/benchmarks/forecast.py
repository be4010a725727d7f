"""The forecast: runs of a programme of which nothing has begun, beside plain Python.

`python -m tests.benchmarks forecast`. Sites of five towns in ten phases with crews, two nodes,
freezes and school weeks closed: every site has all its stages before it. Plain Python (the
tests' simulator, a heap for the crews) does a few runs; its seconds are those of as many runs
as ours. The aims: 10,000 runs of 1,000 sites in 5 s, 1,000 runs in 0.5 s.
"""

from __future__ import annotations

import dataclasses
import time
from datetime import date, timedelta
from random import Random
from typing import Any

SITES = (1_000, 5_000)
RUNS = (1_000, 10_000)
PLAIN_RUNS = 3
FIRST_ON, WINDOW = date(2014, 4, 28), timedelta(weeks=4)


def run(sites: tuple[int, ...] = SITES, seed: int = 1) -> list[dict[str, Any]]:
    """A row a size and number of runs; seconds of the wall and of the processor."""
    from psnplanner.planning.forecast import Options, forecast
    from tests.planning.programmes import CALENDAR, TODAY

    rows = []
    for size in sites:
        state = _programme(size)
        plain_s = _plain(state) if size <= 1_000 else None
        forecast(state, TODAY, CALENDAR, Options(10, seed))  # everything imported and parsed
        for runs in RUNS if size <= 1_000 else RUNS[:1]:
            wall, used = time.perf_counter(), time.process_time()
            found = forecast(state, TODAY, CALENDAR, Options(runs, seed))
            rows.append({
                "sites": size,
                "runs": runs,
                "seconds": round(time.perf_counter() - wall, 2),
                "processor_s": round(time.process_time() - used, 2),
                "plain_python_s": round(plain_s * runs) if plain_s else None,
                "chance": round(found.probability, 4),
                "likely_on": found.whole.days[0].isoformat(),
                "safe_on": found.whole.days[1].isoformat(),
                "band_days": (found.whole.days[2] - found.whole.days[0]).days,
            })  # fmt: skip
    return rows


def _plain(state: Any) -> float:
    """Seconds a run of the tests' own simulator."""
    from tests.planning.plain_forecast import PlainRun
    from tests.planning.programmes import CALENDAR, TODAY

    start = time.perf_counter()
    for seed in range(PLAIN_RUNS):
        PlainRun(state, TODAY, CALENDAR, Random(seed)).live()
    return (time.perf_counter() - start) / PLAIN_RUNS


def _programme(count: int) -> Any:
    from psnplanner.planning.calendar import default_closed_windows
    from psnplanner.programme.node import Node
    from psnplanner.programme.phase import ClosedWindow, Phase
    from tests.planning.programmes import CALENDAR, GO_LIVE, TODAY, ident, partner, programme, towns

    luck, phases = Random(count), []
    for k in range(10):
        first = FIRST_ON + k * WINDOW
        last = first + WINDOW - timedelta(days=3)
        crews = round(2.6 * count / 10 / 19 / 0.85)
        phases.append(
            Phase(id=ident(500_000 + k), name=f"Phase {k + 1}", starts_on=first, ends_on=last,
                  capacity_days=float(crews * CALENDAR.count(first, last)), order=k)
        )  # fmt: skip
    nodes = [
        Node(id=ident(600_000), name="Root", planned_on=date(2014, 4, 1)),
        Node(id=ident(600_001), name="Leaf", planned_on=date(2014, 6, 2), parent=ident(600_000)),
    ]
    shut = [
        ClosedWindow(id=ident(700_000), name="Examinations", kind="School",
                     starts_on=date(2014, 5, 12), ends_on=date(2014, 6, 6)),
        *default_closed_windows(TODAY, GO_LIVE),
    ]  # fmt: skip
    sites = [
        dataclasses.replace(
            site,
            kind=luck.choice(["School", "Library", "Office"]),
            phase=phases[n * 10 // count].id,
            node=nodes[n % 2].id,
        )
        for n, site in enumerate(towns(count))
    ]
    partners = [partner(n) for n in range(5)]
    return programme(*partners, *phases, *nodes, *shut, *sites)
