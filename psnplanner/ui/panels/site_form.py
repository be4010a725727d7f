"""The form of a site: what it is, how far it has come, what it waits on, what happened."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import MoveToPhase
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.style import kind_shape
from psnplanner.ui.jobs import Jobs
from psnplanner.ui.map import sprites
from psnplanner.ui.panels.record_box import RecordBox
from psnplanner.ui.panels.site_words import FACTS, facts, history_html, summary
from psnplanner.ui.panels.stage_track import StageTrack
from psnplanner.ui.panels.wayleave_box import WayleaveBox
from psnplanner.ui.roster import Roster
from psnplanner.ui.wording import capital

NO_SITE = "Choose a site in the table or on the map to see how far it is."


class SiteForm(QStackedWidget):
    """Shows the one chosen site; of several, what they add up to."""

    edit_wanted = Signal(object)
    place_wanted = Signal(object)
    refused = Signal(object)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._session: Any = None
        self._roster: Roster | None = None
        self.site: RecordId | None = None
        self._facts: dict[str, QLabel] = {}
        self.track = StageTrack()
        self.box = RecordBox(self._do)
        self.wayleave = WayleaveBox(self._do)
        self.phase = QComboBox()
        self.lock = QPushButton("Lock")
        self.history = QLabel()
        self._title, self._subtitle, self._status = QLabel(), QLabel(), QLabel()
        self._picture = QLabel()
        self._message = QLabel(NO_SITE)
        self._several = QLabel()
        self._build()
        self._connect()
        # Arrow keys run through the table: look the history up only where they rest.
        self._resting = QTimer(self, singleShot=True, interval=120)
        self._resting.timeout.connect(self._fetch_history)

    # Building

    def _build(self) -> None:
        for label in (self._message, self._several):
            label.setWordWrap(True)
            label.setMargin(18)
            label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._message.setObjectName("faint")
        self.addWidget(_paper(self._message))
        self.addWidget(_paper(self._several))
        paper = QWidget(objectName="paper")
        layout = QVBoxLayout(paper)
        layout.setContentsMargins(12, 10, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(self._heading())
        layout.addLayout(self._phase_line())
        layout.addLayout(self._fact_lines())
        layout.addWidget(_heading("Stages"))
        layout.addWidget(self.track)
        layout.addWidget(self.wayleave)
        layout.addWidget(_heading("History"))
        layout.addWidget(self.history)
        layout.addStretch(1)
        self.history.setWordWrap(True)
        self.history.setTextFormat(Qt.TextFormat.RichText)
        self.history.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setWidget(paper)
        self.scroll.setAccessibleName("Site")
        self.addWidget(self.scroll)
        for box in (self.phase, self.wayleave.state, self.box.state):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(7)

    def _heading(self) -> QVBoxLayout:
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() + 3)
        font.setBold(True)
        self._title.setFont(font)
        for label in (self._title, self._subtitle):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._subtitle.setObjectName("faint")
        self._status.setObjectName("heading")
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self._picture)
        line.addWidget(self._status)
        line.addStretch(1)
        self._place, self._edit = QPushButton("Place…"), QPushButton("Edit facts…")
        self._place.setToolTip("Say where the building is: on the map, or typed")
        line.addWidget(self._place)
        line.addWidget(self._edit)
        layout = QVBoxLayout()
        layout.setSpacing(3)
        layout.addWidget(self._title)
        layout.addWidget(self._subtitle)
        layout.addLayout(line)
        return layout

    def _phase_line(self) -> QHBoxLayout:
        self.phase.setAccessibleName("Phase")
        self.lock.setCheckable(True)
        self.lock.setToolTip("A locked site stays in its phase when a plan is proposed")
        line = QHBoxLayout()
        label = QLabel("&Phase")
        label.setObjectName("faint")
        label.setBuddy(self.phase)
        line.addWidget(label)
        line.addWidget(self.phase, 1)
        line.addWidget(self.lock)
        return line

    def _fact_lines(self) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(3)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        for name in FACTS:
            heading, label = QLabel(name), QLabel()
            heading.setObjectName("faint")
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            form.addRow(heading, label)
            self._facts[name] = label
        self._form = form
        return form

    def _connect(self) -> None:
        self.track.chosen.connect(self._open_box)
        self.box.refused.connect(self._show_box)
        self.phase.activated.connect(self._move)
        self.lock.clicked.connect(self._set_lock)
        self.wayleave.opened.connect(lambda: self._show_widget(self.wayleave))
        self._place.clicked.connect(lambda: self.place_wanted.emit(self.site))
        self._edit.clicked.connect(lambda: self.edit_wanted.emit(self.site))

    # Following the programme

    def set_session(self, session: Any, roster: Roster | None) -> None:
        """Show sites of this programme (None: of none)."""
        self._session, self._roster, self.site = session, roster, None
        self.box.hide()
        self.box.author = self.wayleave.author = session.author if session else ""
        if roster is not None:
            roster.selection_changed.connect(self.refresh)
            roster.rows_changed.connect(self.refresh)
            roster.rebuilt.connect(self.refresh)
        self.refresh()

    def refresh(self, _rows: object = None) -> None:
        """Show what is chosen now."""
        chosen = self._roster.selected if self._roster else frozenset()
        if len(chosen) != 1:
            self.site = None
            self._show_several(chosen)
            return
        (ident,) = chosen
        if ident != self.site:
            self.box.hide()
            self.scroll.verticalScrollBar().setValue(0)
            self.history.setText("")
        self.site = ident
        self._show_site()
        self.setCurrentIndex(2)
        self._resting.start()

    def _show_several(self, chosen: frozenset[RecordId]) -> None:
        self.setCurrentIndex(1 if chosen else 0)
        if chosen and self._roster is not None:
            self._several.setText(summary(self._roster.state, chosen))

    def _show_site(self) -> None:
        state, site = self._state, self._state.sites[self.site]
        records = state.stages_of(site.id)
        status = state.workflow.status(site, records)
        self._title.setText(site.name or site.reference)
        parts = (site.reference, site.kind, state.partner_name(site.partner))
        self._subtitle.setText(" · ".join(part for part in parts if part))
        self._picture.setPixmap(sprites.picture(kind_shape(site.kind), status, 15))
        self._status.setText(capital(status))
        for row, (name, value) in enumerate(facts(state, site).items()):
            self._facts[name].setText(value)
            self._form.setRowVisible(row, bool(value))
        self._show_phase(state, site)
        self.track.show_site(state, site, self._session.present_day)
        self.wayleave.show_site(state, site, self._session.present_day)
        for widget in (self.phase, self.lock, self._edit, self._place, self.wayleave, self.track):
            widget.setEnabled(not self._session.read_only)

    def _show_phase(self, state: State, site: Site) -> None:
        self.phase.clear()
        self.phase.addItem("No phase", None)
        for phase in state.phases_in_order:
            self.phase.addItem(phase.name, phase.id)
            if phase.id == site.phase:
                self.phase.setCurrentIndex(self.phase.count() - 1)
        self.lock.setChecked(site.locked)
        self.lock.setText("Locked" if site.locked else "Lock")

    @property
    def _state(self) -> State:
        return self._session.state

    # History, read off the window's thread

    def _fetch_history(self) -> None:
        session, site = self._session, self.site
        if session is None or site is None:
            return

        def show(entries: Any) -> None:
            if site == self.site:
                self.history.setText(history_html(entries))

        self._jobs.start("History", lambda progress: session.history(site), show, quiet=True)

    # Edits

    def _do(self, edit: Any) -> None:
        self._session.do(edit)

    def _try(self, edit: Any) -> None:
        try:
            self._session.do(edit)
        except UserError as error:
            self.refused.emit(error)
            self.refresh()

    def _open_box(self, key: str) -> None:
        if self.box.isVisible() and self.box.stage_key == key:
            self.box.leave()
            return
        state = self._state
        site, stage = state.sites[self.site], state.workflow.by_key[key]
        self.track.open_under(key, self.box)
        self.box.begin(state, site, stage, self._session.present_day)
        self._show_box()

    def _show_box(self) -> None:
        self._show_widget(self.box)

    def _show_widget(self, widget: QWidget) -> None:
        # Once the layout has given it its new height.
        QTimer.singleShot(20, lambda: self.scroll.ensureWidgetVisible(widget, 0, 20))

    def _move(self) -> None:
        self._try(MoveToPhase([self.site], self.phase.currentData()))

    def _set_lock(self, locked: bool) -> None:
        from psnplanner.ui.site_commands import lock_edit

        self._try(lock_edit(self._state, [self.site], locked))


def _heading(words: str) -> QLabel:
    label = QLabel(words)
    label.setObjectName("heading")
    return label


def _paper(label: QLabel) -> QFrame:
    frame = QFrame(objectName="paper")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(label)
    return frame
