"""An independent check of every plan before anybody sees it, in plain Python.

It shares no array with the planner: it applies the plan's edit to the state and reads the
result as a person would.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from psnplanner.errors import Bug
from psnplanner.planning.horizon import Horizon
from psnplanner.planning.wishes import broken
from psnplanner.programme.edits import Edit
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.programme.working_days import open_days

TOLERANCE_DAYS = 1e-6


def verify(
    before: State,
    edit: Edit,
    unplanned: frozenset[RecordId],
    horizon: Horizon,
    *,
    keep_locks: bool = True,
) -> None:
    """Raise Bug, naming the first breach, unless the edit gives a plan that keeps every rule.

    `unplanned` are the sites the plan says it leaves out.
    """
    breaches = list(check(before, edit, unplanned, horizon, keep_locks=keep_locks))
    if breaches:
        raise Bug(f"A plan broke {len(breaches)} rules and was discarded: {breaches[0]}")


def check(
    before: State,
    edit: Edit,
    unplanned: frozenset[RecordId],
    horizon: Horizon,
    *,
    keep_locks: bool = True,
) -> list[str]:
    """The rules a plan breaks, each in a sentence; none for a sound one."""
    after = before.after(edit.propose(before, horizon.present_on).changes)
    check = _Check(before, after, horizon, keep_locks)
    return [
        *check.stayed(),
        *check.accounted(unplanned),
        *check.within_windows(),
        *check.within_capacity(),
        *check.node_first(),
        *check.wishes(),
    ]


@dataclass(frozen=True)
class _Check:
    before: State
    after: State
    horizon: Horizon
    keep_locks: bool

    @cached_property
    def held(self) -> frozenset[RecordId]:
        """The sites no plan may move: live, under way, locked, or nowhere on the map."""
        result = set()
        for ident, site in self.before.sites.items():
            phase = self.before.phases.get(site.phase or b"")
            locked = self.keep_locks and (site.locked or (phase is not None and phase.locked))
            has_window = phase is not None and phase.starts_on and phase.ends_on
            if self.before.statuses[ident] == "live" or (
                has_window and (site.position is None or locked or self.horizon.under_way(site))
            ):
                result.add(ident)
        return frozenset(result)

    @cached_property
    def placed(self) -> list[tuple[Site, Phase]]:
        """The sites the plan chose a phase for."""
        phases = self.after.phases
        return [
            (site, phases[site.phase])
            for ident, site in self.after.sites.items()
            if ident not in self.held and site.phase is not None and site.phase in phases
        ]

    def stayed(self) -> Iterator[str]:
        for ident in self.held:
            if self.after.sites[ident].phase != self.before.sites[ident].phase:
                yield f"{self.after.sites[ident].reference} was moved though it must stay"

    def accounted(self, unplanned: frozenset[RecordId]) -> Iterator[str]:
        for ident, site in self.after.sites.items():
            if ident in self.held:
                continue
            if (site.phase in self.after.phases) == (ident in unplanned):
                yield f"{site.reference} is neither planned nor listed as left out, or both"

    def within_windows(self) -> Iterator[str]:
        for site, phase in self.placed:
            if phase.starts_on is None or phase.ends_on is None:
                yield f"{site.reference} is in {phase.name}, which has no window"
            elif phase.ends_on < self.horizon.present_on:
                yield f"{site.reference} is in {phase.name}, which is over"
            elif not self._open(phase, self._closures(site)):
                yield f"{site.reference} is closed throughout {phase.name}"
            elif self.horizon.release(site).on > phase.ends_on:
                yield f"{site.reference} cannot be started before {phase.name} is over"

    def _closures(self, site: Site) -> list[ClosedWindow]:
        return [w for w in self.after.closed_windows.values() if _binds(w, site)]

    def _open(self, phase: Phase, closures: list[ClosedWindow]) -> int:
        first = max(phase.starts_on or date.max, self.horizon.present_on)
        return open_days(first, phase.ends_on or date.min, closures, self.horizon.calendar)

    def within_capacity(self) -> Iterator[str]:
        windows = list(self.after.closed_windows.values())
        kinds = {(w.kind.casefold(), w.partner): w for w in windows}
        chosen_by: dict[RecordId, list[Site]] = {}
        for site, own in self.placed:
            chosen_by.setdefault(own.id, []).append(site)
        for phase in self.after.phases.values():
            chosen = chosen_by.get(phase.id, [])
            for sample in [None, *kinds.values()]:
                bound = [s for s in chosen if sample is None or _binds(sample, s)]
                if not bound:
                    continue
                closures = [w for w in windows if _is_general(w) or _same(w, sample)]
                used = self._used(phase, sample)
                total, left = self._holds(phase, closures)
                fresh = sum(self.after.effort_days(site) for site in bound)
                if used > total + TOLERANCE_DAYS or fresh > left + TOLERANCE_DAYS:
                    who = f" for {sample.name}" if sample else ""
                    yield f"{phase.name} holds {total:g} crew-days{who} and is given {used:g}"

    def _used(self, phase: Phase, sample: ClosedWindow | None) -> float:
        inside = self.after.sites_by_phase.get(phase.id, [])
        return sum(
            self.after.effort_days(site)
            for site in inside
            if sample is None or _binds(sample, site) or self.after.statuses[site.id] == "live"
        )

    def _holds(self, phase: Phase, closures: list[ClosedWindow]) -> tuple[float, float]:
        """Crew-days of the whole window, and of what is still to come of it."""
        if phase.starts_on is None or phase.ends_on is None:
            return 0.0, 0.0
        whole = phase.capacity_days or 0.0
        calendar = self.horizon.calendar
        count = calendar.count(phase.starts_on, phase.ends_on) or 1
        every = open_days(phase.starts_on, phase.ends_on, closures, calendar)
        return whole * every / count, whole * self._open(phase, closures) / count

    def node_first(self) -> Iterator[str]:
        for site, phase in self.placed:
            seen: set[RecordId] = set()
            ident = site.node
            if ident not in self.after.nodes:
                yield f"{site.reference} has no node"
            while ident is not None and ident in self.after.nodes and ident not in seen:
                seen.add(ident)
                node = self.after.nodes[ident]
                ready_on = node.live_on or node.planned_on
                if ready_on is None or ready_on > (phase.starts_on or date.min):
                    yield f"{site.reference} starts before its node {node.name}"
                ident = node.parent

    def wishes(self) -> Iterator[str]:
        held = self.held
        phase_of = {site.id: phase for site, phase in self.placed}
        for ident in held:
            phase = self.after.phases.get(self.after.sites[ident].phase or b"")
            if phase is not None:
                phase_of[ident] = phase
        yield from broken(self.after, phase_of, held)


def _is_general(window: ClosedWindow) -> bool:
    return not window.kind and window.partner is None


def _same(window: ClosedWindow, sample: ClosedWindow | None) -> bool:
    """Whether a window shuts all the sites that the sample does."""
    if sample is None or window.partner not in (None, sample.partner):
        return False
    return all(part in _parts(sample) for part in _parts(window))


def _parts(window: ClosedWindow) -> list[str]:
    return [part.strip() for part in window.kind.casefold().split(",") if part.strip()]


def _binds(window: ClosedWindow, site: Site) -> bool:
    own = [site.kind.casefold(), site.access, *site.kind.casefold().split()]
    return all(part in own for part in _parts(window)) and window.partner in (None, site.partner)
