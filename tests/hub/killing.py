"""Laptops that die in the middle of a sync, at a step that is chosen.

`python -m tests.hub.killing` takes a JSON value a line on standard input: the file, the hub, the
notes to make first, and at which step to die (0: not at all). Each is done in a process of its
own, forked so that it need not begin by loading everything; the answer is whether it was killed
and how many steps there were. A step is every word to the server and from it, and every
transaction taken into the file.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from psnplanner.file import in_step
from psnplanner.file.merge import Merge
from psnplanner.programme.edits import Amend
from psnplanner.session import Session
from psnplanner.session.hub import hub_address
from tests.conftest import Ticking


class Steps:
    """Counts the steps of whatever is done within it, and at one of them does something."""

    def __init__(self, at: int, act: Callable[[], None]) -> None:
        self.count, self._at, self._act = 0, at, act

    def step(self) -> None:
        """One more."""
        self.count += 1
        if self.count == self._at:
            self._act()

    def __enter__(self) -> Steps:
        self._kept = psycopg.Connection.wait, Merge._append, in_step.check_chains
        wait, append, check = self._kept

        def stepping_wait(connection: Any, *given: Any, **named: Any) -> Any:
            self.step()
            result = wait(connection, *given, **named)
            self.step()
            return result

        def stepping_append(merge: Merge, item: Any) -> None:
            append(merge, item)
            self.step()

        def stepping_check(*given: Any) -> None:
            check(*given)
            self.step()

        psycopg.Connection.wait = stepping_wait  # type: ignore[method-assign]
        Merge._append = stepping_append  # type: ignore[method-assign]
        in_step.check_chains = stepping_check
        return self

    def __exit__(self, *_: object) -> None:
        wait, append, check = self._kept
        psycopg.Connection.wait = wait  # type: ignore[method-assign]
        Merge._append = append  # type: ignore[method-assign]
        in_step.check_chains = check


def die() -> None:
    """As the power does it."""
    os.kill(os.getpid(), signal.SIGKILL)


def work(asked: dict[str, Any]) -> int:
    """Make the notes, then sync, counting its steps; how many there were."""
    clock = Ticking(datetime.fromisoformat(asked["now"]))
    with Session.open(Path(asked["file"]), author=asked["author"], clock=clock) as session:
        for site, text in asked["notes"]:
            session.do(Amend("site", [bytes.fromhex(site)], {"note": text}))
        if asked["kill_after_s"]:
            # By default the alarm ends a process at once, in the middle of whatever it does.
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, asked["kill_after_s"])
            while True:
                session.sync(hub_address(asked["hub"]))
        with Steps(asked["kill_at"], die) as steps:
            session.sync(hub_address(asked["hub"]))
    return steps.count


def main() -> None:
    """Do what is asked, each in a process that may die of it."""
    for line in sys.stdin:
        asked = json.loads(line)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.write(writing, str(work(asked)).encode())
            finally:
                os._exit(0)
        os.close(writing)
        _, status = os.waitpid(child, 0)
        with os.fdopen(reading) as told:
            steps = int(told.read() or 0)
        said = {"killed": os.WIFSIGNALED(status), "steps": steps}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


class Laptops:
    """Hands work to such a process."""

    def __enter__(self) -> Laptops:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.hub.killing"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def sync(
        self,
        path: Path,
        hub: str,
        author: str,
        notes: list[tuple[bytes, str]],
        now: datetime,
        kill_at: int = 0,
        kill_after_s: float = 0,
    ) -> dict[str, Any]:
        """Have a laptop make these notes and sync; `steps` is 0 if it died or was refused.

        It dies at that step, or that long after its notes were made, syncing again and again.
        """
        asked = {"file": str(path), "hub": hub, "author": author, "kill_at": kill_at,
                 "kill_after_s": kill_after_s,
                 "now": now.isoformat(),
                 "notes": [(site.hex(), text) for site, text in notes]}  # fmt: skip
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told


if __name__ == "__main__":
    main()
