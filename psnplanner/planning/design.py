"""Phase design: how many windows, when, how many crews they need, and how phases share them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import NamedTuple

from psnplanner.errors import UserError
from psnplanner.planning.horizon import Horizon, dated
from psnplanner.planning.tail import tail
from psnplanner.programme.gates import GROUND_STAGES, WAYLEAVE_STAGE, uk
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import RecordId, derived_id
from psnplanner.programme.site import Site
from psnplanner.programme.stage import Workflow
from psnplanner.programme.state import PROGRAMME_ID
from psnplanner.programme.working_days import open_days, open_share

DAYS_PER_MONTH = 21
"""Working days of a month, the length of a window."""

FILL = 0.88
"""Part of all crew-days that the work should fill: room for what goes wrong."""

MOST_PHASES = 200


@dataclass(frozen=True)
class Design:
    """The phases to plan into, in order; those whose capacity it chose; those to be dropped.

    `fresh` are windows of its own making, which are to become `wanted` phases (see `shared`).
    """

    phases: tuple[Phase, ...]
    sized: frozenset[RecordId] = frozenset()
    dropped: tuple[RecordId, ...] = ()
    fresh: tuple[RecordId, ...] = ()
    wanted: int = 0


class Shape(NamedTuple):
    """How long windows are, where no number of phases is asked for, and how many phases each."""

    months: int = 1
    teams: int = 1


def lead_days(workflow: Workflow) -> int:
    """Working days before the first phase: what a site on the programme's own land needs.

    The longest path of likely durations from the desktop survey to the first stage that sets
    foot on the ground, all wayleaves aside (desktop survey 3, order 10, survey 12, street-works
    notice 10: 35 by default). With less, the first phase would have next to nothing to do;
    sites that need a wayleave are released later, each by itself.
    """
    finish: dict[str, float] = {}
    ground = [0.0]
    for stage in workflow.stages:
        start = max((finish[key] for key in stage.after if key in finish), default=0.0)
        if stage.key in GROUND_STAGES:
            ground.append(start)
        waits = bool(stage.after) and stage.key != WAYLEAVE_STAGE
        finish[stage.key] = start + (stage.working_days[1] if waits else 0.0)
        if stage.key == GROUND_STAGES[0]:
            break
    return ceil(max(ground))


def design(
    horizon: Horizon,
    sites: Sequence[Site],
    count: int | None,
    crews: float | None,
    shape: Shape | None = None,
) -> Design:
    """The phases to plan these sites into: the programme's own, else windows for `count` new ones.

    With a count and phases already there, phases that hold locked, live or begun work (or a
    site nobody can place) stay and the rest give way. `crews` are those at work at any time;
    None: the fewest whole crews that leave a tenth free.

    Raises UserError where there is no go-live date, or no room before it.
    """
    shape = shape or Shape()
    kept = _kept(horizon) if count is not None else dated(list(horizon.state.phases.values()))
    if not kept and count is None and horizon.state.phases:
        raise UserError(
            "None of the phases has a window.",
            remedy="Give them dates, or ask for a number of phases (--phases).",
        )
    fresh = [] if kept and count is None else _windows(horizon, kept, count, shape)
    phases = dated([*kept, *fresh])
    effort = sum(horizon.state.effort_days(site) for site in sites)
    sized = frozenset(phase.id for phase in phases if phase.capacity_days is None)
    wanted = len(fresh) * shape.teams if count is None else count - len(kept)
    return Design(
        tuple(_with_capacity(horizon, phases, effort, crews)),
        sized,
        () if count is None else _dropped(horizon, phases),
        tuple(phase.id for phase in fresh),
        max(0, wanted),
    )


def phases_each(drawn: Design) -> list[int]:
    """How many phases each of a design's phases becomes: its windows share out what is wanted."""
    many = len(drawn.fresh)
    own = {
        ident: drawn.wanted * (n + 1) // many - drawn.wanted * n // many
        for n, ident in enumerate(drawn.fresh)
    }
    return [own.get(phase.id, 1) for phase in drawn.phases]


def shared(horizon: Horizon, drawn: Design) -> Design:
    """The design with its windows shared between teams: phases side by side, whole crews each."""
    kept = [phase for phase in drawn.phases if phase.id not in drawn.fresh]
    number, taken, names = len(kept), {p.id for p in kept}, {p.name for p in kept}
    phases: list[Phase] = []
    sized = set(drawn.sized) - set(drawn.fresh)
    for window, teams in zip(drawn.phases, phases_each(drawn), strict=True):
        if window.id not in drawn.fresh:
            phases.append(window)
            continue
        for days in _team_days(window.capacity_days or 0.0, _count(horizon, window), teams):
            number, ident = _next_free(number, taken, names)
            phases.append(
                dataclasses.replace(
                    window, id=ident, name=f"Phase {number}", order=number, capacity_days=days
                )
            )
            sized.add(ident)
    dropped = _dropped(horizon, phases) if drawn.dropped else ()
    return Design(tuple(phases), frozenset(sized), dropped)


def _team_days(whole: float, days: float, teams: int) -> list[float]:
    """The crew-days of each team: whole crews as long as there are enough of them."""
    crews = whole / days if days else 0.0
    if crews < teams or not crews.is_integer():
        return [whole / teams] * teams
    least, over = divmod(int(crews), teams)
    return [days * (least + (n < over)) for n in range(teams)]


def fewest_crews(horizon: Horizon, drawn: Design) -> float:
    """Crews in the window that has fewest of those the design made."""
    fresh = [phase for phase in drawn.phases if phase.id in drawn.fresh]
    crews = [(p.capacity_days or 0.0) / max(1.0, _count(horizon, p)) for p in fresh]
    return min(crews, default=0.0)


def _dropped(horizon: Horizon, phases: Sequence[Phase]) -> tuple[RecordId, ...]:
    stay = {phase.id for phase in phases}
    return tuple(ident for ident in horizon.state.phases if ident not in stay)


def with_another_crew(horizon: Horizon, planned: Design, binding: Collection[RecordId]) -> Design:
    """The same windows with one crew more in every phase that binds and was sized by the design."""
    more = planned.sized.intersection(binding) or planned.sized
    phases = [
        dataclasses.replace(p, capacity_days=(p.capacity_days or 0.0) + _count(horizon, p))
        if p.id in more
        else p
        for p in planned.phases
    ]
    return dataclasses.replace(planned, phases=tuple(phases))


def _kept(horizon: Horizon) -> list[Phase]:
    """Phases that must stay when the rest are designed afresh."""
    state, kept = horizon.state, []
    for phase in dated(list(state.phases.values())):
        sites = state.sites_by_phase.get(phase.id, [])
        begun = phase.starts_on is not None and phase.starts_on <= horizon.present_on
        bound = any(
            s.locked or s.position is None or state.statuses[s.id] == "live" or horizon.under_way(s)
            for s in sites
        )
        if phase.locked or bound or (begun and sites):
            kept.append(phase)
    return kept


def _windows(
    horizon: Horizon, kept: Sequence[Phase], count: int | None, shape: Shape
) -> list[Phase]:
    first, last = _room(horizon, kept)
    days = _working(horizon, first, last)
    if count is not None and not 1 <= count <= MOST_PHASES:
        raise UserError(
            f"{count} phases cannot be planned.", remedy=f"Ask for 1 to {MOST_PHASES} phases."
        )
    if count is None:
        wanted = max(1, round(len(days) / (DAYS_PER_MONTH * shape.months)))
    else:
        wanted = ceil((count - len(kept)) / shape.teams)
    if wanted <= 0:
        return []
    if len(days) < wanted:
        raise UserError(
            f"There are {len(days)} working days from {uk(first)} to {uk(last)}: "
            f"too few for {wanted} phases.",
            remedy="Ask for fewer phases, or move go-live.",
        )
    edges = [round(len(days) * k / wanted) for k in range(wanted + 1)]
    number = len(kept)
    taken = {phase.id for phase in kept}
    names = {phase.name for phase in kept}
    fresh: list[Phase] = []
    for k in range(wanted):
        number, ident = _next_free(number, taken, names)
        begins, ends = days[edges[k]], days[edges[k + 1] - 1]
        fresh.append(
            Phase(id=ident, name=f"Phase {number}", starts_on=begins, ends_on=ends, order=number)
        )
    return fresh


def _next_free(number: int, taken: set[RecordId], names: set[str]) -> tuple[int, RecordId]:
    number += 1
    while derived_id(PROGRAMME_ID, f"phase {number}") in taken or f"Phase {number}" in names:
        number += 1
    return number, derived_id(PROGRAMME_ID, f"phase {number}")


def _room(horizon: Horizon, kept: Sequence[Phase]) -> tuple[date, date]:
    """The first and last day on which crews can work for new phases."""
    programme, calendar = horizon.state.programme, horizon.calendar
    if programme.go_live_on is None:
        raise UserError("The programme has no go-live date.", remedy="Set one, then plan.")
    start = max(horizon.present_on, programme.starts_on or date.min)
    if start >= programme.go_live_on:
        raise UserError(
            f"There is no time left to plan: it is {uk(start)} and go-live is "
            f"{uk(programme.go_live_on)}.",
            remedy="Set the programme's status date to the day you plan from, or move go-live.",
        )
    first = calendar.add(start, lead_days(horizon.state.workflow))
    free = [calendar.add(phase.ends_on, 1) for phase in kept if phase.ends_on is not None]
    first = calendar.next_working(max([first, *free]))
    after = tail(horizon.state.workflow)
    last = calendar.add(programme.go_live_on, -after.safe_days - 1)
    if first > last:
        # Short of time, go-live is at risk, and the plan says what that costs.
        last = calendar.add(programme.go_live_on, -ceil(after.likely_days) - 1)
    if first > last:
        # Short of time, begin as soon as anybody could: single sites may be further on.
        first = calendar.next_working(max([start, *free]))
    if first > last:
        raise UserError(
            f"There is no room for a phase: crews can start on {uk(first)} at the earliest, and "
            f"must be done by {uk(last)} to test and migrate before go-live on "
            f"{uk(programme.go_live_on)}.",
            remedy="Move go-live, or shorten the stages before the site survey.",
        )
    return first, last


def _working(horizon: Horizon, first: date, last: date) -> list[date]:
    """Working days from first to last outside the windows closed to everybody."""
    calendar = horizon.calendar
    general = [w for w in horizon.state.closed_windows.values() if not w.kind and w.partner is None]
    days = []
    on = first
    while on <= last:
        if open_days(on, on, general, calendar):
            days.append(on)
        on = calendar.add(on, 1)
    return days


def _with_capacity(
    horizon: Horizon, phases: Sequence[Phase], effort: float, crews: float | None
) -> list[Phase]:
    """Crew-days for the phases without a capacity: crews x working days.

    Days on which everything is closed are in the capacity too: `open_share` takes them out
    wherever it is used, so that a window closed later counts at once.
    """
    general = [w for w in horizon.state.closed_windows.values() if not w.kind and w.partner is None]
    calendar = horizon.calendar
    days = {p.id: _count(horizon, p) for p in phases}
    share = {p.id: open_share(p, general, calendar) for p in phases}
    bare = [p for p in phases if p.capacity_days is None and _usable(horizon, p)]
    held = sum((p.capacity_days or 0.0) * share[p.id] for p in phases if _usable(horizon, p))
    room = sum(days[p.id] * share[p.id] for p in bare)
    if crews is None:
        crews = max(1, ceil((effort - FILL * held) / (FILL * room))) if room else 1
    return [
        p
        if p.capacity_days is not None
        else dataclasses.replace(p, capacity_days=crews * days[p.id])
        for p in phases
    ]


def _usable(horizon: Horizon, phase: Phase) -> bool:
    return phase.ends_on is not None and phase.ends_on >= horizon.present_on


def _count(horizon: Horizon, phase: Phase) -> float:
    if phase.starts_on is None or phase.ends_on is None:
        return 0.0
    return float(horizon.calendar.count(phase.starts_on, phase.ends_on))
