"""The network's estimate: who hangs on which node, how long the branches are, what a cut costs.

Branches are minimum spanning trees over a node and its sites, the backbone is the nodes' own
tree. A tree has one path to every site: what a cut link takes down is all
that hangs below it. Straight lines say nothing of ducts, so lengths are straight ones times a
route factor, told with its range.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psnplanner.geography.distance import local_metres, matrix_m
from psnplanner.planning.horizon import Tree
from psnplanner.planning.prices import Prices
from psnplanner.planning.spanning_tree import LEAST_M, spanning_tree
from psnplanner.programme.node import Node
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

Floats = NDArray[np.float64]

ROUTE_FACTOR = Prices().route_factor
"""Metres of route for each straight metre. About 1.2 in towns (Newell, "Traffic Flow on
Transportation Networks", 1980), more where rivers and railways are in the way."""

ROUTE_FACTOR_RANGE = (1.2, 1.5)
"""What it may well be instead: towns, and the banks of an estuary. An estimate."""

POUNDS_PER_ROUTE_M = 60.0
"""A metre of new route with duct and fibre, verge and carriageway mixed. An estimate."""

EMERGENCY_KINDS = ("hospital", "police", "fire", "ambulance")
"""Words in the kind of a building that must not hang on one path."""

NEAR_NODES = 8


@dataclass(frozen=True)
class Link:
    """One link of the tree: `low` hangs from `high` (a site's or node's id).

    `sites` lose their service when it is cut; `emergency` are those of them that must not.
    """

    low: RecordId
    high: RecordId
    low_name: str
    high_name: str
    backbone: bool
    metres: float
    sites: tuple[RecordId, ...]
    emergency: tuple[RecordId, ...]


@dataclass(frozen=True)
class SecondPath:
    """A site on a single path, how long that is, and the shortest second one that shares none.

    `joins` is the nearest building or node whose own path no link of the first is on, `metres`
    the straight way there. None where the network has one limb only.
    """

    site: RecordId
    links: int
    path_metres: float
    joins: RecordId | None
    metres: float


@dataclass(frozen=True, eq=False)
class Network:
    """The estimate. Straight metres; multiply by `route_factor` (or its range) for routes."""

    route_factor: float
    links: tuple[Link, ...]
    node_of: Mapping[RecordId, RecordId]
    assigned: tuple[RecordId, ...]
    full: tuple[tuple[RecordId, int, int], ...]
    without_node: tuple[RecordId, ...]
    second_paths: tuple[SecondPath, ...]
    second_metres: float
    nodes: Mapping[RecordId, Node]
    sites: Mapping[RecordId, Site]

    @property
    def backbone_metres(self) -> float:
        """Straight metres between nodes."""
        return sum(link.metres for link in self.links if link.backbone)

    @property
    def branch_metres(self) -> float:
        """Straight metres from nodes to sites."""
        return sum(link.metres for link in self.links if not link.backbone)

    def route_km(self, metres: float) -> tuple[float, float, float]:
        """Kilometres of route of straight metres: as estimated, at least, at most."""
        low, high = ROUTE_FACTOR_RANGE
        factors = (self.route_factor, min(low, self.route_factor), max(high, self.route_factor))
        first, least, most = (round(metres * factor / 1000, 1) for factor in factors)
        return first, least, most

    def report(self, links: int | None = None) -> dict[str, Any]:
        """The network as JSON-ready values; the worst so many cuts, or all of them."""
        served = Counter(self.node_of.values())
        worst = sorted(self.links, key=lambda link: (-len(link.emergency), -len(link.sites)))
        doubled = [path for path in self.second_paths if path.joins is not None]
        return {
            "route_factor": self.route_factor,
            "route_factor_range": list(ROUTE_FACTOR_RANGE),
            "backbone_km": self._km(self.backbone_metres),
            "branch_km": self._km(self.branch_metres),
            "nodes": [
                {
                    "name": node.name,
                    "parent": self._name(node.parent) if node.parent in self.nodes else None,
                    "ports": node.ports,
                    "sites": served[node.id],
                }
                for node in self.nodes.values()
            ],
            "assigned": [
                {"site": self._name(ident), "node": self._name(self.node_of[ident])}
                for ident in self.assigned
            ],
            "over_their_ports": [
                {"node": self._name(ident), "ports": ports, "sites": sites}
                for ident, ports, sites in self.full
            ],
            "without_node": [self._name(ident) for ident in self.without_node],
            "cuts": [self._cut(link) for link in worst[:links]],
            "single_paths": [self._second(path) for path in self.second_paths],
            "dual_homing": {
                "sites": len(doubled),
                "route_km": self._km(self.second_metres),
                "longer_percent": self._longer(),
                "pounds": round(self._pounds(self.second_metres), -3),
                "pounds_per_route_m": POUNDS_PER_ROUTE_M,
            },
        }

    def _km(self, metres: float) -> dict[str, float]:
        first, least, most = self.route_km(metres)
        return {"straight": round(metres / 1000, 1), "route": first, "least": least, "most": most}

    def _name(self, ident: RecordId | None) -> str:
        node, site = self.nodes.get(ident or b""), self.sites.get(ident or b"")
        return node.name if node else (site.reference or site.name if site else "")

    def _cut(self, link: Link) -> dict[str, Any]:
        return {
            "from": link.high_name,
            "to": link.low_name,
            "backbone": link.backbone,
            "straight_km": round(link.metres / 1000, 2),
            "sites": len(link.sites),
            "emergency": [self._name(ident) for ident in link.emergency],
        }

    def _second(self, path: SecondPath) -> dict[str, Any]:
        site = self.sites[path.site]
        return {
            "reference": site.reference,
            "name": site.name,
            "kind": site.kind,
            "links": path.links,
            "path_km": round(path.path_metres / 1000, 2),
            "joins": self._name(path.joins) or None,
            "second_km": round(path.metres / 1000, 2),
            "pounds": round(self._pounds(path.metres), -3),
        }

    def _pounds(self, metres: float) -> float:
        return metres * self.route_factor * POUNDS_PER_ROUTE_M

    def _longer(self) -> float:
        whole = self.backbone_metres + self.branch_metres
        return round(100 * self.second_metres / whole, 1) if whole else 0.0


def is_emergency(site: Site) -> bool:
    """Whether a building belongs to an emergency service or is a hospital, by its kind."""
    return any(word in site.kind.casefold() for word in EMERGENCY_KINDS)


def network(state: State, route_factor: float = ROUTE_FACTOR) -> Network:
    """The network of a programme. Sites and nodes without a place are left out of it.

    A site that has no node is counted with the one the least total length gives it within
    ports; those that no port is left for are named.
    """
    sites = {s.id: s for s in state.sites.values() if s.position is not None}
    nodes = {n.id: n for n in state.nodes.values() if n.position is not None}
    node_of = {i: s.node for i, s in sites.items() if s.node is not None and s.node in nodes}
    used = Counter(node_of.values())
    full = [
        (n.id, n.ports, used[n.id])
        for n in nodes.values()
        if n.ports is not None and used[n.id] > n.ports
    ]
    wanting = [site for ident, site in sites.items() if ident not in node_of]
    given = assigned(wanting, list(nodes.values()), used)
    node_of |= given
    tree = Tree(state)
    # A parent without a place is no end of a link: the chain stops below it.
    chains = {ident: list(takewhile(nodes.__contains__, tree.chain(ident))) for ident in nodes}
    links = _links(sites, nodes, chains, node_of)
    second_paths, second_metres = _second_paths(sites, nodes, chains, node_of, links)
    return Network(
        route_factor=route_factor,
        links=tuple(links),
        node_of=node_of,
        assigned=tuple(given),
        full=tuple(full),
        without_node=tuple(site.id for site in wanting if site.id not in given),
        second_paths=tuple(second_paths),
        second_metres=second_metres,
        nodes=nodes,
        sites=sites,
    )


def assigned(
    sites: Sequence[Site], nodes: Sequence[Node], used: Mapping[RecordId, int]
) -> dict[RecordId, RecordId]:
    """The node of each site: as many as fit within free ports, at the least total length.

    Each site looks at its nearest nodes; a minimum-cost flow (OR-Tools) shares out the ports.
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    if not sites or not nodes:
        return {}
    count, many = len(sites), len(nodes)
    metres = matrix_m(_places(sites), _places(nodes))
    near = np.argsort(metres, axis=1, kind="stable")[:, : max(NEAR_NODES, 1)]
    if count * many <= 200_000:
        near = np.argsort(metres, axis=1, kind="stable")
    tails = np.repeat(np.arange(count), near.shape[1])
    heads = near.ravel() + count
    cost = np.take_along_axis(metres, near, axis=1).ravel().astype(np.int64)
    flow = SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, np.ones(len(tails), np.int64), cost)
    sink = count + many
    free = [count if n.ports is None else max(0, n.ports - used.get(n.id, 0)) for n in nodes]
    flow.add_arcs_with_capacity_and_unit_cost(
        np.arange(many) + count, np.full(many, sink), np.array(free), np.zeros(many, np.int64)
    )
    # Whoever finds no port goes straight to the sink, dearer than any way through a node.
    dear = np.full(count, int(cost.max()) * count + 1)
    flow.add_arcs_with_capacity_and_unit_cost(
        np.arange(count), np.full(count, sink), np.ones(count, np.int64), dear
    )
    flow.set_nodes_supplies(np.arange(count), np.ones(count, dtype=np.int64))
    flow.set_node_supply(sink, -count)
    flow.solve()
    sent = flow.flows(np.arange(len(tails))).reshape(near.shape)
    return {
        site.id: nodes[int(near[row, sent[row].argmax()])].id
        for row, site in enumerate(sites)
        if sent[row].any()
    }


def _places(items: Iterable[Site | Node]) -> Floats:
    found = [item.position[:2] for item in items if item.position is not None]
    return np.array(found, dtype=np.float64).reshape(-1, 2)


def _links(
    sites: Mapping[RecordId, Site],
    nodes: Mapping[RecordId, Node],
    chains: Mapping[RecordId, list[RecordId]],
    node_of: Mapping[RecordId, RecordId],
) -> list[Link]:
    groups: defaultdict[RecordId, list[Site]] = defaultdict(list)
    for ident, home in node_of.items():
        groups[home].append(sites[ident])
    links: list[Link] = []
    for ident, node in nodes.items():
        if node.parent is not None and node.parent in nodes:
            high = nodes[node.parent]
            metres = float(matrix_m(_places([node]), _places([high]))[0, 0])
            below = [s for at, own in groups.items() if ident in chains[at] for s in own]
            links.append(_link(node, high, True, metres, below))
        links += _branch(node, groups.get(ident, []))
    return links


def _branch(node: Node, sites: list[Site]) -> list[Link]:
    if not sites:
        return []
    things: list[Site | Node] = [node, *sites]
    parents, metres = spanning_tree(_places(things))
    below: list[list[Site]] = [[] for _ in things]
    for row in range(1, len(things)):
        at = row
        while at > 0:
            below[at].append(sites[row - 1])
            at = int(parents[at])
    return [
        _link(things[row], things[int(parents[row])], False, float(metres[row]), below[row])
        for row in range(1, len(things))
    ]


def _link(
    low: Site | Node, high: Site | Node, backbone: bool, metres: float, below: list[Site]
) -> Link:
    return Link(
        low=low.id,
        high=high.id,
        low_name=_called(low),
        high_name=_called(high),
        backbone=backbone,
        metres=metres,
        sites=tuple(site.id for site in below),
        emergency=tuple(site.id for site in below if is_emergency(site)),
    )


def _called(item: Site | Node) -> str:
    if isinstance(item, Node):
        return f"node {item.name}"
    return " ".join(filter(None, (item.reference, item.name)))


def _second_paths(
    sites: Mapping[RecordId, Site],
    nodes: Mapping[RecordId, Node],
    chains: Mapping[RecordId, list[RecordId]],
    node_of: Mapping[RecordId, RecordId],
    links: Sequence[Link],
) -> tuple[list[SecondPath], float]:
    """Every emergency site with its single path and where a second may begin; metres in all.

    A second path leads to the nearest building or node of another limb: what hangs from the
    root by another link, and so falls with none of the links of the first path. Paths of
    neighbours share what they can, by a spanning tree, so together they are shorter.
    """
    from scipy.spatial import cKDTree

    above = {link.low: link for link in links}
    limb = {i: _limb(chains[node_of[i]]) for i in sites if i in node_of}
    limb |= {i: _limb(chains[i]) for i in nodes}
    things: list[Site | Node] = [*nodes.values(), *(sites[i] for i in node_of)]
    places = _places(things)
    x, y = local_metres(places[:, 0], places[:, 1]) if len(things) else (np.zeros(0),) * 2
    flat = np.stack([x, y], axis=1)
    limbs = [limb[thing.id] for thing in things]
    found: list[SecondPath] = []
    total = 0.0
    for name in dict.fromkeys(limbs):
        own = [r for r, t in enumerate(things)
               if limbs[r] == name and isinstance(t, Site) and is_emergency(t)]  # fmt: skip
        other = [row for row in range(len(things)) if limbs[row] != name]
        away, nearest = (
            cKDTree(flat[other]).query(flat[own]) if own and other else (np.zeros(len(own)), None)
        )
        for place, row in enumerate(own):
            joins = things[other[int(nearest[place])]].id if nearest is not None else None
            path = _path(things[row].id, above)
            length = sum(link.metres for link in path)
            second = SecondPath(things[row].id, len(path), length, joins, float(away[place]))
            found.append(second)
        if nearest is not None:
            total += _shared_metres(flat[own], away)
    return sorted(found, key=lambda second: (-second.links, -second.path_metres)), total


def _limb(chain: Sequence[RecordId]) -> RecordId:
    """The node next to the root on a way to the core; of the root's own sites, the root."""
    return chain[-2] if len(chain) > 1 else chain[-1]


def _path(site: RecordId, above: Mapping[RecordId, Link]) -> list[Link]:
    path: list[Link] = []
    at = site
    while at in above and len(path) <= len(above):
        path.append(above[at])
        at = above[at].high
    return path


def _shared_metres(places: Floats, away: Floats) -> float:
    """The least metres that join all these places (N, 2) to something `away` from each."""
    from scipy.sparse.csgraph import minimum_spanning_tree

    count = len(places)
    metres = np.zeros((count + 1, count + 1))
    metres[:count, :count] = np.hypot(*(places[:, None, :] - places[None, :, :]).transpose(2, 0, 1))
    metres[:count, count] = away
    # Two places in one building: a zero would read as no link at all.
    metres = np.maximum(metres, LEAST_M) * (1 - np.eye(count + 1))
    return float(minimum_spanning_tree(np.triu(metres)).sum())
