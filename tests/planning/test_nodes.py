"""Proposed nodes: enough, central, within their ports, a tree."""

from collections import Counter

from psnplanner.planning.nodes import nearest_nodes, propose_nodes
from psnplanner.programme.node import Node
from tests.planning.programmes import ident, programme, site, towns


def test_a_node_for_every_forty_sites_in_one_tree() -> None:
    sites = towns(200)
    nodes, given = propose_nodes(sites)
    assert len(nodes) == 5
    assert len({node.name for node in nodes}) == 5
    assert sum(node.parent is None for node in nodes) == 1
    served = Counter(given.values())
    assert sum(served.values()) == 200
    assert all(served[node.id] <= (node.ports or 0) for node in nodes)
    places = {s.position[:2] for s in sites}
    assert all(node.position[:2] in places for node in nodes)


def test_no_positions_no_nodes() -> None:
    assert propose_nodes([site(1, position=None)]) == ([], {})


def test_sites_in_one_building_still_make_a_tree() -> None:
    place = site(1).position
    nodes, given = propose_nodes([site(n, position=place) for n in range(100)])
    assert sum(node.parent is None for node in nodes) == 1
    assert len(given) == 100


def test_nearest_node_with_a_free_port() -> None:
    near = Node(id=ident(801), name="Near", position=site(1).position, ports=1)
    far = Node(id=ident(802), name="Far", position=site(90).position)
    state = programme(site(1), site(2), near, far)
    given = nearest_nodes(state, list(state.sites.values()))
    assert given == {ident(1): near.id, ident(2): far.id}
