"""The network's estimate: who hangs on which node, how long the branches are, what a cut costs.

Branches are minimum spanning trees over a node and its sites (scipy), the backbone is the
nodes' own tree; above some hundred points only edges of the Delaunay triangulation are looked
at, which hold a minimum spanning tree of the plane (Preparata and Shamos, "Computational
Geometry", 1985, 5.3). A tree has one path to every site: what a cut link takes down is all
that hangs below it. Straight lines say nothing of ducts, so lengths are straight ones times a
route factor, told with its range.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psnplanner.geography.distance import local_metres, matrix_m
from psnplanner.planning.horizon import Tree
from psnplanner.planning.prices import Prices
from psnplanner.programme.node import Node
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ROUTE_FACTOR = Prices().route_factor
"""Metres of route for each straight metre. About 1.2 in towns (Newell, "Traffic Flow on
Transportation Networks", 1980), more where rivers and railways are in the way."""

ROUTE_FACTOR_RANGE = (1.2, 1.5)
"""What it may well be instead: towns, and the banks of an estuary. An estimate."""

POUNDS_PER_ROUTE_M = 60.0
"""A metre of new route with duct and fibre, verge and carriageway mixed. An estimate."""

EMERGENCY_KINDS = ("hospital", "police", "fire", "ambulance")
"""Words in the kind of a building that must not hang on one path."""

MANY_POINTS = 400
NEAR_NODES = 8
_LEAST_M = 0.1


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

    `to_node` is the nearest node that a cut on the first path leaves in service; metres are
    straight ones, pounds those of its route. None where no other branch is left.
    """

    site: RecordId
    links: int
    path_metres: float
    to_node: RecordId | None
    metres: float
    pounds: float


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
        doubled = [path for path in self.second_paths if path.to_node is not None]
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
                "route_km": self._km(sum(path.metres for path in doubled)),
                "pounds": round(sum(path.pounds for path in doubled)),
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
            "second_node": self._name(path.to_node) or None,
            "second_km": round(path.metres / 1000, 2),
            "pounds": round(path.pounds),
        }


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
    links = _links(state, sites, nodes, node_of)
    return Network(
        route_factor=route_factor,
        links=tuple(links),
        node_of=node_of,
        assigned=tuple(given),
        full=tuple(full),
        without_node=tuple(site.id for site in wanting if site.id not in given),
        second_paths=tuple(_second_paths(state, sites, nodes, node_of, links, route_factor)),
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


def spanning_tree(places: Floats, root: int = 0) -> tuple[Ints, Floats]:
    """The parent of each of the places (N, 2) towards the root (its own: -1), and the metres."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

    count = len(places)
    if count < 2:
        return np.full(count, -1), np.zeros(count)
    x, y = local_metres(places[:, 0], places[:, 1])
    one, other = _edges(x, y)
    # Two places in one building: a zero would read as no link at all.
    length = np.maximum(np.hypot(x[one] - x[other], y[one] - y[other]), _LEAST_M)
    tree = minimum_spanning_tree(coo_matrix((length, (one, other)), shape=(count, count)).tocsr())
    _, before = breadth_first_order(tree, root, directed=False)
    parents = np.where(before >= 0, before, -1).astype(np.int64)
    metres = np.where(parents >= 0, np.hypot(x - x[parents], y - y[parents]), 0.0)
    return parents, metres


def _edges(x: Floats, y: Floats) -> tuple[Ints, Ints]:
    """The pairs a spanning tree is sought among: all, or of many those of a triangulation."""
    count = len(x)
    if count <= MANY_POINTS:
        one, other = np.triu_indices(count, 1)
        return one.astype(np.int64), other.astype(np.int64)
    from scipy.spatial import Delaunay, QhullError

    # Places that coincide are no corners of a triangulation: each joins the first of its like.
    _, first, alike = np.unique(
        np.round(np.stack([x, y], axis=1), 1), axis=0, return_index=True, return_inverse=True
    )
    same = np.flatnonzero(first[alike.ravel()] != np.arange(count))
    try:
        corners = first[Delaunay(np.stack([x[first], y[first]], axis=1)).simplices]
    except QhullError:  # all in one line: neighbours along it are enough
        order = first[np.lexsort((y[first], x[first]))]
        corners = np.stack([order[:-1], order[1:], order[1:]], axis=1)
    sides = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    sides = np.unique(np.sort(sides[sides[:, 0] != sides[:, 1]], axis=1), axis=0)
    one = np.concatenate([sides[:, 0], first[alike.ravel()][same]])
    other = np.concatenate([sides[:, 1], same])
    return one.astype(np.int64), other.astype(np.int64)


def _places(items: Iterable[Site | Node]) -> Floats:
    found = [item.position[:2] for item in items if item.position is not None]
    return np.array(found, dtype=np.float64).reshape(-1, 2)


def _links(
    state: State,
    sites: Mapping[RecordId, Site],
    nodes: Mapping[RecordId, Node],
    node_of: Mapping[RecordId, RecordId],
) -> list[Link]:
    groups: defaultdict[RecordId, list[Site]] = defaultdict(list)
    for ident, node in node_of.items():
        groups[node].append(sites[ident])
    links: list[Link] = []
    for ident, node in nodes.items():
        if node.parent is not None and node.parent in nodes:
            high = nodes[node.parent]
            metres = float(matrix_m(_places([node]), _places([high]))[0, 0])
            below = _served_below(state, ident, groups)
            links.append(_link(node, high, True, metres, below))
        links += _branch(node, groups.get(ident, []))
    return links


def _served_below(
    state: State, ident: RecordId, groups: Mapping[RecordId, list[Site]]
) -> list[Site]:
    tree = Tree(state)
    return [s for node, own in groups.items() if ident in tree.chain(node) for s in own]


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
    state: State,
    sites: Mapping[RecordId, Site],
    nodes: Mapping[RecordId, Node],
    node_of: Mapping[RecordId, RecordId],
    links: Sequence[Link],
    route_factor: float,
) -> list[SecondPath]:
    """Every emergency site with its single path, and a second one to a node off that path."""
    above = {link.low: link for link in links}
    tree = Tree(state)
    chains = {ident: tree.chain(ident) for ident in nodes}
    found = []
    for site in (s for i, s in sites.items() if i in node_of and is_emergency(s)):
        path, at = [], site.id
        while at in above and len(path) <= len(above):
            path.append(above[at])
            at = above[at].high
        own = set(chains[node_of[site.id]])
        root = chains[node_of[site.id]][-1]
        # A node below one on the path falls with it; the root alone is beyond every link.
        free = [n for i, n in nodes.items() if not (set(chains[i]) & own) - {root} and i != at]
        free = free or ([nodes[root]] if root in nodes and node_of[site.id] != root else [])
        metres, to_node = 0.0, None
        if free:
            away = matrix_m(_places([site]), _places(free))[0]
            to_node, metres = free[int(away.argmin())].id, float(away.min())
        pounds = metres * route_factor * POUNDS_PER_ROUTE_M
        length = sum(link.metres for link in path)
        found.append(SecondPath(site.id, len(path), length, to_node, metres, pounds))
    return sorted(found, key=lambda second: (-second.links, -second.path_metres))
