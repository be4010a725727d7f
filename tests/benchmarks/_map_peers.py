"""The map's peers: QGIS, Leaflet's canvas, QGraphicsView; each says why where it is absent.

Every peer draws the same points at the same views (the same ground under the same 1600 x 1000
pixels), as large as ours and coloured by the same eight statuses, and is timed after a first
redraw of its own. QGIS and Leaflet draw the points alone, on a plain colour; on the *ground* QGIS
has the built-in base map under them as two ordinary layers.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WIDE, TALL = 1600, 1000
TRIES = {1_000: 9, 10_000: 7, 100_000: 3}
"""How often each view is drawn: of a short time one needs more tries to find it undisturbed."""
SYSTEM_PYTHON = "/usr/bin/python3"
Medians = dict[str, float | str]

_QGIS = """
import json, sys, time
from qgis.core import *
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtCore import QVariant
told = json.load(open(sys.argv[1]))
QgsApplication.setPrefixPath("/usr", True)
app = QgsApplication([], False)
app.initQgis()

def points(xs, ys, codes, sprite_px):
    layer = QgsVectorLayer("Point?crs=EPSG:3857&field=status:integer&index=yes", "sites", "memory")
    fields, made = layer.fields(), []
    for x, y, code in zip(xs, ys, codes):
        feature = QgsFeature(fields)
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(x, y)))
        feature.setAttributes([code])
        made.append(feature)
    layer.dataProvider().addFeatures(made)
    layer.updateExtents()
    size = str(sprite_px * 25.4 / 96)
    kinds = []
    for code, colour in enumerate(told["colours"]):
        symbol = QgsMarkerSymbol.createSimple({"name": "circle", "size": size, "color": colour})
        kinds.append(QgsRendererCategory(code, symbol, str(code)))
    layer.setRenderer(QgsCategorizedSymbolRenderer("status", kinds))
    return layer

def shapes(kind, lines, properties):
    layer = QgsVectorLayer(kind + "?crs=EPSG:3857&index=yes", kind, "memory")
    made = []
    for line in lines:
        feature = QgsFeature()
        ring = [QgsPointXY(x, y) for x, y in line]
        polygon = kind == "Polygon"
        shape = QgsGeometry.fromPolygonXY([ring]) if polygon else QgsGeometry.fromPolylineXY(ring)
        feature.setGeometry(shape)
        made.append(feature)
    layer.dataProvider().addFeatures(made)
    symbols = QgsFillSymbol if polygon else QgsLineSymbol
    layer.setRenderer(QgsSingleSymbolRenderer(symbols.createSimple(properties)))
    return layer

def redraw(layers, view):
    settings = QgsMapSettings()
    settings.setOutputSize(QSize(told["wide"], told["tall"]))
    settings.setOutputDpi(96)
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    settings.setBackgroundColor(QColor(told["sea"]))
    settings.setLayers(layers)
    settings.setExtent(QgsRectangle(*view))
    begun = time.perf_counter()
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    return (time.perf_counter() - begun) * 1000, image

land = shapes("Polygon", told["land"], {"color": told["ground"], "outline_color": "#b9c3c6"})
rivers = shapes("LineString", told["rivers"], {"color": "#b4cfdf"})
kept = {}
print("READY", flush=True)
for line in sys.stdin:
    size, kind = line.split()
    if size not in kept:
        kept.clear()
        kept[size] = points(*told["points"][size], told["sprite_px"][size])
    layers = [kept[size], rivers, land] if kind == "ground" else [kept[size]]
    print("TOOK", *[redraw(layers, view)[0] for view in told["views"]], flush=True)
import os
os._exit(0)
"""

_PAGE = """<!doctype html><html><head><style>%(css)s html,body,#m{margin:0;width:%(wide)dpx;
height:%(tall)dpx}</style></head><body><div id=m></div><pre id=out></pre><script>%(js)s</script>
<script>
const told = %(told)s, answer = {};
for (const [size, [lons, lats, codes]] of Object.entries(told.points)) {
  const map = L.map("m", {preferCanvas: true, zoomSnap: 0, attributionControl: false,
                          zoomControl: false, fadeAnimation: false, zoomAnimation: false});
  const canvas = L.canvas({padding: 0});
  map.setView(told.views[0].slice(0, 2), told.views[0][2], {animate: false});
  for (let i = 0; i < lons.length; i++)
    L.circleMarker([lats[i], lons[i]], {renderer: canvas, radius: told.sprite_px[size] / 2,
      weight: 1, color: "#333", fillColor: told.colours[codes[i]], fillOpacity: 1}).addTo(map);
  const redraw = (view) => {
    const start = performance.now();
    map.setView([view[0], view[1]], view[2], {animate: false});
    L.Util.cancelAnimFrame(canvas._redrawRequest);
    canvas._redrawRequest = null;
    canvas._redraw();
    canvas._ctx.getImageData(0, 0, 1, 1);
    return performance.now() - start;
  };
  redraw(told.views[1]);
  const best = told.views.map(() => Infinity);
  for (let i = 0; i < told.tries[size]; i++)
    told.views.forEach((view, place) => best[place] = Math.min(best[place], redraw(view)));
  const times = best.sort((a, b) => a - b);
  answer[size] = times[Math.floor(times.length / 2)];
  map.remove();
}
document.getElementById("out").textContent = "ANSWER" + JSON.stringify(answer) + "END";
</script></body></html>"""


class Qgis:
    """PyQGIS in a process of its own, asked for one round of the views at a time.

    So asked it can be timed turn about with ours: whatever else the machine does, both feel it.
    """

    def __init__(self, told: dict[str, Any]) -> None:
        self.absent = ""
        self._folder = tempfile.TemporaryDirectory()
        given = Path(self._folder.name) / "told.json"
        given.write_text(json.dumps(told))
        self._process: subprocess.Popen[str] | None = None
        if not Path(SYSTEM_PYTHON).exists():
            self.absent = f"absent: no {SYSTEM_PYTHON}"
            return
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, "-c", _QGIS, str(given)],
            env=_plain() | {"QT_QPA_PLATFORM": "offscreen"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        if self._said("READY") is None:
            self.absent = "absent: PyQGIS is not installed"

    def redraws(self, size: int, kind: str) -> list[float]:
        """Milliseconds of a redraw at each view: the "points" alone or on the "ground"."""
        if self.absent or self._process is None or self._process.stdin is None:
            return []
        self._process.stdin.write(f"{size} {kind}\n")
        self._process.stdin.flush()
        return [float(took) for took in self._said("TOOK") or ()]

    def _said(self, word: str) -> list[str] | None:
        assert self._process is not None
        for line in self._process.stdout or ():
            if line.split()[:1] == [word]:
                return line.split()[1:]
        return None

    def close(self) -> None:
        """Let it go."""
        if self._process is not None:
            self._process.communicate("")
        self._folder.cleanup()


def _plain() -> dict[str, str]:
    """The environment without the Python we run in."""
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}


def leaflet(told: dict[str, Any]) -> Medians:
    """Median ms of a `setView` with Leaflet's canvas in headless Chromium, by number of sites."""
    browser = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    found = importlib.util.find_spec("xstatic.pkg.leaflet") if browser else None
    if browser is None or found is None or found.origin is None:
        return {"absent": "no Chromium" if browser is None else "no XStatic-Leaflet"}
    data = Path(found.origin).parent / "data"
    page = _PAGE % {
        "css": next(data.rglob("leaflet.css")).read_text("utf-8"),
        "js": next(data.rglob("leaflet.js")).read_text("utf-8"),
        "told": json.dumps(told),
        "wide": WIDE,
        "tall": TALL,
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.html"
        path.write_text(page, "utf-8")
        how = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--dump-dom"]
        command = [browser, *how, f"--user-data-dir={folder}/profile"]
        return _answer([*command, f"--window-size={WIDE},{TALL}", path.as_uri()])


def _answer(command: list[str]) -> Medians:
    done = subprocess.run(command, env=_plain(), capture_output=True, text=True, timeout=300)
    _, said, rest = done.stdout.partition("ANSWER{")
    if not said:
        return {"absent": (done.stderr.strip().splitlines() or ["it said nothing"])[-1][:80]}
    answer: Medians = json.loads("{" + rest[: rest.index("}") + 1])
    return answer


def graphics_view(views: list[Any], xs: Any, ys: Any, codes: Any, sprites: list[Any]) -> float:
    """Median ms of a repaint of a QGraphicsView with an item a site, at each of the views."""
    from PySide6.QtGui import QPainter, QTransform
    from PySide6.QtWidgets import QApplication, QGraphicsPixmapItem, QGraphicsScene, QGraphicsView

    unit = 2.0**26
    scene = QGraphicsScene()
    for x, y, code in zip(xs.tolist(), ys.tolist(), codes.tolist(), strict=True):
        item = QGraphicsPixmapItem(sprites[code])
        item.setFlag(QGraphicsPixmapItem.GraphicsItemFlag.ItemIgnoresTransformations)
        item.setPos((x - 0.5) * unit, (y - 0.33) * unit)
        scene.addItem(item)
    shown = QGraphicsView(scene)
    shown.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    shown.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
    shown.resize(WIDE, TALL)
    shown.show()

    def look(view: Any) -> None:
        factor = view.scale / unit
        shown.setTransform(QTransform.fromScale(factor, factor))
        shown.centerOn((view.x - 0.5) * unit, (view.y - 0.33) * unit)
        shown.viewport().repaint()

    QApplication.processEvents()
    look(views[0])
    times = [
        [milliseconds(lambda view=view: look(view)) for view in views]
        for _ in range(TRIES[len(xs)])
    ]
    median = statistics.median(map(min, zip(*times, strict=True)))
    shown.close()
    return median


def milliseconds(work: Callable[[], Any]) -> float:
    """How long the work takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
