"""The legend over the map: what colours and shapes mean, how many, and a filter by click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QIcon
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.programme.edits import plural
from psnplanner.style import STATUS_ORDER
from psnplanner.ui.map import sprites
from psnplanner.ui.map.colouring import KINDS, Colouring, site_ids
from psnplanner.ui.map.decorations import scale_box
from psnplanner.ui.map.shape_words import shape_words
from psnplanner.ui.roster import Roster
from psnplanner.ui.settings import settings
from psnplanner.ui.wording import capital

if TYPE_CHECKING:
    from psnplanner.ui.map.canvas import MapCanvas

_LONGEST_PX = 120
"""A name wider than this is cut; its tip has the whole."""
_GAP = 12


class Legend(QFrame):
    """A row for each colour: click to hide or show it, double-click to show it alone.

    `buttons` are the rows by the class they stand for: the status itself, or the name of a
    phase, a partner, a risk or a lateness.
    """

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self.setObjectName("card")
        self.setProperty("fixed", True)
        self.setAccessibleName("Legend and filter")
        self._canvas = canvas
        self._roster: Roster | None = None
        self.buttons: dict[str, ClassButton] = {}
        self._counts: dict[str, QLabel] = {}
        self._listed: tuple[Any, ...] = ()
        self._shape_words: list[tuple[str, str]] = []
        self.kind = self._kind_box()
        self.fold = self._fold_button()
        self._body = QWidget()
        self._body.setObjectName("paper")
        self._scroll = QScrollArea()
        self._scroll.setWidget(self._body)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._build()
        # Rows made just now ask for room only once they are shown.
        self._body.installEventFilter(self)
        canvas.coloured.connect(self._recoloured)

    # Building

    def _kind_box(self) -> QComboBox:
        box = QComboBox()
        for kind in KINDS:
            box.addItem(capital(kind), kind)
        box.setToolTip("Colour the sites by this")
        box.setAccessibleName("Colour the sites by")
        box.activated.connect(lambda _: self.colour_by(box.currentData()))
        return box

    def _fold_button(self) -> QToolButton:
        button = QToolButton()
        button.setAutoRaise(True)
        button.setCheckable(True)
        button.setChecked(settings().value("legend_folded", False, type=bool))
        button.setArrowType(Qt.ArrowType.UpArrow)
        button.setFixedSize(24, 24)
        button.setStyleSheet("QToolButton { padding: 2px; }")
        button.toggled.connect(self._fold)
        return button

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(6, 0, 0, 2)
        top.addWidget(self.kind, 1)
        top.addWidget(self.fold)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self._scroll)
        inner = QVBoxLayout(self._body)
        inner.setContentsMargins(0, 0, 2, 0)
        inner.setSpacing(2)
        self._rows, self._shapes = QGridLayout(), QGridLayout()
        self._rows.setSpacing(0)
        self._rows.setColumnStretch(0, 1)
        self._shapes.setContentsMargins(6, 3, 0, 0)
        self._shapes.setHorizontalSpacing(8)
        self._shapes.setVerticalSpacing(1)
        self._shapes.setColumnStretch(1, 1)
        inner.addLayout(self._rows)
        inner.addLayout(self._shapes)
        self.unplaced = QToolButton()
        self.unplaced.setCursor(Qt.CursorShape.PointingHandCursor)
        self.unplaced.setCheckable(True)
        self.unplaced.setToolTip("Click to list just the sites whose place is not known yet")
        self.unplaced.clicked.connect(self._list_unplaced)
        inner.addWidget(self.unplaced)
        inner.addStretch()
        self._fold(self.fold.isChecked())

    def _fold(self, folded: bool) -> None:
        settings().setValue("legend_folded", folded)
        arrow = Qt.ArrowType.DownArrow if folded else Qt.ArrowType.UpArrow
        self.fold.setArrowType(arrow)
        words = "Unfold the legend" if folded else "Fold the legend"
        self.fold.setToolTip(words)
        self.fold.setAccessibleName(words)
        self._scroll.setVisible(not folded)
        self.adjustSize()

    # Size: nobody's layout holds the legend, so it takes what its rows ask for

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.adjustSize()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._body and event.type() == QEvent.Type.LayoutRequest:
            self.adjustSize()
        return super().eventFilter(watched, event)

    def adjustSize(self) -> None:
        """As large as the rows ask for, or as the map is high above its scale bar."""
        wanted = self._body.sizeHint()
        top = self.kind.sizeHint().height() + 22
        room = max(80, round(scale_box(self._canvas).top()) - 2 * _GAP - top)
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        self._scroll.setFixedHeight(min(wanted.height(), room))
        self._scroll.setMinimumWidth(wanted.width() + (bar if wanted.height() > room else 0))
        super().adjustSize()

    # What it shows

    def set_roster(self, roster: Roster | None) -> None:
        """Count and filter these sites."""
        self._roster = roster
        self.setVisible(roster is not None)
        if roster is not None:
            for signal in (roster.rebuilt, roster.rows_changed, roster.shown_changed):
                signal.connect(self.refresh)
            roster.rebuilt.connect(self._show_shapes)
            self._show_shapes()
            self.refresh()

    @property
    def shapes(self) -> list[tuple[str, str]]:
        """The shapes shown, each with its words."""
        return list(self._shape_words)

    def colour_by(self, kind: str) -> None:
        """Colour the map by one of colouring.KINDS."""
        self._canvas.colour_by(kind)

    def _recoloured(self) -> None:
        self.kind.setCurrentIndex(KINDS.index(self._canvas.colourist.kind))
        self.refresh()

    def _made(self) -> Colouring | None:
        if self._roster is None or self._canvas.colourist is None:
            return None
        made: Colouring = self._canvas.colourist.of(self._roster.rows)
        return made

    def refresh(self, _rows: object = None) -> None:
        """Show the classes, their counts and what is hidden."""
        made, roster = self._made(), self._roster
        if made is None or roster is None:
            return
        self._list(made)
        if roster.also is None:
            self._canvas.colourist.hidden.pop(made.kind, None)
        hidden, counts = self._hidden(), self._tally(made)
        for key, button in self.buttons.items():
            button.blockSignals(True)
            button.setChecked(key not in hidden)
            button.blockSignals(False)
            button.show_checked(button.isChecked())
            self._counts[key].setText(f"{counts[key]:,}")
            button.setAccessibleDescription(plural(counts[key], "site"))
        unplaced = roster.unplaced_count
        self.unplaced.setVisible(unplaced > 0 or roster.unplaced_only)
        self.unplaced.setChecked(roster.unplaced_only)
        self.unplaced.setText(f"{plural(unplaced, 'site')} without a place")
        self.adjustSize()

    def _hidden(self) -> frozenset[str]:
        assert self._roster is not None
        kind = self._canvas.colourist.kind
        if kind == "status":
            return self._roster.hidden_statuses
        hidden: frozenset[str] = self._canvas.colourist.hidden.get(kind, frozenset())
        return hidden

    def _tally(self, made: Colouring) -> dict[str, int]:
        assert self._roster is not None
        if made.kind == "status":
            return self._roster.counts()
        return dict(zip(made.names, made.counts, strict=True))

    def _list(self, made: Colouring) -> None:
        """A row for each class, made anew where the classes are others."""
        keys = STATUS_ORDER if made.kind == "status" else made.names
        counts = made.counts
        # A class for what fits nowhere, or nothing yet, is listed once something is in it.
        listed = [
            (key, name, colour)
            for key, name, colour, count in zip(
                keys, made.names, made.colours, counts, strict=False
            )
            if count or made.kind not in ("phase", "partner") or name != made.names[-1]
        ]
        if (made.kind, *listed) == self._listed:
            return
        self._listed = (made.kind, *listed)
        _empty(self._rows)
        self.buttons, self._counts = {}, {}
        for row, (key, name, colour) in enumerate(listed):
            button = ClassButton(name, colour, sprites.mark_of(key))
            button.toggled.connect(self._apply)
            button.alone.connect(lambda key=key: self._show_alone(key))
            button.menu_wanted.connect(lambda at, key=key: self._menu(key, at))
            count = QLabel("0")
            count.setObjectName("faint")
            count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._rows.addWidget(button, row, 0)
            self._rows.addWidget(count, row, 1)
            self.buttons[key], self._counts[key] = button, count

    def _show_shapes(self) -> None:
        """Name the shapes that are really on the map, once they change."""
        assert self._roster is not None
        found = shape_words(site.kind for site in self._roster.state.sites.values())
        if found == self._shape_words:
            return
        self._shape_words = found
        _empty(self._shapes)
        for row, (shape, words) in enumerate(found):
            picture, label = QLabel(), QLabel(words)
            picture.setPixmap(sprites.picture(shape, "planned", 10))
            picture.setFixedWidth(14)
            label.setObjectName("faint")
            self._shapes.addWidget(picture, row, 0)
            self._shapes.addWidget(label, row, 1)

    # What a click does

    def _apply(self) -> None:
        self._hide(key for key, button in self.buttons.items() if not button.isChecked())

    def _hide(self, keys: Any) -> None:
        colourist, hidden = self._canvas.colourist, frozenset(keys)
        if self._roster is None:
            return
        if colourist.kind == "status":
            self._roster.hide_statuses(hidden)
            return
        colourist.hidden[colourist.kind] = hidden
        self._roster.filter_also(colourist.keeps if hidden else None)

    def _show_alone(self, key: str) -> None:
        others = frozenset(self.buttons) - {key}
        # A second double-click brings everything back.
        self._hide(() if self._hidden() == others else others)

    def _list_unplaced(self, only: bool) -> None:
        if self._roster is not None:
            self._roster.show_unplaced(only)

    def _menu(self, key: str, at: Any) -> None:
        menu = QMenu(self)
        menu.addAction("Show &alone", lambda: self._show_alone(key))
        menu.addAction("&Select on the map", lambda: self.select(key))
        menu.addAction("&Zoom to", lambda: self.zoom_to(key))
        menu.exec(at)

    def _sites(self, key: str) -> list[Any]:
        made = self._made()
        if made is None or self._roster is None:
            return []
        name = made.names[STATUS_ORDER.index(key)] if made.kind == "status" else key
        return site_ids(self._roster.rows, made, name)

    def select(self, key: str) -> None:
        """Choose the sites of a class."""
        if self._roster is not None:
            self._roster.select(self._sites(key))

    def zoom_to(self, key: str) -> None:
        """Show where the sites of a class are."""
        self._canvas.zoom_to(self._sites(key))


def _empty(grid: QGridLayout) -> None:
    while (item := grid.takeAt(0)) is not None:
        if item.widget() is not None:
            item.widget().hide()
            item.widget().deleteLater()


class ClassButton(QToolButton):
    """One class of sites: its colour and name, struck through while it is hidden."""

    alone = Signal()
    """Double-clicked: this class and no other."""
    menu_wanted = Signal(object)

    def __init__(self, name: str, colour: str, mark: str) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setChecked(True)
        short = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, _LONGEST_PX)
        self.setText(f" {short}".replace("&", "&&"))
        self.setIcon(QIcon(sprites.coloured("circle", colour, mark, 13)))
        self.setIconSize(QSize(13, 13))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"Show sites: {name}")
        long = f"{name}. " if short != name else ""
        self.setToolTip(f"{long}Click to hide or show; double-click to show these alone")
        self.setStyleSheet(
            "QToolButton { padding: 2px 6px; border: none; background: transparent; }"
            "QToolButton:!checked { color: palette(placeholder-text); }"
        )
        self.toggled.connect(self.show_checked)

    def show_checked(self, checked: bool) -> None:
        """Strike the name of a hidden class through."""
        font = self.font()
        font.setStrikeOut(not checked)
        self.setFont(font)

    def mouseDoubleClickEvent(self, event: object) -> None:
        self.alone.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())
