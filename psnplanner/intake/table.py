"""A list as it stands in its file: cells of text, under the row numbers its owner sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

MOST_ROWS = 1_000_000
MOST_COLUMNS = 1_000
MOST_CELL_CHARACTERS = 1_000_000
SAVE_AGAIN = "Open it in the program that made it and save it again as CSV (UTF-8) or XLSX."

Progress = Callable[[float, str], None]
"""Told the fraction done (0 to 1) and what is being done; may raise Cancelled."""

Kind = Literal["text", "workbook", "layer"]
TEXT: Kind = "text"
WORKBOOK: Kind = "workbook"
LAYER: Kind = "layer"

Row = tuple[int, list[str]]
"""A row's number in its file and its cells, without trailing blanks."""


@dataclass(frozen=True)
class Table:
    """The rows of a list that are not blank; `mended` are the reader's own repairs by row.

    `kind` is TEXT, WORKBOOK or LAYER: what of `encoding`, `delimiter` and `sheet` there is to
    choose. `known` are columns, counted from 0, whose field the file itself tells ("": none).
    """

    name: str
    rows: list[Row]
    blank_rows: int = 0
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    mended: dict[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    known: Mapping[int, str] = field(default_factory=dict)
    kind: Kind = "text"

    @property
    def width(self) -> int:
        """The number of columns of the widest row."""
        return max((len(cells) for _, cells in self.rows), default=0)


def no_progress(fraction: float, doing: str) -> None:
    """Tell nobody."""


def column_name(index: int) -> str:
    """What a spreadsheet calls a column counted from 0: Column A, Column AB."""
    letters = ""
    index += 1
    while index:
        index, digit = divmod(index - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return f"Column {letters}"


def column_count(letters: str) -> int:
    """The number of a spreadsheet's column, A = 1."""
    count = 0
    for letter in letters:
        count = count * 26 + ord(letter) - ord("A") + 1
    return count


def trimmed(cells: list[str]) -> list[str]:
    """Cells without surrounding space, and without the blank ones at the end."""
    result = list(map(str.strip, cells))
    while result and not result[-1]:
        result.pop()
    return result
