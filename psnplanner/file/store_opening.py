"""Opening a programme file for writing: its lock, its log, its device, its version."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from psnplanner import home
from psnplanner.errors import UserError
from psnplanner.file import own_reach, schema, sound
from psnplanner.file.backup import backup, free_name
from psnplanner.file.catalogue import bound
from psnplanner.file.connection import in_memory, rows
from psnplanner.file.database import Database
from psnplanner.file.lock import WriterLock
from psnplanner.file.share import network_kind
from psnplanner.file.standing import has_strange_log
from psnplanner.whole_file import TAKEN

OTHER_OPEN = "Another PSN Planner has this programme open, so here it can only be read."
OTHER_COMPUTER = (
    "The computer “{}” has this programme open on the network share, so here it can only be read. "
    "If that computer was switched off meanwhile, remove the file that begins with a dot and ends "
    "with “.claim” beside the programme, and open it again."
)
_NO_LOCKS = (
    "This disk keeps no locks ({}), so nothing tells whether somebody else has the programme open; "
    "here it can only be read."
)
_ON_A_SHARE = (
    "This programme lies on a network share ({}): slower, and only as safe as its locks. "
    "Work on a copy on your own disk, and bring the copies together with “merge”."
)


def check_free(path: Path) -> None:
    """Raise UserError unless a new file can be made under this name."""
    if path.exists():
        raise UserError(
            TAKEN,
            where=str(path),
            remedy="Choose another name, or open it.",
        )
    if not path.parent.is_dir():
        raise UserError("There is no such folder.", where=str(path.parent), remedy="Make it first.")
    if not os.access(path.parent, os.W_OK):
        raise UserError(
            "The folder is read-only.",
            where=str(path.parent),
            remedy="Choose a folder you can write to.",
        )


def own_device(db: Database, path: Path) -> int:
    """The device under which this machine writes to this very file; a new one if it has none."""
    # A copied, mailed or restored file must not go on under the device of its original.
    place = f"{home.machine()}:{os.stat(path).st_ino}"
    sql = (
        "SELECT dev FROM own WHERE bound_to = ?1 OR substr(bound_to, 1, length(?1) + 1) = ?1 || ':'"
    )
    known = [dev for (dev,) in rows(db, sql, place) if not own_reach.went_back(db, dev)]
    device: int = known[0] if known else secrets.randbits(47)
    if not known:
        db.conn.execute("INSERT INTO own VALUES (?, ?)", (device, bound(device, place)))
    return device


def check_log(path: Path) -> None:
    """Raise UserError where the log beside a file is that of another."""
    if has_strange_log(path):
        log = f"{path.name}-wal"
        raise UserError(
            f"Beside it lies “{log}”, the last changes of another file that had this name and was "
            "replaced while it was open; they would ruin this one.",
            where=str(path),
            remedy=f"Move “{log}” and “{path.name}-shm” to another folder, then open it again.",
        )


def take_lock(path: Path) -> tuple[WriterLock | None, str]:
    """The right to write, or none; and what people are to be told of it."""
    if path.exists() and not os.access(path, os.W_OK):
        return None, "The file is read-only, so changes cannot be saved in it."
    if path.exists() and not os.access(path.parent, os.W_OK):
        return None, "The folder is read-only, so changes cannot be saved in it."
    lock = WriterLock(path)
    if path.exists() and not lock.acquire():
        if lock.elsewhere and not lock.refused:
            return None, OTHER_COMPUTER.format(lock.elsewhere)
        return None, _NO_LOCKS.format(lock.refused) if lock.refused else OTHER_OPEN
    kind = network_kind(path)
    return lock, _ON_A_SHARE.format(kind) if kind else ""


def bring_up_to_date(path: Path, db: Database, *, writable: bool) -> Database:
    """Check that a file is ours, and bring an older one up to date after a backup.

    Where it may not be written, what is given back is a copy in memory that is up to date, and the
    file stays as it is. Raises UserError for what was tampered with.
    """
    sound.check_journal(db, str(path))
    pending = schema.pending(db, str(path))
    if not pending:
        sound.check_tables(db, str(path))
        return db
    if writable:
        backup(db, free_name(path, "before-upgrade"))
        schema.upgrade(db)
        return db
    copy = in_memory(path, db)
    try:
        schema.upgrade(copy)
        copy.execute("PRAGMA query_only=ON").fetchall()
    except BaseException:
        copy.conn.close()
        raise
    db.conn.close()
    return copy
