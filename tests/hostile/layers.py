"""Files of a GIS, boundaries, and the publishers' zips of postcodes and UPRNs."""

from __future__ import annotations

import io
import json
import os
import random
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pysqlite3 as sqlite3

from tests.hostile.case import READ, REFUSED, Bench, Case, Maker
from tests.hostile.databases import _ENDLESS as ENDLESS
from tests.hostile.databases import pipe, written
from tests.hostile.lists import LAUGHS, OUTSIDE, archive

_KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'
_PLACE = (
    "<Placemark><name>Hall {0}</name><Point><coordinates>-2.7,53.3</coordinates></Point>"
    "</Placemark>"
)
_AREA = (
    "<Placemark><name>Halton</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
    "-2.8,53.3 -2.7,53.3 -2.7,53.4 -2.8,53.3</coordinates></LinearRing></outerBoundaryIs>"
    "</Polygon></Placemark>"
)
_LINK = (
    "<NetworkLink><Link><href>http://127.0.0.1:9/steal.kml</href></Link></NetworkLink>"
    "<NetworkLink><Link><href>file:///etc/passwd</href></Link></NetworkLink>"
)


def _kml(*parts: str) -> bytes:
    return _KML.format("".join(parts)).encode()


def _feature(geometry: object, **values: object) -> bytes:
    values = values or {"Name": "Hall", "Postcode": "WA8 7QF"}
    feature = {"type": "Feature", "properties": values, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [feature] * 2}).encode()


def _collection(depth: int) -> bytes:
    inner = '{"type":"Point","coordinates":[0,0]}'
    shape = '{"type":"GeometryCollection","geometries":[' * depth + inner + "]}" * depth
    return (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"Name":"x"},'
        f'"geometry":{shape}' + "}]}"
    ).encode()


def _zip(suffix: str, members: Mapping[str, bytes], repeat: int = 1) -> Maker:
    return written(f"theirs{suffix}", b"") if not members else (
        lambda _bench, folder: _put(folder / f"theirs{suffix}", archive(members, repeat))
    )  # fmt: skip


def _put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _gpkg(*statements: str) -> Maker:
    """A GeoPackage of sites, then altered."""

    def make(_bench: Bench, folder: Path) -> Path:
        import numpy as np
        import shapely
        from pyogrio.raw import write

        path = folder / "theirs.gpkg"
        points = np.array([shapely.to_wkb(shapely.Point(-2.7, 53.3))] * 3, dtype=object)
        names = [np.array(["Hall", "Library", "Depot"], dtype=object),
                 np.array(["WA8 7QF", "CH65 0BA", "L1 1JJ"], dtype=object)]  # fmt: skip
        write(path, points, names, ["Name", "Postcode"], driver="GPKG", layer="sites",
              geometry_type="Point", crs="EPSG:4326")  # fmt: skip
        connection = sqlite3.connect(str(path), isolation_level=None)
        for statement in statements:
            connection.execute(statement)
        connection.close()
        return path

    return make


def _as_view(select: str) -> Maker:
    return _gpkg(
        "ALTER TABLE sites RENAME TO real", f"CREATE VIEW sites AS SELECT {select} FROM real"
    )


def _shapefile(shape: bytes, table: bytes) -> dict[str, bytes]:
    head = struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + len(shape)) // 2)
    head += struct.pack("<2i8d", 1000, 1, *([0.0] * 8))
    return {"theirs.shp": head + shape, "theirs.dbf": table}


def _dbf(rows: int, width: int) -> bytes:
    head = struct.pack("<4BIHH20x", 3, 114, 6, 2, rows, 65, width + 1)
    return head + b"Name".ljust(11, b"\0") + b"C" + bytes(4) + bytes([width % 256, 0]) + bytes(14) \
        + b"\r" + b" Hall".ljust(width + 1)  # fmt: skip


_CALL = "http://127.0.0.1:9/steal"


def _to_fetch(where: str) -> bytes:
    """GeoJSON of 2008, whose coordinate system is a link that GDAL would follow."""
    kind = "url" if where == "by another word" else "link"
    crs = {"type": kind, "properties": {"href": _CALL, "url": _CALL, "type": "proj4"}}
    found = json.loads(_feature({"type": "Point", "coordinates": [-2.7, 53.3]}))
    (found["features"][0]["geometry"] if where == "of a place" else found)["crs"] = crs
    return json.dumps(found).encode()


_POINTS = struct.pack(">2i", 1, 10) + struct.pack("<i2d", 1, -2.7, 53.3)
_LYING = struct.pack(">2i", 1, 2**30) + struct.pack("<i4d2i", 5, 0, 0, 1, 1, 2**30, 2**30)

_LAYERS: dict[str, tuple[Maker, str]] = {
    "KML: a network link": (written("theirs.kml", _kml(_LINK, *map(_PLACE.format, (1, 2)))), READ),
    "KML: only a network link": (written("theirs.kml", _kml(_LINK)), REFUSED),
    "KML: a billion laughs": (
        written("theirs.kml", LAUGHS.encode() + _kml(_PLACE.format("&j;"))), REFUSED),
    "KML: an entity from outside": (
        written("theirs.kml", OUTSIDE.encode() + _kml(_PLACE.format("&j;"))), REFUSED),
    "KML: folders without end": (
        written("theirs.kml", _kml("<Folder>" * 100_000 + "</Folder>" * 100_000)), REFUSED),
    "KML: shapes without end": (
        written("theirs.kml", _kml("<Placemark>" + "<MultiGeometry>" * 50_000
                                   + "</MultiGeometry>" * 50_000 + "</Placemark>")), REFUSED),
    "KML: cut short": (written("theirs.kml", _kml(_PLACE.format(1))[:-30]), REFUSED),
    "KMZ: a bomb": (_zip(".kmz", {"doc.kml": b" " * 10**6}, 600), REFUSED),
    "KMZ: a member outside": (_zip(".kmz", {"../../outside.kml": _kml(_PLACE)}), READ),
    "GeoJSON: collections without end": (written("theirs.geojson", _collection(5_000)), REFUSED),
    "GeoJSON: collections, less deep": (written("theirs.geojson", _collection(400)), READ),
    "GeoJSON: places that are no number": (written("theirs.geojson", _feature(
        {"type": "Point", "coordinates": [float("nan"), 1e308]})), READ),
    "GeoJSON: a number of a million digits": (
        written("theirs.geojson", _feature(None).replace(b'"Hall"', b"9" * 1_000_000)), REFUSED),
    "GeoJSON: an algorithm for GDAL": (
        written("theirs.geojson", b'{"type":"FeatureCollection","gdal_streamed_alg":1,'
                b'"features":[]}'), REFUSED),
    **{f"GeoJSON: a coordinate system to fetch, {where}": (
        written("theirs.geojson", _to_fetch(where)), REFUSED)
       for where in ("of all", "of a place", "by another word")},
    "GeoJSON: names that write to the terminal": (written("theirs.geojson", _feature(
        {"type": "Point", "coordinates": [-2.7, 53.3]}, Postcode="WA8 7QF",
        Name="Hall\x1b[2J\x1b]0;x\x07\x9b31m\u202egnp")), READ),
    "GeoJSON: references that climb": (written("theirs.geojson", _feature(
        {"type": "Point", "coordinates": [-2.7, 53.3]}, Name="Hall", Postcode="WA8 7QF",
        Ref="../../../../outside")), READ),
    "KML: icons, styles and schemas elsewhere": (written("theirs.kml", _kml(
        *(f"<{tag}><Icon><href>{_CALL}</href></Icon></{tag}>"
          for tag in ("GroundOverlay", "PhotoOverlay", "ScreenOverlay")),
        f"<Placemark><name>Hall</name><styleUrl>{_CALL}#s</styleUrl><ExtendedData><SchemaData "
        f'schemaUrl="{_CALL}#b"><SimpleData name="q">1</SimpleData></SchemaData></ExtendedData>'
        "<Point><coordinates>-2.7,53.3</coordinates></Point></Placemark>",
        _PLACE.format(2))), READ),
    "GeoPackage: a coordinate system to fetch": (
        _gpkg(f"UPDATE gpkg_spatial_ref_sys SET definition = '{_CALL}'"), READ),
    "Shapefile: a coordinate system to fetch": (
        _zip(".zip", {**_shapefile(_POINTS, _dbf(1, 20)), "theirs.prj": _CALL.encode()}), REFUSED),
    "Shapefile: a coordinate system without end": (
        _zip(".zip", {**_shapefile(_POINTS, _dbf(1, 20)), "theirs.prj": b"PROJCS[" * 300_000}),
        REFUSED),
    "Shapefile: an index of noise": (
        _zip(".zip", {**_shapefile(_POINTS, _dbf(1, 20)),
                      "theirs.shx": b"\0\0\x27\x0a" + b"\x7f" * 100_000}), REFUSED),
    "JSON: a service to call": (
        written("theirs.geojson", b'{"type":"ESRIJSON","url":"http://127.0.0.1:9/"}'), REFUSED),
    "VRT": (written("theirs.kml", b'<OGRVRTDataSource><OGRVRTLayer name="passwd"><SrcDataSource>'
                    b"/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"), REFUSED),
    "GeoPackage: an endless view": (
        _gpkg("ALTER TABLE sites RENAME TO real", f"CREATE VIEW sites AS {ENDLESS}"), REFUSED),
    "GeoPackage: a view of endless joins": (
        _gpkg("ALTER TABLE sites RENAME TO real", "CREATE TABLE n AS WITH RECURSIVE n(x) AS "
              "(SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 3000) SELECT x FROM n",
              "CREATE VIEW sites AS SELECT r.* FROM real r, n a, n b, n c, n d "
              "WHERE a.x + b.x + c.x + d.x < 0"), REFUSED),
    "GeoPackage: a column that makes gigabytes": (
        _as_view("fid, geom, hex(zeroblob(400000000)) AS Name, Postcode"), REFUSED),
    "GeoPackage: a column that loads a library": (
        _as_view("fid, geom, load_extension('/tmp/evil.so') AS Name, Postcode"), REFUSED),
    "GeoPackage: a text that doubles in every view": (
        _gpkg("ALTER TABLE sites RENAME TO real",
              "CREATE VIEW v0 AS SELECT fid, geom, Name || 'xxxxxxxxxxxxxxxx' AS Name FROM real",
              *(f"CREATE VIEW v{n} AS SELECT fid, geom, Name || Name AS Name FROM v{n - 1}"
                for n in range(1, 30)),
              "CREATE VIEW sites AS SELECT fid, geom, Name, 'WA8 7QF' AS Postcode FROM v29"),
        REFUSED),
    "GeoPackage: a catalogue that is a view": (
        _gpkg("ALTER TABLE gpkg_contents RENAME TO real",
              f"CREATE VIEW gpkg_contents AS SELECT r.* FROM real r, ({ENDLESS})"), REFUSED),
    "GeoPackage: a view of another's functions": (
        _as_view("fid, geom, ST_AsText(geom) AS Name, Postcode"), REFUSED),
    "GeoPackage: a layer that another module makes": (
        _gpkg("DROP TABLE sites", "CREATE TABLE sites (fid, geom, Name, Postcode)",
              "PRAGMA writable_schema=ON", "UPDATE sqlite_master SET rootpage = 0, "
              "sql = 'CREATE VIRTUAL TABLE sites USING VirtualOGR(''/etc/passwd'')' "
              "WHERE name = 'sites'"), REFUSED),
    "GeoPackage: three thousand tables": (
        _gpkg(*(f"CREATE TABLE t{n} (a)" for n in range(3_000))), REFUSED),
    "KMZ: a link for a member": (
        lambda _b, f: _put(f / "theirs.kmz", _linked("doc.kml", "/etc/passwd")), REFUSED),
    "Shapefile: a link for its table": (
        lambda _b, f: _put(f / "theirs.zip", _linked("theirs.shp", "/etc/passwd")), REFUSED),
    "GeoPackage: half a file": (
        lambda bench, folder: _halved(_gpkg()(bench, folder)), REFUSED),
    "Shapefile: a shape of a billion points": (
        _zip(".zip", _shapefile(_LYING, _dbf(1, 20))), REFUSED),
    "Shapefile: a table of four billion rows": (
        _zip(".zip", _shapefile(_POINTS, _dbf(2**32 - 1, 200))), REFUSED),
    "Shapefile: noise": (
        _zip(".zip", {"theirs.shp": b"\0\0\x27\x0a" + random.Random(3).randbytes(9_000),
                      "theirs.dbf": random.Random(4).randbytes(9_000)}), REFUSED),
    "MapInfo: a table that is elsewhere": (
        written("theirs.tab", b'!table\n!version 300\n\nDefinition Table\n  Type LINKED\n'
                b'  "http://127.0.0.1:9/"'), REFUSED),
    "MapInfo: a table without end": (
        written("theirs.tab", b"!table\n" + b"Fields 999999999\n" * 50_000), REFUSED),
    "a pipe": (pipe("theirs.kml"), REFUSED),
}  # fmt: skip


def _linked(name: str, target: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        link = zipfile.ZipInfo(name)
        link.create_system, link.external_attr = 3, 0o120777 << 16
        made.writestr(link, target)
        made.writestr("theirs.dbf", _dbf(1, 20))
    return data.getvalue()


def _halved(path: Path) -> Path:
    data = path.read_bytes()
    return _put(path, data[: len(data) // 2])


_ROW = b'"WA8 7QF",10,351000,385000,"E92000001","","","E06000006","",""\n'
_DOC = b"OPEN DATA CODE-POINT\nDATASET VERSION NUMBER: 2014.3.0\n"


def _codepoint(rows: bytes, **others: bytes) -> dict[str, bytes]:
    return {"Doc/metadata.txt": _DOC, "Data/CSV/wa.csv": rows, **others}


def _overlapping() -> bytes:
    """Many names for one member: each is small, all together are not."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("Data/CSV/wa0.csv", b"0" * 10_000_000)
        for number in range(1, 1500):
            twin = zipfile.ZipInfo(f"Data/CSV/wa{number}.csv")
            first = made.filelist[0]
            twin.compress_type, twin.CRC = first.compress_type, first.CRC
            twin.compress_size, twin.file_size = first.compress_size, 500_000
            twin.header_offset = first.header_offset
            made.filelist.append(twin)
            made.NameToInfo[twin.filename] = twin
    return data.getvalue()


def _encrypted() -> bytes:
    data = bytearray(archive(_codepoint(_ROW)))
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    return bytes(data)


_GAZETTEERS: dict[str, tuple[Maker, str]] = {
    "a member outside": (_zip(".zip", _codepoint(_ROW, **{"../../outside.csv": b"x"})), REFUSED),
    "a member at the root": (_zip(".zip", _codepoint(_ROW, **{"/tmp/outside.csv": b"x"})), REFUSED),
    "a member of Windows": (_zip(".zip", _codepoint(_ROW, **{"C:\\outside.csv": b"x"})), REFUSED),
    "a bomb": (_zip(".zip", _codepoint(b" " * 10**6), 900), REFUSED),
    "a bomb just within the bounds": (_zip(".zip", _codepoint(b"0" * 10**6), 700), REFUSED),
    "a bomb of good rows": (
        _zip(".zip", _codepoint(_ROW * 10_000), 900), REFUSED),
    "names that overlap": (lambda _b, f: _put(f / "theirs.zip", _overlapping()), REFUSED),
    "a password": (lambda _b, f: _put(f / "theirs.zip", _encrypted()), REFUSED),
    "five thousand members": (
        _zip(".zip", {f"Data/CSV/{n}.csv": _ROW for n in range(5_000)}), REFUSED),
    "a zip of zips": (_zip(".zip", {"Data/CSV/wa.csv.zip": archive(_codepoint(_ROW))}), REFUSED),
    "numbers without end": (
        _zip(".zip", _codepoint(b'"WA8 7QF",10,' + b"9" * 5_000 + b",1\n")), REFUSED),
    "a cell without end": (_zip(".zip", _codepoint(b'"' + b"x" * 5_000_000)), REFUSED),
    "postcodes that are none": (_zip(".zip", _codepoint("“£”é,1,2,3\n".encode() * 5)), REFUSED),
    "noise": (written("theirs.zip", b"PK\x03\x04" + os.urandom(90_000)), REFUSED),
    "a pipe": (pipe("theirs.zip"), REFUSED),
}  # fmt: skip
_UPRN = b"UPRN,X_COORDINATE,Y_COORDINATE,LATITUDE,LONGITUDE\n"
_UPRNS: dict[str, tuple[Maker, str]] = {
    "a bomb": (_zip(".zip", {"osopenuprn.csv": b"1" * 10**6}, 1500), REFUSED),
    "a bomb of good rows": (
        _zip(".zip", {"u.csv": _UPRN + b"1,351000,385000,53.3,-2.7\n" * 40_000}, 900), REFUSED),
    "no line ends": (written("u.csv", _UPRN + b"1," * 5_000_000), REFUSED),
    "numbers that are none": (written("u.csv", _UPRN + b"nan,inf,inf,nan,1e999\n" * 9), REFUSED),
    "noise": (written("u.csv", os.urandom(500_000)), REFUSED),
    "a pipe": (pipe("u.csv"), REFUSED),
}  # fmt: skip
_AREAS: dict[str, tuple[Maker, str]] = {
    "a network link in it": (written("theirs.kml", _kml(_LINK, _AREA)), READ),
    "rings that cross without end": (
        lambda _b, f: _put(f / "theirs.geojson", _star(30_001)), REFUSED),
    "two combs laid across each other": (
        lambda _b, f: _put(f / "theirs.geojson", _combs(8_000)), REFUSED),
    "islets without end": (lambda _b, f: _put(f / "theirs.geojson", _islets(6_000)), READ),
    "an area round the world and beyond": (
        written("theirs.geojson", _feature({"type": "Polygon", "coordinates": [
            [[-1e300, -1e300], [1e300, -1e300], [1e300, 1e300], [-1e300, -1e300]]]})), REFUSED),
    "names of a megabyte": (
        written("theirs.geojson", _feature(
            {"type": "Polygon", "coordinates": [[[-2, 53], [-2.1, 53], [-2, 53.1], [-2, 53]]]},
            name="x" * 1_000_000)), READ),
}  # fmt: skip


def _combs(teeth: int) -> bytes:
    up = [(-2.8 + x / 200_000, y) for n in range(0, 4 * teeth, 4)
          for x, y in ((n, 53.3), (n, 53.4), (n + 2, 53.4), (n + 2, 53.3))]  # fmt: skip
    comb = [*up, (up[-1][0], 53.2), (-2.8, 53.2), up[0]]
    across = [(y - 56.1, x + 56.1) for x, y in comb]
    shapes = [{"type": "Polygon", "coordinates": [ring]} for ring in (comb, across)]
    features = [
        {"type": "Feature", "properties": {"name": "Comb"}, "geometry": shape} for shape in shapes
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _islets(count: int) -> bytes:
    corners = [(-3 + n % 200 / 200, 53 + n // 200 / 200) for n in range(count)]
    rings = [[[[x, y], [x + 0.002, y], [x + 0.002, y + 0.002], [x, y]]] for x, y in corners]
    return _feature({"type": "MultiPolygon", "coordinates": rings}, name="Islets")


def _star(points: int) -> bytes:
    chance = random.Random(5)
    ring = [[-2.7 + chance.random(), 53.3 + chance.random()] for _ in range(points)]
    return _feature({"type": "Polygon", "coordinates": [[*ring, ring[0]]]}, name="Star")


CASES = [
    *(Case("layer", name, "import", make, out) for name, (make, out) in _LAYERS.items()),
    *(Case("boundary", name, "boundary", make, REFUSED) for name, (make, out) in _LAYERS.items()
      if out == REFUSED),
    *(Case("boundary", name, "boundary", make, out) for name, (make, out) in _AREAS.items()),
    *(Case("gazetteer", name, "gazetteer", make, out)
      for name, (make, out) in _GAZETTEERS.items()),
    *(Case("UPRN table", name, "uprns", make, out) for name, (make, out) in _UPRNS.items()),
]  # fmt: skip
