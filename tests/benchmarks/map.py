"""The map beside QGIS, Leaflet and QGraphicsView: a redraw at a new view, at three sizes.

`python -m tests.benchmarks map`. Viewport 1600 x 1000, one device pixel a pixel, no display;
medians in milliseconds over views a little nearer each time, of each view the best of some
tries, for everybody alike: the machine is shared. Ours is the real canvas in its real paint
event, base map and all: *first* is the first complete frame after the view changes
(ground, every site, the names there were; new names follow when the map rests), *settled* is
the same view painted to the last name, margin for panning included. *sites* is what the peers
are asked for: the points alone on a plain colour. QGIS is asked for both, points alone and
points over our base map, and each is set beside its like.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.benchmarks import _map_peers as peers
from tests.benchmarks._map_peers import TALL, TRIES, WIDE, milliseconds

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 9
WANTED = {1_000: 8, 10_000: 15, 100_000: 10}
"""How many times faster than QGIS a redraw is to be."""


def run() -> list[dict[str, Any]]:
    """A row a size, then rows of memory."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from psnplanner.ui import look

    app = QApplication.instance() or QApplication([])
    look.apply("light")
    crowds = {size: _crowd(size) for size in SIZES}
    views = _views()
    told = _told(crowds, views)
    qgis, leaflet = peers.qgis(told["mercator"]), peers.leaflet(told["degrees"])
    rows = []
    for size, crowd in crowds.items():
        row = _measure(size, crowd, views, app)
        row |= _beside(size, crowd, views, row, qgis, leaflet)
        rows.append({name: _rounded(value) for name, value in row.items()})
    return rows


def _rounded(value: Any) -> Any:
    return round(value, 2) if isinstance(value, float) else value


def _beside(
    size: int, crowd: Any, views: list[Any], ours: Any, qgis: Any, leaflet: Any
) -> dict[str, Any]:
    """The peers' times for this size, and how many times faster ours is."""
    row: dict[str, Any] = {}
    first_ms, sites_ms = ours["first_ms"], ours["sites_ms"]
    for name, answer, key in (
        ("qgis", qgis, str(size)),
        ("qgis_ground", qgis, f"{size} ground"),
        ("leaflet", leaflet, str(size)),
    ):
        row[f"{name}_ms"] = answer.get(key, answer.get("absent"))
    sprites = _sprites()
    row["graphics_view_ms"] = peers.graphics_view(views, crowd.xs, crowd.ys, crowd.codes, sprites)
    for name, own_ms in (
        ("qgis", sites_ms),
        ("qgis_ground", first_ms),
        ("leaflet", sites_ms),
        ("graphics_view", sites_ms),
    ):
        ms = row[f"{name}_ms"]
        row[f"x_{name}"] = round(ms / own_ms, 1) if isinstance(ms, float) else ""
    # The strictest reading: our whole first frame, ground and names too, beside QGIS's points.
    ms = row["qgis_ms"]
    row["x_qgis_all_to_points"] = round(ms / first_ms, 1) if isinstance(ms, float) else ""
    row["x_qgis_wanted"] = WANTED[size]
    return row


def _measure(size: int, crowd: Any, views: list[Any], app: Any) -> dict[str, Any]:
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QColor, QPainter, QPixmap

    from psnplanner.ui.map import ground_lines

    canvas = _canvas(crowd)
    app.processEvents()
    view = canvas.view

    away = views[0].zoomed(0.9, 5, 5)

    def frame(other: Any) -> float:
        """The first frame at a new view, after another has come to rest."""
        canvas.set_view(away)
        canvas.settle()
        canvas.repaint()
        app.processEvents()
        # What the window makes ahead while the map rests, from where it rests.
        while ground_lines.make_ahead(away) or canvas.sites.prepare(away, 1.0):
            pass

        def show() -> None:
            canvas.set_view(other)
            canvas.repaint()

        return milliseconds(show)

    def settled(other: Any) -> float:
        return frame(other) + milliseconds(canvas.settle)

    def pan() -> None:
        canvas.pan(3, 2)
        canvas.repaint()

    def sites(other: Any) -> float:
        """The sites alone, on a plain colour."""
        frame(other)

        def paint() -> None:
            painter = QPainter(image)
            painter.fillRect(image.rect(), QColor("white"))
            canvas.sites.paint(painter, other, 1.0)
            painter.end()

        return milliseconds(paint)

    image = QPixmap(WIDE, TALL)
    frame(views[0].zoomed(1.01, 5, 5))
    row: dict[str, Any] = {"sites": size}
    tries = TRIES.get(size, 3)
    row["first_ms"] = _over(views, frame, tries)
    row["sites_ms"] = _over(views, sites, tries)
    row["settled_ms"] = _over(views, settled, 3)
    frame(view)
    canvas.settle()
    row["pan_ms"] = statistics.median(milliseconds(pan) for _ in range(ROUNDS * 3))
    canvas.site_at(QPointF(1, 1))
    spots = [QPointF(400 + 20 * step, 500) for step in range(ROUNDS * 4)]
    row["hover_ms"] = statistics.median(
        milliseconds(lambda at=at: canvas.site_at(at)) for at in spots
    )
    lasso = _lasso()
    row["lasso_ms"] = statistics.median(
        milliseconds(lambda: canvas.sites_within(lasso)) for _ in range(ROUNDS)
    )
    canvas.close()
    canvas.deleteLater()
    return row


def _over(views: list[Any], work: Callable[[Any], float], tries: int) -> float:
    """The median over the views of the best of so many times of each."""
    return statistics.median(min(work(view) for _ in range(tries)) for view in views)


def _lasso() -> list[Any]:
    """Two hundred vertices round the middle of the map, not quite a circle."""
    from math import cos, pi, sin

    from PySide6.QtCore import QPointF

    turn = [2 * pi * step / 200 for step in range(200)]
    reach = [330 + 60 * sin(7 * a) for a in turn]
    return [
        QPointF(WIDE / 2 + r * cos(a), TALL / 2 + r * sin(a))
        for r, a in zip(reach, turn, strict=True)
    ]


def _sprites() -> list[Any]:
    from psnplanner.style import STATUS_ORDER
    from psnplanner.ui.map.sprites import picture

    return [picture("circle", status, 10, 1.0) for status in STATUS_ORDER]


def _views() -> list[Any]:
    """Each a little nearer than the one before, from the whole region on."""
    from psnplanner.ui.map.view import HOME_BOX, View

    home = View(0.5, 0.5, 1.0, WIDE, TALL).showing(HOME_BOX, 10)  # type: ignore[arg-type]
    return [home.zoomed(1.03**step, 900, 400) for step in range(ROUNDS)]


def _crowd(size: int) -> Any:
    """So many sites in forty towns."""
    import numpy as np

    from psnplanner.ui.map.view import many_to_world

    luck = np.random.default_rng(size)
    towns = luck.normal((-2.75, 53.35), (0.25, 0.15), (40, 2))
    places = towns[luck.integers(0, 40, size)] + luck.normal(0, 0.03, (size, 2))
    xs, ys = many_to_world(places[:, 0], places[:, 1])
    codes = luck.integers(0, 8, size).astype(np.int16)
    shapes = luck.integers(0, 6, size).astype(np.int16)
    return SimpleNamespace(places=places, xs=xs, ys=ys, codes=codes, shapes=shapes)


def _told(crowds: dict[int, Any], views: list[Any]) -> dict[str, Any]:
    """What the peers are told: the same points and views in their own coordinates."""
    from math import log2

    from psnplanner.geography.basemap import load
    from psnplanner.style import STATUS_ORDER, base_colour, status_colour
    from psnplanner.ui.map.view import from_world, to_world

    metres = 2 * 20037508.342789244

    def metric(x: float, y: float) -> tuple[float, float]:
        return (x - 0.5) * metres, (0.5 - y) * metres

    def box(view: Any) -> list[float]:
        left, top = metric(view.left, view.top)
        right, bottom = metric(*view.to_world(view.width, view.height))
        return [left, bottom, right, top]

    def line(points: Any) -> list[tuple[float, float]]:
        return [metric(*to_world(*point)) for point in points]

    base, given = load(), {}
    shared = {"sprite_px": 9, "tries": TRIES}
    shared["colours"] = [status_colour(s) for s in STATUS_ORDER]
    given["mercator"] = shared | {
        "wide": WIDE,
        "tall": TALL,
        "sea": base_colour("sea"),
        "ground": base_colour("land"),
        "land": [line(ring) for ring in base.land],
        "rivers": [line(river) for river in base.rivers],
        "views": [box(view) for view in views],
        "points": {
            size: [
                ((c.xs - 0.5) * metres).tolist(),
                ((0.5 - c.ys) * metres).tolist(),
                c.codes.tolist(),
            ]
            for size, c in crowds.items()
        },
    }
    given["degrees"] = shared | {
        "views": [[*from_world(v.x, v.y)[::-1], log2(v.scale / 256)] for v in views],
        "points": {
            size: [c.places[:, 0].tolist(), c.places[:, 1].tolist(), c.codes.tolist()]
            for size, c in crowds.items()
        },
    }
    return given


def _canvas(crowd: Any) -> Any:
    import numpy as np

    from psnplanner.ui.map.canvas import MapCanvas
    from psnplanner.ui.map.sites_layer import Points, SitesLayer

    size = len(crowd.xs)
    shown = np.ones(size, bool)
    points = Points(crowd.xs, crowd.ys, crowd.codes, crowd.shapes, crowd.codes, shown)
    canvas = MapCanvas()
    canvas.resize(WIDE, TALL)
    canvas.show()
    rows = _Rows(size, crowd.xs, crowd.ys)
    canvas.roster = SimpleNamespace(  # type: ignore[assignment]
        rows=rows, shown=shown, selected=frozenset(), selected_places=np.array([], np.intp)
    )
    canvas.sites = SitesLayer(points)
    return canvas


class _Rows:
    """Rows enough for hovering and labels, without making a hundred thousand of them."""

    def __init__(self, count: int, xs: Any, ys: Any) -> None:
        self._count, self.xs, self.ys = count, xs, ys
        self.rows, self.index_of = self, dict[bytes, int]()

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: int) -> Any:
        return SimpleNamespace(id=b"", cells=(f"S{place}", f"Site {place}"))
