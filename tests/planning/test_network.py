"""The network's estimate: trees, ports, cuts and second paths."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from scipy.sparse.csgraph import minimum_spanning_tree

from psnplanner.geography.distance import local_metres, matrix_m
from psnplanner.planning.network import POUNDS_PER_ROUTE_M, network
from psnplanner.planning.node_ports import assigned
from psnplanner.planning.spanning_tree import spanning_tree
from psnplanner.programme.node import Node
from psnplanner.programme.record import Position
from psnplanner.verbs.forecast import network_lines
from tests.planning.programmes import ident, programme, site

NORTH_M = 111_290.0
"""Metres of a degree of latitude at Northwich, about."""


def at(north: float, east: float = 0.0) -> Position:
    """So many hundredths of a degree from a corner."""
    return Position(53.0 + north / 100, -2.5 + east / 100)


def node(number: int, place: Position, parent: int | None = None, **values: object) -> Node:
    """A node."""
    above = None if parent is None else ident(parent)
    return Node(id=ident(number), name=f"N{number}", position=place, parent=above, **values)


def test_a_line_of_sites_is_a_chain_and_a_cut_takes_what_is_below() -> None:
    """Three sites north of a node: the first link carries all."""
    sites = [site(n, position=at(n), node=ident(900)) for n in (1, 2, 3)]
    found = network(programme(node(900, at(0)), *sites))
    lost = {link.low: set(link.sites) for link in found.links}
    assert lost[ident(1)] == {ident(1), ident(2), ident(3)}
    assert lost[ident(3)] == {ident(3)}
    assert found.branch_metres == pytest.approx(3 * NORTH_M / 100, rel=0.01)
    first, least, most = found.route_km(found.branch_metres)
    assert least < first < most
    assert first == pytest.approx(1.3 * found.branch_metres / 1000, abs=0.06)


@pytest.mark.parametrize("count", [60, 1_500])
def test_the_tree_is_the_shortest_by_triangles_too(count: int) -> None:
    """Few or many, coincident or not: scipy's tree over every pair is no shorter."""
    luck = Random(count)
    places = np.array([
        (53 + luck.randrange(4_000) / 10_000, -2.5 + luck.random() / 2) for _ in range(count)
    ])  # fmt: skip
    places[5] = places[9]
    parents, metres = spanning_tree(places)
    x, y = local_metres(places[:, 0], places[:, 1])
    pairs = np.hypot(x[:, None] - x[None], y[:, None] - y[None])
    shortest = minimum_spanning_tree(np.maximum(pairs, 0.1) * (1 - np.eye(count))).sum()
    assert metres.sum() == pytest.approx(shortest, rel=1e-4)
    assert (parents >= 0).sum() == count - 1
    assert parents[0] == -1


def test_places_in_one_line_are_joined_too() -> None:
    """What no triangle fits."""
    places = np.array([(53 + n / 10_000, -2.5) for n in range(500)])
    assert spanning_tree(places)[1].sum() == pytest.approx(499 * NORTH_M / 10_000, rel=0.01)


def test_ports_are_shared_out_at_least_length() -> None:
    """Two near sites and one port: the one with the dearer way round keeps it."""
    near = [node(900, at(0), ports=1), node(901, at(10), 900, ports=5)]
    sites = [site(1, position=at(0.5)), site(2, position=at(1))]
    state = programme(*near, *sites)
    given = assigned(sites, near, {})
    assert given == {ident(1): ident(900), ident(2): ident(901)}
    found = network(state)
    assert set(found.assigned) == {ident(1), ident(2)}
    assert not found.without_node


def test_what_finds_no_port_is_named_and_so_is_a_full_node() -> None:
    """One port, two sites on it and a third that wants it."""
    sites = [site(n, position=at(n), node=ident(900) if n < 3 else None) for n in (1, 2, 3)]
    found = network(programme(node(900, at(0), ports=1), *sites))
    assert found.full == ((ident(900), 1, 2),)
    assert found.without_node == (ident(3),)


def test_a_backbone_cut_takes_down_whole_branches() -> None:
    """Root, middle, end: cut above the middle loses both."""
    nodes = [node(900, at(0)), node(901, at(5), 900), node(902, at(10), 901)]
    sites = [site(1, position=at(5.5), node=ident(901)), site(2, position=at(11), node=ident(902))]
    cuts = {link.low: link.sites for link in network(programme(*nodes, *sites)).links}
    assert set(cuts[ident(901)]) == {ident(1), ident(2)}
    assert cuts[ident(902)] == (ident(2),)


def test_hospitals_and_emergency_services_get_a_price_for_a_second_path() -> None:
    """It leads to another limb of the tree, and neighbours share it."""
    nodes = [node(900, at(0)), node(901, at(10, 0), 900), node(902, at(10, 10), 900)]
    sites = [
        site(1, position=at(11, 4), node=ident(901), kind="Hospital"),
        site(2, position=at(11, 4.2), node=ident(901), kind="Fire station"),
        site(3, position=at(11, 0), node=ident(901), kind="School"),
        site(4, position=at(11, 8), node=ident(902), kind="Library"),
    ]
    found = network(programme(*nodes, *sites))
    second = {path.site: path for path in found.second_paths}
    assert set(second) == {ident(1), ident(2)}
    assert second[ident(1)].joins == ident(4)
    nearer = matrix_m([sites[1].position[:2]], [sites[3].position[:2]])[0, 0]
    assert second[ident(2)].metres == pytest.approx(nearer, rel=0.01)
    assert found.second_metres < second[ident(1)].metres + second[ident(2)].metres
    report = found.report()
    pounds = found.second_metres * found.route_factor * POUNDS_PER_ROUTE_M
    assert report["dual_homing"]["pounds"] == pytest.approx(pounds, abs=500)
    assert report["cuts"][0]["emergency"] == ["S0001", "S0002"]


def test_one_limb_has_no_second_path_to_give() -> None:
    """Said, not priced at nothing."""
    found = network(
        programme(node(900, at(0)), site(1, position=at(1), node=ident(900), kind="Hospital"))
    )
    assert found.second_paths[0].joins is None
    assert found.report()["dual_homing"]["sites"] == 0


def test_without_nodes_it_is_counted_with_those_a_plan_would_propose() -> None:
    """And says so: 90 sites do not hang on nothing."""
    hospital = site(90, kind="Hospital", position=at(20, 20))
    state = programme(*(site(n) for n in range(90)), hospital)
    found = network(state)
    report = found.report()
    assert report["nodes_proposed"]
    assert len(report["nodes"]) == 2  # one for about forty sites, as a plan's
    assert len(found.node_of) == 91
    assert report["backbone_km"]["route"] > 0
    assert report["branch_km"]["route"] > 0
    assert [path["reference"] for path in report["single_paths"]] == [hospital.reference]
    assert "counted with 2 that a plan would propose" in " ".join(network_lines(report))
    given = network(programme(*(site(n) for n in range(90)), hospital, node(900, at(0))))
    assert not given.report()["nodes_proposed"]


def test_nothing_placed_is_an_empty_network() -> None:
    """No nodes, no places: nothing, and no error."""
    found = network(programme(site(1, position=None)))
    assert not found.links
    assert found.report()["backbone_km"]["route"] == 0
