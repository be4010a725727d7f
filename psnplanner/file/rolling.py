"""Backups that make themselves: where they lie, which are kept, and how one is put back.

Each is a whole programme of its own, named by the programme it is of and the instant it was made
(UTC), so that several programmes can share a folder. It bears its name only after it was checked.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from psnplanner.errors import UserError
from psnplanner.file import backup, schema, verify
from psnplanner.file.connection import connect, plain_words, rows
from psnplanner.file.database import Database
from psnplanner.file.lock import WriterLock
from psnplanner.file.standing import real
from psnplanner.whole_file import clear_leftovers, make_durable, whole_file

Progress = Callable[[float, str], None]
_STAMP = "%Y-%m-%d %H.%M.%S"
_NAME = re.compile(r"(?P<stem>.*) (?P<key>[0-9a-f]{8}) (?P<at>\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d)")
_LEFTOVER_S = 86_400
RESERVE_BYTES = 300_000_000
"""What a backup must leave free on its disk, besides as much again as it takes itself."""


@dataclass(frozen=True)
class Keep:
    """How many are kept: the newest of each of so many hours, days and weeks that have any.

    Together they take `most_bytes` at most, but three are always kept. What holds changes that the
    file lacks is counted by itself.
    """

    hourly: int = 24
    daily: int = 14
    weekly: int = 8
    most_bytes: int = 2_000_000_000


@dataclass(frozen=True)
class Backup:
    """A backup: `transactions` it holds, and how many changes of today's file it is `behind`.

    It is `ahead` by those that today's file lacks: of another copy of the programme, or of its
    own future before an older backup was put back. All are None where that cannot be read.
    """

    path: Path
    made_at: datetime
    size_bytes: int
    transactions: int | None = None
    behind: int | None = None
    ahead: int | None = None


def folder_of(path: Path, chosen: Path | None = None) -> Path:
    """Where the backups of a programme lie: in the chosen folder, or in one beside the file."""
    return chosen or real(path).with_name(f"{path.stem} backups")


def make(path: Path, folder: Path, now: datetime, progress: Progress | None = None) -> Backup:
    """Make a backup, by a connection of its own: those who save do not wait for it.

    It is checked as `verify` does before it gets its name. Raises UserError where there is not
    enough room, the disk refuses, or what was copied is damaged; nothing is left then.
    """
    say = progress or (lambda _share, _what: None)
    with plain_words(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for place in (folder, path.parent):
            clear_leftovers(place, _LEFTOVER_S)
        _check_room(path, folder)
    source = connect(path, read_only=True)
    try:
        made_at, key = now.astimezone(UTC).replace(microsecond=0), _key(source)
        while (out := folder / f"{path.stem} {key} {made_at:{_STAMP}}{path.suffix}").exists():
            made_at += timedelta(seconds=1)  # that of another copy, made at the same time
        with plain_words(out), whole_file(out, replace=False) as beside:
            say(0.1, "Copying")
            backup.copy(source, beside)
            _check(beside, path, lambda share, what: say(0.3 + 0.6 * share, what))
    finally:
        source.conn.close()
    return Backup(out, made_at, out.stat().st_size)


def _check(copy: Path, path: Path, progress: Progress) -> None:
    db = connect(copy, read_only=True)
    try:
        # A file on its way to a newer format is copied as it is; it is checked when it is read.
        faults = [] if schema.pending(db, str(copy)) else verify.verify(db, progress)
    finally:
        db.conn.close()
    if faults:
        raise UserError(
            f"No backup was made, for the programme is damaged: {faults[0]}", where=str(path),
            remedy="Keep the backups there are: “verify” says what is affected, “restore” goes "
            "back to one, “repair” saves what can be saved.",
        )  # fmt: skip


def _check_room(path: Path, folder: Path) -> None:
    log = path.with_name(path.name + "-wal")
    size = path.stat().st_size + (log.stat().st_size if log.exists() else 0)
    free = shutil.disk_usage(folder).free
    if free < 2 * size + RESERVE_BYTES:
        raise UserError(
            f"There is not enough room for a copy: {free / 1e6:,.0f} MB are free.",
            where=str(folder), remedy="Free some space, or choose another folder.",
        )  # fmt: skip


def _key(db: Database) -> str:
    """What tells a programme from every other: its first transaction."""
    found = rows(db, "SELECT hash FROM txn ORDER BY arr LIMIT 1")
    return bytes(found[0][0]).hex()[:8] if found else "0" * 8


def listed(path: Path, folder: Path) -> list[Backup]:
    """The backups of a programme in a folder, the newest first.

    Where the file itself can be read, those of other programmes of the same name are left out.
    """
    return list(newest_first(path, folder))


def newest_first(path: Path, folder: Path) -> Iterator[Backup]:
    """Each of the same, read only when it is asked for."""
    own = _known(path)
    found = []
    for file in folder.glob("*.gpkg") if folder.is_dir() else ():
        told = _NAME.fullmatch(file.stem)
        if not told or told["stem"] != path.stem or (own and told["key"] != own.key):
            continue
        with contextlib.suppress(ValueError):
            found.append((datetime.strptime(told["at"], _STAMP).replace(tzinfo=UTC), file))
    for made_at, file in sorted(found, reverse=True):
        with contextlib.suppress(OSError):
            yield _told(file, made_at, own)


@dataclass(frozen=True)
class _Known:
    """What a file knows: the number of changes of each of its transactions, by its hash.

    Not by its number: a copy that was put back may give one a second time, to another.
    """

    key: str
    counts: dict[bytes, int]


def _known(path: Path) -> _Known | None:
    try:
        db = connect(path, read_only=True)
    except UserError:
        return None
    try:
        with plain_words(path):
            return _Known(_key(db), dict(rows(db, "SELECT hash, cnt FROM txn")))
    except (UserError, ValueError, TypeError):
        return None
    finally:
        db.conn.close()


def _told(file: Path, made_at: datetime, own: _Known | None) -> Backup:
    size, held = file.stat().st_size, _known(file)
    if held is None:
        return Backup(file, made_at, size)
    behind = _lacked(held, own) if own else None
    ahead = _lacked(own, held) if own else None
    return Backup(file, made_at, size, len(held.counts), behind, ahead)


def _lacked(here: _Known, there: _Known) -> int:
    """How many of the changes there are not here."""
    return sum(count for key, count in there.counts.items() if key not in here.counts)


def thin(found: Sequence[Backup], keep: Keep) -> list[Backup]:
    """Those of a programme's backups that are no longer kept; deletes nothing.

    Those that hold what the file lacks are thinned among themselves: they may be another copy's,
    and nothing else may hold it.
    """
    own = [item for item in found if not item.ahead]
    others = [item for item in found if item.ahead]
    return _thin(own, keep) + _thin(others, keep)


def _thin(found: Sequence[Backup], keep: Keep) -> list[Backup]:
    newest = sorted(found, key=lambda item: item.made_at, reverse=True)
    kept: dict[Path, None] = {}
    for many, period in ((keep.hourly, _hour), (keep.daily, _day), (keep.weekly, _week)):
        periods: dict[tuple[int, ...], Path] = {}
        for item in newest:
            periods.setdefault(period(item.made_at), item.path)
        kept |= dict.fromkeys(list(periods.values())[:many])
    in_order = [item for item in newest if item.path in kept]
    total, within = 0, set()
    for n, item in enumerate(in_order):
        total += item.size_bytes
        if n < 3 or total <= keep.most_bytes:
            within.add(item.path)
    return [item for item in newest if item.path not in within]


def _hour(at: datetime) -> tuple[int, ...]:
    return (at.toordinal(), at.hour)


def _day(at: datetime) -> tuple[int, ...]:
    return (at.toordinal(),)


def _week(at: datetime) -> tuple[int, ...]:
    return at.isocalendar()[:2]


def remove(gone: Iterable[Backup]) -> None:
    """Delete backups; one that cannot be deleted stays."""
    for item in gone:
        with contextlib.suppress(OSError):
            item.path.unlink()


def is_due(found: Iterable[Backup], now: datetime, every: timedelta = timedelta(hours=1)) -> bool:
    """Whether the last backup lacks changes and is an hour old, or there is none.

    They come the newest first. Those of another copy, or of a clock that was ahead, do not count.
    """
    last = next((item for item in found if not item.ahead and item.made_at <= now), None)
    return last is None or (last.behind != 0 and now - last.made_at >= every)


def restore(chosen: Path, out: Path, progress: Progress | None = None) -> None:
    """Make a new programme of a backup, whole and checked. Raises UserError; nothing is left."""
    with plain_words(chosen):
        if chosen.is_file() and out.parent.is_dir():
            _check_room(chosen, out.parent)
        source = connect(chosen, read_only=True)
        try:
            with whole_file(out, replace=False) as beside:
                backup.copy(source, beside)
                _check(beside, chosen, progress or (lambda _share, _what: None))
        finally:
            source.conn.close()


def put_back(
    chosen: Path, path: Path, now: datetime, progress: Progress | None = None
) -> Path | None:
    """Put a backup in a programme's place; the present file is kept beside it, and named here.

    None if there was none. Raises UserError if it is open anywhere, or the disk refuses: all is
    as it was then.
    """
    if not path.exists():
        restore(chosen, path, progress)
        return None
    lock = WriterLock(path)
    if not lock.acquire():
        raise UserError(
            "The programme is open, so no backup can take its place.", where=str(path),
            remedy="Close it first, here and elsewhere; or restore the backup as a new file.",
        )  # fmt: skip
    try:
        kept = backup.free_name(path, "before-restore", now)
        made = path.with_name(f".{path.stem}.restored{path.suffix}")
        with contextlib.suppress(OSError):
            made.unlink()
        try:
            restore(chosen, made, progress)
            shutil.copymode(path, made)
            _set_aside(path, kept)
            made.replace(path)
            make_durable(path.parent)
        finally:
            with contextlib.suppress(OSError):
                made.unlink()
    except OSError as error:
        raise UserError(f"The file cannot be written: {error.strerror or error}.", str(path),
                        "Free some space, or restore the backup as a new file elsewhere."
                        ) from error  # fmt: skip
    finally:
        lock.release()
    return kept


def _set_aside(path: Path, kept: Path) -> None:
    """Keep a file under another name, damaged or not, with the log that may belong to it.

    It is copied, for at no instant may a file be without its log; then the log is taken away.
    """
    with contextlib.suppress(UserError):  # the last to leave folds the log into a sound file
        connect(path).conn.close()
    log, index = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
    if log.exists() and log.stat().st_size:
        beside = kept.with_name(kept.name + "-wal")
        shutil.copy(log, beside)
        make_durable(beside)
    with whole_file(kept, replace=False) as copy:
        shutil.copy(path, copy)
    for piece in (log, index):
        piece.unlink(missing_ok=True)
