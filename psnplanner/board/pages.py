"""The board pack as a PDF: the map first, then each section with the table behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

import matplotlib

from psnplanner.board import charts, panel
from psnplanner.board.flow import ROW, Cell, Column, Flow, Row
from psnplanner.board.paper import HIGH, TYPE_42, Book, Bookmark, bind, sheet
from psnplanner.board.pen import INK, WARN, drawable
from psnplanner.board.picture import LOCK, MAP_BOX, draw_map, file_title, header
from psnplanner.board.sections import SECTIONS
from psnplanner.board.snapshot import Pack
from psnplanner.board.words import pounds, short_date, uk_date

MOST_ROWS: Final = 400
"""Rows of one table on paper; what is beyond them is counted, and is in the web page."""

_COLOURS = {"green": "#14805a", "amber": "#a05a00", "red": WARN}
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
            FigureCanvasAgg(front)
            header(front, pack)
            draw_map(front, pack, MAP_BOX)
            panel.draw(front, pack)
            pages.append(front)
        for key in pack.wanted.sections:
            if key in _SECTIONS:
                _SECTIONS[key](flow, pack)
        if pack.changes is not None:
            _changes(flow, pack)
        if not pages and not flow.pages:
            flow.begin()
        flow.number(len(pages) + 1)
        drawn = datetime.combine(date.fromisoformat(on), time())
        subject = f"Snapshot for {_FOR[pack.wanted.audience]}, drawn for {uk_date(on)}"
        marks = [Bookmark(len(pages) + page, y, words) for page, y, words in flow.headings]
        if pages:
            marks.insert(0, Bookmark(0, HIGH * 72, SECTIONS["map"]))
        book = Book(file_title(pack), subject, drawn, pack.wanted.paper, marks)
        return bind([*pages, *flow.pages], book)


_FOR = {"internal": "the project team", "board": "the board", "public": "the public"}


def _table(
    flow: Flow, columns: Sequence[Column], rows: Sequence[Any], cells: Callable[[Any], Row]
) -> None:
    flow.table(columns, [cells(row) for row in rows[:MOST_ROWS]])
    if len(rows) > MOST_ROWS:
        flow.paragraph(f"The first {MOST_ROWS:,} of {len(rows):,}; the web page has more.")


def _site(row: Mapping[str, Any]) -> Cell:
    name, reference = row["name"], row["site"]
    # However long a name is, the reference after it is what a site is found by.
    tail = f" ({drawable(reference, 40)})" if name and reference else ""
    return Cell(name or reference, tail=tail)


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _owner(name: str) -> str:
    return (name[:1].upper() + name[1:]) or "Nobody named"


def _warned(count: int) -> Cell:
    return Cell(f"{count:,}" if count else "–", WARN if count else INK, bold=bool(count))


def _ratings(flow: Flow, pack: Pack) -> None:
    flow.heading(SECTIONS["ratings"])
    columns = (Column("Measure", 3), Column("", 1.1), Column("Found", 3), Column("Rule", 6.5))
    _table(flow, columns, pack.figures["ratings"], lambda r: (
        r["measure"], Cell(_SIGNS[r["state"]], _COLOURS[r["state"]], bold=True), r["found"],
        r["rule"],
    ))  # fmt: skip


def _decisions(flow: Flow, pack: Pack) -> None:
    flow.heading(SECTIONS["decisions"])
    rows = list(enumerate(pack.figures["decisions"], 1))
    if not rows:
        flow.paragraph("Nothing is asked of the board.")
        return
    columns = (Column("", 0.45, True), Column("Asked", 6, lines=2), Column("Why", 6, lines=3),
               Column("Sites", 3, lines=2))  # fmt: skip
    _table(flow, columns, rows, lambda r: (
        str(r[0]), Cell(r[1]["ask"], bold=True), r[1]["why"], ", ".join(r[1]["sites"][:40]),
    ))  # fmt: skip


def _burn_up(flow: Flow, pack: Pack) -> None:
    curves: Any = pack.figures["burn_up"]
    if len(curves["days"]) < 2:
        return
    flow.heading(SECTIONS["burnup"], 330)
    flow.drawing(320, lambda axes: charts.burn_up(axes, pack.figures))
    names = {"actual": "Live", "baseline": "Baseline", "plan": "Present plan",
             "low": "Forecast, low", "likely": "Forecast", "high": "Forecast, high"}  # fmt: skip
    shown = [key for key in names if curves[key]]
    columns = [Column("By the end of", 2), *(Column(names[key], 1, True) for key in shown)]
    rows = [(day, *(curves[key][k] for key in shown)) for k, day in enumerate(curves["days"])]
    _table(flow, columns, rows, lambda r: (short_date(r[0]), *map(_number, r[1:])))


def _live(row: Mapping[str, Any]) -> Cell:
    share = row["live"] / row["sites"] if row["sites"] else 0.0
    return Cell(f"{row['live']:,} · {row['live_percent']} %", bar=share)


def _phases(flow: Flow, pack: Pack) -> None:
    flow.heading(SECTIONS["phases"])
    columns = (Column("Phase", 5), Column("From", 2), Column("To", 2), Column("Sites", 1, True),
               Column("Live", 2.6), Column("Blocked", 1, True), Column("Late", 1, True),
               Column("Crew-days", 1.6, True))  # fmt: skip
    _table(flow, columns, pack.figures["by_phase"], lambda r: (
        r["name"] or "No phase yet", short_date(r["starts_on"]), short_date(r["ends_on"]),
        _number(r["sites"]), _live(r), _warned(r["blocked"]), _warned(r["late"]),
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
        _table(flow, columns, rows, lambda r: (
            r["name"] or none, _number(r["sites"]), _live(r), _warned(r["blocked"]),
            _warned(r["late"]), *([pounds(r["annual_cost_pence"])] if paid else []),
        ))  # fmt: skip

    return draw


_HELD = (Column("Site", 4.2), Column("Stage", 2.6), Column("Waits on", 2), Column("Since", 1.7),
         Column("Working days", 1.2, True), Column("Next, or why", 5, lines=2))  # fmt: skip


def _held(row: Mapping[str, Any]) -> Row:
    return (
        _site(row), row["stage"], row["waiting_on"], short_date(row["since"]),
        _number(row["working_days"]), row["note"] or row["next_action"],
    )  # fmt: skip


def _waiting(flow: Flow, pack: Pack) -> None:
    flow.heading(SECTIONS["waiting"])
    if not pack.figures["waiting"]:
        flow.paragraph("Nothing waits on anybody.")
        return
    owners = [row for row in pack.figures["waiting_on"] if row["waiting_on"]]
    if owners:
        columns = (Column("Waits on", 5), Column("Stages", 1, True), Column("Sites", 1, True),
                   Column("Longest, working days", 2, True))  # fmt: skip
        _table(flow, columns, owners, lambda r: (
            _owner(r["waiting_on"]),
            _number(r["stages"]), _number(r["sites"]), _number(r["longest_working_days"]),
        ))  # fmt: skip
    _table(flow, _HELD, pack.figures["waiting"], _held)


def _blocked(flow: Flow, pack: Pack) -> None:
    flow.heading(SECTIONS["blocked"])
    if pack.figures["blocked"]:
        _table(flow, _HELD, pack.figures["blocked"], _held)
    else:
        flow.paragraph("Nothing is blocked.")


def _late(flow: Flow, pack: Pack) -> None:
    flow.heading(SECTIONS["late"])
    if not pack.figures["late"]:
        flow.paragraph("No site is late.")
        return
    columns = (Column("Site", 4.2), Column("Partner", 3), Column("Phase", 3.2),
               Column("Due by", 1.7), Column("Days late", 1.2, True), Column("Status", 1.2),
               Column("Next stage", 2.6))  # fmt: skip
    _table(flow, columns, pack.figures["late"], lambda r: (
        _site(r), r["partner"], r["phase"], short_date(r["due_on"]), _number(r["working_days"]),
        r["status"].capitalize(), r["next_stage"],
    ))  # fmt: skip


def _permissions(flow: Flow, pack: Pack) -> None:
    figures = pack.figures
    flow.heading(SECTIONS["permissions"])
    counts = [f"{n:,} {k}" for k, n in figures["wayleaves"].items() if n and k != "not needed"]
    flow.paragraph("Wayleaves: " + (", ".join(counts) or "none recorded") + ".")
    if figures["wayleaves_lapsing"]:
        columns = (
            Column("Site", 5),
            Column("Partner", 3),
            Column("Wayleave", 1.5),
            Column("On", 2),
        )
        _table(flow, columns, figures["wayleaves_lapsing"], lambda r: (
            _site(r), r["partner"], r["state"].capitalize(), short_date(r["on"]),
        ))  # fmt: skip
    if figures["certificates"]:
        columns = (Column("Partner’s compliance certificate", 5), Column("", 2), Column("On", 2),
                   Column("Sites", 1, True))  # fmt: skip
        _table(flow, columns, figures["certificates"], lambda r: (
            r["partner"], r["state"].capitalize(), short_date(r["valid_to"]), _number(r["sites"]),
        ))  # fmt: skip
    else:
        flow.paragraph("Every partner’s compliance certificate lasts until go-live.")


def _savings(flow: Flow, pack: Pack) -> None:
    money, rows = pack.figures["savings"], pack.figures["savings_by_partner"]
    if not money["forecast_pence_a_year"]:
        return
    flow.heading(SECTIONS["savings"], 60 + 22 * len(rows))
    target = money["target_pence_a_year"]
    flow.paragraph(
        f"{pounds(money['realised_pence_a_year'])} a year realised by {money['circuits_ceased']:,} "
        f"circuits ceased; {pounds(money['double_running_pence_a_year'])} a year paid twice at "
        f"{money['sites_live_on_old_circuit']:,} sites; "
        f"{pounds(money['forecast_pence_a_year'])} a year when all have ceased"
        + (f", against a target of {pounds(target)}." if target else ".")
    )
    if len(rows) <= 24:
        flow.drawing(70 + 20 * len(rows), lambda axes: charts.savings(axes, pack.figures), 220, 40)
    columns = (Column("Partner", 4), Column("Realised", 1.5, True), Column("Paid twice", 1.5, True),
               Column("Still to come", 1.5, True), Column("Forecast a year", 1.5, True),
               Column("Saved so far", 1.5, True))  # fmt: skip
    keys = ("realised_pence_a_year", "double_running_pence_a_year", "still_to_come_pence_a_year",
            "forecast_pence_a_year", "saved_so_far_pence")  # fmt: skip
    _table(flow, columns, rows,
           lambda r: (r["name"] or "No partner", *(pounds(r[key]) for key in keys)))  # fmt: skip


def _ledger(flow: Flow, pack: Pack) -> None:
    ledger = pack.figures["ledger"]
    flow.heading(SECTIONS["ledger"])
    against = ledger["measured_against"]
    against = f"the baseline “{against}”" if against else "the present phases"
    flow.paragraph(
        f"{ledger['working_days_lost']:,} working days lost, measured against {against}; "
        f"{pounds(ledger['cost_pence'])} paid for old circuits beside the new network."
    )
    accounts = (("Owner", ledger["by_owner"]), ("Partner", ledger["by_partner"]))
    for heading, rows in accounts:
        some = [row for row in rows if row["working_days"] or row["circuits"]]
        if some:
            columns = (Column(heading, 4), Column("Working days lost", 1.6, True),
                       Column("Sites", 1, True), Column("Old circuits kept", 1.5, True),
                       Column("Past their date", 1.5, True),
                       Column("Cost so far", 1.5, True))  # fmt: skip
            _table(flow, columns, some, lambda r: (
                _owner(r["name"]), _number(r["working_days"]), _number(r["sites"]),
                _number(r["circuits"]), _number(r["overdue_circuits"]), pounds(r["cost_pence"]),
            ))  # fmt: skip
    _delays(flow, pack)
    _circuits(flow, pack)


def _delays(flow: Flow, pack: Pack) -> None:
    delays = pack.figures["ledger"]["delays"]
    if delays:
        columns = (Column("Delayed site", 4), Column("Owner", 2), Column("Reason", 6, lines=2),
                   Column("Working days", 1.2, True), Column("Was to be live", 1.7),
                   Column("Now", 1.7))  # fmt: skip
        _table(flow, columns, delays, lambda r: (
            _site(r), _owner(r["owner"]), r["reason"], _number(r["working_days"]),
            short_date(r["original_on"]), short_date(r["revised_on"]),
        ))  # fmt: skip


def _circuits(flow: Flow, pack: Pack) -> None:
    running = [row for row in pack.figures["ledger"]["circuits"] if row["overdue"]]
    if running:
        columns = (Column("Old circuit past its date", 5), Column("Partner", 3),
                   Column("Live since", 1.7), Column("Cease by", 1.7), Column("Days", 1, True),
                   Column("Cost so far", 1.4, True))  # fmt: skip
        _table(flow, columns, running, lambda r: (
            _site(r), r["partner"], short_date(r["live_on"]), short_date(r["cease_by"]),
            _number(r["days"]), pounds(r["cost_pence"]),
        ))  # fmt: skip


def _joiners(flow: Flow, pack: Pack) -> None:
    if not pack.joiners:
        return
    flow.heading(SECTIONS["joiners"])
    flow.paragraph(
        "Distances are as the crow flies to the nearest live site or node; access and effort are "
        "estimates until a survey. Rings on the map."
    )
    columns = (Column("May join", 4), Column("Nearest", 3.5), Column("Distance", 1.2, True),
               Column("Likely access", 1.8), Column("Crew-days", 1, True), Column("Node", 2.5),
               Column("Ports left", 1, True))  # fmt: skip
    _table(flow, columns, pack.joiners, lambda r: (
        r["name"] or r["reference"], r["nearest"] or "not placed",
        "" if r["distance_m"] is None else f"{r['distance_m']:,} m", r["access"].capitalize(),
        "" if r["effort_days"] is None else f"{r['effort_days']:,}", r["node"],
        _number(r["ports_left"]),
    ))  # fmt: skip


def _changes(flow: Flow, pack: Pack) -> None:
    changes: Any = pack.changes
    flow.heading("In short")
    for sentence in changes["sentences"]:
        flow.paragraph(sentence, INK)
    for key, heading, columns, cells in _CHANGED:
        if changes[key]:
            flow.heading(heading)
            shown = [(_site(row), row["partner"], *cells(row)) for row in changes[key]]
            heads = (Column("Site", 5), Column("Partner", 3), *columns)
            _table(flow, heads, shown, lambda row: row)


_DATES = (Column("Was due", 1.8), Column("Now", 1.8), Column("Working days", 1.3, True),
          Column("Cause", 5, lines=2))  # fmt: skip


def _moved_day(row: Mapping[str, Any]) -> Row:
    return (
        short_date(row["was_on"]),
        short_date(row["now_on"]),
        _number(row["working_days"]),
        row["cause"],
    )


_CHANGED: tuple[tuple[str, str, tuple[Column, ...], Callable[[Any], Row]], ...] = (
    ("newly_live", "Newly live", (Column("On", 2),), lambda r: (short_date(r["on"]),)),
    ("slipped", "Slipped", _DATES, _moved_day),
    ("brought_forward", "Brought forward", _DATES, _moved_day),
    ("newly_blocked", "Newly blocked", (Column("Why", 5, lines=2),), lambda r: (r["cause"],)),
    ("unblocked", "Blocked no longer", (), lambda _: ()),
    ("live_no_longer", "Live no longer", (), lambda _: ()),
    ("moved_phase", "Moved to another phase", (Column("From", 3), Column("To", 3)),
     lambda r: (r["was"], r["now"])),
    ("added", "Added", (), lambda _: ()),
    ("removed", "Removed", (), lambda _: ()),
)  # fmt: skip

_SECTIONS: dict[str, Callable[[Flow, Pack], None]] = {
    "ratings": _ratings,
    "decisions": _decisions,
    "burnup": _burn_up,
    "phases": _phases,
    "partners": _groups("by_partner", "partners", "Partner", "No partner"),
    "kinds": _groups("by_kind", "kinds", "Kind of building", "Not given"),
    "waiting": _waiting,
    "blocked": _blocked,
    "late": _late,
    "permissions": _permissions,
    "savings": _savings,
    "ledger": _ledger,
    "joiners": _joiners,
}
