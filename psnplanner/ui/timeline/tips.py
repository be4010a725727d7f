"""What is said of the thing under the cursor."""

from __future__ import annotations

from datetime import date, timedelta
from html import escape

from psnplanner.programme.edits import plural
from psnplanner.programme.gates import uk
from psnplanner.programme.node import Node
from psnplanner.ui.timeline.model import Load, PhaseRow, Timeline, monday, months_of
from psnplanner.ui.timeline.names import load_words
from psnplanner.ui.timeline.rows import CONTRACTS, NODE, NODES, PHASE, TOTAL, Line
from psnplanner.ui.timeline.scene import NAMES_PX, Scene
from psnplanner.ui.wording import days_text, window

_NEAR_PX = 7


def tip_at(scene: Scene, line: Line | None, x: float) -> str:
    """The words for a pixel: of the line, and of the day where that is a special one."""
    day = scene.scale.day(x - NAMES_PX) if x >= NAMES_PX else None
    parts = []
    if line is not None:
        parts = _line_words(scene, line, x, day)
    if day is not None:
        parts += _day_words(scene.timeline, day)
    return "<br>".join(parts)


def _line_words(scene: Scene, line: Line, x: float, day: date | None) -> list[str]:
    if line.kind == PHASE:
        words = _phase_words(line.what, scene.timeline)
        return words + (_load_at(scene, line.what.loads, day) if day else [])
    if line.kind == TOTAL and day:
        return _load_at(scene, scene.timeline.total, day)
    if line.kind == NODE:
        return _node_words(line.what)
    if line.kind == NODES:
        near = [node for node in scene.timeline.nodes if _is_near(scene, node, x)]
        return [words for node in near for words in _node_words(node)]
    if line.kind == CONTRACTS and day:
        return _contract_words(scene.timeline, day)
    return []


def _phase_words(row: PhaseRow, timeline: Timeline) -> list[str]:
    phase = row.phase
    days = ""
    if phase.starts_on and phase.ends_on:
        count = timeline.calendar.count(phase.starts_on, phase.ends_on)
        days = f" · {plural(count, 'working day')}"
    said = [
        f"<b>{escape(phase.name)}</b>",
        f"{window(phase)}{days}",
        f"{row.live:,} of {plural(row.sites, 'site')} live",
        load_words(row),
    ]
    if row.late:
        said.append(f"{plural(row.late, 'site')} not live though it is over")
    if phase.locked:
        said.append("Locked: a proposed plan leaves it as it is")
    if row.locked_sites:
        said.append(f"{plural(row.locked_sites, 'site')} locked to it")
    return said


def _load_at(scene: Scene, loads: dict[date, Load], day: date) -> list[str]:
    weekly = scene.scale.by_weeks
    start = monday(day) if weekly else day.replace(day=1)
    load = (loads if weekly else months_of(loads)).get(start)
    if load is None:
        return []
    when = f"Week of {uk(start)}" if weekly else f"{start:%B %Y}"
    said = f"{when}: {days_text(load.done)} crew-days done, {days_text(load.needed)} to do"
    return [f"{said}, {days_text(load.capacity)} to be had" + (" ▲" if load.over else "")]


def _node_words(node: Node) -> list[str]:
    said = f"Node {escape(node.name)}"
    if node.live_on:
        planned = f", planned for {uk(node.planned_on)}" if node.planned_on else ""
        return [f"{said}: live since {uk(node.live_on)}{planned}"]
    return [f"{said}: planned for {uk(node.planned_on)}" if node.planned_on else f"{said}: no date"]


def _is_near(scene: Scene, node: Node, x: float) -> bool:
    on = node.live_on or node.planned_on
    return on is not None and abs(scene.x(on) - x) <= _NEAR_PX


def _contract_words(timeline: Timeline, day: date) -> list[str]:
    found = timeline.contracts.get(monday(day))
    if found is None:
        return []
    said = f"{plural(found.ends, 'old contract ends', 'old contracts end')} in this week"
    early = f"{found.early:,} before their phase does" if found.early else ""
    return [said, early] if early else [said]


def _day_words(timeline: Timeline, day: date) -> list[str]:
    said = []
    if day == timeline.go_live:
        said.append(f"Go-live: {uk(day)}")
    if day == timeline.present:
        said.append(f"Status date: {uk(day)}")
    if day in timeline.calendar.bank_holidays:
        said.append(f"Bank holiday: {uk(day)}")
    for shut in timeline.closed:
        assert shut.starts_on is not None
        assert shut.ends_on is not None
        if shut.starts_on <= day < shut.ends_on + timedelta(days=1):
            whom = f" ({escape(shut.kind)})" if shut.kind else ""
            said.append(f"{escape(shut.name)}{whom}: {uk(shut.starts_on)} to {uk(shut.ends_on)}")
    return said
