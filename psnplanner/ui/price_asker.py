"""Asks, off the window's thread, what moving sites would cost: the last question wins."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Signal

from psnplanner.programme.record import RecordId
from psnplanner.ui.jobs import Jobs


class Question(NamedTuple):
    """Sites, and the phase they would go to (None: out of any)."""

    sites: tuple[RecordId, ...]
    phase: RecordId | None


class PriceAsker(QObject):
    """One question at a time; what was answered for the present plan is answered at once."""

    answered = Signal(object, object)
    """The question, and its price; a UserError where there is none."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._session: Any = None
        self._state: Any = None
        self._known: dict[Question, Any] = {}
        self._asking: Question | None = None
        self._next: Question | None = None

    def set_session(self, session: Any) -> None:
        """Ask about this programme (None: about none)."""
        self._session, self._state = session, None
        self._known, self._asking, self._next = {}, None, None

    def ask(self, question: Question) -> None:
        """The answer comes by `answered`, unless another question overtakes this one."""
        session = self._session
        if session is None:
            return
        if session.state is not self._state:
            self._state, self._known = session.state, {}
        if question in self._known:
            self._next = None
            self.answered.emit(question, self._known[question])
            return
        self._next = question
        if self._asking is None:
            self._begin()

    def forget(self) -> None:
        """Nobody waits for an answer any more."""
        self._next = None

    def _begin(self) -> None:
        session, question = self._session, self._next
        if session is None or question is None:
            return
        self._asking, self._next = question, None
        state = session.state

        def done(price: Any) -> None:
            self._asking = None
            if session is not self._session:
                return
            if session.state is state and state is self._state:
                self._known[question] = price
            if self._next is None:
                self.answered.emit(question, price)
            else:
                self._begin()

        job = self._jobs.start(
            "Price of a move",
            lambda _: session.price_of_move(question.sites, question.phase),
            done, done, quiet=True,
        )  # fmt: skip
        job.cancelled.connect(lambda: setattr(self, "_asking", None))
