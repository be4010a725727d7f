"""Connections to a programme file: their settings, and SQLite's errors in plain words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3 as sqlite3

from psnplanner.errors import UserError
from psnplanner.file import encryption
from psnplanner.file.database import Database
from psnplanner.file.share import network_kind
from psnplanner.file.standing import has_log, is_strange, real

APPLICATION_ID = 0x47504B47
"""“GPKG”: says that the file is a GeoPackage."""

MAGIC = b"SQLite format 3\x00"
BUSY_MS = 5000
_SETTINGS = {
    "foreign_keys": "ON",
    "trusted_schema": "OFF",
    "cell_size_check": "ON",
    # An automatic index once turned one second into ten minutes.
    "automatic_index": "OFF",
    "busy_timeout": BUSY_MS,
    # 64 MB at most: at the usual 2 MB a big import writes its indexes' pages again and again.
    "cache_size": -65_536,
}


class DiskRefused(UserError):
    """The disk is full, over a quota, or failing."""


def connect(
    path: Path, *, read_only: bool = False, alone: bool = False, peek: bool = False
) -> Database:
    """Open a file with the settings the journal needs: WAL, every commit on the disk.

    `alone` reads without the memory that is shared with others, which needs room on the disk.
    To `peek` is to read and leave file and log as they are, whatever the log is.
    Raises UserError if the file is not SQLite or cannot be opened, or if a log was left beside
    it that is not its own; DiskRefused if the disk is why.
    """
    encrypted = encryption.is_encrypted(path)
    if not encrypted:
        check_is_sqlite(path)
    _check_beside(path)
    if not peek and has_log(path):
        from psnplanner.file import left_log  # which looks at it by this very function

        left_log.check_if_free(path)
    with plain_words(path):
        # Even a reader opens for writing where it may (`query_only` holds it back): SQLite then
        # clears away the -wal and -shm files when the last one leaves.
        may = _may_write(path) and _may_write(path.parent)
        writable = not peek and (may or not read_only)
        uri = f"{real(path).as_uri()}?mode={'rw' if writable else 'ro'}"
        shared = bool(network_kind(path))
        if (read_only or peek) and (shared or not _may_write(path.parent)):
            uri = _frozen(path)
        if encrypted:
            connection = encryption.connect(uri, path, uri=True, alone=alone)
        else:
            connection = sqlite3.connect(uri, uri=True)
        try:
            db = Database(connection, execute_plugins=False)
            if alone:
                db.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
            return _settle(db, read_only or peek, shared)
        except BaseException:
            connection.close()
            raise


def begin(path: Path, key: encryption.Key | None = None) -> Database:
    """A new, empty file: encrypted where there is a key, else plain."""
    if key is not None:
        return Database(encryption.begin(path, key), execute_plugins=False)
    return Database(sqlite3.connect(str(path)), execute_plugins=False)


def in_memory(path: Path, db: Database) -> Database:
    """A copy in memory of what is open, under the same key where it has one."""
    if encryption.is_encrypted(path):
        connection = encryption.in_memory(path)
    else:
        connection = sqlite3.connect(":memory:")
    try:
        db.conn.backup(connection)
        copy = Database(connection, execute_plugins=False)
        for name, value in _SETTINGS.items():
            copy.execute(f"PRAGMA {name}={value}").fetchall()
        return copy
    except BaseException:
        connection.close()
        raise


def _settle(db: Database, read_only: bool, shared: bool) -> Database:
    for name, value in _SETTINGS.items():
        db.execute(f"PRAGMA {name}={value}").fetchall()
    if read_only:
        db.execute("PRAGMA query_only=ON").fetchall()
    elif shared:
        # The log's index is memory that machines cannot share: with the file to itself SQLite
        # folds a log back without one, and from then on keeps a journal that needs none.
        db.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
        db.execute("PRAGMA journal_mode=DELETE").fetchall()
        db.execute("PRAGMA locking_mode=NORMAL").fetchall()
        db.execute("PRAGMA synchronous=EXTRA").fetchall()
    else:
        db.execute("PRAGMA journal_mode=WAL").fetchall()
        # NORMAL lost acknowledged saves in half of the simulated power cuts.
        db.execute("PRAGMA synchronous=FULL").fetchall()
    db.execute("SELECT count(*) FROM sqlite_master").fetchall()
    return db


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK)


def _frozen(path: Path) -> str:
    # On read-only media and shares WAL cannot be opened, and `immutable` ignores a leftover
    # -wal, which holds the last changes, or -journal, which takes back a half of one: that would
    # show stale data as current.
    told = {"-wal": "The last changes of this programme are still to be taken from the -wal file "
            "beside it",
            "-journal": "A change of this programme was broken off, and the -journal file beside "
            "it takes it back"}  # fmt: skip
    for end, what in told.items():
        left = path.with_name(path.name + end)
        if left.exists() and left.stat().st_size:
            raise UserError(
                f"{what}; that cannot be done from a read-only folder or a network share.",
                where=str(path),
                remedy="Close it where it is open; or copy both files to a folder of your own "
                "disk, and open it there.",
            )
    return f"{real(path).as_uri()}?mode=ro&immutable=1"


def _check_beside(path: Path) -> None:
    """Raise UserError where what lies under the name of one of SQLite's own files is no file.

    A pipe there would be waited on for ever; SQLite itself follows no link there.
    """
    file = real(path)
    for end in ("-wal", "-shm", "-journal"):
        beside = file.with_name(file.name + end)
        if is_strange(beside):
            raise UserError(
                f"“{beside.name}” beside it is no file of the kind that belongs there; not opened.",
                where=str(path), remedy="Move the programme into a folder of its own.",
            )  # fmt: skip


def check_is_sqlite(path: Path) -> None:
    """Raise UserError unless the path is a file that begins as SQLite files do."""
    if not path.exists():
        raise UserError(
            "There is no such file.",
            where=str(path),
            remedy="Check the name, or make a programme with “psnplanner new”.",
        )
    if path.is_dir():
        raise UserError(
            "That is a folder, not a programme.", where=str(path), remedy="Name a .gpkg file."
        )
    if not path.is_file():  # a pipe would be waited on for ever
        raise UserError(
            "That is no file.", where=str(path), remedy="Open a .gpkg made by PSN Planner."
        )
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
    except OSError as error:
        raise UserError(
            f"The file cannot be read ({error.strerror}).",
            where=str(path),
            remedy="Check that you may read it.",
        ) from error
    if start.startswith(b"PSN locked pack"):
        raise UserError(
            "This pack is locked with a passphrase.",
            where=str(path),
            remedy="Unlock it first: File, Open asks for it; or “psnplanner unlock PACK OUT”.",
        )
    if start != MAGIC:
        raise UserError(
            "This is not a programme file.",
            where=str(path),
            remedy="Open a .gpkg made by PSN Planner; lists are loaded with “import”.",
        )


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """One write transaction, the lock taken at the start.

    A plain BEGIN takes the lock at the first write and then fails at once if another
    process wrote meanwhile. There is no savepoint inside, as sqlite-utils' `atomic` would set:
    under one, every statement with a trigger keeps the pages it touches until the end, and
    40,000 changes take fifteen times as long.
    """
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.conn.execute("COMMIT")
    except BaseException:
        db.conn.rollback()
        raise


def rows(db: Database, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows of a query, fetched: an open cursor would pin the write-ahead log."""
    return list(db.conn.execute(sql, values).fetchall())


@contextmanager
def plain_words(path: Path) -> Iterator[None]:
    """Turn what SQLite or the disk refuse into a UserError; nothing has been written then."""
    try:
        yield
    except encryption.sql_errors() as error:
        raise _said(path, str(error)) from error
    except UnicodeDecodeError as error:  # damage can even be in the words SQLite says it with
        raise _said(path, "malformed") from error
    except UnicodeEncodeError as error:
        raise UserError(
            "A text holds what is no character and cannot be kept; nothing was changed.",
            where=str(path),
            remedy="Type it again without what looks like □ or �.",
        ) from error
    except OSError as error:
        raise UserError(
            f"The file cannot be used ({error.strerror or error}).",
            where=str(path),
            remedy="Check the folder, its free space and your rights to it.",
        ) from error


_MEANINGS = {
    "disk is full": (
        "The disk is full; nothing was changed.",
        "Free some space and do it again.",
    ),
    "database is locked": (
        "Another program is writing to this file; nothing was changed.",
        "Wait for it to finish, or close it, and do it again.",
    ),
    "readonly": (
        "The file is read-only; nothing was changed.",
        "Copy it to a folder you can write to.",
    ),
    "unable to open": (
        "The file cannot be opened.",
        "Check that it exists and that you may read it.",
    ),
    "disk i/o error": (
        "The disk refused to read or write; nothing was saved.",
        "It may be over your quota, disconnected or failing: see to it and do it again; go back "
        "to a backup if it persists.",
    ),
    "append-only": ("The journal cannot be altered.", "Make a new change, or undo."),
    "not a database": ("This is not a programme file.", "Open a .gpkg made by PSN Planner."),
    "malformed": (
        "The file is damaged.",
        "Go back to a backup; “psnplanner verify” says what is affected, “psnplanner repair” "
        "saves what can be saved.",
    ),
}


def _said(path: Path, message: str) -> UserError:
    for words, (what, remedy) in _MEANINGS.items():
        if words in message.lower():
            kind = DiskRefused if words.startswith("disk") else UserError
            return kind(what, where=str(path), remedy=remedy)
    return UserError(
        f"The file cannot be used: {message}.",
        where=str(path),
        remedy="Run “psnplanner verify”, or go back to a backup.",
    )
