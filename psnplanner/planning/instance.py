"""A programme as arrays: what the planning model knows, and nothing else.

Shapes: N sites, K phases, B bases (places a crew can work from), G pools of crew-days.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psnplanner.geography.distance import matrix_m
from psnplanner.planning.grouping import OUT, Flags, Floats, Grouping, Ints
from psnplanner.planning.horizon import Horizon, Release, Tree
from psnplanner.planning.prices import Prices
from psnplanner.planning.timing import Timing, timing
from psnplanner.planning.wishes import wished
from psnplanner.programme.gates import uk
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.programme.working_days import applies, conditions, open_share

CENTRES_PER_PHASE = 3
ROWS = 512
"""Sites whose ways are worked out at a time: what a processor keeps at hand."""

MOST_CENTRES = 240
"""Places to work from that are made up, beside the nodes, where nodes are few."""

CROWD = 400
"""Sites, evenly taken from the list, that stand for all when such places are chosen."""


@dataclass(frozen=True, eq=False)
class Instance:
    """What is to be planned: N sites into K phases.

    `model` is the problem as the engine sees it. Its units are the sites, those wished together
    being one: `unit` (N,). `fixed` sites stay in `current` (N,); their crew-days are taken from
    the model's capacities beforehand. `allowed` (N, K) holds the rules about one site and one
    phase: release, node, closed windows, locks, wishes. `travel_days` (N,) are days for which a
    crew is at each site; `base_km` (N, B) is how far that is from each base.
    """

    sites: tuple[Site, ...]
    phases: tuple[Phase, ...]
    model: Grouping
    unit: Ints
    effort_days: Floats
    allowed: Flags
    fixed: Flags
    current: Ints
    timing: Timing
    move_pounds: Floats
    travel_days: Floats
    base_nodes: tuple[RecordId | None, ...]
    release: tuple[Release, ...]
    node_ready: tuple[Release, ...]
    prices: Prices

    @property
    def late(self) -> Flags:
        """Which phases end after go-live."""
        return self.timing.late

    @property
    def shape(self) -> tuple[int, int]:
        """(N, K)."""
        return len(self.sites), len(self.phases)

    def why_not(self, site: int) -> str:
        """Why a site is in no phase, in words that follow its reference."""
        starts = [p.starts_on for p in self.phases if p.starts_on]
        last_on = max(starts, default=date.min)
        node, own = self.node_ready[site], self.release[site]
        if self.sites[site].node is None and not self.allowed[site].any():
            return "no node has a port free for it"
        if not self.model.allowed[self.unit[site]].any() and self.allowed[site].any():
            return "no phase is open to all the sites that it is wished together with"
        if self.allowed[site].any():
            return f"no phase open to it has room left for its {self.effort_days[site]:g} crew-days"
        if node.on > last_on:
            return f"it needs {node.cause}, planned after the last phase starts on {uk(last_on)}"
        if own.on > last_on:
            cause = f" ({own.cause})" if own.cause else ""
            return (
                f"crews cannot start before {uk(own.on)}{cause}; "
                f"the last phase starts on {uk(last_on)}"
            )
        return "closed windows, its node and its own stages leave it no phase"


def build(
    horizon: Horizon,
    phases: Sequence[Phase],
    prices: Prices,
    *,
    keep_locks: bool = True,
    need_nodes: bool = False,
) -> Instance:
    """The instance of a state for these phases (with windows and capacities), in their order.

    Its rows are the sites that are not live and have a position, or a phase they must keep. With
    `need_nodes` those that no port is left for have no phase to go to.
    """
    state = horizon.state
    place = {phase.id: k for k, phase in enumerate(phases)}
    kept = [s for s in state.sites.values() if state.statuses[s.id] != "live"]
    fixed_ids = {s.id for s in kept if _is_fixed(horizon, s, place, keep_locks)}
    sites = [s for s in kept if s.position is not None or s.id in fixed_ids]
    sites.sort(key=lambda site: (site.reference, site.id))
    fixed = np.array([s.id in fixed_ids for s in sites], dtype=bool)
    current = np.array([place.get(s.phase or b"", OUT) for s in sites], dtype=np.int64)
    wishes = wished(state, sites, phases, fixed, current)
    effort = np.array([max(state.effort_days(s), 0.0) for s in sites], dtype=np.float64)
    member, capacity = _pools(horizon, sites, phases)
    whole = capacity[0].copy()
    _take_fixed(capacity, member, effort, fixed, current)
    tree = Tree(state)
    release = tuple(horizon.release(site) for site in sites)
    node_ready = tuple(tree.ready(site.node) for site in sites)
    times = timing(horizon, sites, phases, prices)
    waiting = times.pounds()
    soonest = {node: tree.soonest(node, horizon) for node in {site.node for site in sites}}
    nodes_up = [soonest[site.node] for site in sites]
    allowed = _allowed(horizon, sites, phases, times.late, release, node_ready, nodes_up)
    for members, left in zip(member, capacity, strict=True):
        allowed[np.ix_(members, left <= 0)] = False
    allowed &= wishes.open_to
    if need_nodes:
        allowed[[site.node not in state.nodes for site in sites]] = False
    allowed[fixed] = False
    allowed[fixed, current[fixed]] = True
    move = _move_pounds(horizon, phases, current, prices)
    km, base_nodes = _bases(state, sites, len(phases))
    travel = effort + prices.attendance_days
    model = Grouping(
        weight=np.where(fixed, 0.0, effort),
        price=waiting + move,
        allowed=allowed,
        reach=km * (prices.travel_pounds * travel)[:, None],
        member=member,
        capacity=np.maximum(capacity, 0.0),
        levels=_levels(whole, capacity[0], float(effort.sum()), prices),
        level_pounds=np.array([prices.uneven_pounds, prices.overtime_pounds]),
        visitors=_visitors(sites),
        visit_pounds=prices.partner_visit_pounds,
        miss=_miss_pounds(waiting + move, current, prices),
        apart=wishes.apart,
    )
    return Instance(
        sites=tuple(sites),
        phases=tuple(phases),
        model=_contracted(model, wishes.unit),
        unit=wishes.unit,
        effort_days=effort,
        allowed=allowed,
        fixed=fixed,
        current=current,
        timing=times,
        move_pounds=move,
        travel_days=travel,
        base_nodes=base_nodes,
        release=release,
        node_ready=node_ready,
        prices=prices,
    )


def _miss_pounds(pounds: Floats, current: Ints, prices: Prices) -> Floats:
    """What leaving each site out costs: more than any phase, so that none is on purpose."""
    dearest = pounds.max(axis=1, initial=0.0)
    result: Floats = 2 * prices.miss_pounds + dearest + prices.move_pounds * (current != OUT)
    return result


def _move_pounds(
    horizon: Horizon, phases: Sequence[Phase], current: Ints, prices: Prices
) -> Floats:
    """What moving each site (N, K) out of its phase costs: more the nearer either one's start."""
    starts = np.array([(p.starts_on or date.max).toordinal() for p in phases], dtype=np.int64)
    left = np.maximum(0, starts - horizon.present_on.toordinal())
    near = prices.near_move_factor - 1
    fee = prices.move_pounds * (1 + near * np.maximum(0.0, 1 - left / prices.near_move_days))
    result: Floats = np.zeros((len(current), len(phases)))
    held = np.flatnonzero(current != OUT)
    result[held] = np.maximum(fee[current[held]][:, None], fee[None, :])
    result[held, current[held]] = 0.0
    return result


def _visitors(sites: Sequence[Site]) -> Ints:
    """The partners disturbed at each site (N, V): its own, then those who share it."""
    own = [list(dict.fromkeys(p for p in (s.partner, *s.sharing) if p)) for s in sites]
    index: dict[RecordId, int] = {}
    result = np.full((len(sites), max([1, *map(len, own)])), OUT, dtype=np.int64)
    for i, partners in enumerate(own):
        for v, partner in enumerate(partners):
            result[i, v] = index.setdefault(partner, len(index))
    return result


def _contracted(model: Grouping, unit: Ints) -> Grouping:
    """The model with the sites of each unit as one."""
    count = int(unit.max(initial=-1)) + 1
    if count == len(unit):
        return model
    return dataclasses.replace(
        model,
        weight=_summed(model.weight, unit, count),
        price=_summed(model.price, unit, count),
        allowed=_summed(~model.allowed, unit, count) == 0,
        reach=_summed(model.reach, unit, count),
        member=(_summed(model.member.T, unit, count) > 0).T,
        visitors=_visitors_of(model.visitors, unit, count),
        miss=_summed(model.miss, unit, count),
    )


def _summed(rows: NDArray[Any], unit: Ints, count: int) -> Floats:
    result: Floats = np.zeros((count, *rows.shape[1:]))
    np.add.at(result, unit, rows)
    return result


def _visitors_of(visitors: Ints, unit: Ints, count: int) -> Ints:
    own: list[dict[int, None]] = [{} for _ in range(count)]
    for u, row in zip(unit.tolist(), visitors.tolist(), strict=True):
        own[u].update(dict.fromkeys(who for who in row if who != OUT))
    result = np.full((count, max([1, *map(len, own)])), OUT, dtype=np.int64)
    for u, partners in enumerate(own):
        result[u, : len(partners)] = list(partners)
    return result


def _is_fixed(horizon: Horizon, site: Site, place: dict[RecordId, int], keep_locks: bool) -> bool:
    """Whether a plan must leave a site where it is."""
    if site.phase not in place:
        return False
    if site.position is None:
        return True
    phase_locked = horizon.state.phases[site.phase].locked if site.phase else False
    return (keep_locks and (site.locked or phase_locked)) or horizon.under_way(site)


def _pools(
    horizon: Horizon, sites: Sequence[Site], phases: Sequence[Phase]
) -> tuple[Flags, Floats]:
    """Pools of crew-days: the whole phase, then one for each kind or partner with closures."""
    windows = list(horizon.state.closed_windows.values())
    general = [w for w in windows if not w.kind and w.partner is None]
    keys = {(conditions(w.kind), w.partner): w for w in windows if w not in general}
    shapes = [(None, general)] + [
        (window, [w for w in windows if _implied(w, key)]) for key, window in keys.items()
    ]
    member = np.ones((len(shapes), len(sites)), dtype=bool)
    capacity = np.zeros((len(shapes), len(phases)))
    live = _live_days(horizon.state)
    for g, (key, closures) in enumerate(shapes):
        if key is not None:
            member[g] = [applies(key.kind, key.partner, site) for site in sites]
        for k, phase in enumerate(phases):
            capacity[g, k] = _left(horizon, phase, closures, live.get(phase.id, 0.0))
    return member, capacity


def _implied(window: ClosedWindow, key: tuple[frozenset[str], RecordId | None]) -> bool:
    """Whether a window binds every site that windows of this kind and partner bind."""
    return conditions(window.kind) <= key[0] and window.partner in (None, key[1])


def _left(
    horizon: Horizon, phase: Phase, closures: Sequence[ClosedWindow], live_days: float
) -> float:
    """Crew-days left in a phase: its days still to come and open, less what is live already."""
    whole = phase.capacity_days or 0.0
    in_all = whole * open_share(phase, closures, horizon.calendar) - live_days
    return max(0.0, min(whole * horizon.remaining_share(phase, closures), in_all))


def _live_days(state: State) -> dict[RecordId, float]:
    """Crew-days of the live sites of each phase."""
    days: dict[RecordId, float] = {}
    for ident, site in state.sites.items():
        if site.phase is not None and state.statuses[ident] == "live":
            days[site.phase] = days.get(site.phase, 0.0) + state.effort_days(site)
    return days


def _take_fixed(
    capacity: Floats, member: Flags, effort: Floats, fixed: Flags, current: Ints
) -> None:
    """Take the crew-days of fixed sites out of their pools; a pool may go below nothing."""
    for i in np.flatnonzero(fixed):
        capacity[member[:, i], current[i]] -= effort[i]


def _levels(whole: Floats, left: Floats, wanted_days: float, prices: Prices) -> Floats:
    """Crew-days of free sites from which a phase is fuller than the rest, and in overtime."""
    fill = min(prices.normal_share, wanted_days / max(1e-9, float(whole.sum())))
    shares = np.array([fill, prices.normal_share])
    return np.maximum(0.0, shares[:, None] * whole[None, :] - (whole - left)[None, :])


def _allowed(
    horizon: Horizon,
    sites: Sequence[Site],
    phases: Sequence[Phase],
    late: Flags,
    release: Sequence[Release],
    node_ready: Sequence[Release],
    nodes_up: Sequence[date],
) -> Flags:
    """Which phases come late enough for a site, its node, and its own stages.

    A phase must start once crews can, and nodes without a date could be up; where none does, one
    that leaves time for the work.
    """
    # A phase already begun starts, for what is still to be put in it, today.
    first = [max(p.starts_on or date.min, horizon.present_on) for p in phases]
    starts = np.array([on.toordinal() for on in first], dtype=np.int64)
    begins = np.array([(p.starts_on or date.min).toordinal() for p in phases], dtype=np.int64)
    ends = np.array([(p.ends_on or date.min).toordinal() for p in phases], dtype=np.int64)
    own = np.array([r.on.toordinal() for r in release], dtype=np.int64)
    node = np.array([r.on.toordinal() for r in node_ready], dtype=np.int64)
    work = np.array([horizon.crew_days(site) * 7 / 5 for site in sites])
    possible = (node[:, None] <= begins[None, :]) & (ends >= horizon.present_on.toordinal())
    up = np.array([on.toordinal() for on in nodes_up], dtype=np.int64)
    strict = possible & (np.maximum(own, up)[:, None] <= starts[None, :])
    loose = possible & ((own + work)[:, None] <= ends[None, :])
    in_time = (strict & ~late).any(axis=1, keepdims=True)
    return np.where(in_time, strict, loose)


def _bases(
    state: State, sites: Sequence[Site], phases: int
) -> tuple[Floats, tuple[RecordId | None, ...]]:
    """Places to work from, as kilometres (N, B) and the node of each.

    They are the nodes, and the middles of groups of sites where nodes are few.
    """
    from psnplanner.planning.nodes import centres

    nodes = [node for node in state.nodes.values() if node.position is not None]
    nodes.sort(key=lambda node: (node.name, node.id))
    places = [node.position[:2] for node in nodes if node.position]
    here = np.array([s.position[:2] if s.position else (np.nan, np.nan) for s in sites])
    here = here.reshape(-1, 2)
    known = np.isfinite(here[:, 0])
    wanted = min(CENTRES_PER_PHASE * phases, MOST_CENTRES)
    if wanted > len(places) and known.any():
        crowd = here[known]
        crowd = crowd[np.linspace(0, len(crowd) - 1, min(len(crowd), CROWD)).astype(np.int64)]
        places += [tuple(place) for place in crowd[centres(crowd, min(wanted, len(crowd)))]]
    there = np.array(places, dtype=np.float64).reshape(-1, 2)
    km = np.zeros((len(sites), max(1, len(there))))
    if known.any() and len(there):
        for first in range(0, len(here), ROWS):
            rows = np.flatnonzero(known[first : first + ROWS]) + first
            km[rows] = matrix_m(here[rows], there) / 1000
    own: list[RecordId | None] = [node.id for node in nodes]
    if nodes and len(there) > len(nodes):
        nearest = matrix_m(there[len(nodes) :], there[: len(nodes)]).argmin(axis=1)
        own += [nodes[n].id for n in nearest]
    return km, tuple(own + [None] * (km.shape[1] - len(own)))
