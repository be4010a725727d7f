"""The days inside each phase of a plan: which crew is where when, phase by phase."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidgetItem

from psnplanner.programme.edits import plural
from psnplanner.programme.record import RecordId
from psnplanner.ui.dialogs.roomy_tree import RoomyTree
from psnplanner.ui.wording import short_day

HEADINGS = ("Phase, site", "Crew", "First day", "Last day")
WIDTHS_PX = (230, 70, 110)


class PlanDays(RoomyTree):
    """A line for each phase, and under it one for each site in the order of its days."""

    def __init__(self) -> None:
        super().__init__("Days of the crews", HEADINGS, WIDTHS_PX)

    def show_plan(self, plan: Any) -> None:
        """Show who works where when in a plan; each line knows its sites."""
        self.clear()
        state, by_phase = plan.after, defaultdict(list)
        for ident, slot in plan.slots.items():
            by_phase[state.sites[ident].phase].append((slot.starts_on, slot.crew, ident, slot))
        for phase in state.phases_in_order:
            days = sorted(by_phase.get(phase.id, []))
            if days:
                self.addTopLevelItem(_phase_item(state, phase, days))


def _phase_item(state: Any, phase: Any, days: list[Any]) -> QTreeWidgetItem:
    sites = [ident for _, _, ident, _ in days]
    crews = len({crew for _, crew, _, _ in days})
    first, last = days[0][0], max(slot.ends_on for *_, slot in days)
    words = f"{phase.name}: {plural(len(sites), 'site')}"
    item = _item([words, plural(crews, "crew"), short_day(first), short_day(last)], sites)
    for _, _, ident, slot in days:
        site = state.sites[ident]
        own = [f"{site.reference} {site.name}".strip(), f"Crew {slot.crew}"]
        item.addChild(_item([*own, *map(short_day, (slot.starts_on, slot.ends_on))], [ident]))
    if phase.ends_on is not None and last > phase.ends_on:
        _mark(item, last, phase.ends_on)
    return item


def _mark(item: QTreeWidgetItem, last: date, ends_on: date) -> None:
    late = f"Runs on to {short_day(last)}, after the phase ends on {short_day(ends_on)}"
    item.setText(len(HEADINGS) - 1, f"▲ {short_day(last)}")
    item.setToolTip(len(HEADINGS) - 1, late)


def _item(words: list[str], sites: list[RecordId]) -> QTreeWidgetItem:
    item = QTreeWidgetItem(words)
    item.setData(0, Qt.ItemDataRole.UserRole, sites)
    item.setToolTip(0, words[0])
    return item
