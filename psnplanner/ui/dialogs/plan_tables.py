"""What a proposed plan comes to, as tables and sentences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import escape
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QTableWidget
from PySide6.QtWidgets import QTableWidgetItem as Cell

from psnplanner.programme.edits import plural
from psnplanner.ui import look
from psnplanner.ui.wording import capital, days_text, short_day

PHASES = ("Phase", "Window", "Sites", "Crew-days", "Capacity", "Base", "Partners")
_BASE, _BASE_PX = PHASES.index("Base"), 170
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


CAUTIONS = 3
"""So many cautions are told above the tables."""


def phase_table() -> QTableWidget:
    """An empty table of proposed phases."""
    return _table("Proposed phases", PHASES)


def cost_table() -> QTableWidget:
    """An empty table of what a plan costs, term by term."""
    return _table("What the plan costs", ("What it is for", "Pounds"))


def show_phases(table: QTableWidget, report: dict[str, Any]) -> None:
    """A line for each phase of a plan's report."""
    _fill(table, [_phase(phase) for phase in report["phases"]], (2, 3, 4))
    table.setColumnWidth(_BASE, min(_BASE_PX, table.columnWidth(_BASE)))


def show_costs(table: QTableWidget, report: dict[str, Any]) -> None:
    """Each term of a plan's cost, the whole, what no plan can beat, and greedy's."""
    cost, proof = report["cost"], report["proof"]
    rows = [(capital(name), pounds) for name, pounds in cost["terms"].items()]
    rows += [
        ("Together", cost["total_pounds"]),
        ("of which some plan might avoid", proof["avoidable_pounds"]),
        ("No plan can cost less than (proved)", proof["bound_pounds"]),
        ("Taking sites by priority alone", report["greedy_total"]),
    ]
    _fill(table, [(words, f"£{pounds:,.0f}") for words, pounds in rows], (1,))
    bold = table.font()
    bold.setBold(True)
    for column in range(2):
        table.item(len(cost["terms"]), column).setFont(bold)


def show_changes(view: QListWidget, report: dict[str, Any], moves: Iterable[Any]) -> None:
    """What a plan changes, by where sites go, then site by site; each item knows its sites."""
    view.clear()
    known = list(moves)
    ways: dict[tuple[str, str], list[bytes]] = {}
    for move in known:
        ways.setdefault((move.before, move.after), []).append(move.site)
    groups = sorted(ways.values(), key=len, reverse=True)
    font = view.font()
    font.setBold(True)
    for sentence, sites in zip(report["changes"], groups, strict=True):
        item = _item(view, sentence, sites)
        item.setFont(font)
    for move in known:
        _item(view, move.sentence, [move.site])
    if not known:
        _item(view, "No site leaves the phase it is in.", [])


def _item(view: QListWidget, words: str, sites: list[bytes]) -> QListWidgetItem:
    item = QListWidgetItem(words, view)
    item.setData(Qt.ItemDataRole.UserRole, sites)
    item.setToolTip(words)
    return item


def plan_words(report: dict[str, Any]) -> str:
    """What a plan comes to, in a few sentences of rich text."""
    planned, left = report["sites_planned"], report["unplanned"]
    forced = report["forced_moves"]
    must = f" ({forced:,} had to)" if forced and report["moved"] else ""
    lines = [
        f"<b>{plural(planned, 'site')} in {plural(len(report['phases']), 'phase')}</b>, "
        f"{plural(report['moved'], 'site')} moved from another phase{must}. The planner's "
        f"estimate of the work: £{report['cost']['total_pounds']:,.0f}; taking sites by priority "
        f"alone, £{report['greedy_total']:,.0f}."
    ]
    if report["shortfall"]:
        colour = look.colour("danger").name()
        lines.append(f"<span style='color:{colour}'>{escape(report['shortfall'])}</span>")
    elif left:
        lines.append(f"{plural(len(left), 'site')} in no phase: {escape(left[0]['reason'])}")
    cautions = report["cautions"]
    lines += [f"▲ {escape(said)}" for said in cautions[:CAUTIONS]]
    if len(cautions) > CAUTIONS:
        lines.append(f"and {plural(len(cautions) - CAUTIONS, 'more caution')}")
    return "<br>".join(lines)


def _phase(phase: dict[str, Any]) -> tuple[str, ...]:
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


def _fill(table: QTableWidget, rows: list[tuple[str, ...]], numbers: tuple[int, ...]) -> None:
    table.setRowCount(len(rows))
    for line, cells in enumerate(rows):
        for column, words in enumerate(cells):
            item = Cell(words)
            item.setToolTip(words)
            if column in numbers:
                item.setTextAlignment(_RIGHT)
            table.setItem(line, column, item)
    table.resizeColumnsToContents()


def _table(name: str, headings: tuple[str, ...]) -> QTableWidget:
    table = QTableWidget(0, len(headings))
    table.setHorizontalHeaderLabels(list(headings))
    table.setAccessibleName(name)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setAlternatingRowColors(True)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
    table.horizontalHeader().setStretchLastSection(True)
    return table
