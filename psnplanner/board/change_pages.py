"""Pages of a comparison: in sentences, then the sites behind each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from psnplanner.board.cells import number, site_table
from psnplanner.board.flow import Column, Flow, Row
from psnplanner.board.pen import INK
from psnplanner.board.snapshot import Pack
from psnplanner.board.words import short_date


def changes(flow: Flow, pack: Pack) -> None:
    """What changed, in sentences and by site."""
    found: Any = pack.changes
    flow.heading("In short")
    for sentence in found["sentences"]:
        flow.paragraph(sentence, INK)
    for key, heading, columns, cells in _CHANGED:
        if found[key]:
            flow.heading(heading)
            heads = (Column("Site", 4.5), Column("Partner", 3.6), *columns)
            site_table(flow, heads, found[key], partial(_of_site, cells))


def _of_site(cells: Callable[[Any], Row], row: Mapping[str, Any]) -> Row:
    return (row["partner"], *cells(row))


_DATES = (Column("Was due", 1.8), Column("Now", 1.8), Column("Working days", 1.3, True),
          Column("Cause", 5, lines=2))  # fmt: skip


def _moved_day(row: Mapping[str, Any]) -> Row:
    return (
        short_date(row["was_on"]),
        short_date(row["now_on"]),
        number(row["working_days"]),
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
