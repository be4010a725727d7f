"""Tab and Shift+Tab pass over what nobody sees.

Qt keeps a panel that lies behind another's tab shown, only far outside the window: the focus
would go there, and out of sight.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QDockWidget, QTabBar, QWidget

_MOST_STEPS = 500


def is_seen(widget: QWidget) -> bool:
    """Whether a widget's panel is in front. What is scrolled out of view will be scrolled to."""
    at: QWidget | None = widget
    while at is not None and not at.isWindow():
        if isinstance(at, QDockWidget | QTabBar) and at.visibleRegion().isEmpty():
            return False
        at = at.parentWidget()
    return True


def pass_on(step: Callable[[], bool]) -> bool:
    """Step until the focus is where it can be seen; whether it went anywhere."""
    begun = QApplication.focusWidget()
    for _ in range(_MOST_STEPS):
        if not step():
            return False
        now = QApplication.focusWidget()
        if now is None or now is begun or is_seen(now):
            break
    return True
