"""Any list file to a Table: what kind it is told by its content, never by its name alone."""

from __future__ import annotations

from pathlib import Path

from psnplanner.errors import UserError
from psnplanner.intake.delimited import read_delimited, refuse_long
from psnplanner.intake.reading import AS_FOUND, Reading
from psnplanner.intake.returned import without_information
from psnplanner.intake.table import Progress, Table, no_progress
from psnplanner.intake.workbook import read_workbook

_MOST_BYTES = 300_000_000  # a million rows of a list are half of it
_LARGE_BYTES = 25_000_000
_START, _NOTHING = 1 << 16, b" \r\n\t\0"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
# How the kinds of layer a GIS writes begin; which it is, and whether, `vector` tells.
_LAYERS = (b"SQLite", b"\0\0\x27\x0a", b"PK\x03\x04", b"<", b"{", b"!", b"version")

_NAMED_AS = {
    ".gpkg": "a GeoPackage", ".shp": "a Shapefile", ".kml": "a KML file", ".kmz": "a KMZ file",
    ".geojson": "a GeoJSON file", ".mif": "a MapInfo file",
}  # fmt: skip


def read_table(path: Path, reading: Reading = AS_FOUND, progress: Progress = no_progress) -> Table:
    """The rows of a CSV, TSV, XLSX, XLS or ODS file, or the features of a GIS's layer.

    What the reading says of its sheet, encoding and delimiter overrules what the file suggests.
    Raises UserError for a file that is missing, empty, too large, damaged or no list, and for a
    reading that makes no sense for it.
    """
    data = _bytes(path)
    if _is_layer(path, data):
        from psnplanner.intake.vector import read_vector  # numpy and GDAL take their time

        _refuse(path, reading, "delimiter", "a layer of a GIS")
        table = read_vector(path, data, reading.sheet, reading.encoding, progress)
    elif kind := _NAMED_AS.get(path.suffix.lower()):
        raise UserError(f"this is named as {kind}, but is none.", str(path),
                        "Export it again from the program that made it.")  # fmt: skip
    elif data.startswith(_WORKBOOKS):
        _refuse(path, reading, "delimiter", "a workbook")
        _refuse(path, reading, "encoding", "a workbook")
        table = read_workbook(path, data, reading.sheet, progress)
    else:
        _refuse(path, reading, "sheet", "a text file")
        table = read_delimited(path, data, reading.encoding, reading.delimiter, progress)
    if not table.rows:
        raise UserError("the list has no rows.", str(path), "Check that it is the right file.")
    return without_information(table)


def _refuse(path: Path, reading: Reading, what: str, kind: str) -> None:
    said = getattr(reading, what)
    if said:
        raise UserError(f"{kind} has no {what} to choose: “{said}” means nothing here.", str(path),
                        f"Leave the {what} out.")  # fmt: skip


def _is_layer(path: Path, data: bytes) -> bool:
    if not _looks_like(data, _LAYERS):
        return False
    from psnplanner.intake.vector import is_vector

    return is_vector(path, data)


def _content(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        if size > _LARGE_BYTES:
            start = file.read(_LARGE_BYTES)
            if not _looks_like(start, (*_LAYERS, *_WORKBOOKS)):
                refuse_long(path, start)  # one endless line need not be read to its end
            file.seek(0)
        return file.read()


def _looks_like(data: bytes, kinds: tuple[bytes, ...]) -> bool:
    start = data[:100].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    return data.startswith(kinds) or start.startswith(kinds)


def _bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise UserError("this is a folder.", str(path), "Give a list file.")
        size = path.stat().st_size
        if size > _MOST_BYTES:
            raise UserError(f"the file is {size / 1e6:,.0f} MB, far more than a list of sites.",
                            str(path), "Split it into several files.")  # fmt: skip
        data = _content(path, size) if path.is_file() else b""
    except FileNotFoundError as error:
        raise UserError("there is no such file.", str(path), "Check the name.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"the file cannot be read: {reason}.", str(path),
                        "Close it in other programs, or copy it elsewhere.") from error  # fmt: skip
    if not data[:_START].strip(_NOTHING) and not data.translate(None, _NOTHING):
        raise UserError("the file is empty.", str(path), "Check that it is the right file.")
    return data
