"""The file's side of a hub: what it lacks there, and what arrives from it.

What arrives comes one by one, as if it had been made here: without the transaction that a merge
of a file leaves, which with every copy in step would soon outnumber the changes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from psnplanner.errors import UserError
from psnplanner.file import journal, journal_reading, merge, schema, seals, sound, tables
from psnplanner.file.clock import Clock
from psnplanner.file.connection import begin, plain_words, rows, writing
from psnplanner.file.database import Database
from psnplanner.file.journal_knowledge import Said, by_then
from psnplanner.programme.change import Change
from psnplanner.programme.fold import fold
from psnplanner.programme.travel import OFFICE, Sent
from psnplanner.whole_file import whole_file


class Known(NamedTuple):
    """A transaction of this file by its device, number and clock, with its size and its hash."""

    dev: int
    n: int
    hlc: int
    events: int
    hash: bytes


def beyond(db: Database, vector: Mapping[int, int]) -> list[Known]:
    """The transactions that a copy with that vector lacks, in the order of the clock."""
    found: list[Known] = []
    for dev, n in rows(db, "SELECT dev, n FROM dev"):
        if n > vector.get(dev, 0):
            sql = "SELECT dev, n, hlc, cnt, hash FROM txn WHERE dev = ? AND n > ?"
            found += [Known(*row) for row in rows(db, sql, dev, vector.get(dev, 0))]
    return sorted(found, key=lambda known: (known.hlc, known.dev))


def sent(db: Database, wanted: Iterable[Known]) -> list[Sent]:
    """These transactions with their changes."""
    said = Said(db)
    return [merge.sent_one(db, known.dev, known.n, said) for known in wanted]


def hashes(db: Database, vector: Mapping[int, int]) -> dict[int, bytes]:
    """The hash that each device's chain has here at that number; none where it is not here."""
    sql = "SELECT hash FROM txn WHERE dev = ? AND n = ?"
    found = {dev: rows(db, sql, dev, n) for dev, n in vector.items()}
    return {dev: bytes(told[0][0]) for dev, told in found.items() if told}


def last_known(db: Database, vector: Mapping[int, int]) -> dict[int, dict[int, int]]:
    """What each device last said by that number that it knew of the others."""
    found = {dev: by_then(db, dev, n)[0] for dev, n in vector.items()}
    return {dev: known for dev, known in found.items() if known}


def stamp(db: Database, dev: int, n: int) -> int | None:
    """The clock of a device's nth transaction; None if it is not here."""
    found = rows(db, "SELECT hlc FROM txn WHERE dev = ? AND n = ?", dev, n)
    return found[0][0] if found else None


def labels(db: Database, dev: int, n: int) -> str:
    """A transaction in words: “label”, by whom."""
    found = rows(db, "SELECT label, author FROM txn WHERE dev = ? AND n = ?", dev, n)
    return f"“{found[0][0]}” by {found[0][1]}" if found else f"number {n:,}"


def hash_after(previous: bytes, item: Sent) -> bytes:
    """The hash that a device's chain has after a transaction."""
    return merge.hash_after(previous, item)


def root(db: Database) -> tuple[int, bytes]:
    """The programme's identity: the device and hash of the first transaction of all."""
    dev, digest = rows(db, "SELECT dev, hash FROM txn ORDER BY arr LIMIT 1")[0]
    return dev, bytes(digest)


def digests(db: Database) -> set[str]:
    """The photographs whose bytes are here."""
    return {digest for (digest,) in rows(db, "SELECT digest FROM photograph_bytes")}


Arriving = tuple[Sent, bytes]
"""A transaction as it comes from a hub, and the hash that its device's chain has after it there."""


def sort_out(db: Database, arriving: Iterable[Arriving], held: dict[int, str]) -> list[Arriving]:
    """Those that can be taken; of the others, why is added to `held` by their device.

    A person who writes to a hub by other means than this program may leave there what no copy
    can read, or what does not make its chain. It stays there with what follows it of its device,
    and keeps nobody else's changes from arriving.
    """
    chains: dict[int, bytes] = {}
    fit = []
    for item, digest in arriving:
        if item.dev in held:
            continue
        before = chains.get(item.dev) or hashes(db, {item.dev: item.n - 1}).get(item.dev, b"")
        why = _unfit(item, before, digest)
        if why:
            held[item.dev] = held_back(item.label, item.author, item.n, item.dev, why)
            continue
        chains[item.dev] = digest
        fit.append((item, digest))
    return fit


def held_back(label: str, author: str, n: int, dev: int, why: str) -> str:
    """What is told of a transaction that stays at the hub."""
    label, author = (
        "".join(c if c.isprintable() else " " for c in word[:_SHOWN]) for word in (label, author)
    )
    return (
        f"What the hub gives as “{label}” by {author or '?'} (number {n:,} of device {dev}) {why}: "
        "it stays there with what follows it of that device; all the rest was taken. Tell "
        "whoever looks after the hub."
    )


UNREADABLE = "cannot be read"
_SHOWN = 80
_NOT_ITS_OWN = "is not what that device wrote"


def _unfit(item: Sent, before: bytes, digest: bytes) -> str:
    """Why a transaction cannot be taken; "" if it can."""
    try:
        sound.check_readable([item])
        own = merge.hash_after(before, item)
    except (UserError, ValueError, TypeError):
        return UNREADABLE
    return "" if own == digest else _NOT_ITS_OWN


def check_chains(db: Database, hashes_there: Mapping[int, bytes]) -> None:
    """Raise UserError, naming it, unless what arrived makes the chains it came with."""
    for dev, digest in hashes_there.items():
        n, here = rows(db, "SELECT n, hash FROM dev WHERE dev = ?", dev)[0]
        if bytes(here) != digest:
            raise UserError(
                f"What the hub gives as {labels(db, dev, n)} (number {n:,} of device {dev}) is not "
                "what that device wrote; nothing was taken.",
                remedy="Its journal was altered. Tell whoever looks after the hub.",
            )


_MARK = "hub"


def mark(db: Database) -> None:
    """Note among this copy's own devices that it is kept in step by a hub."""
    db.conn.execute("INSERT OR IGNORE INTO own VALUES (?, ?)", (OFFICE, _MARK))


def own_devices(db: Database, machine: str) -> set[int] | None:
    """The devices under which this machine wrote to a file in step with a hub; None to another.

    What others do arrives there by itself, and is not this person's to undo.
    """
    found = dict(rows(db, "SELECT bound_to, dev FROM own"))
    if _MARK not in found:
        return None
    return {dev for bound_to, dev in found.items() if bound_to.partition(":")[0] == machine}


def hand_out_again(
    db: Database, header: journal.Header, changes: Sequence[Change], clock: Clock, now: datetime
) -> None:
    """Bring what was handed out in a pack up to date: one more transaction of the office's."""
    journal.append(db, header, changes, OFFICE, clock.next(now), now)


def _receive(db: Database, batch: Sequence[Arriving], now: datetime, held: Collection[int]) -> None:
    with writing(db):
        merge.Merge(db, Clock(0), now, held).append_all(item for item, _ in batch)
        check_chains(db, {item.dev: digest for item, digest in batch})


def receive_whole(
    out: Path, batches: Iterable[Sequence[Arriving]], now: datetime, held: dict[int, str]
) -> None:
    """Make a new file of all that a hub has, whole or not at all.

    The tables are made once, from all of it. `held` is as `sort_out` has it. Raises UserError if
    the name is taken.
    """
    with plain_words(out), whole_file(out, replace=False) as beside:
        db = begin(beside)
        try:
            schema.create(db)
            for batch in batches:
                try:
                    _receive(db, batch, now, held)
                except UserError:
                    if not (fit := sort_out(db, batch, held)):
                        continue
                    _receive(db, fit, now, held)
            with writing(db):
                tables.rebuild(db, fold(journal_reading.stream(db)))
                mark(db)
                seals.close(db)
        finally:
            db.conn.close()
