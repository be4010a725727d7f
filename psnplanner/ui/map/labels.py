"""Labels that never overlap: who comes first keeps the place."""

from __future__ import annotations

from functools import lru_cache
from math import ceil

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap


class LabelPlacer:
    """Rectangles already taken on a canvas of a given size."""

    def __init__(self, bounds: QRectF) -> None:
        self._bounds = bounds.getCoords()
        # Plain numbers: asking Qt about each pair of rectangles takes ten times as long.
        self._taken: list[tuple[float, float, float, float]] = []

    def take(self, wanted: QRectF) -> bool:
        """Take the place if it is free and wholly on the canvas."""
        left, top, right, bottom = box = wanted.getCoords()
        west, north, east, south = self._bounds
        if left < west or top < north or right > east or bottom > south:
            return False
        for x1, y1, x2, y2 in self._taken:
            if left < x2 and x1 < right and top < y2 and y1 < bottom:
                return False
        self._taken.append(box)
        return True

    def block(self, place: QRectF) -> None:
        """Keep names off a place that shows something else."""
        self._taken.append(place.getCoords())

    def first_free(self, choices: list[QRectF]) -> QRectF | None:
        """The first of the places that is free, taken; None where all are in use."""
        return next((place for place in choices if self.take(place)), None)


PAD = 4
"""Room round a picture of words, for its edge."""


class Face:
    """A font with its metrics and its name, looked up once: Qt takes long over each."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.metrics = QFontMetricsF(font)
        self.name = font.toString()
        self.height = self.metrics.height()
        self.ascent = self.metrics.ascent()
        self._widths: dict[str, float] = {}

    def width(self, words: str) -> float:
        """How wide the words are, in logical pixels."""
        if words not in self._widths:
            self._widths[words] = self.metrics.horizontalAdvance(words)
        return self._widths[words]


def face(base: QFont, larger: float = 0.0, *, bold: bool = False) -> Face:
    """A font so many points larger than another."""
    return _face(base.toString(), larger, bold)


@lru_cache(maxsize=64)
def _face(base: str, larger: float, bold: bool) -> Face:
    font = QFont()
    font.fromString(base)
    font.setPointSizeF(max(6.5, font.pointSizeF() + larger))
    font.setBold(bold)
    return Face(font)


def draw_halo(
    painter: QPainter, at: QPointF, words: str, face: Face, ink: QColor, halo: QColor
) -> None:
    """Text with its top left there and a soft edge, readable over anything."""
    ratio = painter.device().devicePixelRatioF()
    x, y = round((at.x() - PAD) * ratio) / ratio, round((at.y() - PAD) * ratio) / ratio
    painter.drawPixmap(QPointF(x, y), words_picture(words, face, ink, halo, ratio))


def words_picture(words: str, face: Face, ink: QColor, halo: QColor, ratio: float) -> QPixmap:
    """Words with a soft edge, PAD pixels of room on each side; drawn once and kept.

    Stroking letters costs a hundred times a copy.
    """
    return _picture(words, face, ink.rgba(), halo.rgba(), ratio)


@lru_cache(maxsize=2048)
def _picture(words: str, face: Face, ink: int, halo: int, ratio: float) -> QPixmap:
    wide, tall = face.width(words) + 2 * PAD, face.height + 2 * PAD
    pixmap, painter = blank(wide, tall, ratio)
    path = QPainterPath()
    path.addText(QPointF(PAD, PAD + face.ascent), face.font, words)
    edge = QPen(QColor.fromRgba(halo), 3.0)
    edge.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, edge)
    painter.fillPath(path, QColor.fromRgba(ink))
    painter.end()
    return pixmap


@lru_cache(maxsize=8)
def dot_picture(radius: float, ink: int, ratio: float) -> QPixmap:
    """A round dot in a colour given as QColor.rgba(), a pixel of room round it."""
    pixmap, painter = blank(2 * radius + 2, 2 * radius + 2, ratio)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor.fromRgba(ink))
    painter.drawEllipse(QPointF(radius + 1, radius + 1), radius, radius)
    painter.end()
    return pixmap


def blank(wide: float, tall: float, ratio: float) -> tuple[QPixmap, QPainter]:
    """A clear pixmap of so many logical pixels, and a smooth painter on it, to be ended."""
    pixmap = QPixmap(ceil(wide * ratio), ceil(tall * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return pixmap, painter
