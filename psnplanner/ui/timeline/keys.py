"""What the keys do in the timeline: choose a phase, move its window, look nearer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt

from psnplanner.ui.timeline.drag import ENDS, STARTS, WHOLE

if TYPE_CHECKING:
    from psnplanner.ui.timeline.view import TimelineView

_KEYS, _HELD = Qt.Key, Qt.KeyboardModifier
STEP = 1.25
"""How much nearer a press of + or a notch of the wheel goes."""
_ENTER = (_KEYS.Key_Return, _KEYS.Key_Enter)
_NEARER = {_KEYS.Key_Plus: STEP, _KEYS.Key_Equal: STEP, _KEYS.Key_Minus: 1 / STEP}


def press(view: TimelineView, event: Any) -> bool:
    """Do what a key means; False if it means nothing here."""
    key, way = event.key(), {_KEYS.Key_Left: -1, _KEYS.Key_Right: 1}
    if key in (_KEYS.Key_Up, _KEYS.Key_Down):
        view.choose_next(1 if key == _KEYS.Key_Down else -1)
    elif key in way:
        view.step(part_meant(event.modifiers()), way[key])
    elif key in _ENTER:
        view.enter()
    elif key == _KEYS.Key_Escape and view.drag is not None:
        view.put_back()
    elif key in _NEARER:
        view.zoom(_NEARER[key])
    elif key in (_KEYS.Key_0, _KEYS.Key_Home):
        view.fit()
    else:
        return False
    return True


def part_meant(modifiers: Any) -> str:
    """The end moves; with Shift the beginning, with Ctrl both."""
    if modifiers & _HELD.ShiftModifier:
        return STARTS
    return WHOLE if modifiers & _HELD.ControlModifier else ENDS
