"""Pages about money and delay: savings, the ledger, and who may join after go-live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from psnplanner.board import charts
from psnplanner.board.cells import number, owner, site, site_table, table
from psnplanner.board.flow import Column, Flow
from psnplanner.board.ledger import Delay
from psnplanner.board.savings import SUMS
from psnplanner.board.sections import SECTIONS
from psnplanner.board.snapshot import Pack
from psnplanner.board.words import pounds, short_date

GREATEST: Final = 12
"""Lines of delays on the ledger's own page."""

OTHER_DELAYS: Final = "Every other delay"


def savings(flow: Flow, pack: Pack) -> None:
    """What is saved, by partner, as a chart and a table."""
    money, rows = pack.figures["savings"], pack.figures["savings_by_partner"]
    if not money["forecast_pence_a_year"]:
        return
    flow.heading(SECTIONS["savings"], 60 + 22 * len(rows))
    target = money["target_pence_a_year"]
    flow.paragraph(
        f"{pounds(money['realised_pence_a_year'])} a year realised by {money['circuits_ceased']:,} "
        f"circuits ceased; {pounds(money['forecast_pence_a_year'])} a year when all have ceased"
        + (f", against a target of {pounds(target)}; " if target else "; ")
        + f"{pounds(money['double_running_pence_a_year'])} a year paid twice at "
        f"{money['sites_live_on_old_circuit']:,} sites."
    )
    flow.paragraph(money["explained"])
    if len(rows) <= 24:
        flow.drawing(
            70 + 20 * len(rows),
            lambda axes: charts.savings(axes, pack.figures),
            "Chart of each partner’s savings; the table below has its figures.",
            220,
            40,
        )
    columns = (Column("Partner", 4), *(Column(heading, 1.5, True) for _, heading in SUMS))
    table(flow, columns, rows, lambda r: (
        r["name"] or "No partner", *(pounds(r[key]) for key, _ in SUMS),
    ))  # fmt: skip


def ledger(flow: Flow, pack: Pack) -> None:
    """Who answers for how many days and pounds, then every delay and every overdue circuit."""
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
            table(flow, columns, some, lambda r: (
                owner(r["name"]), number(r["working_days"]), number(r["sites"]),
                number(r["circuits"]), number(r["overdue_circuits"]), pounds(r["cost_pence"]),
            ))  # fmt: skip
    _delays(flow, pack)
    _circuits(flow, pack)


def _delays(flow: Flow, pack: Pack) -> None:
    """The greatest delays: what a board can talk about. The others are at the pack's end."""
    delays = pack.figures["ledger"]["delays"]
    if not delays:
        return
    greatest, rest = _parted(delays)
    _delay_table(flow, greatest)
    if rest:
        days = sum(row["working_days"] for row in rest)
        flow.paragraph(
            f"And {len(rest):,} more, {days:,} working days together, of {len(delays):,} in all: "
            f"they are listed at the end under “{OTHER_DELAYS}”."
        )


def other_delays(flow: Flow, pack: Pack) -> None:
    """The delays that the ledger's page has no room for, so that every day can be traced."""
    _, rest = _parted(pack.figures["ledger"]["delays"])
    if rest:
        flow.heading(OTHER_DELAYS)
        _delay_table(flow, rest)


def _parted(delays: Sequence[Delay]) -> tuple[list[Delay], list[Delay]]:
    """The delays of the GREATEST first lines, and the others: alike ones share a line."""
    lines = dict.fromkeys(_line(row) for row in delays)
    first = set(list(lines)[:GREATEST])
    greatest = [row for row in delays if _line(row) in first]
    return greatest, [row for row in delays if _line(row) not in first]


def _line(row: Delay) -> tuple[str, ...]:
    return (
        owner(row["owner"]), row["reason"], number(row["working_days"]),
        short_date(row["original_on"]), short_date(row["revised_on"]),
    )  # fmt: skip


def _delay_table(flow: Flow, delays: Sequence[Delay]) -> None:
    columns = (Column("Delayed site", 4), Column("Owner", 2), Column("Reason", 6, lines=2),
               Column("Working days", 1.2, True), Column("Was to be live", 1.7),
               Column("Now", 1.7))  # fmt: skip
    site_table(flow, columns, delays, _line)


def _circuits(flow: Flow, pack: Pack) -> None:
    running = [row for row in pack.figures["ledger"]["circuits"] if row["overdue"]]
    if running:
        columns = (Column("Old circuit past its date", 5), Column("Partner", 3),
                   Column("Live since", 1.7), Column("Cease by", 1.7), Column("Days", 1, True),
                   Column("Cost so far", 1.4, True))  # fmt: skip
        table(flow, columns, running, lambda r: (
            site(r), r["partner"], short_date(r["live_on"]), short_date(r["cease_by"]),
            number(r["days"]), pounds(r["cost_pence"]),
        ))  # fmt: skip


def joiners(flow: Flow, pack: Pack) -> None:
    """Who may join, beside the live network."""
    if not pack.joiners:
        return
    flow.heading(SECTIONS["joiners"])
    flow.paragraph(
        "Distances are as the crow flies to the nearest live site or node; access and effort are "
        "estimates until a survey. Rings on the map."
    )
    # Beside withheld sites nobody is told what is left, and a node may have no number of ports.
    known = any(row["ports_left"] is not None for row in pack.joiners)
    columns = (Column("May join", 4), Column("Nearest", 3.5), Column("Distance", 1.2, True),
               Column("Likely access", 1.8), Column("Crew-days", 1, True), Column("Node", 2.5),
               *([Column("Ports left", 1, True)] if known else []))  # fmt: skip
    table(flow, columns, pack.joiners, lambda r: (
        r["name"] or r["reference"], r["nearest"] or "not placed",
        "" if r["distance_m"] is None else f"{r['distance_m']:,} m", r["access"].capitalize(),
        "" if r["effort_days"] is None else f"{r['effort_days']:,}", r["node"],
        *([number(r["ports_left"])] if known else []),
    ))  # fmt: skip
