"""Cold start: from the command to the first painted map, and to a programme on it; and memory.

`python -m tests.benchmarks startup`. Each run is a process of its own, with a home of its own.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RUNS = 5
SITES = 934
SYSTEM_PYTHON = "/usr/bin/python3"

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


# An empty Qt window, and the real one with a programme, at the same size: what each holds.
_MEMORY = """
import sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
def held():
    kinds = dict.fromkeys(("Pss", "Private_Dirty"), 0)
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name in kinds:
            kinds[name] = int(rest.split()[0]) / 1024
    return kinds["Pss"], kinds["Private_Dirty"]
def rest(seconds):
    until = time.time() + seconds
    while time.time() < until:
        app.processEvents()
        time.sleep(0.01)
if len(sys.argv) < 2:
    window = QMainWindow()
    window.resize(1600, 1000)
    window.show()
    rest(0.5)
else:
    from psnplanner.session import Session
    from psnplanner.ui import look
    from psnplanner.ui.main_window import MainWindow
    look.apply("light")
    window = MainWindow()
    window.resize(1600, 1000)
    window.show()
    session = Session.open(Path(sys.argv[1]))
    window.adopt(session)
    rest(1)
    while window.jobs.busy:
        rest(0.2)
    window.pane.canvas.settle()
    rest(1)
print("HELD", *held(), flush=True)
import os
os._exit(0)
"""

# QGIS's own canvas with the same points, from the command to its first painted map.
_QGIS = """
import sys, time, os
start = float(sys.argv[1])
from qgis.core import *
from qgis.gui import QgsMapCanvas
app = QgsApplication([], True)
QgsApplication.setPrefixPath("/usr", True)
app.initQgis()
layer = QgsVectorLayer("Point?crs=EPSG:3857", "sites", "memory")
made = []
for number in range(int(sys.argv[2])):
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(number % 31 * 900, number // 31 * 900)))
    made.append(feature)
layer.dataProvider().addFeatures(made)
layer.updateExtents()
canvas = QgsMapCanvas()
canvas.resize(1600, 1000)
canvas.setLayers([layer])
canvas.setExtent(layer.extent())
def painted(_painter):
    print("PAINTED", time.time() - start, flush=True)
    os._exit(0)
canvas.renderComplete.connect(painted)
canvas.show()
app.exec_()
"""


def run() -> list[dict[str, Any]]:
    """Rows for the start page, for a programme of 934 sites and for QGIS, then for memory."""
    from tests.ui.sample import create

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.gpkg"
        create(path, SITES).close()
        rows = [_row("start page", None, folder), _row(f"{SITES} sites", path, folder)]
        rows.append(_qgis(rows[0]["first_map_s"]))
        return [*rows, _memory(path, folder)]


def _qgis(ours_s: float) -> dict[str, Any]:
    """PyQGIS with its map canvas: no toolbars, no plug-ins, so quicker than QGIS itself."""
    times = []
    for _ in range(RUNS):
        said = _said([SYSTEM_PYTHON, "-c", _QGIS, str(time.time()), str(SITES)], "PAINTED", {})
        if not said:
            return {"start": "QGIS map canvas (absent: PyQGIS is not installed)"}
        times.append(float(said[0]))
    median = statistics.median(times)
    return {
        "start": f"QGIS map canvas alone, {SITES} points",
        "first_map_s": round(median, 2),
        "times_ours": round(median / ours_s, 1),
    }


def _memory(path: Path, folder: str) -> dict[str, Any]:
    home = {"PSNPLANNER_HOME": str(Path(folder) / "home memory")}
    command = [sys.executable, "-c", _MEMORY]
    empty = [float(mb) for mb in _said(command, "HELD", home)]
    full = [float(mb) for mb in _said([*command, str(path)], "HELD", home)]
    if not empty or not full:
        return {"start": "memory (absent: no /proc/self/smaps_rollup)"}
    return {
        "start": f"memory, {SITES} sites, 1600 x 1000",
        "empty_window_pss_mb": round(empty[0]),
        "window_pss_mb": round(full[0]),
        "more_mb": round(full[0] - empty[0]),
        "more_private_mb": round(full[1] - empty[1]),
        "wanted_mb": 120,
    }


def _said(command: list[str], word: str, extra: dict[str, str]) -> list[str]:
    """What a process prints after a word; nothing if it fails to."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"} | extra
    if command[0] == SYSTEM_PYTHON:
        environment = {k: v for k, v in environment.items() if not k.startswith("PYTHON")}
    try:
        made = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    except OSError:
        return []
    lines = (line.split() for line in made.stdout.splitlines())
    return next((parts[1:] for parts in lines if parts[:1] == [word]), [])


def _row(name: str, path: Path | None, folder: str) -> dict[str, Any]:
    runs = [_once(path, Path(folder) / f"home {name} {number}") for number in range(RUNS)]
    return {
        "start": name,
        "first_map_s": round(statistics.median(run[0] for run in runs), 2),
        "sites_on_it_s": round(statistics.median(run[1] for run in runs), 2) if path else None,
        "heavy_modules_before_first_map": runs[0][2],
    }


def _once(path: Path | None, home: Path) -> tuple[float, float, str]:
    environment = os.environ | {"PSNPLANNER_HOME": str(home)}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    command = [sys.executable, "-c", _PROBE, str(time.time()), *([str(path)] if path else [])]
    made = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    for line in made.stdout.splitlines():
        parts = line.split()
        if len(parts) == 3:
            return float(parts[0]), float(parts[1]), parts[2]
    raise RuntimeError(f"no map was painted: {made.stderr}")
