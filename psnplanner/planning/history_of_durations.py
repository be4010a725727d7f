"""What the programme's own past says of how long things take, and of what was not needed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from psnplanner.planning.forecast_calendar import Line
from psnplanner.planning.horizon import BEFORE_CREW
from psnplanner.programme.gates import GROUND_STAGES
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site, StageRecord
from psnplanner.programme.stage import DONE, IN_PROGRESS, NOT_NEEDED, WAITING, Stage
from psnplanner.programme.state import State

NEEDED_WEIGHT = 5.0
"""How many observations the workflow's word that a stage is needed is worth."""


@dataclass
class Lasted:
    """Working days that stages of one kind lasted; those not `ended` are still under way."""

    days: list[float] = field(default_factory=list)
    ended: list[bool] = field(default_factory=list)

    def add(self, days: float, ended: bool) -> None:
        """One more stage."""
        self.days.append(max(0.0, days))
        self.ended.append(ended)

    @property
    def count(self) -> int:
        """How many have ended."""
        return sum(self.ended)


@dataclass(frozen=True)
class History:
    """By stage key: how long stages lasted, and the part (0 to 1) of sites that needed one.

    `node_slips` are working days by which nodes went live after the day planned.
    """

    stages: Mapping[str, Lasted]
    needed: Mapping[str, float]
    node_slips: tuple[float, ...]

    def observed(self, key: str) -> Lasted:
        """What is known of a stage."""
        return self.stages.get(key, Lasted())


def history(state: State, line: Line) -> History:
    """The programme's history up to its present day."""
    on = line.present_on
    lasted: defaultdict[str, Lasted] = defaultdict(Lasted)
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for ident, records in state.stages_by_site.items():
        site = state.sites.get(ident)
        if site is None:
            continue
        for key, record in records.items():
            stage = state.workflow.by_key.get(key)
            if stage is not None and record.state:
                _count(counts[key], stage, site, record)
                _learn(lasted[key], state, site, stage, record, line)
    needed = {
        key: (NEEDED_WEIGHT + yes) / (NEEDED_WEIGHT + yes + no) for key, (yes, no) in counts.items()
    }
    slips = tuple(
        float(line.between(node.planned_on, node.live_on))
        for node in state.nodes.values()
        if node.planned_on and node.live_on and node.live_on <= on
    )
    return History(dict(lasted), needed, slips)


def _count(counts: list[int], stage: Stage, site: Site, record: StageRecord) -> None:
    # That an owned building needs no wayleave says nothing of the leased ones.
    if (stage.access or stage.tenure) and stage.applies_to(site):
        counts[record.state == NOT_NEEDED] += 1


def _learn(
    lasted: Lasted,
    state: State,
    site: Site,
    stage: Stage,
    record: StageRecord,
    line: Line,
) -> None:
    if record.state == DONE and record.actual_on is not None:
        began = began_on(state, site.id, stage, record)
        if began is not None:
            lasted.add(line.between(began, record.actual_on), True)
    elif record.state in (WAITING, IN_PROGRESS):
        since = record.started_on or record.waiting_since
        if since is not None:
            lasted.add(line.between(since, line.present_on), False)


def began_on(state: State, site: RecordId, stage: Stage, record: StageRecord) -> date | None:
    """The day a stage that is done began: as recorded, else when what comes before it was done.

    None where nobody knows, or where it began when the plan said, not when it could: the
    first stages, and the first on the ground, which waits for a crew.
    """
    if record.started_on is not None:
        return record.started_on
    records = state.stages_of(site)
    before = state.workflow.before(stage, state.sites[site], records)
    if not _starts_when_it_can(state, stage, before):
        return None
    ends = [found.actual_on for item in before if (found := records.get(item.key))]
    known = [on for on in ends if on is not None]
    return max(known) if known and len(known) == len(before) else None


def _starts_when_it_can(state: State, stage: Stage, before: list[Stage]) -> bool:
    if not before or stage.key == BEFORE_CREW:
        return False
    on_ground = any(item.key in GROUND_STAGES for item in before)
    return stage.key not in GROUND_STAGES or on_ground
