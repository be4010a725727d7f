"""Which columns the table shows: the menu over the headings, their order and widths, kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHeaderView, QMenu

from psnplanner.ui.panels.table_model import SiteModel
from psnplanner.ui.panels.table_view import TableView
from psnplanner.ui.settings import settings
from psnplanner.ui.table_columns import USUAL, Column

_GROUPS = ("Site", "Plan", "Progress", "Contract", "From lists")
_KEPT = "site_table"
_LEAST_PX, _MOST_PX = 40, 900
_MARK_PX = 30


class StayingMenu(QMenu):
    """Stays open while boxes are ticked, so that several columns are chosen in one visit."""

    def mouseReleaseEvent(self, event: Any) -> None:
        action = self.actionAt(event.position().toPoint())
        if action is not None and action.isCheckable() and action.isEnabled():
            action.trigger()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: Any) -> None:
        action = self.activeAction()
        if event.key() == Qt.Key.Key_Space and action is not None and action.isCheckable():
            action.trigger()
        else:
            super().keyPressEvent(event)


class TableColumns(QObject):
    """The shown columns with their widths; kept for this person, or given by a view."""

    changed = Signal()

    def __init__(self, view: TableView, model: SiteModel) -> None:
        super().__init__(view)
        self._view, self._model = view, model
        self.widths: dict[str, int] = {}
        self.shown: list[str] = list(USUAL)
        self._arranging = False
        self._restore()
        header = view.horizontalHeader()
        header.setSectionsMovable(True)
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        # The words of a heading stand over those of its cells.
        header.setStyleSheet("QHeaderView::section { padding: 5px 4px 5px 3px; }")
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        # Of the table's own selection a header asks about every row of each column, at each paint.
        header.setSelectionModel(QItemSelectionModel(model, view))
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._menu_at)
        header.sectionResized.connect(self._resized)
        header.sectionMoved.connect(self._moved)
        header.sectionClicked.connect(self._clicked)
        model.sorted_anew.connect(header.viewport().update)
        self._keeping = QTimer(self, singleShot=True, interval=400)
        self._keeping.timeout.connect(self.keep)

    @property
    def _header(self) -> QHeaderView:
        return self._view.horizontalHeader()

    # What is shown

    def show(self, keys: Iterable[str], widths: dict[str, int] | None = None) -> None:
        """Show these columns in this order; those this programme does not have wait."""
        self.shown = list(dict.fromkeys(keys)) or list(USUAL)
        self.widths |= widths or {}
        self.refresh()
        self._tell()

    def refresh(self) -> None:
        """Show what is chosen, as far as the open programme has it."""
        if self._model.roster is None:
            return
        offered = self._model.rows.columns
        found = [column for key in self.shown if (column := offered.get(key))]
        if found != self._model.columns:
            self._arranging = True
            self._model.set_columns(found)
            self._straighten()
            self._arranging = False

    def _straighten(self) -> None:
        """The order of the header is the order of the columns; their widths are as left."""
        header = self._header
        for at, column in enumerate(self._model.columns):
            if header.visualIndex(at) != at:
                header.moveSection(header.visualIndex(at), at)
            header.resizeSection(at, self.widths.get(column.key) or self._usual_width(column))

    def _usual_width(self, column: Column) -> int:
        """As wide as its contents usually are, and its bold heading with the mark of its order."""
        heading = self._header.fontMetrics().horizontalAdvance(column.heading)
        return max(column.width, heading * 11 // 10 + _MARK_PX)

    def toggle(self, key: str, wanted: bool) -> None:
        """Show a column after the others, or put it away."""
        keys = [known for known in self.shown if known != key]
        self.show([*keys, key] if wanted else keys)
        if wanted:
            at = self._model.column_at(key)
            self._view.scrollTo(self._model.index(0, at)) if at >= 0 else None

    def usual(self) -> None:
        """The columns everybody begins with."""
        self.widths.clear()
        self.show(USUAL)
        self._straighten()

    def _resized(self, at: int, _before: int, width: int) -> None:
        stretched = at == len(self._model.columns) - 1
        if not self._arranging and not stretched and at < len(self._model.columns):
            self.widths[self._model.columns[at].key] = max(_LEAST_PX, min(_MOST_PX, width))
            self._tell()

    def _moved(self, *_: int) -> None:
        if not self._arranging:
            # After the header is done with its own drag.
            QTimer.singleShot(0, self, self._take_order)

    def _take_order(self) -> None:
        header, columns = self._header, self._model.columns
        keys = [columns[header.logicalIndex(at)].key for at in range(len(columns))]
        self.show([*keys, *(key for key in self.shown if key not in keys)])

    # Sorting

    def _clicked(self, at: int) -> None:
        from PySide6.QtWidgets import QApplication

        key = self._model.columns[at].key
        more = QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier
        self.sort(key, more=bool(more))

    def sort(self, key: str, down: bool | None = None, *, more: bool = False) -> None:
        """Sort by a column, the other way if it is so already; `more`: after the others."""
        now = dict(self._model.sorting)
        if down is None:
            alone = more or len(now) == 1
            down = not now[key] if key in now and alone else False
        self._model.set_sorting({**(now if more else {}), key: down}.items())
        self._tell()

    # The menu

    def _menu_at(self, at: QPoint) -> None:
        section = self._header.logicalIndexAt(at)
        column = self._model.columns[section] if 0 <= section < len(self._model.columns) else None
        self.menu(column).popup(self._header.mapToGlobal(at))

    def menu(self, column: Column | None = None) -> QMenu:
        """What can be done to a column, and which ones there are."""
        menu = StayingMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if column is not None:
            self._about(menu, column)
        if self._model.roster is not None:
            self._groups(menu)
        menu.addSeparator()
        menu.addAction("Usual columns").triggered.connect(self.usual)
        return menu

    def _about(self, menu: QMenu, column: Column) -> None:
        name, key = column.heading.replace("&", "&&"), column.key
        _do(menu, f"Sort by {name}", lambda: self.sort(key, False))
        _do(menu, f"Sort by {name}, last first", lambda: self.sort(key, True))
        _do(menu, f"Then by {name}", lambda: self.sort(key, False, more=True))
        menu.addSeparator()
        _do(menu, f"Hide {name}", lambda: self.toggle(key, False))
        at = self._model.column_at(key)
        _do(menu, "Fit to its contents", lambda: self._view.resizeColumnToContents(at))
        menu.addSeparator()

    def _groups(self, menu: QMenu) -> None:
        groups: dict[str, list[Column]] = {group: [] for group in _GROUPS}
        for column in self._model.rows.columns:
            groups.setdefault(column.group, []).append(column)
        stages: QMenu | None = None
        for group, columns in groups.items():
            if not columns:
                continue
            if group not in _GROUPS:
                stages = stages or menu.addMenu("Stages")
            under = StayingMenu(group.removeprefix("Stage ").capitalize(), menu)
            if group in _GROUPS:
                under.setTitle(group)
            (stages if stages and group not in _GROUPS else menu).addMenu(under)
            for column in columns:
                self._box(under, column)

    def _box(self, menu: QMenu, column: Column) -> None:
        action = QAction(column.heading.replace("&", "&&"), menu)
        action.setCheckable(True)
        action.setChecked(column.key in self.shown)
        action.toggled.connect(lambda on, key=column.key: self.toggle(key, on))
        menu.addAction(action)

    # What is kept

    def _tell(self) -> None:
        self._keeping.start()
        self.changed.emit()

    def keep_now(self) -> None:
        """Keep what would be kept in a moment; for a window that closes before that."""
        if self._keeping.isActive():
            self.keep()

    def keep(self) -> None:
        """Remember columns, widths and sorting for this person."""
        self._keeping.stop()
        kept = {
            "columns": self.shown,
            "widths": self.widths,
            "sorting": [list(by) for by in self._model.sorting],
        }
        settings().setValue(_KEPT, json.dumps(kept))

    def _restore(self) -> None:
        try:
            kept = json.loads(str(settings().value(_KEPT, "{}")))
            self.shown = [str(key) for key in kept.get("columns", USUAL)] or list(USUAL)
            self.widths = {str(k): int(w) for k, w in kept.get("widths", {}).items()}
            by = [(str(key), bool(down)) for key, down in kept.get("sorting", [])]
        except (ValueError, TypeError, AttributeError):
            return  # somebody edited it by hand: begin with the usual
        self._model.sorting = tuple(by) or self._model.sorting


def _do(menu: QMenu, words: str, act: Callable[[], object]) -> None:
    menu.addAction(words).triggered.connect(lambda: act())
