"""Propose a plan: phases designed if need be, nodes first, compact areas, what it costs."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from psnplanner.errors import UserError
from psnplanner.geography.distance import centre, matrix_m
from psnplanner.planning.cost import terms, unavoidable_pounds
from psnplanner.planning.days import Slot, slots
from psnplanner.planning.difference import Move, forced_moves, moves, summary
from psnplanner.planning.feasibility import binding
from psnplanner.planning.grouping import total_pounds
from psnplanner.planning.horizon import Horizon, Tree
from psnplanner.planning.nodes import nearest_nodes, propose_nodes
from psnplanner.planning.phasing import greedy_by_priority
from psnplanner.planning.plan_edit import edit_of
from psnplanner.planning.plan_search import Better, Limits, Progress, search
from psnplanner.planning.prices import Prices
from psnplanner.planning.shortfall import cautions, left_out, shortfall
from psnplanner.planning.teams import laid_out
from psnplanner.planning.verify_plan import verify
from psnplanner.programme.edits import Edit, present_day
from psnplanner.programme.node import Node
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.programme.working_days import Calendar, open_share


@dataclass(frozen=True)
class Options:
    """What a plan may do: new `phases` (None: those there, or as many as come to least), how long
    it may think (`seconds` of work on a quiet machine), whether locks hold, the `seed` of its
    choices, `crews` at work at any time in new phases, the prices. `wall_seconds` ends the search
    by the clock: the plan then depends on the machine's load."""

    phases: int | None = None
    seconds: float = 5
    keep_locks: bool = True
    seed: int = 1
    crews: float | None = None
    prices: Prices = field(default_factory=Prices)
    wall_seconds: float | None = None


@dataclass(frozen=True)
class Plan:
    """A plan proposed: `edit` puts it in force, `report()` describes it."""

    edit: Edit
    after: State
    unplanned: tuple[tuple[RecordId, str], ...]
    shortfall: str | None
    cautions: tuple[str, ...]
    cost_terms: Mapping[str, float]
    greedy_pounds: float
    bound_pounds: float
    unavoidable_pounds: float
    moved: int
    moves: tuple[Move, ...]
    forced_moves: int
    seconds: float
    spread_km: Mapping[RecordId, float]
    capacity_days: Mapping[RecordId, float]
    horizon: Horizon

    @cached_property
    def slots(self) -> dict[RecordId, Slot]:
        """The crew and the days of each site inside its phase."""
        return slots(self.horizon)

    def report(self) -> dict[str, Any]:
        """The plan as JSON-ready values: pounds, crew-days, kilometres, ISO dates."""
        sites = self.after.sites
        planned = sum(1 for site in sites.values() if site.phase in self.after.phases)
        return {
            "phases": [self._phase(phase) for phase in self.after.phases_in_order],
            "nodes": self._nodes(),
            "sites_planned": planned,
            "unplanned": [
                {"reference": sites[ident].reference, "reason": reason}
                for ident, reason in self.unplanned
            ],
            "shortfall": self.shortfall,
            "cautions": list(self.cautions),
            "cost": {
                "total_pounds": round(self.total_pounds, 2),
                "terms": {name: round(pounds, 2) for name, pounds in self.cost_terms.items()},
            },
            "greedy_total": round(self.greedy_pounds, 2),
            "proof": {
                "bound_pounds": round(self.bound_pounds, 2),
                "gap_percent": round(100 * self.gap, 3),
                "avoidable_pounds": round(self.total_pounds - self.unavoidable_pounds, 2),
                "avoidable_gap_percent": round(100 * self.avoidable_gap, 3),
            },
            "moved": self.moved,
            "forced_moves": self.forced_moves,
            "changes": summary(self.moves),
            "moves": [move.report() for move in self.moves],
            "seconds": round(self.seconds, 3),
        }

    @property
    def total_pounds(self) -> float:
        """What the plan costs at the model's prices."""
        return sum(self.cost_terms.values())

    @property
    def gap(self) -> float:
        """The part of the total by which no plan can be cheaper, as proved."""
        return (self.total_pounds - self.bound_pounds) / max(self.total_pounds, 1e-9)

    @property
    def avoidable_gap(self) -> float:
        """The same as a part of what any plan could avoid."""
        avoidable = self.total_pounds - self.unavoidable_pounds
        return (self.total_pounds - self.bound_pounds) / max(avoidable, 1e-9)

    def _phase(self, phase: Phase) -> dict[str, Any]:
        sites = self.after.sites_by_phase.get(phase.id, [])
        partners = Counter(self.after.partner_name(site.partner) for site in sites)
        node = self.after.nodes.get(phase.base or b"")
        return {
            "name": phase.name,
            "starts_on": phase.starts_on.isoformat() if phase.starts_on else None,
            "ends_on": phase.ends_on.isoformat() if phase.ends_on else None,
            "capacity_days": round(self.capacity_days.get(phase.id, 0.0), 2),
            "used_days": round(sum(self.after.effort_days(site) for site in sites), 2),
            "sites": len(sites),
            "partners": dict(partners.most_common()),
            "base": node.name if node else None,
            "spread_km": round(self.spread_km.get(phase.id, 0.0), 2),
            "days": self._days(sites),
        }

    def _days(self, sites: list[Site]) -> list[dict[str, Any]]:
        """Who is worked on when, in the order of the days."""
        known = [(self.slots[site.id], site) for site in sites if site.id in self.slots]
        known.sort(key=lambda item: (item[0].starts_on, item[0].crew, item[1].reference))
        return [
            {
                "reference": site.reference,
                "crew": slot.crew,
                "starts_on": slot.starts_on.isoformat(),
                "ends_on": slot.ends_on.isoformat(),
            }
            for slot, site in known
        ]

    def _nodes(self) -> list[dict[str, Any]]:
        served = Counter(site.node for site in self.after.sites.values())
        nodes = self.after.nodes
        ordered = sorted(nodes.values(), key=lambda n: (n.planned_on or date.max, n.name))
        return [
            {
                "name": node.name,
                "parent": nodes[node.parent].name if node.parent and node.parent in nodes else None,
                "planned_on": node.planned_on.isoformat() if node.planned_on else None,
                "live_on": node.live_on.isoformat() if node.live_on else None,
                "ports": node.ports,
                "sites": served[node.id],
            }
            for node in ordered
        ]


def propose(
    state: State,
    today: date,
    calendar: Calendar,
    options: Options = Options(),
    progress: Progress | None = None,
    *,
    better: Callable[[Better], None] | None = None,
    enough: Callable[[], bool] = lambda: False,
) -> Plan:
    """A plan for every site that is neither live nor bound to where it is.

    Always answers: what cannot be done by go-live is named in `shortfall`. The same state,
    options and present day give the same plan. Takes about `options.seconds` at most.
    `better` hears of the first plan at once, then of each better one and of what is proved of
    it, perhaps from other threads; once `enough` says so,
    from whatever thread, the search ends and the best plan so far is the answer.

    Raises UserError where there is nothing to plan, no go-live date, no room before it, or
    nodes hang from one another in a circle; Cancelled as `progress` does.
    """
    began = time.monotonic()
    tell = progress or (lambda fraction, doing: None)
    horizon = Horizon(state, present_day(state, today), calendar)
    tell(0.0, "Reading the programme")
    _check(state)
    nodes, given = _give_nodes(state)
    tell(0.05, "Laying out phases")
    instance, drawn, ready = laid_out(horizon, nodes, given, options)
    tell(0.1, "Checking that the time suffices")
    short = binding(instance)
    greedy = greedy_by_priority(instance)
    limits = Limits(options.seconds, options.wall_seconds, options.seed)
    found = search(instance, greedy, limits, began, tell, better, enough)
    best = found.plan
    tell(0.95, "Checking the plan")
    plan = edit_of(horizon, ready, instance, drawn, given, best)
    unplanned = left_out(ready, instance, best)
    out = frozenset(ident for ident, _ in unplanned)
    verify(state, plan, out, horizon, keep_locks=options.keep_locks)
    after = state.after(plan.propose(state, today).changes)
    tell(1.0, "Plan ready")
    return Plan(
        edit=plan,
        after=after,
        unplanned=tuple(unplanned),
        shortfall=shortfall(instance, best, short, unplanned, after),
        cautions=tuple(cautions(instance, best, after)),
        cost_terms=terms(instance, best),
        greedy_pounds=total_pounds(instance.model, greedy),
        bound_pounds=float(min(found.bound.pounds, found.pounds)),
        unavoidable_pounds=unavoidable_pounds(instance),
        moved=_moved(state, after),
        moves=moves(instance, best),
        forced_moves=forced_moves(instance),
        seconds=time.monotonic() - began,
        spread_km={phase.id: _spread_km(after, phase) for phase in after.phases.values()},
        capacity_days=_capacities(after, calendar),
        horizon=dataclasses.replace(horizon, state=after),
    )


def _check(state: State) -> None:
    if not state.sites:
        raise UserError("There are no sites to plan.", remedy="Import a site list first.")
    if all(site.position is None for site in state.sites.values()):
        raise UserError(
            "No site has a position, so none can be planned.",
            remedy="Add the postcode gazetteer (psnplanner gazetteer add) and import again.",
        )
    cycle = [state.nodes[ident].name for ident in Tree(state).cycle()]
    if cycle:
        raise UserError(
            f"Nodes hang from one another in a circle: {' → '.join([*cycle, cycle[0]])}.",
            remedy="Give one of them a parent nearer the core, or none if it is the root.",
        )


def _give_nodes(state: State) -> tuple[list[Node], dict[RecordId, RecordId]]:
    sites = sorted(state.sites.values(), key=lambda site: (site.reference, site.id))
    if not state.nodes:
        return propose_nodes(sites)
    return [], nearest_nodes(state, sites)


def _moved(state: State, after: State) -> int:
    """Sites whose phase changes from one to another, or to none."""
    return sum(
        1
        for ident, site in state.sites.items()
        if site.phase in state.phases and after.sites[ident].phase != site.phase
    )


def _spread_km(after: State, phase: Phase) -> float:
    """The mean distance in kilometres of a phase's sites from their middle."""
    sites = after.sites_by_phase.get(phase.id, [])
    places = np.array([site.position[:2] for site in sites if site.position]).reshape(-1, 2)
    if not len(places):
        return 0.0
    middle = np.array([centre(places[:, 0], places[:, 1])])
    return float(matrix_m(places, middle).mean()) / 1000


def _capacities(after: State, calendar: Calendar) -> dict[RecordId, float]:
    general = [w for w in after.closed_windows.values() if not w.kind and w.partner is None]
    return {
        phase.id: (phase.capacity_days or 0.0) * open_share(phase, general, calendar)
        for phase in after.phases.values()
    }
