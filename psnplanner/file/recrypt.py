"""A plain programme to an encrypted one, back, and to another key: whole copies, never in place.

In place, what is deleted stays on the disk in the clear until it is written over. Both files are
opened by SQLCipher alone: two libraries of SQLite on one file would undo each other's locks.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psnplanner.errors import UserError
from psnplanner.file import encryption, geopackage, sound
from psnplanner.file.connection import APPLICATION_ID, check_is_sqlite, plain_words
from psnplanner.file.database import Database
from psnplanner.file.encryption import Key
from psnplanner.file.lock import WriterLock
from psnplanner.file.standing import real
from psnplanner.whole_file import begin_private, clear_leftovers, whole_file


def encrypt(path: Path, out: Path, passphrase: str) -> None:
    """Write a programme to a new file under a passphrase: an encrypted one gets another.

    Raises UserError if that is the passphrase it has, or it is open elsewhere.
    """
    key, before = encryption.new_key(passphrase), None
    if encryption.is_encrypted(path):
        before = encryption.required(path)
        if encryption.opens(before, passphrase):
            raise UserError("It has that passphrase already.", str(path), "Give it another.")
    else:
        check_is_sqlite(path)
    _copy(path, before, out, key)


def decrypt(path: Path, out: Path) -> None:
    """Write an encrypted programme to a new, plain file.

    Raises UserError if it is plain already, or open elsewhere.
    """
    if not encryption.is_encrypted(path):
        check_is_sqlite(path)
        raise UserError("This programme is not encrypted.", str(path), "Open it as it is.")
    _copy(path, encryption.required(path), out, None)


def _copy(path: Path, before: Key | None, out: Path, after: Key | None) -> None:
    lock = WriterLock(path)
    if not lock.acquire():
        raise UserError("Another PSN Planner has this programme open.", str(path),
                        "Close it there, then do it again.")  # fmt: skip
    try:
        # Killed in the midst, it may have left a page in the clear: that goes first of all.
        clear_leftovers(out.parent, 0, out.stem)
        with plain_words(path), whole_file(out, replace=False) as beside:
            # What was encrypted is its owner's alone, until that person says otherwise.
            begin_private(beside, path if after is not None else None)
            _export(path, before, beside, after)
        if after is not None:
            encryption.hold_key(after)
    finally:
        lock.release()


def _export(path: Path, before: Key | None, beside: Path, after: Key | None) -> None:
    address = f"{real(path).as_uri()}?mode=rw"
    connection = _opened(address, path, before)
    try:
        db = Database(connection, execute_plugins=False)
        connection.execute("PRAGMA trusted_schema = OFF")
        sound.check_journal(db, str(path))
        sound.check_tables(db, str(path))
        connection.execute("ATTACH ? AS made KEY ?", (str(beside), after.told if after else ""))
        connection.execute("SELECT sqlcipher_export('made')").fetchall()
        # What is told of the file itself does not travel with its content, nor may its name.
        connection.execute(f"PRAGMA made.application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA made.user_version = {geopackage.VERSION}")
        connection.execute("DELETE FROM made.own")
        connection.commit()
        connection.execute("DETACH made")
    finally:
        connection.close()


def _opened(address: str, path: Path, key: Key | None) -> Any:
    if key is not None:
        return encryption.connect(address, path, uri=True)
    return encryption.sqlcipher(str(path)).connect(address, uri=True)
