"""Layers of a GIS come in as any list does; what is built to harm is refused in a moment."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import struct
import threading
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyogrio.raw import write

from psnplanner.errors import UserError
from psnplanner.geography import vector_file
from psnplanner.geography.grid import bng_to_wgs84, wgs84_to_bng
from psnplanner.intake.columns import recognise
from psnplanner.intake.read import read_table
from psnplanner.intake.reading import Reading
from psnplanner.intake.table import Table
from tests.intake.conftest import ReadText

# St George's Hall, Liverpool: WGS84, and its British National Grid metres by OSTN15.
LATITUDE, LONGITUDE = 53.40865, -2.97987
EASTING, NORTHING = (float(metres[0]) for metres in wgs84_to_bng(LATITUDE, LONGITUDE))
PLACES = [(LONGITUDE, LATITUDE), (-2.73, 53.33)]
DRIVERS = {
    "a.geojson": "GeoJSON", "a.gpkg": "GPKG", "a.shp": "ESRI Shapefile", "a.kml": "LIBKML",
    "a.tab": "MapInfo File", "a.mif": "MapInfo File",
}  # fmt: skip


def point(x: float, y: float) -> bytes:
    return struct.pack("<BIdd", 1, 1, x, y)


def square(x: float, y: float, half: float) -> bytes:
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    ring = [value for a, b in corners for value in (x + a * half, y + b * half)]
    return struct.pack("<BIII10d", 1, 3, 1, 5, *ring)


def layer(
    path: Path,
    shapes: Sequence[bytes | None] = tuple(point(*place) for place in PLACES),
    crs: str | None = "EPSG:4326",
    name: str = "sites",
    **columns: Sequence[Any],
) -> Path:
    columns = columns or {
        "Name": ["St George's Hall", "Runcorn Library"],
        "UPRN": ["000038102345", "000038102346"],
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write(
            path, np.array(shapes, dtype=object),
            [np.array(values, dtype=None if isinstance(values[0], int) else object)
             for values in columns.values()],
            list(columns), driver=DRIVERS[f"a{path.suffix}"], layer=name, crs=crs,
            geometry_type="Point" if shapes[0] and shapes[0][1] == 1 else "Unknown",
            encoding="UTF-8", append=path.exists(),
        )  # fmt: skip
    return path


def places(table: Table) -> list[tuple[float, float]]:
    layout = recognise(table)
    up, across = layout.of("latitude")[0].index, layout.of("longitude")[0].index
    return [
        (float(cells[up]), float(cells[across])) if len(cells) > across else (0.0, 0.0)
        for _, cells in layout.data
    ]


def refused(path: Path, words: str, sheet: str | None = None) -> None:
    """One message."""
    with pytest.raises(UserError, match=words):
        read_table(path, Reading(sheet=sheet))


@pytest.mark.parametrize("name", DRIVERS)
def test_every_format_gives_its_features_as_rows(tmp_path: Path, name: str) -> None:
    table = read_table(layer(tmp_path / name))
    layout = recognise(table)
    assert layout.header_row == 0
    (uprn,), (title,) = layout.of("uprn"), layout.of("name")
    assert [cells[uprn.index] for _, cells in layout.data] == ["000038102345", "000038102346"]
    assert layout.data[0][1][title.index] == "St George's Hall"
    assert [number for number, _ in layout.data] == [1, 2]
    assert places(table)[0] == pytest.approx((LATITUDE, LONGITUDE), abs=1e-6)


def test_a_layer_is_imported_with_its_positions(tmp_path: Path, read: ReadText) -> None:
    preview = read(layer(tmp_path / "in.geojson").read_bytes(), name="b.geojson")
    assert preview.counts == {"insert": 2}
    site = preview.rows[0].site
    assert site is not None
    assert site.position is not None
    assert site.position[:2] == pytest.approx((LATITUDE, LONGITUDE), abs=1e-7)
    assert site.position.source == "coordinates of the list (WGS84)"


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.mif"])
def test_grid_metres_go_through_ostn15(tmp_path: Path, name: str) -> None:
    path = layer(tmp_path / name, [point(EASTING, NORTHING)], "EPSG:27700", Name=["Hall"])
    (found,) = places(read_table(path))
    assert found == pytest.approx((LATITUDE, LONGITUDE), abs=2e-5)
    lats, lons = bng_to_wgs84(EASTING, NORTHING)
    assert found == pytest.approx((lats[0], lons[0]), abs=2e-8 if name != "a.mif" else 2e-6)


def test_other_systems_are_converted_and_said(tmp_path: Path) -> None:
    x, y = -331717.61, 7058836.27
    table = read_table(layer(tmp_path / "a.gpkg", [point(x, y)], "EPSG:3857", Name=["Hall"]))
    assert places(table)[0] == pytest.approx((LATITUDE, LONGITUDE), abs=2e-3)
    assert any("converted from" in note for note in table.notes)


@pytest.mark.parametrize(
    ("at", "words"),
    [((EASTING, NORTHING), "British National Grid"), (PLACES[0], "latitude and longitude")],
)
def test_without_a_system_the_values_tell(
    tmp_path: Path, at: tuple[float, float], words: str
) -> None:
    path = layer(tmp_path / "a.shp", [point(*at)], None, Name=["Hall"])
    table = read_table(path)
    assert places(table)[0] == pytest.approx((LATITUDE, LONGITUDE), abs=2e-5)
    assert any("no coordinate system" in note and words in note for note in table.notes)


def test_grid_metres_said_to_be_degrees_are_read_as_metres(tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": {"Name": "Hall"},
               "geometry": {"type": "Point", "coordinates": [EASTING, NORTHING]}}  # fmt: skip
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    table = read_table(path)
    assert places(table)[0] == pytest.approx((LATITUDE, LONGITUDE), abs=2e-5)
    assert any("by value they are metres" in note for note in table.notes)


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp"])
def test_areas_are_placed_by_a_point_in_them(tmp_path: Path, name: str) -> None:
    path = layer(tmp_path / name, [square(LONGITUDE, LATITUDE, 0.001)], Name=["Hall"])
    table = read_table(path)
    assert places(table)[0] == pytest.approx((LATITUDE, LONGITUDE), abs=0.001)
    assert any("1 features are lines or areas" in note for note in table.notes)


def test_a_feature_without_a_shape_has_no_coordinates(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", [point(*PLACES[0]), None], Name=["Hall", "Nowhere"])
    layout = recognise(read_table(path))
    assert len(layout.data[0][1]) == 3
    assert layout.data[1][1] == ["Nowhere"]


def test_whole_numbers_have_no_decimal_point(tmp_path: Path) -> None:
    features = [
        {"type": "Feature", "geometry": None, "properties": {"Name": name, "UPRN": uprn, "on": day}}
        for name, uprn, day in (("A", 100012604936, "2014-05-06"), ("B", None, None))
    ]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert read_table(path).rows == [
        (0, ["Name", "UPRN", "on"]), (1, ["A", "100012604936", "2014-05-06"]), (2, ["B"]),
    ]  # fmt: skip


def test_the_layer_with_most_known_columns_is_read_unless_one_is_named(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.gpkg", name="trees", Species=["oak", "ash"])
    layer(path, name="Buildings", Name=["One", "Two"], Postcode=["CH1 2HP", "L31 8BW"])
    assert read_table(path).sheet == "Buildings"
    assert read_table(path).sheets == ("trees", "Buildings")
    assert read_table(path, Reading(sheet="TREES")).rows[1][1][0] == "oak"
    refused(path, "Its layers are: trees, Buildings", "roads")


def zipped(path: Path, folder: Path, pattern: str, inside: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in folder.glob(pattern):
            archive.write(part, inside + part.name)
    return path


def test_zipped_shapefiles_and_kmz_are_read(tmp_path: Path) -> None:
    layer(tmp_path / "a.shp")
    table = read_table(zipped(tmp_path / "s.zip", tmp_path, "a.*", "data/"))
    assert places(table)[0] == pytest.approx((LATITUDE, LONGITUDE), abs=1e-7)
    layer(tmp_path / "doc.kml")
    assert len(read_table(zipped(tmp_path / "s.kmz", tmp_path, "doc.kml")).rows) == 3


def test_a_table_without_its_other_parts_is_said(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.shp")
    (tmp_path / "a.dbf").unlink()
    refused(path, r"the \.dbf file that belongs to it is missing")


KML = (
    b"<kml xmlns='http://www.opengis.net/kml/2.2'><Document><Placemark><name>%s</name>"
    b"</Placemark></Document></kml>"
)
_VRT = (
    b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/vsicurl/http://127.0.0.1:9/x"
    b"</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.kml", b"<?xml version='1.0'?><!DOCTYPE k [<!ENTITY a 'x'>"
         + b"".join(b"<!ENTITY b%d '%s'>" % (n, b"&b%d;" % (n - 1) * 9) for n in range(1, 20))
         + b"]>" + KML % b"&b19;", "no list of sites needs"),
        ("a.kml", b"<!DOCTYPE k [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + KML % b"&a;",
         "no list of sites needs"),
        ("a.kml", (KML % b"x")[:90], "damaged"),
        ("a.kml", b"<x><!-- <kml --></x>", "no KML"),
        ("a.kml", _VRT, "named as a KML file"),
        ("a.geojson", _VRT, "named as a GeoJSON file"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [', "damaged"),
        ("a.geojson", b'{"type":' + b'{"a":' * 200_000, "no list of sites needs"),
        ("a.geojson", b'{"type": "gdal_streamed_alg", "command_line": "gdal vector x"}',
         "no GeoJSON"),
        ("a.geojson", b'{"type":"gdal_streamed_alg","type":"FeatureCollection","features":[]}',
         "no list of sites needs"),
        ("a.gpkg", b"SQLite format 3\0" + b"x" * 5000, "damaged"),
        ("a.tab", b"!table\n!version 900\nType SEAMLESS\nFile \"/vsicurl/http://x/y.tab\"\n",
         "points at data elsewhere"),
        ("a.shp", b"\0\0\x27\x0a" + b"\xff" * 4000, "missing"),
    ],
)  # fmt: skip
def test_what_is_built_to_harm_is_refused(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refused(path, words)


def test_a_zip_that_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_file, "_MOST_UNPACKED_BYTES", 10_000_000)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix in (".shp", ".dbf"):
            archive.writestr(f"a{suffix}", bytes(6_000_000))
    refused(path, "far more than a list of sites needs")


def test_a_zip_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", bytes(30_000_000))
        archive.writestr("a.dbf", bytes(100))
    data = held.getvalue().replace(struct.pack("<I", 30_000_000), struct.pack("<I", 1000))
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    refused(path, "damaged")


def test_a_damaged_shapefile_says_so(tmp_path: Path) -> None:
    path = layer(tmp_path / "a.shp")
    table = tmp_path / "a.dbf"
    table.write_bytes(b"\xff" * 40)
    refused(path, "no table that says")


def test_names_that_look_like_addresses_of_the_net_are_only_names(tmp_path: Path) -> None:
    folder = tmp_path / "vsicurl" / "http:"
    folder.mkdir(parents=True)
    made = layer(tmp_path / "a.geojson")
    path = made.rename(folder / "zip+http!x.geojson")
    assert len(read_table(path).rows) == 3


@pytest.fixture
def asked() -> Iterator[tuple[str, list[bytes]]]:
    """An address on this machine, and what it was asked."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            with contextlib.suppress(OSError):
                while True:
                    with server.accept()[0] as caller:
                        heard.append(caller.recv(100))

        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/crs", heard
        server.shutdown(socket.SHUT_RDWR)


def test_nobody_is_asked_for_a_coordinate_system(
    tmp_path: Path, asked: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """GeoJSON of 2008 may link to one, and GDAL would ask: whoever sent it would know of it."""
    address, heard = asked
    path = layer(tmp_path / "a.geojson")
    plain = path.read_text()
    for kind in ("link", "url"):
        for whole in (True, False):
            found = json.loads(plain)
            crs = {"type": kind, "properties": {"href": address, "url": address, "type": "proj4"}}
            (found if whole else found["features"][1]["geometry"])["crs"] = crs
            path.write_text(json.dumps(found))
            refused(path, "instructions that no list of sites needs")
            with monkeypatch.context() as blind:  # and were it let through, nobody would be reached
                blind.setattr(vector_file, "_points_elsewhere", lambda _found: False)
                with contextlib.suppress(UserError):
                    read_table(path)
    assert heard == []
