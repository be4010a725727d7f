"""Processes of our own that solve parts of a large problem, so that both cores are at work.

A transport holds the interpreter for half a second at a time, and all else that thinks in Python
waits for it. Each worker is given a function and what it needs, and gives back what it returned:
what is found does not depend on where. What a worker cannot do is done here.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from psnplanner.apart import started

MODULE = "psnplanner.planning.part_workers"

LOOK_SECONDS = 0.2
"""How often it is asked whether the work is to stop."""


class PartWorkers:
    """So many processes, each begun when it is first needed and ended by `close`."""

    def __init__(self, count: int) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="planner-part")
        self._own = threading.local()
        self.children: list[subprocess.Popen[bytes]] = []
        self._lock, self._ended = threading.Lock(), False

    def close(self) -> None:
        """Drop what is under way and leave no process behind."""
        self.end()
        self._threads.shutdown()
        for child in self.children:
            for pipe in (child.stdin, child.stdout):
                with contextlib.suppress(OSError):
                    if pipe is not None:
                        pipe.close()
            child.wait()

    def submit(self, function: Callable[..., Any], *given: Any) -> Future[Any]:
        """Have `function(*given)` done; all of it is pickled."""
        return self._threads.submit(self._do, function, given)

    def result(self, work: Future[Any], stop: Callable[[], bool]) -> Any:
        """What the work came to; None if it is to stop first, or has been stopped."""
        while not wait([work], LOOK_SECONDS).done:
            if stop():
                self.end()
        return work.result()

    def end(self) -> None:
        """Drop what is under way."""
        with self._lock:
            self._ended = True
            for child in self.children:
                child.kill()

    def _do(self, function: Callable[..., Any], given: tuple[Any, ...]) -> Any:
        if self._ended:
            return None
        try:
            child = self._child()
            assert child.stdin is not None
            assert child.stdout is not None
            pickle.dump((function, given), child.stdin, pickle.HIGHEST_PROTOCOL)
            child.stdin.flush()
            done, made = pickle.load(child.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            return None if self._ended else function(*given)
        if not done:
            raise made
        return made

    def _child(self) -> subprocess.Popen[bytes]:
        """This thread's own process."""
        child: subprocess.Popen[bytes] | None = getattr(self._own, "child", None)
        if child is None:
            with self._lock:
                if self._ended:
                    raise EOFError
                child = self._own.child = started(MODULE, stdout=subprocess.PIPE)
                self.children.append(child)
        return child


def main() -> None:
    """Be such a process: do what comes in until nothing more does."""
    given, made = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between
    while True:
        try:
            function, values = pickle.load(given)
        except EOFError:
            return
        answer: tuple[bool, Any]
        try:
            answer = True, function(*values)
        except Exception as error:
            answer = False, error
        pickle.dump(answer, made, pickle.HIGHEST_PROTOCOL)
        made.flush()


if __name__ == "__main__":
    main()
