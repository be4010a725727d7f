"""What is near a place: order, reach, direction, and agreement with plain measuring."""

from __future__ import annotations

import numpy as np
import pytest

from psnplanner.geography.distance import geodesic_m
from psnplanner.geography.near import compass, distance_words, near

HERE = (53.34, -2.73)


def test_the_nearest_come_first_with_distance_and_bearing() -> None:
    """Points a known way off, in every direction."""
    lats = [53.34, 53.35, 53.34, 53.33, 53.34]
    lons = [-2.70, -2.73, -2.73, -2.73, -2.74]
    found = near(*HERE, lats, lons)
    assert [item.index for item in found] == [2, 4, 3, 1, 0]
    assert [compass(item.bearing_deg) for item in found[1:]] == ["west", "south", "north", "east"]
    assert found[0].distance_m == 0
    assert found[3].distance_m == pytest.approx(geodesic_m(*HERE, 53.35, -2.73))


def test_reach_is_inclusive_and_bounds_hold() -> None:
    """`within_m` counts its own edge; `most` cuts; unknown places are never found."""
    lats, lons = [53.35, float("nan"), 53.36], [-2.73, -2.73, -2.73]
    first_m = geodesic_m(*HERE, 53.35, -2.73)
    assert [n.index for n in near(*HERE, lats, lons, within_m=first_m)] == [0]
    assert near(*HERE, lats, lons, within_m=first_m - 0.01) == []
    assert [n.index for n in near(*HERE, lats, lons, most=1)] == [0]
    assert near(*HERE, lats, lons, most=0) == []
    assert near(*HERE, [], []) == []
    assert near(*HERE, [float("nan")], [0.0]) == []


def test_the_quick_way_agrees_with_measuring_every_one() -> None:
    """Many at nearly the same distance: none is lost to the quick formula's error."""
    luck = np.random.default_rng(4)
    lats, lons = 53.34 + luck.normal(0, 0.3, 2000), -2.73 + luck.normal(0, 0.5, 2000)
    places = enumerate(zip(lats, lons, strict=True))
    exact = sorted((geodesic_m(*HERE, a, b), i) for i, (a, b) in places)
    assert [n.index for n in near(*HERE, lats, lons, most=40)] == [i for _, i in exact[:40]]
    reach = [i for metres, i in exact if metres <= 12_000]
    assert [n.index for n in near(*HERE, lats, lons, within_m=12_000, most=2000)] == reach


def test_words() -> None:
    """Rounded as people say it, never "1000 m"."""
    said = [distance_words(m) for m in (0, 84.6, 643, 994, 996, 2440, 9949, 31_400, 1_234_000)]
    assert said == [
        "0 m",
        "85 m",
        "640 m",
        "990 m",
        "1.0 km",
        "2.4 km",
        "9.9 km",
        "31 km",
        "1,234 km",
    ]
    assert compass(359) == compass(1) == "north"
    assert compass(202) == "south"
    assert compass(203) == "south-west"
