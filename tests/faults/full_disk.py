"""A disk that is full, for real: a small file system with a ballast that leaves so many bytes.

`python -m tests.faults.full_disk STEPS`, as root, for it mounts a tmpfs. Every work is tried with
less and less room; each time it is done whole or refused in one message, the file can still be
read while the disk is full, nothing partial bears a name, what was said to be done holds what it
holds where there is room, and with room again the work goes on.
Prints one JSON object a work.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend
from psnplanner.session import Session
from tests.faults.deeds import DEEDS, Deed, lay_out
from tests.faults.outs import held
from tests.faults.works import FILE, sound

DISK_BYTES, PAGE = 12_000_000, 4096
_OWN = {FILE, *(f"{FILE}{end}" for end in ("-wal", "-shm", "-journal")), f".{FILE}.lock"}
_SAID = ("disk is full", "no space left", "disk refused", "not enough room", "cannot be written")


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


def campaign(name: str, disk: Path, steps: int) -> dict[str, object]:
    """Try one deed with less and less room, down to none."""
    deed, folder = DEEDS[name], disk / "work"
    room, whole = _with_room(name, deed, disk, folder)
    faults: list[str] = []
    done = refused = 0
    for leaving in _rooms(room, steps):
        outcome, wrong = _try(name, disk, folder, leaving, whole)
        done, refused = done + (not outcome), refused + bool(outcome)
        faults += [f"{leaving} bytes left: {fault}" for fault in wrong]
    if not done:
        faults.append("never done, however much room there was")
    return {
        "work": name, "tried": steps, "done": done, "refused": refused, "faults": faults,
    }  # fmt: skip


def _rooms(most: int, steps: int) -> list[int]:
    """So much room, three times at least: half by equal steps to none, half by shares of itself."""
    even = max(2, steps // 2)
    rooms = [most * n // (even - 1) for n in range(even)]
    ratio = (most / PAGE) ** (1 / (steps - even))
    return sorted(rooms + [round(PAGE * ratio**n) for n in range(steps - even)], reverse=True)


def _with_room(name: str, deed: Deed, disk: Path, folder: Path) -> tuple[int, dict[str, object]]:
    """About how much more the deed needs at its most, in bytes; and what its files hold then."""
    lay_out(name, folder)
    before = _used(disk)
    deed(folder)
    room = min(4 * max(_used(disk) - before, 400_000), DISK_BYTES // 2)
    return room, {made: held(folder / made) for made in _made(folder)}


def _made(folder: Path) -> list[str]:
    """Every file in a folder but the programme and its own."""
    found = [str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()]
    return sorted(name for name in found if name not in _OWN)


def _used(disk: Path) -> int:
    told = os.statvfs(disk)
    return (told.f_blocks - told.f_bfree) * told.f_frsize


def _try(
    name: str, disk: Path, folder: Path, leaving: int, whole: Mapping[str, object]
) -> tuple[str, list[str]]:
    lay_out(name, folder)
    ballast, deed = fill(disk, leaving), DEEDS[name]
    outcome, faults = _attempt(deed, folder)
    if not (outcome and name == "migration"):  # an old file is brought up to date to be read
        faults += _readable(folder / FILE)
    ballast.unlink()
    faults += _files(folder, whole, refused=bool(outcome))
    if outcome:
        again, wrong = _attempt(deed, folder)
        faults += wrong + ([f"with room again: {again}"] if again else [])
        faults += _files(folder, whole, refused=False)
    wrong, session = sound(folder / FILE)
    if session is not None:
        session.do(Amend("site", [next(iter(session.state.sites))], {"note": "goes on"}))
        session.close()
    return outcome, faults + wrong


def _files(folder: Path, whole: Mapping[str, object], *, refused: bool) -> list[str]:
    """What is wrong with the files that a deed made, or left though it was refused."""
    made, faults = _made(folder), []
    for name in made:
        if ".part" in name or name.endswith(("-wal", "-shm", "-journal")):
            faults.append(f"left behind: {name}")
        elif refused and name.startswith(("out", "home")):
            faults.append(f"refused, yet there is {name}")
        else:  # a copy of the programme that is made first, or the first of many
            try:
                holds = held(folder / name)
                if holds != whole.get(name, holds):
                    faults.append(f"{name} holds {holds}, not {whole[name]}")
            except Exception as error:
                faults.append(f"{name} is not whole: {error!r}")
    missing = [] if refused else [n for n in whole if n.startswith(("out", "home"))]
    return faults + [f"{name} is not there" for name in missing if name not in made]


def _attempt(deed: Deed, folder: Path) -> tuple[str, list[str]]:
    """The refusal, empty if it was done; and what is wrong with how it was said."""
    try:
        deed(folder)
    except UserError as refusal:
        plain = any(said in refusal.what.lower() for said in _SAID)
        return str(refusal), [] if plain else [f"it says: {refusal}"]
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
