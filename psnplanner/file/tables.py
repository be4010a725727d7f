"""The current-state tables: projections of the journal that any SQLite tool can read.

One table a kind of record, one column a field. Nothing here is UNIQUE, NOT NULL or a foreign
key beyond the key itself: a merge may bring what breaks such a rule, and a finding says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from math import isfinite
from operator import attrgetter
from typing import Any

from psnplanner.file import geopackage
from psnplanner.file.connection import rows
from psnplanner.file.database import Database
from psnplanner.programme.change import Change, creation
from psnplanner.programme.node import Node
from psnplanner.programme.record import (
    ENCODERS,
    ID_BYTES,
    Position,
    Record,
    RecordId,
    decode,
    encode,
    fields_of,
)
from psnplanner.programme.site import Site
from psnplanner.programme.state import RECORD_TYPES, State

_COLUMN_TYPES = {
    "text": "TEXT",
    "whole": "INTEGER",
    "quantity": "REAL",
    "yes_no": "BOOLEAN",
    "day": "DATE",
    "link": "BLOB",
    "links": "TEXT",
    "pairs": "TEXT",
}
_PLACE = {"latitude": "REAL", "longitude": "REAL", "position_source": "TEXT", "accuracy_m": "REAL"}
_PARSED = frozenset({"links", "pairs", "place"})
_as_json = json.JSONEncoder(ensure_ascii=False).encode
_Reader = Callable[[Record], tuple[Any, ...]]
_AS_THEY_ARE = ("link", "text", "whole", "quantity")

_VIEWS = {
    "sites": """
        SELECT s.fid AS OGC_FID, s.geom, s.reference, s.name, s.kind, p.name AS partner, s.status,
          ph.name AS phase, n.name AS node, s.address, s.postcode, s.uprn, s.access, s.tenure,
          s.priority, s.annual_cost_pence, s.contract_ends_on, s.locked, s.sensitive,
          s.position_source, s.accuracy_m, s.note
        FROM site s LEFT JOIN partner p ON p.id = s.partner
          LEFT JOIN phase ph ON ph.id = s.phase LEFT JOIN node n ON n.id = s.node""",
    "nodes": """
        SELECT n.fid AS OGC_FID, n.geom, n.name, up.name AS parent, n.planned_on, n.live_on,
          n.ports, n.note
        FROM node n LEFT JOIN node up ON up.id = n.parent""",
    "links": """
        SELECT l.fid AS OGC_FID, l.geom, s.reference AS site, s.name AS site_name, n.name AS node,
          s.status
        FROM link l JOIN site s ON s.id = l.site JOIN node n ON n.id = l.node""",
    "phase_areas": """
        SELECT p.fid AS OGC_FID, a.geom, p.name, p.starts_on, p.ends_on, p.capacity_days,
          (SELECT count(*) FROM site s WHERE s.phase = p.id) AS sites,
          (SELECT count(*) FROM site s WHERE s.phase = p.id AND s.status = 'live') AS live
        FROM phase_area a JOIN phase p ON p.id = a.phase""",
    "stage_records": """
        SELECT r.fid AS OGC_FID, s.reference AS site, s.name AS site_name, r.stage, r.state,
          r.planned_on, r.forecast_on, r.actual_on, r.waiting_on, r.waiting_since, r.next_action,
          r.note
        FROM stage r JOIN site s ON s.id = r.site""",
}


def columns_of(kind: type[Record]) -> dict[str, str]:
    """The columns of a record's table and their SQL types, without its keys."""
    columns: dict[str, str] = {}
    for field in fields_of(kind).values():
        columns |= _PLACE if field.kind == "place" else {field.name: _COLUMN_TYPES[field.kind]}
    return columns


def _derived(kind: type[Record]) -> dict[str, str]:
    if kind is Site:
        return {"status": "TEXT", "geom": "BLOB"}
    return {"geom": "BLOB"} if kind is Node else {}


def create(db: Database) -> None:
    """Make the tables, the views over them, and their entries in the GeoPackage."""
    for entity, kind in RECORD_TYPES.items():
        columns = columns_of(kind) | _derived(kind)
        listed = ", ".join(f'"{name}" {sort}' for name, sort in columns.items())
        db.conn.execute(
            f'CREATE TABLE "{entity}" (fid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, {listed})'
        )
    db.conn.execute("CREATE INDEX stage_site ON stage (site)")
    db.conn.execute("CREATE INDEX site_phase ON site (phase)")
    db.conn.execute(
        "CREATE TABLE link (fid INTEGER PRIMARY KEY, site BLOB UNIQUE, node BLOB, geom BLOB)"
    )
    db.conn.execute("CREATE TABLE phase_area (phase BLOB PRIMARY KEY, geom BLOB)")
    for name, select in _VIEWS.items():
        db.conn.execute(f"CREATE VIEW {name} AS {select}")
    geopackage.register(db)


def rebuild(db: Database, state: State) -> None:
    """Make the tables anew in the shape this version gives them, holding this state.

    For migrations: current tables are projections, and are not altered but made again.
    """
    for name in _VIEWS:
        db.conn.execute(f"DROP VIEW IF EXISTS {name}")
    for name in (*RECORD_TYPES, "link", "phase_area"):
        db.conn.execute(f'DROP TABLE IF EXISTS "{name}"')
    geopackage.unregister(db)
    create(db)
    write(db, State(), state, [creation(r) for t in state.tables.values() for r in t.values()])


def describe(db: Database) -> None:
    """Write the names behind the journal's numbers into the file, for readers without us."""
    for entity, kind in RECORD_TYPES.items():
        number = kind.ENTITY_NUMBER
        db.conn.execute("INSERT OR IGNORE INTO entity VALUES (?, ?)", (number, entity))
        db.conn.executemany(
            "INSERT OR IGNORE INTO field VALUES (?, ?, ?, ?)",
            [(number, f.number, f.name, f.kind) for f in fields_of(kind).values()],
        )
    db.conn.commit()


def load(db: Database) -> State:
    """The current state as the tables hold it."""
    tables: dict[str, Mapping[RecordId, Record]] = {}
    for entity, kind in RECORD_TYPES.items():
        # With its table's name before it, SQLite takes no missing column for a piece of text.
        columns = ", ".join(f'"{entity}"."{name}"' for name in columns_of(kind))
        read = reader(kind)
        found = rows(db, f'SELECT id, {columns} FROM "{entity}" ORDER BY fid')
        _check_values(kind, found)
        tables[entity] = {row[0]: read(row) for row in found}
    return State(tables)


_SORTS: dict[str, set[type]] = {
    "INTEGER": {int},
    "REAL": {float, int},
    "BLOB": {bytes},
    "BOOLEAN": {int},
}
"""What a column of each SQL type may hold beside nothing; of any other, text."""


def _check_values(kind: type[Record], found: Sequence[tuple[Any, ...]]) -> None:
    """Raise ValueError for what another program put where it does not belong.

    By columns: a look at each value of 100,000 sites by itself would take half a second.
    """
    columns = list(zip(*found, strict=True))
    if not columns:
        return
    if set(map(type, columns[0])) != {bytes} or set(map(len, columns[0])) != {ID_BYTES}:
        raise ValueError("a record without an id")
    always = {field.name for field in fields_of(kind).values() if field.default is not None}
    for (name, sort), values in zip(columns_of(kind).items(), columns[1:], strict=True):
        known = _SORTS.get(sort, {str})
        nothing = set() if name in always else {type(None)}
        if set(map(type, values)) - known - nothing:
            raise ValueError(f"a value in the column {name} that is none of its kind")
        if sort == "REAL" and not isfinite(sum(filter(None, values))):
            raise ValueError(f"a number in the column {name} that is none")


def write(db: Database, before: State, after: State, changes: Iterable[Change]) -> None:
    """Bring the tables from one state to the next, and what is drawn from them."""
    touched: dict[str, dict[RecordId, None]] = {}
    for change in changes:
        touched.setdefault(change.entity, {})[change.record] = None
    for entity, idents in touched.items():
        if entity in RECORD_TYPES:
            _write_table(db, before, after, entity, idents)
    _write_status(db, before, after, touched)
    _draw(db, before, after, touched)


def _write_table(
    db: Database, before: State, state: State, entity: str, idents: Iterable[RecordId]
) -> None:
    kind = RECORD_TYPES[entity]
    table, known = state.tables[entity], before.tables[entity]
    names = [*columns_of(kind), *(["geom"] if "geom" in _derived(kind) else [])]
    row: Callable[[Record], tuple[Any, ...]] = _row
    if kind is Site:  # with its status: a second pass over new sites would cost as much again
        names.append("status")
        row = _row_with_status(state)
    gone = [(ident,) for ident in idents if ident not in table]
    listed = ", ".join(f'"{name}"' for name in names)
    updates = ", ".join(f'"{name}" = excluded."{name}"' for name in names)
    marks = ", ".join("?" * (len(names) + 1))
    insert = f'INSERT INTO "{entity}" (id, {listed}) VALUES ({marks})'
    # What is new needs no look for what is there: a third of the time of a big import.
    # One row at a time: a hundred thousand at once are a hundred megabytes.
    new = (row(table[ident]) for ident in idents if ident in table and ident not in known)
    db.conn.executemany(insert, new)
    again = (row(table[ident]) for ident in idents if ident in table and ident in known)
    db.conn.executemany(f"{insert} ON CONFLICT (id) DO UPDATE SET {updates}", again)
    if gone:
        db.conn.executemany(f'DELETE FROM "{entity}" WHERE id = ?', gone)


def _row_with_status(state: State) -> Callable[[Record], tuple[Any, ...]]:
    statuses = state.statuses
    return lambda record: (*_row(record), statuses[record.id])


def _write_status(
    db: Database, before: State, after: State, touched: Mapping[str, Iterable[RecordId]]
) -> None:
    sites = before.stage_owners(after, touched.get("stage", ()))
    if before.programme.workflow != after.programme.workflow:
        sites |= set(after.sites)
    sites -= set(touched.get("site", ()))
    db.conn.executemany(
        "UPDATE site SET status = ? WHERE id = ?",
        [(after.statuses[ident], ident) for ident in sites if ident in after.sites],
    )


def _draw(
    db: Database, before: State, after: State, touched: Mapping[str, Iterable[RecordId]]
) -> None:
    moved, phases = set(), set(touched.get("phase", ()))
    were, are = before.sites, after.sites
    for ident in touched.get("site", ()):
        old, new = were.get(ident), are.get(ident)
        if _standing(old) != _standing(new):
            moved.add(ident)
            phases |= {s.phase for s in (old, new) if s is not None and s.phase is not None}
    nodes = {n for n in touched.get("node", ()) if _place(before, n) != _place(after, n)}
    if nodes:
        moved |= {s.id for s in after.sites.values() if s.node in nodes}
    if moved or nodes or phases:
        linked = {ident for ident in moved if _is_linked(before, ident) or _is_linked(after, ident)}
        geopackage.draw_links(db, after, linked)
        geopackage.draw_areas(db, after, phases)
        geopackage.update_extents(db, after)


def _is_linked(state: State, site: RecordId) -> bool:
    found = state.sites.get(site)
    return found is not None and found.node is not None


def _standing(site: Site | None) -> tuple[object, ...] | None:
    return None if site is None else (site.position, site.phase, site.node)


def _place(state: State, node: RecordId) -> Position | None:
    found = state.nodes.get(node)
    return found.position if found else None


def _row(record: Record) -> tuple[Any, ...]:
    read, coded = _codecs(record.ENTITY)
    values: list[Any] = list(read(record))
    for at, codec in coded:
        value = values[at]
        if codec is None:  # a position fills four columns; what is right of it is done already
            values[at : at + 1] = value or (None, None, None, None)
        elif value is not None:
            values[at] = codec(value)
    if isinstance(record, Site | Node):
        values.append(geopackage.point(record.position))
    return tuple(values)


@cache
def _codecs(entity: str) -> tuple[_Reader, list[tuple[int, Callable[[Any], Any] | None]]]:
    """What reads a record's id and fields, and the codecs of those SQLite cannot keep as is.

    The codecs are by position, the last first; of a place there is none.
    """
    fields = fields_of(RECORD_TYPES[entity]).values()
    coded = [
        (at, _CODECS.get(field.kind))
        for at, field in enumerate(fields, 1)
        if field.kind not in _AS_THEY_ARE
    ]
    return attrgetter("id", *(field.name for field in fields)), coded[::-1]


def _listed(kind: str) -> Callable[[Any], str]:
    encoder = ENCODERS[kind]
    # Most sites share with nobody and have no other columns.
    return lambda value: _as_json(encoder(value)) if value else "[]"


_CODECS: dict[str, Callable[[Any], Any]] = {
    "yes_no": int,
    "day": ENCODERS["day"],
    "links": _listed("links"),
    "pairs": _listed("pairs"),
}
"""What makes a column's value of a field's, for what SQLite cannot keep as it is."""


def to_sql(kind: str, value: Any) -> Any:
    """A field's value as SQLite keeps it: ids are blobs, compound values JSON text."""
    if value is None or kind in _AS_THEY_ARE:
        return value
    return _as_json(encode(kind, value)) if kind == "place" else _CODECS[kind](value)


def from_sql(kind: str, value: Any) -> Any:
    """The value behind what SQLite keeps. Raises ValueError or TypeError if it is none."""
    if value is None or (kind == "text" and type(value) is str):
        return value
    if kind == "link":
        if not isinstance(value, bytes):
            raise TypeError("what should name a record does not")
        return value
    return decode(kind, parsed(value) if kind in _PARSED else value)


_scan = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


def parsed(text: str) -> Any:
    """A piece of JSON. Raises ValueError for what is none, or nested without end."""
    try:
        # A hundred thousand pieces are read to fold a journal: `loads` would take them twice
        # as long, to allow for blanks about a piece and for bytes.
        found, end = _scan(text, 0)
        return found if end == len(text) else json.loads(text)
    except RecursionError as error:
        raise ValueError("a value is nested without end") from error
    except (StopIteration, TypeError):
        return json.loads(text)


def reader(kind: type[Record]) -> Callable[[tuple[Any, ...]], Record]:
    """What makes a record of a row: its id, then its columns in order."""
    plain: list[tuple[str, int]] = []
    coded: list[tuple[str, int, str]] = []
    places: list[tuple[str, int]] = []
    index = 1
    for field in fields_of(kind).values():
        if field.kind == "place":
            places.append((field.name, index))
        elif field.kind in _AS_THEY_ARE:
            plain.append((field.name, index))
        else:
            coded.append((field.name, index, field.kind))
        index += 4 if field.kind == "place" else 1

    def read(row: tuple[Any, ...]) -> Record:
        values = {name: row[at] for name, at in plain}
        for name, at, sort in coded:
            values[name] = from_sql(sort, row[at])
        for name, at in places:
            values[name] = None if row[at] is None else Position(*row[at : at + 4])
        return kind(id=row[0], **values)

    return read
