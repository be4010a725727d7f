"""The programme played over the map: reading its journal, and a frame for every day of it.

`python -m tests.benchmarks playback`. The real window at 1600 x 1000 without a display; every
site passes through its stages between the award and go-live. The aim: 10 frames a second or
better with 10,000 sites.
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

SIZES = (934, 10_000)
AWARD = date(2014, 3, 3)


def run() -> list[dict[str, Any]]:
    """A row a size; reading in seconds, days and frames in milliseconds."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PSNPLANNER_HOME"] = folder
        from PySide6.QtWidgets import QApplication

        app = QApplication.instance() or QApplication([])
        return [_measured(app, Path(folder), size) for size in SIZES]


def _measured(app: Any, folder: Path, size: int) -> dict[str, Any]:
    from psnplanner.programme.edits import Amend
    from psnplanner.ui import look
    from psnplanner.ui.main_window import MainWindow

    session = _programme(folder / f"{size}.gpkg", size)
    first = _timed(lambda: session.playback())
    some = list(session.state.sites)[:50]
    session.do(Amend("site", some, {"access": "overhead"}))
    again = _timed(lambda: session.playback())
    played = session.playback()
    day_ms = 1000 * statistics.median(_timed(lambda: played.codes_on(AWARD)) for _ in range(99))
    look.apply("light")
    window = MainWindow()
    window.resize(1600, 1000)
    window.show()
    window.adopt(session)
    _settle(app, window)
    frames = _play(app, window)
    row = {
        "sites": size,
        "changes_of_status": len(played.days) - size,
        "read_s": round(first, 2),
        "read_on_after_50_sites_s": round(again, 3),
        "a_day_ms": round(day_ms, 3),
        "frame_ms": round(statistics.median(frames), 1),
        "frame_slowest_of_20_ms": round(sorted(frames)[-len(frames) // 20], 1),
        "frames_a_second": round(1000 / statistics.median(frames)),
    }
    window.close()
    window.deleteLater()
    return row


def _play(app: Any, window: Any) -> list[float]:
    """Every day of the programme, as the clock of the play would show it; ms for each."""
    track = window.playback.slider.track
    track.setValue(0)
    _settle(app, window)
    frames = []
    for value in range(1, track.maximum()):
        if track.span.first + timedelta(days=value) == track.span.present:
            continue  # there it leaves the past, which is no frame of a play
        start = time.perf_counter()
        track.setValue(value)
        window.pane.canvas.repaint()
        app.processEvents()
        frames.append(1000 * (time.perf_counter() - start))
    return frames


def _programme(path: Path, size: int) -> Any:
    """Sites with stages done on days all over the programme, its status date near the end."""
    from psnplanner.programme.change import creation
    from psnplanner.programme.edits import AddSites, Compose, Proposal
    from psnplanner.session import Session, new_programme
    from tests.ui import sample

    class Done:
        """All of it as one transaction of the award's day: each stage counts from its own."""

        def propose(self, state: Any, today: date) -> Proposal:
            luck, records = random.Random(size), []
            for site in state.sites.values():
                on = AWARD + timedelta(days=luck.randint(5, 250))
                for stage in state.workflow.stages[: luck.randint(1, 14)]:
                    on += timedelta(days=luck.randint(1, 12))
                    if stage.applies_to(site):
                        records.append(sample._record(site, stage.key, state="done", actual_on=on))
            return Proposal("Progress", [creation(record) for record in records], AWARD)

    session = Session.create(path, new_programme(status_on=AWARD), author="office")
    session.do(Compose("Import", [sample.setting(), AddSites("list.csv", sample.sites(size))]))
    session.do(Done())
    from psnplanner.programme.edits import Amend
    from psnplanner.programme.state import PROGRAMME_ID

    session.do(Amend("programme", [PROGRAMME_ID], {"status_on": date(2015, 3, 2)}))
    return session


def _timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _settle(app: Any, window: Any) -> None:
    for _ in range(5):
        app.processEvents()
    while window.jobs.busy:
        app.processEvents()
        time.sleep(0.005)
    app.processEvents()
