"""Cells and tables as every page of the pack has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from psnplanner.board.flow import Cell, Column, Flow, Row
from psnplanner.board.pen import INK, WARN, drawable

MOST_ROWS: Final = 400
"""Rows of one table on paper; what is beyond them is counted, and is in the web page."""


MOST_SITES: Final = 1_000
"""Sites that a table of sites names on paper."""

FEWEST_ALIKE: Final = 3
"""Sites that share a row where they agree in all but their names."""


def table(
    flow: Flow, columns: Sequence[Column], rows: Sequence[Any], cells: Callable[[Any], Row]
) -> None:
    """A table of MOST_ROWS rows at most; `cells` gives those of a row."""
    flow.table(columns, [cells(row) for row in rows[:MOST_ROWS]])
    if len(rows) > MOST_ROWS:
        flow.paragraph(f"The first {MOST_ROWS:,} of {len(rows):,}; the web page has more.")


def site_table(
    flow: Flow, columns: Sequence[Column], rows: Sequence[Any], rest: Callable[[Any], Row]
) -> None:
    """A table whose first column is the site; `rest` gives the others of a row.

    Sites that agree in all the rest share a row, their names beneath it: hundreds of late sites
    are a page or two, and every one of them is still there.
    """
    alike: dict[tuple[str | Cell, ...], list[Any]] = {}
    for row in rows[:MOST_SITES]:
        alike.setdefault(tuple(rest(row)), []).append(row)
    shown: list[Row] = []
    below: list[str] = []
    for cells, same in alike.items():
        if len(same) < FEWEST_ALIKE:
            shown += [(site(row), *cells) for row in same]
            below += [""] * len(same)
        else:
            shown.append((Cell(f"{len(same):,} sites", bold=True), *cells))
            below.append(" · ".join(map(_called, same)))
    flow.table(columns, shown, below)
    if len(rows) > MOST_SITES:
        flow.paragraph(f"The first {MOST_SITES:,} of {len(rows):,} sites.")


def _called(row: Mapping[str, Any]) -> str:
    name, reference = drawable(row["name"], 60), drawable(row["site"], 40)
    return f"{name} ({reference})" if name and reference else name or reference


def site(row: Mapping[str, Any]) -> Cell:
    """A site by its name and reference."""
    name, reference = row["name"], row["site"]
    # However long a name is, the reference after it is what a site is found by.
    tail = f" ({drawable(reference, 40)})" if name and reference else ""
    return Cell(name or reference, tail=tail)


def number(value: int | None) -> str:
    """A count, or nothing where there is none."""
    return "" if value is None else f"{value:,}"


def owner(name: str) -> str:
    """Whom something waits on, for a cell of its own."""
    return (name[:1].upper() + name[1:]) or "Nobody named"


def warned(count: int) -> Cell:
    """A count that is a warning unless it is nought."""
    return Cell(f"{count:,}" if count else "–", WARN if count else INK, bold=bool(count))
