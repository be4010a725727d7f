"""How far this machine's own devices have come: it shows when a file goes back to what it was.

A copy of yesterday that is laid over today's file is the same file to the disk, and would give
the numbers of what is lost a second time. So the last number of each device is kept in the
person's folder too; a file that lacks it goes on under a new name. Where that was not noticed (a
whole machine set back, a session that was killed), merging renames the second: see `merge`.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from psnplanner import home
from psnplanner.file.connection import rows
from psnplanner.file.database import Database

_FOLDER = "devices"
_MOST = 1000


def note(db: Database, dev: int) -> None:
    """Keep how far a device has come; where that cannot be kept, nothing is lost by it."""
    found = rows(db, "SELECT n, hash FROM dev WHERE dev = ?", dev)
    if not found:
        return
    with suppress(OSError):
        folder = home.made_folder(_FOLDER)
        (folder / f"{dev:x}").write_text(f"{found[0][0]} {bytes(found[0][1]).hex()}", "ascii")
        _forget_old(folder)


def _forget_old(folder: Path) -> None:
    if len(os.listdir(folder)) > _MOST:
        oldest = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
        for path in oldest[: -_MOST // 2]:
            path.unlink()


def went_back(db: Database, dev: int) -> bool:
    """Whether a file lacks what this machine wrote to it under that device."""
    try:
        number, digest = (home.folder() / _FOLDER / f"{dev:x}").read_text("ascii").split()
        found = rows(db, "SELECT hash FROM txn WHERE dev = ? AND n = ?", dev, int(number))
    except (OSError, ValueError):
        return False
    return not found or bytes(found[0][0]).hex() != digest
