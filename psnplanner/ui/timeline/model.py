"""What the timeline shows of a state: phases with their load by the week, nodes, contracts.

Qt-free. The crew-days of what is live fall in the week it went live; what is left of a phase is
spread evenly over the working days left of its window, outside closed windows, and so is its
capacity: a phase that lags behind shows as too much for the weeks that remain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from psnplanner.programme.node import Node
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar
from psnplanner.style import phase_colour

ONE_DAY = timedelta(days=1)
_LONGEST_DAYS = 3660


@dataclass
class Load:
    """Crew-days of one week or month: done in it, still needed in it, and there to be had."""

    done: float = 0.0
    needed: float = 0.0
    capacity: float = 0.0

    @property
    def over(self) -> bool:
        """Whether more is needed than the crews can do."""
        return self.capacity > 0 and self.done + self.needed > self.capacity * 1.001 + 0.05

    def add(self, other: Load) -> None:
        """Take another's crew-days in."""
        self.done += other.done
        self.needed += other.needed
        self.capacity += other.capacity


Loads = dict[date, Load]
"""Loads by the Monday of the week."""


@dataclass(frozen=True)
class PhaseRow:
    """One phase. `late` are its sites not live although it is over, `locked_sites` those fixed."""

    phase: Phase
    colour: str
    sites: int
    live: int
    late: int
    locked_sites: int
    effort_days: float
    loads: Loads

    @property
    def id(self) -> RecordId:
        """The phase's id."""
        return self.phase.id

    @property
    def progress(self) -> float:
        """Part (0 to 1) of its sites that are live."""
        return self.live / self.sites if self.sites else 0.0


@dataclass(frozen=True)
class Contracts:
    """Sites not live yet whose old contract ends in a week; `early`: before their phase does."""

    ends: int = 0
    early: int = 0


@dataclass(frozen=True)
class Timeline:
    """All that is drawn, of one state on one present day."""

    phases: tuple[PhaseRow, ...]
    nodes: tuple[Node, ...]
    total: Loads
    contracts: dict[date, Contracts]
    closed: tuple[ClosedWindow, ...]
    present: date
    go_live: date | None
    starts: date | None
    calendar: Calendar
    spread: _Spread

    def loads_of(self, phase: Phase) -> Loads:
        """The loads of a phase, its window perhaps another than it has."""
        return self.spread.loads(phase)

    @property
    def first(self) -> date:
        """The first day worth showing."""
        days = [row.phase.starts_on for row in self.phases if row.phase.starts_on]
        days += [day for day in (self.starts, self.present) if day]
        return min(days)

    @property
    def last(self) -> date:
        """The last day worth showing."""
        days = [row.phase.ends_on for row in self.phases if row.phase.ends_on]
        days += [day for day in (self.go_live, self.present) if day]
        return max(days)

    def row(self, ident: RecordId | None) -> PhaseRow | None:
        """The row of a phase."""
        return next((row for row in self.phases if row.id == ident), None)


def timeline_of(state: State, present: date, calendar: Calendar) -> Timeline:
    """Everything the timeline shows of a state."""
    closed = _dated(state.closed_windows.values())
    general = [window for window in closed if not window.kind and window.partner is None]
    shut = frozenset(day for window in general for day in days_of(window))
    spread = _Spread(state, present, calendar, shut)
    rows = tuple(spread.row(i, phase) for i, phase in enumerate(state.phases_in_order))
    total: Loads = {}
    for row in rows:
        for week, load in row.loads.items():
            total.setdefault(week, Load()).add(load)
    programme = state.programme
    return Timeline(
        rows,
        tuple(sorted(state.nodes.values(), key=_node_order)),
        total,
        _contracts(state),
        tuple(closed),
        present,
        programme.go_live_on,
        programme.starts_on,
        calendar,
        spread,
    )


def monday(day: date) -> date:
    """The Monday of that day's week."""
    return day - timedelta(days=day.weekday())


def days_of(window: ClosedWindow) -> Iterable[date]:
    """Each day of a closed window with both its dates."""
    assert window.starts_on is not None
    assert window.ends_on is not None
    length = min(_LONGEST_DAYS, (window.ends_on - window.starts_on).days)
    return [window.starts_on + timedelta(days=n) for n in range(length + 1)]


def months_of(loads: Loads) -> Loads:
    """The same loads by the first day of the month in which each week begins."""
    result: Loads = {}
    for week, load in loads.items():
        result.setdefault(week.replace(day=1), Load()).add(load)
    return result


def _dated(windows: Iterable[ClosedWindow]) -> list[ClosedWindow]:
    kept = [w for w in windows if w.starts_on and w.ends_on and w.starts_on <= w.ends_on]
    return sorted(kept, key=lambda w: (w.starts_on or date.max, w.name))


def _node_order(node: Node) -> tuple[date, str]:
    return node.live_on or node.planned_on or date.max, node.name


@dataclass(frozen=True)
class _Spread:
    """How a phase's crew-days fall on its weeks."""

    state: State
    present: date
    calendar: Calendar
    shut: frozenset[date]

    def row(self, index: int, phase: Phase) -> PhaseRow:
        sites = self.state.sites_by_phase.get(phase.id, [])
        statuses = self.state.statuses
        live = [site for site in sites if statuses[site.id] == "live"]
        over = phase.ends_on is not None and phase.ends_on < self.present
        return PhaseRow(
            phase,
            phase_colour(index),
            len(sites),
            len(live),
            len(sites) - len(live) if over else 0,
            sum(site.locked for site in sites),
            sum(map(self.state.effort_days, sites)),
            self.loads(phase),
        )

    def loads(self, phase: Phase) -> Loads:
        loads: Loads = {}
        left = 0.0
        for site in self.state.sites_by_phase.get(phase.id, []):
            effort = self.state.effort_days(site)
            if self.state.statuses[site.id] != "live":
                left += effort
            elif (on := self._live_on(site)) is not None:
                loads.setdefault(monday(on), Load()).done += effort
        working = self._working(phase)
        open_days = [day for day in working if day not in self.shut]
        for day in open_days:
            if phase.capacity_days:
                share = phase.capacity_days / len(working)
                loads.setdefault(monday(day), Load()).capacity += share
        ahead = [day for day in open_days if day >= self.present]
        for day in ahead:
            loads.setdefault(monday(day), Load()).needed += left / len(ahead)
        return loads

    def _working(self, phase: Phase) -> list[date]:
        if phase.starts_on is None or phase.ends_on is None:
            return []
        length = min(_LONGEST_DAYS, (phase.ends_on - phase.starts_on).days)
        days = (phase.starts_on + timedelta(days=n) for n in range(length + 1))
        return [day for day in days if self.calendar.is_working(day)]

    def _live_on(self, site: Site) -> date | None:
        stage = self.state.workflow.live_stage
        record = self.state.stages_of(site.id).get(stage.key) if stage else None
        return record.actual_on if record else None


def _contracts(state: State) -> dict[date, Contracts]:
    ends: Counter[date] = Counter()
    early: Counter[date] = Counter()
    for site in state.sites.values():
        on = site.contract_ends_on
        if on is None or state.statuses[site.id] == "live":
            continue
        phase = state.phases.get(site.phase) if site.phase else None
        ends[monday(on)] += 1
        if phase is not None and phase.ends_on is not None and on < phase.ends_on:
            early[monday(on)] += 1
    return {week: Contracts(count, early[week]) for week, count in ends.items()}
