"""The course of each made-up installation: when each stage begins and is done.

Durations are drawn from the triangles of the workflow's minimum, likely and maximum days, then
laid so that a site goes live within its phase, if its gates let it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil
from random import Random

from psnplanner.demo.buildings import Building
from psnplanner.demo.material import material
from psnplanner.programme.gates import GROUND_STAGES, WAYLEAVE_STAGE
from psnplanner.programme.partner import Certificate
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.stage import Stage, Workflow
from psnplanner.programme.working_days import Calendar

FIRST_SURVEYS = date(2014, 3, 10)
WAYLEAVE_LEAST_DAYS = 7
"""No landowner signs faster: the request goes out in the week after the survey."""

ON_SITE = ("civils", "fibre", "cpe", "tested", "migrated")
"""The stages from the crews' coming to going live."""

_LAST_DAY = date(2015, 12, 31)
_MOST_SLACK_DAYS = 12
_SQUEEZE = 0.15
_LEAD_DAYS = {"civils": 14, "fibre": 5}
_LIVE = "migrated"


@dataclass(frozen=True, slots=True)
class Span:
    """A stage at work, in working days counted from the programme's first: both included."""

    begun: int
    done: int


@dataclass
class Course:
    """What befalls one building. `lease_allows` means that it needs no wayleave after all."""

    building: Building
    lease_allows: bool
    spans: dict[str, Span] = field(default_factory=dict)


class World:
    """The days and gates that every course has in common. Days are indices of working days."""

    def __init__(
        self,
        workflow: Workflow,
        calendar: Calendar,
        first: date,
        until: date,
        certificates: list[Certificate],
        ready_on: dict[RecordId, date],
    ) -> None:
        self.workflow = workflow
        self._days = _working_days(calendar, first, _LAST_DAY)
        # Later days of a week overwrite earlier ones: what stays is its last working day.
        self._week_ends = {on.isocalendar()[:2]: on for on in self._days}
        self.until = self.index(until)
        self._certificates = certificates
        self._ready_on = ready_on

    def day(self, index: int) -> date:
        """The working day of that index."""
        return self._days[min(index, len(self._days) - 1)]

    def index(self, on: date) -> int:
        """The index of that day, or of the first working day after it."""
        return bisect_left(self._days, on)

    def week_ends(self, index: int) -> date:
        """The last working day of the week that the day lies in."""
        return self._week_ends[self.day(index).isocalendar()[:2]]

    def may_go_live(self, site: Site, index: int) -> bool:
        """Whether node and certificates let a site go live on that day."""
        on = self.day(index)
        ready_on = self._ready_on.get(site.node or b"")
        if ready_on is None or ready_on > on:
            return False
        partners = {site.partner, *site.sharing}
        covered = {each.partner for each in self._certificates if each.covers(on)}
        return partners <= covered


def _working_days(calendar: Calendar, first: date, last: date) -> list[date]:
    every = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return [on for on in every if calendar.is_working(on)]


def course(world: World, building: Building, phase: Phase, rng: Random) -> Course:
    """Draw the course of one building toward a day in its phase's window."""
    site = building.site
    share = material()["trouble"]["lease_allows"]["share"]
    allowed = site.tenure == "leased" and rng.random() < share
    made = Course(building, allowed)
    stages = {s.key: s for s in world.workflow.stages[1:] if s.applies_to(site)}
    if allowed:
        stages.pop(WAYLEAVE_STAGE, None)
    days = {key: _drawn_days(stage, rng) for key, stage in stages.items()}
    target, earliest = _target(world, phase, rng), world.index(FIRST_SURVEYS)
    crews = _crews_come(world, phase, days)
    on_site = [stages[key] for key in ON_SITE if key in stages]
    while _works_days(world.workflow, days) > target - crews and _squeeze(on_site, days):
        pass
    while _whole_days(world.workflow, days) > target - earliest and _squeeze(stages.values(), days):
        pass
    whole = _whole_days(world.workflow, days)
    slack = max(0, min(target - earliest - whole, rng.randint(0, _MOST_SLACK_DAYS)))
    start = max(earliest, target - whole - slack)
    ready = start + whole - _works_days(world.workflow, days)
    slack = max(slack, crews - ready)
    for key, span in _spans(world.workflow, days, slack).items():
        made.spans[key] = Span(span.begun + start, span.done + start)
    wait_for_gates(world, made)
    return made


def _crews_come(world: World, phase: Phase, days: dict[str, int]) -> int:
    """The first day on which a phase's crews are at a site: diggers come before splicers."""
    lead = next(lead for key, lead in _LEAD_DAYS.items() if key in days)
    return world.index(phase.starts_on or FIRST_SURVEYS) - lead


def _works_days(workflow: Workflow, days: dict[str, int]) -> int:
    """Working days from the crews' coming to going live."""
    spans = _spans(workflow, days, 0)
    ground = next(spans[key] for key in _LEAD_DAYS if key in spans)
    return spans[_LIVE].done - ground.begun + 1


def _whole_days(workflow: Workflow, days: dict[str, int]) -> int:
    """Working days from the first survey to going live, at the earliest."""
    return _spans(workflow, days, 0)[_LIVE].done


def _drawn_days(stage: Stage, rng: Random) -> int:
    low, likely, high = stage.working_days
    return max(_least_days(stage), round(rng.triangular(low, high, likely)))


def _least_days(stage: Stage) -> int:
    return (
        WAYLEAVE_LEAST_DAYS if stage.key == WAYLEAVE_STAGE else max(1, int(stage.working_days[0]))
    )


def _squeeze(stages: Iterable[Stage], days: dict[str, int]) -> bool:
    """Hurry the stage with most to spare a little; False where none can go faster."""
    spare = {stage.key: days[stage.key] - _least_days(stage) for stage in stages}
    key = max(spare, key=lambda each: spare[each])
    days[key] -= ceil(spare[key] * _SQUEEZE)
    return spare[key] > 0


def _target(world: World, phase: Phase, rng: Random) -> int:
    first = world.index(phase.starts_on or FIRST_SURVEYS)
    last = world.index(phase.ends_on or FIRST_SURVEYS)
    # Nothing goes live in the first days of a phase: its crews have only just come.
    return first + round((last - first) * rng.uniform(0.2, 1.0))


def _spans(workflow: Workflow, days: dict[str, int], slack: int) -> dict[str, Span]:
    """Every stage as early as those before it allow; crews come `slack` days later."""
    spans: dict[str, Span] = {}
    free: dict[str, int] = {}
    for stage in workflow.stages:
        begun = max((free[key] for key in stage.after), default=0)
        free[stage.key] = begun
        if stage.key in days:
            if stage.key in GROUND_STAGES and not any(key in spans for key in GROUND_STAGES):
                begun += slack
            spans[stage.key] = Span(begun + 1, begun + days[stage.key])
            free[stage.key] = spans[stage.key].done
    return spans


def wait_for_gates(world: World, made: Course) -> None:
    """Put off going live, and what follows it, until node and certificates allow it."""
    index = made.spans[_LIVE].done
    while index <= world.until and not world.may_go_live(made.building.site, index):
        index += 1
    put_off(world, made, _LIVE, index)


def put_off(world: World, made: Course, key: str, done: int) -> None:
    """Let a stage be done on another day; those that rest on it move along, later only."""
    moved = {key}
    made.spans[key] = Span(min(made.spans[key].begun, done), done)
    for stage in world.workflow.stages:
        if stage.key not in made.spans or not moved & set(stage.after):
            continue
        span = made.spans[stage.key]
        begun = max(span.begun, *(made.spans[k].done + 1 for k in stage.after if k in made.spans))
        if begun > span.begun:
            made.spans[stage.key] = Span(begun, begun + span.done - span.begun)
        moved.add(stage.key)
