"""Delimited text as it is met: any delimiter, any encoding, quotation marks left open."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from psnplanner.errors import UserError
from psnplanner.intake.encoding import MIXED, decode, decode_as
from psnplanner.intake.headings import recognised_in
from psnplanner.intake.quotation import records
from psnplanner.intake.table import (
    MOST_CELL_CHARACTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    SAVE_AGAIN,
    Progress,
    Row,
    Table,
    trimmed,
)

_DELIMITERS = ",;\t|~¬^"
_NAMES = {"\t": "tab"}
_WORDS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|", "pipe": "|",
          "tilde": "~", "caret": "^"}  # fmt: skip
_SAMPLE_LINES, _SAMPLE_CHARACTERS = 200, 500_000
_MOST_LINES = 3 * MOST_ROWS  # cells may have several
_MOST_LINE_CHARACTERS = 5_000_000
_MOST_LINE_BYTES = 4 * _MOST_LINE_CHARACTERS
_TELL_EVERY = 5_000
_NOTHING = ",;\t \n"  # what blank rows consist of


def read_delimited(
    path: Path, data: bytes, encoding: str | None, delimiter: str | None, progress: Progress
) -> Table:
    """A table from the bytes of a text file, in the encoding and with the delimiter given.

    What is None is found out. Raises UserError for a file that is no list, or not so written.
    """
    refuse_long(path, data)
    _refuse_many(path, data)
    text, encoding = decode_as(data, encoding, path) if encoding else decode(data, path)
    _refuse_markup(text, path)
    # Any of the three line ends, but not the rarer separators splitlines knows: those are text.
    lines, blank = _lines(text.replace("\r\n", "\n").replace("\r", "\n"))
    longest = max(map(len, lines), default=0)
    if longest > _MOST_LINE_CHARACTERS:
        raise _line_too_long(path)
    look_closely = longest > MOST_CELL_CHARACTERS // 20  # no cell of more lines is read
    delimiter = _said(path, delimiter, lines) if delimiter else ""
    if lines and lines[0].lower().startswith("sep=") and len(lines[0]) == 5:
        hint = lines.pop(0)[4]  # Excel's own, which Excel does not show as a row
        delimiter = delimiter or hint
    delimiter = delimiter or find_delimiter(_sample(lines))
    mended: dict[int, str] = {}
    rows: list[Row] = []
    number = 0
    for number, cells in enumerate(records(lines, delimiter, mended), 1):
        if number % _TELL_EVERY == 0:
            progress(0.2 * number / max(len(lines), number), "Reading the list")
        kept = trimmed(cells)
        if kept:
            if look_closely or len(kept) > MOST_COLUMNS or number > MOST_ROWS:
                _check_size(path, number, kept)
            rows.append((number, kept))
    return Table(
        path.name,
        rows,
        number - len(rows) + blank,
        encoding,
        _NAMES.get(delimiter, delimiter),
        mended=mended,
        notes=(_MIXED,) if encoding == MIXED else (),
    )


def refuse_long(path: Path, data: bytes) -> None:
    """Refuse what has far too long a line; `data` may be no more than how a file begins."""
    at = 0
    while at + _MOST_LINE_BYTES < len(data):
        until = at + _MOST_LINE_BYTES
        at = max(data.rfind(b"\n", at, until), data.rfind(b"\r", at, until)) + 1
        if not at:
            raise _line_too_long(path)


def _refuse_many(path: Path, data: bytes) -> None:
    """Refuse what has far too many rows, before it is turned into text."""
    ends = max((b"\n", b"\r"), key=data.count)
    count = data.count(ends)
    if count > _MOST_LINES:
        raise too_many_rows(path)
    if count <= MOST_ROWS:
        return
    parts = data.rstrip(b"\r\0" + _NOTHING.encode()).split(b'"')
    # Some cells have several lines; what is longer than any has a mark that is not closed.
    within = (part for part in parts[1::2] if len(part) > MOST_CELL_CHARACTERS)
    if sum(part.count(ends) for part in (*parts[::2], *within)) >= MOST_ROWS:
        raise too_many_rows(path)


def _lines(text: str) -> tuple[list[str], int]:
    """The lines of a text, and how many blank ones were left off at its end.

    A spreadsheet may write a million rows of nothing but delimiters below the last building.
    """
    end = text.find("\n", len(text.rstrip(_NOTHING)))
    if end < 0:
        return text.split("\n") if text else [], 0
    return text[:end].split("\n"), text.count("\n", end + 1) + (not text.endswith("\n"))


def _sample(lines: list[str]) -> list[str]:
    """The first lines of a list, as many as can be looked at with every delimiter."""
    size = 0
    for count, line in enumerate(lines[:_SAMPLE_LINES]):
        size += len(line)
        if size > _SAMPLE_CHARACTERS and count:
            return lines[:count]
    return lines[:_SAMPLE_LINES]


def _line_too_long(path: Path) -> UserError:
    return UserError("a line of the file is far longer than a row of a list can be.", str(path),
                     "Check that it is the right file, or save it again as XLSX.")  # fmt: skip


def _said(path: Path, delimiter: str, lines: list[str]) -> str:
    """The delimiter a user names; raises UserError for one that cannot be, or is in no row."""
    mark = _WORDS.get(delimiter.strip().casefold(), delimiter)
    if len(mark) != 1 or mark.isalnum() or mark in '"\n\r':
        raise UserError(f"“{delimiter}” cannot be a delimiter.", str(path),
                        "Give one character such as , ; | ~ ¬ ^ or the word tab.")  # fmt: skip
    if not any(mark in line for line in lines):
        raise UserError(f"no row of the list has the delimiter “{delimiter}”.", str(path),
                        "Choose another, or leave it to be found out.")  # fmt: skip
    return mark


_MIXED = (
    "The file mixes two encodings (UTF-8 and Windows 1252), as lists pasted together do; "
    "each character was read in the one it fits."
)


def _refuse_markup(text: str, path: Path) -> None:
    start = text[:200].lstrip("\ufeff \r\n\t").lower()
    if start.startswith(("{", "<?xml", "<html", "<!doctype", "<kml", "<table")):
        kind = "JSON" if start.startswith("{") else "a web page or XML"
        raise UserError(f"this is {kind}, not a table of rows.", str(path), SAVE_AGAIN)


def find_delimiter(lines: list[str]) -> str:
    """The delimiter under which most headings are recognised, else most rows are alike."""
    scores = {mark: _score(lines, mark) for mark in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda mark: scores[mark])
    return best if scores[best] > (0, 0.0, 0) else ","


def _score(lines: list[str], delimiter: str) -> tuple[int, float, int]:
    rows = [cells for line in lines if any(cells := _glance(line, delimiter))]
    widths = Counter(len(cells) for cells in rows)
    width, often = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    if width < 2:
        return 0, 0.0, 0
    headings = max(recognised_in(cells) for cells in rows[:30])
    return headings if headings > 1 else 0, round(often / len(rows), 1), width


def _glance(line: str, delimiter: str) -> list[str]:
    """The cells of a line by itself, quickly: to mend it under six wrong delimiters takes long."""
    if line.count('"') % 2:
        return line.split(delimiter)
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:  # a cell longer than any: it is refused when the rows are read
        return line.split(delimiter)


def _check_size(path: Path, number: int, cells: list[str]) -> None:
    if number > MOST_ROWS:
        raise too_many_rows(path)
    if len(cells) > MOST_COLUMNS:
        raise too_many_columns(path, len(cells))
    if max(map(len, cells)) > MOST_CELL_CHARACTERS:
        raise cell_too_long(path, number)


def too_many_rows(path: Path) -> UserError:
    """The refusal of a list beyond MOST_ROWS."""
    return UserError(f"the list has more than {MOST_ROWS:,} rows.", str(path),
                     "Split it into several files and import one after the other.")  # fmt: skip


def too_many_columns(path: Path, count: int) -> UserError:
    """The refusal of a list beyond MOST_COLUMNS."""
    return UserError(f"the list has {count:,} columns; at most {MOST_COLUMNS:,} can be read.",
                     str(path), "Keep the columns about sites and delete the others.")  # fmt: skip


def cell_too_long(path: Path, number: int) -> UserError:
    """The refusal of a cell beyond MOST_CELL_CHARACTERS."""
    return UserError(f"a cell of row {number:,} holds more than a million characters.", str(path),
                     "Empty or shorten that cell, save the list and import it again.")  # fmt: skip
