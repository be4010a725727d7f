"""Blocks of cells on their way to and from a spreadsheet: tabs and lines, and a table of HTML.

Qt-free, so that what crosses can be looked at without a clipboard.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from html import escape

from psnplanner.errors import UserError

Grid = list[list[str]]

MOST_CELLS = 1_000_000
"""More than any sensible paste; a spreadsheet's whole sheet would be seventeen thousand million."""

# What a spreadsheet would take for a formula (OWASP, "CSV Injection").
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def safe(text: str) -> str:
    """A text that no spreadsheet runs: behind an apostrophe if it looks like a formula."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def unguarded(text: str) -> str:
    """The text without the apostrophe that `safe` put before it."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def as_tabs(grid: Iterable[Sequence[str]]) -> str:
    """Cells between tabs, a line each; a cell of several lines or with a tab stands in quotes."""
    out = io.StringIO()
    writer = csv.writer(out, dialect="excel-tab", lineterminator="\n")
    writer.writerows([safe(cell) for cell in line] for line in grid)
    return out.getvalue()


def as_html(grid: Sequence[Sequence[str]], *, headings: bool) -> str:
    """The cells as a table, its first line as headings if wanted; texts stay texts in Excel."""
    lines = []
    for at, line in enumerate(grid):
        tag = "th" if headings and at == 0 else "td"
        # The format "@" is Excel's for text: CM0012 and 00123 stay what they are.
        kept = "".join(
            f"<{tag}{_kind(cell)}>{escape(safe(cell)).replace(chr(10), '<br>')}</{tag}>"
            for cell in line
        )
        lines.append(f"<tr>{kept}</tr>")
    return f'<meta charset="utf-8"><table>{"".join(lines)}</table>'


def _kind(cell: str) -> str:
    return "" if _NUMBER.fullmatch(cell) and not cell.startswith("0") else _TEXT


_TEXT = " style=\"mso-number-format:'\\@'\""


def grid_of(text: str) -> Grid:
    """The cells of a text as spreadsheets put it on the clipboard; lines all of one length.

    Raises UserError where there is nothing, or far too much.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    if not text.strip():
        raise UserError("There is nothing to paste.", remedy="Copy cells in a spreadsheet first.")
    lines = list(csv.reader(io.StringIO(text), dialect="excel-tab")) if '"' in text else None
    if lines is None:
        lines = [line.split("\t") for line in text.split("\n")]
    wide = max(map(len, lines))
    if wide * len(lines) > MOST_CELLS:
        raise UserError(
            f"That is {wide * len(lines):,} cells.", remedy="Copy just the ones to paste."
        )
    return [[unguarded(cell) for cell in line] + [""] * (wide - len(line)) for line in lines]
