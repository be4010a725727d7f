"""Workbooks (XLSX, XLS, ODS) through calamine: every cell as the text a person sees."""

from __future__ import annotations

import io
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import python_calamine as calamine

from psnplanner import apart
from psnplanner.errors import UserError
from psnplanner.intake.delimited import cell_too_long, too_many_columns, too_many_rows
from psnplanner.intake.headings import recognised_in
from psnplanner.intake.open_document import Extent
from psnplanner.intake.table import (
    MOST_CELL_CHARACTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    SAVE_AGAIN,
    WORKBOOK,
    Progress,
    Row,
    Table,
    column_count,
    trimmed,
)

_MOST_UNPACKED_BYTES = 1_000_000_000
_MOST_CELLS = 25_000_000  # calamine holds a sheet as one rectangle, 24 bytes a cell
_LARGE_BYTES, _MOST_RATIO = 30_000_000, 250  # honest sheets shrink to a tenth or a fiftieth
_CHUNK_BYTES = 1 << 22
_OVERLAP_BYTES = 200
_HEADING_ROWS = 40
# Honest workbooks took 43 MB (of half a megabyte) to 356 MB (of 24 and of 46).
_LEAST_MEMORY, _MOST_GROWTH = 400_000_000, 12
_LEAST_SECONDS, _SECONDS_A_BYTE = 0.7, 1e-6  # 60,000 rows of 46 MB took 2 s
# A workbook with a password is an old-style container that holds a stream of this name.
_MOST_MERGED = 1_000_000
Area = tuple[tuple[int, int], tuple[int, int]]
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_COLUMN = re.compile(rb'<c r="([A-Z]{1,3})\d{1,7}"[^<>]*(?<!/)>')
_LAST_ROW = re.compile(rb'<row\b[^<>]*\br="(\d{1,7})"[^<>]*(?<!/)>')
_ODS_CONTENT = "content.xml"
# What zipfile raises, besides RuntimeError and OSError, at one kind of damage or another.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, struct.error,
           IndexError, OverflowError)  # fmt: skip


def read_workbook(path: Path, data: bytes, sheet: str | None, progress: Progress) -> Table:
    """The table of the sheet asked for, else of the one with most recognisable columns.

    Raises UserError for a workbook that is damaged, locked, empty or built to harm.
    """
    unpacked = len(data)
    if data.startswith(b"PK"):
        unpacked = _check_archive(path, data)
    elif _ENCRYPTED in data:
        raise _locked(path)
    progress(0.05, "Opening the workbook")
    with tempfile.TemporaryDirectory(prefix="psnplanner-") as folder:
        copy = Path(folder) / "list"
        copy.write_bytes(data)
        said = apart.call(
            f"{__name__}:answer", {"path": str(path), "copy": str(copy), "sheet": sheet},
            seconds=_LEAST_SECONDS + unpacked * _SECONDS_A_BYTE,
            memory_bytes=min(apart.MOST_MEMORY_BYTES, _LEAST_MEMORY + _MOST_GROWTH * unpacked),
            gives_up=_too_big(path), progress=progress,
            saying=(0.05, 0.2, "Reading the workbook"),
        )  # fmt: skip
    rows = [(number, cells) for number, cells in said["rows"]]
    return Table(path.name, rows, said["blank"], sheet=said["sheet"],
                 sheets=tuple(said["sheets"]), kind=WORKBOOK)  # fmt: skip


def answer(path: str, copy: str, sheet: str | None) -> dict[str, Any]:
    """What `read_workbook` makes its table of, in the process that it has it read by.

    A text that many cells share, or a space repeated, is unpacked once for each of them: half a
    megabyte can stand for all the memory there is, and calamine ends its process at that.
    """
    shown = Path(path)
    book = _open(shown, Path(copy).read_bytes())
    names = _sheets(book)
    if not names:
        raise UserError("the workbook has no sheet with rows.", path, SAVE_AGAIN)
    chosen = _named(shown, names, sheet) if sheet else _best(shown, book, names)
    rows, blank = _rows(shown, _sheet(shown, book, chosen))
    return {"rows": rows, "blank": blank, "sheet": chosen, "sheets": names}


def _check_archive(path: Path, data: bytes) -> int:
    """Unpack every part once, counting: a bomb is met here and not in memory.

    How many bytes it unpacks to.
    """
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_promise(path, archive.infolist())
            for member in archive.infolist():
                with archive.open(member) as part:
                    extent, tail, sheet = [0, 0], b"", Extent()
                    while chunk := part.read(_CHUNK_BYTES):
                        unpacked += len(chunk)
                        if unpacked > _MOST_UNPACKED_BYTES:
                            raise _too_big(path)
                        if member.filename == _ODS_CONTENT:
                            sheet.feed(chunk)
                            _check_extent(path, sheet.rows, sheet.columns)
                        elif "sheet" in member.filename:
                            _measure(path, tail + chunk, extent)
                        tail = chunk[-_OVERLAP_BYTES:]
                    if member.filename == _ODS_CONTENT:
                        sheet.close()
                    _check_extent(path, sheet.rows, sheet.columns)
        return unpacked
    except RuntimeError as error:  # zipfile's word for a password
        raise _locked(path) from error
    except (*_DAMAGE, OSError) as error:
        raise UserError("the workbook is damaged.", str(path), SAVE_AGAIN) from error


def _check_promise(path: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse at once what says itself that it unpacks to too much, or much too well."""
    if sum(member.file_size for member in members) > _MOST_UNPACKED_BYTES:
        raise _too_big(path)
    for member in members:
        if member.file_size > max(_LARGE_BYTES, _MOST_RATIO * member.compress_size):
            raise _too_big(path)


def _measure(path: Path, chunk: bytes, extent: list[int]) -> None:
    """Refuse a sheet whose filled cells lie further apart than memory allows."""
    columns = set(_COLUMN.findall(chunk))
    columns_now = max((column_count(letters.decode()) for letters in columns), default=0)
    rows_now = max(map(int, _LAST_ROW.findall(chunk)), default=0)
    extent[0], extent[1] = max(extent[0], rows_now), max(extent[1], columns_now)
    _check_extent(path, *extent)


def _check_extent(path: Path, rows: int, columns: int) -> None:
    if columns > MOST_COLUMNS:
        raise too_many_columns(path, columns)
    if rows > MOST_ROWS:
        raise too_many_rows(path)
    if rows * columns > _MOST_CELLS:
        raise _too_big(path)


def _too_big(path: Path) -> UserError:
    return UserError("the workbook unpacks to far more than a list of sites needs.", str(path),
                     "Copy the rows of the list into a new workbook and import that.")  # fmt: skip


def _locked(path: Path) -> UserError:
    return UserError("the workbook is protected by a password.", str(path),
                     "Open it, remove the password, save it and import it again.")  # fmt: skip


def _open(path: Path, data: bytes) -> Any:
    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError as error:
        raise _locked(path) from error
    except BaseException as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: BaseException) -> BaseException:
    """What to raise for calamine's failure; its panics derive from BaseException."""
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        return UserError("the workbook is damaged or of a kind not known.", str(path), SAVE_AGAIN)
    return error


def _sheets(book: Any) -> list[str]:
    """Names of the sheets of cells, visible ones first."""
    kind, seen = calamine.SheetTypeEnum.WorkSheet, calamine.SheetVisibleEnum.Visible
    cells = [item for item in book.sheets_metadata if item.typ == kind]
    return [item.name for item in sorted(cells, key=lambda item: item.visible != seen)]


def _sheet(path: Path, book: Any, name: str) -> Any:
    try:
        return book.get_sheet_by_name(name)
    except BaseException as error:
        raise _damaged(path, error) from error


def _named(path: Path, names: list[str], sheet: str) -> str:
    for name in names:
        if name.casefold().strip() == sheet.casefold().strip():
            return name
    raise UserError(f"there is no sheet “{sheet}”.", str(path),
                    f"Its sheets are: {', '.join(names)}.")  # fmt: skip


def _best(path: Path, book: Any, names: list[str]) -> str:
    if len(names) == 1:
        return names[0]

    def score(name: str) -> tuple[int, int]:
        found = _sheet(path, book, name)
        rows = found.to_python(skip_empty_area=False, nrows=_HEADING_ROWS)
        headings = max((recognised_in([as_text(cell) for cell in row]) for row in rows), default=0)
        return headings, found.total_height

    # The first of equals: max keeps it, and visible sheets stand before hidden ones.
    return max(names, key=score)


def _rows(path: Path, sheet: Any) -> tuple[list[Row], int]:
    # calamine's extent counts from its first filled cell; `end` is where Excel shows the last.
    last = sheet.end or (0, 0)
    if last[1] + 1 > MOST_COLUMNS:
        raise too_many_columns(path, last[1] + 1)
    if last[0] + 1 > MOST_ROWS:
        raise too_many_rows(path)
    rows: list[Row] = []
    cells = sheet.to_python(skip_empty_area=False)
    _fill_merged(cells, sheet.merged_cell_ranges or ())
    for number, values in enumerate(cells, 1):
        row = trimmed([value if type(value) is str else as_text(value) for value in values])
        if row:
            if max(map(len, row)) > MOST_CELL_CHARACTERS:
                raise cell_too_long(path, number)
            rows.append((number, row))
    return rows, len(cells) - len(rows)


def _fill_merged(cells: list[list[Any]], areas: Sequence[Area]) -> None:
    """Give every row of cells merged downwards their value, as a person reads them."""
    filled = 0
    for (top, left), (bottom, _) in areas:
        last = min(bottom, len(cells) - 1)
        filled += max(0, last - top)
        if filled > _MOST_MERGED:
            return
        for row in cells[top + 1 : last + 1]:
            if left < len(row):
                row[left] = cells[top][left]


def as_text(value: Any) -> str:
    """A cell's value as text: dates in ISO 8601, whole numbers without a decimal point."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, (int, timedelta)) else ""
