"""Lists of sites for a spreadsheet: CSV and XLSX, with no cell that runs as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psnplanner.errors import UserError
from psnplanner.exchange.site_columns import (
    COLUMNS,
    DAY,
    DEGREES,
    MONEY,
    NUMBER,
    YES_NO,
    Sites,
    Value,
    degrees,
    plain,
    printable,
)

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

Progress = Callable[[float, str], None]

# What a spreadsheet would take for a formula (OWASP, "CSV Injection"); one that stands behind
# apostrophes gets one more, so that taking one away always gives the text as it was.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_MOST_CHARACTERS = 32_767  # of an XLSX cell
_FIRST_XLSX_DAY = date(1900, 3, 1)  # before it the spreadsheet's calendar is off by one
_HEADER_COLOUR, _INFORMATION_COLOUR = "#DCE6F1", "#EEEEEE"
_TELL_EVERY = 500


def write_csv(sites: Sites, out: Path, progress: Progress) -> None:
    """Write sites to a CSV in UTF-8 with its mark, which Excel needs; dates are 23/11/2014."""
    with out.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*(column.heading for column in COLUMNS), *map(safe, sites.other_headings)])
        for site in _told(sites, progress):
            cells = [_as_text(column.kind, sites.value(column, site)) for column in COLUMNS]
            writer.writerow([*cells, *map(safe, sites.others(site))])


def safe(text: str) -> str:
    """A text for a CSV cell, behind an apostrophe if a spreadsheet would run it.

    Without the space round it, which readers drop: an apostrophe before a tab would stay alone.
    """
    text = printable(text).strip()
    return "'" + text if _FORMULA.match(text) else text


def _as_text(kind: str, value: Value) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return safe(value)
    if isinstance(value, date):
        return f"{value:%d/%m/}{value.year:04d}"
    if kind == MONEY:
        return f"{int(value) // 100}.{int(value) % 100:02d}"
    if kind == YES_NO:
        return "Yes" if value else "No"
    return degrees(value) if kind == DEGREES else f"{value:g}"


def write_xlsx(sites: Sites, out: Path, progress: Progress) -> None:
    """Write sites to a workbook: frozen headings, a filter, real dates and amounts."""
    headings = [*(column.heading for column in COLUMNS), *sites.other_headings]
    with workbook(out) as book:
        sheet = book.add_worksheet("Sites")
        cells = Cells(book, sheet)
        for at, column in enumerate(COLUMNS):
            sheet.set_column(at, at, column.width)
        if sites.other_headings:
            sheet.set_column(len(COLUMNS), len(headings) - 1, 18)
        cells.headings(headings, len(sites.rows))
        for row, site in enumerate(_told(sites, progress), 1):
            for at, column in enumerate(COLUMNS):
                cells.write(row, at, column.kind, sites.value(column, site))
            for at, text in enumerate(sites.others(site), len(COLUMNS)):
                cells.text(row, at, text)


@contextmanager
def workbook(out: Path) -> Iterator[Workbook]:
    """A workbook to fill, written to `out` at the end. Raises OSError where the disk refuses.

    It is zipped in memory: a zip that a full disk cuts off complains by itself, past any handler.
    """
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    zipped = io.BytesIO()
    try:
        with Workbook(zipped, {"constant_memory": True}) as book:
            yield book
    except FileCreateError as error:  # how the library tells what the disk refused
        raise OSError(*getattr(error.args[0], "args", error.args)) from error
    out.write_bytes(zipped.getbuffer())


class Cells:
    """Writes the cells of one sheet; texts are texts whatever they begin with."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        self._sheet = sheet
        top = {"valign": "top"}
        self._heading = book.add_format(
            {"bold": True, "text_wrap": True, "bg_color": _HEADER_COLOUR, "bottom": 1} | top
        )
        self._information = book.add_format(
            {"italic": True, "text_wrap": True, "bg_color": _INFORMATION_COLOUR, "bottom": 1} | top
        )
        self._text = book.add_format({"num_format": "@"} | top)
        # Without it a spreadsheet runs the text once somebody edits the cell.
        self._quoted = book.add_format({"num_format": "@", "quote_prefix": True} | top)
        self._formats = {
            MONEY: book.add_format({"num_format": "£#,##0.00"} | top),
            DAY: book.add_format({"num_format": "dd/mm/yyyy"} | top),
            DEGREES: book.add_format({"num_format": "0.0000000"} | top),
            NUMBER: book.add_format({"num_format": "General"} | top),
        }

    def headings(self, headings: list[str], rows: int) -> None:
        """The heading row, kept in sight, with a filter over `rows` rows below."""
        for at, heading in enumerate(headings):
            known = at >= len(COLUMNS) or heading == COLUMNS[at].heading
            quiet = known and heading.endswith(")")
            self._sheet.write_string(0, at, heading, self._information if quiet else self._heading)
        self._sheet.freeze_panes(1, 2)
        self._sheet.autofilter(0, 0, rows, len(headings) - 1)

    def write(self, row: int, at: int, kind: str, value: Value) -> None:
        """A value of one of the kinds of `site_columns`."""
        if value is None or value == "":
            return
        if isinstance(value, str):
            self.text(row, at, value)
        elif kind == YES_NO:
            self.text(row, at, "Yes" if value else "No")
        elif isinstance(value, date):
            if value < _FIRST_XLSX_DAY:
                self.text(row, at, value.isoformat())
            else:
                self._sheet.write_datetime(row, at, value, self._formats[DAY])  # type: ignore[arg-type, unused-ignore]
        elif kind == DEGREES and abs(value) < 0.001:
            self.text(row, at, degrees(value))
        else:
            number = value / 100 if kind == MONEY else value
            number = round(number, 7) if kind == DEGREES else number
            self._sheet.write_number(row, at, number, self._formats[kind])

    def text(self, row: int, at: int, text: str, style: Any = None) -> None:
        """A text; raises UserError for one longer than a workbook's cell may be."""
        text = printable(text)
        if not text:
            return
        if len(text) > _MOST_CHARACTERS:
            raise UserError(
                f"A text of {len(text):,} characters (“{plain(text)[:40]}…”) is longer than a "
                "workbook's cell may be.",
                remedy="Export to CSV, or shorten the text.",
            )
        quoted = self._quoted if _FORMULA.match(text) else self._text
        self._sheet.write_string(row, at, text, style or quoted)


def _told(sites: Sites, progress: Progress) -> Iterator[Any]:
    for count, site in enumerate(sites.rows):
        if count % _TELL_EVERY == 0:
            progress(0.9 * count / len(sites.rows), "Writing the sites")
        yield site
