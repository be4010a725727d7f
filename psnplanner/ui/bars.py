"""The tool bar and the status bar: the common commands, the headline, what is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolBar, QWidget

from psnplanner.ui.job_bar import JobBar

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow

_TOOLS = (
    ("open", "Open"),
    ("import", "Import list"),
    ("", ""),
    ("undo", ""),
    ("redo", ""),
    ("", ""),
    ("propose", "Propose phases"),
    ("programme", "Programme"),
    ("snapshot", "Snapshot"),
)


class Bars:
    """Labels the window writes to: `headline`, `saved`, `cursor_place`; and the job bar."""

    def __init__(self, window: MainWindow) -> None:
        self.headline, self.saved, self.cursor_place = QLabel(), QLabel(), QLabel()
        self.job_bar = JobBar()
        window.addToolBar(self._tools(window))
        for label in (self.cursor_place, self.saved):
            label.setObjectName("faint")
        self.saved.setContentsMargins(6, 0, 0, 0)
        self.cursor_place.setContentsMargins(0, 0, 8, 0)
        window.statusBar().addWidget(self.saved)
        window.statusBar().addPermanentWidget(self.job_bar)
        window.statusBar().addPermanentWidget(self.cursor_place)

    def _tools(self, window: MainWindow) -> QToolBar:
        bar = QToolBar("Tools")
        bar.setObjectName("Tools")
        bar.setMovable(False)
        for name, words in _TOOLS:
            if not name:
                bar.addSeparator()
                continue
            action = window.actions_[name]
            if words:
                action.setIconText(words)
            bar.addAction(action)
        gap = QWidget()
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(gap)
        self.headline.setTextFormat(Qt.TextFormat.RichText)
        self.headline.setContentsMargins(0, 0, 8, 0)
        bar.addWidget(self.headline)
        return bar
