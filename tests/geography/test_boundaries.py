"""Boundary files of every kind become light outlines in degrees; what is no map is refused."""

from __future__ import annotations

import json
import random
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyogrio.raw import write

from psnplanner.errors import UserError
from psnplanner.geography.boundaries import (
    DETAIL_M,
    Areas,
    as_text,
    label_of,
    linework,
    read_areas,
    shape_of,
    simplified,
)
from psnplanner.geography.grid import wgs84_to_bng
from tests.conftest import SHARED

NINE = SHARED / "data" / "boundaries" / "nine_councils.geojson"
HALTON = shapely.box(-2.80, 53.30, -2.60, 53.40)
SEFTON = shapely.box(-3.10, 53.45, -2.90, 53.65)
DRIVERS = {".geojson": "GeoJSON", ".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".kml": "LIBKML"}


def layer(path: Path, shapes: Any = (HALTON, SEFTON), crs: str | None = "EPSG:4326",
          title: str = "areas", **columns: list[Any]) -> Path:  # fmt: skip
    columns = columns or {"code": ["E06000006", "E08000014"], "ctyua_nm": ["Halton", "Sefton"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write(path, np.array([shapely.to_wkb(s) if s else None for s in shapes], dtype=object),
              [np.array(values, dtype=object) for values in columns.values()], list(columns),
              driver=DRIVERS[path.suffix], layer=title, crs=crs, geometry_type="Unknown",
              append=path.exists())  # fmt: skip
    return path


def test_every_format_gives_its_areas(tmp_path: Path) -> None:
    """Names from the likeliest column, shapes where they are."""
    for suffix in DRIVERS:
        path = tmp_path / f"councils{suffix}"
        columns = {"name": ["Halton", "Sefton"]} if suffix == ".kml" else {}
        areas = read_areas(layer(path, **columns))
        assert areas.name_field.casefold() in ("name", "ctyua_nm")
        kept = areas.outlines(areas.name_field)
        assert list(kept) == ["Halton", "Sefton"]
        found = shape_of(kept["Halton"])
        assert found is not None
        assert found.bounds == pytest.approx(HALTON.bounds, abs=1e-5)


def test_a_zip_and_one_layer_of_several(tmp_path: Path) -> None:
    """A zipped Shapefile; a GeoPackage with two layers, by name and by default."""
    layer(tmp_path / "a.shp")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in tmp_path.glob("a.*"):
            if part.suffix != ".zip":
                archive.write(part, part.name)
    assert len(read_areas(tmp_path / "a.zip").shapes) == 2
    book = layer(tmp_path / "b.gpkg", [shapely.Point(-2.7, 53.3)] * 5, title="points", n=["x"] * 5)
    layer(book, title="councils")
    areas = read_areas(book)
    assert (areas.layer, areas.layers) == ("councils", ("points", "councils"))
    with pytest.raises(UserError, match="no areas and no lines"):
        read_areas(book, "points")
    with pytest.raises(UserError, match="no layer “wards”"):
        read_areas(book, "wards")


@pytest.mark.parametrize("crs", ["EPSG:27700", None, "EPSG:3857"])
def test_other_coordinates_are_converted(tmp_path: Path, crs: str | None) -> None:
    """The British grid, named or told by value, and any system that GDAL knows."""

    def moved(xy: np.ndarray) -> np.ndarray:
        if crs == "EPSG:3857":
            up = np.log(np.tan(np.pi / 4 + np.radians(xy[:, 1]) / 2)) * 6378137
            return np.column_stack([np.radians(xy[:, 0]) * 6378137, up])
        return np.column_stack(wgs84_to_bng(xy[:, 1], xy[:, 0]))

    path = layer(tmp_path / "a.gpkg", [shapely.transform(HALTON, moved)], crs, name=["Halton"])
    (found,) = read_areas(path).shapes
    assert found.bounds == pytest.approx(HALTON.bounds, abs=2e-5)


def test_features_of_one_name_unite_and_points_are_said(tmp_path: Path) -> None:
    """Two wards make a council; a point beside them is left out with a note."""
    west, east = shapely.box(-2.8, 53.3, -2.7, 53.4), shapely.box(-2.7, 53.3, -2.6, 53.4)
    shapes = [west, east, shapely.Point(0, 50)]
    areas = read_areas(layer(tmp_path / "w.gpkg", shapes, council=["Halton", "Halton", "Nowhere"]))
    assert areas.notes == ("1 of 3 features have no area.",)
    kept = areas.outlines("council")
    found = shape_of(kept["Halton"])
    assert list(kept) == ["Halton"]
    assert found is not None
    assert found.area == pytest.approx(HALTON.area, rel=1e-4)
    assert list(areas.outlines("")) == ["areas"]


def test_the_nine_councils_keep_within_the_detail() -> None:
    """Light, five decimals, and not far from the file's outline."""
    if not NINE.exists():
        pytest.skip("the shared boundaries are not here")
    areas = read_areas(NINE)
    kept = areas.outlines(areas.name_field)
    assert len(kept) == 9
    assert sum(map(len, kept.values())) < 0.5 * NINE.stat().st_size
    for shape, text in zip(areas.shapes, kept.values(), strict=True):
        off = shapely.distance(shapely.points(shapely.get_coordinates(shape)), shape_of(text))
        assert np.percentile(off, 95) < DETAIL_M / 66_000
        assert shape_of(text).symmetric_difference(shape).area < 0.005 * shape.area
        numbers = np.array(shapely.get_coordinates(shape_of(text)))
        assert np.array_equal(numbers, numbers.round(5))


def test_lines_have_coarser_levels_and_a_name_its_place_inside() -> None:
    """Fewer points further out; islets go; the label inside the area."""
    ring = shapely.Point(-2.7, 53.3).buffer(0.1, quad_segs=200)
    islet = shapely.box(-3.0, 53.3, -2.9995, 53.3005)
    text = shapely.to_geojson(shapely.MultiPolygon([ring, islet]))
    levels = linework([text])
    counts = [sum(map(len, lines)) for _, lines in levels]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 10 * counts[-1]
    assert [len(lines) for _, lines in levels][:: len(levels) - 1] == [2, 1]
    label = label_of(text)
    assert label is not None
    assert len(label.places) > 3
    assert all(ring.contains(shapely.Point(x, y)) for x, y, _ in label.places)
    assert label.places[0][2] == pytest.approx(0.2 * 111_300 * 0.5976, rel=0.02)
    assert label.size_m == pytest.approx((ring.area * 111_300 * 66_600) ** 0.5, rel=0.02)


def test_a_common_border_is_kept_common_and_drawn_once() -> None:
    """Two areas that share a wavy side: their lines together are as long as each side once."""
    wave = [(-2.7 + 0.002 * (i % 3), 53.3 + i / 1000) for i in range(101)]
    west = shapely.Polygon([(-2.9, 53.3), *wave, (-2.9, 53.4)])
    east = shapely.Polygon([(-2.5, 53.3), *wave, (-2.5, 53.4)])
    areas = Areas("a", ("a",), "a", {"n": ["West", "East"]}, [west, east])
    kept = [shape_of(text) for text in areas.outlines("n").values()]
    assert kept[0].intersection(kept[1]).length > 0.09
    drawn = sum(
        shapely.LineString(line).length for line in linework(list(map(as_text, kept)))[0][1]
    )
    once = shapely.union_all([area.boundary for area in kept]).length
    assert drawn == pytest.approx(once, rel=1e-3)
    assert once < kept[0].length + kept[1].length - 0.09


@pytest.mark.parametrize(
    "text",
    ["", "x", "{}", "[1]", '{"type":"Point","coordinates":[1,2]}', '{"type":"Polygon"}',
     '{"type":"Polygon","coordinates":[[[1,2],[3,4]]]}', '{"type":"Polygon","coordinates":[]}'],
)  # fmt: skip
def test_a_text_that_is_no_outline_draws_nothing(text: str) -> None:
    """Whatever a file holds, the map goes on."""
    assert shape_of(text) is None
    assert label_of(text) is None
    assert linework([text]) == ()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.geojson", b"{", "damaged"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [', "damaged"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": []}', "no areas"),
        ("a.txt", b"hello", "no file of a GIS"),
        ("a.gpkg", b"SQLite format 3\0" + b"x" * 5000, "damaged"),
    ],
)
def test_what_is_no_map_is_refused(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    """One message."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=words):
        read_areas(tmp_path / name)
    with pytest.raises(UserError, match="cannot be read"):
        read_areas(tmp_path / "missing.geojson")
    with pytest.raises(UserError, match="folder"):
        read_areas(tmp_path)


def _star(points: int) -> shapely.Polygon:
    chance = random.Random(5)
    return shapely.Polygon(
        [(-2.7 + chance.random(), 53.3 + chance.random()) for _ in range(points)]
    )


def _comb(teeth: int) -> shapely.Polygon:
    up = [(x / 9e4, y) for i in range(0, 4 * teeth, 4)
          for x, y in ((i, 50), (i, 51), (i + 2, 51), (i + 2, 50))]  # fmt: skip
    return shapely.Polygon([(0.0, 49.9), *up, (up[-1][0], 49.9)])


def test_outlines_that_cross_without_end_are_refused(tmp_path: Path) -> None:
    """A ring with itself, or two combs laid across each other; what crosses a little is mended."""
    turned = shapely.transform(_comb(900), lambda xy: xy[:, ::-1] + (-50.0, 50.0))
    for shapes in ([_star(400)], [_comb(900), turned]):
        with pytest.raises(UserError, match="cross themselves or one another"):
            read_areas(layer(tmp_path / "a.geojson", shapes, name=["x"] * len(shapes)))
        (tmp_path / "a.geojson").unlink()
    areas = read_areas(layer(tmp_path / "b.geojson", [_star(30)], name=["Star"]))
    assert shapely.is_valid(shape_of(areas.outlines("name")["Star"]))


def test_a_shape_of_islets_without_end_is_kept_without_the_least(tmp_path: Path) -> None:
    """However many its parts, it ends."""
    places = np.mgrid[0:80, 0:80].reshape(2, -1).T * 0.01 + (-3.0, 53.0)
    islets = [shapely.box(x, y, x + 0.004, y + 0.004) for x, y in places]
    islets.append(shapely.box(-2.0, 53.0, -1.5, 53.5))
    (kept,) = simplified([shapely.MultiPolygon(islets)])
    assert shapely.get_num_coordinates(kept) <= 20_000
    assert kept.intersects(shapely.Point(-1.7, 53.2))


def test_coordinates_off_the_earth_are_refused(tmp_path: Path) -> None:
    """Metres said to be degrees, in a system that is none."""
    far = shapely.box(5_000_000, 5_000_000, 6_000_000, 6_000_000)
    document = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"name": "x"},
         "geometry": json.loads(shapely.to_geojson(far))}]}  # fmt: skip
    (tmp_path / "a.geojson").write_text(json.dumps(document))
    with pytest.raises(UserError, match="nowhere on the earth"):
        read_areas(tmp_path / "a.geojson")


def test_a_shape_of_nothing_is_kept_as_nothing() -> None:
    """Bytes of a stranger's GeoPackage can make a collection that holds nothing drawn."""
    for shape in (shapely.GeometryCollection(), shapely.GeometryCollection([shapely.Point(1, 2)])):
        assert shape_of(as_text(shape)) is None
