"""What of a bar is under the hand: an end of it, or the whole."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from psnplanner.ui.timeline.drag import ENDS, STARTS, WHOLE
from psnplanner.ui.timeline.model import PhaseRow
from psnplanner.ui.timeline.rows import PHASE, Line
from psnplanner.ui.timeline.scene import NAMES_PX, Scene

EDGE_PX = 6
"""So near its end, a bar is taken by the end and not as a whole."""


def part_at(scene: Scene, line: Line, at: QPointF) -> tuple[PhaseRow, str] | None:
    """The phase of this line if its bar is at the pixel, and the part of it that is held."""
    if line.kind != PHASE or at.x() < NAMES_PX:
        return None
    box = scene.bar(line.what, line)
    if box is None or not box.adjusted(-EDGE_PX, -3, EDGE_PX, 3).contains(at):
        return None
    # Of a bar too short for three parts, the last end is what people want.
    if abs(at.x() - box.right()) <= EDGE_PX:
        return line.what, ENDS
    if abs(at.x() - box.left()) <= EDGE_PX:
        return line.what, STARTS
    return line.what, WHOLE
