"""Recording a stage: state, day and note; a gate's refusal shown here, with the way round it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.gates import unmet
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.stage import BLOCKED, DONE, NOT_STARTED, STATES, WAITING, Stage
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.programme.state import State
from psnplanner.ui.panels.refusal import Refusal
from psnplanner.ui.wording import capital, from_qdate, to_qdate

Do = Callable[[Any], Any]


class RecordBox(QFrame):
    """Opens under a stage. `do` makes the edit and raises UserError where a gate holds."""

    closed = Signal()
    refused = Signal()

    def __init__(self, do: Do, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("record")
        self._do = do
        self._site: RecordId = b""
        self.stage_key = ""
        self.author = ""
        self.state, self.day = QComboBox(), day_edit()
        self.note, self.waiting_on = QLineEdit(), QLineEdit()
        self.record, self.cancel = QPushButton("Record"), QPushButton("Close")
        self.refusal, self._waits = Refusal(), QWidget()
        self._name()
        self._lay_out()
        self._connect()
        self.hide()

    def _name(self) -> None:
        for state in STATES:
            self.state.addItem(capital(state), state)
        self.note.setPlaceholderText("Note (optional)")
        self.waiting_on.setPlaceholderText("Whom it waits on")
        self.state.setAccessibleName("State of the stage")
        self.day.setAccessibleName("Day it happened")
        self.note.setAccessibleName("Note")
        self.waiting_on.setAccessibleName("Whom it waits on")
        self.record.setProperty("primary", True)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(6)
        grid.addWidget(self.state, 0, 0)
        grid.addWidget(self.day, 0, 1)
        line = QHBoxLayout(self._waits)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(QLabel("Waits on"))
        line.addWidget(self.waiting_on, 1)
        grid.addWidget(self._waits, 1, 0, 1, 2)
        grid.addWidget(self.note, 2, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.record)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(grid)
        layout.addWidget(self.refusal)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self.record.clicked.connect(lambda: self._try(""))
        self.refusal.overridden.connect(self._try)
        self.cancel.clicked.connect(self.leave)
        self.state.currentIndexChanged.connect(self._state_picked)

    def begin(self, state: State, site: Site, stage: Stage, on: date) -> None:
        """Offer the likeliest next state of this stage."""
        self._site, self.stage_key = site.id, stage.key
        records = state.stages_of(site.id)
        now = state.workflow.state_of(stage, site, records)
        record = records.get(stage.key)
        likely = DONE if not unmet(state, site, stage, on) else WAITING
        self.state.setCurrentIndex(STATES.index(NOT_STARTED if now == DONE else likely))
        self.day.setDate(to_qdate(on))
        self.note.setText(record.note if record else "")
        self.waiting_on.setText((record.waiting_on if record else "") or stage.owner)
        self._state_picked()
        self.show()
        self.state.setFocus()

    def _state_picked(self) -> None:
        self._waits.setVisible(self.state.currentData() in (WAITING, BLOCKED))
        self.refusal.clear()

    def leave(self) -> None:
        """Close without recording."""
        self.hide()
        self.closed.emit()

    def edit(self, override: str = "") -> RecordStage:
        """What the person has put in."""
        waits = self.state.currentData() in (WAITING, BLOCKED)
        return RecordStage(
            self._site,
            self.stage_key,
            self.state.currentData(),
            from_qdate(self.day.date()),
            by=self.author if override else "",
            note=self.note.text().strip(),
            waiting_on=self.waiting_on.text().strip() if waits else "",
            override=override,
        )

    def _try(self, override: str) -> None:
        try:
            self._do(self.edit(override))
        except UserError as error:
            self._refuse(error)
        else:
            self.leave()

    def _refuse(self, error: UserError) -> None:
        self.refusal.say(error)
        self.refused.emit()

    def keyPressEvent(self, event: Any) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            pressed = self.focusWidget()
            (pressed if isinstance(pressed, QPushButton) else self.record).click()
        else:
            super().keyPressEvent(event)


def day_edit() -> QDateEdit:
    """A date as the United Kingdom writes it, with a calendar to pick from."""
    edit = QDateEdit(QDate.currentDate())
    edit.setDisplayFormat("d MMM yyyy")
    edit.setCalendarPopup(True)
    return edit
