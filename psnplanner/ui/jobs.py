"""Heavy work off the window's thread, with progress and cancel.

The work never touches a widget: it is called with `progress(fraction, words)` in a pool
thread. What it says and returns crosses to the window's thread by one signal of `Jobs`, which
outlives every job; a `Job` itself is used in the window's thread alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Event
from typing import Any

from PySide6.QtCore import QObject, Signal

from psnplanner.errors import Cancelled, UserError

Progress = Callable[[float, str], None]
Work = Callable[[Progress], Any]

# Signals cross threads as queued events: thirty a second are all an eye can use.
_STEP_S = 0.03
_THREADS = 3


class Job(QObject):
    """One piece of work. Exactly one of finished, failed and cancelled comes before `ended`."""

    progressed = Signal(float, str)
    finished = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    ended = Signal()

    def __init__(self, title: str, parent: QObject) -> None:
        super().__init__(parent)
        self.title = title
        self.stop = Event()

    def cancel(self) -> None:
        """Ask the work to stop: it does at its next word of progress."""
        self.stop.set()

    @property
    def stopping(self) -> bool:
        """Whether somebody asked it to stop."""
        return self.stop.is_set()

    def tell(self, what: str, value: Any) -> None:
        """Emit what a pool thread had to say; in the window's thread."""
        if what == "progressed":
            self.progressed.emit(*value)
            return
        if what == "cancelled":
            self.cancelled.emit()
        else:
            (self.finished if what == "finished" else self.failed).emit(value)
        self.ended.emit()


class Jobs(QObject):
    """Every job under way for one window."""

    started = Signal(object)
    _said = Signal(int, str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="job")
        self._running: dict[int, tuple[Job, Future[None]]] = {}
        self._number = 0
        self._said.connect(self._hear)

    def start(
        self,
        title: str,
        work: Work,
        done: Callable[[Any], None] | None = None,
        failed: Callable[[UserError], None] | None = None,
        *,
        quiet: bool = False,
    ) -> Job:
        """Begin the work; `done` or `failed` is called in the window's thread.

        Quiet jobs (small things looked up behind the scenes) show no progress bar.
        """
        job = Job(title, self)
        if done:
            job.finished.connect(done)
        if failed:
            job.failed.connect(failed)
        self._number += 1
        future = self._pool.submit(_perform, work, job.stop, self._said.emit, self._number)
        self._running[self._number] = (job, future)
        if not quiet:
            self.started.emit(job)
        return job

    def _hear(self, number: int, what: str, value: Any) -> None:
        if number not in self._running:
            return  # stopped: nobody is there any more to be told
        job = self._running[number][0]
        if what != "progressed":
            del self._running[number]
        job.tell(what, value)
        if what != "progressed":
            job.deleteLater()

    @property
    def busy(self) -> bool:
        """Whether any job is under way."""
        return bool(self._running)

    def stop(self) -> None:
        """Cancel every job and wait until each has stopped; their ends are told to nobody."""
        running, self._running = self._running, {}
        for job, future in running.values():
            job.cancel()
            future.cancel()
        wait([future for _, future in running.values()])
        for job, _ in running.values():
            job.ended.emit()
            job.deleteLater()


def _perform(work: Work, stop: Event, say: Callable[[int, str, Any], None], number: int) -> None:
    """Do the work in a pool thread, and say how it goes and how it ended."""
    said_at = 0.0

    def progress(fraction: float, words: str = "") -> None:
        nonlocal said_at
        if stop.is_set():
            raise Cancelled
        now = time.monotonic()
        if fraction >= 1 or now - said_at >= _STEP_S:
            said_at = now
            say(number, "progressed", (float(fraction), words))

    try:
        result = work(progress)
    except Cancelled:
        say(number, "cancelled", None)
    except UserError as error:
        say(number, "failed", error)
    except BaseException:
        # Our own fault: the window's hook logs it and tells the person, once.
        sys.excepthook(*sys.exc_info())
        say(number, "cancelled", None)
    else:
        say(number, "finished", result)
