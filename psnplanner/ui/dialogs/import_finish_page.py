"""The last step of an import: what it would do in words, and afterwards what it did."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from psnplanner.errors import UserError
from psnplanner.ui import look
from psnplanner.ui.dialogs.import_decisions import Decisions
from psnplanner.ui.dialogs.import_rows import ListRows
from psnplanner.ui.dialogs.import_summary import does_anything, done, summary


class FinishPage(QWidget):
    """Says what is about to happen; then offers to take it back or to look at it."""

    undo_wanted = Signal()
    show_wanted = Signal()
    another_wanted = Signal()
    save_wanted = Signal()

    def __init__(self, decisions: Decisions) -> None:
        super().__init__()
        self._decisions = decisions
        self.title, self.said, self.undoing = QLabel(), QLabel(), QLabel()
        for label in (self.said, self.undoing):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.undoing.setObjectName("faint")
        self.undo, self.show_map, self.another = (
            QPushButton(words)
            for words in ("&Undo import", "Show on &map", "Import another &list…")
        )
        self._after = QWidget()
        line = QHBoxLayout(self._after)
        line.setContentsMargins(0, 0, 0, 0)
        for button in (self.show_map, self.undo, self.another):
            button.setAutoDefault(False)
            line.addWidget(button)
        line.addStretch(1)
        self.save = QPushButton("Save problem &rows…")
        self.save.setAutoDefault(False)
        self.save.clicked.connect(self.save_wanted)
        beside = QHBoxLayout()
        beside.addWidget(self.save)
        beside.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 24, 8, 8)
        layout.setSpacing(12)
        for widget in (self.title, self.said, self.undoing, self._after):
            layout.addWidget(widget)
        layout.addLayout(beside)
        layout.addStretch(1)
        self.undo.clicked.connect(self.undo_wanted)
        self.show_map.clicked.connect(self.show_wanted)
        self.another.clicked.connect(self.another_wanted)
        self._after.hide()

    def show_rows(self, rows: ListRows | None) -> None:
        """Say what the import would do; None for a list not read."""
        self._after.hide()
        self.save.setVisible(
            rows is not None and bool(rows.severities["error"] or rows.severities["warning"])
        )
        if rows is None:
            self._say("", [], "")
            return
        self._say(f"Import {rows.preview.table.name}", summary(rows, self._decisions), _PROMISE)
        if not does_anything(rows, self._decisions):
            self._say("Nothing to import", summary(rows, self._decisions),
                      "The programme knows all of this already.")  # fmt: skip

    def show_done(self, rows: ListRows, sites: int, label: str) -> None:
        """Say what was imported."""
        self._say("Imported", done(rows, self._decisions, sites), f"In the history: “{label}”.")
        self._after.show()
        self.undo.setEnabled(True)
        self.show_map.setEnabled(bool(rows.preview.adding.new or rows.preview.adding.corrections))
        self.show_map.setFocus()

    def show_undone(self, sites: int) -> None:
        """Say that it was taken back."""
        self._say("Taken back", [f"The programme is as it was: {sites:,} sites."], "")
        self.undo.setEnabled(False)
        self.show_map.setEnabled(False)

    def refuse(self, error: UserError) -> None:
        """Say why it was not done: nothing has changed."""
        ink = look.colour("danger").name()
        self.undoing.setText(
            f"<span style='color:{ink}'>{escape(str(error))}</span><br>Nothing was changed."
        )

    def stopped(self) -> None:
        """Say that it was cancelled."""
        self.undoing.setText("The import was cancelled: nothing was changed.")

    def too_late(self) -> None:
        """Say that it was all but saved when it was cancelled."""
        self.undoing.setText(
            "It was being saved already when you pressed Cancel. “Undo import” takes it back."
        )

    def _say(self, title: str, lines: list[str], undoing: str) -> None:
        self.title.setText(f"<h2>{escape(title)}</h2>")
        self.said.setText("".join(f"<p>{escape(line)}</p>" for line in lines))
        self.undoing.setText(undoing)


_PROMISE = (
    "All of it is one change: it is saved whole or not at all, and one Undo takes the whole of it "
    "back."
)


def shown_on_map(rows: ListRows, known: Any) -> list[bytes]:
    """The sites of an import that are in the programme, to be shown on the map."""
    adding = rows.preview.adding
    return [i for i in (*(s.id for s in adding.new), *adding.corrections) if i in known]
