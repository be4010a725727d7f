"""Numbers where sites lie too thick to be told apart."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QImage, QPainter

from psnplanner.ui import look
from psnplanner.ui.map import counts
from psnplanner.ui.map.labels import LabelPlacer
from psnplanner.ui.map.names import Carried
from psnplanner.ui.map.sites_layer import Points, SitesLayer
from psnplanner.ui.map.view import View

VIEW = View(0.49, 0.32, 2.0**17, 1000, 800)


def _layer(thick: int = 3000, loose: int = 40, shown: bool = True) -> SitesLayer:
    """A town of so many sites at the middle of the view, and some strewn far and wide."""
    luck = np.random.default_rng(2)
    reach = 30 / VIEW.scale
    xs = np.r_[0.49 + luck.normal(0, reach, thick), 0.49 + (luck.random(loose) - 0.5) / 160]
    ys = np.r_[0.32 + luck.normal(0, reach, thick), 0.32 + (luck.random(loose) - 0.5) / 200]
    total = thick + loose
    codes = (np.arange(total) % 3).astype(np.int16)
    return SitesLayer(
        Points(xs, ys, codes, codes * 0, codes, np.full(total, shown)),
    )


def _cells(layer: SitesLayer, view: View = VIEW) -> dict[tuple[float, float], int]:
    power = 2.0 ** np.floor(np.log2(view.scale / counts.CELL_PX))
    found = counts._thick_cells(layer, view, power, counts.LEAST)
    return {(round(x, 9), round(y, 9)): sum(tally) for x, y, tally in found}


def _names(layer: SitesLayer, view: View = VIEW) -> list[counts.Name]:
    placer = LabelPlacer(QRectF(0, 0, view.width, view.height))
    return counts.names(layer, view, look.map_colours(False), placer, QFont(), 1.0)


def test_a_thick_town_is_counted_and_a_few_sites_are_not(qtbot: object) -> None:
    """Every site of the town once; none of those that can be seen one by one."""
    cells = _cells(_layer(loose=0))
    assert sum(cells.values()) == pytest.approx(3000, abs=40)
    assert _names(_layer())
    assert not _names(_layer(thick=20))
    assert not _names(_layer(shown=False))


def test_from_near_nothing_is_counted(qtbot: object) -> None:
    """Sites that have room speak for themselves."""
    near = View(0.49, 0.32, 2.0**24, 1000, 800)
    assert not _names(_layer(), near)


def test_numbers_stay_while_the_map_is_panned(qtbot: object) -> None:
    """A cell counts whole, also where the view cuts it."""
    layer = _layer()
    here, there = _cells(layer), _cells(layer, VIEW.moved(31, -17))
    assert here == there


def test_a_number_is_carried_only_while_it_holds(qtbot: object) -> None:
    """Zooming a little, the same cells are counted; further, others: the number would be wrong."""
    laid = [name for name in _names(_layer()) if name.cells]
    assert laid
    carried = Carried(laid, 1.0)
    power = counts.cells_across(VIEW)
    for factor in (0.6, 1.01, 1.3, 3.0):
        view = VIEW.zoomed(factor, 500, 400)
        drawn = QImage(view.width, view.height, QImage.Format.Format_RGB32)
        drawn.fill(Qt.GlobalColor.black)
        painter = QPainter(drawn)
        carried.paint(painter, view)
        painter.end()
        blank = QImage(drawn.size(), drawn.format())
        blank.fill(Qt.GlobalColor.black)
        assert (drawn != blank) == (counts.cells_across(view) == power)


def test_plates_lie_clear_of_each_other(qtbot: object) -> None:
    """None over another."""
    boxes = []
    for name in _names(_layer(thick=60_000)):
        x, y = VIEW.to_screen(name.x, name.y)
        size = name.picture.deviceIndependentSize()
        boxes.append(QRectF(x + name.dx, y + name.dy, size.width(), size.height()))
    assert len(boxes) > 1
    assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def test_every_class_there_is_seen_on_the_bar() -> None:
    """One blocked site among a thousand still has its share."""
    shares = counts._shares([990, 0, 9, 1])
    assert shares[1] == 0
    assert shares[3] >= 1
    assert shares[0] > 10
