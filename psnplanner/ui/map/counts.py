"""How many sites there are where they lie too thick to be told apart: a number on a small plate.

Under the number a bar shows how they stand, in the colours of the map. Cells are anchored to
the map, so that a number does not change while one pans.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, floor, log2

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPen, QPixmap

from psnplanner.ui.look import MapColours
from psnplanner.ui.map.labels import Face, LabelPlacer, blank, face
from psnplanner.ui.map.name import Name
from psnplanner.ui.map.sites_layer import Floats, SitesLayer
from psnplanner.ui.map.view import View

CELL_PX = 96
"""The least side of a cell; twice it is the greatest."""
THICK = 1.1
"""Sites are counted where their sprites side by side would fill so much of the cell."""
LEAST = 25
_FINER = 6
"""A plate stands in the fullest of so many times so many parts of its cell."""


def names(
    sites: SitesLayer,
    view: View,
    colours: MapColours,
    placer: LabelPlacer,
    font: QFont,
    ratio: float,
) -> list[Name]:
    """The plates of a view, the greatest number first, each where it is free."""
    power = cells_across(view)
    size = sites.sprite_px(view, ratio) / ratio
    enough = max(LEAST, THICK * (view.scale / power / size) ** 2)
    small, laid = face(font, -1.5, bold=True), []
    for x, y, tally in _thick_cells(sites, view, power, enough):
        words = f"{sum(tally):,}"
        wide, tall = _size(words, small)
        px, py = view.to_screen(x, y)
        box = QRectF(px - wide / 2, py - tall / 2, wide, tall)
        if placer.take(box.adjusted(-3, -3, 3, 3)):
            plate = _plate(
                words,
                small,
                _shares(tally),
                sites.colours,
                colours.halo.rgba(),
                colours.town.rgba(),
                ratio,
            )
            laid.append(Name(x, y, -wide / 2, -tall / 2, plate, power))
    return laid


def cells_across(view: View) -> float:
    """How many cells go across the world, for their sites to be counted: a power of two."""
    return 2.0 ** floor(log2(view.scale / CELL_PX))


def _thick_cells(
    sites: SitesLayer, view: View, power: float, enough: float
) -> list[tuple[float, float, list[int]]]:
    """Middle of the sites, and how many of each colour, of every cell with enough of them."""
    points = sites.points
    # Whole cells, so that what is just outside the view counts as it does within.
    ends = view.left, view.top, *view.to_world(view.width, view.height)
    left, top = (floor(end * power) / power for end in ends[:2])
    right, bottom = (ceil(end * power) / power for end in ends[2:])
    seen = points.shown & (points.xs >= left) & (points.xs <= right)
    seen &= (points.ys >= top) & (points.ys <= bottom)
    xs, ys, codes = points.xs[seen], points.ys[seen], sites.codes[seen]
    if len(xs) < enough:
        return []
    across, down = np.floor(xs * power).astype(np.int64), np.floor(ys * power).astype(np.int64)
    across, down = across - across.min(), down - down.min()
    cells = down * (across.max() + 1) + across
    counts = np.bincount(cells)
    thick = np.flatnonzero(counts >= enough)
    found = []
    for cell in thick[np.argsort(-counts[thick], kind="stable")]:
        own = cells == cell
        tally = np.bincount(codes[own], minlength=len(sites.colours)).tolist()
        found.append((*_densest(xs[own], ys[own], power * _FINER), tally))
    return found


def _densest(xs: Floats, ys: Floats, power: float) -> tuple[float, float]:
    """The middle of the sites where most are together: between two towns there is nothing."""
    across, down = np.floor(xs * power).astype(np.int64), np.floor(ys * power).astype(np.int64)
    cells = (down - down.min()) * (across.max() - across.min() + 1) + across - across.min()
    most = cells == np.bincount(cells).argmax()
    return float(xs[most].mean()), float(ys[most].mean())


def _shares(tally: list[int]) -> tuple[int, ...]:
    """Sixteenths of the bar for each colour: what is there at all is seen."""
    total = sum(tally)
    return tuple(max(1, round(16 * count / total)) if count else 0 for count in tally)


def _size(words: str, font: Face) -> tuple[float, float]:
    return font.width(words) + 12, font.height + 7


@lru_cache(maxsize=512)
def _plate(
    words: str,
    font: Face,
    shares: tuple[int, ...],
    colours: tuple[str, ...],
    halo: int,
    ink: int,
    ratio: float,
) -> QPixmap:
    wide, tall = _size(words, font)
    pixmap, painter = blank(wide, tall, ratio)
    line, ground = QColor.fromRgba(ink), QColor.fromRgba(halo)
    ground.setAlpha(238)
    box = QRectF(0.5, 0.5, wide - 1, tall - 1)
    edge = QColor(line)
    edge.setAlpha(120)
    painter.setPen(QPen(edge, 0.8))
    painter.setBrush(ground)
    painter.drawRoundedRect(box, 4, 4)
    painter.setFont(font.font)
    painter.setPen(line)
    painter.drawText(box.adjusted(0, -0.5, 0, -3.5), Qt.AlignmentFlag.AlignCenter, words)
    left, step = 5.0, (wide - 10) / sum(shares)
    painter.setPen(Qt.PenStyle.NoPen)
    for share, colour in zip(shares, colours, strict=True):
        painter.setBrush(QColor(colour))
        painter.drawRect(QRectF(left, tall - 5.5, share * step, 2.6))
        left += share * step
    painter.end()
    return pixmap
