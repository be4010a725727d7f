"""Asking for a place on the map: one click, or Enter for the middle; Escape leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from psnplanner.ui.map.view import from_world

if TYPE_CHECKING:
    from psnplanner.programme.record import Position
    from psnplanner.ui.map.canvas import MapCanvas

_AIM_PX = 4
"""How far off a hand may click."""
_FINEST_M = 10.0


class Pick(QFrame):
    """A line over the map that says what to click, while the canvas waits for it."""

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self.setObjectName("card")
        self._canvas = canvas
        self._done: Callable[[Position], None] | None = None
        self._left: Callable[[], None] = lambda: None
        self.words = QLabel()
        self.cancel = QPushButton("Cancel")
        self.cancel.clicked.connect(self.leave)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 6, 6, 6)
        line.addWidget(self.words)
        line.addWidget(self.cancel)
        self.hide()

    @property
    def waiting(self) -> bool:
        """Whether the next click is a place."""
        return self._done is not None

    def begin(
        self,
        what: str,
        done: Callable[[Position], None],
        left: Callable[[], None] = lambda: None,
    ) -> None:
        """Ask where something is; `done` gets the place, `left` hears that none was given."""
        if self.waiting:
            self.leave()
        self._done, self._left = done, left
        self.words.setText(f"Click where {what} is. Enter takes the middle of the map.")
        self.adjustSize()
        self.show()
        self.raise_()
        self._canvas.rest()
        self._canvas.setFocus()
        self.arrange()

    def arrange(self) -> None:
        """Stand at the foot of the map, in the middle: the corners are taken."""
        left = max(4, (self._canvas.width() - self.width()) // 2)
        self.move(left, self._canvas.height() - self.height() - 48)

    def take(self, at: QPointF | None = None) -> None:
        """Hand on the place under a pixel, or in the middle."""
        canvas, done = self._canvas, self._done
        if done is None:
            return
        spot = at or QPointF(canvas.width() / 2, canvas.height() / 2)
        from psnplanner.programme.record import Position
        from psnplanner.ui.typed_values import BY_HAND

        longitude, latitude = from_world(*canvas.view.to_world(spot.x(), spot.y()))
        accuracy_m = max(_FINEST_M, float(round(_AIM_PX * canvas.view.metres_per_pixel, -1)))
        self._end()
        done(Position(round(latitude, 6), round(longitude, 6), BY_HAND, accuracy_m))

    def leave(self) -> None:
        """No place after all."""
        if self.waiting:
            self._end()
            self._left()

    def _end(self) -> None:
        self._done = None
        self.hide()
        self._canvas.rest()
