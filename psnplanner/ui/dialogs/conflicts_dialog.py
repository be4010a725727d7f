"""The conflicts that are open: settle one or many, in one transaction and one undo."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from psnplanner.errors import UserError
from psnplanner.programme.edits import plural
from psnplanner.programme.settle import Settle
from psnplanner.programme.travel import Conflict
from psnplanner.ui import look
from psnplanner.ui.dialogs.conflicts_view import ConflictsView
from psnplanner.ui.jobs import Jobs

_INTRO = (
    "A field is in conflict where people who did not know of each other gave it different values. "
    "The latest is in force until somebody decides. A decision is a change like any other: Undo "
    "opens the conflict again."
)


class ConflictsDialog(QDialog):
    """Stays open beside the map, and follows what is settled, undone or merged meanwhile."""

    show_site = Signal(object)

    def __init__(self, session: Any, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self.setWindowTitle("Conflicts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setSizeGripEnabled(True)
        self.resize(900, 600)
        self.intro, self.said = QLabel(_INTRO), QLabel()
        for label in (self.intro, self.said):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.view = ConflictsView()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.settle = self.buttons.addButton("&Settle", role)
        self.settle.setProperty("primary", True)
        layout = QVBoxLayout(self)
        layout.addWidget(self.intro)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.said)
        layout.addWidget(self.buttons)
        self.view.changed.connect(self._refresh)
        self.view.shown_site.connect(self.show_site)
        self.settle.clicked.connect(self.do_settle)
        self.buttons.rejected.connect(self.reject)
        self.settle.setEnabled(False)

    def show_conflicts(self, conflicts: list[Conflict]) -> None:
        """List these; what was decided already of those still there is kept."""
        state, came_in = self._session.state, self._session.came_in()

        def theirs(conflict: Conflict, number: int) -> bool:
            head = conflict.heads[number]
            return (head.author, head.recorded_at) in came_in

        self.view.show_conflicts(conflicts, state, theirs)
        self._refresh()

    def _refresh(self) -> None:
        decided, count = len(self.view.decisions), self.view.count
        self.settle.setText(f"&Settle {plural(decided, 'conflict')}" if decided else "&Settle")
        self.settle.setEnabled(decided > 0 and not self._session.read_only)
        self.said.setText(f"{decided:,} of {plural(count, 'conflict')} decided." if count else "")

    def do_settle(self) -> None:
        """Settle what is decided, off the window's thread; the rest stays open."""
        session, edit = self._session, Settle(list(self.view.decisions.values()))
        self.settle.setEnabled(False)
        self._jobs.start("Settling conflicts", lambda _: session.do(edit), None, self._refuse)

    def _refuse(self, error: UserError) -> None:
        self._refresh()
        self.said.setText(str(error))
        palette = self.said.palette()
        palette.setColor(self.said.foregroundRole(), look.colour("danger"))
        self.said.setPalette(palette)
