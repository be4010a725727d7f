"""Recording a stage: state, day and note; a gate's refusal shown here, with the way round it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend, Compose, Edit
from psnplanner.programme.gates import unmet
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site, StageRecord
from psnplanner.programme.stage import BLOCKED, DONE, NOT_STARTED, PASSED, STATES, WAITING, Stage
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
        self.note, self.waiting_on, self.next_action = QLineEdit(), QLineEdit(), QLineEdit()
        self.is_due, self.due = QCheckBox("&Due"), day_edit()
        self.record, self.cancel = QPushButton("Record"), QPushButton("Close")
        self.refusal, self.fields = Refusal(), QFormLayout()
        self._stage: Stage | None = None
        self._record: StageRecord | None = None
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
        self.next_action.setAccessibleName("What they are to do next")
        self.is_due.setToolTip("The day it is now expected to be done")
        self.due.setAccessibleName("Day it is expected to be done")
        self.record.setProperty("primary", True)

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(6)
        first.addWidget(self.state, 1)
        first.addWidget(self.day, 1)
        self.fields.setSpacing(6)
        self.fields.addRow("&Waits on", self.waiting_on)
        self.fields.addRow("Ne&xt", self.next_action)
        self.fields.addRow(self.is_due, self.due)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.record)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(first)
        layout.addLayout(self.fields)
        layout.addWidget(self.note)
        layout.addWidget(self.refusal)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self.record.clicked.connect(lambda: self._try(""))
        self.refusal.overridden.connect(self._try)
        self.cancel.clicked.connect(self.leave)
        self.state.currentIndexChanged.connect(self._state_picked)
        self.is_due.toggled.connect(self.due.setEnabled)

    def begin(self, state: State, site: Site, stage: Stage, on: date) -> None:
        """Offer the likeliest next state of this stage."""
        self._site, self.stage_key, self._stage = site.id, stage.key, stage
        records = state.stages_of(site.id)
        now = state.workflow.state_of(stage, site, records)
        record = self._record = records.get(stage.key)
        likely = DONE if not unmet(state, site, stage, on) else WAITING
        self.state.setCurrentIndex(STATES.index(NOT_STARTED if now == DONE else likely))
        self.day.setDate(to_qdate(on))
        self.note.setText(record.note if record else "")
        self.note.setCursorPosition(0)
        self.waiting_on.setText((record.waiting_on if record else "") or stage.owner)
        self.next_action.setText((record.next_action if record else "") or stage.next_action)
        due = record.forecast_on if record else None
        self.is_due.setChecked(due is not None)
        self.due.setEnabled(due is not None)
        self.due.setDate(to_qdate(due or (record.planned_on if record else None) or on))
        self.setAccessibleName(f"Record {stage.name}")
        self._state_picked()
        self.show()
        self.state.setFocus()

    def _state_picked(self) -> None:
        waits = self.state.currentData() in (WAITING, BLOCKED)
        self.fields.setRowVisible(0, waits)
        self.fields.setRowVisible(1, waits)
        self.fields.setRowVisible(2, self.state.currentData() not in PASSED)
        self.refusal.clear()

    def leave(self) -> None:
        """Close without recording."""
        self.hide()
        self.closed.emit()

    def edit(self, override: str = "") -> Edit:
        """What the person has put in."""
        waits = self.state.currentData() in (WAITING, BLOCKED)
        recorded = RecordStage(
            self._site,
            self.stage_key,
            self.state.currentData(),
            from_qdate(self.day.date()),
            by=self.author if override else "",
            note=self.note.text().strip(),
            waiting_on=self.waiting_on.text().strip() if waits else "",
            override=override,
        )
        more = self._more(waits)
        if not more:
            return recorded
        ident = StageRecord.id_for(self._site, self.stage_key)
        return Compose("", [recorded, Amend("stage", [ident], more)])

    def _more(self, waits: bool) -> dict[str, Any]:
        """What recording a state does not say: the next step in other words, and when."""
        more: dict[str, Any] = {}
        action = self.next_action.text().strip()
        if waits and self._stage and action != self._stage.next_action:
            more["next_action"] = action
        known = self._record.forecast_on if self._record else None
        due = from_qdate(self.due.date()) if self.is_due.isChecked() else None
        if self.state.currentData() not in PASSED and due != known:
            more["forecast_on"] = due
        return more

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
