"""The built-in base map: the right land, the right towns, light and quick."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import shapely

from psnplanner.errors import UserError
from psnplanner.geography import basemap
from psnplanner.resource_files import folder, read_bytes, read_text

LAND = shapely.union_all([shapely.Polygon(ring) for ring in basemap.load().land])


@pytest.mark.parametrize(
    ("name", "longitude", "latitude", "is_land"),
    [
        ("Liverpool Cathedral", -2.9730, 53.3974, True),
        ("mid-Mersey off Pier Head", -3.0060, 53.4040, False),
        ("Birkenhead Park", -3.0400, 53.3940, True),
        ("Mersey off Eastham", -2.9300, 53.3300, False),
        ("Ellesmere Port", -2.8970, 53.2790, True),
        ("Dee off Heswall", -3.1500, 53.3200, False),
        ("Hilbre's landward neighbour, West Kirby", -3.1830, 53.3730, True),
        ("Liverpool Bay", -3.3000, 53.5000, False),
        ("Ribble mouth", -3.0000, 53.7200, False),
        ("Anglesey", -4.3600, 53.2800, True),
    ],
)
def test_estuaries_are_water_and_the_wirral_is_land(
    name: str, longitude: float, latitude: float, is_land: bool
) -> None:
    assert shapely.contains_xy(LAND, longitude, latitude) == is_land, name


def test_every_town_is_on_land_and_named_once() -> None:
    towns = basemap.load().towns
    assert [t.name for t in towns if not shapely.contains_xy(LAND, t.longitude, t.latitude)] == []
    assert len({town.name for town in towns}) == len(towns) >= 60
    assert {town.rank for town in towns} == {1, 2, 3, 4}


def test_rings_are_closed_valid_and_no_slivers() -> None:
    for ring in basemap.load().land:
        assert ring[0] == ring[-1]
        polygon = shapely.Polygon(ring)
        assert polygon.is_valid
        # A sliver left between two levels of detail would be long and thin.
        assert polygon.area / polygon.length**2 > 0.002


def test_rivers_lie_within_the_bounds() -> None:
    base = basemap.load()
    west, south, east, north = base.bounds
    assert len(base.rivers) >= 10
    for line in base.rivers:
        assert len(line) >= 2
        assert all(west <= x <= east and south <= y <= north for x, y in line)


def test_light_and_licensed() -> None:
    assert (folder() / "basemap.json").stat().st_size < 150_000
    assert "LGPL" in basemap.load().licence


def test_needs_only_the_standard_library() -> None:
    code = (
        "import sys, psnplanner.geography.basemap as b; b.load();"
        "assert not {'numpy', 'shapely', 'geopy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize("text", ["{", "{}", json.dumps({"units_per_degree": 1, "bounds": 3})])
def test_a_damaged_base_map_is_said_so(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(basemap, "read_text", lambda name: text)
    with pytest.raises(UserError, match="base map is damaged"):
        basemap.load.__wrapped__()


def test_resources_are_found_and_their_absence_told() -> None:
    assert read_text("basemap.json").startswith("{")
    assert read_bytes("basemap.json")[:1] == b"{"
    with pytest.raises(UserError, match="no-such-file"):
        read_bytes("no-such-file")
