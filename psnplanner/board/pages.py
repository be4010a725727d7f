"""The board pack as a PDF: the map first, then each section with the table behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

import matplotlib

from psnplanner.board import charts, money_pages, panel, site_pages
from psnplanner.board.cells import number, table, warned
from psnplanner.board.change_pages import changes
from psnplanner.board.flow import ROW, Cell, Column, Flow
from psnplanner.board.paper import HIGH, TYPE_42, Book, Bookmark, bind, sheet
from psnplanner.board.pen import WARN, drawable
from psnplanner.board.picture import LOCK, MAP_BOX, draw_map, file_title, header
from psnplanner.board.sections import SECTIONS
from psnplanner.board.snapshot import Pack
from psnplanner.board.words import pounds, short_date, uk_date

_COLOURS = {"green": "#14805a", "amber": "#a05a00", "red": WARN}
_MOST_LISTED: Final = 5  # references beside a decision: its sites are in the tables below
_SIGNS = {"green": "● Green", "amber": "▲ Amber", "red": "■ Red"}


def document(pack: Pack) -> bytes:
    """The pack as a PDF of real text and vectors, on A4 or A3, dated by its figures."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    on = pack.figures["status_on"]
    with LOCK, matplotlib.rc_context(TYPE_42):
        flow = Flow(drawable(file_title(pack), 120), "Drawn by PSN Planner.")
        pages = []
        if "map" in pack.wanted.sections:
            front = sheet()
            front.set_gid(flow.figure(_map_in_words(pack)))
            FigureCanvasAgg(front)
            header(front, pack)
            draw_map(front, pack, MAP_BOX)
            panel.draw(front, pack)
            pages.append(front)
        for key in pack.wanted.sections:
            if key in _SECTIONS:
                _SECTIONS[key](flow, pack)
        if pack.changes is not None:
            changes(flow, pack)
        if "ledger" in pack.wanted.sections:
            money_pages.other_delays(flow, pack)
        if not pages and not flow.pages:
            flow.begin()
        flow.number(len(pages) + 1)
        drawn = datetime.combine(date.fromisoformat(on), time())
        subject = f"Snapshot for {_FOR[pack.wanted.audience]}, drawn for {uk_date(on)}"
        marks = [Bookmark(len(pages) + page, y, words) for page, y, words in flow.headings]
        if pages:
            marks.insert(0, Bookmark(0, HIGH * 72, SECTIONS["map"]))
        book = Book(
            file_title(pack), subject, drawn, pack.wanted.paper, flow.structure, flow.figures, marks
        )
        return bind([*pages, *flow.pages], book)


def _map_in_words(pack: Pack) -> str:
    """What the map's page shows, its headlines too, for those who cannot see it."""
    counts = Counter(pack.shown.of.values())
    listed = ", ".join(f"{name} {counts[name]:,}" for name in pack.shown.palette if counts[name])
    return (
        f"{drawable(file_title(pack), 200)}. {'; '.join(panel.headlines(pack.figures))}. "
        f"Map of {sum(counts.values()):,} sites: {listed}."
    )


_FOR = {"internal": "the project team", "board": "the board", "public": "the public"}


def _ratings(flow: Flow, pack: Pack) -> None:
    flow.heading(SECTIONS["ratings"])
    columns = (
        Column("Measure", 3),
        Column("Rating", 1.1),
        Column("Found", 3.6, lines=2),
        Column("Rule", 6.5),
    )
    table(flow, columns, pack.figures["ratings"], lambda r: (
        r["measure"], Cell(_SIGNS[r["state"]], _COLOURS[r["state"]], bold=True), r["found"],
        r["rule"],
    ))  # fmt: skip


def _decisions(flow: Flow, pack: Pack) -> None:
    flow.heading(SECTIONS["decisions"])
    rows = list(enumerate(pack.figures["decisions"], 1))
    if not rows:
        flow.paragraph("Nothing is asked of the board.")
        return
    columns = (Column("No.", 0.45, True), Column("Asked", 6, lines=2), Column("Why", 6, lines=3),
               Column("Sites", 4, lines=2))  # fmt: skip
    table(flow, columns, rows, lambda r: (
        str(r[0]), Cell(r[1]["ask"], bold=True), r[1]["why"], _listed(r[1]["sites"]),
    ))  # fmt: skip


def _listed(references: Sequence[str]) -> str:
    """The first few references, and how many more there are."""
    more = len(references) - _MOST_LISTED
    listed = ", ".join(drawable(reference, 14) for reference in references[:_MOST_LISTED])
    return f"{listed} and {more:,} more" if more > 0 else listed


def _burn_up(flow: Flow, pack: Pack) -> None:
    curves: Any = pack.figures["burn_up"]
    if len(curves["days"]) < 2:
        return
    flow.heading(SECTIONS["burnup"], 330)
    flow.drawing(
        320, lambda axes: charts.burn_up(axes, pack.figures),
        "Chart of the sites live at the end of each month; the table below has its figures.",
    )  # fmt: skip
    names = {"actual": "Live", "baseline": "Baseline", "plan": "Present plan",
             "low": "Forecast, low", "likely": "Forecast", "high": "Forecast, high"}  # fmt: skip
    shown = [key for key in names if curves[key]]
    columns = [Column("By the end of", 2), *(Column(names[key], 1, True) for key in shown)]
    rows = [(day, *(curves[key][k] for key in shown)) for k, day in enumerate(curves["days"])]
    table(flow, columns, rows, lambda r: (short_date(r[0]), *map(number, r[1:])))


def _live(row: Mapping[str, Any]) -> Cell:
    share = row["live"] / row["sites"] if row["sites"] else 0.0
    return Cell(f"{row['live']:,} · {row['live_percent']} %", bar=share)


def _phases(flow: Flow, pack: Pack) -> None:
    flow.heading(SECTIONS["phases"])
    columns = (Column("Phase", 5), Column("From", 2), Column("To", 2), Column("Sites", 1, True),
               Column("Live", 2.6), Column("Blocked", 1, True), Column("Late", 1, True),
               Column("Crew-days", 1.6, True))  # fmt: skip
    table(flow, columns, pack.figures["by_phase"], lambda r: (
        r["name"] or "No phase yet", short_date(r["starts_on"]), short_date(r["ends_on"]),
        number(r["sites"]), _live(r), warned(r["blocked"]), warned(r["late"]),
        f"{r['crew_days']:,.0f}" + (f" of {r['capacity_days']:,.0f}" if r["capacity_days"] else ""),
    ))  # fmt: skip


def _groups(key: str, section: str, heading: str, none: str) -> Callable[[Flow, Pack], None]:
    def draw(flow: Flow, pack: Pack) -> None:
        rows: Any = pack.figures[key]  # type: ignore[literal-required]
        # A table that fits a page is not torn for the sake of its last rows.
        flow.heading(SECTIONS[section], 40 + ROW * min(len(rows), 24))
        columns = [Column(heading, 5), Column("Sites", 1, True), Column("Live", 2.6),
                   Column("Blocked", 1, True), Column("Late", 1, True)]  # fmt: skip
        paid = any(row["annual_cost_pence"] for row in rows)
        if paid:
            columns.append(Column("Costs today, a year", 2, True))
        table(flow, columns, rows, lambda r: (
            r["name"] or none, number(r["sites"]), _live(r), warned(r["blocked"]),
            warned(r["late"]), *([pounds(r["annual_cost_pence"])] if paid else []),
        ))  # fmt: skip

    return draw


_SECTIONS: dict[str, Callable[[Flow, Pack], None]] = {
    "ratings": _ratings,
    "decisions": _decisions,
    "burnup": _burn_up,
    "phases": _phases,
    "partners": _groups("by_partner", "partners", "Partner", "No partner"),
    "kinds": _groups("by_kind", "kinds", "Kind of building", "Not given"),
    "waiting": site_pages.waiting,
    "blocked": site_pages.blocked,
    "late": site_pages.late,
    "permissions": site_pages.permissions,
    "savings": money_pages.savings,
    "ledger": money_pages.ledger,
    "joiners": money_pages.joiners,
}
