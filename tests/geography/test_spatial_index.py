"""The index against the plain loop."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from psnplanner.geography.spatial_index import PointIndex

NUMBERS = st.integers(-20, 20).map(float)
PLACES = st.lists(st.tuples(NUMBERS | st.just(float("nan")), NUMBERS), max_size=40)


@given(PLACES, NUMBERS, NUMBERS, st.integers(0, 15))
def test_nearest_is_the_lowest_of_the_nearest(
    places: list[tuple[float, float]], x: float, y: float, within: int
) -> None:
    xs, ys = np.array(places, dtype=float).reshape(-1, 2).T
    distances = np.hypot(xs - x, ys - y)
    near = [i for i, d in enumerate(distances) if d <= within]
    best = min(near, key=lambda i: (distances[i], i)) if near and within else None
    assert PointIndex(xs, ys).nearest(x, y, within) == best


@given(PLACES, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_box_includes_its_edges(
    places: list[tuple[float, float]], left: float, bottom: float, right: float, top: float
) -> None:
    xs, ys = np.array(places, dtype=float).reshape(-1, 2).T
    expected = [i for i, (x, y) in enumerate(places) if left <= x <= right and bottom <= y <= top]
    assert PointIndex(xs, ys).in_box(left, bottom, right, top).tolist() == expected


@given(PLACES, st.lists(st.tuples(NUMBERS, NUMBERS), max_size=8))
def test_lasso_agrees_with_shapely_point_by_point(
    places: list[tuple[float, float]], vertices: list[tuple[float, float]]
) -> None:
    xs, ys = np.array(places, dtype=float).reshape(-1, 2).T
    found = PointIndex(xs, ys).in_polygon(vertices).tolist()
    if len(vertices) < 3:
        assert found == []
        return
    lasso = shapely.make_valid(shapely.Polygon(vertices))
    expected = [
        i for i, (x, y) in enumerate(places) if x == x and lasso.contains(shapely.Point(x, y))
    ]
    if lasso.geom_type in ("Polygon", "MultiPolygon"):  # else the lasso is partly a bare line
        assert found == expected


def test_a_figure_of_eight_takes_in_both_loops() -> None:
    index = PointIndex([1.0, 3.0, 2.0], [2.0, 2.0, 3.5])
    assert index.in_polygon([(0, 0), (4, 4), (4, 0), (0, 4)]).tolist() == [0, 1]


def test_lengths_must_agree_and_nothing_is_an_index_too() -> None:
    with pytest.raises(ValueError, match="2 x coordinates but 1 y"):
        PointIndex([1.0, 2.0], [1.0])
    empty = PointIndex([], [])
    assert len(empty) == 0
    assert empty.nearest(0, 0, 5) is None
    assert empty.in_polygon([(0, 0), (1, 0), (1, 1)]).tolist() == []
