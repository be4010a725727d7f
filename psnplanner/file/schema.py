"""The file's tables: GeoPackage, journal and local knowledge, built by migrations.

The journal's tables are frozen: rows are only ever added. The current-state tables
(`tables.py`) are projections of it, so a migration that changes them rebuilds them by replay.
"""

from __future__ import annotations

from psnplanner.errors import UserError
from psnplanner.file import geopackage, journal, journal_reading, seals, tables
from psnplanner.file.connection import APPLICATION_ID, rows
from psnplanner.file.database import Database, Migrations
from psnplanner.programme.fold import fold

migrations = Migrations("psnplanner")
"""Every version of the file format, in order."""

_JOURNAL = """
CREATE TABLE txn (
  arr INTEGER PRIMARY KEY,        -- order of arrival in this copy
  hlc INTEGER NOT NULL,           -- hybrid clock: milliseconds << 16 | counter
  dev INTEGER NOT NULL,           -- the copy that made it
  n INTEGER NOT NULL,             -- 1, 2, 3 ... without gaps per device
  author TEXT NOT NULL,
  kind TEXT NOT NULL,
  label TEXT NOT NULL,
  effective_on TEXT NOT NULL,     -- the day it counts from
  undo_of TEXT,                   -- "dev.n" of the transaction it takes back
  received_at TEXT NOT NULL,      -- when this copy learnt it (UTC)
  first INTEGER NOT NULL,         -- its events are first .. first + cnt - 1
  cnt INTEGER NOT NULL,
  ctx TEXT,                       -- what the author knew, where a merge changed it
  hash BLOB NOT NULL,             -- chains the transactions of its device
  UNIQUE (dev, n),
  UNIQUE (dev, hlc)
) STRICT;
CREATE TABLE event (
  seq INTEGER PRIMARY KEY,
  hlc INTEGER NOT NULL,
  dev INTEGER NOT NULL,
  ent INTEGER NOT NULL,           -- which kind of record: table entity
  row BLOB NOT NULL,              -- which record
  fld INTEGER NOT NULL,           -- 0 created, -1 deleted, else which field: table field
  val ANY,
  bh INTEGER,                     -- the change this one was made upon
  bd INTEGER
) STRICT;
CREATE UNIQUE INDEX event_field ON event (ent, row, fld, hlc, dev);
-- Further changes an event was made upon: the heads that a settlement names.
CREATE TABLE parent (
  seq INTEGER NOT NULL, bh INTEGER NOT NULL, bd INTEGER NOT NULL, PRIMARY KEY (seq, bh, bd)
) STRICT, WITHOUT ROWID;
-- Fields with more than one head; `open` where the heads differ.
CREATE TABLE fork (
  ent INTEGER NOT NULL, row BLOB NOT NULL, fld INTEGER NOT NULL,
  heads TEXT NOT NULL, open INTEGER NOT NULL, PRIMARY KEY (ent, row, fld)
) STRICT, WITHOUT ROWID;
-- What this copy knows: how many transactions of each device, and the last one's hash.
CREATE TABLE dev (dev INTEGER PRIMARY KEY, n INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
-- This copy's own device, and the machine and file it was made for.
CREATE TABLE own (dev INTEGER PRIMARY KEY, bound_to TEXT NOT NULL) STRICT;
CREATE TABLE entity (ent INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE field (
  ent INTEGER NOT NULL, fld INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
  PRIMARY KEY (ent, fld)
) STRICT, WITHOUT ROWID;
"""

_NO_REPLACE = {
    "txn": "arr = NEW.arr OR (dev = NEW.dev AND n = NEW.n) OR (dev = NEW.dev AND hlc = NEW.hlc)",
    "event": "seq = NEW.seq OR (ent = NEW.ent AND row = NEW.row AND fld = NEW.fld "
    "AND hlc = NEW.hlc AND dev = NEW.dev)",
}
"""INSERT OR REPLACE removes the row in its way without a word to the triggers on DELETE."""

_INSERT_ONLY = """
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken}) BEGIN
  SELECT RAISE(ABORT, 'The journal is append-only');
END
"""

_APPEND_ONLY = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} BEGIN
  SELECT RAISE(ABORT, 'The journal is append-only');
END
"""


@migrations(name="0001_programme_file")
def _programme_file(db: Database) -> None:
    geopackage.create(db)
    for statement in _JOURNAL.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)
    for table in ("txn", "event", "parent"):
        for verb in ("update", "delete"):
            db.conn.execute(_APPEND_ONLY.format(table=table, verb=verb))
    for table, taken in _NO_REPLACE.items():
        db.conn.execute(_INSERT_ONLY.format(table=table, taken=taken))
    tables.create(db)


_PHOTOGRAPHS = """
CREATE TABLE photograph_bytes (
  digest TEXT PRIMARY KEY,        -- SHA-256 of the bytes, in hex
  bytes BLOB NOT NULL
) STRICT
"""


@migrations(name="0002_boundaries_views_photographs")
def _boundaries_views_photographs(db: Database) -> None:
    db.conn.execute(_PHOTOGRAPHS)
    _rebuild(db)


@migrations(name="0003_field_packs")
def _field_packs(db: Database) -> None:
    _rebuild(db)


@migrations(name="0004_wishes_scenarios")
def _wishes_scenarios(db: Database) -> None:
    _rebuild(db)


@migrations(name="0005_board")
def _board(db: Database) -> None:
    _rebuild(db)


@migrations(name="0006_seals")
def _seals(db: Database) -> None:
    db.conn.execute(seals.TABLE)
    seals.close(db)


@migrations(name="0007_knowledge_in_short")
def _knowledge_in_short(_db: Database) -> None:
    """What is there stays; but what is written from now on, older versions could not read."""


_SECOND_COPIES = """
CREATE INDEX event_value ON event (ent, row, fld, hlc, dev, val, bh, bd)
WHERE fld <> 0 OR seq <= 5000
"""
# Every change a second time, in another order, for `repair`: what was written over since stands
# nowhere else, and of a small file one lost page may hold a fifth. What a large file's records
# began with is left out, for imports would take half as much room again: of many pages, no few
# hold much.


@migrations(name="0008_second_copies")
def _second_copies(db: Database) -> None:
    db.conn.execute(_SECOND_COPIES)
    _rebuild(db)  # and with the tables, the catalogue's instants: from now on they are one


def _rebuild(db: Database) -> None:
    if journal.arrived(db):  # a file that is being made has tables of this version already
        tables.rebuild(db, fold(journal_reading.stream(db)))


GUARDS = frozenset(
    [f"{table}_no_{verb}" for table in ("txn", "event", "parent") for verb in ("update", "delete")]
    + [f"{table}_no_replace" for table in _NO_REPLACE]
)
"""The triggers that keep the journal as it is."""


def create(db: Database) -> None:
    """Give an empty database the current format. The page of settings comes first of all."""
    db.execute(f"PRAGMA application_id={APPLICATION_ID}").fetchall()
    db.execute(f"PRAGMA user_version={geopackage.VERSION}").fetchall()
    migrations.apply(db)
    tables.describe(db)


def pending(db: Database, path: str) -> list[str]:
    """The migrations this file still needs. Raises UserError for what is no file of ours."""
    tables_here = {name for (name,) in rows(db, "SELECT name FROM sqlite_master")}
    if migrations.migrations_table not in tables_here or "txn" not in tables_here:
        raise UserError(
            "This is a database, but not a programme of PSN Planner.",
            where=path,
            remedy="Open a .gpkg made by PSN Planner; lists are loaded with “import”.",
        )
    try:
        known = {migration.name for migration in [*migrations.pending(db)]}
        applied = [migration.name for migration in migrations.applied(db)]
    except KeyError as error:  # a column of the library's own table has another name
        raise UserError(
            "The file is damaged.", where=path,
            remedy="Go back to a backup; “psnplanner repair” saves what can be saved.",
        ) from error  # fmt: skip
    ours = known | set(names())
    unknown = [name for name in applied if name not in ours]
    if unknown:
        raise UserError(
            f"A newer PSN Planner wrote this programme (its format is “{unknown[-1]}”; "
            f"this version reads up to “{names()[-1]}”).",
            where=path,
            remedy="Update PSN Planner, and open it again.",
        )
    return sorted(known)


def upgrade(db: Database) -> None:
    """Apply the pending migrations, each with its record in one transaction."""
    # The names first: were they last, a power cut between the two would leave them out for good.
    tables.describe(db)
    migrations.apply(db)


def names() -> list[str]:
    """Every version of the format, in order."""
    return [migration.name for migration in migrations._migrations]
