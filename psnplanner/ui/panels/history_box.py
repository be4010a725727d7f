"""What happened to a site, newest first, and undo from there."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.gates import uk
from psnplanner.ui.jobs import Jobs
from psnplanner.ui.panels.refusal import Refusal
from psnplanner.ui.wording import capital, when

FIRST, MORE = 10, 40
MANY_CHANGES = 60
"""More changes than one site's: taking them back is asked about first."""
NOTHING_YET = "Nothing has happened yet. What you record above appears here."
Key = tuple[int, int]


def told_by(entry: Any) -> str:
    """Who did it and when it was written down; the day it counts from where that is another."""
    said = f"by {entry.author or 'somebody'}, {when(entry.recorded_at)}"
    if entry.effective_on != entry.recorded_at.astimezone().date():
        said += f" · counts from {uk(entry.effective_on)}"
    return said


class HistoryBox(QWidget):
    """Reads the history off the window's thread, once the choice rests on a site."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._session: Any = None
        self._site: Any = None
        self._shown = FIRST
        self._entries: list[Any] = []
        self._standing: Any = None
        self._headers: dict[Key, Any] = {}
        self.rows: list[HistoryRow] = []
        self.empty, self.more = QLabel(NOTHING_YET), QPushButton("Show more")
        self.empty.setObjectName("faint")
        self.empty.setWordWrap(True)
        self.more.clicked.connect(self._show_more)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        layout.addWidget(self.empty)
        layout.addLayout(self._list)
        layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        # Arrow keys run through the table: look the history up only where they rest.
        self._resting = QTimer(self, singleShot=True, interval=120)
        self._resting.timeout.connect(self._fetch)

    def show_site(self, session: Any, site: Any) -> None:
        """Show the history of this site (None: of none)."""
        if site != self._site or session is not self._session:
            self._session, self._site, self._shown = session, site, FIRST
            self._entries = []
            self.empty.setText("Looking it up…")
            self._lay_rows()
        self._resting.start()

    def text(self) -> str:
        """Every sentence shown, newest first, a line each."""
        return "\n".join(row.sentence.text() for row in self.rows)

    def _fetch(self) -> None:
        session, site = self._session, self._site
        if session is None or site is None:
            return

        def show(found: Any) -> None:
            if session is self._session and site == self._site:
                self._entries, self._headers, self._standing = found
                self.empty.setText(NOTHING_YET)
                self._lay_rows()

        def look_up(progress: Any) -> Any:
            headers = session.transactions()
            return session.history(site), {h.key: h for h in headers}, session.standing

        self._jobs.start("History", look_up, show, quiet=True)

    def _lay_rows(self) -> None:
        entries = list(reversed(self._entries))[: self._shown]
        while len(self.rows) > len(entries):
            row = self.rows.pop()
            self._list.removeWidget(row)
            row.hide()  # a widget without a place would otherwise float over the form
            row.deleteLater()
        while len(self.rows) < len(entries):
            row = HistoryRow()
            row.undo_wanted.connect(self._want_undo)
            self._list.addWidget(row)
            self.rows.append(row)
        writable = self._session is not None and not self._session.read_only
        standing = self._standing if entries else None
        in_force = {item.key for item in standing.done} if standing else set()
        for row, entry in zip(self.rows, entries, strict=True):
            key = standing.came_by.get(entry.key, entry.key)
            switch = entry.kind in ("undo", "redo")
            row.show_entry(
                entry,
                can_undo=writable and key in in_force,
                taken_back=key in standing.cancelled and not switch,
            )
        self.empty.setVisible(not entries)
        left = len(self._entries) - len(entries)
        self.more.setVisible(left > 0)
        self.more.setText(f"Show {min(left, MORE)} more")

    def _show_more(self) -> None:
        self._shown += MORE
        self._lay_rows()

    def _want_undo(self, wanted: Key) -> None:
        key = self._standing.came_by.get(wanted, wanted)
        header = self._headers[key]
        if key == wanted and header.count <= MANY_CHANGES:
            self._undo(wanted)
            return
        box = QMessageBox(self)
        box.setWindowTitle("PSN Planner")
        box.setIcon(QMessageBox.Icon.Question)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"Take back “{header.label}”?")
        brought = "It came with a merge, and goes with it: with all that the merge brought."
        many = f"It changed {header.count:,} things, not only at this site."
        box.setInformativeText(f"{many if key == wanted else brought} Redo brings it back.")
        undo = box.addButton("Take it all back", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        undo.clicked.connect(lambda: self._undo(wanted))
        box.open()

    def _undo(self, wanted: Key) -> None:
        session, key = self._session, self._standing.came_by.get(wanted, wanted)

        def refused(error: UserError) -> None:
            for row in self.rows:
                if row.key == wanted:
                    row.refuse(error)

        # One import taken back is thousands of changes: not in the window's thread.
        self._jobs.start("Undoing", lambda _: session.undo(key), None, refused)


class HistoryRow(QFrame):
    """One thing that happened: the sentence, by whom, and the way back."""

    undo_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key: Key = (0, 0)
        self.sentence, self.told = QLabel(), QLabel()
        self.undo, self.refusal = QToolButton(), Refusal()
        self.undo.setText("Undo")
        for label in (self.sentence, self.told):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.told.setObjectName("faint")
        self.undo.clicked.connect(self._want)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.sentence)
        words.addWidget(self.told)
        line = QHBoxLayout()
        line.addLayout(words, 1)
        line.addWidget(self.undo, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 5, 0, 5)
        layout.addLayout(line)
        layout.addWidget(self.refusal)

    def show_entry(self, entry: Any, *, can_undo: bool, taken_back: bool) -> None:
        """Show this; with a way back if it can be taken back, and a mark if it was."""
        if entry.key != self.key:
            self.refusal.clear()
        self.key = entry.key
        sentence = capital(entry.sentence.rstrip("."))
        self.sentence.setText(sentence)
        self.told.setText(told_by(entry) + (" · taken back" if taken_back else ""))
        self.sentence.setEnabled(not taken_back)
        self.undo.setVisible(can_undo)
        self.undo.setAccessibleName(f"Undo: {sentence}")
        self.undo.setToolTip(f"Take back: {sentence}")

    def _want(self) -> None:
        self.refusal.clear()
        self.undo_wanted.emit(self.key)

    def refuse(self, error: UserError) -> None:
        """Say why it cannot be taken back, with every reason."""
        self.refusal.say(error)
