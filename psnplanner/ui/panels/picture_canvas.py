"""A picture as large as fits, or nearer: zoomed about the hand, dragged, fitted again."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from psnplanner.ui import look

STEP = 1.25
_MOST_ZOOM = 8.0


class PictureCanvas(QWidget):
    """A picture as large as fits, or nearer: wheel or pinch zooms, dragging moves it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(240, 200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Photograph")
        self.grabGesture(Qt.GestureType.PinchGesture)
        self._pixmap = QPixmap()
        self.words = ""
        self.zoom = 1.0
        self._centre = QPointF(0.5, 0.5)
        self._held: QPointF | None = None

    def show_image(self, image: QImage | None, words: str = "") -> None:
        """Show this picture, all of it; or words where there is none."""
        self._pixmap = QPixmap.fromImage(image) if image is not None else QPixmap()
        self.words = words
        self.fit()

    def fit(self) -> None:
        """Show all of it."""
        self.zoom, self._centre = 1.0, QPointF(0.5, 0.5)
        self.update()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Nearer or further, keeping the point under `at` (the middle unless given) in place."""
        target = self._target()
        if target.isEmpty():
            return
        at = at or QPointF(self.rect().center())
        share = QPointF((at.x() - target.x()) / target.width(),
                        (at.y() - target.y()) / target.height())  # fmt: skip
        self.zoom = min(_MOST_ZOOM, max(1.0, self.zoom * factor))
        wide, tall = self._size()
        middle = QPointF(self.rect().center())
        self._centre = QPointF(share.x() + (middle.x() - at.x()) / wide,
                               share.y() + (middle.y() - at.y()) / tall)  # fmt: skip
        self._keep_inside()
        self.update()

    def _size(self) -> tuple[float, float]:
        if self._pixmap.isNull():
            return 0.0, 0.0
        whole = min(self.width() / self._pixmap.width(), self.height() / self._pixmap.height())
        scale = min(whole, 1.0 / self.devicePixelRatioF() * 2) * self.zoom
        return self._pixmap.width() * scale, self._pixmap.height() * scale

    def _target(self) -> QRectF:
        wide, tall = self._size()
        middle = QPointF(self.rect().center())
        return QRectF(
            middle.x() - self._centre.x() * wide, middle.y() - self._centre.y() * tall, wide, tall
        )

    def _keep_inside(self) -> None:
        wide, tall = self._size()
        for size, room, get, put in (
            (wide, self.width(), self._centre.x, self._centre.setX),
            (tall, self.height(), self._centre.y, self._centre.setY),
        ):
            half = min(0.5, room / size / 2) if size else 0.5
            put(min(1 - half, max(half, get())))

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), look.colour("window"))
        if self._pixmap.isNull():
            painter.setPen(look.colour("faint"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(20, 20, -20, -20), flags, self.words)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(self._target(), self._pixmap, QRectF(self._pixmap.rect()))

    def wheelEvent(self, event: Any) -> None:
        self.zoom_by(STEP ** (event.angleDelta().y() / 120), event.position())

    def mouseDoubleClickEvent(self, event: Any) -> None:
        if self.zoom > 1:
            self.fit()
        else:
            self.zoom_by(2.5, event.position())

    def mousePressEvent(self, event: Any) -> None:
        self._held = event.position()

    def mouseMoveEvent(self, event: Any) -> None:
        wide, tall = self._size()
        if self._held is None or not wide:
            return
        moved, self._held = event.position() - self._held, event.position()
        self._centre -= QPointF(moved.x() / wide, moved.y() / tall)
        self._keep_inside()
        self.update()

    def mouseReleaseEvent(self, event: Any) -> None:
        self._held = None

    def event(self, event: Any) -> bool:
        if event.type() == event.Type.Gesture:
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if pinch is not None:
                self.zoom_by(pinch.scaleFactor(), QPointF(self.mapFromGlobal(pinch.centerPoint())))
                return True
        return super().event(event)
