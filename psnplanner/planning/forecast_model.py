"""The forecast's model of a programme: what each site has still to pass, and what it shares.

A site's time to go live is the longest path through its stages. On the way it waits for its
phase's window, for a crew, for its node and for the days its building is open. Durations of a
stage are its table (workflow blended with history) times factors that sites share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from psnplanner.planning.crew_supply import crews_of
from psnplanner.planning.duration_tables import (
    QUANTILES,
    blended,
    remaining,
    slower_half,
    triangular,
)
from psnplanner.planning.forecast_calendar import Line, Pace
from psnplanner.planning.history_of_durations import History, history
from psnplanner.planning.horizon import Tree
from psnplanner.programme.gates import GROUND_STAGES, WAYLEAVE_STAGE
from psnplanner.programme.phase import ClosedWindow
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import ACCESS_TYPES, TENURES, Site
from psnplanner.programme.stage import (
    BLOCKED,
    DONE,
    IN_PROGRESS,
    NOT_NEEDED,
    PASSED,
    WAITING,
    Stage,
)
from psnplanner.programme.state import State
from psnplanner.programme.wish import NOT_BEFORE
from psnplanner.programme.working_days import closed_for, only_crews

Floats = NDArray[np.float64]

CREW_STAGES = (*GROUND_STAGES, "cpe")
"""Stages that follow one another from the day a crew starts."""

ON_SITE = ("site_survey", *CREW_STAGES, "tested", "migrated")
"""Stages that need the building open."""

SPREAD = {"programme": 0.10, "supplier": 0.20, "landlord": 0.35, "partner": 0.25}
"""Standard deviation of the logarithm of each shared factor: how much faster or slower than the
figures one programme, supplier, landlord or partner is on all its sites. Estimates."""

LASTING = 0.5
"""The part of that spread which history cannot take away: people and prices change."""

LEARNT_AFTER = 8.0
"""Stages seen from which half the variance of a level that can be known is known."""

NODE_SLIP_DAYS = (-5.0, 0.0, 40.0)
"""Working days by which a node goes live after the day planned: an estimate."""

PARTNER_OWNED = "partner"


@dataclass(frozen=True)
class Step:
    """One stage a site has still to pass. `before` are places in the site's own steps.

    `table` and `factors` are rows of the model's; `needed` is the chance that the site needs
    the stage at all; `access` and `tenure` are the ones it is for, where the site's is unknown.
    """

    key: str
    table: int
    factors: tuple[int, ...]
    before: tuple[int, ...]
    needed: float
    access: tuple[str, ...]
    tenure: tuple[str, ...]
    crew: bool
    after_crew: bool
    on_site: bool
    goes_live: bool


@dataclass(frozen=True)
class Path:
    """A site's way to going live.

    `entry` is when its phase opens (working days), `opens` the place of its calendar among the
    model's, `digs` that of the digging at it, `effort` its crew-days by access type (one,
    where the access is known) for work that takes `crew_mean_days` on the calendar, `queues`
    whether it waits for a crew, `nodes` the nodes on its way to the core that are not live.
    """

    site: RecordId
    steps: tuple[Step, ...]
    entry: float
    opens: int
    digs: int
    effort: tuple[float, ...]
    crew_mean_days: float
    queues: bool
    nodes: tuple[int, ...]


@dataclass(frozen=True)
class NodeDue:
    """A node not live yet: when it is due (working days) and the table of its slip."""

    node: RecordId
    due: float


@dataclass
class Model:
    """Everything the runs draw from. `tables` (T, QUANTILES); `spreads` one a factor."""

    line: Line
    paths: list[Path] = field(default_factory=list)
    live: list[RecordId] = field(default_factory=list)
    tables: list[Floats] = field(default_factory=list)
    factors: list[tuple[str, str]] = field(default_factory=list)
    spreads: list[float] = field(default_factory=list)
    nodes: list[NodeDue] = field(default_factory=list)
    node_slip: Floats = field(default_factory=lambda: triangular(*NODE_SLIP_DAYS))
    calendars: list[Pace] = field(default_factory=list)
    crews: int = 0
    crew_pace: Pace | None = None
    access_mix: tuple[float, ...] = ()
    tenure_mix: tuple[float, ...] = ()

    def table_array(self) -> NDArray[np.float32]:
        """The tables as one array (T, QUANTILES)."""
        if not self.tables:
            return np.zeros((0, QUANTILES), dtype=np.float32)
        return np.array(self.tables, dtype=np.float32)


def model(state: State, line: Line) -> Model:
    """The model of a programme on its present day."""
    return _Builder(state, line).build()


class _Builder:
    def __init__(self, state: State, line: Line) -> None:
        self._state, self._line = state, line
        self._past: History = history(state, line)
        self._model = Model(line)
        self._tables: dict[tuple[str, str, float], int] = {}
        self._factors: dict[tuple[str, str], int] = {}
        self._calendars: dict[frozenset[RecordId], int] = {}
        self._nodes: dict[RecordId, int] = {}
        self._alike: dict[Hashable, tuple[Step, ...]] = {}
        self._chains: dict[RecordId, tuple[int, ...]] = {}
        self._fresh = {stage.key: self._fresh_table(stage) for stage in state.workflow.stages}
        self._after_crew = _descendants(state)
        self._not_before = _not_before(state, line)
        self._tree = Tree(state)

    def build(self) -> Model:
        state, made = self._state, self._model
        made.node_slip = blended(
            triangular(*NODE_SLIP_DAYS), self._past.node_slips, [True] * len(self._past.node_slips)
        )
        made.access_mix = _mix(Counter(s.access for s in state.sites.values()), ACCESS_TYPES)
        made.tenure_mix = _mix(Counter(s.tenure for s in state.sites.values()), TENURES)
        made.crews, made.crew_pace = crews_of(state, self._line)
        for site in state.sites.values():
            if state.statuses[site.id] == "live":
                made.live.append(site.id)
            else:
                made.paths.append(self._path(site))
        return made

    # One site

    def _path(self, site: Site) -> Path:
        state = self._state
        phase = state.phases.get(site.phase or b"")
        steps = self._steps(site)
        crew_stages = self._crew_stages(site)
        under_way = any(how in (IN_PROGRESS, DONE) for _, how in crew_stages)
        entry = self._not_before.get(site.id, 0.0)
        if phase is not None and phase.starts_on is not None and not under_way:
            entry = max(entry, self._line.start_of(phase.starts_on))
        limited = phase is None or phase.capacity_days is not None
        shut = closed_for(site, state.closed_windows.values())
        return Path(
            site=site.id,
            steps=steps,
            entry=entry,
            opens=(opens := self._calendar([w for w in shut if not only_crews(w)])),
            digs=opens if under_way else self._calendar(shut),
            effort=self._effort(site),
            crew_mean_days=max(0.1, sum(sum(s.working_days) / 3 for s, _ in crew_stages)),
            queues=limited and self._model.crews > 0 and any(step.crew for step in steps),
            nodes=self._waits_for(site),
        )

    def _crew_stages(self, site: Site) -> list[tuple[Stage, str]]:
        """The crew's stages that a site needs or needed, each with its state."""
        workflow, records = self._state.workflow, self._state.stages_of(site.id)
        stages = [stage for stage in workflow.stages if stage.key in CREW_STAGES]
        states = [(stage, workflow.state_of(stage, site, records)) for stage in stages]
        return [(stage, how) for stage, how in states if how != NOT_NEEDED]

    def _steps(self, site: Site) -> tuple[Step, ...]:
        """The steps of a site, worked out once for all sites alike in what decides them."""
        records = self._state.stages_of(site.id)
        begun = [
            (key, r.state, *((r.started_on, r.waiting_since) if r.state not in PASSED else ()))
            for key, r in records.items()
        ]
        wayleave = self._state.wayleave_of(site.id)
        asked = wayleave and (wayleave.state, wayleave.requested_on, wayleave.landowner)
        key = (site.access, site.tenure, site.partner, frozenset(begun), asked)
        if key not in self._alike:
            self._alike[key] = self._worked_out(site)
        return self._alike[key]

    def _worked_out(self, site: Site) -> tuple[Step, ...]:
        state, workflow = self._state, self._state.workflow
        records = state.stages_of(site.id)
        places: dict[str, tuple[int, ...]] = {}
        steps: list[Step] = []
        for stage in workflow.stages:
            how = workflow.state_of(stage, site, records)
            before = tuple(dict.fromkeys(p for key in stage.after for p in places.get(key, ())))
            if how == DONE:
                places[stage.key] = ()
            elif how == NOT_NEEDED:
                places[stage.key] = before
            else:
                places[stage.key] = (len(steps),)
                steps.append(self._step(site, stage, how, before))
            if stage.goes_live:
                break
        return tuple(steps)

    def _step(self, site: Site, stage: Stage, how: str, before: tuple[int, ...]) -> Step:
        under_way = how in (WAITING, IN_PROGRESS, BLOCKED)
        return Step(
            key=stage.key,
            table=self._table(site, stage, how),
            factors=self._shared(site, stage),
            before=before,
            needed=1.0 if under_way else self._past.needed.get(stage.key, 1.0),
            access=stage.access if not site.access and not under_way else (),
            tenure=stage.tenure if not site.tenure and not under_way else (),
            crew=stage.key in CREW_STAGES,
            after_crew=stage.key in self._after_crew,
            on_site=stage.key in ON_SITE,
            goes_live=stage.goes_live,
        )

    # Durations

    def _fresh_table(self, stage: Stage) -> Floats:
        seen = self._past.observed(stage.key)
        return blended(triangular(*stage.working_days), seen.days, seen.ended)

    def _table(self, site: Site, stage: Stage, how: str) -> int:
        situation, waited = self._situation(site, stage, how)
        key = (stage.key, situation, waited)
        if key not in self._tables:
            table = self._fresh[stage.key]
            if situation == "granted":
                table = np.zeros(QUANTILES)
            elif situation == "waited":
                table = remaining(table, waited)
            elif situation == "blocked":
                table = slower_half(table)
            self._tables[key] = len(self._model.tables)
            self._model.tables.append(table)
        return self._tables[key]

    def _situation(self, site: Site, stage: Stage, how: str) -> tuple[str, float]:
        record = self._state.stages_of(site.id).get(stage.key)
        since = (record.started_on or record.waiting_since) if record else None
        if stage.key == WAYLEAVE_STAGE:
            wayleave = self._state.wayleave_of(site.id)
            held = wayleave.state if wayleave else ""
            if held in ("granted", "not needed"):
                return "granted", 0.0
            if held in ("refused", "expired"):
                return "blocked", 0.0
            if wayleave is not None and held == "requested":
                how, since = WAITING, wayleave.requested_on or since
        if how == BLOCKED:
            return "blocked", 0.0
        if how in (WAITING, IN_PROGRESS) and since is not None:
            return "waited", max(0.0, self._line.at(since) * -1.0)
        return "fresh", 0.0

    # What is shared

    def _shared(self, site: Site, stage: Stage) -> tuple[int, ...]:
        names = [("programme", "")]
        if stage.owner == PARTNER_OWNED:
            names.append(("partner", self._state.partner_name(site.partner)))
        else:
            names.append(("supplier", stage.owner))
        wayleave = self._state.wayleave_of(site.id) if stage.key == WAYLEAVE_STAGE else None
        if wayleave is not None and wayleave.landowner.strip():
            names.append(("landlord", " ".join(wayleave.landowner.split())))
        return tuple(self._factor(kind, name) for kind, name in names)

    def _factor(self, kind: str, name: str) -> int:
        key = (kind, name.casefold())
        if key not in self._factors:
            self._factors[key] = len(self._model.factors)
            self._model.factors.append((kind, name))
            self._model.spreads.append(SPREAD[kind] * self._unknown(kind, name))
        return self._factors[key]

    def _unknown(self, kind: str, name: str) -> float:
        """The part of a factor's spread that the history leaves."""
        if kind in ("landlord", "partner"):
            return 1.0
        seen = sum(
            self._past.observed(stage.key).count
            for stage in self._state.workflow.stages
            if kind == "programme" or stage.owner == name
        )
        knowable = LEARNT_AFTER / (LEARNT_AFTER + seen)
        return sqrt(LASTING**2 + (1 - LASTING**2) * knowable)

    def _waits_for(self, site: Site) -> tuple[int, ...]:
        if site.node is None or site.node not in self._state.nodes:
            return ()
        if site.node not in self._chains:
            self._chains[site.node] = self._chain(site.node)
        return self._chains[site.node]

    def _chain(self, home: RecordId) -> tuple[int, ...]:
        """The nodes not live yet on the way to the core, by their places in the model."""
        found = []
        for ident in self._tree.chain(home):
            node = self._state.nodes[ident]
            if node.live_on is not None and node.live_on <= self._line.present_on:
                continue
            due_on = node.live_on or node.planned_on
            if due_on is None:
                continue
            if ident not in self._nodes:
                self._nodes[ident] = len(self._model.nodes)
                self._model.nodes.append(NodeDue(ident, self._line.at(due_on)))
            found.append(self._nodes[ident])
        return tuple(found)

    def _calendar(self, windows: Collection[ClosedWindow]) -> int:
        key = frozenset(window.id for window in windows)
        if key not in self._calendars:
            self._calendars[key] = len(self._model.calendars)
            flags = self._line.open_flags(windows)
            self._model.calendars.append(Pace(flags if flags.any() else ~flags))
        return self._calendars[key]

    def _effort(self, site: Site) -> tuple[float, ...]:
        if site.access or site.effort_days is not None:
            return (self._state.effort_days(site),)
        return tuple(self._state.workflow.effort_days(access) for access in ACCESS_TYPES)


def _descendants(state: State) -> set[str]:
    """The crew's stages and all that come after them."""
    found: set[str] = set()
    for stage in state.workflow.stages:
        if stage.key in CREW_STAGES or found & set(stage.after):
            found.add(stage.key)
    return found


def _not_before(state: State, line: Line) -> Mapping[RecordId, float]:
    found: dict[RecordId, float] = {}
    for wish in state.wishes.values():
        if wish.kind == NOT_BEFORE and wish.on is not None:
            for site in wish.sites:
                found[site] = max(found.get(site, 0.0), line.start_of(wish.on))
    return found


def _mix(counts: Counter[str], choices: tuple[str, ...]) -> tuple[float, ...]:
    """The part of sites of each choice, one of each added: what is not known is possible."""
    given = [counts[choice] + 1 for choice in choices]
    return tuple(count / sum(given) for count in given)
