"""The squares that ready-made maps come in: which of them a view needs. Qt-free.

Source: the "slippy map" scheme of OpenStreetMap: at zoom z the Web Mercator square is cut into
2^z by 2^z tiles of 256 pixels, x eastwards and y southwards from the north-west corner.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, log2
from typing import NamedTuple

from psnplanner.ui.map.view import View

TILE_PX = 256


class Tile(NamedTuple):
    """One square of a ready-made map."""

    zoom: int
    x: int
    y: int

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom on the unit square."""
        side = 1.0 / 2**self.zoom
        return self.x * side, self.y * side, (self.x + 1) * side, (self.y + 1) * side

    def ancestor(self, levels: int) -> Tile:
        """The tile that holds this one, so many levels further out."""
        return Tile(self.zoom - levels, self.x >> levels, self.y >> levels)

    @property
    def children(self) -> list[Tile]:
        """The four tiles one level nearer."""
        x, y = self.x * 2, self.y * 2
        return [Tile(self.zoom + 1, x + i, y + j) for j in (0, 1) for i in (0, 1)]


def zoom_for(scale: float, lowest: int, highest: int) -> int:
    """The level whose tiles are shown nearest to their own size at so many pixels a unit."""
    return max(lowest, min(highest, round(log2(scale / TILE_PX))))


def tiles_in(view: View, zoom: int) -> Iterator[Tile]:
    """The tiles of a level that a view shows any of, row by row."""
    count = 2**zoom
    first_x, last_x = _span(view.left, view.width / view.scale, count)
    first_y, last_y = _span(view.top, view.height / view.scale, count)
    for y in range(first_y, last_y + 1):
        for x in range(first_x, last_x + 1):
            yield Tile(zoom, x, y)


def _span(start: float, length: float, count: int) -> tuple[int, int]:
    # A tile that only touches the edge shows nothing: the end is taken a hair earlier.
    first, last = floor(start * count), floor((start + length) * count - 1e-9)
    return max(0, first), min(count - 1, last)


def middle_first(tiles: Iterator[Tile], view: View) -> list[Tile]:
    """Tiles in the order a person wants them: from the middle of the view outwards."""

    def distance(tile: Tile) -> float:
        left, top, right, bottom = tile.box
        return ((left + right) / 2 - view.x) ** 2 + ((top + bottom) / 2 - view.y) ** 2

    return sorted(tiles, key=distance)
