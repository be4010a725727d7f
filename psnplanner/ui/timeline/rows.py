"""Where each line of the timeline stands, from top to bottom. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psnplanner.ui.timeline.model import Timeline

AXIS_PX = 38
CONTRACTS, TOTAL, NODES, NODE, PHASE = "contracts", "total", "nodes", "node", "phase"
_HEIGHTS = {CONTRACTS: 26, TOTAL: 36, NODES: 24, NODE: 20, PHASE: 37}


@dataclass(frozen=True)
class Line:
    """A line of the chart; `what` is its PhaseRow or Node where it is about one."""

    kind: str
    top: int
    height: int
    what: Any = None

    @property
    def bottom(self) -> int:
        """The pixel below it."""
        return self.top + self.height


def lines_of(timeline: Timeline, nodes_open: bool) -> list[Line]:
    """The lines: crew-days of all, nodes, each phase, and where old contracts end."""
    kinds: list[tuple[str, Any]] = [(TOTAL, None)]
    if timeline.nodes:
        kinds.append((NODES, None))
        kinds += [(NODE, node) for node in timeline.nodes] if nodes_open else []
    kinds += [(PHASE, row) for row in timeline.phases]
    if timeline.contracts:
        kinds.append((CONTRACTS, None))
    lines, top = [], 0
    for kind, what in kinds:
        lines.append(Line(kind, top, _HEIGHTS[kind], what))
        top += _HEIGHTS[kind]
    return lines
