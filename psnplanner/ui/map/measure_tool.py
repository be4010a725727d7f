"""Measuring on the map: click from point to point, and read each leg and the whole.

A tool of the canvas (layers.MapTool) with its line as a layer over the sites. Dragging still
pans, the wheel still zooms; a click on a site takes the site's own place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from psnplanner.ui import look
from psnplanner.ui.map.labels import draw_halo, face
from psnplanner.ui.map.view import View, from_world, to_world

if TYPE_CHECKING:
    from psnplanner.ui.map.canvas import MapCanvas

METRES_A_MILE = 1609.344
_SHORTEST_NAMED_PX = 56
_KEYS = Qt.Key
_HINT = "Click from point to point; double-click ends, Backspace takes back, Esc clears."

Place = tuple[float, float]
"""Longitude and latitude in degrees."""


def length_words(metres: float) -> str:
    """A measured length: 85 m, 1,240 m, 12.34 km, 123.4 km."""
    if metres < 1999.5:
        return f"{metres:,.0f} m"
    return f"{metres / 1000:,.2f} km" if metres < 99_995 else f"{metres / 1000:,.1f} km"


def miles_words(metres: float) -> str:
    """The same in miles: 0.05, 7.67, 123 miles."""
    miles = metres / METRES_A_MILE
    return f"{miles:,.2f} miles" if miles < 99.995 else f"{miles:,.0f} miles"


class MeasureTool:
    """Points clicked, the legs between them, and the leg to the cursor until it is ended."""

    cursor = Qt.CursorShape.CrossCursor
    attribution = ""
    shown = True

    def __init__(self, canvas: MapCanvas, left: Callable[[], None] = lambda: None) -> None:
        self._canvas, self._left = canvas, left
        self.points: list[Place] = []
        self.legs_m: list[float] = []
        self.ended = False
        self._reach: tuple[Place, float] | None = None
        self._swallow = False
        self.card = _Card(canvas, self._put_away)

    def take_up(self, start: Place | None = None) -> None:
        """Take the tool in hand, from a first point if there is one."""
        self._canvas.take_tool(self)
        self._canvas.add_layer(self, below_sites=False)
        self._clear()
        if start is not None:
            self._add(start)
        self._canvas.setFocus()
        self.card.show()
        self._changed()

    def _put_away(self) -> None:
        if self._canvas.tool is self:
            self._canvas.drop_tool()

    @property
    def total_m(self) -> float:
        """The length of all legs, with the one to the cursor while it follows."""
        return sum(self.legs_m) + (self._reach[1] if self._reach else 0.0)

    # The hand (layers.MapTool)

    def press(self, at: QPointF, event: Any) -> bool:
        """Nothing yet: it may become a drag of the map."""
        self._swallow = False
        return False

    def move(self, at: QPointF, event: Any) -> bool:
        """The last leg follows the cursor."""
        if self.points and not self.ended and not event.buttons():
            place = self._place(at)
            self._reach = place, _geodesic_m(self.points[-1], place)
            self._changed()
        return False

    def release(self, at: QPointF, event: Any) -> bool:
        """A click adds a point; the first after the end begins anew."""
        if self._swallow:
            self._swallow = False
            return True
        if event.button() != Qt.MouseButton.LeftButton or self._canvas.tools.dragged:
            return False
        if self.ended:
            self._clear()
        self._add(self._place(at))
        return True

    def double_click(self, at: QPointF, event: Any) -> bool:
        """The last point is there already, by the first click of the two: it ends."""
        self._swallow = True
        self._end()
        return True

    def key(self, key: int, event: Any) -> bool:
        """Backspace takes the last point back, Enter ends, Escape clears, then puts away."""
        if key in (_KEYS.Key_Backspace, _KEYS.Key_Delete) and self.points:
            self.points.pop()
            self.legs_m[-1:] = []
            self.ended, self._reach = False, None
        elif key in (_KEYS.Key_Return, _KEYS.Key_Enter) and self.points:
            self._end()
            return True
        elif key == _KEYS.Key_Escape and self.points:
            self._clear()
        else:
            return False
        self._changed()
        return True

    def left(self) -> None:
        """Put away: the line goes with it."""
        self._clear()
        self._canvas.remove_layer(self)
        self.card.hide()
        self._left()

    # Points

    def _place(self, at: QPointF) -> Place:
        ident = self._canvas.finder.site_at(at)
        spot = self._canvas.finder.pixel_of(ident) if ident is not None else None
        spot = spot or at
        return from_world(*self._canvas.view.to_world(spot.x(), spot.y()))

    def _add(self, place: Place) -> None:
        if self.points:
            self.legs_m.append(_geodesic_m(self.points[-1], place))
        self.points.append(place)
        self._reach = None
        self._changed()

    def _end(self) -> None:
        self.ended, self._reach = len(self.points) > 1, None
        self._changed()

    def _clear(self) -> None:
        self.points, self.legs_m, self.ended, self._reach = [], [], False, None
        self._changed()

    def _changed(self) -> None:
        self.card.say(self.total_m, len(self.points))
        self._canvas.update()

    # The line (layers.MapLayer)

    def paint(self, painter: QPainter, view: View, ratio: float) -> None:
        """The legs, each with its length, and the points."""
        if not self.points:
            return
        places = [*self.points, *([self._reach[0]] if self._reach else [])]
        pixels = [QPointF(*view.to_screen(*to_world(*place))) for place in places]
        lengths = [*self.legs_m, *([self._reach[1]] if self._reach else [])]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_line(painter, pixels)
        _paint_lengths(painter, pixels, lengths, QRectF(0, 0, view.width, view.height))

    def _paint_line(self, painter: QPainter, pixels: list[QPointF]) -> None:
        accent, halo = look.colour("accent"), look.map_colours(look.is_dark()).halo
        fixed = pixels[: len(self.points)]
        for colour, width in ((halo, 5.0), (accent, 2.4)):
            pen = QPen(colour, width)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
            painter.setPen(pen)
            painter.drawPolyline(fixed)
            if self._reach:
                if width < 5:
                    pen.setDashPattern([2.5, 2.5])
                    painter.setPen(pen)
                painter.drawLine(fixed[-1], pixels[-1])
        painter.setPen(QPen(accent, 2))
        painter.setBrush(halo)
        for spot in fixed:
            painter.drawEllipse(spot, 4, 4)


def _paint_lengths(
    painter: QPainter, pixels: list[QPointF], lengths: list[float], room: QRectF
) -> None:
    """The length of each leg that has room for it, beside its middle."""
    colours, small = look.map_colours(look.is_dark()), face(painter.font(), -0.5, bold=True)
    for start, end, metres in zip(pixels, pixels[1:], lengths, strict=False):
        across = end - start
        long_px = (across.x() ** 2 + across.y() ** 2) ** 0.5
        middle = (start + end) / 2
        if long_px < _SHORTEST_NAMED_PX or not room.contains(middle):
            continue
        words = length_words(metres)
        # Aside of the line, always above or to the right, so that it never lies on it.
        aside = QPointF(across.y(), -across.x()) / long_px
        if aside.y() > 0:
            aside = -aside
        centre = middle + aside * (small.height * 0.75 + abs(aside.x()) * small.width(words) / 2)
        corner = QPointF(centre.x() - small.width(words) / 2, centre.y() - small.height / 2)
        draw_halo(painter, corner, words, small, look.colour("text"), colours.halo)


def _geodesic_m(one: Place, other: Place) -> float:
    from psnplanner.geography.distance import geodesic_m

    return geodesic_m(one[1], one[0], other[1], other[0])


class _Card(QFrame):
    """The running total at the foot of the map."""

    def __init__(self, canvas: MapCanvas, done: Callable[[], None]) -> None:
        super().__init__(canvas)
        self.setObjectName("card")
        self.setAccessibleName("Measured distance")
        self._canvas = canvas
        self.total, self.hint = QLabel(), QLabel(_HINT)
        self.total.setTextFormat(Qt.TextFormat.PlainText)
        self.total.setObjectName("heading")
        self.hint.setObjectName("faint")
        self.done = QPushButton("Done")
        self.done.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.done.clicked.connect(done)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 6, 6, 6)
        line.setSpacing(10)
        line.addWidget(self.total)
        line.addWidget(self.hint)
        line.addWidget(self.done)
        self.hide()

    def say(self, total_m: float, points: int) -> None:
        """The total, once there is a leg; before that, what to do."""
        words = f"{length_words(total_m)}  ({miles_words(total_m)})" if total_m else ""
        self.total.setText(words)
        self.total.setVisible(bool(words))
        narrow = self._canvas.width() < 760
        self.hint.setVisible(not words or not narrow)
        self.hint.setText("Click where to measure from." if not points else _HINT)
        self.adjustSize()
        left = max(4, (self._canvas.width() - self.width()) // 2)
        self.move(left, self._canvas.height() - self.height() - 48)
        self.raise_()
