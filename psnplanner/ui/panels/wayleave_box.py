"""The wayleave of a site: how it stands, and a form to record what became of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import WAYLEAVE_STATES, Site, Wayleave
from psnplanner.programme.stage_edits import SetWayleave
from psnplanner.programme.state import State
from psnplanner.ui.panels.record_box import day_edit
from psnplanner.ui.panels.refusal import Refusal
from psnplanner.ui.wording import capital, from_qdate, short_day, to_qdate

_DAY_WORDS = {
    "requested": "&Requested on",
    "granted": "&Granted on",
    "refused": "&Refused on",
    "expired": "E&xpired on",
    "not needed": "&Settled on",
}
_NEXT = {"requested": "granted", "granted": "expired", "refused": "requested"}


class WayleaveBox(QWidget):
    """A line that tells how it stands; "Record…" opens the form. `do` makes the edit."""

    opened = Signal()

    def __init__(self, do: Callable[[Any], Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._do = do
        self.author = ""
        self._site: RecordId | None = None
        self._known: Wayleave | None = None
        self._on = date.today()
        self.text, self.change = QLabel(), QPushButton("Record…")
        self.form = QFrame()
        self.state, self.day, self.until = QComboBox(), day_edit(), day_edit()
        self.ends = QCheckBox("&until")
        self.landowner, self.note = QLineEdit(), QLineEdit()
        self.button, self.cancel = QPushButton("Record"), QPushButton("Close")
        self.refusal = Refusal()
        self._day_words = QLabel()
        self._name()
        self._lay_out()
        self._connect()
        self.form.hide()

    def _name(self) -> None:
        for state in WAYLEAVE_STATES:
            self.state.addItem(capital(state), state)
        self.text.setObjectName("faint")
        self.text.setWordWrap(True)
        self.form.setObjectName("record")
        self.button.setProperty("primary", True)
        self.change.setAccessibleName("Record the wayleave")
        self.day.setAccessibleName("Day of the wayleave")
        self.until.setAccessibleName("Last day of the wayleave")
        self.landowner.setPlaceholderText("Who owns the land")
        self.note.setPlaceholderText("Note (optional)")
        self._day_words.setBuddy(self.day)

    def _lay_out(self) -> None:
        heading = QLabel("Wayleave")
        heading.setObjectName("heading")
        top = QHBoxLayout()
        top.addWidget(heading, 1)
        top.addWidget(self.change)
        fields = QFormLayout()
        fields.setSpacing(6)
        fields.addRow("&It is", self.state)
        fields.addRow(self._day_words, self.day)
        fields.addRow(self.ends, self.until)
        fields.addRow("&Owner", self.landowner)
        fields.addRow("&Note", self.note)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.button)
        inside = QVBoxLayout(self.form)
        inside.setContentsMargins(8, 8, 8, 8)
        inside.addLayout(fields)
        inside.addWidget(self.refusal)
        inside.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.text)
        layout.addWidget(self.form)

    def _connect(self) -> None:
        self.change.clicked.connect(self.open)
        self.cancel.clicked.connect(self.leave)
        self.button.clicked.connect(lambda: self._try(""))
        self.refusal.overridden.connect(self._try)
        self.state.currentIndexChanged.connect(self._state_picked)
        self.ends.toggled.connect(self.until.setEnabled)

    def show_site(self, state: State, site: Site, on: date) -> None:
        """Show the wayleave of this site."""
        if site.id != self._site:
            self.leave()
        self._site, self._known, self._on = site.id, state.wayleave_of(site.id), on
        self.text.setText(wayleave_words(self._known, site))

    def open(self) -> None:
        """Offer the likeliest next step."""
        known = self._known
        likely = _NEXT.get(known.state, "requested") if known else "requested"
        self.state.setCurrentIndex(WAYLEAVE_STATES.index(likely))
        self.day.setDate(to_qdate(self._on))
        self.landowner.setText(known.landowner if known else "")
        self.note.setText(known.note if known else "")
        ends = known.expires_on if known else None
        self.ends.setChecked(ends is not None)
        self.until.setEnabled(ends is not None)
        self.until.setDate(to_qdate(ends or self._a_year_on()))
        self._state_picked()
        self.form.show()
        self.state.setFocus()
        self.opened.emit()

    def _a_year_on(self) -> date:
        return date(self._on.year + 10, self._on.month, min(self._on.day, 28))

    def leave(self) -> None:
        """Close without recording."""
        self.form.hide()
        self.refusal.clear()

    def _state_picked(self) -> None:
        state = self.state.currentData()
        self._day_words.setText(_DAY_WORDS[state])
        self.ends.setVisible(state == "granted")
        self.until.setVisible(state == "granted")
        self.refusal.clear()

    def edit(self, override: str = "") -> SetWayleave:
        """What the person has put in."""
        assert self._site is not None
        state = self.state.currentData()
        ends = state == "granted" and self.ends.isChecked()
        return SetWayleave(
            self._site,
            state,
            from_qdate(self.day.date()),
            expires_on=from_qdate(self.until.date()) if ends else None,
            landowner=self.landowner.text().strip(),
            note=self.note.text().strip(),
            by=self.author if override else "",
            override=override,
        )

    def _try(self, override: str) -> None:
        try:
            self._do(self.edit(override))
        except UserError as error:
            self.refusal.say(error)
            self.opened.emit()
        else:
            self.leave()

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Escape and self.form.isVisible():
            self.leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.form.isVisible():
            pressed = self.focusWidget()
            (pressed if isinstance(pressed, QPushButton) else self.button).click()
        else:
            super().keyPressEvent(event)


def wayleave_words(wayleave: Wayleave | None, site: Site) -> str:
    """How a wayleave stands, in a line or two."""
    if wayleave is None or not wayleave.state:
        owned = site.tenure == "owned"
        return "Owned land: none needed." if owned else "Nothing recorded of a wayleave yet."
    words = capital(wayleave.state)
    day = {"requested": wayleave.requested_on, "expired": wayleave.expires_on}.get(
        wayleave.state, wayleave.decided_on
    )
    words += f" on {short_day(day)}" if day and wayleave.state != "not needed" else ""
    if wayleave.state in ("granted", "refused") and wayleave.requested_on:
        words += f", asked for on {short_day(wayleave.requested_on)}"
    if wayleave.expires_on and wayleave.state == "granted":
        words += f", until {short_day(wayleave.expires_on)}"
    words += f" · {wayleave.landowner}" if wayleave.landowner else ""
    return words + (f"\n“{wayleave.note}”" if wayleave.note else "")
