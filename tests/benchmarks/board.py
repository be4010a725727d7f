"""The board's files: our page beside a naive folium loop, our PDF beside a QGIS layout export."""

from __future__ import annotations

import csv
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from psnplanner.board.snapshot import Material, Pack, Wanted, pack, render
from psnplanner.programme.state import State
from psnplanner.style import status_colour
from tests.board.sample import true_scale

SYSTEM_PYTHON = "/usr/bin/python3"
ON = date(2014, 10, 6)
SITES_OF_ONE = 934

_QGIS = """
import csv, json, sys, time
from qgis.core import *
app = QgsApplication([], False); app.initQgis()
told = json.load(open(sys.argv[1]))
layer = QgsVectorLayer("file:///" + told["csv"] + "?type=csv&xField=x&yField=y&crs=EPSG:4326",
                       "sites", "delimitedtext")
shape = lambda colour: QgsMarkerSymbol.createSimple({"color": colour, "size": "1.2"})
layer.setRenderer(QgsCategorizedSymbolRenderer("status", [
    QgsRendererCategory(name, shape(colour), name) for name, colour in told["colours"].items()]))
project = QgsProject.instance(); project.addMapLayer(layer)
layout = QgsPrintLayout(project); layout.initializeDefaults()
item = QgsLayoutItemMap(layout); item.attemptSetSceneRect(__import__(
    "qgis.PyQt.QtCore", fromlist=["QRectF"]).QRectF(5, 5, 285, 200))
layout.addLayoutItem(item); item.zoomToExtent(layer.extent())
began = time.perf_counter()
QgsLayoutExporter(layout).exportToPdf(told["out"], QgsLayoutExporter.PdfExportSettings())
print("ANSWER" + json.dumps({"seconds": time.perf_counter() - began}) + "END")
"""


def run(sites: tuple[int, ...] = (10_000, 100_000)) -> list[dict[str, Any]]:
    """One row for each file and size: seconds and bytes, ours and the peer's."""
    page, paper = sites[0], sites[-1]
    rows = [_row("pack", SITES_OF_ONE, suffix, _pack(1)) for suffix in
            (".html", ".pdf", ".png", ".svg")]  # fmt: skip
    rows.append(_row("page", page, ".html", _pack(round(page / SITES_OF_ONE)), _naive))
    only_map = _pack(round(paper / SITES_OF_ONE), Wanted(sections=("map",)))
    rows.append(_row("map", paper, ".pdf", only_map, _qgis))
    return rows


def _pack(times: int, wanted: Wanted | None = None) -> Pack:
    return pack(true_scale(times=times), wanted or Wanted(), Material(), ON)


def _row(
    what: str, sites: int, suffix: str, made: Pack,
    peer: Callable[[State], dict[str, Any]] | None = None,
) -> dict[str, Any]:  # fmt: skip
    render(_small(), suffix)  # what it imports is not what it costs
    began = time.perf_counter()
    content = render(made, suffix)
    seconds = time.perf_counter() - began
    row: dict[str, Any] = {
        "what": what, "form": suffix, "sites": sites, "seconds": round(seconds, 3),
        "bytes": len(content),
    }  # fmt: skip
    found = peer(made.state) if peer else {}
    if "seconds" in found:
        row |= {"peer": found["peer"], "peer_seconds": round(found["seconds"], 2),
                "peer_bytes": found["bytes"], "times_faster": round(found["seconds"] / seconds, 1),
                "part_of_size": round(len(content) / found["bytes"], 2)}  # fmt: skip
    elif found:
        row["peer"] = found["absent"]
    return row


def _small() -> Pack:
    return pack(State(), Wanted(), Material(), ON)


def _naive(state: State) -> dict[str, Any]:
    """A folium CircleMarker for each site, as its documentation shows it."""
    import folium

    began = time.perf_counter()
    drawn = folium.Map(location=(53.3, -2.7), zoom_start=9)
    for site in state.sites.values():
        if site.position is not None:
            folium.CircleMarker(
                (site.position.latitude, site.position.longitude), radius=4, tooltip=site.name,
                color=status_colour(state.statuses[site.id]),
            ).add_to(drawn)  # fmt: skip
    content = drawn.get_root().render()
    return {"peer": "folium CircleMarker loop", "seconds": time.perf_counter() - began,
            "bytes": len(content.encode())}  # fmt: skip


def _qgis(state: State) -> dict[str, Any]:
    probe = (
        Path(SYSTEM_PYTHON).exists()
        and not subprocess.run(
            [SYSTEM_PYTHON, "-c", "import qgis.core"], capture_output=True
        ).returncode
    )
    if not probe:
        return {"absent": "PyQGIS is not installed"}
    with tempfile.TemporaryDirectory() as folder:
        table, out, told = (Path(folder) / name for name in ("s.csv", "q.pdf", "told.json"))
        with table.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("x", "y", "status"))
            for site in state.sites.values():
                if site.position is not None:
                    at = site.position
                    rows.writerow((at.longitude, at.latitude, state.statuses[site.id]))
        colours = {
            status: status_colour(status) for status in dict.fromkeys(state.statuses.values())
        }
        told.write_text(json.dumps({"csv": str(table), "out": str(out), "colours": colours}))
        done = subprocess.run(
            [SYSTEM_PYTHON, "-c", _QGIS, str(told)], capture_output=True, text=True, timeout=300,
            env={"QT_QPA_PLATFORM": "offscreen", "HOME": folder, "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        _, said, rest = done.stdout.partition("ANSWER")
        if not said or not out.exists():
            return {"absent": "QGIS wrote nothing"}
        seconds = json.loads(rest[: rest.index("END")])["seconds"]
        return {"peer": "QGIS layout export", "seconds": seconds, "bytes": out.stat().st_size}
