"""What makes the file a GeoPackage 1.3 that any GIS opens: reference systems, views, geometries.

Geometries are GeoPackageBinary: a header of 8 bytes, then well-known binary (OGC 12-128r17).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import UTC, datetime

from psnplanner.file.database import Database
from psnplanner.programme.record import Position, RecordId
from psnplanner.programme.state import State

VERSION = 10300
"""GeoPackage 1.3, as SQLite's user_version carries it."""

WGS84 = 4326
_MULTIPOLYGON = 6
_HEADER = b"GP\x00\x01" + struct.pack("<i", WGS84)

_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT
);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)
);
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)
);
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
)
"""

_WGS84_WKT = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,'
    'AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,'
    'AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],'
    'AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]'
)

_SYSTEMS = [
    ("Undefined cartesian SRS", -1, "NONE", -1, "undefined"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined"),
    ("WGS 84 geodetic", WGS84, "EPSG", WGS84, _WGS84_WKT),
]

LAYERS = {
    "sites": ("POINT", "Sites, coloured by status in PSN Planner"),
    "nodes": ("POINT", "Aggregation points of the backbone"),
    "links": ("LINESTRING", "The fibre from each site to its node, as the crow flies"),
    "phase_areas": ("MULTIPOLYGON", "Where each phase's sites lie"),
}
"""The spatial views: geometry type and description."""

SHOWN = (*LAYERS, "stage_records")
"""What the catalogue names of ours."""


def create(db: Database) -> None:
    """Make the GeoPackage's own tables, with the reference systems it must have."""
    for statement in _TABLES.split(";\n"):
        db.conn.execute(statement)
    db.conn.executemany("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)", _SYSTEMS)


def register(db: Database) -> None:
    """Enter the views in the GeoPackage's catalogue, all at one instant."""
    now = _now()
    for name, (geometry, description) in LAYERS.items():
        db.conn.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, "
            "last_change, srs_id) VALUES (?, 'features', ?, ?, ?, ?)",
            (name, name, description, now, WGS84),
        )
        db.conn.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)",
            (name, geometry, WGS84),
        )
    db.conn.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
        "VALUES ('stage_records', 'attributes', 'stage_records', "
        "'Progress of each site by stage', ?)",
        (now,),
    )


def unregister(db: Database) -> None:
    """Take the views out of the catalogue again."""
    db.conn.execute("DELETE FROM gpkg_geometry_columns")
    db.conn.execute("DELETE FROM gpkg_contents")


def point(position: Position | None) -> bytes | None:
    """A position as GeoPackageBinary, x is longitude."""
    if position is None:
        return None
    return _HEADER + struct.pack("<BIdd", 1, 1, position.longitude, position.latitude)


def line(start: Position, end: Position) -> bytes:
    """A straight line as GeoPackageBinary."""
    ends = (start.longitude, start.latitude, end.longitude, end.latitude)
    return _HEADER + struct.pack("<BII4d", 1, 2, 2, *ends)


def area(wkb: bytes) -> bytes:
    """The well-known binary of a polygon or several, as a GeoPackageBinary of several."""
    (kind,) = struct.unpack_from("<I", wkb, 1)
    return _HEADER + (wkb if kind == _MULTIPOLYGON else struct.pack("<BII", 1, 6, 1) + wkb)


def link(state: State, ident: RecordId) -> tuple[RecordId, bytes] | None:
    """The node of a site, and the line there; None if either has no place."""
    site = state.sites.get(ident)
    node = state.nodes.get(site.node) if site and site.node else None
    if site and node and site.position and node.position:
        return node.id, line(site.position, node.position)
    return None


def links(state: State) -> dict[RecordId, bytes]:
    """The line of every site that has one."""
    found = {ident: link(state, ident) for ident in state.sites}
    return {ident: drawn[1] for ident, drawn in found.items() if drawn}


def draw_links(db: Database, state: State, sites: Iterable[RecordId]) -> None:
    """Draw again the links of these sites, and take away those that no longer are."""
    drawn, gone = [], []
    for ident in sites:
        found = link(state, ident)
        if found:
            drawn.append((ident, *found))
        else:
            gone.append((ident,))
    db.conn.executemany("DELETE FROM link WHERE site = ?", gone)
    db.conn.executemany(
        "INSERT INTO link (site, node, geom) VALUES (?, ?, ?) "
        "ON CONFLICT (site) DO UPDATE SET node = excluded.node, geom = excluded.geom",
        drawn,
    )


def draw_areas(db: Database, state: State, phases: Iterable[RecordId]) -> None:
    """Draw again the outlines of these phases round their sites."""
    for ident in phases:
        db.conn.execute("DELETE FROM phase_area WHERE phase = ?", (ident,))
        drawn = phase_area(state, ident)
        if drawn is not None:
            db.conn.execute("INSERT INTO phase_area (phase, geom) VALUES (?, ?)", (ident, drawn))


def phase_area(state: State, ident: RecordId) -> bytes | None:
    """The outline of a phase round its sites; None where none of them has a place."""
    from psnplanner.geography.area import as_wkb, outline  # shapely loads with the first outline

    places = [s.position for s in state.sites_by_phase.get(ident, []) if s.position]
    if ident not in state.phases or not places:
        return None
    shape = outline([p.latitude for p in places], [p.longitude for p in places])
    return None if shape is None else area(as_wkb(shape))


def nearly_same(one: bytes, other: bytes) -> bool:
    """Whether two areas are one but for what another version draws otherwise."""
    from psnplanner.geography.area import nearly_same

    start = len(_HEADER)
    return one == other or (one.startswith(_HEADER) and nearly_same(one[start:], other[start:]))


def extents(state: State) -> dict[str, tuple[float | None, ...]]:
    """What the catalogue says of each layer: west, south, east, north; None where it is empty."""
    placed = [p for site in state.sites.values() if (p := site.position)]
    nodes = [p for node in state.nodes.values() if (p := node.position)]
    found = {"sites": placed, "phase_areas": placed, "nodes": nodes, "links": placed + nodes}
    return {name: _box(places) for name, places in found.items()}


def update_extents(db: Database, state: State) -> None:
    """Tell the catalogue the extent of what has moved, and when."""
    for name, box in extents(state).items():
        db.conn.execute(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? "
            "WHERE table_name = ?",
            (*box, name),
        )
    # One instant for all that is shown, so that damage to any shows.
    marks = ", ".join("?" * len(SHOWN))
    sql = f"UPDATE gpkg_contents SET last_change = ? WHERE table_name IN ({marks})"
    db.conn.execute(sql, (_now(), *SHOWN))


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _box(places: list[Position]) -> tuple[float | None, ...]:
    if not places:
        return (None, None, None, None)
    east, north = [p.longitude for p in places], [p.latitude for p in places]
    return (min(east), min(north), max(east), max(north))
