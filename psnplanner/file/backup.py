"""Whole copies of a programme."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pysqlite3 as sqlite3

from psnplanner.errors import UserError
from psnplanner.file import encryption
from psnplanner.file.connection import plain_words, rows
from psnplanner.file.database import Database
from psnplanner.whole_file import TAKEN, begin_private, whole_file


def backup(db: Database, out: Path) -> None:
    """Copy the whole programme as it stands to a new file, which appears whole or not at all.

    A copy of the file itself would lose what is still in its write-ahead log.
    Raises UserError if the file exists already or the disk refuses.
    """
    with plain_words(out):
        if out.exists():
            raise UserError(TAKEN, where=str(out), remedy="Choose another name.")
        held_back = db.conn.execute("PRAGMA query_only").fetchone()[0]
        # A reader that is held back may not write elsewhere either; the file is not touched.
        db.conn.execute("PRAGMA query_only=OFF")
        try:
            with whole_file(out, replace=False) as beside:
                _begin(beside, db)
                db.conn.execute("VACUUM INTO ?", (str(beside),))
                _make_nameless(beside)
        finally:
            db.conn.execute(f"PRAGMA query_only={held_back}")


def copy(source: Database, out: Path) -> None:
    """Copy a programme by SQLite's backup API, all of it at one instant, to a path that is free.

    One step, within one reading of the source: it need not begin again when somebody saves
    meanwhile, and with the write-ahead log nobody who saves has to wait.
    """
    _begin(out, source)
    if encryption.is_encrypted(_path_of(source)):
        # The API would need a second connection under the same key; this keeps it by itself.
        source.conn.execute("PRAGMA query_only=OFF")
        source.conn.execute("VACUUM INTO ?", (str(out),))
    else:
        target = sqlite3.connect(str(out))
        try:
            source.conn.backup(target)
        finally:
            target.close()
    _make_nameless(out)


def _begin(out: Path, source: Database) -> None:
    # Whoever may not read the programme may not read its copies, not even while they are made.
    path = _path_of(source)
    begin_private(out, path if path.is_file() else None)


def _path_of(db: Database) -> Path:
    return Path(rows(db, "PRAGMA database_list")[0][2])


def free_name(path: Path, why: str, now: datetime | None = None) -> Path:
    """A name beside a file that says why and when; a process killed just before may have one."""
    stamp = (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y%m%d-%H%M%S")
    names = (f"{path.stem}.{why}-{stamp}{n}{path.suffix}" for n in ("", *range(-2, -1000, -1)))
    return next(found for found in map(path.with_name, names) if not found.exists())


def _make_nameless(copy: Path) -> None:
    # Under the number of the file it came from, work in the copy would pass for work in that one:
    # a system may even give both files one number on the disk, one after the other.
    db = _open_alone(copy)
    try:
        db.execute("DELETE FROM own")
        db.commit()
    finally:
        db.close()


def _open_alone(copy: Path) -> Any:
    """A connection that puts no file beside a copy that nobody else knows of yet."""
    encrypted = encryption.is_encrypted(copy)
    db = encryption.connect(str(copy), copy, uri=False) if encrypted else sqlite3.connect(str(copy))
    for setting in ("locking_mode=EXCLUSIVE", "journal_mode=MEMORY", "synchronous=OFF"):
        db.execute(f"PRAGMA {setting}").fetchall()
    return db
