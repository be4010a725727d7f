"""What happens at each made-up site, as edits in the order of their days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import NamedTuple

from psnplanner.demo.course import FIRST_SURVEYS, Course, Span, World
from psnplanner.demo.material import material
from psnplanner.demo.plan import team_of
from psnplanner.programme.change import difference
from psnplanner.programme.edits import Edit, Proposal
from psnplanner.programme.gates import WAYLEAVE_STAGE
from psnplanner.programme.record import RecordId
from psnplanner.programme.stage import BLOCKED, DONE, IN_PROGRESS, WAITING
from psnplanner.programme.stage_edits import RecordStage, SetWayleave
from psnplanner.programme.state import State

WAYLEAVE_YEARS = 10
LEGACY_STAGE = "legacy_ceased"
_LAST_PHASE_OVER = 6
_RECENT_DAYS = 4


class Step(NamedTuple):
    """One thing recorded: the day it happened, the site, by which author, and the edit."""

    on: date
    reference: str
    who: str
    edit: Edit


@dataclass(frozen=True, slots=True)
class Trouble:
    """A stage that stops here: blocked or waiting since a day (an index), on whom, and why."""

    stage: str
    state: str
    since: int
    waiting_on: str
    note: str


@dataclass(frozen=True)
class Report:
    """What an author reports of many sites on a day, as one transaction counted from that day.

    Each edit sees what those before it did at its own site, as in Compose; sites do not see one
    another, so one new state serves a step at every site, which makes the demo quick to write.
    """

    label: str
    on: date
    steps: Sequence[Step]

    def propose(self, state: State, today: date) -> Proposal:
        """Refused as a whole if any part is."""
        changes = list(difference(state.programme, {"status_on": self.on}))
        state = state.after(changes)
        for steps in self._rounds():
            made = [change for step in steps for change in step.edit.propose(state, today).changes]
            state = state.after(made)
            changes += made
        return Proposal(self.label, changes, self.on)

    def _rounds(self) -> list[list[Step]]:
        rounds: list[list[Step]] = []
        told: Counter[str] = Counter()
        for step in self.steps:
            if told[step.reference] == len(rounds):
                rounds.append([])
            rounds[told[step.reference]].append(step)
            told[step.reference] += 1
        return rounds


class Story:
    """Every course, with the troubles and overrides cast among them."""

    def __init__(self, world: World, courses: Sequence[Course], rng: Random) -> None:
        self._world, self._rng = world, rng
        self._told = material()["trouble"]
        self._courses = list(courses)
        self._troubles: dict[RecordId, Trouble] = {}
        self._passed: dict[RecordId, tuple[str, str]] = {}
        self.unconfirmed = self._choose_unconfirmed()
        for row in self._told["overrides"]:
            self._cast_override(*row)
        for state, rows in ((BLOCKED, self._told["blocked"]), (WAITING, self._told["held"])):
            for row in rows:
                self._cast_trouble(state, *row)

    def steps(self) -> list[Step]:
        """All that has happened by the status date, in order."""
        until = self._world.day(self._world.until)
        every = [step for course in self._courses for step in self._steps_of(course)]
        # Sorting keeps the order of the workflow among the steps of one site and day.
        return sorted((s for s in every if s.on <= until), key=lambda s: (s.on, s.reference))

    # -- casting ----------------------------------------------------------------------

    def _choose_unconfirmed(self) -> frozenset[RecordId]:
        asked = self._told["unconfirmed"]
        fitting = [
            c.building.site.id for c in self._courses if c.building.town.phase in asked["phases"]
        ]
        return frozenset(self._rng.sample(fitting, asked["count"]))

    def _free(self, phase: int, stage: str) -> list[Course]:
        taken = {*self._troubles, *self._passed, *self.unconfirmed}
        return [
            course
            for course in self._courses
            if course.building.town.phase == phase
            and stage in course.spans
            and course.building.site.id not in taken
        ]

    def _cast_override(self, phase: int, stage: str, gate: str, reason: str) -> None:
        fitting = [c for c in self._free(phase, stage) if self._can_pass(c, stage, gate)]
        course = self._rng.choice(fitting)
        spans = course.spans
        self._passed[course.building.site.id] = (stage, reason)
        if gate == "certificate":
            self._bring_to(course, stage, self._uncovered(course))
        elif gate == WAYLEAVE_STAGE:
            spans[gate] = Span(spans[gate].begun, spans[stage].done + 15)
        else:
            spans[gate] = Span(spans[gate].begun, spans[stage].done + 1)

    def _can_pass(self, course: Course, stage: str, gate: str) -> bool:
        if gate == "certificate":
            day, begun = self._uncovered(course), min(s.begun for s in course.spans.values())
            earliest = self._world.index(FIRST_SURVEYS)
            return day > 0 and begun + day - course.spans["tested"].done > earliest
        if course.spans[stage].done > self._world.until - 20 or gate not in course.spans:
            return False
        return gate != WAYLEAVE_STAGE or "civils" not in course.spans

    def _uncovered(self, course: Course) -> int:
        """The middle of the days of its phase when no certificate covers a site, 0 if none."""
        _name, starts_on, ends_on, *_ = material()["plan"]["phases"][course.building.town.phase - 1]
        window = range(self._world.index(starts_on), self._world.index(ends_on) + 1)
        held = [day for day in window if not self._world.may_go_live(course.building.site, day)]
        return held[len(held) // 2] if held else 0

    def _bring_to(self, course: Course, stage: str, day: int) -> None:
        """Move a whole course so that the stage is done on that day, the day after testing."""
        shift = day - 1 - course.spans["tested"].done
        for key, span in course.spans.items():
            course.spans[key] = Span(span.begun + shift, span.done + shift)
        course.spans[stage] = Span(day, day)

    def _cast_trouble(self, state: str, phase: int, stage: str, whom: str, note: str) -> None:
        world, over = self._world, phase <= _LAST_PHASE_OVER
        fitting = [
            course
            for course in self._free(phase, stage)
            if course.spans[stage].begun < world.until - _RECENT_DAYS
            # In a phase that is over only a site that should be live by now is news.
            and (not over or course.spans[stage].done < world.until)
        ]
        course = self._rng.choice(fitting)
        begun = course.spans[stage].begun
        if state == BLOCKED:
            longest = world.until - begun - 1
            begun += min(longest, self._rng.randint(12, 30) if stage == WAYLEAVE_STAGE else 3)
        self._troubles[course.building.site.id] = Trouble(stage, state, begun, whom, note)

    # -- telling ----------------------------------------------------------------------

    def _steps_of(self, course: Course) -> Iterator[Step]:
        site, town = course.building.site, course.building.town
        if site.id in self.unconfirmed:
            asked = self._told["unconfirmed"]
            first = self._world.workflow.stages[0].key
            edit = RecordStage(site.id, first, WAITING, asked["asked_on"], note=asked["note"])
            yield Step(asked["asked_on"], site.reference, "data", edit)
            return
        trouble = self._troubles.get(site.id)
        halted: set[str] = set()
        for stage in self._world.workflow.stages[1:]:
            if halted & set(stage.after):
                halted.add(stage.key)
                continue
            stuck = trouble if trouble is not None and trouble.stage == stage.key else None
            if stuck is not None:
                halted.add(stage.key)
            for on, told in self._stage(course, stage.key, stuck):
                who = {WAYLEAVE_STAGE: "wayleaves", LEGACY_STAGE: "benefits"}.get(stage.key)
                yield Step(on, site.reference, who or team_of(town.phase), told)

    def _stage(
        self, course: Course, key: str, stuck: Trouble | None
    ) -> Iterator[tuple[date, Edit]]:
        if key == WAYLEAVE_STAGE:
            yield from self._wayleave(course, stuck)
            return
        span, site, world = course.spans.get(key), course.building.site.id, self._world
        if span is None:
            return
        begun, done = world.day(span.begun), world.day(span.done)
        if stuck is not None:
            yield from self._stuck(site, stuck, begun)
            return
        waits = self._rng.random() < self._told["waits"].get(key, 0.0)
        # Progress is reported by the week: what began and ended within one was never seen open.
        if world.week_ends(span.begun) != world.week_ends(span.done):
            yield begun, RecordStage(site, key, WAITING if waits else IN_PROGRESS, begun)
        passed, reason = self._passed.get(site, ("", ""))
        record = RecordStage(site, key, DONE, done)
        if key == passed:
            manager = material()["authors"]["manager"]
            yield done, replace(record, override=reason, by=manager)
        else:
            yield done, record

    def _stuck(self, site: RecordId, stuck: Trouble, begun: date) -> Iterator[tuple[date, Edit]]:
        since = self._world.day(stuck.since)
        if since > begun:
            yield begun, RecordStage(site, stuck.stage, IN_PROGRESS, begun)
        yield since, self._stopped(site, stuck)

    def _stopped(self, site: RecordId, stuck: Trouble) -> RecordStage:
        on = self._world.day(stuck.since)
        return RecordStage(
            site, stuck.stage, stuck.state, on, note=stuck.note, waiting_on=stuck.waiting_on
        )

    def _wayleave(self, course: Course, stuck: Trouble | None) -> Iterator[tuple[date, Edit]]:
        world, site = self._world, course.building.site.id
        surveyed = course.spans["site_survey"].done
        if course.lease_allows:
            note = self._told["lease_allows"]["note"]
            on = world.day(surveyed + 1)
            yield on, SetWayleave(site, "not needed", on, note=note)
        span = course.spans.get(WAYLEAVE_STAGE)
        if span is None:
            return
        # Asked for in the week after the survey, when the survey is on record.
        asked = world.index(world.week_ends(surveyed)) + 1
        on, landowner = world.day(asked), self._rng.choice(self._told["landlords"])
        yield on, SetWayleave(site, "requested", on, landowner=landowner)
        if stuck is None:
            given = world.day(max(span.done, asked + 1))
            ends = given.replace(year=given.year + WAYLEAVE_YEARS, day=min(given.day, 28))
            yield given, SetWayleave(site, "granted", given, expires_on=ends)
        elif stuck.state == BLOCKED:
            stuck = replace(stuck, since=max(stuck.since, asked + 1))
            refused = world.day(stuck.since)
            yield refused, SetWayleave(site, "refused", refused, note=stuck.note)
            yield refused, self._stopped(site, stuck)
        else:
            yield on, self._stopped(site, replace(stuck, since=asked))


def told_by(steps: Sequence[Step], world: World) -> Mapping[date, list[Step]]:
    """Steps by the last working day of their week, when they are reported."""
    weeks: dict[date, list[Step]] = {}
    for step in steps:
        weeks.setdefault(world.week_ends(world.index(step.on)), []).append(step)
    return weeks
