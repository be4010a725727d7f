"""The map's peers: QGIS, Leaflet's canvas, QGraphicsView; each says why where it is absent.

Every peer draws the same points at the same views (the same ground under the same 1600 x 1000
pixels), coloured by the same eight statuses, and is timed after a first redraw of its own.
QGIS and Leaflet draw the points alone, on white; `qgis_ground` adds the built-in base map as
two ordinary layers.
"""

from __future__ import annotations

import importlib.util
import json
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
import json, statistics, sys, time
start = time.time()
from qgis.core import *
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtCore import QVariant
told = json.load(open(sys.argv[1]))
QgsApplication.setPrefixPath("/usr", True)
app = QgsApplication([], False)
app.initQgis()

def points(xs, ys, codes):
    layer = QgsVectorLayer("Point?crs=EPSG:3857&field=status:integer&index=yes", "sites", "memory")
    fields, made = layer.fields(), []
    for x, y, code in zip(xs, ys, codes):
        feature = QgsFeature(fields)
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(x, y)))
        feature.setAttributes([code])
        made.append(feature)
    layer.dataProvider().addFeatures(made)
    layer.updateExtents()
    size = str(told["sprite_px"] * 25.4 / 96)
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

def median(layers, size):
    redraw(layers, told["views"][0])
    best = lambda view: min(redraw(layers, view)[0] for _ in range(told["tries"][size]))
    return statistics.median(map(best, told["views"]))

land = shapes("Polygon", told["land"], {"color": told["ground"], "outline_color": "#b9c3c6"})
rivers = shapes("LineString", told["rivers"], {"color": "#b4cfdf"})
answer = {"start_s": time.time() - start}
redraw([land], told["views"][0])
answer["first_map_s"] = time.time() - start
for size, (xs, ys, codes) in told["points"].items():
    sites = points(xs, ys, codes)
    answer[size] = median([sites], size)
    answer[size + " ground"] = median([sites, rivers, land], size)
    if len(sys.argv) > 2:
        redraw([sites, rivers, land], told["views"][0])[1].save(sys.argv[2] % size)
print("ANSWER" + json.dumps(answer))
sys.stdout.flush()
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
    L.circleMarker([lats[i], lons[i]], {renderer: canvas, radius: told.sprite_px / 2, weight: 1,
      color: "#333", fillColor: told.colours[codes[i]], fillOpacity: 1}).addTo(map);
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
  const best = (view) => Math.min(...Array.from({length: told.tries[size]}, () => redraw(view)));
  const times = told.views.map(best).sort((a, b) => a - b);
  answer[size] = times[Math.floor(times.length / 2)];
  map.remove();
}
document.getElementById("out").textContent = "ANSWER" + JSON.stringify(answer) + "END";
</script></body></html>"""


def qgis(told: dict[str, Any], picture: str = "") -> Medians:
    """Median ms of a redraw by number of sites, as "1000" and "1000 ground", and cold start."""
    if not Path(SYSTEM_PYTHON).exists():
        return {"absent": f"no {SYSTEM_PYTHON}"}
    probe = subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core"], capture_output=True)
    if probe.returncode:
        return {"absent": "PyQGIS is not installed"}
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "told.json"
        given.write_text(json.dumps(told))
        command = [SYSTEM_PYTHON, "-c", _QGIS, str(given), *([picture] if picture else [])]
        return _answer(command, {"QT_QPA_PLATFORM": "offscreen"})


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
        return _answer([*command, f"--window-size={WIDE},{TALL}", path.as_uri()], {})


def _answer(command: list[str], extra: dict[str, str]) -> Medians:
    import os

    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        command, env=environment | extra, capture_output=True, text=True, timeout=300
    )
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
    tries = range(TRIES.get(len(xs), 3))
    median = statistics.median(
        min(milliseconds(lambda view=view: look(view)) for _ in tries) for view in views
    )
    shown.close()
    return median


def milliseconds(work: Callable[[], Any]) -> float:
    """How long the work takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000
