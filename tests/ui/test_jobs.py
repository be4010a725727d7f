"""Heavy work: progress, result, refusal, cancel; and the window stays alive meanwhile."""

from __future__ import annotations

import threading
import time
from typing import Any

from PySide6.QtCore import QThread

from psnplanner.errors import UserError
from psnplanner.ui.job_bar import JobBar
from psnplanner.ui.jobs import Jobs


def test_a_result_arrives_in_the_windows_thread(qtbot: Any) -> None:
    """The work runs elsewhere, its end is told here."""
    jobs, seen = Jobs(), []
    here = QThread.currentThread()

    def work(progress: Any) -> str:
        progress(1.0, "nearly")
        return "done" if QThread.currentThread() is not here else "in the window's thread"

    job = jobs.start("Work", work, lambda r: seen.append((r, QThread.currentThread() is here)))
    with qtbot.waitSignal(job.ended):
        pass
    assert seen == [("done", True)]
    qtbot.waitUntil(lambda: not jobs.busy)


def test_cancel_stops_the_work_at_its_next_word(qtbot: Any) -> None:
    """Nothing is reported but that it was cancelled."""
    jobs, started, ends = Jobs(), threading.Event(), []
    bar = JobBar()
    qtbot.addWidget(bar)
    jobs.started.connect(bar.watch)

    def work(progress: Any) -> None:
        started.set()
        while True:
            progress(0.5, "still at it")
            time.sleep(0.002)

    job = jobs.start("Long work", work, lambda r: ends.append("finished"))
    job.cancelled.connect(lambda: ends.append("cancelled"))
    qtbot.waitUntil(lambda: started.is_set() and bar.isVisible(), timeout=3000)
    assert bar.words.text() == "Long work: still at it…"
    bar.cancel.click()
    qtbot.waitUntil(lambda: not jobs.busy, timeout=3000)
    assert ends == ["cancelled"]
    assert not bar.isVisible()


def test_a_refusal_is_handed_on_as_it_is(qtbot: Any) -> None:
    """A UserError keeps its words."""
    jobs, refusals = Jobs(), []

    def work(progress: Any) -> None:
        raise UserError("No such list.", remedy="Choose another.")

    job = jobs.start("Work", work, failed=refusals.append)
    with qtbot.waitSignal(job.ended):
        pass
    assert str(refusals[0]) == "No such list. Choose another."


def test_stop_waits_and_tells_nobody(qtbot: Any) -> None:
    """A window that closes is not called back."""
    jobs, ends = Jobs(), []

    def work(progress: Any) -> None:
        while True:
            progress(0.1, "")
            time.sleep(0.002)

    jobs.start("Work", work, ends.append)
    jobs.stop()
    assert not jobs.busy
    assert ends == []
