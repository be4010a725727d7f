"""What a hostile file is: a kind, a name, the door it is brought to, and how it is made."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pysqlite3 as sqlite3

from psnplanner.exchange.pack import Choice
from psnplanner.file import journal
from psnplanner.file.database import Database
from psnplanner.programme.edits import AddSites, Create
from psnplanner.programme.node import Node
from psnplanner.programme.partner import Partner
from psnplanner.programme.record import Position, derived_id
from psnplanner.programme.site import Site
from psnplanner.session import Session, new_programme

REFUSED, READ = "refused", "read"
NOW = datetime(2014, 6, 2, 9, tzinfo=UTC)
SITES = [derived_id(bytes(16), f"hostile site {number}") for number in range(3)]
NODE, OTHER_NODE = (derived_id(bytes(16), f"hostile node {number}") for number in range(2))
PARTNER = derived_id(bytes(16), "hostile partner")


@dataclass(frozen=True)
class Bench:
    """The programme that is attacked, and what an attacker may have of it."""

    folder: Path
    programme: Path
    pack: Path
    pack_key: str
    pack_id: bytes

    @staticmethod
    def set_up(folder: Path) -> Bench:
        """A small programme in a folder, with one pack handed out."""
        path, pack = folder / "office.gpkg", folder / "pack.gpkg"
        with Session.create(path, new_programme(status_on=date(2014, 6, 2)), author="o",
                            clock=lambda: NOW) as session:  # fmt: skip
            place = Position(53.3, -2.7, "test", 5.0)
            session.do(Create([
                Partner(id=PARTNER, name="Halton", kind="council"),
                Node(id=NODE, name="Runcorn", position=place),
                Node(id=OTHER_NODE, name="Widnes", position=place, parent=NODE),
            ]))  # fmt: skip
            session.do(AddSites("list.csv", [
                Site(id=ident, reference=f"H{n}", name=f"Hall {n}", partner=PARTNER, node=NODE,
                     position=place)
                for n, ident in enumerate(SITES)
            ]))  # fmt: skip
            made = session.make_pack(pack, Choice(sites=SITES[:1]), "Ann")
        return Bench(folder, path, pack, made.key, made.id)

    def copy(self, folder: Path) -> Path:
        """A copy of the programme, to be tampered with."""
        return Path(shutil.copy(self.programme, folder / "theirs.gpkg"))


Maker = Callable[[Bench, Path], Path]


@dataclass(frozen=True)
class Case:
    """One hostile file. `door` is how it comes in (see `doors`); `outcome` what must come of it.

    `READ` is for what is harmless once it is not run: a formula is a text, a link is no visit.
    """

    kind: str
    name: str
    door: str
    make: Maker
    outcome: str = REFUSED
    slow: bool = False

    @property
    def title(self) -> str:
        """Its name among all."""
        return f"{self.kind}: {self.name}"


@contextmanager
def tampering(path: Path) -> Iterator[Any]:
    """A connection that may write anything into a programme: its guards are down."""
    connection = sqlite3.connect(str(path), isolation_level=None)
    guards = [
        (name, sql)
        for name, sql in connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
    ]
    try:
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in guards:
            with contextlib.suppress(sqlite3.Error):  # its table may have gone, or be a view
                connection.execute(sql)
    finally:
        connection.close()


def forge(
    path: Path,
    events: Sequence[tuple[int, bytes, int, Any]],
    *,
    hlc: int | None = None,
    label: str = "Forged",
    day: str = "2014-06-02",
    undo_of: str | None = None,
    kind: str = "edit",
    dev: int | None = None,
) -> Path:
    """Add a transaction with these (entity, record, field, value) under a chain that holds."""
    hlc = hlc or (int(NOW.timestamp() * 1000) << 16) + 99
    dev = dev or secrets.randbits(40) + 1
    rows = [(hlc, dev, ent, row, fld, val, None, None) for ent, row, fld, val in events]
    told = (hlc, dev, 1, "somebody", kind, label, day, undo_of, None)
    digest = journal.chained(b"", told, rows)
    with tampering(path) as connection:
        first = connection.execute("SELECT max(seq) + 1 FROM event").fetchone()[0]
        journal.insert(Database(connection, execute_plugins=False), rows)
        connection.execute(
            "INSERT INTO txn (hlc, dev, n, author, kind, label, effective_on, undo_of, first, cnt,"
            " ctx, hash, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*told[:8], first, len(rows), None, digest, "2014-06-02T09:00:00.000+00:00"),
        )
        connection.execute("INSERT INTO dev VALUES (?, 1, ?)", (dev, digest))
    return path
