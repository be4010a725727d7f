"""Second paths for what must not hang on one: where each begins, and how long all are together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from psnplanner.geography.distance import local_metres
from psnplanner.planning.network_links import Floats, Link, is_emergency, places_of
from psnplanner.planning.spanning_tree import LEAST_M
from psnplanner.programme.node import Node
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site


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


def second_paths(
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
    places = places_of(things)
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
