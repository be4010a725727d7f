"""What the columns of the table read of a site: its phase, whom it waits on, how late it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property

from psnplanner.programme.site import TENURES, Site, StageRecord
from psnplanner.programme.stage import BLOCKED, WAITING, Stage
from psnplanner.programme.state import State
from psnplanner.programme.words import whom


def waiting(records: Mapping[str, StageRecord], on: date) -> tuple[str, int]:
    """Whom a site waits on, with its age in days: the longest wait; ("", -1) for none."""
    longest, age_days = "", -1
    for record in records.values():
        if record.state not in (WAITING, BLOCKED) or not record.waiting_on:
            continue
        days = max(0, (on - record.waiting_since).days) if record.waiting_since else 0
        if days > age_days:
            longest, age_days = record.waiting_on, days
    return longest, age_days


class Facts:
    """What columns read from: a state on its present day."""

    def __init__(self, state: State, on: date) -> None:
        self.state, self.on = state, on

    @cached_property
    def phase_order(self) -> dict[str, int]:
        """The place of each phase in the order of phases, by its name."""
        return {phase.name: index for index, phase in enumerate(self.state.phases_in_order)}

    def phase(self, site: Site) -> str:
        """The name of a site's phase, or nothing."""
        found = self.state.phases.get(site.phase) if site.phase else None
        return found.name if found else ""

    def node(self, site: Site) -> str:
        """The name of a site's node, or nothing."""
        found = self.state.nodes.get(site.node) if site.node else None
        return found.name if found else ""

    def waiting(self, site: Site) -> tuple[str, int]:
        """Whom a site waits on, and for how many days."""
        owner, age_days = waiting(self.state.stages_of(site.id), self.on)
        return whom(owner, self.state.partner_name(site.partner)), age_days

    def waiting_since(self, site: Site) -> date | None:
        """The day since which a site waits longest."""
        found = [
            record.waiting_since
            for record in self.state.stages_of(site.id).values()
            if record.state in (WAITING, BLOCKED) and record.waiting_on and record.waiting_since
        ]
        return min(found, default=None)

    def stage(self, site: Site, key: str) -> StageRecord | None:
        """What is recorded of a stage."""
        return self.state.stages_of(site.id).get(key)

    def stage_state(self, site: Site, stage: Stage) -> str:
        """A stage's state, recorded or implied."""
        return self.state.workflow.state_of(stage, site, self.state.stages_of(site.id))

    def next_stage(self, site: Site) -> str:
        """The name of the stage to do next."""
        found = self.state.workflow.next_stage(site, self.state.stages_of(site.id))
        return found.name if found else ""

    def wayleave(self, site: Site) -> str:
        """The state of the wayleave: as recorded, "none" where one is needed, else nothing."""
        found = self.state.wayleave_of(site.id)
        if found is not None and found.state:
            return found.state
        return "none" if site.tenure in TENURES[1:] else ""

    def live_on(self, site: Site) -> date | None:
        """The day a site went live."""
        stage = self.state.workflow.live_stage
        record = self.stage(site, stage.key) if stage else None
        return record.actual_on if record else None

    def expected_on(self, site: Site) -> date | None:
        """The day a site went live, or is forecast to, or planned to, or its phase ends."""
        stage = self.state.workflow.live_stage
        record = self.stage(site, stage.key) if stage else None
        if record and (found := record.actual_on or record.forecast_on or record.planned_on):
            return found
        phase = self.state.phases.get(site.phase) if site.phase else None
        return phase.ends_on if phase else None

    def days_late(self, site: Site) -> int | None:
        """Days since the window of its phase ended without it being live, or until it was."""
        phase = self.state.phases.get(site.phase) if site.phase else None
        if phase is None or phase.ends_on is None:
            return None
        days = ((self.live_on(site) or self.on) - phase.ends_on).days
        return days if days > 0 else None

    def past_contract(self, site: Site) -> int | None:
        """Days from the end of the old contract to the day it is expected to be live."""
        expected = self.expected_on(site)
        if expected is None or site.contract_ends_on is None:
            return None
        return (expected - site.contract_ends_on).days
