"""Our map as the benchmark drives it: the real canvas in its real paint event, without a display.

The points lie in forty towns, of eight statuses and six kinds; the views start with the whole
region and come a little nearer each time.
"""

from __future__ import annotations

from math import cos, pi, sin
from types import SimpleNamespace
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from psnplanner.style import STATUS_ORDER
from psnplanner.ui.map import basemap_layer, ground_lines
from psnplanner.ui.map.canvas import MapCanvas
from psnplanner.ui.map.sites_layer import Points, SitesLayer
from psnplanner.ui.map.sprites import picture
from psnplanner.ui.map.view import HOME_BOX, View, many_to_world
from tests.benchmarks._map_peers import TALL, WIDE, milliseconds

STEPS = 9


def views() -> list[View]:
    """Each a little nearer than the one before, from the whole region on."""
    home = View(0.5, 0.5, 1.0, WIDE, TALL).showing(HOME_BOX, 10)  # type: ignore[arg-type]
    return [home.zoomed(1.03**step, 900, 400) for step in range(STEPS)]


def crowd(size: int) -> Any:
    """So many sites in forty towns."""
    luck = np.random.default_rng(size)
    towns = luck.normal((-2.75, 53.35), (0.25, 0.15), (40, 2))
    places = towns[luck.integers(0, 40, size)] + luck.normal(0, 0.03, (size, 2))
    xs, ys = many_to_world(places[:, 0], places[:, 1])
    codes = luck.integers(0, 8, size).astype(np.int16)
    shapes = luck.integers(0, 6, size).astype(np.int16)
    return SimpleNamespace(places=places, xs=xs, ys=ys, codes=codes, shapes=shapes)


def sprites() -> list[Any]:
    """A picture for each status, for the peer that wants one an item."""
    return [picture("circle", status, 10, 1.0) for status in STATUS_ORDER]


def lasso() -> list[QPointF]:
    """Two hundred vertices round the middle of the map, not quite a circle."""
    turn = [2 * pi * step / 200 for step in range(200)]
    reach = [330 + 60 * sin(7 * a) for a in turn]
    return [
        QPointF(WIDE / 2 + r * cos(a), TALL / 2 + r * sin(a))
        for r, a in zip(reach, turn, strict=True)
    ]


class Ours:
    """One canvas with its crowd; every method but `close` answers in milliseconds."""

    def __init__(self, crowd: Any, away: View) -> None:
        shown = np.ones(len(crowd.xs), bool)
        points = Points(crowd.xs, crowd.ys, crowd.codes, crowd.shapes, crowd.codes, shown)
        self.canvas = MapCanvas()
        self.canvas.resize(WIDE, TALL)
        self.canvas.show()
        self.canvas.roster = SimpleNamespace(  # type: ignore[assignment]
            rows=_Rows(crowd.xs, crowd.ys),
            shown=shown,
            selected=frozenset(),
            selected_places=np.array([], np.intp),
        )
        self.canvas.sites = SitesLayer(points)
        self._away, self._image = away, QPixmap(WIDE, TALL)
        QApplication.processEvents()
        self.first(away.zoomed(1.02, 5, 5))

    @property
    def sprite_px(self) -> int:
        """How large a site is drawn, for the peers to draw it as large."""
        assert self.canvas.sites is not None
        return self.canvas.sites.sprite_px(self._away, 1.0)

    def first(self, view: View) -> float:
        """The first frame at a new view, after another has come to rest."""
        canvas = self.canvas
        canvas.set_view(self._away)
        canvas.settle()
        canvas.repaint()
        QApplication.processEvents()
        assert canvas.sites is not None
        # What the window makes ahead while the map rests, from where it rests.
        while ground_lines.make_ahead(self._away) or canvas.sites.prepare(self._away, 1.0):
            pass
        return self.next(view)

    def next(self, view: View) -> float:
        """A frame at a new view while the map still moves."""

        def show() -> None:
            self.canvas.set_view(view)
            self.canvas.repaint()

        return milliseconds(show)

    def settled(self, view: View) -> float:
        """The same painted to the last name, margin for panning included."""
        return self.first(view) + milliseconds(self.canvas.settle)

    def points(self, view: View) -> float:
        """The sites alone, on a plain colour."""

        def paint() -> None:
            assert self.canvas.sites is not None
            painter = QPainter(self._image)
            painter.fillRect(self._image.rect(), QColor("white"))
            self.canvas.sites.paint(painter, view, 1.0)
            painter.end()

        return milliseconds(paint)

    def ground(self, view: View) -> float:
        """Base map and sites, as a frame in motion draws them; no names, no scale bar."""

        def paint() -> None:
            assert self.canvas.sites is not None
            painter = QPainter(self._image)
            basemap_layer.paint_ground(painter, view, self.canvas.colours, smooth=False)
            self.canvas.sites.paint(painter, view, 1.0)
            painter.end()

        return milliseconds(paint)

    def pan(self) -> float:
        """A step of a drag across the kept map."""

        def step() -> None:
            self.canvas.pan(3, 2)
            self.canvas.repaint()

        return milliseconds(step)

    def hover(self, at: QPointF) -> float:
        """The site under the cursor."""
        return milliseconds(lambda: self.canvas.finder.site_at(at))

    def lasso(self, line: list[QPointF]) -> float:
        """The sites in a lasso."""
        return milliseconds(lambda: self.canvas.finder.sites_within(line))

    def close(self) -> None:
        """Take the window away."""
        self.canvas.close()
        self.canvas.deleteLater()


class _Rows:
    """Rows enough for hovering and labels, without making a hundred thousand of them."""

    def __init__(self, xs: Any, ys: Any) -> None:
        self.xs, self.ys = xs, ys
        self.rows, self.index_of = self, dict[bytes, int]()

    def __len__(self) -> int:
        return len(self.xs)

    def __getitem__(self, place: int) -> Any:
        return SimpleNamespace(id=b"", cells=(f"S{place}", f"Site {place}"))
