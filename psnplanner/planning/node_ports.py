"""Which node each site hangs on: the least total length within the nodes' free ports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from psnplanner.geography.distance import matrix_m
from psnplanner.planning.network_links import places_of
from psnplanner.programme.node import Node
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site

NEAR_NODES = 8


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
    metres = matrix_m(places_of(sites), places_of(nodes))
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
