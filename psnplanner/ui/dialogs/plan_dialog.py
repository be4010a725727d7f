"""Propose phases: what the planner may do, what it found, and put it in force."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from psnplanner.errors import UserError
from psnplanner.programme.edits import plural
from psnplanner.ui import look
from psnplanner.ui.job_bar import JobBar
from psnplanner.ui.jobs import Jobs
from psnplanner.ui.wording import days_text, short_day

HEADINGS = ("Phase", "Window", "Sites", "Crew-days", "Capacity", "Base", "Partners")
_BASE, _BASE_PX = HEADINGS.index("Base"), 190
_INTRO = (
    "The planner groups the sites that are not live yet into phases: before go-live, each after "
    "its node, within the crews' capacity, close together. Nothing changes until you apply it."
)


class PlanDialog(QDialog):
    """Proposes in a job; applying is one transaction, one undo."""

    def __init__(self, session: Any, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self._plan: Any = None
        self._job: Any = None
        self.setWindowTitle("Propose phases")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(820, 540)
        self.phases, self.seconds = QSpinBox(), QSpinBox()
        self.phases.setRange(0, 60)
        self.phases.setSpecialValueText("as they are, or one a month")
        self.seconds.setRange(1, 600)
        self.seconds.setValue(5)
        self.seconds.setSuffix(" s")
        self.keep = QCheckBox("Keep locked sites where they are")
        self.keep.setChecked(True)
        self.propose = QPushButton("Propose")
        self.propose.setProperty("primary", True)
        self.said = QLabel(_INTRO)
        self.said.setWordWrap(True)
        self.table = _table()
        self.bar = JobBar()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.apply = self.buttons.addButton("Apply", QDialogButtonBox.ButtonRole.ActionRole)
        self.apply.setEnabled(False)
        self._lay_out()
        self.propose.clicked.connect(self.start)
        self.apply.clicked.connect(self.put_in_force)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        for words, widget in (("&Phases", self.phases), ("&Think for", self.seconds)):
            label = QLabel(words)
            label.setBuddy(widget)
            line.addWidget(label)
            line.addWidget(widget)
            line.addSpacing(10)
        line.addWidget(self.keep)
        line.addStretch(1)
        line.addWidget(self.propose)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addWidget(self.said)
        layout.addLayout(line)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.bar)
        layout.addWidget(self.buttons)

    def start(self) -> None:
        """Propose, off the window's thread."""
        session = self._session
        phases, seconds = self.phases.value() or None, float(self.seconds.value())
        keep = self.keep.isChecked()

        def work(progress: Any) -> Any:
            from psnplanner.planning.plan import Options

            options = Options(phases=phases, seconds=seconds, keep_locks=keep)
            return session.propose_plan(options, progress)

        self._begin("Proposing phases", work, self._show)

    def _begin(self, title: str, work: Any, done: Any) -> None:
        self.propose.setEnabled(False)
        self.apply.setEnabled(False)
        self._job = self._jobs.start(title, work, done, self._refuse, quiet=True)
        self._job.ended.connect(lambda: self.propose.setEnabled(True))
        self.bar.watch(self._job)

    def _show(self, plan: Any) -> None:
        self._plan, report = plan, plan.report()
        self.said.setText(plan_words(report))
        self.table.setRowCount(len(report["phases"]))
        for line, phase in enumerate(report["phases"]):
            for column, words in enumerate(_cells(phase)):
                item = QTableWidgetItem(words)
                item.setToolTip(words)
                if column in (2, 3, 4):
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self.table.setItem(line, column, item)
        self.table.resizeColumnsToContents()
        self.table.setColumnWidth(_BASE, min(_BASE_PX, self.table.columnWidth(_BASE)))
        self.apply.setEnabled(True)
        self.apply.setProperty("primary", True)
        self.propose.setProperty("primary", False)
        for button in (self.apply, self.propose):
            button.style().polish(button)
        self.apply.setFocus()

    def _refuse(self, error: UserError) -> None:
        from html import escape

        colour = look.colour("danger").name()
        self.said.setText(f"<span style='color:{colour}'>{escape(str(error))}</span>")

    def put_in_force(self) -> None:
        """Apply the plan that is shown."""
        session, edit = self._session, self._plan.edit
        self._begin(
            "Applying the plan",
            lambda progress: session.do(edit, progress=progress),
            lambda _made: self.accept(),
        )

    def reject(self) -> None:
        if self._job is not None and self.bar.isVisible():
            self._job.cancel()
        super().reject()


def plan_words(report: dict[str, Any]) -> str:
    """What a plan comes to, in a few sentences."""
    from html import escape

    planned, left = report["sites_planned"], report["unplanned"]
    lines = [
        f"<b>{plural(planned, 'site')} in {plural(len(report['phases']), 'phase')}</b>, "
        f"{plural(report['moved'], 'site')} moved from another phase. The planner's estimate of "
        f"the work: £{report['cost']['total_pounds']:,.0f}; taking sites by priority alone, "
        f"£{report['greedy_total']:,.0f}."
    ]
    if report["shortfall"]:
        colour = look.colour("danger").name()
        lines.append(f"<span style='color:{colour}'>{escape(report['shortfall'])}</span>")
    if left:
        lines.append(f"{plural(len(left), 'site')} in no phase: {escape(left[0]['reason'])}")
    return "<br>".join(lines)


def _cells(phase: dict[str, Any]) -> tuple[str, ...]:
    ends = [phase["starts_on"], phase["ends_on"]]
    days = [short_day(date.fromisoformat(day) if day else None) for day in ends]
    return (
        phase["name"],
        f"{days[0]} – {days[1]}",
        f"{phase['sites']:,}",
        days_text(phase["used_days"]),
        days_text(phase["capacity_days"]),
        phase["base"] or "",
        ", ".join(f"{name} {count:,}" for name, count in phase["partners"].items() if name),
    )


def _table() -> QTableWidget:
    table = QTableWidget(0, len(HEADINGS))
    table.setHorizontalHeaderLabels(list(HEADINGS))
    table.setAccessibleName("Proposed phases")
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setAlternatingRowColors(True)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
    table.horizontalHeader().setStretchLastSection(True)
    return table
