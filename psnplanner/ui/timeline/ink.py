"""The timeline's colours, small print and little pictures."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from psnplanner.ui import look

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
"""Where words stand in a box."""


def phase_ink(colour: str) -> QColor:
    """A phase's colour, half way to white by night, as on the map."""
    ink = QColor(colour)
    if look.is_dark():
        ink = QColor(*((part + 255) // 2 for part in ink.getRgb()[:3]))
    return ink


def paint_lock(painter: QPainter, centre: QPointF, colour: QColor) -> None:
    """A closed padlock about a point."""
    body = QRectF(centre.x() - 4, centre.y() - 1, 8, 6)
    painter.setPen(QPen(colour, 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawArc(QRectF(centre.x() - 2.6, centre.y() - 5.5, 5.2, 8), 0, 180 * 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(body, 1.2, 1.2)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def elided(painter: QPainter, box: QRectF, words: str) -> None:
    """Words that fit a box, cut short where they must be."""
    short = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(box.width()))
    painter.drawText(box, LEFT, short)


def smaller(font: QFont) -> QFont:
    """A point smaller, but still legible."""
    small = QFont(font)
    small.setPointSizeF(max(6.5, font.pointSizeF() - 1))
    return small
