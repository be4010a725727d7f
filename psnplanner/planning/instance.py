"""A programme as arrays: what the planning model knows, and nothing else.

Shapes: N sites, K phases, B bases (places a crew can work from), G pools of crew-days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from psnplanner.geography.distance import matrix_m
from psnplanner.planning.horizon import Horizon, Release, Tree
from psnplanner.planning.prices import Prices
from psnplanner.programme.gates import uk
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.programme.working_days import open_share

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
OUT = -1
"""The phase of a site that is in none."""

CENTRES_PER_PHASE = 3
TIMED_TERMS = ("saving foregone", "double running", "out of contract", "waiting", "after go-live")


@dataclass(frozen=True, eq=False)
class Instance:
    """What is to be planned: N sites into K phases.

    `allowed` (N, K) holds the rules that are about one site and one phase alone: its release,
    its node, closed windows, locks. `member` (G, N) and `capacity_days` (G, K) are pools of
    crew-days, the first of them the whole phase; a pool's row is what is left for its members.
    Each crew-day of a phase above `levels` (L, K) costs that level's `level_pounds` (L,).
    `timed` are the pounds (N, K) of each term that depends on when; `base_km` is (N, B).
    """

    sites: tuple[Site, ...]
    phases: tuple[Phase, ...]
    effort_days: Floats
    partner: Ints
    allowed: Flags
    fixed: Flags
    current: Ints
    member: Flags
    capacity_days: Floats
    levels: Floats
    level_pounds: Floats
    travel_days: Floats
    timed: dict[str, Floats]
    timed_pounds: Floats
    miss_pounds: Floats
    base_km: Floats
    base_nodes: tuple[RecordId | None, ...]
    release: tuple[Release, ...]
    node_ready: tuple[Release, ...]
    late: Flags
    prices: Prices

    @property
    def shape(self) -> tuple[int, int]:
        """(N, K)."""
        return len(self.sites), len(self.phases)

    def why_not(self, site: int) -> str:
        """Why a site is in no phase, in words that follow its reference."""
        starts = [p.starts_on for p in self.phases if p.starts_on]
        last_on = max(starts, default=date.min)
        node, own = self.node_ready[site], self.release[site]
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
    horizon: Horizon, phases: Sequence[Phase], prices: Prices, *, keep_locks: bool = True
) -> Instance:
    """The instance of a state for these phases (with windows and capacities), in their order.

    Its rows are the sites that are not live and have a position, or a phase they must keep.
    """
    state = horizon.state
    place = {phase.id: k for k, phase in enumerate(phases)}
    kept = [s for s in state.sites.values() if state.statuses[s.id] != "live"]
    fixed_ids = {s.id for s in kept if _is_fixed(horizon, s, place, keep_locks)}
    sites = [s for s in kept if s.position is not None or s.id in fixed_ids]
    sites.sort(key=lambda site: (site.reference, site.id))
    fixed = np.array([s.id in fixed_ids for s in sites], dtype=bool)
    current = np.array([place.get(s.phase or b"", OUT) for s in sites], dtype=np.int64)
    effort = np.array([max(state.effort_days(s), 0.0) for s in sites], dtype=np.float64)
    member, capacity = _pools(horizon, sites, phases)
    whole = capacity[0].copy()
    _take_fixed(capacity, member, effort, fixed, current)
    tree = Tree(state)
    release = tuple(horizon.release(site) for site in sites)
    node_ready = tuple(tree.ready(site.node) for site in sites)
    late = _late(state, phases)
    allowed = _allowed(horizon, sites, phases, late, release, node_ready)
    allowed &= ~(member[:, :, None] & (capacity[:, None, :] <= 0)).any(axis=0)
    allowed[fixed] = False
    allowed[fixed, current[fixed]] = True
    timed = _timed(horizon, sites, phases, late, prices)
    total = np.sum(list(timed.values()), axis=0)
    base_km, base_nodes = _bases(state, sites, len(phases))
    return Instance(
        sites=tuple(sites),
        phases=tuple(phases),
        effort_days=effort,
        partner=_indices([s.partner for s in sites]),
        allowed=allowed,
        fixed=fixed,
        current=current,
        member=member,
        capacity_days=capacity,
        levels=_levels(whole, capacity[0], float(effort.sum()), prices),
        level_pounds=np.array([prices.uneven_pounds, prices.overtime_pounds]),
        travel_days=effort + prices.attendance_days,
        timed=timed,
        timed_pounds=total,
        miss_pounds=2 * prices.miss_pounds + total.max(axis=1, initial=0.0),
        base_km=base_km,
        base_nodes=base_nodes,
        release=release,
        node_ready=node_ready,
        late=late,
        prices=prices,
    )


def _is_fixed(horizon: Horizon, site: Site, place: dict[RecordId, int], keep_locks: bool) -> bool:
    """Whether a plan must leave a site where it is."""
    if site.phase not in place:
        return False
    if site.position is None:
        return True
    phase_locked = horizon.state.phases[site.phase].locked if site.phase else False
    return (keep_locks and (site.locked or phase_locked)) or horizon.under_way(site)


def _indices(values: Sequence[RecordId | None]) -> Ints:
    """Each value's index among the distinct ones, in order of first appearance; None is -1."""
    index: dict[RecordId, int] = {}
    return np.array(
        [OUT if v is None else index.setdefault(v, len(index)) for v in values], dtype=np.int64
    )


def _pools(
    horizon: Horizon, sites: Sequence[Site], phases: Sequence[Phase]
) -> tuple[Flags, Floats]:
    """Pools of crew-days: the whole phase, then one for each kind or partner with closures."""
    windows = list(horizon.state.closed_windows.values())
    general = [w for w in windows if not w.kind and w.partner is None]
    keys = {(w.kind.casefold(), w.partner): None for w in windows if w not in general}
    shapes = [(None, general)] + [
        (key, general + [w for w in windows if (w.kind.casefold(), w.partner) == key])
        for key in keys
    ]
    member = np.ones((len(shapes), len(sites)), dtype=bool)
    capacity = np.zeros((len(shapes), len(phases)))
    live = _live_days(horizon.state)
    for g, (key, closures) in enumerate(shapes):
        if key is not None:
            member[g] = [_binds(key, site) for site in sites]
        for k, phase in enumerate(phases):
            capacity[g, k] = _left(horizon, phase, closures, live.get(phase.id, 0.0))
    return member, capacity


def _binds(key: tuple[str, RecordId | None], site: Site) -> bool:
    kind, partner = key
    return (not kind or site.kind.casefold() == kind) and partner in (None, site.partner)


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
) -> Flags:
    """Which phases come late enough for a site, its node, and its own stages.

    A phase must start once crews can; where none does, one that leaves time for the work.
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
    strict = possible & (own[:, None] <= starts[None, :])
    loose = possible & ((own + work)[:, None] <= ends[None, :])
    in_time = (strict & ~late).any(axis=1, keepdims=True)
    return np.where(in_time, strict, loose)


def _late(state: State, phases: Sequence[Phase]) -> Flags:
    go_live_on = state.programme.go_live_on or date.max
    return np.array([(p.ends_on or date.min) > go_live_on for p in phases], dtype=bool)


def _timed(
    horizon: Horizon, sites: Sequence[Site], phases: Sequence[Phase], late: Flags, prices: Prices
) -> dict[str, Floats]:
    """Pounds of every term that depends on when a site is done, each (N, K)."""
    start = horizon.present_on.toordinal()
    ends = np.array([(p.ends_on or horizon.present_on).toordinal() for p in phases])
    annual = _annual_pounds(sites)
    contract = np.array([(s.contract_ends_on or date.min).toordinal() for s in sites])
    # Before a contract ends nothing is saved; after it, every day costs what was to be saved.
    saved_from = np.maximum(contract, start)
    after = np.maximum(0, ends[None, :] - saved_from[:, None]) / 365
    before = np.maximum(0, contract[:, None] - ends[None, :]) / 365
    held = (contract >= start)[:, None]
    wait = np.array([prices.waiting_pounds_per_day.get(s.priority.casefold(), 0.0) for s in sites])
    pounds = (
        _saving_share(horizon.state, prices) * annual[:, None] * after,
        prices.double_running_share * annual[:, None] * before,
        prices.out_of_contract_share * annual[:, None] * after * held,
        wait[:, None] * np.maximum(0, ends - start)[None, :],
        np.broadcast_to(prices.miss_pounds * late, (len(sites), len(phases))).copy(),
    )
    return dict(zip(TIMED_TERMS, pounds, strict=True))


def _annual_pounds(sites: Sequence[Site]) -> Floats:
    """What each site costs a year in pounds; one not known costs what the middle one does."""
    known = [s.annual_cost_pence for s in sites if s.annual_cost_pence is not None]
    usual = float(np.median(known)) if known else 0.0
    pence = [usual if s.annual_cost_pence is None else s.annual_cost_pence for s in sites]
    return np.array(pence, dtype=np.float64) / 100


def _saving_share(state: State, prices: Prices) -> float:
    """The saving target over the annual cost of all sites, at most 1; else the stated share."""
    total = float(_annual_pounds(list(state.sites.values())).sum())
    target = state.programme.saving_target_pence
    return min(1.0, target / 100 / total) if target and total else prices.saving_share


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
    wanted = CENTRES_PER_PHASE * phases - len(places)
    if wanted > 0 and known.any():
        middle = centres(here[known], min(CENTRES_PER_PHASE * phases, int(known.sum())))
        places += [tuple(place) for place in here[known][middle]]
    there = np.array(places, dtype=np.float64).reshape(-1, 2)
    km = np.zeros((len(sites), max(1, len(there))))
    if known.any() and len(there):
        km[known] = matrix_m(here[known], there) / 1000
    own: list[RecordId | None] = [node.id for node in nodes]
    if nodes and len(there) > len(nodes):
        nearest = matrix_m(there[len(nodes) :], there[: len(nodes)]).argmin(axis=1)
        own += [nodes[n].id for n in nearest]
    return km, tuple(own + [None] * (km.shape[1] - len(own)))
