"""What the hand does on the map: drag to pan, wheel to zoom, click and drag to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QDrag, QMouseEvent, QNativeGestureEvent
from PySide6.QtWidgets import QApplication

from psnplanner.ui.map.view import from_world
from psnplanner.ui.site_drag import picture_of_count, site_mime

if TYPE_CHECKING:
    from psnplanner.ui.map.canvas import MapCanvas

NOTCH = 2**0.5
"""How much nearer one notch of the wheel goes."""

_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier
_LEFT = Qt.MouseButton.LeftButton


class Tools:
    """The state of the mouse between a press and its release."""

    def __init__(self, canvas: MapCanvas) -> None:
        self._canvas = canvas
        self._pressed_at: QPointF | None = None
        self._last: QPointF | None = None
        self._moving = ""

    # The mouse

    def press(self, event: QMouseEvent) -> None:
        """Begin: what it becomes shows when the mouse moves."""
        if event.button() in (_LEFT, Qt.MouseButton.MiddleButton):
            self._pressed_at = self._last = event.position()
            self._moving = ""

    def move(self, event: QMouseEvent) -> None:
        """Pan, stretch the band, carry sites away, or just look."""
        at = event.position()
        if self._pressed_at is None or self._last is None:
            self._look(at)
            return
        if not self._moving:
            far = (at - self._pressed_at).manhattanLength()
            if far < QApplication.startDragDistance() // 2:
                return
            self._moving = self._kind_of_drag(event)
        if self._moving == "carry":
            self._carry()
        elif self._moving == "band":
            self._canvas.band = QRectF(self._pressed_at, at).normalized()
            self._canvas.update()
        else:
            self._canvas.setCursor(Qt.CursorShape.ClosedHandCursor)
            step = at - self._last
            self._canvas.pan(step.x(), step.y())
        self._last = at

    def _kind_of_drag(self, event: QMouseEvent) -> str:
        canvas = self._canvas
        if event.modifiers() & _SHIFT:
            return "band"
        roster = None if canvas.pick.waiting else canvas.roster
        if roster and roster.selected and self._pressed_at is not None and event.buttons() & _LEFT:
            under = canvas.site_at(self._pressed_at)
            if under in roster.selected:
                return "carry"
        canvas.set_hover(None)
        return "pan"

    def release(self, event: QMouseEvent) -> None:
        """End of a drag, or a click."""
        canvas, moved = self._canvas, self._moving
        pressed, self._pressed_at, self._moving = self._pressed_at, None, ""
        if moved == "band" and canvas.band is not None:
            self._choose_in(canvas.band, adding=bool(event.modifiers() & _CONTROL))
        elif not moved and pressed is not None and event.button() == _LEFT:
            self._click(event)
        canvas.band = None
        canvas.rest()
        canvas.update()

    def _click(self, event: QMouseEvent) -> None:
        if self._canvas.pick.waiting:
            self._canvas.pick.take(event.position())
            return
        roster = self._canvas.roster
        if roster is None:
            return
        ident = self._canvas.site_at(event.position())
        adding = event.modifiers() & (_CONTROL | _SHIFT)
        if ident is None:
            if not adding:
                roster.select([])
        elif adding:
            roster.toggle(ident)
        else:
            roster.select([ident])

    def _choose_in(self, band: QRectF, *, adding: bool) -> None:
        canvas = self._canvas
        if canvas.roster is None:
            return
        rows = canvas.roster.rows.rows
        found = {rows[place].id for place in canvas.sites_in(band)}
        canvas.roster.select(found | canvas.roster.selected if adding else found)

    def _carry(self) -> None:
        """Drag the chosen sites out of the map, to drop them on a phase."""
        roster = self._canvas.roster
        assert roster is not None
        self._pressed_at, self._moving = None, ""
        drag = QDrag(self._canvas)
        drag.setMimeData(site_mime(roster.selected))
        drag.setPixmap(picture_of_count(len(roster.selected)))
        drag.setHotSpot(QPoint(-8, -8))
        drag.exec(Qt.DropAction.MoveAction)

    def double_click(self, event: QMouseEvent) -> None:
        """A site: open it; elsewhere: nearer."""
        ident = self._canvas.site_at(event.position())
        if ident is None:
            self._canvas.zoom(2.0, event.position())
        else:
            self._canvas.activated.emit(ident)

    def _look(self, at: QPointF) -> None:
        canvas = self._canvas
        canvas.set_hover(canvas.site_at(at))
        canvas.cursor_moved.emit(*from_world(*canvas.view.to_world(at.x(), at.y())))

    # Wheel, pinch, keys

    def wheel(self, event: Any) -> None:
        """Zoom about the cursor; a trackpad's fine steps give fine zoom."""
        turned = event.angleDelta().y()
        if turned:
            self._canvas.zoom(NOTCH ** (turned / 120), event.position())
        event.accept()

    def gesture(self, event: Any) -> bool:
        """A pinch on a trackpad."""
        if not isinstance(event, QNativeGestureEvent):
            return False
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self._canvas.zoom(1 + event.value(), event.position())
        return True

    def key(self, event: Any) -> bool:
        """+ and - zoom, arrows pan, Escape lets go; whether the key was one of ours."""
        canvas, step = self._canvas, 80
        if canvas.pick.waiting and self._pick_key(event.key()):
            return True
        moves = {
            Qt.Key.Key_Left: (step, 0),
            Qt.Key.Key_Right: (-step, 0),
            Qt.Key.Key_Up: (0, step),
            Qt.Key.Key_Down: (0, -step),
        }
        if event.key() in moves:
            canvas.pan(*moves[event.key()])
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            canvas.zoom(NOTCH)
        elif event.key() in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            canvas.zoom(1 / NOTCH)
        elif event.key() == Qt.Key.Key_Escape and canvas.roster is not None:
            canvas.roster.select([])
        else:
            return False
        return True

    def _pick_key(self, key: int) -> bool:
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._canvas.pick.take()
        elif key == Qt.Key.Key_Escape:
            self._canvas.pick.leave()
        else:
            return False
        return True
