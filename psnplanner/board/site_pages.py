"""Pages about sites: what waits on whom, what is blocked, late, or about to lapse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psnplanner.board.cells import number, owner, site, site_table, table
from psnplanner.board.flow import Column, Flow
from psnplanner.board.sections import SECTIONS
from psnplanner.board.snapshot import Pack
from psnplanner.board.words import short_date


def _held(flow: Flow, rows: Sequence[Mapping[str, Any]]) -> None:
    """Stages that are held up; on whom, unless it is told of none of them."""
    named = any(row["waiting_on"] for row in rows)
    whom = [Column("Waits on", 2, lines=2)] if named else []
    columns = (Column("Site", 4.2), Column("Stage", 2.6), *whom, Column("Since", 1.7),
               Column("Working days", 1.2, True), Column("Next, or why", 5, lines=2))  # fmt: skip
    table(flow, columns, rows, lambda row: (
        site(row), row["stage"], *([owner(row["waiting_on"])] if named else []),
        short_date(row["since"]), number(row["working_days"]), row["note"] or row["next_action"],
    ))  # fmt: skip


def waiting(flow: Flow, pack: Pack) -> None:
    """Every waiting stage, after how much waits on each owner."""
    flow.heading(SECTIONS["waiting"])
    if not pack.figures["waiting"]:
        flow.paragraph("Nothing waits on anybody.")
        return
    owners = [row for row in pack.figures["waiting_on"] if row["waiting_on"]]
    if owners:
        columns = (Column("Waits on", 5), Column("Stages", 1, True), Column("Sites", 1, True),
                   Column("Longest, working days", 2, True))  # fmt: skip
        table(flow, columns, owners, lambda r: (
            owner(r["waiting_on"]),
            number(r["stages"]), number(r["sites"]), number(r["longest_working_days"]),
        ))  # fmt: skip
    _held(flow, pack.figures["waiting"])


def blocked(flow: Flow, pack: Pack) -> None:
    """Every blocked stage, and why."""
    flow.heading(SECTIONS["blocked"])
    if pack.figures["blocked"]:
        _held(flow, pack.figures["blocked"])
    else:
        flow.paragraph("Nothing is blocked.")


def late(flow: Flow, pack: Pack) -> None:
    """Sites whose phase is over; those of one partner at one stage share a row."""
    flow.heading(SECTIONS["late"])
    if not pack.figures["late"]:
        flow.paragraph("No site is late.")
        return
    columns = (Column("Site", 4.2), Column("Partner", 3.6), Column("Phase", 3, lines=2),
               Column("Due by", 1.7), Column("Days late", 1.2, True), Column("Status", 1.2),
               Column("Why", 3.8, lines=2))  # fmt: skip
    site_table(flow, columns, pack.figures["late"], lambda r: (
        r["partner"], r["phase"], short_date(r["due_on"]), number(r["working_days"]),
        r["status"].capitalize(), r["reason"],
    ))  # fmt: skip


def permissions(flow: Flow, pack: Pack) -> None:
    """Wayleaves by their state, and what lapses of them and of the certificates."""
    figures = pack.figures
    flow.heading(SECTIONS["permissions"])
    counts = [f"{n:,} {k}" for k, n in figures["wayleaves"].items() if n and k != "not needed"]
    flow.paragraph("Wayleaves: " + (", ".join(counts) or "none recorded") + ".")
    if figures["wayleaves_lapsing"]:
        columns = (Column("Site", 5), Column("Partner", 3.6), Column("Wayleave", 1.5),
                   Column("On", 2))  # fmt: skip
        site_table(flow, columns, figures["wayleaves_lapsing"], lambda r: (
            r["partner"], r["state"].capitalize(), short_date(r["on"]),
        ))  # fmt: skip
    if figures["certificates"]:
        columns = (Column("Partner’s compliance certificate", 5), Column("State", 2),
                   Column("On", 2), Column("Sites", 1, True))  # fmt: skip
        table(flow, columns, figures["certificates"], lambda r: (
            r["partner"], r["state"].capitalize(), short_date(r["valid_to"]), number(r["sites"]),
        ))  # fmt: skip
    else:
        flow.paragraph("Every partner’s compliance certificate lasts until go-live.")
