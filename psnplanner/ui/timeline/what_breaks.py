"""Asks, off the window's thread, what a proposed change would break: the last question wins."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from psnplanner.programme.finding import Finding
from psnplanner.programme.findings import findings
from psnplanner.programme.state import State
from psnplanner.ui.jobs import Jobs
from psnplanner.ui.timeline.consequences import Consequence, closures, compared
from psnplanner.ui.timeline.drag import Drag


class WhatBreaks(QObject):
    """One question at a time; of those asked while it is answered only the last is kept."""

    answered = Signal(object, object)
    """The drag asked about, and its list of consequences."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._session: Any = None
        self._asking: Drag | None = None
        self._next: Drag | None = None
        self._known: tuple[State, list[Finding]] | None = None

    def set_session(self, session: Any) -> None:
        """Ask about this programme (None: about none)."""
        self._session = session
        self._asking = self._next = self._known = None

    def ask(self, drag: Drag) -> None:
        """Ask what this would break; the answer comes by `answered`, unless another overtakes."""
        self._next = drag
        if self._asking is None:
            self._begin()

    def forget(self) -> None:
        """Nobody waits for an answer any more."""
        self._next = None

    def _begin(self) -> None:
        session, drag = self._session, self._next
        if session is None or drag is None:
            return
        self._asking, self._next = drag, None
        state, day, calendar = session.state, session.present_day, session.calendar
        known = self._known

        def look(_: Any) -> tuple[State, list[Finding], list[Consequence]]:
            before = known[1] if known and known[0] is state else findings(state, day, calendar)
            after = state.after(drag.edit.propose(state, day).changes)
            found = compared(before, findings(after, day, calendar))
            moved = after.phases[drag.id]
            return state, before, [*found, *closures(after, drag.phase, moved, calendar)]

        def done(result: Any) -> None:
            self._asking = None
            if session is not self._session:
                return
            self._known = result[:2]
            if self._next is not None:
                self._begin()
            self.answered.emit(drag, result[2])

        def failed(_: Any) -> None:
            # The phase is gone, or the like: whoever lets go now is told by the edit itself.
            self._asking = None

        job = self._jobs.start("What would break", look, done, failed, quiet=True)
        job.cancelled.connect(lambda: failed(None))
