"""One fact of a site: a value to read, and what it is changed with in its place."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import plural
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.ui.panels.site_facts import Fact, typed_text
from psnplanner.ui.wording import capital

_EDIT_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_F2)
_COMING_AND_GOING = (
    QEvent.Type.FocusIn,
    QEvent.Type.FocusOut,
    QEvent.Type.Enter,
    QEvent.Type.Leave,
)


class FactLine(QWidget):
    """One value: read, and with `open_editor` changed. Escape leaves it as it was."""

    change_wanted = Signal()
    given = Signal(object)
    left = Signal()

    def __init__(self, fact: Fact, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fact = fact
        self.editor: QWidget | None = None
        self.heading, self.value, self.said = QLabel(fact.heading), QLabel(), QLabel()
        self.heading.setContentsMargins(0, 2, 0, 2)
        self.show_all = QToolButton()
        self.show_all.setText("›")
        self.show_all.setAutoRaise(True)
        self.show_all.setStyleSheet("padding: 0px 6px;")
        self.value.setWordWrap(True)
        self.value.setContentsMargins(0, 2, 0, 2)
        self.value.setTextFormat(Qt.TextFormat.PlainText)
        self.value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.value.installEventFilter(self)
        self.value.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.value.customContextMenuRequested.connect(self._menu)
        self.said.setWordWrap(True)
        self.said.hide()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self._layout.addWidget(self.value)
        self._layout.addWidget(self.said)

    def show_words(self, words: str, *, can_change: bool) -> None:
        """Show the value; a line that can be changed says so to hand, key and reader."""
        changes = can_change and self.fact.kind != "fixed"
        self.value.setText(words or "not known")
        self.value.setEnabled(bool(words))
        self.value.setFocusPolicy(Qt.FocusPolicy.TabFocus if changes else Qt.FocusPolicy.NoFocus)
        self.value.setCursor(
            Qt.CursorShape.PointingHandCursor if changes else Qt.CursorShape.ArrowCursor
        )
        self.value.setAccessibleName(f"{self.fact.heading}: {words or 'not known'}")
        self.value.setAccessibleDescription("Press Enter to change it" if changes else "")
        self.value.setToolTip("Click to change" if changes else "")

    def set_shown(self, shown: bool) -> None:
        """Show or hide the whole line."""
        self.setVisible(shown)
        self.heading.setVisible(shown)
        if not shown:
            self.show_all.hide()

    def offer_sites(self, count: int) -> None:
        """Offer to show the sites that have the same; 1 is this site alone."""
        self.show_all.setVisible(count > 1)
        words = f"Show the {plural(count, 'site')} with this {self.fact.heading.lower()}"
        self.show_all.setToolTip(words)
        self.show_all.setAccessibleName(words)

    def open_editor(self, editor: QWidget) -> None:
        """Put a widget to change it with in the place of the value."""
        self.close_editor()
        self.editor = editor
        editor.setAccessibleName(self.fact.heading)
        editor.installEventFilter(self)
        self._layout.insertWidget(0, editor)
        self.value.hide()
        editor.setFocus()
        if isinstance(editor, QLineEdit):
            editor.selectAll()
        elif isinstance(editor, QComboBox):
            editor.activated.connect(lambda _: self._finish())

    def close_editor(self) -> None:
        """Show the value again."""
        editor, self.editor = self.editor, None
        self.said.hide()
        if editor is None:
            return
        had_focus = editor.hasFocus()
        editor.removeEventFilter(self)
        self._layout.removeWidget(editor)
        editor.hide()
        editor.deleteLater()
        self.value.show()
        if had_focus:
            self.value.setFocus()

    def refuse(self, error: UserError) -> None:
        """Say why it was not taken."""
        self.said.setText(f"{error.what} {error.remedy}".strip())
        self.said.show()

    def _finish(self) -> None:
        if isinstance(self.editor, QComboBox):
            self.given.emit(self.editor.currentData())
        elif isinstance(self.editor, QLineEdit):
            self.given.emit(self.editor.text())

    def _leave(self) -> None:
        self.close_editor()
        self.left.emit()

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction("Copy")
        copy.triggered.connect(lambda: QGuiApplication.clipboard().setText(self.value.text()))
        if self.value.focusPolicy() != Qt.FocusPolicy.NoFocus:
            menu.addAction("Change…").triggered.connect(self.change_wanted)
        menu.popup(self.value.mapToGlobal(at))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.value:
            return self._value_event(event)
        if watched is self.editor and event.type() == QEvent.Type.KeyPress:
            return self._editor_key(event)
        if watched is self.editor and event.type() == QEvent.Type.FocusOut:
            self._editor_left(event)
        return super().eventFilter(watched, event)

    def _value_event(self, event: Any) -> bool:
        if self.value.focusPolicy() == Qt.FocusPolicy.NoFocus:
            return False
        if event.type() == QEvent.Type.KeyPress and event.key() in _EDIT_KEYS:
            self.change_wanted.emit()
            return True
        if event.type() == QEvent.Type.MouseButtonRelease:
            if event.button() == Qt.MouseButton.LeftButton:
                self.change_wanted.emit()
                return True
        elif event.type() in _COMING_AND_GOING:
            # Where the hand or the keys are, the value looks like the link to its editor it is.
            QTimer.singleShot(0, self, self._underline)
        return False

    def _underline(self) -> None:
        font = self.value.font()
        font.setUnderline(self.value.underMouse() or self.value.hasFocus())
        self.value.setFont(font)

    def _editor_key(self, event: Any) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            return True
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish()
            return True
        return False

    def _editor_left(self, event: Any) -> None:
        # A list or menu that opens over it takes the focus only for a while.
        if event.reason() not in (
            Qt.FocusReason.PopupFocusReason,
            Qt.FocusReason.ActiveWindowFocusReason,
        ):
            self._finish()


def editor_for(fact: Fact, state: State, site: Site) -> QWidget:
    """What a fact of this site is changed with: a line to type in, or a list to choose from."""
    if fact.kind in ("text", "money", "day", "number"):
        edit = QLineEdit(typed_text(fact, site))
        edit.setPlaceholderText({"money": "pounds a year", "day": "3 Jun 2014"}.get(fact.kind, ""))
        return edit
    box, now = QComboBox(), getattr(site, fact.field)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(7)
    for words, value in _values(fact, state, now):
        box.addItem(words, value)
        if value == now:
            box.setCurrentIndex(box.count() - 1)
    return box


def _values(fact: Fact, state: State, now: Any) -> list[tuple[str, Any]]:
    if fact.kind == "yes_no":
        return [("No", False), ("Yes: never shown to the public", True)]
    if fact.kind == "link":
        records: Any = state.tables[fact.entity].values()
        named = sorted((record.name, record.id) for record in records)
        return [("None", None), *named]
    choices = fact.choices if now in fact.choices or not now else (*fact.choices, now)
    return [("Not known", ""), *((capital(value), value) for value in choices)]
