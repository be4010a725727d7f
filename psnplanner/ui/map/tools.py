"""What the hand does on the map: drag to pan, wheel to zoom, click and drag to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QDrag, QMouseEvent, QNativeGestureEvent, QPolygonF
from PySide6.QtWidgets import QApplication

from psnplanner.ui.map.view import from_world

if TYPE_CHECKING:
    from psnplanner.ui.map.canvas import MapCanvas

NOTCH = 2**0.5
"""How much nearer one notch of the wheel goes."""

_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CONTROL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier
_LEFT = Qt.MouseButton.LeftButton
_LASSO_STEP_PX = 3


class Tools:
    """The state of the mouse between a press and its release."""

    def __init__(self, canvas: MapCanvas) -> None:
        self._canvas = canvas
        self._pressed_at: QPointF | None = None
        self._last: QPointF | None = None
        self._moving = ""
        self.lassoing = False

    @property
    def dragged(self) -> bool:
        """Whether the press now held, or just released, became a drag."""
        return bool(self._moving)

    def _taken(self, what: str, event: Any, *first: Any) -> bool:
        """Whether the tool in hand (layers.MapTool) used the event."""
        tool = self._canvas.tool
        if tool is None or self._canvas.pick.waiting:
            return False
        act = getattr(tool, what, None)
        return bool(act and act(*(first or (event.position(),)), event))

    # The mouse

    def press(self, event: QMouseEvent) -> None:
        """Begin: what it becomes shows when the mouse moves."""
        if self._taken("press", event):
            return
        if event.button() in (_LEFT, Qt.MouseButton.MiddleButton):
            self._canvas.motion.grasp()
            self._pressed_at = self._last = event.position()
            self._moving = ""

    def move(self, event: QMouseEvent) -> None:
        """Pan, stretch the band, carry sites away, or just look."""
        at = event.position()
        if self._taken("move", event):
            self._canvas.cursor_moved.emit(*from_world(*self._canvas.view.to_world(at.x(), at.y())))
            return
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
        elif self._moving == "lasso":
            self._draw_lasso(at)
        else:
            self._canvas.setCursor(Qt.CursorShape.ClosedHandCursor)
            step = at - self._last
            self._canvas.pan(step.x(), step.y())
            self._canvas.motion.held(at)
        self._last = at

    def _kind_of_drag(self, event: QMouseEvent) -> str:
        canvas = self._canvas
        if canvas.pick.waiting or event.buttons() & Qt.MouseButton.MiddleButton:
            return "pan"
        if event.modifiers() & _ALT or self.lassoing:
            return "lasso"
        if event.modifiers() & _SHIFT:
            return "band"
        roster = canvas.roster
        if roster and roster.selected and self._pressed_at is not None and event.buttons() & _LEFT:
            under = canvas.finder.site_at(self._pressed_at)
            if under in roster.selected:
                return "carry"
        canvas.set_hover(None)
        return "pan"

    def release(self, event: QMouseEvent) -> None:
        """End of a drag, or a click."""
        canvas, moved = self._canvas, self._moving
        if self._taken("release", event):
            self._pressed_at, self._moving = None, ""
            return
        pressed, self._pressed_at, self._moving = self._pressed_at, None, ""
        if moved == "band" and canvas.band is not None:
            self._choose(canvas.finder.sites_in(canvas.band), event)
        elif moved == "lasso" and canvas.lasso is not None:
            self._choose(canvas.finder.sites_within(canvas.lasso), event)
            self.set_lassoing(False)
        elif moved == "pan":
            canvas.motion.let_go()
        elif not moved and pressed is not None and event.button() == _LEFT:
            self._click(event)
        canvas.band = canvas.lasso = None
        canvas.rest()
        canvas.update()

    def _click(self, event: QMouseEvent) -> None:
        if self._canvas.pick.waiting:
            self._canvas.pick.take(event.position())
            return
        roster = self._canvas.roster
        if roster is None:
            return
        ident = self._canvas.finder.site_at(event.position())
        adding = event.modifiers() & (_CONTROL | _SHIFT)
        if ident is None:
            if not adding:
                roster.select([])
        elif adding:
            roster.toggle(ident)
        else:
            roster.select([ident])

    def _choose(self, places: list[int], event: QMouseEvent) -> None:
        """Choose the sites in these places of the roster; with Ctrl, as well as those chosen."""
        roster = self._canvas.roster
        if roster is None:
            return
        rows = roster.rows.rows
        found = {rows[place].id for place in places}
        roster.select(found | roster.selected if event.modifiers() & _CONTROL else found)

    # The lasso

    def set_lassoing(self, lassoing: bool) -> None:
        """Let the next drag draw a line round sites, or pan again."""
        if lassoing != self.lassoing:
            self.lassoing = lassoing
            self._canvas.lasso = None
            self._canvas.lasso_ready.emit(lassoing)
            self._canvas.rest()
            self._canvas.update()

    def _draw_lasso(self, at: QPointF) -> None:
        canvas = self._canvas
        if canvas.lasso is None:
            assert self._pressed_at is not None
            canvas.lasso = QPolygonF([self._pressed_at])
        if (at - canvas.lasso.last()).manhattanLength() >= _LASSO_STEP_PX:
            canvas.lasso.append(at)
        canvas.update()

    def _carry(self) -> None:
        """Drag the chosen sites out of the map, to drop them on a phase."""
        from psnplanner.ui.site_drag import picture_of_count, site_mime

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
        if self._taken("double_click", event):
            return
        ident = self._canvas.finder.site_at(event.position())
        if ident is None:
            self._canvas.motion.zoom_by(2.0, event.position())
        else:
            self._canvas.activated.emit(ident)

    def _look(self, at: QPointF) -> None:
        canvas = self._canvas
        canvas.set_hover(canvas.finder.site_at(at))
        canvas.cursor_moved.emit(*from_world(*canvas.view.to_world(at.x(), at.y())))

    # Wheel, pinch, keys

    def wheel(self, event: Any) -> None:
        """Zoom about the cursor; a trackpad's fine steps zoom finely, and sideways they pan."""
        canvas, fine = self._canvas, event.pixelDelta()
        touchpad = event.phase() != Qt.ScrollPhase.NoScrollPhase and not fine.isNull()
        if touchpad and not event.modifiers() & _CONTROL:
            canvas.pan(fine.x(), fine.y())
        elif event.angleDelta().y():
            factor = NOTCH ** (event.angleDelta().y() / 120)
            canvas.motion.zoom_by(factor, event.position())
        event.accept()

    def gesture(self, event: Any) -> bool:
        """A pinch on a trackpad or on the screen."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
                return False
            self._canvas.zoom(1 + event.value(), event.position())
            return True
        pinch = event.gesture(Qt.GestureType.PinchGesture)
        if pinch is None:
            return False
        self._pressed_at, self._moving = None, ""
        moved = pinch.centerPoint() - pinch.lastCenterPoint()
        self._canvas.pan(moved.x(), moved.y())
        middle = QPointF(self._canvas.mapFromGlobal(pinch.centerPoint().toPoint()))
        self._canvas.zoom(pinch.scaleFactor(), middle)
        event.accept(pinch)
        return True

    def key(self, event: Any) -> bool:
        """+ and - zoom, arrows pan, Escape lets go; whether the key was one of ours."""
        canvas, step = self._canvas, 80
        if canvas.tool is not None and self._taken("key", event, event.key()):
            return True
        if canvas.tool is not None and event.key() == Qt.Key.Key_Escape:
            canvas.drop_tool()
            return True
        if canvas.pick.waiting and self._pick_key(event.key()):
            return True
        moves = {
            Qt.Key.Key_Left: (step, 0),
            Qt.Key.Key_Right: (-step, 0),
            Qt.Key.Key_Up: (0, step),
            Qt.Key.Key_Down: (0, -step),
        }
        if event.key() in moves:
            far = 4 if event.modifiers() & _SHIFT else 1
            canvas.pan(*(far * part for part in moves[event.key()]))
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            canvas.motion.zoom_by(NOTCH)
        elif event.key() in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            canvas.motion.zoom_by(1 / NOTCH)
        elif event.key() == Qt.Key.Key_Home:
            canvas.zoom_to()
        elif event.key() == Qt.Key.Key_L and not event.modifiers():
            self.set_lassoing(not self.lassoing)
        elif event.key() == Qt.Key.Key_Escape and self.lassoing:
            self.set_lassoing(False)
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
