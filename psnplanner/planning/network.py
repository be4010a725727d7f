"""The network's estimate: who hangs on which node, how long the branches are, what a cut costs.

Branches are minimum spanning trees over a node and its sites, the backbone is the nodes' own
tree. Straight lines say nothing of ducts, so lengths are straight ones times a route factor,
told with its range.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from psnplanner.planning.horizon import Tree
from psnplanner.planning.network_links import Link, links
from psnplanner.planning.node_ports import assigned
from psnplanner.planning.nodes import propose_nodes
from psnplanner.planning.prices import Prices
from psnplanner.planning.second_paths import SecondPath, second_paths
from psnplanner.programme.change import creation, difference
from psnplanner.programme.node import Node
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

ROUTE_FACTOR = Prices().route_factor
"""Metres of route for each straight metre. About 1.2 in towns (Newell, "Traffic Flow on
Transportation Networks", 1980), more where rivers and railways are in the way."""

ROUTE_FACTOR_RANGE = (1.2, 1.5)
"""What it may well be instead: towns, and the banks of an estuary. An estimate."""

POUNDS_PER_ROUTE_M = 60.0
"""A metre of new route with duct and fibre, verge and carriageway mixed. An estimate."""


@dataclass(frozen=True, eq=False)
class Network:
    """The estimate. Straight metres; multiply by `route_factor` (or its range) for routes."""

    route_factor: float
    links: tuple[Link, ...]
    node_of: Mapping[RecordId, RecordId]
    proposed: bool
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
            "nodes_proposed": self.proposed,
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


def network(state: State, route_factor: float = ROUTE_FACTOR) -> Network:
    """The network of a programme. Sites and nodes without a place are left out of it.

    A site that has no node is counted with the one the least total length gives it within
    ports; those that no port is left for are named. Where the programme has no nodes yet they
    are those that a plan would propose.
    """
    proposed = not state.nodes
    if proposed:
        state = _with_nodes(state)
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
    tree_links = links(sites, nodes, chains, node_of)
    paths, second_metres = second_paths(sites, nodes, chains, node_of, tree_links)
    return Network(
        route_factor=route_factor,
        links=tuple(tree_links),
        node_of=node_of,
        proposed=proposed and bool(nodes),
        assigned=tuple(given),
        full=tuple(full),
        without_node=tuple(site.id for site in wanting if site.id not in given),
        second_paths=tuple(paths),
        second_metres=second_metres,
        nodes=nodes,
        sites=sites,
    )


def _with_nodes(state: State) -> State:
    """The programme with the nodes that a plan would give it, and its sites on them."""
    ordered = sorted(state.sites.values(), key=lambda site: (site.reference, site.id))
    nodes, given = propose_nodes(ordered)
    hung = [
        c for ident, node in given.items() for c in difference(state.sites[ident], {"node": node})
    ]
    return state.after([*(creation(node) for node in nodes), *hung])
