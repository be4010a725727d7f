"""The buttons in the corner of the map: nearer, further, all sites, lasso."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QIcon, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout

from psnplanner.ui import look
from psnplanner.ui.map.labels import blank

if TYPE_CHECKING:
    from psnplanner.ui.map.canvas import MapCanvas

_SIDE_PX = 30


class MapButtons(QFrame):
    """A column of buttons over the canvas; each glyph is drawn, in the ink of the look."""

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self.setObjectName("card")
        self.setProperty("fixed", True)
        self._canvas = canvas
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(0)
        self._drawn: list[tuple[QToolButton, Callable[[QPainter], None]]] = []
        zoom = canvas.motion.zoom_by
        self.nearer = self._button("Nearer (+)", _plus, lambda: zoom(2.0))
        self.further = self._button("Further (−)", _minus, lambda: zoom(0.5))
        self.everything = self._button("Show all sites (Home)", _corners, canvas.zoom_to)
        self.lasso = self._button(
            "Select by lasso (L): drag round the sites; Alt and drag does it at once",
            _lasso,
            lambda: canvas.tools.set_lassoing(self.lasso.isChecked()),
        )
        self.lasso.setCheckable(True)
        canvas.lasso_ready.connect(self.lasso.setChecked)
        for button, _ in self._drawn:
            layout.addWidget(button)
        self.dress()

    def _button(
        self, words: str, draw: Callable[[QPainter], None], act: Callable[[], object]
    ) -> QToolButton:
        button = QToolButton()
        button.setFixedSize(_SIDE_PX, _SIDE_PX)
        button.setIconSize(QSize(16, 16))
        button.setToolTip(words)
        button.setAccessibleName(words.split(" (")[0])
        button.clicked.connect(lambda: act())
        self._drawn.append((button, draw))
        return button

    def dress(self) -> None:
        """Draw the glyphs in the present ink."""
        for button, draw in self._drawn:
            pixmap, painter = blank(16, 16, 2.0)
            painter.setPen(QPen(look.colour("text"), 1.6))
            draw(painter)
            painter.end()
            button.setIcon(QIcon(pixmap))

    def changeEvent(self, event: object) -> None:
        from PySide6.QtCore import QEvent

        if isinstance(event, QEvent) and event.type() == QEvent.Type.PaletteChange:
            self.dress()


def _plus(painter: QPainter) -> None:
    _minus(painter)
    painter.drawLine(QPointF(8, 3), QPointF(8, 13))


def _minus(painter: QPainter) -> None:
    painter.drawLine(QPointF(3, 8), QPointF(13, 8))


def _corners(painter: QPainter) -> None:
    for x, across in ((2.5, 1), (13.5, -1)):
        for y, down in ((2.5, 1), (13.5, -1)):
            corner = QPointF(x, y)
            painter.drawLine(corner, QPointF(x + 4 * across, y))
            painter.drawLine(corner, QPointF(x, y + 4 * down))


def _lasso(painter: QPainter) -> None:
    painter.drawEllipse(QRectF(2, 2.5, 12, 7.5))
    tail = QPainterPath(QPointF(5.2, 9.6))
    tail.cubicTo(QPointF(3.6, 11), QPointF(6.4, 12), QPointF(4.6, 14.2))
    painter.drawPath(tail)
