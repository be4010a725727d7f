"""From the session's listeners to Qt: every change arrives in the window's thread."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal


class Bridge(QObject):
    """Turns what happened in the session, in whatever thread, into a signal in ours."""

    happened = Signal(object)

    def __init__(self, session: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Emitted in another thread, Qt queues it: the receivers live in this one.
        self._unsubscribe = session.subscribe(self.happened.emit)

    def close(self) -> None:
        """Stop listening."""
        self._unsubscribe()
