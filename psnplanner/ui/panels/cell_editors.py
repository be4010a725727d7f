"""How a cell is painted and typed into: the right editor for what its column holds."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QDate, QEvent, QPoint, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QCalendarWidget,
    QComboBox,
    QCompleter,
    QLineEdit,
    QPlainTextEdit,
    QStyle,
    QStyledItemDelegate,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.ui.panels.table_view import TableView
from psnplanner.ui.table_columns import CHOICE, DAY, LINES, LINK, MONEY, YES_NO, Column
from psnplanner.ui.typed_values import day_of
from psnplanner.ui.wording import capital, from_qdate, short_day, to_qdate

_STATE = QStyle.StateFlag
_LEAST_WIDE_PX = {LINES: 280, LINK: 200, CHOICE: 140, DAY: 130}
_LINES_TALL_PX = 96
_PAD_PX, _PICTURE_PX = 3, 12
_TINT = 0.18
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CellDelegate(QStyledItemDelegate):
    """Editors for the table of sites; the cells of the block are tinted, the current one framed."""

    def __init__(self, view: TableView) -> None:
        super().__init__(view)
        self._view = view

    # Painting: by hand, for the style sheet's own way costs ten times as much a cell

    def paint(self, painter: QPainter, option: Any, index: Any) -> None:
        view, rect = self._view, option.rect
        inks, look_of = view.inks, view.sites.look_of(index.row(), index.column())
        ground = inks["danger_ground"] if look_of.wrong else None
        if look_of.chosen and ground is None:
            ground = inks["chosen"]
        if option.state & _STATE.State_Selected:
            ground = _mixed(ground or inks["base"], inks["accent"])
        if ground is not None:
            painter.fillRect(rect, ground)
        left, right = rect.left() + _PAD_PX, rect.right() - _PAD_PX
        if look_of.picture is not None:
            painter.drawPixmap(left, rect.top() + (rect.height() - _PICTURE_PX) // 2,
                               look_of.picture)  # fmt: skip
            left += _PICTURE_PX + 5
        if look_of.words:
            room = QRect(left, rect.top(), max(0, right - left), rect.height())
            words = option.fontMetrics.elidedText(
                look_of.words, Qt.TextElideMode.ElideRight, room.width()
            )
            painter.setPen(inks["text"])
            painter.drawText(room, _RIGHT if look_of.right else _LEFT, words)
        if index == view.currentIndex() and view.hasFocus():
            painter.setPen(QPen(inks["accent"], 1.5))
            painter.drawRect(rect.adjusted(1, 1, -2, -2))

    # Editing

    def createEditor(self, parent: QWidget, option: Any, index: Any) -> QWidget:
        column = self._view.sites.columns[index.column()]
        state = self._view.sites.rows.state
        choices = column.choices(state) if column.choices else []
        editor = _editor(column, choices, parent)
        editor.setAccessibleName(column.heading)
        if isinstance(editor, _Choice):
            editor.activated.connect(lambda: self._done(editor))
            if self._view.by_mouse:
                QTimer.singleShot(0, editor.showPopup)
        return editor

    def _done(self, editor: QWidget) -> None:
        self.commitData.emit(editor)
        self.closeEditor.emit(editor)

    def setEditorData(self, editor: Any, index: Any) -> None:
        editor.set_words(index.data(Qt.ItemDataRole.EditRole) or "")

    def setModelData(self, editor: Any, model: Any, index: Any) -> None:
        # Written once the editor is closed: what is written may move the line away.
        words, ident = editor.words(), model.ident(index.row())
        key = model.columns[index.column()].key
        QTimer.singleShot(0, self._view, lambda: _write(self._view, ident, key, words))

    def updateEditorGeometry(self, editor: QWidget, option: Any, index: Any) -> None:
        column = self._view.sites.columns[index.column()]
        rect = QRect(option.rect)
        rect.setWidth(max(rect.width(), _LEAST_WIDE_PX.get(column.kind, 90)))
        if column.kind == LINES:
            rect.setHeight(_LINES_TALL_PX)
        room = self._view.viewport().rect()
        rect.moveRight(min(rect.right(), max(room.right(), rect.width())))
        rect.moveBottom(min(rect.bottom(), max(room.bottom(), rect.height())))
        editor.setGeometry(rect)

    def eventFilter(self, editor: Any, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress:
            plain = event.modifiers() in (
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.KeypadModifier,
            )
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
                self._enter(editor)
                return True
        return super().eventFilter(editor, event)

    def _enter(self, editor: QWidget) -> None:
        """Enter keeps what is typed and goes a line down, as in a spreadsheet."""
        at = self._view.currentIndex()
        self._done(editor)
        if at.isValid() and at.row() + 1 < self._view.sites.rowCount():
            self._view.go_to(at.row() + 1, at.column(), select=True)


def _write(view: TableView, ident: Any, key: str, words: str) -> None:
    model = view.sites
    if model.roster is None or ident not in model.rows.index_of:
        return
    line, column = model.line_of(model.rows.index_of[ident]), model.column_at(key)
    if line >= 0 and column >= 0:
        model.setData(model.index(line, column), words)


def _mixed(ground: QColor, top: QColor) -> QColor:
    """A colour with a little of another laid over it."""
    return QColor(
        *(
            round(one + (two - one) * _TINT)
            for one, two in zip(ground.getRgb()[:3], top.getRgb()[:3], strict=True)
        )
    )


def _editor(column: Column, choices: list[str], parent: QWidget) -> Any:
    if column.kind == LINES:
        return _Lines(parent)
    if column.kind == DAY:
        return DayEdit(parent)
    if column.kind == YES_NO:
        return _Choice(["yes", "no"], parent, blank=False)
    if column.kind == CHOICE:
        return _Choice(choices, parent)
    if column.choices is not None:
        return _Pick(choices, parent, listed_only=column.kind == LINK)
    edit = _Text(parent)
    if column.kind == MONEY:
        edit.setPlaceholderText("pounds a year")
        edit.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return edit


class _Text(QLineEdit):
    def set_words(self, words: str) -> None:
        self.setText(words)

    def words(self) -> str:
        return self.text()


class _Lines(QPlainTextEdit):
    """Several lines: Enter keeps them, Shift+Enter begins another."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setPlaceholderText("Shift+Enter begins a line")

    def set_words(self, words: str) -> None:
        self.setPlainText(words)
        self.selectAll()

    def words(self) -> str:
        return self.toPlainText()


class _Choice(QComboBox):
    """One of a few words; the first is none."""

    def __init__(self, choices: list[str], parent: QWidget, *, blank: bool = True) -> None:
        super().__init__(parent)
        if blank:
            self.addItem("—", "")
        for words in choices:
            self.addItem(capital(words), words)

    def set_words(self, words: str) -> None:
        at = self.findData(words.casefold())
        if at < 0 and words:
            self.addItem(words, words)
            at = self.count() - 1
        self.setCurrentIndex(max(0, at))

    def words(self) -> str:
        return self.currentData() or ""


class _Pick(QComboBox):
    """A name, found by any part of it as it is typed."""

    def __init__(self, choices: list[str], parent: QWidget, *, listed_only: bool) -> None:
        super().__init__(parent)
        self._listed_only = listed_only
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.addItems(choices)
        completer = QCompleter(choices, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCompleter(completer)
        self.lineEdit().setPlaceholderText("none")

    def set_words(self, words: str) -> None:
        self.setCurrentIndex(self.findText(words))
        self.setEditText(words)
        self.lineEdit().selectAll()

    def words(self) -> str:
        words = self.currentText().strip()
        if not self._listed_only or not words or self.findText(words) >= 0:
            return words
        wanted = words.casefold()
        # Part of just one name is as good as the name.
        found = [self.itemText(i) for i in range(self.count())]
        fit = [name for name in found if wanted in name.casefold()]
        exact = [name for name in fit if name.casefold() == wanted]
        return (exact or fit)[0] if len(exact or fit) == 1 else words


class DayEdit(QLineEdit):
    """A date typed in any usual way, or taken from the calendar behind its button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("3 Jun 2014")
        action = self.addAction(_calendar_icon(), QLineEdit.ActionPosition.TrailingPosition)
        action.setToolTip("Calendar (Alt+Down)")
        action.triggered.connect(self.show_calendar)
        self._calendar: QCalendarWidget | None = None

    def set_words(self, words: str) -> None:
        """Show a date."""
        self.setText(words)

    def words(self) -> str:
        """What was typed."""
        return self.text()

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.show_calendar()
        else:
            super().keyPressEvent(event)

    def show_calendar(self) -> None:
        """Open the calendar on the date typed so far."""
        calendar = QCalendarWidget(self)
        calendar.setWindowFlag(Qt.WindowType.Popup)
        calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        try:
            typed = day_of(self.text())
        except UserError:
            typed = None
        calendar.setSelectedDate(to_qdate(typed) if typed else QDate.currentDate())
        calendar.clicked.connect(self._take)
        calendar.activated.connect(self._take)
        calendar.move(self.mapToGlobal(QPoint(0, self.height())))
        calendar.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        calendar.show()
        calendar.setFocus()
        self._calendar = calendar

    def _take(self, day: QDate) -> None:
        self.setText(short_day(from_qdate(day)))
        if self._calendar is not None:
            self._calendar.close()
        self.setFocus()


def _calendar_icon() -> QIcon:
    pixmap = QPixmap(32, 32)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setPen(QPen(QApplication.palette().placeholderText().color(), 1.2))
    painter.drawRoundedRect(2, 3, 12, 11, 2, 2)
    painter.drawLine(2, 7, 14, 7)
    painter.drawLine(5, 1, 5, 4)
    painter.drawLine(11, 1, 11, 4)
    painter.end()
    return QIcon(pixmap)
