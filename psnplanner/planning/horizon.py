"""Days and phases as numbers: when a site could be started, and what a window can hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from math import ceil
from typing import NamedTuple

from psnplanner.programme.gates import GROUND_STAGES, WAYLEAVE_STAGE, uk
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.stage import DONE, IN_PROGRESS, PASSED, WAITING, Stage
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar, open_days

BEFORE_CREW = "desktop_survey"
SURVEY = "site_survey"

NODE_DAYS = 10
"""Working days to bring up a node once the one it hangs from is up: a link and a cabinet."""


class Release(NamedTuple):
    """The first day crews could start at a site, and what it waits for until then."""

    on: date
    cause: str


@dataclass(frozen=True)
class Horizon:
    """The programme's present day and calendar, with the questions a plan asks of them."""

    state: State
    present_on: date
    calendar: Calendar

    @cached_property
    def _add(self) -> Callable[[date, int], date]:
        return cache(self.calendar.add)

    def after_present(self, working_days: float) -> date:
        """The day so many working days (rounded up) from the present day."""
        return self._add(self.present_on, ceil(working_days))

    def release(self, site: Site) -> Release:
        """When a site's likely durations let crews start; its own stages count as they stand.

        The longest path of likely working days through the stages still to pass before the
        first that sets foot on the ground. Figures: resources/workflow.toml.
        """
        workflow, records = self.state.workflow, self.state.stages_of(site.id)
        finish: dict[str, tuple[float, str]] = {}
        for stage in workflow.stages:
            before = [finish[key] for key in stage.after if key in finish]
            start, cause = max(before, default=(0.0, ""))
            if workflow.state_of(stage, site, records) in PASSED:
                # A stage that is passed no longer waits for what came before it.
                done = stage.key in records
                finish[stage.key] = (0.0, "") if done else (start, cause)
                continue
            if stage.key in GROUND_STAGES:
                return Release(self.after_present(start), cause)
            finish[stage.key] = (start + self._remaining(site, stage), stage.name)
        return Release(self.present_on, "")

    def _remaining(self, site: Site, stage: Stage) -> float:
        likely = stage.working_days[1]
        record = self.state.stages_of(site.id).get(stage.key)
        wayleave = self.state.wayleave_of(site.id) if stage.key == WAYLEAVE_STAGE else None
        since = None
        if record is not None and record.state in (WAITING, IN_PROGRESS):
            since = record.waiting_since or record.started_on
        if wayleave is not None and wayleave.state in ("granted", "not needed"):
            return 0.0
        if wayleave is not None and wayleave.state == "requested":
            since = wayleave.requested_on or since
        if since is None:
            return likely
        # What is overdue is expected within a day, every day.
        return max(1.0, likely - self.calendar.between(since, self.present_on))

    def crew_days(self, site: Site) -> float:
        """Likely working days from a crew's start until the router is in."""
        workflow, records = self.state.workflow, self.state.stages_of(site.id)
        keys = (*GROUND_STAGES, "cpe")
        stages = [stage for key in keys if (stage := workflow.by_key.get(key))]
        left = [s for s in stages if workflow.state_of(s, site, records) not in PASSED]
        return sum(stage.working_days[1] for stage in left)

    def under_way(self, site: Site) -> bool:
        """Whether work has begun that a plan must not move: survey in hand, or beyond it."""
        order = {stage.key: place for place, stage in enumerate(self.state.workflow.stages)}
        desktop, survey = order.get(BEFORE_CREW, 0), order.get(SURVEY, 0)
        for key, record in self.state.stages_of(site.id).items():
            place = order.get(key, -1)
            if place > desktop and record.state == IN_PROGRESS:
                return True
            if place > survey and record.state == DONE:
                return True
        return False

    def remaining_share(self, phase: Phase, windows: Iterable[ClosedWindow]) -> float:
        """Part (0 to 1) of a phase's working days still to come and open, its own day included."""
        if phase.starts_on is None or phase.ends_on is None:
            return 0.0
        whole = self.calendar.count(phase.starts_on, phase.ends_on)
        first = max(phase.starts_on, self.present_on)
        return open_days(first, phase.ends_on, windows, self.calendar) / whole if whole else 0.0


def dated(phases: Sequence[Phase]) -> list[Phase]:
    """The phases that have a window, by its first day."""
    known = [p for p in phases if p.starts_on is not None and p.ends_on is not None]
    return sorted(known, key=lambda p: (p.starts_on or date.max, p.ends_on or date.max))


@dataclass(frozen=True)
class Tree:
    """The nodes as a tree towards the core, and the day each can carry traffic."""

    state: State

    def chain(self, node: RecordId) -> list[RecordId]:
        """A node and its ancestors, nearest first; a cycle ends where it closes."""
        result: list[RecordId] = []
        ident: RecordId | None = node
        while ident is not None and ident in self.state.nodes and ident not in result:
            result.append(ident)
            ident = self.state.nodes[ident].parent
        return result

    def soonest(self, node: RecordId | None, horizon: Horizon) -> date:
        """When a node could be live at the soonest if it and all undated above it were begun now.

        From the core outwards, each undated one so long after the one it hangs from. An estimate:
        it ranks phases, and gives way where nothing else would be in time.
        """
        on = date.min
        for ident in reversed(self.chain(node) if node is not None else []):
            found = self.state.nodes[ident]
            known = found.live_on or found.planned_on
            if known is not None:
                on = max(on, known)
            else:
                on = horizon.calendar.add(max(on, horizon.present_on), NODE_DAYS)
        return on

    def cycle(self) -> list[RecordId]:
        """The nodes of a cycle of parents, or none."""
        for ident in self.state.nodes:
            chain = self.chain(ident)
            last = self.state.nodes[chain[-1]].parent
            if last in chain:
                return chain[chain.index(last) :]
        return []

    def ready(self, node: RecordId | None) -> Release:
        """When a node and all above it are (planned to be) live; undated ones can be planned."""
        latest, cause = date.min, ""
        for ident in self.chain(node) if node is not None else []:
            found = self.state.nodes[ident]
            on = found.live_on or found.planned_on
            if on is not None and on > latest:
                latest, cause = on, f"node {found.name} ({uk(on)})"
        return Release(latest, cause)
