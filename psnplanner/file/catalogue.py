"""What the file says of itself beside the journal, checked: its layers, formats and own devices."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from psnplanner.file import geopackage, schema
from psnplanner.file.connection import rows
from psnplanner.file.database import Database
from psnplanner.programme.state import State
from psnplanner.programme.travel import OFFICE

_TOLD = {
    "gpkg_spatial_ref_sys": "*",
    "gpkg_geometry_columns": "*",
    "gpkg_contents": "table_name, data_type, identifier, description, srs_id",
    "_sqlite_migrations": "id, migration_set, name",
}
"""What is the same in every file, by table; programs of others may add rows of their own."""

_INSTANT = re.compile(r"20\d\d-[01]\d-[0-3]\d[T ][0-2]\d:[0-5]\d:[0-5]\d(\.\d{3,6})?(Z|\+00:00)")
_UNPROVED = re.compile(r"[0-9a-f]{0,16}:\d+|hub")
_DEVICE_BITS = 47


def faults(db: Database, state: State) -> Iterator[str]:
    """What is not as every file of this version has it, or not as `state` has it on the map."""
    for table, told in _TOLD.items():
        found = set(rows(db, f"SELECT {told} FROM {table}"))
        if not _expected(*schema.names())[table] <= found:
            yield f"The table {table}, which GIS programs read first, is damaged."
    if not _in_time(db):
        yield "An instant in the GeoPackage catalogue or the list of formats is damaged."
    shown = "SELECT table_name, min_x, min_y, max_x, max_y FROM gpkg_contents"
    boxes = {name: tuple(box) for name, *box in rows(db, shown)}
    if any(not _same(boxes.get(name), box) for name, box in geopackage.extents(state).items()):
        yield "The extent of a layer in the GeoPackage catalogue differs from the journal."
    for dev, bound_to in rows(db, "SELECT dev, bound_to FROM own"):
        if not (0 <= dev < 2**_DEVICE_BITS and _is_bound(dev, bound_to)):
            yield "The names under which this file was written to are damaged."
            return


def _in_time(db: Database) -> bool:
    """Whether every instant is one, and what is shown, which changes together, says the same."""
    told = dict(rows(db, "SELECT table_name, last_change FROM gpkg_contents"))
    shown = {str(told.get(name)) for name in geopackage.SHOWN}
    formats = {str(at) for (at,) in rows(db, "SELECT applied_at FROM _sqlite_migrations")}
    return len(shown) == 1 and all(map(_INSTANT.fullmatch, shown | formats))


def _same(found: tuple[Any, ...] | None, made: tuple[float | None, ...]) -> bool:
    """Whether two boxes are one, but for the last digits that another program may round."""
    return found is not None and all(
        a == b or (isinstance(a, float) and b is not None and abs(a - b) < 1e-9)
        for a, b in zip(found, made, strict=True)
    )


@cache
def _expected(*_formats: str) -> dict[str, set[tuple[Any, ...]]]:
    db = Database(memory=True, execute_plugins=False)
    try:
        schema.create(db)
        return {table: set(rows(db, f"SELECT {t} FROM {table}")) for table, t in _TOLD.items()}
    finally:
        db.conn.close()


def bound(dev: int, place: str) -> str:
    """A device's machine and file, with what shows that neither was damaged."""
    return f"{place}:{_proof(dev, place)}"


def _is_bound(dev: int, bound_to: str) -> bool:
    place, _, proof = bound_to.rpartition(":")
    # Before there was a proof: the machine in hex, and the number of the file; or a hub's mark.
    unproved = _UNPROVED.fullmatch(bound_to) and (bound_to != "hub" or dev == OFFICE)
    return proof == _proof(dev, place) or bool(unproved)


def _proof(dev: int, place: str) -> str:
    return hashlib.sha256(f"{dev} {place}".encode("utf-8", "surrogatepass")).hexdigest()[:12]
