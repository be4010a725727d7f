"""Cold start: from the command to the first painted map, and to a programme on it; and memory.

`python -m tests.benchmarks startup`. Each run is a process of its own, with a home of its own,
through the command line's own entrance; byte code is there, as an installed package has it, so
one run more comes first and is not counted. Where Xvfb and QGIS are installed the program QGIS
itself is timed beside ours on one and the same display, each from its command to its first
painted map; PyQGIS's bare canvas, without a window round it, is given for comparison.
`cpu_s` is the processor's time of the process until then, which a busy machine hardly changes.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

RUNS = 5
SITES = 934
SYSTEM_PYTHON = "/usr/bin/python3"

# Runs the real command; says when the canvas was first painted, and when sites first were.
_PROBE = """
import sys, time, atexit
start = float(sys.argv[1])
from pathlib import Path
from psnplanner import __main__ as command
from psnplanner.ui import display
check, said = display.check, {}
def checked(**how):
    check(**how)
    # The first that the window does; from here on Qt is there.
    from psnplanner.ui.map.canvas import MapCanvas
    said["paint"], MapCanvas.paintEvent = MapCanvas.paintEvent, watched
def watched(self, event):
    from PySide6.QtCore import QTimer
    said["paint"](self, event)
    if "map" not in said:
        said["map"], said["cpu"] = time.time() - start, time.process_time()
        said["modules"] = [m for m in ("numpy", "shapely", "sqlite_utils") if m in sys.modules]
    done = self.sites is not None or len(sys.argv) < 3
    if done and "sites" not in said:
        said["sites"] = time.time() - start
        heavy = ",".join(said["modules"]) or "none"
        print("PAINTED", said["map"], said["sites"], said["cpu"], heavy, flush=True)
        QTimer.singleShot(0, self.window().close)
display.check = checked
sys.argv = ["psnplanner", *(["open", sys.argv[2]] if len(sys.argv) > 2 else [])]
command.main()
"""


# An empty Qt window, and the real one with a programme, at the same size: what each holds.
_MEMORY = """
import os, sys, time
from pathlib import Path
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
def held():
    kinds = dict.fromkeys(("Pss", "Private_Dirty"), 0)
    try:
        told = Path("/proc/self/smaps_rollup").read_text()
    except OSError:
        # Where the kernel keeps no sums: what is resident and shared with nobody, for both.
        _, resident, shared, *_ = map(int, Path("/proc/self/statm").read_text().split())
        own = (resident - shared) * os.sysconf("SC_PAGE_SIZE") / 2**20
        return own, own
    for line in told.splitlines():
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


# The program QGIS: runs inside it, says when its map was painted with the points on it.
_QGIS_CODE = """
import os, resource, time
from qgis.utils import iface
def painted(*_):
    used = resource.getrusage(resource.RUSAGE_SELF)
    if iface.mapCanvas().layers():
        began = float(os.environ["BEGUN"])
        said = f"PAINTED {time.time() - began} {used.ru_utime + used.ru_stime}\\n"
        os.write(1, said.encode())
        os._exit(0)
iface.mapCanvas().renderComplete.connect(painted)
if iface.mapCanvas().layers():
    iface.mapCanvas().refresh()
"""


def run() -> list[dict[str, Any]]:
    """Rows for the start page, for a programme of 934 sites and for QGIS, then for memory."""
    from tests.ui.sample import create

    with tempfile.TemporaryDirectory() as folder, _display() as display:
        path = Path(folder) / "sample.gpkg"
        create(path, SITES).close()
        rows = [_row("start page", None, folder, "")]
        rows.append(_row(f"{SITES} sites", path, folder, ""))
        if display:
            rows.append(_row(f"{SITES} sites, under Xvfb", path, folder, display))
            rows.append(_program(rows[-1], folder, display))
        rows.append(_canvas_alone(rows[0]["first_map_s"]))
        return [*rows, _memory(path, folder)]


@contextmanager
def _display() -> Iterator[str]:
    """A display for QGIS and for us; "" where it or QGIS is not installed."""
    if not (shutil.which("Xvfb") and shutil.which("qgis")):
        yield ""
        return
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        number = server.stdout.readline().strip()
        try:
            yield f":{number}" if number else ""
        finally:
            server.terminate()


def _program(ours: dict[str, Any], folder: str, display: str) -> dict[str, Any]:
    """QGIS opening a file of the same number of points, on the same display."""
    points, code = Path(folder) / "points.geojson", Path(folder) / "painted.py"
    code.write_text(_QGIS_CODE, "utf-8")
    shapes = [
        {
            "type": "Feature",
            "properties": {"number": number},
            "geometry": {
                "type": "Point",
                "coordinates": [-3 + number % 31 * 0.03, 53 + number // 31 * 0.02],
            },
        }
        for number in range(SITES)
    ]
    points.write_text(json.dumps({"type": "FeatureCollection", "features": shapes}), "utf-8")
    home = Path(folder) / "home of qgis"
    home.mkdir()
    command = ["qgis", "--nologo", "--noversioncheck", "--code", str(code), str(points)]
    runs = []
    for _ in range(RUNS + 1):
        extra = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "HOME": str(home)}
        said = _said(command, "PAINTED", extra | {"BEGUN": str(time.time())})
        if not said:
            return {"start": "QGIS itself (absent: it painted no map)"}
        runs.append((float(said[0]), float(said[1])))
    map_s, cpu_s = (statistics.median(each) for each in zip(*runs[1:], strict=True))
    return {
        "start": f"QGIS itself, {SITES} points, under Xvfb",
        "first_map_s": round(map_s, 2),
        "cpu_s": round(cpu_s, 2),
        "cpu_s_ours": ours["cpu_s"],
        "times_ours": round(map_s / ours["first_map_s"], 1),
        "cpu_times_ours": round(cpu_s / ours["cpu_s"], 1),
        "wanted_times": 8,
    }


def _canvas_alone(ours_s: float) -> dict[str, Any]:
    """PyQGIS with its map canvas: no toolbars, no plug-ins, so quicker than QGIS itself."""
    times = []
    for _ in range(RUNS):
        said = _said([SYSTEM_PYTHON, "-c", _QGIS, str(time.time()), str(SITES)], "PAINTED", {})
        if not said:
            return {"start": "QGIS map canvas (absent: PyQGIS is not installed)"}
        times.append(float(said[0]))
    median = statistics.median(times)
    return {
        "start": f"PyQGIS map canvas alone, {SITES} points",
        "first_map_s": round(median, 2),
        "times_ours": round(median / ours_s, 1),
    }


def _memory(path: Path, folder: str) -> dict[str, Any]:
    home = {"PSNPLANNER_HOME": str(Path(folder) / "home memory")}
    command = [sys.executable, "-c", _MEMORY]
    empty, full = _held(command, home), _held([*command, str(path)], home)
    if not empty or not full:
        return {"start": "memory (absent: a window did not come to rest in two minutes)"}
    return {
        "start": f"memory, {SITES} sites, 1600 x 1000",
        "empty_window_pss_mb": round(empty[0]),
        "window_pss_mb": round(full[0]),
        "more_mb": round(full[0] - empty[0]),
        "more_private_mb": round(full[1] - empty[1]),
        "wanted_mb": 120,
    }


def _held(command: list[str], extra: dict[str, str]) -> list[float]:
    """The medians of what three processes hold, in MB: shared and own, then own and written."""
    runs = [said for _ in range(3) if (said := _said(command, "HELD", extra, 120))]
    return [statistics.median(map(float, each)) for each in zip(*runs, strict=True)]


def _said(command: list[str], word: str, extra: dict[str, str], limit_s: float = 60) -> list[str]:
    """What a process prints after a word; nothing if it fails to."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"} | extra
    if command[0] != sys.executable:
        # The system's own Python, not the one we run in.
        kept = ((k, v) for k, v in environment.items() if not k.startswith(("PYTHON", "VIRTUAL")))
        environment = dict(kept) | {"PATH": os.defpath}
    try:
        made = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=limit_s
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    lines = (line.split() for line in made.stdout.splitlines())
    return next((parts[1:] for parts in lines if parts[:1] == [word]), [])


def _row(name: str, path: Path | None, folder: str, display: str) -> dict[str, Any]:
    runs = [
        _once(path, Path(folder), f"home {name} {number}", display) for number in range(RUNS + 1)
    ]
    runs = runs[1:]
    return {
        "start": name,
        "first_map_s": round(statistics.median(run[0] for run in runs), 2),
        "sites_on_it_s": round(statistics.median(run[1] for run in runs), 2) if path else None,
        "cpu_s": round(statistics.median(run[2] for run in runs), 2),
        "heavy_modules_before_first_map": runs[0][3],
    }


def _once(
    path: Path | None, folder: Path, home: str, display: str
) -> tuple[float, float, float, str]:
    extra = {"PSNPLANNER_HOME": str(folder / home), "PYTHONPYCACHEPREFIX": str(folder / "bytes")}
    extra |= {"PYTHONDONTWRITEBYTECODE": ""}
    if display:
        extra |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    command = [sys.executable, "-c", _PROBE, str(time.time()), *([str(path)] if path else [])]
    said = _said(command, "PAINTED", extra)
    if not said:
        raise RuntimeError("no map was painted")
    return float(said[0]), float(said[1]), float(said[2]), said[3]
