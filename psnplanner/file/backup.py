"""Whole copies of a programme."""

from __future__ import annotations

from pathlib import Path

from psnplanner.errors import UserError
from psnplanner.file.connection import connect, plain_words
from psnplanner.file.database import Database
from psnplanner.whole_file import TAKEN, whole_file


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
                db.conn.execute("VACUUM INTO ?", (str(beside),))
                _make_nameless(beside)
        finally:
            db.conn.execute(f"PRAGMA query_only={held_back}")


def _make_nameless(copy: Path) -> None:
    # Under the number of the file it came from, work in the copy would pass for work in that one:
    # a system may even give both files one number on the disk, one after the other.
    db = connect(copy)
    try:
        db.conn.execute("DELETE FROM own")
        db.conn.commit()
        db.conn.execute("PRAGMA journal_mode=DELETE").fetchall()
    finally:
        db.conn.close()
