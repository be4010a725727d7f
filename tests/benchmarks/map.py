"""The map beside QGIS, Leaflet and QGraphicsView: every figure that is asked of it, one table.

`python -m tests.benchmarks map`. Viewport 1600 x 1000, one device pixel a pixel, no display.
A redraw is at a new view, each of nine a little nearer than the last; of each view the best of
some tries counts, for everybody alike, and of the views the median. Ours and QGIS's are timed
turn about, so that both feel what else the machine does. Three readings of a redraw:

*points alone* on a plain colour, as the peers draw them; *base map and points*, for both;
*first frame*: the real canvas in its real paint event after the map had come to rest: base map,
every site, the names there were, scale bar and licence, beside QGIS's base map and points (which
has no names). *Settled* is the same painted to the last name with smooth edges and a margin for
panning, in small steps while the map rests. `--sites 1000` asks for one size alone; the rows of
start-up and memory are those of `python -m tests.benchmarks startup`.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable
from typing import Any

from tests.benchmarks import _map_peers as peers
from tests.benchmarks._map_peers import TALL, TRIES, WIDE

SIZES = (1_000, 10_000, 100_000)
TIMES_QGIS = {1_000: 8, 10_000: 15, 100_000: 10}
"""How many times faster than QGIS a redraw is to be."""
REDRAW_MS = {100_000: 16}
PAN_MS, HOVER_MS, LASSO_MS, MORE_MB, START_TIMES = 2, 0.2, 25, 120, 8
Row = dict[str, Any]


def run(sites: tuple[int, ...] = ()) -> list[Row]:
    """A row a measure and size: ours, the peers', how many times faster, what was wanted."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from psnplanner.ui import look

    app = QApplication.instance() or QApplication([])
    look.apply("light")
    app.processEvents()
    sizes = sites or SIZES
    rows = [row for size in sizes for row in _of(size)]
    return rows if sites else [*rows, *_start_up()]


def _of(size: int) -> list[Row]:
    from tests.benchmarks import _map_ours

    crowd, views = _map_ours.crowd(size), _map_ours.views()
    ours = _map_ours.Ours(crowd, views[0].zoomed(0.9, 5, 5))
    told = {"tries": {size: TRIES[size]}, "sprite_px": {size: ours.sprite_px}}
    qgis = peers.Qgis(told | _mercator(size, crowd, views))
    try:
        rows = _redraws(size, ours, qgis, views)
    finally:
        qgis.close()
    rows[0]["leaflet"] = _number(peers.leaflet(told | _degrees(size, crowd, views)), str(size))
    rows[0]["graphics view"] = _short(
        peers.graphics_view(views, crowd.xs, crowd.ys, crowd.codes, _map_ours.sprites())
    )
    rows += _moves(size, ours, views)
    ours.close()
    return rows


def _redraws(size: int, ours: Any, qgis: Any, views: list[Any]) -> list[Row]:
    kinds: list[tuple[str, Callable[[Any], float], str]] = [
        ("redraw, points alone", ours.points, "points"),
        ("redraw, base map and points", ours.ground, "ground"),
        ("redraw, first frame", ours.first, "ground"),
    ]
    rows = []
    for name, own, theirs in kinds:
        own_ms, qgis_ms = _turn_about(size, own, theirs, qgis, views)
        row = _row(f"{name}, ms", size, own_ms)
        row["qgis"] = qgis.absent or _short(qgis_ms)
        if qgis_ms:
            _want_times(row, qgis_ms / own_ms, TIMES_QGIS.get(size))
        rows.append(row)
        if own == ours.first and size in REDRAW_MS:
            rows.append(_want_most(_row("the same, ms", size, own_ms), REDRAW_MS[size]))
    times = [[ours.settled(view) for view in views] for _ in range(3)]
    return [*rows, _row("redraw, settled, ms", size, _best(times))]


def _turn_about(
    size: int, own: Callable[[Any], float], kind: str, qgis: Any, views: list[Any]
) -> tuple[float, float | None]:
    """Ours through all the views, then QGIS, and again; the medians of each view's best."""
    mine, theirs = [], []
    for _ in range(TRIES[size] + 1):
        mine.append([own(view) for view in views])
        theirs.append(qgis.redraws(size, kind))
    return _best(mine[1:]), _best(theirs[1:]) if all(theirs) else None


def _best(times: list[list[float]]) -> float:
    """The median over the views of the best that each had."""
    return statistics.median(map(min, zip(*times, strict=True)))


def _moves(size: int, ours: Any, views: list[Any]) -> list[Row]:
    from PySide6.QtCore import QPointF

    from tests.benchmarks import _map_ours

    ours.settled(views[0])
    line = _map_ours.lasso()
    ours.hover(QPointF(1, 1))
    ours.lasso(line)
    pans = statistics.median(ours.pan() for _ in range(27))
    hovers = statistics.median(ours.hover(QPointF(400 + 20 * x, 500)) for x in range(36))
    lassos = statistics.median(ours.lasso(line) for _ in range(9))
    return [
        _want_most(_row("pan, ms", size, pans), PAN_MS),
        _want_most(_row("hover, ms", size, hovers), HOVER_MS),
        _want_most(_row("lasso of 200 vertices, ms", size, lassos), LASSO_MS),
    ]


def _start_up() -> list[Row]:
    """Cold start and memory, as the benchmark `startup` measures them."""
    from tests.benchmarks import startup

    rows, measured = [], {row["start"]: row for row in startup.run()}
    for name, found in measured.items():
        if "first_map_s" in found and "times_ours" not in found:
            row = _row(f"{name}: first map, s", "", found["first_map_s"])
            rows.append(row)
        elif "cpu_times_ours" in found:
            # The row before is ours under the same display.
            rows[-1]["qgis"] = found["first_map_s"]
            _want_times(rows[-1], found["times_ours"], START_TIMES)
            cpu = _row("the same, processor's seconds", "", found["cpu_s_ours"])
            cpu["qgis"] = found["cpu_s"]
            _want_times(cpu, found["cpu_times_ours"], START_TIMES)
            rows.append(cpu)
        elif "more_mb" in found:
            rows.append(_want_most(_row(f"{name}, MB more", "", found["more_mb"]), MORE_MB))
        else:  # a peer for comparison, or why there is none
            row = _row(name, "", None)
            row |= {"qgis": found.get("first_map_s", ""), "times qgis": found.get("times_ours", "")}
            rows.append(row)
    return rows


def _row(measure: str, sites: int | str, ours: float | None) -> Row:
    columns = ("sites", "ours", "qgis", "leaflet", "graphics view", "times qgis", "wanted", "met")
    row: Row = {"measure": measure} | dict.fromkeys(columns, "")
    return row | {"sites": sites, "ours": _short(ours)}


def _want_times(row: Row, times: float, wanted: int | None) -> None:
    row["times qgis"] = round(times, 1)
    if wanted:
        row["wanted"] = f"at least {wanted} times"
        row["met"] = "yes" if times >= wanted else "NO"


def _want_most(row: Row, most: float) -> Row:
    return row | {"wanted": f"at most {most}", "met": "yes" if row["ours"] <= most else "NO"}


def _short(value: float | None) -> float | str:
    return "" if value is None else round(value, 2)


def _number(answer: dict[str, Any], key: str) -> float | str:
    """A peer's figure, or why there is none."""
    value = answer.get(key)
    return _short(value) if isinstance(value, float | int) else f"absent: {answer.get('absent')}"


def _mercator(size: int, crowd: Any, views: list[Any]) -> dict[str, Any]:
    """What QGIS is told: the same points, ground and views in metres of EPSG:3857."""
    from psnplanner.geography.basemap import load
    from psnplanner.style import STATUS_ORDER, base_colour, status_colour
    from psnplanner.ui.map.view import to_world

    metres = 2 * 20037508.342789244

    def metric(x: float, y: float) -> tuple[float, float]:
        return (x - 0.5) * metres, (0.5 - y) * metres

    def box(view: Any) -> list[float]:
        left, top = metric(view.left, view.top)
        right, bottom = metric(*view.to_world(view.width, view.height))
        return [left, bottom, right, top]

    def line(points: Any) -> list[tuple[float, float]]:
        return [metric(*to_world(*point)) for point in points]

    base = load()
    xs, ys = metric(crowd.xs, crowd.ys)  # type: ignore[arg-type]
    return {
        "colours": [status_colour(s) for s in STATUS_ORDER],
        "wide": WIDE,
        "tall": TALL,
        "sea": base_colour("sea"),
        "ground": base_colour("land"),
        "land": [line(ring) for ring in base.land],
        "rivers": [line(river) for river in base.rivers],
        "views": [box(view) for view in views],
        "points": {size: [xs.tolist(), ys.tolist(), crowd.codes.tolist()]},  # type: ignore[attr-defined]
    }


def _degrees(size: int, crowd: Any, views: list[Any]) -> dict[str, Any]:
    """What Leaflet is told: the same points and views in degrees."""
    from math import log2

    from psnplanner.style import STATUS_ORDER, status_colour
    from psnplanner.ui.map.view import from_world

    return {
        "colours": [status_colour(s) for s in STATUS_ORDER],
        "views": [[*from_world(v.x, v.y)[::-1], log2(v.scale / 256)] for v in views],
        "points": {
            size: [crowd.places[:, 0].tolist(), crowd.places[:, 1].tolist(), crowd.codes.tolist()]
        },
    }
