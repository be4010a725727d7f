"""The forecast's model once more, in plain Python: one run at a time, one day at a time.

For programmes of which nothing has begun. It shares with the planner the figures of the model
and the records of a programme, and none of its code.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from random import Random

from psnplanner.planning.forecast_model import NODE_SLIP_DAYS, ON_SITE, SPREAD
from psnplanner.programme.phase import ClosedWindow
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.stage import Stage
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar, closed_for


@cache
def _days(present: date, calendar: Calendar) -> list[date]:
    """The working days after the present one."""
    return [calendar.add(present, step) for step in range(1, 700)]


CREW = ("civils", "fibre", "cpe")


class PlainRun:
    """One run: when each site goes live, in working days after the present one."""

    def __init__(self, state: State, present: date, calendar: Calendar, luck: Random) -> None:
        self.state, self.calendar, self.luck = state, calendar, luck
        self.present = present
        self.factors: dict[tuple[str, str], float] = {}
        self.nodes: dict[RecordId, float] = {}
        self.lasting: dict[tuple[RecordId, str], float] = {}
        self.days = _days(present, calendar)

    def live(self) -> dict[RecordId, float]:
        """Every site through the stages it needs, crews shared by whoever is ready first."""
        waiting, begun = [], {}
        for order, site in enumerate(self.state.sites.values()):
            ends: dict[str, float] = {}
            for stage in self.stages(site):
                if stage.key in CREW:
                    break
                self.do(site, stage, ends)
            ready = self.before(site, next(s for s in self.stages(site) if s.key in CREW), ends)
            phase = self.state.phases[site.phase]
            day_before = phase.starts_on - timedelta(days=1)
            opens = max(0, self.calendar.between(self.present, day_before))
            waiting.append((max(ready, opens), order, site, ends))
        for start, site, ends in self.serve(waiting):
            for stage in self.stages(site):
                if stage.key not in ends:
                    self.do(site, stage, ends, start)
            begun[site.id] = max(ends.values())
        return begun

    def serve(self, waiting: Iterable[tuple]) -> Iterable[tuple]:
        """Whoever is ready first gets the crew that is free first."""
        phase = next(iter(self.state.phases.values()))
        days = self.calendar.count(phase.starts_on, phase.ends_on)
        free = [0.0] * round(phase.capacity_days / days)
        for ready, _, site, ends in sorted(waiting, key=lambda item: item[:2]):
            start = max(ready, heapq.heappop(free))
            crew = [stage for stage in self.stages(site) if stage.key in CREW]
            mean = sum(sum(stage.working_days) / 3 for stage in crew)
            drawn = sum(self.duration(site, stage) for stage in crew)
            heapq.heappush(free, start + self.state.effort_days(site) * drawn / mean)
            yield start, site, ends

    def stages(self, site: Site) -> list[Stage]:
        """What a site needs, up to going live."""
        found = []
        for stage in self.state.workflow.stages:
            if stage.applies_to(site):
                found.append(stage)
            if stage.goes_live:
                return found
        return found

    def do(self, site: Site, stage: Stage, ends: dict[str, float], crew: float = 0.0) -> None:
        """One stage, after those before it."""
        start = max(self.before(site, stage, ends), crew)
        if stage.goes_live and site.node is not None:
            start = max([start, *map(self.node, self.chain(site.node))])
        lasts = self.duration(site, stage)
        digs = next((each for each in self.stages(site) if each.key in CREW), None) == stage
        ends[stage.key] = start + lasts
        if stage.key in ON_SITE:
            shut = closed_for(site, self.state.closed_windows.values())
            always = [window for window in shut if "new dig" not in window.kind]
            if digs and shut != always:
                start = self.open_end(shut, start, 0.01)
                crew_days = self.open_end(shut, start, self.state.effort_days(site))
                ends[stage.key] = max(crew_days, self.open_end(always, start, lasts))
            else:
                ends[stage.key] = self.open_end(always, start, lasts)

    def before(self, site: Site, stage: Stage, ends: dict[str, float]) -> float:
        """When all that comes before a stage is done, looking through what is not needed."""
        known = [0.0]
        for key in stage.after:
            earlier = self.state.workflow.by_key[key]
            known.append(ends[key] if key in ends else self.before(site, earlier, ends))
        return max(known)

    def duration(self, site: Site, stage: Stage) -> float:
        """Drawn once for each stage of a site, times what it shares."""
        if (site.id, stage.key) not in self.lasting:
            low, likely, high = stage.working_days
            days = self.luck.triangular(low, high, likely) * self.factor("programme", "")
            if stage.owner == "partner":
                days *= self.factor("partner", self.state.partner_name(site.partner))
            else:
                days *= self.factor("supplier", stage.owner)
            self.lasting[site.id, stage.key] = days
        return self.lasting[site.id, stage.key]

    def factor(self, kind: str, name: str) -> float:
        """Drawn once a run."""
        if (kind, name) not in self.factors:
            spread = SPREAD[kind]
            self.factors[kind, name] = math.exp(self.luck.gauss(-(spread**2) / 2, spread))
        return self.factors[kind, name]

    def chain(self, node: RecordId | None) -> list[RecordId]:
        """A node and those above it."""
        found = []
        while node is not None:
            found.append(node)
            node = self.state.nodes[node].parent
        return found

    def node(self, ident: RecordId) -> float:
        """When a node carries traffic: drawn once a run."""
        if ident not in self.nodes:
            low, likely, high = NODE_SLIP_DAYS
            due = self.calendar.between(self.present, self.state.nodes[ident].planned_on)
            self.nodes[ident] = max(0.0, due + self.luck.triangular(low, high, likely))
        return self.nodes[ident]

    def open_end(self, windows: list[ClosedWindow], start: float, lasts: float) -> float:
        """Work on the days that no window shuts, day by day."""
        at = start
        while lasts > 1e-9:
            day = self.days[int(at)]
            whole = int(at) + 1
            if any(w.starts_on <= day <= w.ends_on for w in windows):
                at = whole
                continue
            step = min(lasts, whole - at)
            lasts -= step
            at += step
        return at
