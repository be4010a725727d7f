"""The links of the network: the nodes' own tree, and a spanning tree of each node's sites.

A tree has one path to every site: what a cut link takes down is all that hangs below it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from psnplanner.geography.distance import matrix_m
from psnplanner.planning.spanning_tree import spanning_tree
from psnplanner.programme.node import Node
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site

Floats = NDArray[np.float64]

EMERGENCY_KINDS = ("hospital", "police", "fire", "ambulance")
"""Words in the kind of a building that must not hang on one path."""


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


def is_emergency(site: Site) -> bool:
    """Whether a building belongs to an emergency service or is a hospital, by its kind."""
    return any(word in site.kind.casefold() for word in EMERGENCY_KINDS)


def links(
    sites: Mapping[RecordId, Site],
    nodes: Mapping[RecordId, Node],
    chains: Mapping[RecordId, list[RecordId]],
    node_of: Mapping[RecordId, RecordId],
) -> list[Link]:
    groups: defaultdict[RecordId, list[Site]] = defaultdict(list)
    for ident, home in node_of.items():
        groups[home].append(sites[ident])
    found: list[Link] = []
    for ident, node in nodes.items():
        if node.parent is not None and node.parent in nodes:
            high = nodes[node.parent]
            metres = float(matrix_m(places_of([node]), places_of([high]))[0, 0])
            below = [s for at, own in groups.items() if ident in chains[at] for s in own]
            found.append(_link(node, high, True, metres, below))
        found += _branch(node, groups.get(ident, []))
    return found


def _branch(node: Node, sites: list[Site]) -> list[Link]:
    if not sites:
        return []
    things: list[Site | Node] = [node, *sites]
    parents, metres = spanning_tree(places_of(things))
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


def places_of(items: Iterable[Site | Node]) -> Floats:
    found = [item.position[:2] for item in items if item.position is not None]
    return np.array(found, dtype=np.float64).reshape(-1, 2)
