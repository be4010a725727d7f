"""Faults, by doing them: the full set, one row a fault. `python -m tests.benchmarks faults`.

Kills are SIGKILL at random instants (seeded). Power cuts are disks rebuilt from a log of what the
real process wrote and synced, so they need strace; the disk that fills up is a small tmpfs, so it
needs root. Where either is not to be had the row says so. `--seconds` is not taken: it lasts
about 20 minutes of two slow cores; `--sites N` does one in N of everything.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.faults import full_disk, power
from tests.faults.strangers import STRANGERS, read_only_media

KILLS = {"saves": 400, "imports": 150, "merges": 150, "migrations": 150, "backups": 150}
IMAGES = {"saves": 400, "imports": 200, "merges": 150, "migrations": 150, "backups": 100}
REFUSALS = (
    ("pwrite64", "ENOSPC", "a full disk"),
    ("pwrite64", "EDQUOT", "a quota"),
    ("pwrite64", "EIO", "a failing disk"),
    ("fsync,fdatasync", "EIO", "a failing sync"),
)
OFFSETS = ((20, 37), (23, 41), (29, 43), (31, 29), (6, 5), (9, 7), (11, 13), (14, 31))
STEPS, FLIPS, SALVAGES = 12, 400, 100


def run(seed: int = 1, sites: tuple[int, ...] = (1,)) -> list[dict[str, Any]]:
    """A row for each fault, each told on standard error as soon as it is known."""
    rows = []
    fast = Path("/dev/shm")  # what is simulated needs no disk; what is killed leaves none behind
    with tempfile.TemporaryDirectory(dir=fast if fast.is_dir() else None) as folder:
        for row in _all(Path(folder), seed, sites[0]):
            rows.append(row)
            print("  ".join(str(value) for value in row.values()), file=sys.stderr, flush=True)
    return rows


def _all(folder: Path, seed: int, part: int) -> Iterator[dict[str, Any]]:
    yield from _kills(folder, seed, part)
    yield from _power(folder, seed, part)
    yield from _refusals(folder, part)
    yield from _full(part)
    yield from _strangers(folder)
    yield from _flips(folder, seed, part)
    yield from _salvage(folder, part)


def _row(fault: str, tried: int, faults: list[str], detail: str = "") -> dict[str, Any]:
    lost = f"{len(faults)} WRONG: {faults[0][:200]}" if faults else "nothing lost"
    return {"fault": fault, "tried": tried, "result": lost, "of which": detail}


def _module(name: str, *given: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.faults.{name}", *map(str, given)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return {"faults": [f"the rig broke: {done.stderr[-300:]}"]}
    said = json.loads(done.stdout)
    found: dict[str, Any] = said[0] if isinstance(said, list) else said
    return found


def _kills(folder: Path, seed: int, part: int) -> Iterator[dict[str, Any]]:
    works = [(name, count, ()) for name, count in KILLS.items()]
    for name, count, options in [*works, ("saves", 60, ("--share",))]:
        found = _module("kills", name, max(1, count // part), seed, folder / name, *options)
        where = " on a share (no log)" if options else ""
        detail = (
            f"{found.get('in the act')} in the act, {found.get('acknowledged', 0):,} acknowledged"
        )
        yield _row(f"killed during {name}{where}", found.get("kills", 0), found["faults"], detail)


def _power(folder: Path, seed: int, part: int) -> Iterator[dict[str, Any]]:
    if not power.available():
        yield {"fault": "power cut", "tried": 0, "result": "not tried: strace is not here"}
        return
    works = [(name, count, ()) for name, count in IMAGES.items()]
    for name, count, options in [*works, ("saves", 200, ("--share",))]:
        found = _module("power", name, max(5, count // part), seed, folder / name, *options)
        where = " on a share (no log)" if options else ""
        detail = f"of {found.get('steps', 0):,} writes and syncs"
        yield _row(
            f"power cut during {name}{where}", found.get("images", 0), found["faults"], detail
        )
    found = _module("power", "saves", 100, seed, folder / "careless", "--careless")
    wrong = [] if found["faults"] else ["the rig finds no loss where there must be some"]
    yield {
        "fault": "control: power cut, synchronous=OFF", "tried": found["images"],
        "result": "; ".join(wrong) or f"{len(found['faults'])} losses found, as there must be",
    }  # fmt: skip


def _refusals(folder: Path, part: int) -> Iterator[dict[str, Any]]:
    for call, error, what in REFUSALS:
        if not power.available():
            yield {"fault": what, "tried": 0, "result": "not tried: strace is not here"}
            continue
        refused, saved, faults = 0, 0, []
        offsets = OFFSETS[4:] if call.startswith("fsync") else OFFSETS[:6]
        for first, every in offsets[:: min(part, 3)]:
            found = _module("refusals", call, error, first, every, folder / "refusals")
            refused, saved = refused + found.get("refused", 0), saved + found.get("saved", 0)
            faults += found["faults"]
        detail = f"{refused} refused in words, {saved} done, all as said"
        yield _row(f"{what} ({error} at {call})", refused, faults, detail)


def _full(part: int) -> Iterator[dict[str, Any]]:
    with full_disk.small_disk() as disk:
        if disk is None:
            yield {"fault": "disk full", "tried": 0, "result": "not tried: may not mount a tmpfs"}
            return
        for name in full_disk.DEEDS:
            found: Any = full_disk.campaign(name, disk, max(3, STEPS // part))
            detail = f"{found['done']} done whole, {found['refused']} refused in words"
            yield _row(f"disk full: {name}", found["tried"], found["faults"], detail)
        yield _row("read-only media, with and without a -wal", 2, read_only_media(disk))


def _strangers(folder: Path) -> Iterator[dict[str, Any]]:
    for name, do in STRANGERS.items():
        yield _row(name, 1, do(folder / "strangers"), "said in words, nothing stale shown")


def _flips(folder: Path, seed: int, part: int) -> Iterator[dict[str, Any]]:
    for where in ("journal", "anywhere"):
        found = _module("flips", where, max(10, FLIPS // part), seed, folder / "flips")
        detail = (
            f"{found.get('found', 0)} found by verify, {found.get('harmless', 0)} change nothing "
            f"that any table says; {found.get('names what is affected', 0)} name what is affected"
        )
        yield _row(f"a bit flipped: {where}", found["flips"], found["missed at"], detail)


def _salvage(folder: Path, part: int) -> Iterator[dict[str, Any]]:
    from psnplanner import demo

    path = folder / "demo.gpkg"
    demo.write(path, lambda _share, _what: None)
    for share, many, how in ((0.03, SALVAGES, ()), (0.05, SALVAGES // 2, ()), (0.03, 25, ("cut",))):
        found = _module("salvage", path, share, max(3, many // part), *how)
        what = "of the file cut off, at most" if how else "of the pages zeroed"
        detail = (
            f"least {found['least']:.1%}, median {found['median']:.1%} of the changes are back, "
            f"value and all (repair says at least {found['least claimed']:.1%})"
        )
        under = [f"{found['under 95 %']} files under 95 %"] if found["under 95 %"] else []
        yield _row(f"repair: {share:.0%} {what}", found["files"], found["faults"] + under, detail)
