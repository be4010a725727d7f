"""How a plan under way stands: what it costs, what is proved of it, how long, how many move."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QWidget

from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State
from psnplanner.ui.wording import NOTHING

FIGURES = ("Cost", "Proved gap", "Time", "Sites moved")


class Heard:
    """What the planner's threads last said; read by the window's thread when it likes."""

    def __init__(self) -> None:
        self.better: Any = None
        self.count = 0

    def hear(self, better: Any) -> None:
        """A better plan, or more proved of it. Called from any thread."""
        self.better = better
        self.count += 1


class PlanProgress(QWidget):
    """Four figures in a row over a thin bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures: dict[str, QLabel] = {}
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName("Progress of the plan")
        self._began = 0.0
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(1)
        grid.setHorizontalSpacing(16)
        for column, name in enumerate(FIGURES):
            figure, under = QLabel(NOTHING), QLabel(name, objectName="faint")
            font = figure.font()
            font.setPointSize(font.pointSize() + 4)
            font.setBold(True)
            figure.setFont(font)
            figure.setAccessibleName(name)
            grid.addWidget(figure, 0, column)
            grid.addWidget(under, 1, column)
            grid.setColumnStretch(column, 1)
            self.figures[name] = figure
        grid.addWidget(self.bar, 2, 0, 1, len(FIGURES))
        self.figures["Proved gap"].setToolTip("No plan can be cheaper than this by more")

    def begin(self) -> None:
        """A plan is under way from now on."""
        self._began = time.monotonic()
        for figure in self.figures.values():
            figure.setText(NOTHING)
        self.bar.setValue(0)

    def tick(self) -> None:
        """Time goes by."""
        self.figures["Time"].setText(f"{time.monotonic() - self._began:.0f} s")

    def step(self, fraction: float, _words: str = "") -> None:
        """How far the planner's work is."""
        self.bar.setValue(round(1000 * fraction))

    def show_better(self, better: Any, state: State) -> None:
        """A plan found on the way."""
        gap = None
        if better.bound_pounds is not None:
            gap = (better.pounds - better.bound_pounds) / max(better.pounds, 1.0)
        self._show(better.pounds, gap, len(moved(state, better.phase_of)))

    def show_plan(self, plan: Any) -> None:
        """The plan found in the end."""
        self._show(plan.total_pounds, plan.gap, plan.moved)
        self.bar.setValue(1000)

    def _show(self, pounds: float, gap: float | None, count: int) -> None:
        self.figures["Cost"].setText(f"£{pounds:,.0f}")
        self.figures["Proved gap"].setText(NOTHING if gap is None else f"{100 * gap:.1f} %")
        self.figures["Sites moved"].setText(f"{count:,}")


def moved(state: State, phase_of: Any) -> list[RecordId]:
    """The sites that leave the phase they are in."""
    return [
        ident
        for ident, phase in phase_of.items()
        if (was := state.sites[ident].phase) in state.phases and was != phase
    ]
