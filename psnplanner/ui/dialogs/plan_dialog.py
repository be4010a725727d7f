"""Propose phases: better plans as they are found, before and after, and putting one in force."""

from __future__ import annotations

import time
from html import escape
from threading import Event
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QSpinBox,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from psnplanner.errors import UserError
from psnplanner.programme.edits import ApplyPlan
from psnplanner.ui import look
from psnplanner.ui.dialogs.plan_days import PlanDays
from psnplanner.ui.dialogs.plan_map import Drawn, PlanMaps, drawn
from psnplanner.ui.dialogs.plan_progress import Heard, PlanProgress, moved
from psnplanner.ui.dialogs.plan_tables import (
    cost_table,
    phase_table,
    plan_words,
    show_changes,
    show_costs,
    show_phases,
)
from psnplanner.ui.job_bar import JobBar
from psnplanner.ui.jobs import Jobs
from psnplanner.ui.prices import kept_prices

_MOST_PHASES = 200
_LOOK_MS = 200
_REDRAW_S = 1.0
_INTRO = (
    "The planner groups the sites that are not live yet into phases: before go-live, each after "
    "its node, within the crews' capacity, close together. Nothing changes until you apply it."
)
STALE = "The programme has changed since this plan was made: propose again."


class PlanDialog(QDialog):
    """Proposes in a job, told as it goes on; applying is one transaction, one undo."""

    def __init__(self, session: Any, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self.plan: Any = None
        self._job: Any = None
        self._heard, self._enough = Heard(), Event()
        self._seen, self._drawn_at, self._drawing = 0, 0.0, False
        self._state = session.state
        self._before: Drawn | None = None
        self._applying = False
        self.setWindowTitle("Propose phases")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self._make()
        self._lay_out()
        self._connect()
        self._fit_screen()
        self._draw_before()

    def _make(self) -> None:
        self.phases, self.seconds = QSpinBox(), QSpinBox()
        self.phases.setRange(0, _MOST_PHASES)
        self.phases.setSpecialValueText("as they are, or the cheapest number")
        self.seconds.setRange(1, 600)
        self.seconds.setValue(15)
        self.seconds.setSuffix(" s")
        self.keep = QCheckBox("Keep &locked sites")
        self.keep.setChecked(True)
        self.prices = QPushButton("P&rices…")
        self.propose = QPushButton("Propose")
        self.propose.setProperty("primary", True)
        self.said = QLabel(_INTRO)
        self.said.setWordWrap(True)
        self.progress = PlanProgress()
        self.table, self.costs, self.changes = phase_table(), cost_table(), QListWidget()
        self.changes.setAccessibleName("What the plan changes")
        self.changes.setWordWrap(True)
        self.changes.setSpacing(2)
        self.changes.setAlternatingRowColors(True)
        self.days, self.maps, self.bar = PlanDays(), PlanMaps(), JobBar()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.apply = self.buttons.addButton("Apply", QDialogButtonBox.ButtonRole.ActionRole)
        self.apply.setEnabled(False)
        self._clock = QTimer(self, interval=_LOOK_MS)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        for words, widget in (("&Phases", self.phases), ("&Think for", self.seconds)):
            label = QLabel(words)
            label.setBuddy(widget)
            line.addWidget(label)
            line.addWidget(widget)
            line.addSpacing(10)
        line.addWidget(self.keep)
        line.addWidget(self.prices)
        line.addStretch(1)
        line.addWidget(self.propose)
        self.tabs = QTabWidget()
        for widget, words in ((self.table, "Phases"), (self.changes, "What changes"),
                              (self.days, "Days"), (self.costs, "Costs")):  # fmt: skip
            self.tabs.addTab(widget, words)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.progress)
        column.addWidget(self.said)
        column.addWidget(self.tabs, 1)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(left)
        self.split.addWidget(self.maps)
        self.split.setStretchFactor(1, 1)
        self.split.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addLayout(line)
        layout.addWidget(self.split, 1)
        layout.addWidget(self.bar)
        layout.addWidget(self.buttons)

    def _connect(self) -> None:
        self.propose.clicked.connect(self._pressed)
        self.prices.clicked.connect(self._ask_prices)
        self.apply.clicked.connect(self.put_in_force)
        self.buttons.rejected.connect(self.reject)
        self._clock.timeout.connect(self._look)
        self.changes.currentItemChanged.connect(self._show_change)
        self.days.currentItemChanged.connect(self._show_days)
        # Told in whatever thread makes a change: the window's own signal brings it here.
        bridge = getattr(self.parent(), "_bridge", None)
        if bridge is not None:
            bridge.happened.connect(self._changed)

    def _fit_screen(self) -> None:
        room = self.screen().availableGeometry()
        self.resize(min(1240, room.width() - 60), min(720, room.height() - 60))
        self.split.setSizes([self.width() * 2 // 5, self.width() * 3 // 5])

    # Proposing

    def _pressed(self) -> None:
        """Propose; or, while that goes on, be content with the best found."""
        if self._job is None:
            self.start()
        else:
            self._enough.set()
            self.propose.setEnabled(False)

    def start(self) -> None:
        """Propose, off the window's thread."""
        session, heard, enough = self._session, Heard(), Event()
        self._heard, self._enough, self._seen = heard, enough, 0
        if session.state is not self._state:
            self._state, self._before = session.state, None
            self._draw_before()
        phases, seconds = self.phases.value() or None, float(self.seconds.value())
        keep, prices = self.keep.isChecked(), kept_prices()

        def work(progress: Any) -> Any:
            from psnplanner.planning.plan import Options
            from psnplanner.planning.prices import Prices, with_prices

            changed = with_prices(Prices(), prices)
            options = Options(phases=phases, seconds=seconds, keep_locks=keep, prices=changed)
            found = session.propose_plan(options, progress, better=heard.hear, enough=enough.is_set)
            found.report()  # its days are worked out here, not in the window's thread
            return found

        self.said.setText("Looking for the first plan…")
        self.apply.setEnabled(False)
        self.progress.begin()
        self._job = self._jobs.start("Proposing phases", work, self._show, self._refuse, quiet=True)
        self._job.progressed.connect(self._step)
        self._job.ended.connect(self._ended)
        self.propose.setText("Stop: keep the best")
        self._clock.start()

    def _step(self, fraction: float, words: str) -> None:
        if isValid(self):
            self.progress.step(fraction)
            if self._heard.better is None:
                self.said.setText(f"{words}…")

    def _look(self) -> None:
        """Show what the planner has found since."""
        self.progress.tick()
        better = self._heard.better
        if better is None or self._heard.count == self._seen:
            return
        self._seen = self._heard.count
        self.progress.show_better(better, self._state)
        self.said.setText("A plan is found, and better ones are looked for.")
        if time.monotonic() - self._drawn_at > _REDRAW_S:
            self._draw(better)

    def _ended(self) -> None:
        self._job = None
        if isValid(self):
            self._clock.stop()
            self.propose.setEnabled(True)
            self.propose.setText("Propose again" if self.plan else "Propose")

    def _changed(self, _happened: object = None) -> None:
        """A plan is of the programme it was made for: another might be undone by it."""
        if self.plan is not None and self._session.state is not self._state and not self._applying:
            self.apply.setEnabled(False)
            self._warn(STALE)

    def _refuse(self, error: UserError) -> None:
        self._applying = False
        if isValid(self):
            self._warn(str(error))

    def _warn(self, words: str) -> None:
        colour = look.colour("danger").name()
        self.said.setText(f"<span style='color:{colour}'>{escape(words)}</span>")

    # Showing

    def _show(self, plan: Any) -> None:
        if not isValid(self):
            return
        self.plan, report = plan, plan.report()
        self.progress.show_plan(plan)
        self.said.setText(plan_words(report))
        show_phases(self.table, report)
        show_costs(self.costs, report)
        self.days.show_plan(plan)
        show_changes(self.changes, report, plan.moves)
        self.tabs.setTabText(1, f"What changes ({len(plan.moves):,})")
        self.apply.setEnabled(not self._session.read_only)
        self._changed()
        self.apply.setProperty("primary", True)
        self.propose.setProperty("primary", False)
        for button in (self.apply, self.propose):
            button.style().polish(button)
        self.apply.setFocus()
        self._draw_state(plan.after, [move.site for move in plan.moves])

    def _draw_before(self) -> None:
        state, today = self._session.state, self._session.today

        def done(found: Drawn) -> None:
            if isValid(self):
                self._before = found
                self.maps.show_before(found)

        self._jobs.start("Drawing", lambda _: drawn(state, today), done, quiet=True)

    def _draw(self, better: Any) -> None:
        """A plan found on the way, on the map."""
        day = self._session.present_day
        values = {ident: {"phase": phase} for ident, phase in better.phase_of.items()}
        edit = ApplyPlan(better.phases, (), values)
        state = self._state
        found = moved(state, better.phase_of)
        self._draw_state(lambda: state.after(edit.propose(state, day).changes), found)

    def _draw_state(self, state: Any, found: list[bytes]) -> None:
        if self._drawing and callable(state):
            return  # another picture of the way is not worth a wait
        self._drawing, self._drawn_at = True, time.monotonic()
        today, known = self._session.today, self._before

        def work(_progress: Any) -> Drawn:
            return drawn(state() if callable(state) else state, today, known)

        def done(made: Drawn) -> None:
            # The plan itself is drawn last, whatever was still on its way.
            if isValid(self) and (self.plan is None or self._job or not callable(state)):
                self.maps.show_after(made, found)

        job = self._jobs.start("Drawing", work, done, quiet=True)
        job.ended.connect(lambda: setattr(self, "_drawing", False))

    def _show_change(self, item: Any, _before: Any = None) -> None:
        if item is not None:
            self.maps.choose(item.data(Qt.ItemDataRole.UserRole), near=True)

    def _show_days(self, item: Any, _before: Any = None) -> None:
        if item is not None:
            self.maps.choose(item.data(0, Qt.ItemDataRole.UserRole), near=True)

    def _ask_prices(self) -> None:
        from psnplanner.ui.dialogs.prices_dialog import PricesDialog

        PricesDialog(self).open()

    # Deciding

    def put_in_force(self) -> None:
        """Apply the plan that is shown."""
        session, edit = self._session, self.plan.edit
        self._applying = True
        self.apply.setEnabled(False)
        self.propose.setEnabled(False)
        self._job = self._jobs.start(
            "Applying the plan",
            lambda progress: session.do(edit, progress=progress),
            lambda _made: isValid(self) and self.accept(),
            self._refuse,
            quiet=True,
        )
        self._job.ended.connect(self._ended)
        self.bar.watch(self._job)

    def reject(self) -> None:
        if self._job is not None:
            self._job.cancel()
        super().reject()
