"""What of the timeline is to be painted, and where on the widget each thing stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFont

from psnplanner.programme.record import RecordId
from psnplanner.ui.timeline.drag import Drag
from psnplanner.ui.timeline.model import PhaseRow, Timeline
from psnplanner.ui.timeline.rows import AXIS_PX, Line
from psnplanner.ui.timeline.scale import Scale

NAMES_PX = 216
BAR_TOP, BAR_PX = 5, 13
LOAD_PX = 12


@dataclass
class Scene:
    """What is to be painted: the lines seen through a window `wide` and `tall`, scrolled down."""

    timeline: Timeline
    lines: list[Line]
    scale: Scale
    wide: int
    tall: int
    down: int
    font: QFont
    chosen: RecordId | None = None
    selected: dict[RecordId | None, int] = field(default_factory=dict)
    drag: Drag | None = None
    nodes_open: bool = False

    @property
    def first(self) -> date:
        """The day at the left edge of the chart."""
        return self.scale.day(0)

    @property
    def last(self) -> date:
        """The day at the right edge."""
        return self.scale.day(self.wide - NAMES_PX)

    def x(self, day: date) -> float:
        """The pixel of a day's beginning, in the widget."""
        return NAMES_PX + self.scale.x(day)

    def x_after(self, day: date) -> float:
        """The pixel of a day's end, in the widget."""
        return NAMES_PX + self.scale.x_after(day)

    def top(self, line: Line) -> float:
        """The pixel of a line's top, in the widget."""
        return AXIS_PX + line.top - self.down

    def bar(self, row: PhaseRow, line: Line, drag: Drag | None = None) -> QRectF | None:
        """Where a phase's bar is, or would be after the drag."""
        held = drag or row.phase
        if held.starts_on is None or held.ends_on is None:
            return None
        left, right = self.x(held.starts_on), self.x_after(held.ends_on)
        return QRectF(left, self.top(line) + BAR_TOP, max(3.0, right - left), BAR_PX)
