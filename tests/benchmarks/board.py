"""The board's files: our page beside a naive folium loop, our PDF beside a QGIS layout export.

`python -m tests.benchmarks board`. Seconds are of processor (a machine others use makes the
clock's meaningless), `wall_s` is the clock's. A file beside a peer's is written from its figures,
the median of five, its phases' outlines worked out anew each time; the peer once. Imports are
not counted, but for `cold_s`: the command line as a person runs it, from nothing to four files,
all its processes' work; `cold_wall_s` is how long that person waits.
`opens_s` is from the asking for the page to its last table, the best of five in a Chromium with
no network; `opens_cpu_s` what its main thread worked for that.
"""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from psnplanner.board.snapshot import SUFFIXES, Material, Pack, Wanted, pack, render
from psnplanner.history.playback import NEEDED, Playback, Reel
from psnplanner.programme.change import Dated, creation
from psnplanner.programme.state import State
from psnplanner.style import status_colour
from tests.board.sample import true_scale

SYSTEM_PYTHON = "/usr/bin/python3"
CHROMIUM = "/usr/bin/chromium"
AWARD, ON = date(2014, 3, 3), date(2014, 10, 6)
SITES_OF_ONE = 934
TRIES = 5

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
began = time.process_time()
QgsLayoutExporter(layout).exportToPdf(told["out"], QgsLayoutExporter.PdfExportSettings())
print("ANSWER" + json.dumps({"seconds": time.process_time() - began}) + "END")
"""


def run(sites: tuple[int, ...] = (10_000, 100_000)) -> list[dict[str, Any]]:
    """One row for each file and size: seconds and bytes, ours and the peer's."""
    page, paper = sites[0], sites[-1]
    rows = _whole_pack()
    made = _pack(round(page / SITES_OF_ONE))
    row = _row("page", page, ".html", made, _naive)
    rows.append(row | _opened(render(made, ".html")))
    only_map = _pack(round(paper / SITES_OF_ONE), Wanted(sections=("map",)), replayed=False)
    rows.append(_row("map", paper, ".pdf", only_map, _qgis))
    rows.append(_as_at(paper))
    return rows


def _pack(times: int, wanted: Wanted | None = None, *, replayed: bool = True) -> Pack:
    state = true_scale(times=times)
    reel = _replay(state) if replayed else None
    return pack(state, wanted or Wanted(), Material(playback=reel), ON)


def _replay(state: State) -> Playback:
    """The journal such a programme would have: every stage on the day it was done."""
    reel, events = Reel(), []
    for entity in NEEDED:
        for record in state.tables[entity].values():
            on = getattr(record, "actual_on", None) or getattr(record, "waiting_since", None)
            n = len(events) + 1
            events.append(Dated((n, 1, n), on or AWARD, creation(record)))
    reel.take(events)
    return reel.playback(state, ON)


def _whole_pack() -> list[dict[str, Any]]:
    """All four files of the demo: each, together with their figures, and from the command line."""
    for suffix in SUFFIXES:
        render(_small(), suffix)  # what it imports is not what it costs
    state = true_scale()
    reel = _replay(state)
    rows, began, clock = [], time.process_time(), time.perf_counter()
    made = pack(state, Wanted(), Material(playback=reel), ON)
    rows.append(_told("figures", time.process_time() - began, None))
    for suffix in SUFFIXES:
        start = time.process_time()
        content = render(made, suffix)
        rows.append(_told(suffix.removeprefix("."), time.process_time() - start, len(content)))
    whole = {"what": "pack", "form": "all four", "sites": len(state.sites),
             "seconds": round(time.process_time() - began, 2),
             "wall_s": round(time.perf_counter() - clock, 2)}  # fmt: skip
    return [*rows, whole | _cold()]


def _told(form: str, seconds: float, size: int | None) -> dict[str, Any]:
    row: dict[str, Any] = {"what": "pack", "form": form, "sites": SITES_OF_ONE}
    return row | {"seconds": round(seconds, 2)} | ({"bytes": size} if size else {})


def _cold() -> dict[str, Any]:
    """The demo's pack by `psnplanner snapshot`, with and without its forecast."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "PSNPLANNER_HOME": folder, "QT_QPA_PLATFORM": "offscreen"}
        run = [sys.executable, "-m", "psnplanner"]
        file = str(Path(folder) / "demo.gpkg")
        outs = [str(Path(folder) / f"b{suffix}") for suffix in SUFFIXES]
        subprocess.run([*run, "demo", file], env={**environ, "DISPLAY": ""}, check=False,
                       capture_output=True)  # fmt: skip
        took = {}
        for name, option in (("cold_s", "--no-forecast"), ("cold_with_forecast_s", "--forecast")):
            before, start = os.times(), time.perf_counter()
            subprocess.run([*run, "snapshot", file, *outs, option], env=environ, check=True,
                           capture_output=True)  # fmt: skip
            after = os.times()
            took[name.replace("_s", "_wall_s")] = round(time.perf_counter() - start, 2)
            took[name] = round(after.children_user + after.children_system
                               - before.children_user - before.children_system, 2)  # fmt: skip
        return took


def _row(
    what: str, sites: int, suffix: str, made: Pack,
    peer: Callable[[State], dict[str, Any]] | None = None,
) -> dict[str, Any]:  # fmt: skip
    render(_small(), suffix)  # what it imports is not what it costs
    took, clock = [], []
    for _ in range(TRIES):
        fresh = dataclasses.replace(made)  # with nothing worked out yet
        began, start = time.process_time(), time.perf_counter()
        content = render(fresh, suffix)
        took.append(time.process_time() - began)
        clock.append(time.perf_counter() - start)
    seconds = statistics.median(took)
    row: dict[str, Any] = {
        "what": what, "form": suffix, "sites": sites, "seconds": round(seconds, 3),
        "wall_s": round(statistics.median(clock), 2), "bytes": len(content),
    }  # fmt: skip
    found = peer(made.state) if peer else {}
    if "seconds" in found:
        row |= {"peer": found["peer"], "peer_seconds": round(found["seconds"], 2),
                "peer_bytes": found["bytes"], "times_faster": round(found["seconds"] / seconds, 1),
                "part_of_size": round(len(content) / found["bytes"], 2)}  # fmt: skip
    elif found:
        row["peer"] = found["absent"]
    return row


_WHEN_READY = """new MutationObserver(() => {
  if (document.documentElement.dataset.ready && !window.readyAt) window.readyAt = performance.now();
}).observe(document, { attributes: true, subtree: true, childList: true })"""


def _opened(content: bytes, tries: int = 5) -> dict[str, Any]:
    """How long a page takes to open; says so where there is no browser to ask."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return {"opens": "playwright is not installed"}
    if not Path(CHROMIUM).exists():
        return {"opens": "Chromium is not installed"}
    clock, worked = [], []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        file = Path(folder) / "page.html"
        file.write_bytes(content)
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for _ in range(tries):
            context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
            page = context.new_page()
            asked = context.new_cdp_session(page)
            asked.send("Performance.enable", {"timeDomain": "threadTicks"})
            page.add_init_script(_WHEN_READY)
            page.goto(file.as_uri())
            page.wait_for_function("window.readyAt")
            clock.append(page.evaluate("window.readyAt / 1000"))
            told = {m["name"]: m["value"] for m in asked.send("Performance.getMetrics")["metrics"]}
            worked.append(told["TaskDuration"])
            context.close()
        browser.close()
    return {"opens_s": round(min(clock), 2), "opens_cpu_s": round(min(worked), 2)}


def _as_at(changes: int) -> dict[str, Any]:
    """A journal of so many changes folded to a day half way, the best of three."""
    from tests.benchmarks.playback import _programme

    with tempfile.TemporaryDirectory() as folder:
        session = _programme(Path(folder) / "p.gpkg", round(changes / 7))
        count = sum(header.count for header in session.transactions())
        took, clock = [], []
        for _ in range(3):
            began, start = time.process_time(), time.perf_counter()
            session.as_at(ON)
            took.append(time.process_time() - began)
            clock.append(time.perf_counter() - start)
        session.close()
    return {"what": "as at", "form": f"{count:,} changes", "seconds": round(min(took), 2),
            "wall_s": round(min(clock), 2)}  # fmt: skip


def _small() -> Pack:
    return pack(State(), Wanted(), Material(), ON)


def _naive(state: State) -> dict[str, Any]:
    """A folium CircleMarker for each site, as its documentation shows it."""
    import folium

    began = time.process_time()
    drawn = folium.Map(location=(53.3, -2.7), zoom_start=9)
    for site in state.sites.values():
        if site.position is not None:
            folium.CircleMarker(
                (site.position.latitude, site.position.longitude), radius=4, tooltip=site.name,
                color=status_colour(state.statuses[site.id]),
            ).add_to(drawn)  # fmt: skip
    content = drawn.get_root().render()
    return {"peer": "folium CircleMarker loop", "seconds": time.process_time() - began,
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
