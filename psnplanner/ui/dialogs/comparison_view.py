"""What changed between two days, as a tree: what happened, and under it to which sites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from psnplanner.programme.words import plain, plural
from psnplanner.ui.wording import pounds, short_day

KINDS: Final = {
    "newly_live": "went live", "slipped": "slipped", "brought_forward": "brought forward",
    "newly_blocked": "newly blocked", "unblocked": "blocked no longer",
    "moved_phase": "moved to another phase", "live_no_longer": "live no longer",
    "added": "added", "removed": "removed",
}  # fmt: skip
"""What can have become of a site, in the order in which it is told."""

_MOST_LETTERS = 120


class ComparisonView(QTreeWidget):
    """Shows a `Session.compare`; `say` stands there while it is drawn up, or where it failed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("What changed")
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(0, 270)

    def say(self, words: str) -> None:
        """One line instead of a comparison."""
        self.clear()
        self._line(words)

    def show_comparison(self, found: Mapping[str, Any]) -> None:
        """Each thing that happened with the sites it happened to, then the money."""
        self.clear()
        was, now = (f"{found[f'live_{at}']:,} of {found[f'sites_{at}']:,}" for at in ("was", "now"))
        start, end = _day(found["from"]), _day(found["to"])
        self._line(f"{was} sites live on {start}, {now} on {end}")
        for key, words in KINDS.items():
            if rows := found[key]:
                top = QTreeWidgetItem(self, [f"{len(rows):,} {words}", _in_all(key, rows)])
                top.addChildren([QTreeWidgetItem([_name(row), _detail(row)]) for row in rows])
                for item in (top, *(top.child(k) for k in range(top.childCount()))):
                    item.setToolTip(1, item.text(1))
        for row in _money(found):
            QTreeWidgetItem(self, row)

    def _line(self, words: str) -> None:
        item = QTreeWidgetItem(self, [words])
        item.setFirstColumnSpanned(True)
        item.setToolTip(0, words)


def _in_all(key: str, rows: list[Mapping[str, Any]]) -> str:
    if key != "slipped":
        return ""
    return f"{plural(sum(row['working_days'] or 0 for row in rows), 'working day')} in all"


def _name(row: Mapping[str, Any]) -> str:
    return plain(f"{row['name']} ({row['site']})" if row["name"] else row["site"], _MOST_LETTERS)


def _detail(row: Mapping[str, Any]) -> str:
    return plain(", ".join(_details(row)), 2 * _MOST_LETTERS)


def _details(row: Mapping[str, Any]) -> Iterator[str]:
    if row["on"]:
        yield f"on {_day(row['on'])}"
    if row["now_on"]:
        days = row["working_days"]
        yield plural(abs(days), "working day")
        yield f"to {_day(row['now_on'])}"
    if row["was"]:
        yield f"from {row['was']} to {row['now']}"
    if row["cause"]:
        yield row["cause"]


def _money(found: Mapping[str, Any]) -> Iterator[list[str]]:
    for row in found["money"]:
        if difference := row["difference_pence"]:
            more = "up" if difference > 0 else "down"
            yield [f"{row['what'].capitalize()}: {pounds(row['now_pence'])}",
                   f"{more} {pounds(abs(difference))}"]  # fmt: skip


def _day(iso: str) -> str:
    return short_day(date.fromisoformat(iso))
