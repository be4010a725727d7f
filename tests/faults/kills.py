"""Processes killed while they work.

`python -m tests.faults.kills WORK,... COUNT SEED FOLDER [--share]`.
One process that has everything loaded forks a child for each try: starting Python anew would
take a hundred times as long as the work. Prints a list with a
JSON object for each work.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import select
import signal
import sys
import time
from pathlib import Path

from tests.faults.works import WORKS, Work, arriving, on_a_share, programme

LONGEST_S = 120.0
"""A try that has said nothing for so long is stuck."""


def campaign(name: str, count: int, seed: int, folder: Path) -> dict[str, object]:
    """Kill the work that many times at random instants, checking after each.

    `in the act` counts the kills that met the work before its last acknowledgement.
    """
    work, chance = WORKS[name], random.Random(seed)
    programme(folder)
    if name == "merges":
        arriving(folder.parent / ".base")
    work.prepare(folder)
    longest = _duration(work, folder)
    faults: list[str] = []
    acknowledged = in_the_act = kills = 0
    while kills < count:
        work.prepare(folder)
        said, alive = _killed(work, folder, chance.uniform(0, longest))
        if not alive:
            continue
        kills += 1
        words = said[1:]
        acknowledged += len(words)
        in_the_act += "done" not in words
        faults += [f"kill {kills}: {fault}" for fault in work.check(folder, words)]
    return {
        "kills": kills, "in the act": in_the_act, "acknowledged": acknowledged, "faults": faults,
    }  # fmt: skip


def _duration(work: Work, folder: Path) -> float:
    """How long the work takes from its beginning to its end, in seconds.

    Of one without an end: to its thirtieth word, or the first after half a second.
    """
    pid, pipe = _start(work, folder)
    said: list[str] = []
    begun = 0.0
    while len(said) < 30 and (not begun or time.monotonic() - begun < 0.5):
        more = _hear(pipe)
        if not more:
            break
        begun = begun or time.monotonic()
        said += more
    took = time.monotonic() - begun
    _end(pid, pipe)
    return took


def _killed(work: Work, folder: Path, after_s: float) -> tuple[list[str], bool]:
    """What the work had said when it was killed, and whether it was still alive then."""
    pid, pipe = _start(work, folder)
    said = _hear(pipe)
    if said:
        time.sleep(after_s)
    os.kill(pid, signal.SIGKILL)
    while more := _hear(pipe):
        said += more
    return said, _end(pid, pipe)


def _start(work: Work, folder: Path) -> tuple[int, int]:
    pipe, out = os.pipe()
    pid = os.fork()
    if pid:
        os.close(out)
        return pid, pipe
    os.close(pipe)
    try:
        work.run(folder, lambda word: _write(out, word))
    except BrokenPipeError:
        pass
    finally:
        os._exit(0)


def _write(out: int, word: str) -> None:
    os.write(out, f"{word}\n".encode())


def _hear(pipe: int) -> list[str]:
    if not select.select([pipe], [], [], LONGEST_S)[0]:
        raise AssertionError("the work is stuck")
    return os.read(pipe, 1 << 20).decode().split()


def _end(pid: int, pipe: int) -> bool:
    os.close(pipe)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


if __name__ == "__main__":
    if "--share" in sys.argv:
        on_a_share()
    wanted, kills, seed_, place = sys.argv[1:5]
    found = [campaign(w, int(kills), int(seed_), Path(place) / w) for w in wanted.split(",")]
    print(json.dumps(found))
