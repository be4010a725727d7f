"""The map: painting it anew, panning, hovering and choosing, at three sizes.

`python -m tests.benchmarks map`. Viewport 1600 x 1000, one device pixel a pixel, no display.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

SIZES = (1_000, 10_000, 100_000)
ROUNDS = 9


def run() -> list[dict[str, Any]]:
    """A row a size; times are medians in milliseconds."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication([])
    return [_measure(size, app) for size in SIZES]


def _measure(size: int, app: Any) -> dict[str, Any]:
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QPainter, QPixmap

    canvas = _canvas(size)
    app.processEvents()
    sites, view = canvas.sites, canvas.view
    target = QPixmap(view.width, view.height)

    def sprites() -> None:
        painter = QPainter(target)
        sites.paint(painter, canvas.view, 1.0)
        painter.end()

    def whole() -> None:
        canvas._ground = canvas._picture = None
        canvas.render_picture()

    def zoomed(paint: Callable[[], None]) -> float:
        """Each round at a view of its own; the levels of detail are built ahead."""
        views = [view.zoomed(1.07**step, 900, 400) for step in range(ROUNDS)]
        for other in views:
            sites.detail.at(other.scale)
        times = []
        for other in views:
            canvas.view = other
            times.append(_ms(paint))
        canvas.view = view
        return statistics.median(times)

    def pan() -> None:
        canvas.pan(3, 2)
        canvas.repaint()

    row = {"sites": size, "sprites_ms": zoomed(sprites), "whole_map_ms": zoomed(whole)}
    app.processEvents()
    row["pan_ms"] = statistics.median(_ms(pan) for _ in range(ROUNDS))
    canvas.site_at(QPointF(1, 1))
    row["hover_ms"] = statistics.median(
        _ms(lambda x=x: canvas.site_at(QPointF(400 + 80 * x, 500))) for x in range(ROUNDS)
    )
    row["detail_level_ms"] = _ms(lambda: sites.detail._thin(view.scale * 2))
    return {name: round(value, 2) for name, value in row.items()}


def _ms(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def _canvas(size: int) -> Any:
    import numpy as np

    from psnplanner.ui.map.canvas import MapCanvas
    from psnplanner.ui.map.sites_layer import Points, SitesLayer
    from psnplanner.ui.map.view import many_to_world

    luck = np.random.default_rng(size)
    towns = luck.normal((-2.75, 53.35), (0.25, 0.15), (40, 2))
    places = towns[luck.integers(0, 40, size)] + luck.normal(0, 0.03, (size, 2))
    xs, ys = many_to_world(places[:, 0], places[:, 1])
    codes = luck.integers(0, 8, size).astype(np.int16)
    shapes = luck.integers(0, 6, size).astype(np.int16)
    points = Points(xs, ys, codes, shapes, codes, np.ones(size, bool))
    canvas = MapCanvas()
    canvas.resize(1600, 1000)
    canvas.show()
    rows = _Rows(size, xs, ys)
    canvas.roster = SimpleNamespace(  # type: ignore[assignment]
        rows=rows, shown=points.shown, selected=frozenset(), selected_places=np.array([], np.intp)
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
