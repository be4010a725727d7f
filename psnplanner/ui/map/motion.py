"""The map in motion: a zoom that eases in about the cursor, and a pan that runs on and slows.

A motion starts at once (its first step is taken before `zoom_by` returns) and ends exactly
where it was asked to: two notches in and two out lead back to the same view.
"""

from __future__ import annotations

import time
from collections import deque
from math import exp, hypot
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, QTimer

if TYPE_CHECKING:
    from psnplanner.ui.map.canvas import MapCanvas
    from psnplanner.ui.map.view import View

FRAME_MS = 16
_EASE_S = 0.055
"""In this time a zoom has done two thirds of what is left of it."""
_NEAR = 0.004
"""With so little of a zoom left, it is there."""
_GLIDE_S = 0.26
"""In this time a pan let go of loses two thirds of its speed."""
_SLOWEST = 25.0
_FLING = 180.0
"""Pixels a second below which a pan stops, and above which letting go lets it run on."""
_MEMORY_S = 0.09
_TELLING_S = 0.012
"""A speed is told from the last of the way, if that took long enough to tell."""


class Motion:
    """What moves the view of one canvas by itself."""

    def __init__(self, canvas: MapCanvas) -> None:
        self._canvas = canvas
        self._goal: View | None = None
        self._at = QPointF()
        self._speed = (0.0, 0.0)
        self._before = 0.0
        self._trail: deque[tuple[float, float, float]] = deque(maxlen=12)
        self._clock = QTimer(canvas, interval=FRAME_MS)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(self._frame)

    @property
    def zooming(self) -> bool:
        """Whether the scale is still changing."""
        return self._goal is not None

    @property
    def moving(self) -> bool:
        """Whether anything is under way."""
        return self._clock.isActive()

    # Zoom

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom about a pixel, or the middle, on top of what is still to come."""
        canvas = self._canvas
        spot = at or QPointF(canvas.width() / 2, canvas.height() / 2)
        self._speed = (0.0, 0.0)
        # What is still to come of the zoom before moves to the new spot with it.
        left = self._goal.scale / canvas.view.scale if self._goal is not None else 1.0
        self._goal = canvas.view.zoomed(left * factor, spot.x(), spot.y())
        self._at = spot
        self._run(FRAME_MS / 1000)

    def glide_to(self, view: View) -> None:
        """Zoom and pan smoothly to a view where it is near, or else go there at once."""
        now = self._canvas.view
        away = hypot((view.x - now.x) * now.scale, (view.y - now.y) * now.scale)
        ratio = view.scale / now.scale
        if away > 2 * now.width or not 1 / 8 < ratio < 8:
            self.stop()
            self._canvas.set_view(view)
            return
        self._goal, self._at, self._speed = view, QPointF(-1, -1), (0.0, 0.0)
        self._run(FRAME_MS / 1000)

    # Pan

    def held(self, at: QPointF) -> None:
        """The hand holding the map is at this pixel now."""
        self._trail.append((time.perf_counter(), at.x(), at.y()))

    def grasp(self) -> None:
        """A hand takes hold of the map: it stands still."""
        self.stop()
        self._trail.clear()

    def let_go(self) -> None:
        """The hand leaves the map: it runs on as fast as it was moved at last."""
        now = time.perf_counter()
        recent = [point for point in self._trail if now - point[0] < _MEMORY_S]
        self._trail.clear()
        if len(recent) < 2 or recent[-1][0] - recent[0][0] < _TELLING_S:
            return
        (start, x, y), (end, to_x, to_y) = recent[0], recent[-1]
        self.fling((to_x - x) / (end - start), (to_y - y) / (end - start))

    def fling(self, across: float, down: float) -> None:
        """Set the map running at so many pixels a second; a slow push is none."""
        if hypot(across, down) < _FLING:
            return
        # No faster than the eye follows.
        slower = min(1.0, 4000 / hypot(across, down))
        self._speed = (across * slower, down * slower)
        self._run(0.0)

    # Time

    def stop(self) -> None:
        """Stay where the map is now."""
        self._goal, self._speed = None, (0.0, 0.0)
        self._clock.stop()

    def finish(self) -> None:
        """Be at once where the zoom under way leads."""
        goal = self._goal
        self.stop()
        if goal is not None:
            self._canvas.set_view(goal)

    def _run(self, first_s: float) -> None:
        self._before = time.perf_counter()
        self.step(first_s)
        if (self._goal is not None or self._speed != (0.0, 0.0)) and not self._clock.isActive():
            self._clock.start()

    def _frame(self) -> None:
        now = time.perf_counter()
        elapsed, self._before = now - self._before, now
        self.step(min(elapsed, 0.1))

    def step(self, elapsed_s: float) -> None:
        """Move on by so many seconds."""
        if self._goal is not None:
            self._ease(1 - exp(-elapsed_s / _EASE_S))
        elif self._speed != (0.0, 0.0):
            self._glide(elapsed_s)
        if self._goal is None and self._speed == (0.0, 0.0):
            self._clock.stop()

    def _ease(self, part: float) -> None:
        canvas, goal = self._canvas, self._goal
        assert goal is not None
        view, ratio = canvas.view, goal.scale / canvas.view.scale
        if self._at.x() < 0:
            self._fly(part)
            return
        if abs(ratio - 1) < _NEAR:
            self._goal = None
            canvas.set_view(goal)
            return
        canvas.set_view(view.zoomed(ratio**part, self._at.x(), self._at.y()))

    def _fly(self, part: float) -> None:
        """Towards a view that does not share a pixel with this one."""
        from dataclasses import replace

        canvas, goal = self._canvas, self._goal
        assert goal is not None
        view = canvas.view
        away = hypot((goal.x - view.x) * view.scale, (goal.y - view.y) * view.scale)
        if away < 1 and abs(goal.scale / view.scale - 1) < _NEAR:
            self._goal = None
            canvas.set_view(goal)
            return
        canvas.set_view(
            replace(
                view,
                x=view.x + (goal.x - view.x) * part,
                y=view.y + (goal.y - view.y) * part,
                scale=view.scale * (goal.scale / view.scale) ** part,
            )
        )

    def _glide(self, elapsed_s: float) -> None:
        across, down = self._speed
        self._canvas.pan(across * elapsed_s, down * elapsed_s)
        slower = exp(-elapsed_s / _GLIDE_S)
        self._speed = (across * slower, down * slower)
        if hypot(*self._speed) < _SLOWEST:
            self._speed = (0.0, 0.0)
