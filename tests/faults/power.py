"""Power cut at any instant, by a log of what a real process wrote and when it synced.

`python -m tests.faults.power WORK IMAGES SEED FOLDER [--careless | --share]`.
The work runs under strace; from its log every disk is built that a power cut could have left: what
was synced is there, what was written since may be there, or not, or in part (512-byte sectors), in
any order; names given since the folder was synced may be there or not, in their order. Each is
then opened and checked. `--careless` is the control: with synchronous=OFF the same rig must find
losses. `--share` writes as on a network share, where there is no write-ahead log. Prints one JSON
object.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.works import WORKS, clear, on_a_share, programme

SECTOR = 512
ACKNOWLEDGEMENTS = 12
_CALLS = (
    "open,openat,creat,pwrite64,write,ftruncate,fsync,fdatasync,rename,renameat,renameat2,"
    "link,linkat,unlink,unlinkat,lseek,sendfile"
)


def available() -> bool:
    """Whether strace is here and may trace."""
    found = shutil.which("strace")
    if not found:
        return False
    return subprocess.run([found, "-o", os.devnull, "true"], capture_output=True).returncode == 0


@dataclass
class Inode:
    """A file's content as it is surely on the disk, and what was written since."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)

    def write(self, at: int, data: bytes | None) -> None:
        """Note a write; None as data cuts the file to that length."""
        self.pending.append((at, data))

    def sync(self) -> None:
        """All that was written is on the disk."""
        for at, data in self.pending:
            apply(self.durable, at, data)
        self.pending = []


def apply(content: bytearray, at: int, data: bytes | None) -> None:
    """Write to, or cut, a content."""
    if data is None:
        content[at:] = b""
        content.extend(bytes(max(0, at - len(content))))
        return
    content.extend(bytes(max(0, at - len(content))))
    content[at : at + len(data)] = data


@dataclass
class Disk:
    """One folder: its names as they surely are, and what was done to them since."""

    durable: dict[str, Inode] = field(default_factory=dict)
    names: dict[str, Inode] = field(default_factory=dict)
    pending: list[tuple[str, Inode | None]] = field(default_factory=list)

    def name(self, name: str, inode: Inode | None) -> None:
        """Give a name to a file, or take it away."""
        self.pending.append((name, inode))
        if inode is None:
            self.names.pop(name, None)
        else:
            self.names[name] = inode

    def sync(self) -> None:
        """The names are on the disk."""
        self.durable, self.pending = dict(self.names), []

    def image(self, chance: random.Random, how: str) -> dict[str, bytes]:
        """What a power cut now could leave."""
        kept = {"none": 0, "all": len(self.pending)}.get(
            how, chance.randint(0, len(self.pending))
        )  # fmt: skip
        names = dict(self.durable)
        for name, inode in self.pending[:kept]:
            if inode is None:
                names.pop(name, None)
            else:
                names[name] = inode
        return {name: bytes(_content(inode, chance, how)) for name, inode in names.items()}


def _content(inode: Inode, chance: random.Random, how: str) -> bytearray:
    content, pending = bytearray(inode.durable), inode.pending
    if how == "none":
        return content
    if how == "some":  # any of them, in any order; overlapping ones keep theirs
        pending = [item for item in pending if chance.random() < 0.5]
    elif how == "first":
        pending = pending[: chance.randint(0, len(pending))]
    for at, data in pending:
        if how == "torn" and data is not None:
            for start in range(0, len(data), SECTOR):
                if chance.random() < 0.5:
                    apply(content, at + start, data[start : start + SECTOR])
        else:
            apply(content, at, data)
    return content


HOW = ("none", "all", "first", "some", "torn")


def record(name: str, folder: Path, *options: str) -> Path:
    """Do the work under strace; its log."""
    log = folder.parent / "strace.log"
    command = [
        "strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", "4000000", "-e", f"trace={_CALLS}",
        "-e", "signal=none", "-o", str(log),
        sys.executable, "-m", "tests.faults.power", "--work", name, str(folder), *options,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return log


def lines(log: Path) -> Iterator[str]:
    """The calls of a log, each whole, in the order in which they ended."""
    begun: dict[str, str] = {}
    with log.open() as file:
        for line in file:
            pid, _, call = line.rstrip("\n").partition(" ")
            call = call.lstrip()
            if call.endswith("<unfinished ...>"):
                begun[pid] = call.removesuffix("<unfinished ...>")
            elif call.startswith("<... "):
                yield begun.pop(pid) + call.partition(" resumed>")[2]
            else:
                yield call


_CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+)(?:<(.*?)>)?")
_FD = re.compile(r"(\d+)<((?:[^<>]|<[^<>]*>)*)>")
_OFFSET = re.compile(r"\[(\d+)\]")
_QUOTED = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


class Player:
    """Plays a log on a disk, step by step."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.folder, self.disk = str(folder), disk
        self.said: list[str] = []
        self._open: dict[int, Inode] = {}
        self._at: dict[int, int] = {}

    def play(self, line: str) -> bool:
        """Play one call; whether it changed the disk, or something was acknowledged."""
        found = _CALL.match(line)
        if not found or int(found[3]) < 0:
            return False
        call, given, gave = found[1], found[2], int(found[3])
        quoted = [_bytes(text) for text in _QUOTED.findall(given)]
        descriptor = _FD.match(given)
        if call == "write" and descriptor and descriptor[1] == "1":
            self.said += quoted[0].decode().split()
            return True
        if call in ("open", "openat", "creat"):
            return self._opened(quoted, given, gave)
        if call.startswith(("rename", "link", "unlink")):
            return self._named(call, [os.fsdecode(name) for name in quoted])
        return bool(descriptor) and self._written(
            call, int(descriptor[1]), _path(descriptor[2]), given, quoted, gave
        )

    def _mine(self, path: str) -> str:
        return path.removeprefix(self.folder + "/") if path.startswith(self.folder + "/") else ""

    def _opened(self, quoted: list[bytes], given: str, gave: int) -> bool:
        name = self._mine(os.fsdecode(quoted[0])) if quoted else ""
        if not name or "O_DIRECTORY" in given:
            self._open.pop(gave, None)
            return False
        created = name not in self.disk.names
        if created:
            self.disk.name(name, Inode())
        self._open[gave] = self.disk.names[name]
        self._at[gave] = 0
        if "O_TRUNC" in given and not created:
            self.disk.names[name].write(0, None)
        return created

    def _named(self, call: str, paths: list[str]) -> bool:
        names = [self._mine(path) for path in paths]
        if not names[0]:
            return False
        inode = self.disk.names.get(names[0])
        if call.startswith("unlink"):
            self.disk.name(names[0], None)
            return True
        self.disk.name(names[1], inode)
        if call.startswith("rename"):
            self.disk.name(names[0], None)
        return True

    def _written(
        self, call: str, number: int, path: str, given: str, quoted: list[bytes], gave: int
    ) -> bool:
        if call in ("fsync", "fdatasync") and path == self.folder:
            self.disk.sync()
            return True
        inode = self._open.get(number)
        if inode is None or not self._mine(path):
            return False
        if call == "pwrite64":
            inode.write(int(given.rpartition(", ")[2]), quoted[0][:gave])
        elif call == "write":
            inode.write(self._at[number], quoted[0][:gave])
            self._at[number] += gave
        elif call == "sendfile":  # how one file is copied to another
            source = self._open[int(_FD.findall(given)[1][0])]
            data = _content(source, random.Random(0), "all")
            first = int(_OFFSET.findall(given)[0])
            inode.write(self._at[number], bytes(data[first : first + gave]))
            self._at[number] += gave
        elif call == "lseek":
            self._at[number] = gave
            return False
        elif call == "ftruncate":
            inode.write(int(given.rpartition(", ")[2]), None)
        else:
            inode.sync()
        return True


def _path(text: str) -> str:
    """A descriptor's path as strace gives it: under -xx in hexadecimal too."""
    plain = re.sub(r"(?:\\x[0-9a-f]{2})+", lambda m: os.fsdecode(_bytes(m[0])), text)
    return plain.strip('"').removesuffix("(deleted)")


def campaign(name: str, images: int, seed: int, folder: Path, *options: str) -> dict[str, object]:
    """Check that many images of disks after a power cut while the work was done."""
    work, chance = WORKS[name], random.Random(seed)
    programme(folder)
    work.prepare(folder)
    start = {p.name: Inode(bytearray(p.read_bytes())) for p in folder.iterdir()}
    log = list(lines(record(name, folder, *options)))
    steps, promised = _steps(log, folder, start)
    faults: list[str] = []
    cuts = _cuts(chance, images, steps, promised)
    disk = Disk(dict(start), dict(start))
    for inode in start.values():
        inode.pending = []
    player = Player(folder, disk)
    step = 0
    acknowledged = 0
    pending = iter(cuts)
    cut = next(pending, None)
    for line in log:
        if cut is None:
            break
        if not player.play(line):
            continue
        while cut is not None and cut[0] == step:
            clear(folder)
            for file_name, data in disk.image(chance, cut[1]).items():
                (folder / file_name).write_bytes(data)
            words = [w for w in player.said if w not in ("begin",)]
            acknowledged += len(words)
            faults += [f"step {step}, {cut[1]}: {f}" for f in work.check(folder, words)]
            cut = next(pending, None)
        step += 1
    return {
        "images": len(cuts), "steps": steps, "acknowledged": acknowledged, "faults": faults
    }  # fmt: skip


def _steps(log: list[str], folder: Path, start: dict[str, Inode]) -> tuple[int, list[int]]:
    """How many steps there are, and after which of them something had just been promised."""
    copies = {name: Inode(bytearray(inode.durable)) for name, inode in start.items()}
    player = Player(folder, Disk(dict(copies), dict(copies)))
    steps, promised = 0, []
    for line in log:
        known = len(player.said)
        if player.play(line):
            if len(player.said) > known > 0:  # the first word is only that the work begins
                promised.append(steps)
            steps += 1
    return steps, promised


def _cuts(
    chance: random.Random, images: int, steps: int, promised: list[int]
) -> list[tuple[int, str]]:
    """After which steps to cut, and how: a third where a promise has just been given.

    There a write that nobody waited for shows, and one work in a thousand steps gives but one.
    """
    if images >= steps:
        return [(at, how) for at in range(steps) for how in HOW]
    cuts = [(at, how) for at in promised for how in HOW]
    cuts = chance.sample(cuts, min(images // 3, len(cuts)))
    wanted = chance.sample(range(steps), images - len(cuts))
    return sorted(cuts + [(at, HOW[n % len(HOW)]) for n, at in enumerate(sorted(wanted))])


class _Enough(Exception):
    """The work has acknowledged enough."""


def _do(name: str, folder: Path, options: Sequence[str]) -> None:
    """The traced process: the work, until it has acknowledged enough."""
    if "--share" in options:
        on_a_share()
    if "--careless" in options:
        from psnplanner.file import connection

        settle = connection._settle

        def carelessly(*given: object) -> object:
            db = settle(*given)  # type: ignore[arg-type]
            db.execute("PRAGMA synchronous=OFF").fetchall()
            return db

        connection._settle = carelessly  # type: ignore[assignment]
    said = 0

    def say(word: str) -> None:
        nonlocal said
        os.write(1, f"{word}\n".encode())
        said += 1
        if said > ACKNOWLEDGEMENTS:
            raise _Enough

    with contextlib.suppress(_Enough):
        WORKS[name].run(folder, say)


if __name__ == "__main__":
    if sys.argv[1] == "--work":
        _do(sys.argv[2], Path(sys.argv[3]), sys.argv[4:])
    else:
        name, images, seed, folder, *options = sys.argv[1:]
        print(json.dumps(campaign(name, int(images), int(seed), Path(folder), *options)))
