"""What is always said of the open programme: its headline, and what is special about it."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from psnplanner.programme.words import uk


class Banner(QFrame):
    """A line over the map: why the file cannot be changed, or that it is made up."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        self.words = QLabel()
        self.words.setWordWrap(True)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 6, 12, 6)
        line.addWidget(self.words)
        self._session: Any = None
        self._told = ""
        self.hide()

    def say(self, words: str) -> None:
        """Say something that came up meanwhile, until something else does; empty to end it."""
        if words != self._told and self._session is not None:
            self._told = words
            self._show()

    def show_session(self, session: Any) -> None:
        """Say what is special about this programme, if anything."""
        self._session, self._told = session, ""
        self._show()

    def _show(self) -> None:
        session, said = self._session, []
        if self._told:
            said.append(self._told)
        elif session.read_only:
            said.append(session.notice or "This programme is open for reading only.")
        elif session.notice:
            said.append(session.notice)
        if session.state.programme.illustrative:
            said.append("Illustrative: the names and positions of these buildings are made up.")
        self.words.setText(" ".join(said))
        self.setVisible(bool(said))


def headline(session: Any) -> str:
    """The programme in a line: sites live, days to go-live, the status date."""
    state, day = session.state, session.present_day
    live = sum(status == "live" for status in state.statuses.values())
    parts = [f"<b>{escape(state.programme.name)}</b>", f"{live:,} of {len(state.sites):,} live"]
    go_live = state.programme.go_live_on
    if go_live:
        left = (go_live - day).days
        parts.append(f"{left:,} days to go-live" if left > 0 else f"go-live was {uk(go_live)}")
    parts.append(f"status date {uk(day)}" if state.programme.status_on else uk(day))
    return " &nbsp;·&nbsp; ".join(parts)
