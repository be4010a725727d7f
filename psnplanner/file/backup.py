"""Whole copies of a programme: made beside, made durable, then given their name."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from psnplanner.errors import UserError
from psnplanner.file.connection import plain_words


def backup(db: Database, out: Path) -> None:
    """Copy the whole programme as it stands to a new file, which appears whole or not at all.

    A copy of the file itself would lose what is still in its write-ahead log.
    Raises UserError if the file exists already or the disk refuses.
    """
    if out.exists():
        raise UserError(
            "There is a file of that name already.", where=str(out), remedy="Choose another name."
        )
    held_back = db.conn.execute("PRAGMA query_only").fetchone()[0]
    # A reader that is held back may not write elsewhere either; the file itself is not touched.
    db.conn.execute("PRAGMA query_only=OFF")
    try:
        with whole_file(out) as beside:
            db.conn.execute("VACUUM INTO ?", (str(beside),))
    finally:
        db.conn.execute(f"PRAGMA query_only={held_back}")


@contextmanager
def whole_file(out: Path) -> Iterator[Path]:
    """A path beside `out` to write to; on success it takes the name of `out`, else it goes."""
    beside = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        with plain_words(out):
            yield beside
            _make_durable(beside)
            _give_name(beside, out)
            _make_durable(out.parent)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()


def _give_name(beside: Path, out: Path) -> None:
    """Give the file its name, which nobody may have taken meanwhile."""
    try:
        os.link(beside, out)
    except FileExistsError:
        raise UserError(
            "There is a file of that name already.", where=str(out), remedy="Choose another name."
        ) from None
    except OSError:  # a file system without links
        os.replace(beside, out)


def _make_durable(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows has no handle of a folder to flush
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
