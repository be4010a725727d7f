"""The legend over the map: what colours and shapes mean, how many, and a filter by click."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.programme.edits import plural
from psnplanner.style import STATUS_ORDER, kind_shape
from psnplanner.ui.map import sprites
from psnplanner.ui.roster import Roster
from psnplanner.ui.wording import capital

SHAPE_FAMILIES = {
    "school": "Education",
    "academy": "Education",
    "college": "Education",
    "nursery": "Education",
    "library": "Library, leisure",
    "museum": "Library, leisure",
    "leisure": "Library, leisure",
    "police": "Police",
    "fire": "Fire",
    "ambulance": "Ambulance",
    "health": "Health",
    "hospital": "Health",
    "clinic": "Health",
    "surgery": "Health",
    "practice": "Health",
    "gp": "Health",
    "nhs": "Health",
    "council": "Council",
    "office": "Council",
    "depot": "Council",
    "hall": "Council",
    "centre": "Council",
}
_MOST_SHAPE_WORDS, _LONGEST = 2, 20


def shape_words(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """What each shape stands for among these kinds of site, the commonest shape first.

    A kind of one's own keeps its own name; kinds that share a shape are named together.
    """
    tally: dict[str, Counter[str]] = {}
    for kind, count in Counter(kinds).items():
        shape = kind_shape(kind)
        tally.setdefault(shape, Counter())[_family(kind)] += count
    order = sorted(tally, key=lambda shape: -tally[shape].total())
    return [(shape, _joined([name for name, _ in tally[shape].most_common()])) for shape in order]


def _family(kind: str) -> str:
    for word in re.findall(r"[a-z]+", kind.casefold()):
        for form in (word, word.removesuffix("s"), re.sub("ies$", "y", word)):
            if form in SHAPE_FAMILIES:
                return SHAPE_FAMILIES[form]
    return capital(kind) or "Other"


def _joined(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_SHAPE_WORDS])
    if len(shown) > _LONGEST:
        shown = names[0]
    return shown if len(shown) >= len(", ".join(names)) else f"{shown} …"


class Legend(QFrame):
    """A row for each status: click to hide or show it, double-click to show it alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setProperty("fixed", True)
        self.setAccessibleName("Legend and filter")
        self._roster: Roster | None = None
        self.buttons: dict[str, _StatusButton] = {}
        self._counts: dict[str, QLabel] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 8, 6)
        layout.setSpacing(2)
        layout.addLayout(self._status_rows())
        layout.addSpacing(3)
        self._shapes = QGridLayout()
        self._shapes.setContentsMargins(6, 0, 0, 0)
        self._shapes.setHorizontalSpacing(8)
        self._shapes.setVerticalSpacing(1)
        self._shape_words: list[tuple[str, str]] = []
        layout.addLayout(self._shapes)
        self.unplaced = QToolButton()
        self.unplaced.setCursor(Qt.CursorShape.PointingHandCursor)
        self.unplaced.setCheckable(True)
        self.unplaced.setToolTip("Click to list just the sites whose place is not known yet")
        self.unplaced.clicked.connect(self._list_unplaced)
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

    def _show_shapes(self) -> None:
        """Name the shapes that are really on the map, once they change."""
        assert self._roster is not None
        found = shape_words(site.kind for site in self._roster.state.sites.values())
        if found == self._shape_words:
            return
        self._shape_words = found
        while (item := self._shapes.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().deleteLater()
        for row, (shape, words) in enumerate(found):
            picture, label = QLabel(), QLabel(words)
            picture.setPixmap(sprites.picture(shape, "planned", 10))
            picture.setFixedWidth(14)
            label.setObjectName("faint")
            self._shapes.addWidget(picture, row, 0)
            self._shapes.addWidget(label, row, 1)
        self._shapes.setColumnStretch(1, 1)

    def event(self, event: QEvent) -> bool:
        # Nobody's layout holds the legend: it takes the size its own rows ask for.
        if event.type() == QEvent.Type.LayoutRequest:
            self.adjustSize()
        return super().event(event)

    @property
    def shapes(self) -> list[tuple[str, str]]:
        """The shapes shown, each with its words."""
        return list(self._shape_words)

    def set_roster(self, roster: Roster | None) -> None:
        """Count and filter these sites."""
        self._roster = roster
        self.setVisible(roster is not None)
        if roster is not None:
            for signal in (roster.rebuilt, roster.rows_changed, roster.shown_changed):
                signal.connect(self.refresh)
            roster.rebuilt.connect(self._reshape)
            self._reshape()

    def _reshape(self) -> None:
        self._show_shapes()
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
        self.unplaced.setVisible(unplaced > 0 or roster.unplaced_only)
        self.unplaced.setChecked(roster.unplaced_only)
        self.unplaced.setText(f"{plural(unplaced, 'site')} without a place")
        self.adjustSize()

    def _apply(self) -> None:
        if self._roster is not None:
            hidden = [status for status, button in self.buttons.items() if not button.isChecked()]
            self._roster.hide_statuses(hidden)

    def _list_unplaced(self, only: bool) -> None:
        if self._roster is not None:
            self._roster.show_unplaced(only)

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
