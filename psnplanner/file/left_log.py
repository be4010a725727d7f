"""Whether a file and the log beside it belong together, found out before the two are made one.

SQLite folds whatever log lies beside a file into it (sqlite.org/howtocorrupt.html, 1.4). A copy
laid over a file in place is the same file to the disk, so only what the two say together tells:
they are looked at by a connection that writes to neither.
"""

from __future__ import annotations

from pathlib import Path

from psnplanner.errors import UserError
from psnplanner.file import seals, sound
from psnplanner.file.connection import connect, plain_words, rows
from psnplanner.file.database import Database
from psnplanner.file.encryption import sql_errors
from psnplanner.file.lock import WriterLock
from psnplanner.file.standing import has_log

_LAST_SEAL = "SELECT arr, hash FROM seal ORDER BY arr DESC LIMIT 1"


def check(path: Path) -> None:
    """Raise UserError where a log was left beside a file, and they do not make a whole.

    For whoever holds the writer's lock, or knows that nobody does.
    """
    if not has_log(path):
        return
    db = connect(path, peek=True)
    try:
        sound.check_journal(db, str(path))
        whole = is_whole(db)
    except sql_errors(UnicodeDecodeError):
        whole = False
    finally:
        db.conn.close()
    if not whole:
        log = f"{path.name}-wal"
        raise UserError(
            f"The file and the log “{log}” beside it do not make a whole: the file was replaced "
            "by another copy while that log was its own, or it is damaged. Nothing was changed.",
            where=str(path),
            remedy=f"Move “{log}” and “{path.name}-shm” to another folder and open it again: it is "
            "then the copy that was put there. If it is damaged still, go back to a backup, or "
            "“psnplanner repair” saves what can be saved.",
        )


def check_if_free(path: Path) -> None:
    """The same, unless somebody has the file open: the log is being written then."""
    lock = WriterLock(path)
    if lock.acquire():
        try:
            check(path)
        finally:
            lock.release()


def is_whole(db: Database) -> bool:
    """Whether every page is in its place, and every arrival sealed. Raises as SQLite does."""
    if sound.runs(db) or rows(db, "PRAGMA quick_check(1)") != [("ok",)]:
        return False
    sealed = rows(db, "SELECT 1 FROM sqlite_master WHERE name = 'seal'")
    return not sealed or next(seals.faults(db), None) is None


def is_as_open(path: Path, db: Database) -> bool:
    """Whether a file that is open as `db` is, on the disk, a whole and ends with the same seal."""
    try:
        with plain_words(path):
            peek = connect(path, peek=True)
            try:
                return rows(peek, _LAST_SEAL) == rows(db, _LAST_SEAL) and is_whole(peek)
            finally:
                peek.conn.close()
    except UserError:
        return False
