"""The timeline with its buttons, and what it has to do with the window round it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QToolTip, QVBoxLayout, QWidget

from psnplanner.programme.edits import Amend
from psnplanner.programme.record import RecordId
from psnplanner.ui.site_commands import lock_edit
from psnplanner.ui.timeline.drag import Drag
from psnplanner.ui.timeline.model import timeline_of
from psnplanner.ui.timeline.rows import AXIS_PX
from psnplanner.ui.timeline.scene import NAMES_PX
from psnplanner.ui.timeline.view import TimelineView
from psnplanner.ui.timeline.what_breaks import WhatBreaks

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow

_HINT = (
    "<p>Drag a bar, or an end of it, and see what would break before letting go.</p>"
    "<p>The wheel zooms, with Shift it moves along; dragging the ground moves it.</p>"
    "<p>Keys: up and down choose a phase; left and right move its last day by a working day, "
    "with Shift its first, with Ctrl both. Enter makes it so, Esc leaves it.</p>"
)


class TimelinePanel(QWidget):
    """The bottom panel: one window's timeline."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window = window
        self._shown_state: Any = None
        self._shown_day: Any = None
        self.view = TimelineView()
        self.breaks = WhatBreaks(window.jobs, self)
        self.buttons = self._buttons()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view, 1)
        self._connect()

    def _buttons(self) -> QWidget:
        """In the corner over the names, where there is nothing else to show."""
        corner = QWidget(self.view.viewport())
        line = QHBoxLayout(corner)
        line.setContentsMargins(8, 0, 4, 0)
        line.setSpacing(2)
        for sign, words, act in (
            ("−", "Further", lambda: self.view.zoom(1 / 1.5)),
            ("+", "Nearer", lambda: self.view.zoom(1.5)),
            ("⤢", "Show the whole programme", self.view.fit),
            ("?", _HINT, lambda: QToolTip.showText(QCursor.pos(), _HINT, self)),
        ):
            button = QToolButton()
            button.setText(sign)
            button.setToolTip(words)
            button.setAccessibleName("How to use it" if sign == "?" else words)
            button.setStyleSheet("QToolButton { padding: 2px; }")
            button.setFixedSize(26, 26)
            button.clicked.connect(act)
            line.addWidget(button)
        line.addStretch(1)
        corner.setGeometry(0, 0, NAMES_PX - 1, AXIS_PX - 1)
        return corner

    def _connect(self) -> None:
        view, plan = self.view, self._window.plan
        view.proposed.connect(self.breaks.ask)
        view.let_be.connect(self.breaks.forget)
        self.breaks.answered.connect(view.show_consequences)
        view.change_wanted.connect(self._make)
        view.edit_wanted.connect(plan.edit_phase)
        view.menu_wanted.connect(self.menu)
        view.chosen_changed.connect(self._window.phases.mark)
        self._window.phases.chosen.connect(view.choose)
        self.setFocusProxy(view)

    # A programme comes, changes and goes

    def set_session(self, session: Any) -> None:
        """Show this programme's phases; None shows nothing."""
        self._shown_state = None
        self.breaks.set_session(session)
        if session is None:
            self.view.show_timeline(None)
            return
        roster = self._window.roster
        assert roster is not None
        roster.selection_changed.connect(self._mark_selected)
        self.follow()

    def follow(self) -> None:
        """The state may have moved on, or changes be refused."""
        session = self._window.session
        if session is None:
            return
        if not self.isVisible():
            return  # worked out when it is looked at
        state, day = session.state, session.present_day
        if state is not self._shown_state or day != self._shown_day:
            self._shown_state, self._shown_day = state, day
            timeline = timeline_of(state, day, session.calendar)
            self.view.show_timeline(timeline, read_only=session.read_only)
            self._mark_selected()
        self.view.read_only = session.read_only

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.follow()

    def _mark_selected(self) -> None:
        roster, session = self._window.roster, self._window.session
        if roster is None or session is None:
            return
        sites = session.state.sites
        phases = (sites[ident].phase for ident in roster.selected if ident in sites)
        self.view.show_selected(dict(Counter(phases)))

    # What is asked of it

    def _make(self, drag: Drag) -> None:
        session = self._window.session

        def refused(error: Any) -> None:
            self.view.put_back()
            self._window.refuse(error)

        def done(made: Any) -> None:
            if made is None:
                self.view.put_back()

        # The file draws the phase's area anew with it: not in the window's thread.
        self._window.jobs.start(
            "Moving a phase", lambda _: session.do(drag.edit), done, refused, quiet=True
        )

    def menu(self, ident: RecordId, at: QPoint) -> QMenu:
        """What can be done with a phase."""
        window, plan = self._window, self._window.plan
        state = window.session.state
        phase, sites = state.phases[ident], plan.sites_in(ident)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Zoom to it").triggered.connect(lambda: self.view.zoom_to(ident))
        menu.addAction("Show on the map").triggered.connect(lambda: plan.show_phase(ident))
        menu.addAction("Select its sites").triggered.connect(lambda: window.roster.select(sites))
        if not window.session.read_only:
            menu.addSeparator()
            words = "Unlock the phase" if phase.locked else "Lock the phase"
            menu.addAction(words).triggered.connect(lambda: self.lock(ident, not phase.locked))
            free = [i for i in sites if not state.sites[i].locked]
            held = [i for i in sites if state.sites[i].locked]
            self._lock_sites(menu, f"Lock all its sites ({len(free):,})", free, True)
            self._lock_sites(menu, f"Unlock all its sites ({len(held):,})", held, False)
            menu.addSeparator()
            menu.addAction("Change…").triggered.connect(lambda: plan.edit_phase(ident))
        menu.popup(at)
        return menu

    def _lock_sites(self, menu: QMenu, words: str, sites: list[RecordId], locked: bool) -> None:
        window = self._window
        action = menu.addAction(words)
        action.setEnabled(bool(sites))
        action.triggered.connect(lambda: window.do(lock_edit(window.session.state, sites, locked)))

    def lock(self, ident: RecordId, locked: bool) -> None:
        """Keep a phase as it is when a plan is proposed, or let it go."""
        name = self._window.session.state.phases[ident].name
        label = f"{'Lock' if locked else 'Unlock'} {name}"
        self._window.do(Amend("phase", [ident], {"locked": locked}, label))
