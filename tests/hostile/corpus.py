"""Every hostile file there is, and the verdict on one of them in a process with limits."""

from __future__ import annotations

import hashlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.hostile import databases, layers, lists, names, pictures, tricks, workbooks
from tests.hostile.case import READ, REFUSED, Bench, Case

CASES = [
    *databases.CASES, *lists.CASES, *workbooks.CASES, *layers.CASES, *pictures.CASES,
    *names.CASES, *tricks.CASES,
]  # fmt: skip
MOST_SECONDS = 2.0
MOST_MEMORY_BYTES = 1_500_000_000
_PATIENCE_S = 30.0
_ROOT = Path(__file__).parents[2]
_OWN = re.compile(r"fault in PSN Planner|Traceback|Exception ignored", re.IGNORECASE)


@dataclass(frozen=True)
class Verdict:
    """What came of one file. `faults` are what must not be; none if all is well.

    `seconds` are of the processor, of the process and those it started, and `wall_seconds` of the
    clock, which other programs lengthen; `peak_mb` the most that one of them had in memory.
    """

    case: Case
    outcome: str
    message: str
    seconds: float
    wall_seconds: float
    peak_mb: float
    faults: tuple[str, ...]


def judged(case: Case, code: int, said: str, left: list[str], changed: bool) -> list[str]:
    """What is wrong with how a file was received."""
    faults = []
    message = said.strip()
    if code == 0 and case.outcome == REFUSED:
        faults.append("it was not refused")
    if code != 0 and case.outcome == READ:
        faults.append("it was refused, though harmless")
    if code not in (0, 1):
        faults.append(f"it ended with {code}")
    if code == 1 and (message.count("\n") or not message.startswith("psnplanner: ")):
        faults.append("not one message")
    if _OWN.search(message.replace(str(case.name), "")):
        faults.append("our own fault")
    if len(message) > 1_000:
        faults.append("a message without end")
    if left:
        faults.append(f"left behind: {', '.join(sorted(left)[:3])}")
    if changed and code != 0:
        faults.append("the programme was changed")
    return faults


def try_in_process(case: Case, bench: Bench, folder: Path) -> Verdict:
    """Bring one file to its door in a process of its own, and measure."""
    work, tmp, home = (folder / name for name in ("work", "tmp", "home"))
    for place in (work, tmp, home):
        place.mkdir(parents=True)
    theirs = case.make(bench, work)
    ours = Path(shutil.copy(bench.programme, work / "ours.gpkg"))
    before, digest = listing(folder), _digest(ours)
    env = {**os.environ, "PSNPLANNER_HOME": str(home), "TMPDIR": str(tmp), "HOME": str(home),
           "PYTHONPATH": str(_ROOT), "QT_QPA_PLATFORM": "offscreen"}  # fmt: skip
    begun = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.hostile.doors", case.door, str(theirs), str(ours)],
        cwd=work, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, preexec_fn=_limit,
    )  # fmt: skip
    said, hung = _said(child)
    code, seconds, peak = _ended(child)
    wall = time.monotonic() - begun
    theirs_made = {p for p in listing(folder) - before if not p.startswith("home/")}
    faults = judged(case, code, said, sorted(theirs_made), _digest(ours) != digest)
    if hung:
        faults = ["it hung"]
    if seconds > MOST_SECONDS:
        faults.append(f"{seconds:.1f} s")
    if peak > MOST_MEMORY_BYTES:
        faults.append(f"{peak / 1e6:,.0f} MB")
    outcome = READ if code == 0 else REFUSED if code == 1 else f"exit {code}"
    return Verdict(case, outcome, said.strip(), seconds, wall, peak / 1e6, tuple(faults))


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000_000, 2_000_000_000))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _said(child: subprocess.Popen[bytes]) -> tuple[str, bool]:
    assert child.stderr is not None
    os.set_blocking(child.stderr.fileno(), False)
    said, begun = b"", time.monotonic()
    while time.monotonic() - begun < _PATIENCE_S:
        piece = child.stderr.read(100_000)
        if piece == b"":
            return said.decode("utf-8", "replace"), False
        said += piece or b""
        if piece is None:
            time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    return said.decode("utf-8", "replace"), True


def _ended(child: subprocess.Popen[bytes]) -> tuple[int, float, float]:
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024.0


def listing(folder: Path) -> set[str]:
    """What lies in a folder and beside it, and what is in the files that nobody may write to."""
    found = {str(path.relative_to(folder)) for path in folder.rglob("*")}
    found |= {f"../{name}" for name in os.listdir(folder.parent)}
    guarded = [path for path in folder.rglob("outside.*") if path.is_file()]
    return found | {f"{path.name} with {path.read_text()[:100]}" for path in guarded}


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()
