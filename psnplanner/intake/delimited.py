"""Delimited text as it is met: any delimiter, any encoding, quotation marks left open."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from psnplanner.errors import UserError
from psnplanner.intake.headings import recognised_in
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
_SAMPLE_LINES = 200
_TELL_EVERY = 5_000
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Control characters no spreadsheet writes into text: their presence means another kind of file.
_BINARY = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26})


_MOST_CONTROLS = 0.005


def read_delimited(path: Path, data: bytes, progress: Progress) -> Table:
    """A table from the bytes of a text file; raises UserError if it is none."""
    text, encoding = decode(data, path)
    _refuse_markup(text, path)
    # Any of the three line ends, but not the rarer separators splitlines knows: those are text.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    delimiter = ""
    if lines and lines[0].lower().startswith("sep=") and len(lines[0]) == 5:
        delimiter = lines.pop(0)[4]  # Excel's own hint, which Excel does not show as a row
    delimiter = delimiter or find_delimiter(lines[:_SAMPLE_LINES])
    mended: dict[int, str] = {}
    rows: list[Row] = []
    number = 0
    for number, cells in enumerate(_records(lines, delimiter, mended), 1):
        if number % _TELL_EVERY == 0:
            progress(0.2 * number / max(len(lines), number), "Reading the list")
        kept = trimmed(cells)
        if kept:
            _check_size(path, number, kept)
            rows.append((number, kept))
    notes = () if encoding != "mixed" else (_MIXED,)
    shown = "utf-8 with cp1252 in places" if encoding == "mixed" else encoding
    return Table(
        path.name,
        rows,
        number - len(rows),
        shown,
        _NAMES.get(delimiter, delimiter),
        mended=mended,
        notes=notes,
    )


_MIXED = (
    "The file mixes two encodings (UTF-8 and Windows 1252), as lists pasted together do; "
    "each character was read in the one it fits."
)


def decode(data: bytes, path: Path) -> tuple[str, str]:
    """The text of some bytes and its encoding: by its mark, else UTF-8, else Windows 1252.

    "mixed" where both occur. Raises UserError for bytes that are not text.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding, path), encoding
    if data[:4000].count(0) > len(data[:4000]) * 0.2:
        return _unmarked_wide(data, path)
    plain = data.translate(None, _BINARY)
    if len(data) - len(plain) > 2 + len(data) * _MOST_CONTROLS:
        raise not_a_list(path)
    data = plain  # a few strays come with text copied from other programs
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text = data.decode("utf-8", "psn-cp1252")
    # A valid sequence of several bytes beside the invalid ones: two lists in one file.
    wide = len(text) < len(data)
    return text, "mixed" if wide else "cp1252"


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", "replace"), error.end


codecs.register_error("psn-cp1252", _as_cp1252)


def _unmarked_wide(data: bytes, path: Path) -> tuple[str, str]:
    sample = data[:4000]
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    half = len(sample) // 2
    for zeros, encoding in ((odd, "utf-16-le"), (even, "utf-16-be")):
        if zeros > half * 0.6 and odd + even < half * 1.2:
            return _strictly(data, encoding, path), encoding
    raise not_a_list(path)


def _strictly(data: bytes, encoding: str, path: Path) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise not_a_list(path) from error
    if "\0" in text:
        raise not_a_list(path)
    return text


def not_a_list(path: Path) -> UserError:
    """The refusal of a file that is neither text nor a workbook."""
    return UserError("this is not a list of sites but some other kind of file.", str(path),
                     "Give a CSV, TSV, XLSX, XLS or ODS file.")  # fmt: skip


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
    rows = [cells for cells in _records(lines, delimiter, {}) if any(cells)]
    widths = Counter(len(cells) for cells in rows)
    width, often = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    if width < 2:
        return 0, 0.0, 0
    headings = max(recognised_in(cells) for cells in rows[:30])
    return headings if headings > 1 else 0, round(often / len(rows), 1), width


def _records(lines: list[str], delimiter: str, mended: dict[int, str]) -> Iterator[list[str]]:
    """The cells of each row. A quotation mark left open does not swallow the rows after it."""
    start, number = 0, 0
    csv.field_size_limit(2**31 - 1)  # our own limit says where and what to do
    while start < len(lines):
        reader = csv.reader(_lines_from(lines, start), delimiter=delimiter)
        before = 0
        for cells in reader:
            taken = reader.line_num - before
            number += 1
            if taken > 1 and _swallowed(cells, delimiter):
                mended[number] = "a quotation mark is not closed: read as ordinary text"
                line = lines[start + before]
                yield [cell.strip('" ') for cell in line.split(delimiter)]
                before += 1
                break
            before = reader.line_num
            yield cells
        start += before


def _lines_from(lines: list[str], start: int) -> Iterator[str]:
    return (lines[index] + "\n" for index in range(start, len(lines)))


def _swallowed(cells: list[str], delimiter: str) -> bool:
    """Whether a cell of several lines holds what looks like a whole row."""
    for cell in cells:
        if "\n" in cell:
            wanted = max(len(cells) - 1, 2)
            return any(line.count(delimiter) >= wanted for line in cell.split("\n")[1:])
    return False


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
