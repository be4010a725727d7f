"""What can be saved of a damaged programme: every change that is still on a page of it.

The changes are taken from the pages one by one and told again in a new file. Those of a device
up to its first damage keep their names and their proof; what follows gets a device of its own,
for its chain is broken. So a later merge with a backup brings back what was lost here.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psnplanner import resource_files
from psnplanner.errors import UserError
from psnplanner.file import (
    carve,
    encryption,
    journal,
    journal_events,
    journal_reading,
    photographs,
    rebuild,
    schema,
    seals,
    tables,
)
from psnplanner.file.clock import instant, stamp
from psnplanner.file.connection import begin, plain_words, rows, writing
from psnplanner.file.database import Database
from psnplanner.file.journal_knowledge import Said, is_full, vector_text
from psnplanner.file.sound import FURTHEST_AHEAD
from psnplanner.programme.fold import fold
from psnplanner.programme.record import Record, values_of
from psnplanner.programme.site import Site
from psnplanner.programme.state import PROGRAMME_ID, Programme
from psnplanner.whole_file import whole_file

_TXN_COLUMNS, _EVENT_COLUMNS = 14, 9
_NO_DATE = "1970-01-01"
MOST_BYTES = 2_000_000_000
"""A larger file is not repaired: it is taken apart in memory, at some nine times its size."""

SALVAGED = "Salvaged changes"


@dataclass
class Salvage:
    """What was saved: changes and transactions, of how many there were as far as can be known.

    `rebuilt` of the changes stood on lost pages and were told again from the index and the tables.
    `torn` are the labels of transactions that lost some or all of their changes for good. Of so
    many as are `unnamed` it is lost who did them, when, and what they were called.
    """

    changes: int = 0
    changes_before: int = 0
    transactions: int = 0
    photographs: int = 0
    rebuilt: int = 0
    unnamed: int = 0
    torn: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share of the changes that was saved."""
        return self.changes / self.changes_before if self.changes_before else 0.0


Event = tuple[int, int, int, bytes, int, Any, int | None, int | None]


@dataclass
class _Found:
    """The journal's rows as they were found: headers by (device, clock), changes by their place."""

    headers: dict[tuple[int, int], tuple[Any, ...]] = field(default_factory=dict)
    events: dict[int, Event] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    standing: dict[bytes, Record] = field(default_factory=dict)
    rows: dict[bytes, list[tuple[Any, ...]]] = field(default_factory=dict)
    rebuilt: set[int] = field(default_factory=set)


def repair(path: Path, out: Path) -> Salvage:
    """Write what can be saved of a programme to a new file. The damaged one is not touched.

    Raises UserError if nothing of a programme is in it, or the new file cannot be written.
    """
    if path.exists() and not path.is_file():  # a device has no end, and a pipe waits for ever
        raise UserError("This is not a file.", str(path), "Give the damaged programme.")
    key = encryption.required(path) if encryption.is_encrypted(path) else None
    found = _find(path, key)
    _in_our_time(found)
    if not found.events:
        raise UserError(
            "No change of a programme is left in this file.", str(path),
            "Go back to a backup.",
        )  # fmt: skip
    salvage = Salvage(photographs=len(found.pictures))
    with plain_words(out), whole_file(out, replace=False) as beside:
        db = begin(beside, key)
        try:
            schema.create(db)
            with writing(db):
                _tell_again(db, found, salvage)
                photographs.keep(db, found.pictures)
                tables.rebuild(db, fold(journal_reading.stream(db)))
                seals.close(db)
        finally:
            db.conn.close()
    return salvage


def _find(path: Path, key: encryption.Key | None) -> _Found:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UserError(
                f"The file is larger than the {MOST_BYTES / 1e9:.0f} GB that can be repaired.",
                str(path), "Go back to a backup.",
            )  # fmt: skip
        data = path.read_bytes()
        log = path.with_name(path.name + "-wal")
        more = log.read_bytes() if log.is_file() else b""
    except OSError as error:
        raise UserError(f"The file cannot be read: {error.strerror or error}.", str(path),
                        "Check the name and the disk.") from error  # fmt: skip
    pages, found = carve.pages(data, more), _Found()
    numbered = -(-len(data) // carve.page_size(data))
    if key is not None:
        pages, numbered = encryption.pages(path, data, more, key), -(-len(data) // encryption.PAGE)
    del data, more  # of a large file, as much again as the pages are
    named, held = rebuild.indexed(carve.entries(pages, numbered))
    for rowid, values in carve.rows(pages, numbered):
        if _is_event(values):
            found.events[rowid] = values[1:]  # type: ignore[assignment]
        elif _is_header(values):
            found.headers[values[2], values[1]] = values  # type: ignore[index]
        elif len(values) > 2 and values[0] is None and isinstance(values[1], bytes):
            found.rows.setdefault(values[1], []).append(values)
            record = _standing(values)
            if record is not None:
                found.standing[record.id] = record
        elif (
            len(values) == 2
            and isinstance(values[0], str)
            and isinstance(values[1], bytes)
            and hashlib.sha256(values[1]).hexdigest() == values[0]
        ):
            found.pictures[values[0]] = values[1]
    twice = {seq: event for seq, event in held.items() if _is_event((None, *event))}
    _add(found, twice)
    _add(found, rebuild.rebuilt(named, found.events, found.rows))
    _add(found, rebuild.alike(named, found.events, found.headers))
    return found


def _add(found: _Found, again: Mapping[int, Event]) -> None:
    """Take what was told again of changes that were not found at their own place."""
    known = {event[:5] for event in found.events.values()}
    for seq, event in again.items():
        if seq not in found.events and event[:5] not in known:
            found.events[seq] = event
            found.rebuilt.add(seq)


def _in_our_time(found: _Found) -> None:
    """Give what a clock of the far future wrote the first stamps after all else; its order stays.

    After it nothing could be saved: whatever came next would bear its year too.
    """
    bound = stamp(datetime.now(UTC) + FURTHEST_AHEAD)
    known = {(hlc, dev) for dev, hlc in found.headers} | {e[:2] for e in found.events.values()}
    ahead = sorted(key for key in known if key[0] > bound)
    last = max((hlc for hlc, _ in known if hlc <= bound), default=0)
    now = {old: last + place for place, old in enumerate(ahead, 1)}
    if now:
        found.headers = {
            (dev, now.get((hlc, dev), hlc)): values for (dev, hlc), values in found.headers.items()
        }
        found.events = {
            seq: (now.get(e[:2], e[0]), *e[1:]) for seq, e in found.events.items()
        }  # fmt: skip


_WIDTHS = {kind: len(tables.columns_of(kind)) for kind in (Programme, Site)}


def _standing(values: tuple[Any, ...]) -> Record | None:
    """A row of the current programme or its sites: what they were, if their beginning is lost."""
    if len(values) < 3 or values[0] is not None or not isinstance(values[1], bytes):
        return None
    for kind, width in _WIDTHS.items():
        extra = 2 if kind is Site else 0
        mine = (values[1] == PROGRAMME_ID) == (kind is Programme)
        if len(values) == 2 + width + extra and len(values[1]) == 16 and mine:
            return rebuild.standing(kind, values)
    return None


def _is_event(values: tuple[Any, ...]) -> bool:
    return (
        len(values) == _EVENT_COLUMNS
        and _is_readable(values[3], values[4], values[5], values[6])
        and values[0] is None
        and all(isinstance(v, int) for v in (*values[1:4], values[5]))
        and isinstance(values[4], bytes)
        and len(values[4]) == 16
        and all(v is None or isinstance(v, int) for v in values[7:])
    )


def _is_readable(ent: Any, row: Any, fld: Any, val: Any) -> bool:
    """Whether a change's value is whole: its further pages may be lost while its first is not."""
    if isinstance(val, str) and "\0" in val:
        return False
    try:
        journal_events.plain_change(ent, row, fld, val)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False
    return True


def _is_header(values: tuple[Any, ...]) -> bool:
    return (
        len(values) == _TXN_COLUMNS
        and values[0] is None
        and all(isinstance(v, int) for v in (*values[1:4], values[10], values[11]))
        and all(isinstance(v, str) for v in values[4:8])
        and isinstance(values[13], bytes)
        and len(values[13]) == 32
    )


def _tell_again(db: Database, found: _Found, salvage: Salvage) -> None:
    by_transaction: dict[tuple[int, int], list[tuple[int, Event]]] = defaultdict(list)
    for seq, event in sorted(found.events.items()):
        by_transaction[event[1], event[0]].append((seq, event))
    ends = [values[10] + values[11] - 1 for values in found.headers.values()]
    salvage.changes_before = max([*ends, *found.events], default=0)
    salvage.changes, salvage.rebuilt = len(found.events), len(found.rebuilt)
    stamps = sorted({*found.headers, *by_transaction}, key=lambda key: (key[1], key[0]))
    chain: dict[int, tuple[int, bytes]] = {}
    broken: dict[int, int] = {}
    said = Said()
    for dev, hlc in stamps:
        header = _in_full(found.headers.get((dev, hlc)), dev, said)
        events = [event for _, event in by_transaction.get((dev, hlc), ())]
        if header is None:
            salvage.unnamed += 1
        elif len(events) < header[11]:
            salvage.torn.append(str(header[6]))
        _append(db, header, events, (dev, hlc), chain, broken)
        salvage.transactions += 1
    _bring_back(db, found, chain)
    for dev, (n, digest) in chain.items():
        db.conn.execute("INSERT INTO dev (dev, n, hash) VALUES (?, ?, ?)", (dev, n, digest))


def _in_full(header: tuple[Any, ...] | None, dev: int, said: Said) -> tuple[Any, ...] | None:
    """A transaction's own row with all that its device knew; with nothing where that is lost."""
    if header is None:
        said.forget(dev)
        return None
    text = header[12]
    try:
        known = said.known(dev, header[3], text) if text else {}
        told = text if not text or is_full(text) else vector_text(known)
    except (ValueError, TypeError, AttributeError):
        said.forget(dev)
        told = None
    return (*header[:12], told, *header[13:])


def _bring_back(db: Database, found: _Found, chain: dict[int, tuple[int, bytes]]) -> None:
    """Begin anew what stands in the tables, but whose beginning is lost in the journal."""
    begun = {event[3] for event in found.events.values() if event[4] == journal_events.CREATES}
    gone = {event[3] for event in found.events.values() if event[4] == journal_events.DELETES}
    lost = [record for ident, record in found.standing.items() if ident not in begun | gone]
    if PROGRAMME_ID not in begun | found.standing.keys():
        workflow = resource_files.read_text("workflow.toml")
        lost.append(Programme(id=PROGRAMME_ID, name="Salvaged programme", workflow=workflow))
    if not lost:
        return
    # Before all else by the clock, so that the changes that were saved stand over it.
    first = min(event[0] for event in found.events.values())
    dev = int.from_bytes(hashlib.blake2b(str(first).encode(), digest_size=6).digest()) >> 1
    events: list[Event] = [
        (first - 1, dev, r.ENTITY_NUMBER, r.id, journal_events.CREATES,
         journal_events.bundle(type(r), values_of(r)), None, None)
        for r in lost
    ]  # fmt: skip
    label = f"{SALVAGED}: {len(lost)} records whose beginning was lost"
    header = (None, first - 1, dev, 1, "", "new", label, _day(first), None,
              f"{_day(first)}T00:00:00.000+00:00", 0, len(events), None, b"")  # fmt: skip
    _append(db, header, events, (dev, first - 1), chain, {dev: dev})


def _append(
    db: Database,
    header: tuple[Any, ...] | None,
    events: list[Event],
    key: tuple[int, int],
    chain: dict[int, tuple[int, bytes]],
    broken: dict[int, int],
) -> None:
    old, hlc = key
    dev = broken.get(old, old)
    n, previous = chain.get(dev, (0, b""))
    words = header[4:9] if header else ("", "edit", SALVAGED, _day(hlc), None)
    ctx = header[12] if header else None
    told = (hlc, dev, n + 1, *words[:4], words[4], ctx)
    own = [(hlc, dev, *event[2:]) for event in events]
    digest = journal.chained(previous, told, own)
    if dev == old and (header is None or header[3] != n + 1 or header[13] != digest):
        # The chain breaks here: the rest goes on under a name that follows from what is left.
        dev = broken[old] = int.from_bytes(hashlib.blake2b(digest, digest_size=6).digest()) >> 1
        n, previous = 0, b""
        ctx = vector_text(_knew(chain))
        told = (hlc, dev, 1, *words[:4], words[4], ctx)
        own = [(hlc, dev, *event[2:]) for event in events]
        digest = journal.chained(previous, told, own)
    received = header[9] if header else f"{_day(hlc)}T00:00:00.000+00:00"
    first = rows(db, "SELECT coalesce(max(seq), 0) + 1 FROM event")[0][0]
    journal.insert(db, own)
    db.conn.execute(
        "INSERT INTO txn (hlc, dev, n, author, kind, label, effective_on, undo_of, first, cnt, "
        "ctx, hash, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*told[:8], first, len(own), ctx, digest, received),
    )
    chain[dev] = (n + 1, digest)


def _knew(chain: Mapping[int, tuple[int, bytes]]) -> dict[int, int]:
    return {dev: n for dev, (n, _) in chain.items()}


def _day(hlc: int) -> str:
    try:
        return instant(hlc).date().isoformat()
    except (OverflowError, ValueError):
        return _NO_DATE
