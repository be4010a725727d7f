"""What is where on the map: the site under a pixel, in a box, in a lasso; a site's pixel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF

if TYPE_CHECKING:
    from psnplanner.programme.record import RecordId
    from psnplanner.ui.map.canvas import MapCanvas

HIT_PX = 9


class Finder:
    """Finds the sites that one canvas shows; the tree it asks is built when first asked."""

    def __init__(self, canvas: MapCanvas) -> None:
        self._canvas = canvas
        self._index: Any = None
        self._indexed: Any = None

    def site_at(self, at: QPointF) -> RecordId | None:
        """The site nearest a pixel, within reach of a fingertip; only those shown count."""
        if self._canvas.roster is None or not len(self._canvas.roster.rows):
            return None
        x, y = self._canvas.view.to_world(at.x(), at.y())
        place = self._points().nearest(x, y, HIT_PX / self._canvas.view.scale)
        return None if place is None else self._canvas.roster.rows.rows[place].id

    def sites_here(self, at: QPointF, reach_px: float = 2) -> list[int]:
        """Places in the roster of the sites within a few pixels."""
        if self._canvas.roster is None:
            return []
        x, y = self._canvas.view.to_world(at.x(), at.y())
        reach = reach_px / self._canvas.view.scale
        return [int(i) for i in self._points().in_box(x - reach, y - reach, x + reach, y + reach)]

    def sites_in(self, box: QRectF) -> list[int]:
        """Places in the roster of the sites in a rectangle of pixels."""
        if self._canvas.roster is None:
            return []
        left, top = self._canvas.view.to_world(box.left(), box.top())
        right, bottom = self._canvas.view.to_world(box.right(), box.bottom())
        return [int(i) for i in self._points().in_box(left, top, right, bottom)]

    def sites_within(self, lasso: Iterable[QPointF]) -> list[int]:
        """Places in the roster of the sites inside a line of pixels that closes on itself."""
        if self._canvas.roster is None:
            return []
        vertices = [self._canvas.view.to_world(at.x(), at.y()) for at in lasso]
        inside: list[int] = self._points().in_polygon(vertices).tolist()
        return inside

    def _points(self) -> Any:
        if self._index is None:
            import numpy as np

            from psnplanner.geography.spatial_index import PointIndex

            assert self._canvas.roster is not None
            rows, shown = self._canvas.roster.rows, self._canvas.roster.shown
            # A copy: rows change in place, and then the two are compared.
            self._indexed = np.where(shown, rows.xs, np.nan), np.array(rows.ys)
            self._index = PointIndex(*self._indexed)
        return self._index

    def check(self) -> None:
        """Forget the tree if anybody moved, came or went: a status recorded moves nobody."""
        if self._index is not None and self._canvas.roster is not None:
            import numpy as np

            rows, shown = self._canvas.roster.rows, self._canvas.roster.shown
            now = (np.where(shown, rows.xs, np.nan), rows.ys)
            if not all(map(_same, self._indexed, now)):
                self._index = None

    def pixel_of(self, ident: RecordId) -> QPointF | None:
        """Where a site is on the canvas, in logical pixels."""
        if self._canvas.roster is None or ident not in self._canvas.roster.rows.index_of:
            return None
        place = self._canvas.roster.rows.index_of[ident]
        x, y = self._canvas.roster.rows.xs[place], self._canvas.roster.rows.ys[place]
        return QPointF(*self._canvas.view.to_screen(x, y)) if x == x else None


def _same(one: Any, other: Any) -> bool:
    import numpy as np

    return bool(np.array_equal(one, other, equal_nan=True))
