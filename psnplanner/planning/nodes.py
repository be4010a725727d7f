"""Nodes for a programme that has none: where, serving whom, which nearer the core, by when.

Source: capacitated k-median by alternation (assign within ports, then move each centre to
the best building of its group); the backbone is a minimum spanning tree (scipy).
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil

import numpy as np
from numpy.typing import NDArray

from psnplanner.geography.distance import matrix_m
from psnplanner.planning.horizon import Tree
from psnplanner.programme.node import Node
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Position, RecordId, derived_id
from psnplanner.programme.site import Site
from psnplanner.programme.state import PROGRAMME_ID, State
from psnplanner.programme.working_days import Calendar

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SITES_PER_NODE = 40
PORTS_STEP = 24
SPARE_PORTS = 1.25
"""Ports of a proposed node: a quarter more than its sites, in whole line cards of 24."""

HOST_FACTOR = {"hospital": 0.85, "council": 0.85, "fire station": 0.95, "police station": 0.95}
"""Kinds of building that host a node well (power, access at all hours): distances count less."""

ROUNDS = 12
# Above so many pairs the exact assignment would take seconds: nearest first is close.
EXACT_PAIRS = 200_000


def centres(places: Floats, count: int, weights: Floats | None = None) -> Ints:
    """Indices of `count` places (M, 2) in degrees that others are near: k-median, alternating.

    `weights` (M,) multiply the distance to a place as a centre; lower attracts. Deterministic.
    """
    count = min(count, len(places))
    chosen = _spread(places, count)
    cost = np.ones(len(places)) if weights is None else weights
    for _ in range(ROUNDS):
        group = matrix_m(places, places[chosen]).argmin(axis=1)
        moved = _recentred(places, group, chosen, cost)
        if (moved == chosen).all():
            break
        chosen = moved
    return chosen


def _spread(places: Floats, count: int) -> Ints:
    """Places far from one another yet in company: each next one removes most distance."""
    # An even sample stands for a crowd; the alternation that follows sees every place.
    pool = np.linspace(0, len(places) - 1, min(len(places), max(1_000, count))).astype(np.int64)
    between = matrix_m(places[pool], places[pool])
    chosen = [int(matrix_m(places[pool], places.mean(axis=0)[None]).argmin())]
    nearest = between[chosen[0]].copy()
    for _ in range(count - 1):
        gain = np.maximum(0, nearest[None, :] - between).sum(axis=1)
        chosen.append(int(gain.argmax()))
        nearest = np.minimum(nearest, between[chosen[-1]])
    result: Ints = pool[np.array(chosen)]
    return result


def _recentred(places: Floats, group: Ints, chosen: Ints, cost: Floats) -> Ints:
    moved = chosen.copy()
    for j in range(len(chosen)):
        own = np.flatnonzero(group == j)
        if len(own):
            # A crowd's middle is found well enough among an even sample of it.
            some = own[:: max(1, len(own) // 400)]
            totals = matrix_m(places[some], places[own]).sum(axis=1) * cost[some]
            moved[j] = some[totals.argmin()]
    return moved


def propose_nodes(sites: Sequence[Site]) -> tuple[list[Node], dict[RecordId, RecordId]]:
    """Nodes at buildings of these sites, and the node of each site that has a position.

    About one for each 40 sites; the root is the most central, every other hangs from its
    neighbour in a spanning tree. They have no dates yet (see `dated_nodes`).
    """
    placed = [site for site in sites if site.position is not None]
    if not placed:
        return [], {}
    places = np.array([site.position[:2] for site in placed if site.position], dtype=np.float64)
    weights = np.array([HOST_FACTOR.get(site.kind.casefold(), 1.0) for site in placed])
    count = max(1, round(len(placed) / SITES_PER_NODE))
    chosen = centres(places, count, weights)
    ports = ceil(SPARE_PORTS * len(placed) / len(chosen))
    for _ in range(ROUNDS):
        group = _within_ports(matrix_m(places, places[chosen]), ports)
        moved = _recentred(places, group, chosen, weights)
        if (moved == chosen).all():
            break
        chosen = moved
    parents = _tree(places[chosen], np.bincount(group, minlength=len(chosen)))
    hosts = [placed[i] for i in chosen]
    used = np.bincount(group, minlength=len(chosen))
    nodes = _named(hosts, parents, [_ports(int(count)) for count in used])
    return nodes, {site.id: nodes[j].id for site, j in zip(placed, group, strict=True)}


def _ports(sites: int) -> int:
    return PORTS_STEP * max(1, ceil(SPARE_PORTS * sites / PORTS_STEP))


def _within_ports(metres: Floats, ports: int) -> Ints:
    """The centre of each place so that none serves more than `ports`: least total distance."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    sites, count = metres.shape
    nearest: Ints = metres.argmin(axis=1)
    if np.bincount(nearest, minlength=count).max() <= ports or sites * count > EXACT_PAIRS:
        return nearest
    flow = SimpleMinCostFlow()
    tails = np.repeat(np.arange(sites), count)
    heads = np.tile(np.arange(count), sites) + sites
    flow.add_arcs_with_capacity_and_unit_cost(
        tails, heads, np.ones(sites * count, dtype=np.int64), metres.ravel().astype(np.int64)
    )
    own = np.arange(count) + sites
    sink = np.full(count, sites + count)
    flow.add_arcs_with_capacity_and_unit_cost(
        own, sink, np.full(count, ports), np.zeros(count, int)
    )
    flow.set_nodes_supplies(np.arange(sites), np.ones(sites, dtype=np.int64))
    flow.set_node_supply(sites + count, -sites)
    flow.solve()
    sent = flow.flows(np.arange(sites * count)).reshape(sites, count)
    result: Ints = sent.argmax(axis=1)
    return result


def _tree(places: Floats, weights: Ints) -> list[int]:
    """The parent of each place towards the most central one (-1), by a spanning tree."""
    from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

    metres = matrix_m(places, places)
    root = int((metres * weights[None, :]).sum(axis=1).argmin())
    # Two nodes in one building: a zero would read as no link at all.
    tree = minimum_spanning_tree(np.maximum(metres, 0.1) * (1 - np.eye(len(places))))
    _, before = breadth_first_order(tree, root, directed=False)
    return [int(parent) if parent >= 0 else -1 for parent in before]


def _named(hosts: Sequence[Site], parents: Sequence[int], ports: Sequence[int]) -> list[Node]:
    names = _names(hosts)
    # The same sites propose the same nodes on every copy of a file.
    ids = [derived_id(PROGRAMME_ID, f"node {host.id.hex()}") for host in hosts]
    return [
        Node(
            id=ids[j],
            name=names[j],
            position=Position(*(host.position or (0.0, 0.0))[:2], f"at {host.name}"),
            parent=None if parents[j] < 0 else ids[parents[j]],
            ports=ports[j],
        )
        for j, host in enumerate(hosts)
    ]


def _names(hosts: Sequence[Site]) -> list[str]:
    """The town of each host; with the place or building where towns repeat, then a number."""
    parts = [[p.strip() for p in host.address.split(",") if p.strip()] for host in hosts]
    names = [
        own[-1] if own else f"Near {host.name}" for own, host in zip(parts, hosts, strict=True)
    ]
    towns = Counter(names)
    names = [
        f"{name}, {host.name}" if towns[name] > 1 else name
        for name, host in zip(names, hosts, strict=True)
    ]
    repeated, seen = Counter(names), Counter[str]()
    for j, name in enumerate(names):
        seen[name] += 1
        if repeated[name] > 1:
            names[j] = f"{name} {seen[name]}"
    return names


def nearest_nodes(state: State, sites: Sequence[Site]) -> dict[RecordId, RecordId]:
    """The nearest node with a free port for each placed site that has none, nearest pair first."""
    nodes = [node for node in state.nodes.values() if node.position is not None]
    wanting = [s for s in sites if s.node not in state.nodes and s.position is not None]
    if not nodes or not wanting:
        return {}
    used = Counter(site.node for site in state.sites.values())
    free = [node.ports - used[node.id] if node.ports is not None else 10**9 for node in nodes]
    here = np.array([site.position[:2] for site in wanting if site.position])
    metres = matrix_m(here, np.array([node.position[:2] for node in nodes if node.position]))
    given: dict[RecordId, RecordId] = {}
    for i in np.argsort(metres.min(axis=1), kind="stable"):
        for j in np.argsort(metres[i], kind="stable"):
            if free[j] > 0:
                free[j] -= 1
                given[wanting[i].id] = nodes[j].id
                break
    return given


def dated_nodes(
    state: State, phase_of: Mapping[RecordId, Phase], calendar: Calendar, present_on: date
) -> list[Node]:
    """The nodes that have no date, each planned for the working day before it is first used.

    `phase_of` is the phase of each site. A node above others is used when they are: root,
    then branch. One that no site uses stays undated.
    """
    first: dict[RecordId, date] = {}
    tree = Tree(state)
    for ident, phase in phase_of.items():
        node = state.sites[ident].node
        if node is None or phase.starts_on is None:
            continue
        for above in tree.chain(node):
            first[above] = min(first.get(above, date.max), phase.starts_on)
    undated = [n for n in state.nodes.values() if n.live_on is None and n.planned_on is None]
    return [
        dataclasses.replace(node, planned_on=_before(first[node.id], calendar, present_on))
        for node in undated
        if node.id in first
    ]


def _before(starts_on: date, calendar: Calendar, present_on: date) -> date:
    return min(starts_on, max(present_on, calendar.add(starts_on, -1)))
