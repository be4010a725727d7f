"""Local metres and matrices against the geodesic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psnplanner.geography.distance import (
    centre,
    from_local_metres,
    geodesic_m,
    local_metres,
    matrix_m,
)

LATS, LONS = st.floats(52.9, 53.85), st.floats(-3.6, -1.9)


def test_liverpool_to_chester() -> None:
    assert geodesic_m(53.4084, -2.9916, 53.1905, -2.8919) == pytest.approx(25_140, abs=30)


@given(LATS, LONS, LATS, LONS)
def test_local_metres_are_good_over_the_region(
    lat_1: float, lon_1: float, lat_2: float, lon_2: float
) -> None:
    x, y = local_metres([lat_1, lat_2], [lon_1, lon_2], origin=(53.35, -2.75))
    true_m = geodesic_m(lat_1, lon_1, lat_2, lon_2)
    assert np.hypot(x[1] - x[0], y[1] - y[0]) == pytest.approx(true_m, rel=0.001, abs=0.01)
    matrix = matrix_m([(lat_1, lon_1)], [(lat_2, lon_2), (lat_1, lon_1)])
    assert matrix[0] == pytest.approx([true_m, 0], rel=0.001, abs=0.01)


@given(LATS, LONS)
def test_local_metres_are_undone(latitude: float, longitude: float) -> None:
    origin = (53.35, -2.75)
    lats, lons = from_local_metres(*local_metres([latitude], [longitude], origin), origin)
    assert lats[0] == pytest.approx(latitude, abs=1e-8)
    assert lons[0] == pytest.approx(longitude, abs=1e-8)


def test_centre_leaves_out_the_unknown() -> None:
    assert centre([53.0, 54.0, np.nan], [-3.0, -2.0, -9.0]) == (53.5, -2.5)
    with pytest.raises(ValueError, match="no position"):
        centre([np.nan], [-3.0])


def test_unknown_positions_stay_unknown() -> None:
    x, _ = local_metres([53.0, np.nan], [-3.0, -3.0])
    assert x[0] == pytest.approx(0)
    assert np.isnan(x[1])


def test_matrix_shapes() -> None:
    assert matrix_m([(53.0, -3.0)] * 3, [(53.0, -3.0)] * 2).shape == (3, 2)
    assert matrix_m([], [(53.0, -3.0)] * 2).shape == (0, 2)
