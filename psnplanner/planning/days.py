"""Days inside a phase: which crew is where on which days, by list scheduling.

Serial schedule generation (Kolisch 1996): the sites of a phase in one order, each put on the
crew that can begin it first. The order is by how few days are open to a site, then by pounds
saved for each crew-day (Smith's rule: the weighted sum of completions is least that way), then
along the way from the base. A crew-day is one working day on which the site is not shut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from typing import NamedTuple

from psnplanner.geography.distance import matrix_m
from psnplanner.planning.horizon import Horizon
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.working_days import closed_for, open_days

SCARCE_DAYS = 5
"""Open days are told apart by weeks: within one, pounds decide."""


class Slot(NamedTuple):
    """A site's days in its phase: the crew (1 for the first), its first day there, its last."""

    crew: int
    starts_on: date
    ends_on: date


HALVES = 2
"""Parts of a day that are counted: sites with fibre already there take half a day."""


@dataclass
class _Crew:
    number: int
    taken: set[int] = field(default_factory=set)


def slots(horizon: Horizon) -> dict[RecordId, Slot]:
    """The days of every site that is in a phase with a window and not live, for all phases.

    `horizon` holds the programme with the plan in force. Sites for which the phase's days do
    not suffice once crews and closures are counted one by one run on after its end.
    """
    state, found = horizon.state, dict[RecordId, Slot]()
    for phase in state.phases_in_order:
        if phase.starts_on is None or phase.ends_on is None:
            continue
        sites = [
            site for site in state.sites_by_phase.get(phase.id, [])
            if state.statuses[site.id] != "live"
        ]  # fmt: skip
        found |= _of_phase(horizon, phase, sites)
    return found


def _of_phase(horizon: Horizon, phase: Phase, sites: Sequence[Site]) -> dict[RecordId, Slot]:
    first = max(phase.starts_on or date.min, horizon.present_on)
    end = phase.ends_on or first
    days = _working(horizon, first, max(end, first), sum(map(horizon.state.effort_days, sites)))
    whole = horizon.calendar.count(phase.starts_on or first, end)
    crews = [_Crew(n + 1) for n in range(max(1, round((phase.capacity_days or 0) / max(whole, 1))))]
    shut = {site.id: _shut(horizon, site, days) for site in sites}
    found: dict[RecordId, Slot] = {}
    for site in _ordered(horizon, phase, sites, first, end):
        ready = horizon.release(site).on
        begin = next((n for n, on in enumerate(days) if on >= ready), len(days) - 1)
        effort = max(1, ceil(HALVES * horizon.state.effort_days(site) - 1e-9))
        options = [(_run(crew, begin, effort, shut[site.id], len(days)), crew) for crew in crews]
        run, crew = min(options, key=lambda option: (option[0][-1], option[1].number))
        crew.taken.update(run)
        found[site.id] = Slot(crew.number, days[run[0] // HALVES], days[run[-1] // HALVES])
    return found


def _working(horizon: Horizon, first: date, end: date, effort: float) -> list[date]:
    """Working days of a phase, and enough after it for whatever does not fit."""
    count = horizon.calendar.count(first, end) + ceil(effort) + 60
    on, days = horizon.calendar.next_working(first), []
    for _ in range(count):
        days.append(on)
        on = horizon.calendar.add(on, 1)
    return days


def _shut(horizon: Horizon, site: Site, days: Sequence[date]) -> frozenset[int]:
    windows = closed_for(site, horizon.state.closed_windows.values())
    closed = [(w.starts_on, w.ends_on) for w in windows if w.starts_on and w.ends_on]
    return frozenset(
        n for n, on in enumerate(days) if any(starts <= on <= ends for starts, ends in closed)
    )


def _run(crew: _Crew, begin: int, effort: int, shut: frozenset[int], count: int) -> list[int]:
    """The first half days of a crew, from the day `begin`, that make up the effort."""
    run: list[int] = []
    for n in range(HALVES * begin, HALVES * count):
        if n in crew.taken:
            run.clear()  # a crew finishes a site before it goes to the next
        elif n // HALVES not in shut:
            run.append(n)
            if len(run) == effort:
                break
    return run or [HALVES * count - 1]


def _ordered(
    horizon: Horizon, phase: Phase, sites: Sequence[Site], first: date, end: date
) -> list[Site]:
    """The sites in the order in which they are put on crews."""
    state = horizon.state
    far = _from_base(phase, sites, state.nodes)
    closures = state.closed_windows.values()

    def rank(site: Site) -> tuple[float, float, float, str]:
        ready = max(first, horizon.release(site).on)
        shut = closed_for(site, closures)
        left = open_days(ready, end, shut, horizon.calendar) if ready <= end else 0
        effort = max(state.effort_days(site), 0.5)
        saved = (site.annual_cost_pence or 0) / effort
        return left // SCARCE_DAYS, -saved, far.get(site.id, 0.0), site.reference

    return sorted(sites, key=rank)


def _from_base(
    phase: Phase, sites: Sequence[Site], nodes: Mapping[RecordId, object]
) -> dict[RecordId, float]:
    place = getattr(nodes.get(phase.base or b""), "position", None)
    placed = [site for site in sites if site.position is not None]
    if place is None or not placed:
        return {}
    metres = matrix_m([site.position[:2] for site in placed if site.position], [place[:2]])
    return {site.id: float(m) for site, m in zip(placed, metres[:, 0], strict=True)}
