"""Faults, by doing them: the full set, one row a fault. `python -m tests.benchmarks faults`.

Kills are SIGKILL at random instants (seeded), 1,250 of them in all; `--kills N` makes them N, and
everything else in proportion. With them stand the hostile files and what the hub carries, so that
one table shows all that may be asked of a file that is the only one. Power cuts are disks rebuilt
from a log of what the real process wrote and synced, so they need strace; the disk that fills up
is a small tmpfs, so it needs root; a sync needs PostgreSQL. Where one is not to be had the row
says so. Each row tells its seconds; all of it takes half an hour of a slow processor, and the
disks and the waiting their own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.faults import full_disk, power, shares
from tests.faults.strangers import STRANGERS, read_only_broken_off, read_only_media

KILLS = {
    "saves": 250, "imports": 150, "merges": 150, "migrations": 150, "backups": 150,
    "rolling backups": 50, "restoring": 50, "repairing": 50, "encrypting": 50, "exports": 50,
}  # fmt: skip
SHARE_KILLS, SYNC_KILLS = 50, 100
ALL_KILLS = sum(KILLS.values()) + SHARE_KILLS + SYNC_KILLS
IMAGES = {
    "saves": 200, "imports": 100, "merges": 100, "migrations": 100, "backups": 100,
    "restoring": 50, "repairing": 50, "encrypting": 50, "exports": 50,
}  # fmt: skip
SHARE_IMAGES, CARELESS_IMAGES = 100, 60
REFUSALS = (
    ("pwrite64", "ENOSPC", "a full disk"),
    ("pwrite64", "EDQUOT", "a quota"),
    ("pwrite64", "EIO", "a failing disk"),
    ("fsync,fdatasync", "EIO", "a failing sync"),
)
OFFSETS = ((20, 37), (23, 41), (29, 43), (31, 29), (6, 5), (9, 7), (11, 13), (14, 31))
STEPS = 12
FLIPS = {"journal": 400, "anywhere": 400}
VARIED_EACH = 3
HUB_S = 20
SALVAGES = ((0.03, 40, ()), (0.05, 20, ()), (0.03, 10, ("cut",)))
Row = dict[str, Any]


def run(kills: int = ALL_KILLS, seed: int = 1) -> list[Row]:
    """A row for each fault, each told on standard error as soon as it is known."""
    rows = []
    fast = Path("/dev/shm")  # what is simulated needs no disk; what is killed leaves none behind
    with tempfile.TemporaryDirectory(dir=fast if fast.is_dir() else None) as folder:
        start = time.monotonic()
        for row in _all(Path(folder), seed, Part(kills / ALL_KILLS)):
            now = time.monotonic()
            rows.append(row | {"s": round(now - start)})
            start = now
            said = "  ".join(str(value) for value in rows[-1].values())
            print(said, file=sys.stderr, flush=True)
    return rows


class Part:
    """So much of everything."""

    def __init__(self, share: float) -> None:
        self.of_one = share

    def of(self, count: int, least: int = 1) -> int:
        """The part of a count."""
        return max(least, round(count * self.of_one))


def _all(folder: Path, seed: int, part: Part) -> Iterator[Row]:
    for rows in (
        _kills(folder, seed, part), _sync_kills(seed, part), _power(folder, seed, part),
        _refusals(folder, part), _full(part), _strangers(folder), _share(folder),
        _flips(folder, seed, part), _salvage(folder, part), _hub(seed, part), _hostile(part),
    ):  # fmt: skip
        try:
            yield from rows
        except Exception as error:  # what is found broken must not hide what comes after it
            name = getattr(rows, "__name__", "").strip("_").replace("_", " ")
            yield _row(f"the rest of: {name}", {"broke": f"the rig broke: {error!r}"}, "", str)


def _faults(do: Callable[..., list[str]], *given: Path) -> list[str]:
    """What a deed finds wrong; where it breaks off, that."""
    try:
        return do(*given)
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]


def _row(
    fault: str, found: Row, tried: str, detail: Callable[[Row], str], wrong: str = "faults"
) -> Row:
    """A row of what a rig found; a rig that broke is a fault of its own."""
    if "broke" in found:
        return {"fault": fault, "tried": 0, "result": f"1 WRONG: {found['broke']}", "of which": ""}
    faults = found[wrong]
    lost = "nothing lost" if found[tried] else "not tried: too few were asked for"
    lost = f"{len(faults)} WRONG: {str(faults[0])[:200]}" if faults else lost
    return {"fault": fault, "tried": found[tried], "result": lost, "of which": detail(found)}


def _not_tried(fault: str, why: str) -> Row:
    return {"fault": fault, "tried": 0, "result": f"not tried: {why}", "of which": ""}


def _module(name: str, *given: object) -> Row:
    """What a rig finds, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.faults.{name}", *map(str, given)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return {"broke": f"the rig broke: {done.stderr[-300:]}"}
    said = json.loads(done.stdout)
    found: Row = said[0] if isinstance(said, list) else said
    return found


def _kills(folder: Path, seed: int, part: Part) -> Iterator[Row]:
    works = [(name, count, ()) for name, count in KILLS.items()]
    for name, count, options in [*works, ("saves", SHARE_KILLS, ("--share",))]:
        found = _module("kills", name, part.of(count), seed, folder / name, *options)
        where = " on a share (no log)" if options else ""
        yield _row(f"killed during {name}{where}", found, "kills", lambda found: (
            f"{found['in the act']} in the act, {found['acknowledged']:,} acknowledged"
        ))  # fmt: skip


def _sync_kills(seed: int, part: Part) -> Iterator[Row]:
    from tests.benchmarks import hub

    for row in hub.run(kills=part.of(SYNC_KILLS, 4), seed=seed):
        if "killed" not in row:
            yield _not_tried("killed during a sync", row["hub"])
            continue
        faults = [f"{row[k]} {k}" for k in ("lost", "twice") if row[k]]
        faults += [f"not {k}" for k in ("both alike", "sound") if row[k] != "yes"]
        yield _row(f"killed during a sync: {row['killed']}", row | {"faults": faults}, "times",
                   lambda row: f"{row['notes']} notes, each there once")  # fmt: skip


def _power(folder: Path, seed: int, part: Part) -> Iterator[Row]:
    if not power.available():
        yield _not_tried("power cut", "strace is not here")
        return
    works = [(name, count, ()) for name, count in IMAGES.items()]
    for name, count, options in [*works, ("saves", SHARE_IMAGES, ("--share",))]:
        found = _module("power", name, part.of(count, 5), seed, folder / name, *options)
        where = " on a share (no log)" if options else ""
        yield _row(f"power cut during {name}{where}", found, "images",
                   lambda found: f"of {found['steps']:,} writes and syncs")  # fmt: skip
    many = part.of(CARELESS_IMAGES, 30)
    found = _module("power", "saves", many, seed, folder / "careless", "--careless")
    losses = len(found.get("faults", ()))
    found = found | {"faults": [] if losses else ["the rig finds no loss where there must be some"]}
    row = _row("control: power cut, synchronous=OFF", found, "images", lambda _found: "")
    yield row | {"result": f"{losses} losses found, as there must be"} if losses else row


def _refusals(folder: Path, part: Part) -> Iterator[Row]:
    for call, error, what in REFUSALS:
        title = f"{what} ({error} at {call})"
        if not power.available():
            yield _not_tried(title, "strace is not here")
            continue
        refused, saved, faults = 0, 0, []
        offsets = OFFSETS[4:] if call.startswith("fsync") else OFFSETS[:6]
        for first, every in offsets[: part.of(len(offsets))]:
            found = _module("refusals", call, error, first, every, folder / "refusals")
            refused, saved = refused + found.get("refused", 0), saved + found.get("saved", 0)
            faults += found.get("faults", [found.get("broke")])
        yield _row(title, {"refused": refused, "saved": saved, "faults": faults}, "refused",
                   lambda row: f"{row['refused']} refused in words, {row['saved']} done, as said"
                   )  # fmt: skip


def _full(part: Part) -> Iterator[Row]:
    with full_disk.small_disk() as disk:
        if disk is None:
            yield _not_tried("disk full", "this user may not mount a tmpfs")
            return
        for name in full_disk.DEEDS:
            found: Any = full_disk.campaign(name, disk, part.of(STEPS, 3))
            yield _row(f"disk full: {name}", found, "tried", lambda found: (
                f"{found['done']} done whole, {found['refused']} refused in words"
            ))  # fmt: skip
        for name, do in READ_ONLY.items():
            yield _row(
                name, {"times": 1, "faults": _faults(do, disk)}, "times", lambda _found: _SAID
            )


_SAID = "said in words, nothing stale shown"
READ_ONLY = {
    "read-only media, with and without a -wal": read_only_media,
    "read-only media, with a change broken off": read_only_broken_off,
}


def _strangers(folder: Path) -> Iterator[Row]:
    for name, do in STRANGERS.items():
        found = {"times": 1, "faults": _faults(do, folder / "strangers")}
        yield _row(name, found, "times", lambda _found: _SAID)


def _share(folder: Path) -> Iterator[Row]:
    """A real network file system, where this machine can have one: two mounts are two machines."""
    fault = "network share (sshfs), from two machines at once"
    with shares.mounted(folder / "share") as mounts:
        if mounts is None:
            yield _not_tried(fault, "sshfs and an SFTP server are not here, or may not mount")
            return
        yield _row(fault, {"times": 1, "faults": _faults(shares.two_machines, *mounts)}, "times",
                   lambda _found: "one writes, the other reads and is told")  # fmt: skip


def _flips(folder: Path, seed: int, part: Part) -> Iterator[Row]:
    for where, count in FLIPS.items():
        found = _module("flips", where, part.of(count, 10), seed, folder / "flips")
        yield _row(f"a bit flipped: {where}", found, "flips", lambda found: (
            f"{found.get('found', 0)} found by verify, {found.get('harmless', 0)} change nothing "
            f"that any table says; {found['names what is affected']} name what is affected"
        ), "missed at")  # fmt: skip


def _salvage(folder: Path, part: Part) -> Iterator[Row]:
    from psnplanner import demo

    path = folder / "demo.gpkg"
    demo.write(path, lambda _share, _what: None)
    trials = [(path, *given) for given in SALVAGES]
    trials += [(folder / "varied", 0.03, VARIED_EACH, how) for how in ((), ("cut",))]
    for file, share, many, how in trials:
        found = _module("salvage", file, share, part.of(many, 1), *how)
        what = "of the file cut off, at most" if how else "of the pages zeroed"
        what += ", 60 varied files" if file != path else ""
        if found.get("under 95 %"):
            found["faults"].append(f"{found['under 95 %']} files under 95 %")
        yield _row(f"repair: {share:.0%} {what}", found, "files", lambda found: (
            f"least {found['least']:.1%}, median {found['median']:.1%} of the changes are back, "
            f"value and all (repair says at least {found['least claimed']:.1%})"
        ))  # fmt: skip


def _hub(seed: int, part: Part) -> Iterator[Row]:
    """What eight clients exchange at once, and that all are alike after it."""
    from tests.benchmarks import hub

    for row in hub.run(seconds=part.of(HUB_S, 3), seed=seed):
        if "changes" not in row:
            yield _not_tried("hub", row["hub"])
            continue
        faults = ["the copies are not alike"] if row.get("all alike", "yes") != "yes" else []
        faults += [] if row["changes"] else ["nothing was exchanged"]
        yield _row(f"hub: {row['hub']}", row | {"faults": faults}, "changes", lambda row: (
            f"{row['changes/s']:,} changes a second" + (
                ", all alike" if "all alike" in row else ""
            )
        ))  # fmt: skip


def _hostile(part: Part) -> Iterator[Row]:
    from tests.benchmarks import hostile

    for row in hostile.run(every=max(1, round(1 / part.of_one))):
        faults = [f"{row['wrong']} called wrong, told on standard error"] if row["wrong"] else []
        yield _row(f"hostile: {row['files']}", row | {"faults": faults}, "cases", lambda row: (
            f"{row['refused']} refused in a sentence, {row['read']} read; the slowest "
            f"{row['slowest_s']} s of the clock, {row['slowest_cpu_s']} s of the processor; "
            f"{row['peak_mb']:,} MB at most"
        ))  # fmt: skip
