"""Reads another copy's journal in a process of its own: a file from elsewhere may be hostile.

`python -m psnplanner.file.read_copy FILE` takes {"vector": {device: n}, "keys": {...}} on
standard input, and writes a JSON value a line: what the copy is, then every transaction beyond
that vector, then each photograph asked for. `copies` is the other end.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from psnplanner import apart
from psnplanner.errors import PassphraseNeeded, UserError
from psnplanner.file import encryption, pack, schema, sound
from psnplanner.file.connection import connect, rows
from psnplanner.file.database import Database
from psnplanner.file.merge import sent
from psnplanner.programme.travel import MOST_TEXT, Sent

_SECONDS, _SECONDS_A_MEGABYTE = 5.0, 1.0  # of the processor: ten times what honest copies take
_READ = ("txn", "event", "dev", "photograph_bytes")


def main() -> None:
    """Answer one request."""
    path, asked = Path(sys.argv[1]), json.load(sys.stdin)
    apart.limit_self(_SECONDS + _SECONDS_A_MEGABYTE * _size(path) / 1e6)
    encryption.take_over(asked["keys"])
    answer(path, asked["vector"], sys.stdout)


def answer(path: Path, vector: Mapping[str, int], out: IO[str]) -> None:
    """Write out what the copy holds beyond that vector, or why it is refused."""
    try:
        for line in _answer(path, {int(dev): n for dev, n in vector.items()}):
            out.write(json.dumps(line, separators=(",", ":")) + "\n")
    except UserError as error:
        locked = isinstance(error, PassphraseNeeded)
        refused = {"refused": [error.what, error.remedy], "locked": locked}
        out.write(json.dumps(refused) + "\n")


def _answer(path: Path, vector: dict[int, int]) -> Iterator[Any]:
    db = connect(path, read_only=True)
    try:
        _check_shape(db)
        known = rows(db, "SELECT dev, n, hash FROM dev")
        root = rows(db, "SELECT dev, n, hash FROM txn ORDER BY arr LIMIT 1")
        yield {
            "root": [root[0][0], root[0][1], root[0][2].hex()] if root else None,
            "reach": [[dev, n, _hash_at(db, dev, min(n, vector.get(dev, n)))]
                      for dev, n, _ in known],
            "pack": pack.is_pack(db),
        }  # fmt: skip
        for item in sent(db, vector):
            _check_length(item)
            events = [
                [e.ent, e.row.hex(), e.fld,
                 {"hex": e.val.hex()} if isinstance(e.val, bytes) else e.val, e.bh, e.bd]
                for e in item.events
            ]  # fmt: skip
            yield {
                "hlc": item.hlc, "dev": item.dev, "n": item.n, "author": item.author,
                "kind": item.kind, "label": item.label, "on": item.effective_on,
                "undo_of": item.undo_of, "ctx": item.ctx, "events": events,
            }  # fmt: skip
        for digest, data in db.conn.execute("SELECT digest, bytes FROM photograph_bytes"):
            yield {"photograph": digest, "bytes": base64.b64encode(data).decode("ascii")}
    except encryption.sql_errors(ValueError, TypeError, AttributeError) as error:
        raise UserError(
            "This copy is damaged or was tampered with; nothing was merged.",
            remedy="Make a new copy with “backup”, and merge that.",
        ) from error
    finally:
        db.conn.close()


def _size(path: Path) -> int:
    """The bytes of a copy and of the log beside it, 0 if there is none."""
    parts = (path, path.with_name(path.name + "-wal"))
    return sum(part.stat().st_size for part in parts if part.is_file())


def _check_length(item: Sent) -> None:
    """Raises ValueError for a text that nobody wrote, before it is told to the other end."""
    values = (item.label, item.author, *(event.val for event in item.events))
    if any(isinstance(value, str | bytes) and len(value) > MOST_TEXT for value in values):
        raise ValueError("a text is far too long")


def _hash_at(db: Database, dev: int, n: int) -> str:
    found = rows(db, "SELECT hash FROM txn WHERE dev = ? AND n = ?", dev, n)
    return str(found[0][0].hex()) if found else ""


def _check_shape(db: Database) -> None:
    """The tables that are read must be ours to the letter: no view or trigger in their place."""
    sound.check_journal(db, "")
    own = Database(memory=True, execute_plugins=False)
    schema.create(own)
    sql = "SELECT name, type, sql FROM sqlite_master WHERE name = ?"
    for name in _READ:
        if rows(db, sql, name) != rows(own, sql, name):
            raise UserError(
                "This is no copy of a programme that this version can merge.",
                remedy="Open it once in this version of PSN Planner, then merge it.",
            )
    own.conn.close()


if __name__ == "__main__":
    main()
