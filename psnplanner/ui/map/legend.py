"""The legend over the map: what colours and shapes mean, how many, and a filter by click."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.programme.edits import plural
from psnplanner.style import STATUS_ORDER
from psnplanner.ui.map import sprites
from psnplanner.ui.roster import Roster
from psnplanner.ui.wording import capital

SHAPE_WORDS = (
    ("circle", "School"),
    ("square", "Council"),
    ("cross", "Health"),
    ("diamond", "Police"),
    ("triangle", "Fire"),
    ("pentagon", "Library"),
)


class Legend(QFrame):
    """A row for each status: click to hide or show it, double-click to show it alone."""

    unplaced_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAccessibleName("Legend and filter")
        self._roster: Roster | None = None
        self.buttons: dict[str, _StatusButton] = {}
        self._counts: dict[str, QLabel] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 8, 6)
        layout.setSpacing(2)
        layout.addLayout(self._status_rows())
        layout.addSpacing(3)
        layout.addLayout(self._shape_rows())
        self.unplaced = QToolButton()
        self.unplaced.setCursor(Qt.CursorShape.PointingHandCursor)
        self.unplaced.setToolTip("Sites whose place is not known yet: click to select them")
        self.unplaced.clicked.connect(self.unplaced_wanted)
        layout.addWidget(self.unplaced)

    def _status_rows(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(0)
        for row, status in enumerate(STATUS_ORDER):
            button = _StatusButton(status)
            button.toggled.connect(self._apply)
            button.alone.connect(self._show_alone)
            count = QLabel("0")
            count.setObjectName("faint")
            count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(button, row, 0)
            grid.addWidget(count, row, 1)
            self.buttons[status], self._counts[status] = button, count
        grid.setColumnStretch(0, 1)
        return grid

    def _shape_rows(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(6, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(1)
        for index, (shape, words) in enumerate(SHAPE_WORDS):
            cell = QHBoxLayout()
            cell.setSpacing(4)
            picture, label = QLabel(), QLabel(words)
            picture.setPixmap(sprites.picture(shape, "planned", 10))
            label.setObjectName("faint")
            cell.addWidget(picture)
            cell.addWidget(label, 1)
            grid.addLayout(cell, index // 2, index % 2)
        return grid

    def set_roster(self, roster: Roster | None) -> None:
        """Count and filter these sites."""
        self._roster = roster
        self.setVisible(roster is not None)
        if roster is not None:
            for signal in (roster.rebuilt, roster.rows_changed, roster.shown_changed):
                signal.connect(self.refresh)
            self.refresh()

    def refresh(self, _rows: object = None) -> None:
        """Show the counts and what is hidden."""
        roster = self._roster
        if roster is None:
            return
        for status, count in roster.counts().items():
            button = self.buttons[status]
            button.blockSignals(True)
            button.setChecked(status not in roster.hidden_statuses)
            button.blockSignals(False)
            button.show_checked(button.isChecked())
            self._counts[status].setText(f"{count:,}")
            button.setAccessibleDescription(plural(count, "site"))
        unplaced = len(roster.unplaced())
        self.unplaced.setVisible(unplaced > 0)
        self.unplaced.setText(f"{plural(unplaced, 'site')} without a place")
        self.adjustSize()

    def _apply(self) -> None:
        if self._roster is not None:
            hidden = [status for status, button in self.buttons.items() if not button.isChecked()]
            self._roster.hide_statuses(hidden)

    def _show_alone(self, status: str) -> None:
        if self._roster is None:
            return
        others = frozenset(STATUS_ORDER) - {status}
        # A second double-click brings everything back.
        self._roster.hide_statuses(() if self._roster.hidden_statuses == others else others)


class _StatusButton(QToolButton):
    alone = Signal(str)

    def __init__(self, status: str) -> None:
        super().__init__()
        self._status = status
        self.setCheckable(True)
        self.setChecked(True)
        self.setText(f" {capital(status)}")
        self.setIcon(QIcon(sprites.picture("circle", status, 13)))
        self.setIconSize(QSize(13, 13))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"Show sites that are {status}")
        self.setToolTip("Click to hide or show; double-click to show these alone")
        self.setStyleSheet(
            "QToolButton { padding: 2px 6px; border: none; background: transparent; }"
            "QToolButton:!checked { color: palette(placeholder-text); }"
        )
        self.toggled.connect(self.show_checked)

    def show_checked(self, checked: bool) -> None:
        """Strike the name of a hidden status through."""
        font = self.font()
        font.setStrikeOut(not checked)
        self.setFont(font)

    def mouseDoubleClickEvent(self, event: object) -> None:
        self.alone.emit(self._status)
