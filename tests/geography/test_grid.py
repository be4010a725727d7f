"""Grid conversion against Ordnance Survey's published points and against pyproj."""

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psnplanner.geography.grid import bng_to_wgs84, grid_position, grid_reference, wgs84_to_bng

# OSTN15 test points (Ordnance Survey developer pack): latitude, longitude, east, north.
OS_POINTS = [
    (49.92226393730, -6.29977752014, 91492.146, 11318.804),  # Scilly
    (53.34480280190, -2.64049320810, 357455.843, 383290.436),  # Daresbury
    (52.65800783333, 1.71607397222, 651409.804, 313177.450),  # Caister, the guide's example
]


@pytest.mark.parametrize(("latitude", "longitude", "easting", "northing"), OS_POINTS)
def test_published_points_to_the_centimetre(
    latitude: float, longitude: float, easting: float, northing: float
) -> None:
    eastings, northings = wgs84_to_bng(latitude, longitude)
    assert eastings[0] == pytest.approx(easting, abs=0.01)
    assert northings[0] == pytest.approx(northing, abs=0.01)
    latitudes, longitudes = bng_to_wgs84(easting, northing)
    assert latitudes[0] == pytest.approx(latitude, abs=2e-7)
    assert longitudes[0] == pytest.approx(longitude, abs=2e-7)


def test_agrees_with_pyproj_as_far_as_pyproj_can() -> None:
    # Without the OSTN15 grid file, pyproj's seven-parameter shift is up to 5 m out.
    eastings, northings = np.meshgrid(np.arange(320e3, 400e3, 7e3), np.arange(340e3, 430e3, 9e3))
    latitudes, longitudes = bng_to_wgs84(eastings, northings)
    peer = pyproj.Transformer.from_crs(4326, 27700, only_best=False)
    xs, ys = peer.transform(latitudes, longitudes)
    assert np.hypot(xs - eastings.ravel(), ys - northings.ravel()).max() < 5


def test_outside_great_britain_is_nan_and_has_no_reference() -> None:
    latitudes, longitudes = bng_to_wgs84([340_000, 9_000_000], [390_000, 9_000_000])
    assert np.isfinite(latitudes[0])
    assert np.isnan([latitudes[1], longitudes[1]]).all()
    assert grid_reference(40.0, -74.0) == ""
    assert grid_reference(float("nan"), -3.0) == ""


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="2 positions one way and 1 the other"):
        bng_to_wgs84([1.0, 2.0], [1.0])


def test_grid_references() -> None:
    assert grid_reference(53.34480280190, -2.64049320810) == "SJ 5745 8329"
    assert grid_reference(53.34480280190, -2.64049320810, digits=2) == "SJ 5 8"
    assert grid_reference(53.34480280190, -2.64049320810, digits=10) == "SJ 57455 83290"
    assert grid_reference(60.15, -1.15).startswith("HU ")
    assert grid_reference(51.5, -0.12).startswith("TQ ")
    with pytest.raises(ValueError, match="not 7"):
        grid_reference(53.0, -2.0, digits=7)


@given(st.integers(310_000, 420_000), st.integers(330_000, 440_000))
def test_whole_metres_survive_the_round_trip(easting: int, northing: int) -> None:
    latitudes, longitudes = bng_to_wgs84(easting, northing)
    eastings, northings = wgs84_to_bng(latitudes, longitudes)
    assert eastings[0] == pytest.approx(easting, abs=0.01)
    assert northings[0] == pytest.approx(northing, abs=0.01)
    letters, east, north = grid_reference(latitudes[0], longitudes[0], digits=10).split()
    assert letters in {"SD", "SJ", "SE", "SK"}
    assert abs(int(east) - easting % 100_000) in (0, 1)
    assert abs(int(north) - northing % 100_000) in (0, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SJ 3409 9031", (334095.0, 390315.0, 10.0)),
        ("sj34099031", (334095.0, 390315.0, 10.0)),
        ("SJ 34 90", (334500.0, 390500.0, 1000.0)),
        ("TQ 30000 80000", (530000.5, 180000.5, 1.0)),
    ],
)
def test_a_grid_reference_is_the_middle_of_its_square(
    text: str, expected: tuple[float, float, float]
) -> None:
    assert grid_position(text) == expected


@pytest.mark.parametrize("text", ["", "SJ", "SJ 340 90", "ZZ 34 90", "CH41 1AA", "SJ 3 9"])
def test_what_is_no_grid_reference_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no grid reference"):
        grid_position(text)
