"""Field packs as files: a small programme whose journal begins with what was handed out.

Its first transaction is of device 0 and never travels: it stands for what the office had. What
the bearer changes follows under the pack's own device, and that alone is returned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from psnplanner.file import journal, photographs, schema, tables
from psnplanner.file.clock import Clock
from psnplanner.file.connection import begin, plain_words, rows, writing
from psnplanner.file.database import Database
from psnplanner.programme.change import creation
from psnplanner.programme.record import Record
from psnplanner.programme.state import State
from psnplanner.programme.travel import HANDED_OUT as HANDED_OUT
from psnplanner.programme.travel import OFFICE
from psnplanner.whole_file import whole_file


def write(
    out: Path,
    header: journal.Header,
    records: Sequence[Record],
    pictures: Mapping[str, bytes],
    clock: Clock,
    now: datetime,
) -> None:
    """Write a pack, whole or not at all. Raises UserError if the name is taken."""
    changes = [creation(record) for record in records]
    with plain_words(out), whole_file(out, replace=False) as beside:
        db = begin(beside)
        try:
            schema.create(db)
            with writing(db):
                journal.append(db, header, changes, OFFICE, clock.next(now), now)
                tables.write(db, State(), State().after(changes), changes)
                photographs.keep(db, pictures)
        finally:
            db.conn.close()


def is_pack(db: Database) -> bool:
    """Whether a file is a field pack."""
    return bool(rows(db, "SELECT 1 FROM txn WHERE dev = ? AND n = 1", OFFICE))
