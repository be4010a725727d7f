"""The pages of field mode one behind the other: sites near here, a site, recording a stage."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from psnplanner.programme.record import RecordId
from psnplanner.ui.field.confirm_page import ConfirmPage
from psnplanner.ui.field.finding import Here
from psnplanner.ui.field.near_page import NearPage
from psnplanner.ui.field.site_page import SitePage
from psnplanner.ui.field.touch import BigButton, dress
from psnplanner.ui.jobs import Jobs

_LONGEST = 44
"""Letters of a label that stand beside “Undo” on the narrowest tablet."""


class FieldView(QWidget):
    """Shows one page at a time, the way back above it, and what can be undone below."""

    full_wanted = Signal()
    undo_wanted = Signal()
    map_wanted = Signal(bool)
    """The map is to be shown below the head (True), or put away again."""
    here_wanted = Signal()
    """The middle of the map is to be the place that distances are measured from."""
    site_shown = Signal(object)
    refused = Signal(object)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session: Any = None
        self.on_map = False
        self.back, self.full = QPushButton("‹ Back"), QPushButton("Full window")
        self.title = QLabel("Sites")
        self.undo = BigButton("Undo", left=True)
        self.here = BigButton("Sites near the middle of the map", main=True)
        self.near = NearPage(jobs)
        self.site = SitePage(jobs, self._do)
        self.confirm = ConfirmPage(self._do)
        self.pages = QStackedWidget()
        self._build()
        self._connect()
        dress(self)

    def _build(self) -> None:
        self.title.setObjectName("heading")
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        head = QHBoxLayout()
        head.addWidget(self.back)
        head.addWidget(self.title, 1)
        head.addWidget(self.full)
        for page in (self.near, self.site, self.confirm):
            self.pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 8)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.here)
        layout.addWidget(self.undo)
        self.here.hide()

    def _connect(self) -> None:
        self.back.clicked.connect(self.go_back)
        self.full.clicked.connect(self.full_wanted)
        self.undo.clicked.connect(self.undo_wanted)
        self.here.clicked.connect(self.here_wanted)
        self.near.chosen.connect(self.show_site)
        self.near.map_wanted.connect(lambda: self._show_map(True))
        self.site.stage_chosen.connect(self._begin)
        self.site.refused.connect(self.refused)
        self.confirm.recorded.connect(lambda: self._turn_to(self.site))

    def _do(self, edit: Any) -> None:
        self._session.do(edit)

    # Following the programme

    def set_session(self, session: Any) -> None:
        """Work on this programme (None: on none)."""
        self.site.leave()
        self._session = session
        if session is None:
            return
        self.confirm.author = session.author
        self.refresh()
        self._turn_to(self.near)

    def refresh(self) -> None:
        """Something changed."""
        session = self._session
        if session is None:
            return
        self.near.show_state(session.state, session.present_day)
        if self.site.site is not None:
            if self.site.site in session.state.sites:
                self.site.show_site(session, self.site.site)
            else:
                self.site.leave()
                self._turn_to(self.near)
        label = session.undo_label
        self.undo.setVisible(bool(label) and not session.read_only)
        short = label if not label or len(label) <= _LONGEST else label[: _LONGEST - 1] + "…"
        self.undo.setText(f"Undo: {short}".replace("&", "&&"))
        self.undo.setToolTip(label or "")

    # Going to and fro

    def show_site(self, ident: RecordId) -> None:
        """Show the card of this site."""
        self._show_map(False)
        self.site.show_site(self._session, ident)
        self._turn_to(self.site)
        self.site_shown.emit(ident)

    def show_near(self, here: Here | None) -> None:
        """Show the sites nearest to a place."""
        self._show_map(False)
        self.near.measure_from(here)
        self._turn_to(self.near)

    def _begin(self, key: str) -> None:
        state = self._session.state
        site = state.sites[self.site.site]
        stage = state.workflow.by_key[key]
        self.site.note.save()
        self.confirm.begin(state, site, stage, self._session.present_day)
        self._turn_to(self.confirm)

    def _show_map(self, shown: bool) -> None:
        if shown != self.on_map:
            self.on_map = shown
            self.pages.setVisible(not shown)
            self.here.setVisible(shown)
            self.map_wanted.emit(shown)
            self._head()

    def go_back(self) -> None:
        """The page before this one."""
        if self.on_map:
            self._show_map(False)
        elif self.pages.currentWidget() is self.confirm:
            self._turn_to(self.site)
        elif self.pages.currentWidget() is self.site:
            self.site.leave()
            self._turn_to(self.near)

    def _turn_to(self, page: QWidget) -> None:
        self.pages.setCurrentWidget(page)
        self._head()
        if page is self.near:
            self.near.view.setFocus()

    def _head(self) -> None:
        page = self.pages.currentWidget()
        self.back.setVisible(self.on_map or page is not self.near)
        words = {self.near: "Sites", self.site: "Site", self.confirm: "Record"}[page]
        self.title.setText("Tap a site, or move the map" if self.on_map else words)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Back):
            self.go_back()
        else:
            super().keyPressEvent(event)
