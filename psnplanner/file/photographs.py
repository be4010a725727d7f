"""The bytes of photographs, each kept once under the hash of its content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from psnplanner.errors import UserError
from psnplanner.file.connection import rows
from psnplanner.file.database import Database


def keep(db: Database, pictures: Mapping[str, bytes]) -> None:
    """Keep pictures by digest; one that is there already stays as it is."""
    db.conn.executemany("INSERT OR IGNORE INTO photograph_bytes VALUES (?, ?)", pictures.items())


def read(db: Database, digest: str, where: str) -> bytes:
    """A picture's bytes. Raises UserError if they are not here, or not what they were."""
    found = rows(db, "SELECT bytes FROM photograph_bytes WHERE digest = ?", digest)
    if not found:
        raise UserError("The photograph has not arrived in this file.", where,
                        "Merge the pack it came with again.")  # fmt: skip
    data: bytes = found[0][0]
    if hashlib.sha256(data).hexdigest() != digest:
        raise UserError("The photograph is damaged.", where,
                        "Take it from a backup, or add the picture again.")  # fmt: skip
    return data


def faults(db: Database) -> Iterator[str]:
    """Photographs whose bytes are missing or altered, in sentences."""
    known = rows(db, "SELECT DISTINCT digest, file_name FROM photograph")
    for digest, name in known:
        try:
            read(db, digest, "")
        except UserError as error:
            yield f"Photograph {name or digest[:12]}: {error.what}"
