"""The card of a site on a tablet: what it is, the next stage as one large button, note, photos."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.stage import NOT_NEEDED, Stage
from psnplanner.programme.state import State
from psnplanner.style import kind_shape
from psnplanner.ui.field.touch import BigButton, scroll_by_finger
from psnplanner.ui.jobs import Jobs
from psnplanner.ui.map import sprites
from psnplanner.ui.panels.note_box import NoteBox
from psnplanner.ui.panels.photo_box import PhotoBox
from psnplanner.ui.panels.site_words import next_words, pressing_stage
from psnplanner.ui.panels.stage_words import describe
from psnplanner.ui.panels.wayleave_box import wayleave_words
from psnplanner.ui.wording import capital


class SitePage(QWidget):
    """`stage_chosen` asks to record a stage of the site shown."""

    stage_chosen = Signal(str)
    refused = Signal(object)

    def __init__(self, jobs: Jobs, do: Callable[[Any], Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.site: RecordId | None = None
        self.title, self.about, self.where = QLabel(), QLabel(), QLabel()
        self.status, self.picture = QLabel(), QLabel()
        self.standing, self.wayleave = QLabel(), QLabel()
        self.next = BigButton(main=True)
        self.more = BigButton("All stages")
        self.stages = QWidget()
        self.stage_buttons: dict[str, BigButton] = {}
        self.note = NoteBox(do)
        self.photos = PhotoBox(jobs, do)
        self._next_key = ""
        self._build()
        self._connect()

    def _build(self) -> None:
        self.title.setObjectName("title")
        self.where.setObjectName("large")
        self.status.setObjectName("heading")
        for label in (self.about, self.standing, self.wayleave):
            label.setObjectName("faint")
        for label in (self.title, self.about, self.where, self.standing, self.wayleave):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        status = QHBoxLayout()
        status.addWidget(self.picture)
        status.addWidget(self.status, 1)
        heading = QLabel("Note")
        heading.setObjectName("heading")
        self._stage_list = QVBoxLayout(self.stages)
        self._stage_list.setContentsMargins(0, 0, 0, 0)
        self._stage_list.setSpacing(6)
        paper = QWidget(objectName="paper")
        layout = QVBoxLayout(paper)
        layout.setContentsMargins(14, 12, 14, 14)
        layout.setSpacing(8)
        layout.addWidget(self.title)
        layout.addWidget(self.about)
        layout.addWidget(self.where)
        layout.addLayout(status)
        for widget in (self.standing, self.next, self.more, self.stages, self.wayleave):
            layout.addWidget(widget)
        for widget in (heading, self.note, self.photos):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.scroll = QScrollArea()
        self.scroll.setWidgetResizable(True)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setWidget(paper)
        self.scroll.setAccessibleName("Site")
        scroll_by_finger(self.scroll)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.scroll)
        self.stages.hide()

    def _connect(self) -> None:
        self.next.clicked.connect(lambda: self.stage_chosen.emit(self._next_key))
        self.more.clicked.connect(lambda: self._show_stages(self.stages.isHidden()))
        self.photos.refused.connect(self.refused)

    def show_site(self, session: Any, ident: RecordId) -> None:
        """Show the card of this site."""
        state, site = session.state, session.state.sites[ident]
        if ident != self.site:
            self._show_stages(False)
            self.scroll.verticalScrollBar().setValue(0)
        self.site = ident
        status = state.statuses[ident]
        self.title.setText(site.name or site.reference)
        about = (site.reference, site.kind, state.partner_name(site.partner))
        self.about.setText(" · ".join(part for part in about if part))
        where = (site.address, site.postcode, site.contact)
        self.where.setText("\n".join(part for part in where if part))
        self.where.setVisible(any(where))
        self.picture.setPixmap(sprites.picture(kind_shape(site.kind), status, 22))
        self.status.setText(capital(status))
        self.wayleave.setText(f"Wayleave: {wayleave_words(state.wayleave_of(ident), site)}")
        self._show_next(state, site, session)
        self._fill_stages(state, site, session)
        self.note.show_site(site)
        self.note.set_read_only(session.read_only)
        self.photos.show_site(session, ident)

    def leave(self) -> None:
        """Save what was typed, and show no site."""
        self.note.leave()
        self.site = None
        self.photos.show_site(None, None)

    def _show_next(self, state: State, site: Site, session: Any) -> None:
        stage = pressing_stage(state, site)
        name, words = next_words(state, site, session.present_day)
        self._next_key = stage.key if stage else ""
        self.next.setText(f"Record: {name}" if stage else name)
        self.next.setEnabled(stage is not None and not session.read_only)
        self.standing.setText(words)
        self.standing.setVisible(bool(words))

    def _show_stages(self, shown: bool) -> None:
        self.stages.setVisible(shown)
        self.more.setText("Fewer stages" if shown else "All stages")

    def _fill_stages(self, state: State, site: Site, session: Any) -> None:
        stages = state.workflow.stages
        if list(self.stage_buttons) != [stage.key for stage in stages]:
            self._make_buttons(stages)
        records = state.stages_of(site.id)
        for stage in stages:
            found = state.workflow.state_of(stage, site, records)
            record = records.get(stage.key)
            said = describe(stage, found, record, session.present_day, following=False)
            button = self.stage_buttons[stage.key]
            button.setText(f"{stage.name}\n{capital(found)}{_day(said.day, found)}")
            button.setEnabled(not session.read_only)
            button.setAccessibleName(f"Record {stage.name}, {found}")

    def _make_buttons(self, stages: tuple[Stage, ...]) -> None:
        for button in self.stage_buttons.values():
            self._stage_list.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.stage_buttons = {}
        for stage in stages:
            button = BigButton(left=True)
            button.clicked.connect(lambda _=False, key=stage.key: self.stage_chosen.emit(key))
            self._stage_list.addWidget(button)
            self.stage_buttons[stage.key] = button


def _day(words: str, state: str) -> str:
    return f" · {words}" if words and state != NOT_NEEDED else ""
