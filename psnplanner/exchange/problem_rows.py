"""The rows of a list that have problems, for its owner to mend and send back.

They stand in the list's own columns, behind one that says what to mend; that one is passed over
when the list is read again.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from psnplanner.whole_file import whole_file

WHAT_TO_MEND = "What to mend"
"""The heading of the first column."""

SERIOUS = ("error", "warning")
"""The severities of problems that somebody has to mend."""

Progress = Callable[[float, str], None]
_WIDTHS = (10, 40)
_TELL_EVERY = 500


class Row(NamedTuple):
    """A row of the list: its number in the file, its cells, what to mend, and their columns.

    `columns` are those, counted from 0, that the reasons speak of.
    """

    number: int
    cells: Sequence[str]
    reasons: Sequence[str]
    columns: frozenset[int] = frozenset()


class _Problem(Protocol):
    @property
    def row(self) -> int | None: ...
    @property
    def column(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def remedy(self) -> str: ...
    @property
    def severity(self) -> str: ...


def troubled(
    headings: Sequence[str],
    rows: Iterable[tuple[int, Sequence[str]]],
    problems: Iterable[_Problem],
    severities: Sequence[str] = SERIOUS,
) -> list[Row]:
    """The rows with a problem of these severities, with all there is to say about each."""
    by_row: dict[int, list[_Problem]] = defaultdict(list)
    for problem in problems:
        if problem.row is not None and problem.severity in severities:
            by_row[problem.row].append(problem)
    at = {heading: index for index, heading in enumerate(headings)}
    return [
        Row(
            number,
            cells,
            list(dict.fromkeys(_sentence(problem) for problem in by_row[number])),
            frozenset(index for p in by_row[number] for index in _columns(p.column, at)),
        )
        for number, cells in rows
        if number in by_row
    ]


def of_preview(preview: Any, severities: Sequence[str] = SERIOUS) -> tuple[list[str], list[Row]]:
    """The headings and troubled rows of an `intake.Preview`, ready for `write`.

    A list without headings gets its fields' names for them. One without a column of references
    gets it, with those its rows were given: so a mended row finds its site however it is mended.
    """
    layout = preview.layout
    bare = layout.header_row is None
    named = [c.field.replace("_", " ") if bare and c.field else c.heading for c in layout.columns]
    own = [column.heading for column in layout.columns]
    rows = troubled(own, layout.data, preview.problems, severities)
    if any(column.field == "reference" for column in layout.columns):
        return named, rows
    given = {row.row: row.reference for row in preview.rows}
    width = len(named)
    return [*named, "Reference"], [
        row._replace(cells=[*_padded(row.cells, width), given.get(row.number, "")]) for row in rows
    ]


def write(
    out: str | os.PathLike[str],
    headings: Sequence[str],
    rows: Sequence[Row],
    progress: Progress | None = None,
) -> int:
    """Write troubled rows to an XLSX workbook, whole or not at all; gives how many there are.

    All cells are texts, so that leading zeros stay and nothing runs; those a reason speaks of
    are coloured. Raises UserError where the disk refuses or a text is too long for a cell.
    """
    from psnplanner.exchange.lists import Cells, workbook

    path, tell = Path(out), progress or _nobody
    with whole_file(path) as beside, workbook(beside) as book:
        sheet = book.add_worksheet("To mend")
        cells = Cells(book, sheet)
        wrapped = book.add_format({"text_wrap": True, "valign": "top", "bg_color": "#FFF2CC"})
        marked = book.add_format({"num_format": "@", "valign": "top", "bg_color": "#FCE4D6"})
        sheet.set_column(0, 0, 60)
        for at, width in enumerate(_widths(headings, rows), 1):
            sheet.set_column(at, at, width)
        cells.headings([WHAT_TO_MEND, *headings], len(rows))
        for line, row in enumerate(rows, 1):
            if line % _TELL_EVERY == 1:
                tell(line / (len(rows) + 1), "Writing the rows to mend")
            cells.text(line, 0, "\n".join(row.reasons), wrapped)
            for at, text in enumerate(row.cells):
                cells.text(line, at + 1, text, marked if at in row.columns else None)
            for at in row.columns - set(range(len(row.cells))):
                sheet.write_blank(line, at + 1, None, marked)
    tell(1.0, "Done")
    return len(rows)


def _sentence(problem: _Problem) -> str:
    place = f"{problem.column}: " if problem.column else ""
    return f"{place}{problem.message} {problem.remedy}".strip()


def _columns(words: str, at: Mapping[str, int]) -> list[int]:
    """The columns a problem names: one, or two with a comma between."""
    if words in at:
        return [at[words]]
    return [at[part] for part in words.split(", ") if part in at]


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def _widths(headings: Sequence[str], rows: Sequence[Row]) -> list[int]:
    least, most = _WIDTHS
    widths = [len(heading) for heading in headings]
    for row in rows[:200]:
        for at, text in enumerate(row.cells[: len(widths)]):
            widths[at] = max(widths[at], len(text))
    return [min(max(width + 2, least), most) for width in widths]


def _nobody(_fraction: float, _doing: str) -> None:
    pass
