"""The form of a site: what it is, how far it has come, what it waits on, what happened."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import MoveToPhase
from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State
from psnplanner.ui.jobs import Jobs
from psnplanner.ui.panels.facts_box import FactsBox
from psnplanner.ui.panels.history_box import HistoryBox
from psnplanner.ui.panels.note_box import NoteBox
from psnplanner.ui.panels.photo_box import PhotoBox, has_pictures
from psnplanner.ui.panels.record_box import RecordBox
from psnplanner.ui.panels.site_heading import SiteHeading
from psnplanner.ui.panels.site_words import summary
from psnplanner.ui.panels.stage_track import StageTrack
from psnplanner.ui.panels.two_columns import TwoColumns
from psnplanner.ui.panels.wayleave_box import WayleaveBox
from psnplanner.ui.panels.why_box import WhyBox
from psnplanner.ui.roster import Roster

NO_SITE = "Choose a site in the table or on the map to see how far it is."
NO_SITES = "A site's stages, wayleave, notes and history are shown here. There are no sites yet."
NARROWEST_PX = 290
BESIDE_PX = 640
"""From this width on, the form stands in two columns."""


class SiteForm(QStackedWidget):
    """Shows the one chosen site; of several, what they add up to."""

    edit_wanted = Signal(object)
    place_wanted = Signal(object)
    sites_wanted = Signal(object)
    """Ids of other sites that a person wants to see: of the same phase, node or partner."""
    refused = Signal(object)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session: Any = None
        self._roster: Roster | None = None
        self.site: RecordId | None = None
        self.heading = SiteHeading()
        self.phase, self.lock = self.heading.phase, self.heading.lock
        self.track = StageTrack()
        self.box = RecordBox(self._do)
        self.wayleave = WayleaveBox(self._do)
        self.note = NoteBox(self._do)
        self.why = WhyBox(jobs, self._do)
        self.photos = PhotoBox(jobs, self._do)
        self.facts = FactsBox(self._do)
        self.history = HistoryBox(jobs)
        self._message, self._several = QLabel(NO_SITE), QLabel()
        self._build()
        self._connect()
        self.setAcceptDrops(True)
        self.setMinimumWidth(NARROWEST_PX)

    # Building

    def _build(self) -> None:
        for label in (self._message, self._several):
            label.setWordWrap(True)
            label.setMargin(18)
            label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            self.addWidget(_paper(label))
        self._message.setObjectName("faint")
        paper = QWidget(objectName="paper")
        layout = QVBoxLayout(paper)
        layout.setContentsMargins(12, 10, 12, 12)
        layout.setSpacing(10)
        layout.addWidget(self.heading)
        layout.addWidget(self.why)
        self.columns = TwoColumns(BESIDE_PX)
        layout.addWidget(self.columns)
        layout.addStretch(1)
        self._fill_columns()
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # A bar that came and went would break the lines anew each time a box opens.
        self.scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.scroll.setWidget(paper)
        self.scroll.setAccessibleName("Site")
        self.addWidget(self.scroll)

    def _fill_columns(self) -> None:
        first, second = self.columns.first, self.columns.second
        for words, widget in (("Stages", self.track), ("", self.wayleave), ("Note", self.note)):
            if words:
                first.addWidget(_heading(words))
            first.addWidget(widget)
        second.addWidget(self.photos)
        for words, widget in (("Facts", self.facts), ("History", self.history)):
            second.addWidget(_heading(words))
            second.addWidget(widget)
        first.addStretch(1)
        second.addStretch(1)

    def _connect(self) -> None:
        heading = self.heading
        heading.place_wanted.connect(lambda: self.place_wanted.emit(self.site))
        heading.edit_wanted.connect(lambda: self.edit_wanted.emit(self.site))
        heading.phase_chosen.connect(lambda phase: self._try(MoveToPhase([self.site], phase)))
        heading.lock_wanted.connect(self._set_lock)
        heading.record_wanted.connect(self._open_box)
        heading.sites_wanted.connect(self.sites_wanted)
        self.track.chosen.connect(self._toggle_box)
        self.box.refused.connect(self._show_box)
        self.wayleave.opened.connect(lambda: self._show_widget(self.wayleave))
        self.photos.refused.connect(self.refused)
        self.why.refused.connect(self.refused)
        self.why.sites_wanted.connect(self.sites_wanted)
        self.facts.place_wanted.connect(lambda: self.place_wanted.emit(self.site))
        self.facts.sites_wanted.connect(self.sites_wanted)

    # Following the programme

    def set_session(self, session: Any, roster: Roster | None) -> None:
        """Show sites of this programme (None: of none)."""
        self.note.leave()  # what was typed belongs to the programme that goes
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
            self.note.leave()
            self.photos.show_site(self._session, None)
            self.history.show_site(self._session, None)
            self.why.show_site(self._session, None)
            self.site = None
            self._show_several(chosen)
            return
        (ident,) = chosen
        if ident != self.site:
            self.box.hide()
            self.scroll.verticalScrollBar().setValue(0)
        self.site = ident
        self._show_site()
        self.setCurrentIndex(2)

    def _show_several(self, chosen: frozenset[RecordId]) -> None:
        self.setCurrentIndex(1 if chosen else 0)
        there_are = self._session is None or self._session.state.sites
        self._message.setText(NO_SITE if there_are else NO_SITES)
        if chosen and self._roster is not None:
            self._several.setText(summary(self._roster.state, chosen))

    def _show_site(self) -> None:
        layouts = self.scroll.widget().findChildren(QLayout)
        for layout in layouts:
            # Each line shown or hidden would lay the whole form out anew: once is enough.
            layout.setEnabled(False)
        try:
            self._fill()
        finally:
            for layout in layouts:
                layout.setEnabled(True)

    def _fill(self) -> None:
        session, state = self._session, self._state
        site = state.sites[self.site]
        self.heading.show_site(state, site, session)
        self.track.show_site(state, site, session.present_day)
        self.wayleave.show_site(state, site, session.present_day)
        self.note.show_site(site)
        self.note.set_read_only(session.read_only)
        self.photos.show_site(session, site.id)
        self.facts.show_site(state, site, read_only=session.read_only)
        self.history.show_site(session, site.id)
        self.why.show_site(session, site.id)
        self.wayleave.setEnabled(not session.read_only)
        self.track.setEnabled(not session.read_only)

    @property
    def _state(self) -> State:
        return self._session.state

    # Edits

    def _do(self, edit: Any) -> None:
        self._session.do(edit)

    def _try(self, edit: Any) -> None:
        try:
            self._session.do(edit)
        except UserError as error:
            self.refused.emit(error)
            self.refresh()

    def _toggle_box(self, key: str) -> None:
        if self.box.isVisible() and self.box.stage_key == key:
            self.box.leave()
            self.track.rows[key].setFocus()
        else:
            self._open_box(key)

    def _open_box(self, key: str) -> None:
        state = self._state
        site, stage = state.sites[self.site], state.workflow.by_key[key]
        self.track.open_under(key, self.box)
        self.box.begin(state, site, stage, self._session.present_day)
        self._show_box()

    def _show_box(self) -> None:
        self._show_widget(self.box)

    def _show_widget(self, widget: QWidget) -> None:
        # Once the layout has given it its new height.
        QTimer.singleShot(20, self, lambda: self.scroll.ensureWidgetVisible(widget, 0, 20))

    def _set_lock(self, locked: bool) -> None:
        from psnplanner.ui.site_commands import lock_edit

        self._try(lock_edit(self._state, [self.site], locked))

    # Pictures dropped anywhere on the form

    def dragEnterEvent(self, event: Any) -> None:
        if self.site is not None and has_pictures(event.mimeData()):
            self.photos.dragEnterEvent(event)

    def dropEvent(self, event: Any) -> None:
        self.photos.dropEvent(event)


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
