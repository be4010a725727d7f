"""Outlines hold their points, and outliers do not draw spikes."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from psnplanner.geography.area import MARGIN_M, as_wkb, outline, rings
from psnplanner.geography.distance import Array, local_metres

POINTS = st.lists(st.tuples(st.floats(53.0, 53.8), st.floats(-3.3, -2.0)), min_size=1, max_size=60)


def scatter(count: int, spread: float, seed: int = 1) -> tuple[Array, Array]:
    draw = np.random.default_rng(seed)
    return 53.4 + spread * draw.standard_normal(count), -2.9 + spread * draw.standard_normal(count)


@settings(max_examples=60)
@given(POINTS)
def test_every_point_is_inside_with_room_to_spare(points: list[tuple[float, float]]) -> None:
    lats, lons = np.array(points).T
    shape = outline(lats, lons)
    assert shape is not None
    assert shape.is_valid
    x, y = local_metres(lats, lons)
    origin = (lats.mean(), lons.mean())
    edges = []
    for ring in rings(shape):
        ring_lons, ring_lats = np.array(ring).T
        edge = np.column_stack(local_metres(ring_lats, ring_lons, origin))
        edges.append(shapely.LineString(edge))
    for lon, lat, px, py in zip(lons, lats, x, y, strict=True):
        assert shape.contains(shapely.Point(lon, lat))
        assert min(edge.distance(shapely.Point(px, py)) for edge in edges) > 0.9 * MARGIN_M


def test_one_two_and_no_points() -> None:
    one = outline([53.4], [-2.9])
    assert one is not None
    assert one.geom_type == "Polygon"
    assert one.area == pytest.approx(np.pi * 350**2 / (111_300 * 111_400 * 0.596), rel=0.03)
    near = outline([53.4, 53.405], [-2.9, -2.9])
    assert near is not None
    assert near.geom_type == "Polygon"
    assert outline([], []) is None
    assert outline([np.nan], [-2.9]) is None


def test_sites_in_one_building_are_one_place() -> None:
    assert outline([53.4] * 5, [-2.9] * 5) == outline([53.4], [-2.9])


def test_a_far_outlier_is_a_part_of_its_own() -> None:
    lats, lons = scatter(200, 0.03)
    whole = outline(lats, lons)
    apart = outline(np.append(lats, 53.1), np.append(lons, -2.3))
    assert whole is not None
    assert apart is not None
    assert len(shapely.get_parts(apart)) == len(shapely.get_parts(whole)) + 1
    assert apart.area < whole.area * 1.05


def test_a_crescent_of_sites_is_outlined_closer_than_its_hull() -> None:
    draw = np.random.default_rng(2)
    angles, widths = draw.uniform(0, 1.4 * np.pi, 250), draw.uniform(0.8, 1.0, 250)
    lats, lons = 53.4 + 0.1 * widths * np.sin(angles), -2.9 + 0.16 * widths * np.cos(angles)
    shape = outline(lats, lons)
    assert shape is not None
    assert shape.area < 0.8 * shape.convex_hull.area


def test_rings_and_bytes_describe_the_same_shape() -> None:
    shape = outline(*scatter(80, 0.05))
    assert shape is not None
    found = rings(shape)
    assert all(ring[0] == ring[-1] for ring in found)
    assert len(found) >= len(shapely.get_parts(shape))
    raw = as_wkb(shape)
    assert raw[0] == 1
    assert shapely.from_wkb(raw).equals(shape)
    assert rings(None) == []
