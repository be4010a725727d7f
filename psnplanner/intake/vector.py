"""Layers of a GIS (GeoJSON, GeoPackage, Shapefile, MapInfo, KML) as tables of text.

GDAL reads them, through pyogrio, from a private copy under a name of ours: nothing beside the
file, no network path and no driver but the one its content calls for has a say.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from numpy.typing import NDArray

from psnplanner.errors import UserError
from psnplanner.intake.delimited import cell_too_long, too_many_columns, too_many_rows
from psnplanner.intake.headings import recognised_in
from psnplanner.intake.points import Points, points_of
from psnplanner.intake.table import (
    MOST_CELL_CHARACTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    Progress,
    Row,
    Table,
    trimmed,
)
from psnplanner.intake.values import phrases
from psnplanner.intake.workbook import as_text

Array = NDArray[Any]
_SAVE_AGAIN = "Open it in the GIS that made it, and export it again as GeoJSON or GeoPackage."
_MOST_UNPACKED_BYTES = 500_000_000
_MOST_JSON_BYTES = 200_000_000
_GEOJSON_TYPES = ("FeatureCollection", "Feature")
_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_TAB = (".tab", ".dat", ".map", ".id", ".ind")
_MIF = (".mif", ".mid")
# What LIBKML adds to every layer of its own; none of it is about a site.
_KML_MACHINERY = phrases(
    "timestamp|begin|end|altitudemode|tessellate|extrude|visibility|draworder|icon|snippet"
)
_OWN_ID = re.compile(r"\S*\.\d+")
# A view that feeds on itself need never end, and GDAL cannot be told to stop.
_ENDLESS_VIEW = re.compile(rb"CREATE\s+VIEW[^\0]{0,4000}\bRECURSIVE\b", re.IGNORECASE)
# Tables of MapInfo that only point elsewhere: at other files, databases and servers.
_POINTS_ELSEWHERE = re.compile(rb"seamless|linked|://|/vsi|odbc|server", re.IGNORECASE)


@dataclass(frozen=True)
class _Kind:
    """A vector format: what to call it, GDAL's driver, and the suffixes of its parts."""

    title: str
    driver: str
    parts: tuple[str, ...]
    one_layer: bool = True


_KINDS = {
    "geojson": _Kind("GeoJSON", "GeoJSON", (".geojson",)),
    "gpkg": _Kind("GeoPackage", "GPKG", (".gpkg",), one_layer=False),
    "shp": _Kind("Shapefile", "ESRI Shapefile", _SHAPEFILE),
    "tab": _Kind("MapInfo table", "MapInfo File", _TAB),
    "mif": _Kind("MapInfo file", "MapInfo File", _MIF),
    "kml": _Kind("KML", "LIBKML", (".kml",), one_layer=False),
}
_FIRST_PART = {kind.parts[0]: key for key, kind in _KINDS.items()}


def is_vector(path: Path, data: bytes) -> bool:
    """Whether some file's bytes are a layer of a GIS, or a zip of one."""
    return _kind(path, data) is not None or _zipped(path, data) is not None


def read_vector(path: Path, data: bytes, sheet: str | None, progress: Progress) -> Table:
    """The features of the layer asked for, else of the one with most recognisable columns.

    Raises UserError for a file that is damaged, too large, empty or built to harm.
    """
    progress(0.02, "Opening the layers")
    with tempfile.TemporaryDirectory(prefix="psnplanner-") as folder:
        key = _kind(path, data)
        if key is not None:
            _copy(path, data, _KINDS[key], Path(folder))
        else:
            zipped = _zipped(path, data)
            assert zipped is not None
            key = _unpack(path, data, zipped, Path(folder))
        _refuse_harmful(path, key, Path(folder))
        with _quietly(path):
            return _Source(path, _KINDS[key], Path(folder), progress).table(sheet)


def _kind(path: Path, data: bytes) -> str | None:
    suffix, start = path.suffix.lower(), data[:2000].lstrip(b"\xef\xbb\xbf \r\n\t")
    if data.startswith(b"SQLite format 3\0"):
        return "gpkg"
    if data.startswith(b"\0\0\x27\x0a") and suffix == ".shp":
        return "shp"
    if start[:6].lower() == b"!table":
        return "tab"
    if start[:7].lower() == b"version" and suffix == ".mif":
        return "mif"
    if start.startswith(b"<") and (b"<kml" in start or b":kml" in start):
        return "kml"
    if start.startswith(b"{") and (suffix == ".geojson" or b'"Feature' in data[:100_000]):
        return "geojson"
    return None


def _zipped(path: Path, data: bytes) -> str | None:
    """The member of a zip that is the first part of a layer, if it is no workbook."""
    if not data.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        return None
    if {"[Content_Types].xml", "mimetype", "content.xml"} & set(names):
        return None
    found = [name for name in names if Path(name).suffix.lower() in _FIRST_PART]
    return min(found, key=lambda name: name.casefold() != "doc.kml", default=None)


def _copy(path: Path, data: bytes, kind: _Kind, folder: Path) -> None:
    (folder / f"list{kind.parts[0]}").write_bytes(data)
    beside = ("-wal",) if kind.driver == "GPKG" else ()
    for suffix in beside:  # what an open GeoPackage has not yet moved into its file
        log = path.with_name(path.name + suffix)
        if log.is_file() and log.stat().st_size < _MOST_UNPACKED_BYTES:
            shutil.copyfile(log, folder / f"list{kind.parts[0]}{suffix}")
    if len(kind.parts) == 1:
        return
    total = len(data)
    for part in path.parent.iterdir():
        same = part.stem.casefold() == path.stem.casefold()
        if same and part.suffix.lower() in kind.parts[1:] and part.is_file():
            total += part.stat().st_size
            if total > _MOST_UNPACKED_BYTES:
                raise _too_big(path)
            shutil.copyfile(part, folder / f"list{part.suffix.lower()}")


def _unpack(path: Path, data: bytes, first: str, folder: Path) -> str:
    """Unpack the parts of one layer, under names of ours and within limits; gives its kind."""
    key = _FIRST_PART[Path(first).suffix.lower()]
    stem = first[: -len(Path(first).suffix)].casefold()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [
                member
                for member in archive.infolist()
                if member.filename[: -len(Path(member.filename).suffix) or None].casefold() == stem
                and Path(member.filename).suffix.lower() in _KINDS[key].parts
            ]
            if sum(member.file_size for member in members) > _MOST_UNPACKED_BYTES:
                raise _too_big(path)
            for member in members:
                # zipfile gives no more than the size it was told, and complains if there is.
                part = folder / f"list{Path(member.filename).suffix.lower()}"
                part.write_bytes(archive.read(member))
    except RuntimeError as error:  # zipfile's word for a password
        raise UserError("the zip is protected by a password.", str(path),
                        "Unpack it, and import the file in it.") from error  # fmt: skip
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _damaged(path, "zip") from error
    return key


def _refuse_harmful(path: Path, key: str, folder: Path) -> None:
    data = (folder / f"list{_KINDS[key].parts[0]}").read_bytes()
    if key == "geojson":
        _check_json(path, data)
    elif key == "kml":
        _check_xml(path, data)
    elif key == "gpkg" and _ENDLESS_VIEW.search(data):
        raise _built_to_harm(path)
    elif key == "tab" and _POINTS_ELSEWHERE.search(data):
        raise UserError("this MapInfo table only points at data elsewhere.", str(path),
                        "Save a copy of the table itself and import that.")  # fmt: skip
    if key in ("shp", "tab", "mif"):
        needed = {"shp": ".dbf", "tab": ".dat", "mif": ".mid"}[key]
        if not (folder / f"list{needed}").is_file():
            raise UserError(f"the {needed} file that belongs to it is missing.", str(path),
                            "Put all parts of it into one folder, or into one zip.")  # fmt: skip


def _check_json(path: Path, data: bytes) -> None:
    """Let through nothing but GeoJSON: other kinds of JSON tell GDAL to fetch and to run."""
    if len(data) > _MOST_JSON_BYTES:
        raise _too_big(path)
    try:
        found = json.loads(data)
    except RecursionError as error:
        raise _built_to_harm(path) from error
    except ValueError as error:
        raise _damaged(path, "GeoJSON") from error
    if not isinstance(found, dict) or found.get("type") not in _GEOJSON_TYPES:
        raise UserError("this is JSON, but no GeoJSON of features.", str(path), _SAVE_AGAIN)
    if b"gdal_streamed_alg" in data:
        raise _built_to_harm(path)


def _check_xml(path: Path, data: bytes) -> None:
    """Refuse XML that is broken, defines entities (they can unfold without end) or is no KML."""
    parser = expat.ParserCreate()
    roots: list[str] = []

    def doctype(*_: object) -> None:
        raise _built_to_harm(path)

    def begin(name: str, _: object) -> None:
        if not roots:
            roots.append(name.rpartition(":")[2])

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = begin
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise _damaged(path, "KML") from error
    if roots != ["kml"]:
        raise UserError("this is XML, but no KML.", str(path), _SAVE_AGAIN)


def _too_big(path: Path) -> UserError:
    return UserError("the layer holds far more than a list of sites needs.", str(path),
                     "Export the sites alone, without their outlines.")  # fmt: skip


def _damaged(path: Path, title: str) -> UserError:
    return UserError(f"the {title} is damaged and cannot be read.", str(path), _SAVE_AGAIN)


def _built_to_harm(path: Path) -> UserError:
    return UserError("the file holds instructions that no list of sites needs: not opened.",
                     str(path), "Ask whoever sent it for a plain export.")  # fmt: skip


@contextmanager
def _quietly(path: Path) -> Iterator[None]:
    """GDAL's failures as one sentence, and its asides left out."""
    from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

    failures = (DataSourceError, DataLayerError, FieldError, GeometryError)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (*failures, RuntimeError, ValueError, OverflowError, MemoryError) as error:
        raise _damaged(path, "layer") from error


class _Source:
    """The layers of one copied file."""

    def __init__(self, path: Path, kind: _Kind, folder: Path, progress: Progress) -> None:
        self._path, self._kind, self._progress = path, kind, progress
        self._copy = folder / f"list{kind.parts[0]}"

    def table(self, sheet: str | None) -> Table:
        """The table of the layer named, else of the best."""
        from pyogrio import list_layers, read_info

        names = [str(name) for name, _ in list_layers(self._copy)]
        if not names:
            raise UserError("it has no layer.", str(self._path), _SAVE_AGAIN)
        infos = {name: read_info(self._copy, layer=name) for name in names[:MOST_COLUMNS]}
        if any(info["driver"] != self._kind.driver for info in infos.values()):
            raise _damaged(self._path, self._kind.title)
        layer = self._named(names, sheet) if sheet else self._best(infos)
        if len(infos[layer]["fields"]) > MOST_COLUMNS:
            raise too_many_columns(self._path, len(infos[layer]["fields"]))
        return self._read(layer, tuple(names))

    def _named(self, names: list[str], sheet: str) -> str:
        wanted = sheet.casefold().strip()
        if self._kind.one_layer and wanted in (names[0].casefold(), self._path.stem.casefold()):
            return names[0]
        for name in names:
            if name.casefold() == wanted:
                return name
        shown = [self._path.stem] if self._kind.one_layer else names
        raise UserError(f"there is no layer “{sheet}”.", str(self._path),
                        f"Its layers are: {', '.join(shown[:20])}.")  # fmt: skip

    @staticmethod
    def _best(infos: dict[str, Any]) -> str:
        def score(name: str) -> tuple[int, int]:
            return recognised_in(map(str, infos[name]["fields"])), infos[name]["features"]

        return max(infos, key=score)  # the first of equals

    def _read(self, layer: str, names: tuple[str, ...]) -> Table:
        from pyogrio.raw import read

        self._progress(0.05, "Reading the layer")
        meta, _, shapes, columns = read(
            self._copy, layer=layer, force_2d=True, max_features=MOST_ROWS + 1
        )
        headings = [str(name) for name in meta["fields"]]
        if not headings and shapes is not None and len(shapes):
            raise UserError("the layer has shapes, but no table that says what they are.",
                            str(self._path), _SAVE_AGAIN)  # fmt: skip
        count = len(columns[0]) if columns else (0 if shapes is None else len(shapes))
        if count > MOST_ROWS:
            raise too_many_rows(self._path)
        self._progress(0.1, "Placing the features")
        places = points_of(self._copy, layer, shapes, meta.get("crs"))
        cells = self._cells(headings, columns)
        title = self._path.stem if self._kind.one_layer else layer
        rows, known = _rows(cells, places, count)
        for number, row in rows:
            if row and max(map(len, row)) > MOST_CELL_CHARACTERS:
                raise cell_too_long(self._path, number)
        sheets = (title,) if self._kind.one_layer else names
        kept = [row for row in rows if row[1]]
        blank = len(rows) - len(kept)
        if len(kept) == 1:
            kept = []
        return Table(self._path.name, kept, blank, str(meta.get("encoding") or ""),
                     sheet=title, sheets=sheets, notes=places.notes, known=known)  # fmt: skip

    def _cells(self, headings: list[str], columns: Iterable[Array]) -> dict[str, list[str]]:
        found = {
            heading.strip() or "?": list(map(_text, column.tolist()))
            for heading, column in zip(headings, columns, strict=True)
            if not self._own(heading, column)
        }
        return found

    def _own(self, heading: str, column: Array) -> bool:
        """Whether a column is of the format's making, or says nothing at all."""
        if self._kind.driver != "LIBKML":
            return False
        if heading.casefold() in _KML_MACHINERY:
            return True
        texts = list(filter(None, map(_text, column.tolist())))
        return not texts or (heading == "id" and all(map(_OWN_ID.fullmatch, texts)))


def _text(value: Any) -> str:
    if value is None or value != value:  # NaN and NaT are not themselves
        return ""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return as_text(value)


def _rows(
    cells: dict[str, list[str]], places: Points, count: int
) -> tuple[list[Row], dict[int, str]]:
    """The headings as row 0 and each feature by its number, its coordinates last."""
    headings, columns = list(cells), list(cells.values())
    known: dict[int, str] = {}
    if any(places.latitudes):
        known = {len(headings): "latitude", len(headings) + 1: "longitude"}
        headings += ["Latitude", "Longitude"]
        columns += [places.latitudes, places.longitudes]
    rows: list[Row] = [(0, headings)]
    rows += [
        (number, trimmed(list(row))) for number, row in enumerate(zip(*columns, strict=True), 1)
    ]
    return rows, known
