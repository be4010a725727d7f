"""The note of a site: typed freely, saved on leaving it, one undo for each time it is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site

_LINES = (3, 10)
"""It shows as many lines as it holds, within these."""


class NoteBox(QWidget):
    """Keeps what was typed until it is saved; a refusal is said under it and nothing is lost."""

    def __init__(self, do: Callable[[Any], Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._do = do
        self._site: RecordId | None = None
        self._name = ""
        self._known = ""
        self.edit, self.said = QPlainTextEdit(), QLabel()
        self.edit.setPlaceholderText("Anything worth knowing: saved when you leave this box.")
        self.edit.setAccessibleName("Note of the site")
        self.edit.setTabChangesFocus(True)
        self.edit.installEventFilter(self)
        self.edit.textChanged.connect(self._fit)
        self.said.setWordWrap(True)
        self.said.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(self.edit)
        layout.addWidget(self.said)
        self._fit()

    def show_site(self, site: Site) -> None:
        """Show the note of this site; what was typed for another one is saved first."""
        if site.id != self._site:
            self.save()
            self._site, self._name = site.id, site.reference or site.name
            self._show(site.note)
        elif site.note != self._known:
            # It changed elsewhere; what a person is typing meanwhile is theirs.
            if self.edit.toPlainText() == self._known:
                self._show(site.note)
            self._known = site.note

    def _show(self, note: str) -> None:
        self._known = note
        self.edit.setPlainText(note)
        self.said.hide()

    def leave(self) -> None:
        """Save, and show no site any more."""
        self.save()
        self._site = None
        self._show("")

    @property
    def changed(self) -> bool:
        """Whether there is anything to save."""
        return self._site is not None and self.edit.toPlainText().rstrip() != self._known

    def save(self) -> None:
        """Save what was typed, if anything was."""
        if not self.changed or self.edit.isReadOnly():
            return
        assert self._site is not None
        note = self.edit.toPlainText().rstrip()
        before, self._known = self._known, note
        try:
            self._do(Amend("site", [self._site], {"note": note}, f"Note on {self._name}"))
        except UserError as error:
            self._known = before
            self.said.setText(f"Not saved. {error.what} {error.remedy}".strip())
            self.said.show()
        else:
            self.said.hide()

    def set_read_only(self, read_only: bool) -> None:
        """Whether it may only be read."""
        self.edit.setReadOnly(read_only)

    def _fit(self) -> None:
        lines = min(max(self.edit.document().blockCount(), _LINES[0]), _LINES[1])
        margins = self.edit.contentsMargins()
        inside = 2 * self.edit.document().documentMargin() + margins.top() + margins.bottom()
        self.edit.setFixedHeight(int(self.edit.fontMetrics().lineSpacing() * lines + inside) + 8)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.save()
        elif event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return super().eventFilter(watched, event)

    def _key(self, event: Any) -> bool:
        if event.key() == Qt.Key.Key_Escape and self.changed:
            self._show(self._known)
            return True
        if event.key() == Qt.Key.Key_Return and event.modifiers() & _CONTROL:
            self.save()
            return True
        return False


_CONTROL = Qt.KeyboardModifier.ControlModifier
