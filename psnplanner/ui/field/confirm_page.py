"""The last of three taps: record a stage as done today, or say that it waits, and on whom."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from psnplanner.errors import UserError
from psnplanner.programme.gates import uk
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.stage import BLOCKED, DONE, IN_PROGRESS, NOT_NEEDED, WAITING, Stage
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.programme.state import State
from psnplanner.ui.field.touch import BigButton, scroll_by_finger
from psnplanner.ui.panels.record_box import day_edit
from psnplanner.ui.panels.refusal import Refusal
from psnplanner.ui.wording import from_qdate, to_qdate

_OTHERS = (
    (IN_PROGRESS, "In progress"),
    (WAITING, "Waiting"),
    (BLOCKED, "Blocked"),
    (NOT_NEEDED, "Not needed"),
)


class ConfirmPage(QWidget):
    """`do` makes the edit; a gate's refusal stays on the page, with the way round it."""

    recorded = Signal()

    def __init__(self, do: Callable[[Any], Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._do = do
        self.author = ""
        self._site: RecordId = b""
        self._stage_key = self._wanted = ""
        self._today = date.min
        self.title, self.at = QLabel(), QLabel()
        self.done = BigButton(main=True)
        self.day = day_edit()
        self.waiting_on, self.note = QLineEdit(), QLineEdit()
        self.others = {state: BigButton(words) for state, words in _OTHERS}
        self.refusal = Refusal()
        self._build()
        self._connect()

    def _build(self) -> None:
        self.title.setObjectName("title")
        self.at.setObjectName("large")
        for label in (self.title, self.at):
            label.setWordWrap(True)
        self.day.setAccessibleName("Day it happened")
        self.waiting_on.setPlaceholderText("Whom it waits on, if it waits")
        self.waiting_on.setAccessibleName("Whom it waits on")
        self.note.setPlaceholderText("Note (optional)")
        self.note.setAccessibleName("Note")
        self.refusal.text.setObjectName("large")
        paper = QWidget(objectName="paper")
        layout = QVBoxLayout(paper)
        layout.setContentsMargins(14, 14, 14, 14)
        layout.setSpacing(12)
        for widget in (self.title, self.at, self.done, self.refusal):
            layout.addWidget(widget)
        layout.addWidget(_faint("On another day"))
        layout.addWidget(self.day)
        layout.addWidget(_faint("Something to note"))
        layout.addWidget(self.note)
        layout.addWidget(_faint("It is not done yet"))
        layout.addWidget(self.waiting_on)
        for pair in ((IN_PROGRESS, WAITING), (BLOCKED, NOT_NEEDED)):
            line = QHBoxLayout()
            for state in pair:
                line.addWidget(self.others[state])
            layout.addLayout(line)
        layout.addStretch(1)
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setWidget(paper)
        scroll_by_finger(self.scroll)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.scroll)

    def _connect(self) -> None:
        self.done.clicked.connect(lambda: self._begin(DONE))
        for state, button in self.others.items():
            button.clicked.connect(lambda _=False, wanted=state: self._begin(wanted))
        self.day.dateChanged.connect(self._name_day)
        self.refusal.overridden.connect(self._try)

    def begin(self, state: State, site: Site, stage: Stage, on: date) -> None:
        """Offer to record this stage as done on the present day."""
        self._site, self._stage_key, self._today = site.id, stage.key, on
        record = state.stages_of(site.id).get(stage.key)
        self.title.setText(stage.name)
        self.at.setText(f"at {site.name or site.reference}")
        self.day.setDate(to_qdate(on))
        self.note.setText(record.note if record else "")
        self.waiting_on.setText((record.waiting_on if record else "") or stage.owner)
        self.refusal.clear()
        self._name_day()
        self.scroll.verticalScrollBar().setValue(0)
        self.done.setFocus()

    def _name_day(self) -> None:
        on = from_qdate(self.day.date())
        today = "today, " if on == self._today else "on "
        self.done.setText(f"Done {today}{uk(on)}")
        self.refusal.clear()

    def _begin(self, wanted: str) -> None:
        self._wanted = wanted
        self._try("")

    def _try(self, override: str) -> None:
        waits = self._wanted in (WAITING, BLOCKED)
        edit = RecordStage(
            self._site,
            self._stage_key,
            self._wanted,
            from_qdate(self.day.date()),
            by=self.author if override else "",
            note=self.note.text().strip(),
            waiting_on=self.waiting_on.text().strip() if waits else "",
            override=override,
        )
        try:
            self._do(edit)
        except UserError as error:
            self.refusal.say(error)
            self.scroll.ensureWidgetVisible(self.refusal)
        else:
            self.recorded.emit()

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.refusal.isVisible():
            self._begin(DONE)
        else:
            super().keyPressEvent(event)


def _faint(words: str) -> QLabel:
    label = QLabel(words)
    label.setObjectName("faint")
    return label
