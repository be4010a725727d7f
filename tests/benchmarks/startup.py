"""Cold start: from the command to the first painted map, and to a programme on it.

`python -m tests.benchmarks startup`. Each run is a process of its own, with a home of its own.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

RUNS = 5
SITES = 934

# Runs the real `run`; says when the canvas was first painted, and when sites first were.
_PROBE = """
import sys, time, atexit
start = float(sys.argv[1])
from pathlib import Path
from psnplanner.ui import app, display
display.check(visible=False)
from PySide6.QtCore import QTimer
from psnplanner.ui.map.canvas import MapCanvas
paint, said = MapCanvas.paintEvent, {}
def watched(self, event):
    paint(self, event)
    if "map" not in said:
        said["map"] = time.time() - start
        said["modules"] = [m for m in ("numpy", "shapely", "sqlite_utils") if m in sys.modules]
    done = self.sites is not None or len(sys.argv) < 3
    if done and "sites" not in said:
        said["sites"] = time.time() - start
        print(said["map"], said["sites"], ",".join(said["modules"]) or "none", flush=True)
        QTimer.singleShot(0, self.window().close)
MapCanvas.paintEvent = watched
sys.exit(app.run(Path(sys.argv[2]) if len(sys.argv) > 2 else None))
"""


def run() -> list[dict[str, Any]]:
    """A row for the start page and one for a programme of 934 sites; medians in seconds."""
    from tests.ui.sample import create

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.gpkg"
        create(path, SITES).close()
        return [_row("start page", None, folder), _row(f"{SITES} sites", path, folder)]


def _row(name: str, path: Path | None, folder: str) -> dict[str, Any]:
    runs = [_once(path, Path(folder) / f"home {name} {number}") for number in range(RUNS)]
    return {
        "start": name,
        "first_map_s": round(statistics.median(run[0] for run in runs), 2),
        "sites_on_it_s": round(statistics.median(run[1] for run in runs), 2) if path else None,
        "heavy_modules_before_first_map": runs[0][2],
    }


def _once(path: Path | None, home: Path) -> tuple[float, float, str]:
    import time

    environment = os.environ | {"PSNPLANNER_HOME": str(home)}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    command = [sys.executable, "-c", _PROBE, str(time.time()), *([str(path)] if path else [])]
    made = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    for line in made.stdout.splitlines():
        parts = line.split()
        if len(parts) == 3:
            return float(parts[0]), float(parts[1]), parts[2]
    raise RuntimeError(f"no map was painted: {made.stderr}")
