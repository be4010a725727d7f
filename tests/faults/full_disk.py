"""A disk that is full, for real: a small file system with a ballast that leaves so many bytes.

`python -m tests.faults.full_disk STEPS`, as root, for it mounts a tmpfs. Every work is tried with
less and less room; each time it is done whole or refused in one message, the file can still be
read while the disk is full, nothing partial bears a name, and with room again the work goes on.
Prints one JSON object a work.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from psnplanner.errors import UserError
from psnplanner.exchange.pack import Choice
from psnplanner.file import rolling
from psnplanner.programme.edits import AddSites, Amend, AmendEach
from psnplanner.session import Session, repair
from tests.faults.works import FILE, FORMATS, LISTED, SITES, arriving, clear, programme, sound

DISK_BYTES = 12_000_000
Deed = Callable[[Path], object]


@contextlib.contextmanager
def small_disk() -> Iterator[Path | None]:
    """A folder on a file system of its own; None where this process may not mount one."""
    with tempfile.TemporaryDirectory() as name:
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", name],
            capture_output=True, check=False,
        )  # fmt: skip
        if made.returncode:
            yield None
            return
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", name], check=True)


@functools.cache
def _side() -> Path:
    """A folder on another disk."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def fill(disk: Path, leaving: int) -> Path:
    """Fill a disk up to so many bytes; the ballast."""
    ballast = disk / "ballast"
    told = os.statvfs(disk)
    with ballast.open("wb") as file:
        left = told.f_bavail * told.f_frsize - leaving
        while left > 0:
            file.write(bytes(min(left, 1 << 20)))
            left -= 1 << 20
    return ballast


def _within(deed: Callable[[Session, Path], object]) -> Deed:
    def done(folder: Path) -> None:
        with Session.open(folder / FILE, author="worker") as session:
            deed(session, folder)

    return done


def _edits(session: Session, _folder: Path) -> None:
    for n in range(3):
        session.do(AmendEach("site", {s.id: {"note": f"{n} " * 200} for s in SITES}, f"Round {n}"))


def _import(session: Session, _folder: Path) -> None:
    session.do(AddSites("list", LISTED, validated=frozenset(s.id for s in LISTED)))


def _merge(session: Session, folder: Path) -> None:
    session.merge(arriving(_side() / ".base"), "another copy")


def _rolling(session: Session, _folder: Path) -> None:
    # With the usual reserve the small disk itself would be refused.
    rolling.RESERVE_BYTES = 4096 - 2 * session.path.stat().st_size
    session.back_up()


def _pack(session: Session, folder: Path) -> None:
    session.make_pack(folder / "out pack.gpkg", Choice(sites=tuple(s.id for s in SITES)), "Ann")


DEEDS: dict[str, Deed] = {
    "opening": _within(lambda s, f: None),
    "saves": _within(_edits),
    "import": _within(_import),
    "merge": _within(_merge),
    "undo": _within(lambda s, f: s.undo()),
    "migration": _within(lambda s, f: None),
    "backup": _within(lambda s, f: s.backup(f / "out backup.gpkg")),
    "rolling backup": _within(_rolling),
    "field pack": _within(_pack),
    "snapshot (html)": _within(lambda s, f: s.snapshot(f / "out.html")),
    "snapshot (pdf)": _within(lambda s, f: s.snapshot(f / "out.pdf")),
    **{
        f"export ({kind})": _within(lambda s, f, kind=kind: s.export(f / f"out.{kind}"))
        for kind in ("csv", "xlsx", "geojson", "gpkg", "kml", "zip")
    },
    "repair": lambda f: repair(f / FILE, f / "out repaired.gpkg"),
    "new programme": lambda f: Session.create(f / "out new.gpkg").close(),
}
"""What is tried, by name."""


def campaign(name: str, disk: Path, steps: int) -> dict[str, object]:
    """Try one deed with less and less room, down to none."""
    deed, folder = DEEDS[name], disk / "work"
    room = _room(name, deed, disk, folder)
    faults: list[str] = []
    done = refused = 0
    for n in range(steps):
        leaving = room * (steps - 1 - n) // max(1, steps - 1)
        outcome, wrong = _try(name, deed, disk, folder, leaving)
        done, refused = done + (not outcome), refused + bool(outcome)
        faults += [f"{leaving} bytes left: {fault}" for fault in wrong]
    return {
        "work": name, "tried": steps, "done": done, "refused": refused, "faults": faults,
    }  # fmt: skip


def _lay_out(name: str, folder: Path) -> None:
    if name == "migration":
        clear(folder)
        shutil.copy(FORMATS / "0001_programme_file.gpkg", folder / FILE)
        return
    clear(folder)
    programme(_side() / "p")
    shutil.copy(_side() / "p" / FILE, folder / FILE)
    if name == "undo":
        with Session.open(folder / FILE) as session:
            session.do(AmendEach("site", {s.id: {"note": "x" * 400} for s in SITES}, "Notes"))


def _room(name: str, deed: Deed, disk: Path, folder: Path) -> int:
    """About how much more the deed needs at its most, in bytes."""
    _lay_out(name, folder)
    before = _used(disk)
    deed(folder)
    return min(4 * max(_used(disk) - before, 150_000), DISK_BYTES // 2)


def _used(disk: Path) -> int:
    told = os.statvfs(disk)
    return (told.f_blocks - told.f_bfree) * told.f_frsize


def _try(
    name: str, deed: Deed, disk: Path, folder: Path, leaving: int
) -> tuple[str, list[str]]:  # fmt: skip
    _lay_out(name, folder)
    ballast = fill(disk, leaving)
    outcome, faults = _attempt(deed, folder)
    if not (outcome and name == "migration"):  # an old file is brought up to date to be read
        faults += _readable(folder / FILE)
    outs = [p for p in folder.iterdir() if p.name.startswith("out")]
    if outcome and outs:
        faults.append(f"refused, yet there is {outs}")
    left = [p.name for p in folder.rglob("*") if ".part" in p.name]
    if left:
        faults.append(f"left behind: {left}")
    ballast.unlink()
    if outcome:
        again, wrong = _attempt(deed, folder)
        faults += wrong + ([f"with room again: {again}"] if again else [])
    wrong, session = sound(folder / FILE)
    if session is not None:
        session.do(Amend("site", [next(iter(session.state.sites))], {"note": "goes on"}))
        session.close()
    return outcome, faults + wrong


def _attempt(deed: Deed, folder: Path) -> tuple[str, list[str]]:
    """The refusal, empty if it was done; and what is wrong with how it was said."""
    try:
        deed(folder)
    except UserError as refusal:
        words = str(refusal)
        plain = any(
            said in words.lower()
            for said in ("disk is full", "no space left", "disk refused", "room")
        )
        return words, [] if plain else [f"it says: {words}"]
    except Exception as error:
        return "a fault", [f"not refused but broken: {type(error).__name__}: {error}"]
    return "", []


def _readable(path: Path) -> list[str]:
    try:
        with Session.open(path, read_only=True) as session:
            return [] if session.state.sites else ["no sites can be read"]
    except UserError as refusal:
        return [f"it cannot be read: {refusal}"]


def main(steps: int, names: list[str]) -> None:
    """Try the named deeds, all if none is named."""
    with small_disk() as disk:
        if disk is None:
            print(json.dumps({"work": "", "skipped": "this user may not mount a file system"}))
            return
        for name in names or DEEDS:
            print(json.dumps(campaign(name, disk, steps)), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
