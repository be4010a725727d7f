"""The head of the site form: what the site is, how it stands, its phase, and what presses."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from psnplanner.programme.edits import plural
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from psnplanner.style import kind_shape
from psnplanner.ui.map import sprites
from psnplanner.ui.panels.eliding_combo import ElidingCombo
from psnplanner.ui.panels.site_words import next_words, pressing_stage
from psnplanner.ui.wording import capital, window


class SiteHeading(QWidget):
    """Signals say what a person wants; the form does it."""

    place_wanted = Signal()
    edit_wanted = Signal()
    phase_chosen = Signal(object)
    lock_wanted = Signal(bool)
    sites_wanted = Signal(object)
    record_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.subtitle, self.status = QLabel(), QLabel(), QLabel()
        self.picture = QLabel()
        self.place, self.edit = QPushButton("Place…"), QPushButton("Edit facts…")
        self.phase, self.lock, self.show_phase = ElidingCombo(), QPushButton("Lock"), QToolButton()
        self.days, self.next = QLabel(), NextStep()
        self._sites: list[RecordId] = []
        self._name()
        self._lay_out()
        self._connect()

    def _name(self) -> None:
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() + 3)
        font.setBold(True)
        self.title.setFont(font)
        for label in (self.title, self.subtitle):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.subtitle.setObjectName("faint")
        self.status.setObjectName("heading")
        self.place.setToolTip("Say where the building is: on the map, or typed")
        self.phase.setAccessibleName("Phase")
        self.lock.setCheckable(True)
        self.lock.setToolTip("A locked site stays in its phase when a plan is proposed")
        self.show_phase.setAutoRaise(True)
        self.days.setObjectName("faint")
        self.days.setWordWrap(True)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addWidget(self.picture)
        line.addWidget(self.status)
        line.addStretch(1)
        line.addWidget(self.place)
        line.addWidget(self.edit)
        when = QHBoxLayout()
        when.addWidget(self.days, 1)
        when.addWidget(self.show_phase)
        when.addWidget(self.lock)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.title)
        layout.addWidget(self.subtitle)
        layout.addLayout(line)
        layout.addWidget(self.phase)
        layout.addLayout(when)
        layout.addWidget(self.next)

    def _connect(self) -> None:
        self.place.clicked.connect(self.place_wanted)
        self.edit.clicked.connect(self.edit_wanted)
        self.phase.activated.connect(lambda _: self.phase_chosen.emit(self.phase.currentData()))
        self.lock.clicked.connect(self.lock_wanted)
        self.show_phase.clicked.connect(lambda: self.sites_wanted.emit(self._sites))
        self.next.record_wanted.connect(self.record_wanted)

    def show_site(self, state: State, site: Site, session: Any) -> None:
        """Show the head of this site."""
        status = state.statuses[site.id]
        self.title.setText(site.name or site.reference)
        sharing = [f"shared with {name}" for name in _names(state, site)]
        parts = (site.reference, site.kind, state.partner_name(site.partner), *sharing)
        self.subtitle.setText(" · ".join(part for part in parts if part))
        self.picture.setPixmap(sprites.picture(kind_shape(site.kind), status, 15))
        self.status.setText(capital(status))
        self._show_phase(state, site)
        self.next.show_site(state, site, session)
        for widget in (self.phase, self.lock, self.edit, self.place):
            widget.setEnabled(not session.read_only)

    def _show_phase(self, state: State, site: Site) -> None:
        self.phase.clear()
        self.phase.addItem("No phase", None)
        for phase in state.phases_in_order:
            self.phase.addItem(phase.name, phase.id)
            if phase.id == site.phase:
                self.phase.setCurrentIndex(self.phase.count() - 1)
        now = state.phases.get(site.phase) if site.phase else None
        self.phase.setToolTip(now.name if now else "Not planned yet")
        self.days.setText(window(now) if now else "Not planned yet")
        self._sites = [s.id for s in state.sites_by_phase.get(now.id, ())] if now else []
        count = plural(len(self._sites), "site")
        words = f"Show the {count} of this phase"
        self.show_phase.setText(f"{count} ›")
        self.show_phase.setVisible(len(self._sites) > 1)
        self.show_phase.setToolTip(words)
        self.show_phase.setAccessibleName(words)
        self.lock.setChecked(site.locked)
        self.lock.setText("Locked" if site.locked else "Lock")


def _names(state: State, site: Site) -> list[str]:
    return [name for name in map(state.partner_name, site.sharing) if name]


class NextStep(QFrame):
    """What the site waits on or needs next, and the way to record it."""

    record_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("record")
        self.stage_key = ""
        self.name, self.words, self.record = QLabel(), QLabel(), QPushButton("Record…")
        self.name.setObjectName("heading")
        for label in (self.name, self.words):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.record.clicked.connect(lambda: self.record_wanted.emit(self.stage_key))
        top = QHBoxLayout()
        top.addWidget(self.name, 1)
        top.addWidget(self.record)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 7, 8, 8)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self.words)

    def show_site(self, state: State, site: Site, session: Any) -> None:
        """Show what presses at this site."""
        stage = pressing_stage(state, site)
        name, words = next_words(state, site, session.present_day)
        self.stage_key = stage.key if stage else ""
        self.name.setText(name)
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self.record.setVisible(stage is not None and not session.read_only)
        self.record.setAccessibleName(f"Record {name}")
