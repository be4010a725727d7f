"""Files of a GIS (GeoJSON, GeoPackage, Shapefile, MapInfo, KML) opened without trusting them.

GDAL reads them, through pyogrio, from a private copy under a name of ours: nothing beside the
file, no network path and no driver but the one its content calls for has a say. It does so in a
process of its own, always: 0.3 s, and what brings GDAL down brings nothing else down.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import struct
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from psnplanner import apart
from psnplanner.errors import UserError
from psnplanner.geography import stranger_sql

SAVE_AGAIN = "Open it in the GIS that made it, and export it again as GeoJSON or GeoPackage."
_MOST_UNPACKED_BYTES = 500_000_000
_MOST_JSON_BYTES = 200_000_000
_MOST_HEADINGS = 2_000
_LEAST_SECONDS, _SECONDS_A_MEGABYTE = 1.0, 1.0
_NAMED = ("name", "EPSG", "OGC")  # kinds of coordinate systems that are told, not fetched
_GEOJSON_TYPES = ("FeatureCollection", "Feature")
_SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_TAB = (".tab", ".dat", ".map", ".id", ".ind")
_MIF = (".mif", ".mid")
# Tables of MapInfo that only point elsewhere: at other files, databases and servers.
_POINTS_ELSEWHERE = re.compile(rb"seamless|linked|://|/vsi|odbc|server", re.IGNORECASE)


@dataclass(frozen=True)
class Kind:
    """A vector format: what to call it, GDAL's driver, and the suffixes of its parts."""

    title: str
    driver: str
    parts: tuple[str, ...]
    one_layer: bool = True


_KINDS = {
    "geojson": Kind("GeoJSON", "GeoJSON", (".geojson",)),
    "gpkg": Kind("GeoPackage", "GPKG", (".gpkg",), one_layer=False),
    "shp": Kind("Shapefile", "ESRI Shapefile", _SHAPEFILE),
    "tab": Kind("MapInfo table", "MapInfo File", _TAB),
    "mif": Kind("MapInfo file", "MapInfo File", _MIF),
    "kml": Kind("KML", "LIBKML", (".kml",), one_layer=False),
}
_FIRST_PART = {kind.parts[0]: key for key, kind in _KINDS.items()}


MOST_LAYERS = 500


def is_vector(path: Path, data: bytes) -> bool:
    """Whether some file's bytes are a layer of a GIS, or a zip of one."""
    return _kind(path, data) is not None or _zipped(path, data) is not None


@dataclass(frozen=True)
class VectorFile:
    """A private copy of somebody's file, fit for GDAL; `path` is the file as they know it."""

    path: Path
    copy: Path
    kind: Kind

    @property
    def size_bytes(self) -> int:
        """What all its parts take."""
        return sum(part.stat().st_size for part in self.copy.parent.iterdir() if part.is_file())

    def read_apart(
        self,
        answer: str,
        given: Mapping[str, Any],
        progress: apart.Progress,
        saying: tuple[float, float, str],
    ) -> Any:
        """What the function `answer` makes of the file, as `told` tells of it, and what is given.

        It gets ten times what GDAL takes for an honest file of this size. Raises UserError where
        that is not enough, for a file that breaks GDAL, and what the function raises.
        """
        return apart.call(
            answer, {"file": self.told(), **given}, progress=progress, saying=saying,
            seconds=_LEAST_SECONDS + _SECONDS_A_MEGABYTE * self.size_bytes / 1e6,
            gives_up=self._needs_too_much(), broken=damaged(self.path, "layer"),
            first=("psnplanner.geography.gdal",),
        )  # fmt: skip

    def told(self) -> dict[str, Any]:
        """What another process needs to open it, as plain data; see `told_of`."""
        key = next(key for key, kind in _KINDS.items() if kind == self.kind)
        return {"path": str(self.path), "copy": str(self.copy), "key": key}

    @staticmethod
    def told_of(path: str, copy: str, key: str) -> VectorFile:
        """The file that `told` tells of."""
        return VectorFile(Path(path), Path(copy), _KINDS[key])

    def _needs_too_much(self) -> UserError:
        """What is said where reading it takes more time or memory than that."""
        return UserError(
            "reading its layer takes far more time or memory than its size explains: given up.",
            str(self.path), "Ask whoever sent it for a plain export, as GeoJSON or CSV.",
        )  # fmt: skip


@contextmanager
def opened(path: Path, data: bytes, purpose: str) -> Iterator[VectorFile]:
    """The file with these bytes, copied, looked through and ready for `read_apart`.

    `purpose` is what it is read for ("a list of sites"), for what is said. Raises UserError for
    a file that is damaged, too large, incomplete or built to harm.
    """
    with tempfile.TemporaryDirectory(prefix="psnplanner-") as name:
        folder, key = Path(name), _kind(path, data)
        if key is not None:
            _copy(path, data, _KINDS[key], folder, purpose)
        else:
            zipped = _zipped(path, data)
            if zipped is None:
                raise UserError("this is no file of a GIS.", str(path), SAVE_AGAIN)
            key = _unpack(path, data, zipped, folder, purpose)
        _refuse_harmful(path, key, folder, purpose)
        copy = folder / f"list{_KINDS[key].parts[0]}"
        if key == "gpkg":
            _refuse_sql(path, copy, purpose)
        yield VectorFile(path, copy, _KINDS[key])


def bytes_of(path: Path, purpose: str) -> bytes:
    """A file's content. Raises UserError where it is none, too large, or refused."""
    try:
        if path.is_dir():
            raise UserError("this is a folder.", str(path), "Give the file itself.")
        if path.exists() and not path.is_file():  # a pipe would be waited on for ever
            raise UserError("that is no file.", str(path), "Give the file itself.")
        if path.stat().st_size > _MOST_UNPACKED_BYTES:
            raise UserError(f"the file is larger than {purpose} needs.", str(path),
                            "Export only the areas you need.")  # fmt: skip
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"the file cannot be read: {error.strerror or error}.", str(path),
                        "Check the name and your rights to it.") from error  # fmt: skip


def layers_of(file: VectorFile) -> dict[str, dict[str, Any]]:
    """What `pyogrio.read_info` says of each layer, at most 500, in the file's order.

    Raises UserError where there is none, or another driver than the content's own answers.
    """
    from psnplanner.geography.gdal import list_layers, read_info

    names = [str(name) for name, _ in list_layers(file.copy)]
    if not names:
        raise UserError("it has no layer.", str(file.path), SAVE_AGAIN)
    infos = {name: read_info(file.copy, layer=name) for name in names[:MOST_LAYERS]}
    if any(info["driver"] != file.kind.driver for info in infos.values()):
        raise damaged(file.path, file.kind.title)
    return infos


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
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error,
            OverflowError):  # fmt: skip
        return None
    if {"[Content_Types].xml", "mimetype", "content.xml"} & set(names):
        return None
    found = [name for name in names if Path(name).suffix.lower() in _FIRST_PART]
    return min(found, key=lambda name: name.casefold() != "doc.kml", default=None)


def _copy(path: Path, data: bytes, kind: Kind, folder: Path, purpose: str) -> None:
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
                raise _too_big(path, purpose)
            shutil.copyfile(part, folder / f"list{part.suffix.lower()}")


def _unpack(path: Path, data: bytes, first: str, folder: Path, purpose: str) -> str:
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
                raise _too_big(path, purpose)
            for member in members:
                # zipfile gives no more than the size it was told, and complains if there is.
                part = folder / f"list{Path(member.filename).suffix.lower()}"
                part.write_bytes(archive.read(member))
    except RuntimeError as error:  # zipfile's word for a password
        raise UserError("the zip is protected by a password.", str(path),
                        "Unpack it, and import the file in it.") from error  # fmt: skip
    except (
        zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, struct.error,
        IndexError, OverflowError,
    ) as error:  # fmt: skip
        raise damaged(path, "zip") from error
    return key


def _refuse_harmful(path: Path, key: str, folder: Path, purpose: str) -> None:
    data = (folder / f"list{_KINDS[key].parts[0]}").read_bytes()
    if key == "geojson":
        _check_json(path, data, purpose)
    elif key == "kml":
        _check_xml(path, data, purpose)
    elif key == "tab" and _POINTS_ELSEWHERE.search(data):
        raise UserError("this MapInfo table only points at data elsewhere.", str(path),
                        "Save a copy of the table itself and import that.")  # fmt: skip
    if key in ("shp", "tab", "mif"):
        needed = {"shp": ".dbf", "tab": ".dat", "mif": ".mid"}[key]
        if not (folder / f"list{needed}").is_file():
            raise UserError(f"the {needed} file that belongs to it is missing.", str(path),
                            "Put all parts of it into one folder, or into one zip.")  # fmt: skip


def _refuse_sql(path: Path, copy: Path, purpose: str) -> None:
    try:
        stranger_sql.look_through(copy)
    except stranger_sql.HarmfulSql as error:
        raise _built_to_harm(path, purpose) from error
    except stranger_sql.DAMAGE as error:
        raise damaged(path, "GeoPackage") from error


def _check_json(path: Path, data: bytes, purpose: str) -> None:
    """Let through nothing but GeoJSON: other kinds of JSON tell GDAL to fetch and to run."""
    if len(data) > _MOST_JSON_BYTES:
        raise _too_big(path, purpose)
    try:
        found = json.loads(data)
    except RecursionError as error:
        raise _built_to_harm(path, purpose) from error
    except ValueError as error:
        raise damaged(path, "GeoJSON") from error
    if not isinstance(found, dict) or found.get("type") not in _GEOJSON_TYPES:
        raise UserError("this is JSON, but no GeoJSON of features.", str(path), SAVE_AGAIN)
    if b"gdal_streamed_alg" in data or _points_elsewhere(found):
        raise _built_to_harm(path, purpose)
    if _is_too_wide(found):
        raise _too_big(path, purpose)


def _is_too_wide(found: dict[str, Any]) -> bool:
    """Whether features name more headings than any list has: GDAL takes their square."""
    headings = set[str]()
    features = found.get("features")
    for feature in features if isinstance(features, list) else [found]:
        if isinstance(feature, dict):
            told = feature.get("properties")
            headings.update(feature, told if isinstance(told, dict) else ())
        if len(headings) > _MOST_HEADINGS:
            return True
    return False


def _points_elsewhere(found: dict[str, Any]) -> bool:
    """Whether a coordinate system is not named but to be fetched, as GeoJSON of 2008 allowed."""
    parts, waiting = [found], [found.get("features"), found.get("geometry")]
    while waiting:
        given = waiting.pop()
        for part in given if isinstance(given, list) else [given]:
            if isinstance(part, dict):
                parts.append(part)
                waiting += [part.get("geometry"), part.get("geometries")]
    systems = (part["crs"] for part in parts if "crs" in part)
    return any(isinstance(crs, dict) and crs.get("type") not in _NAMED for crs in systems)


def _check_xml(path: Path, data: bytes, purpose: str) -> None:
    """Refuse XML that is broken, defines entities (they can unfold without end) or is no KML."""
    parser = expat.ParserCreate()
    roots: list[str] = []
    headings = set[str]()

    def doctype(*_: object) -> None:
        raise _built_to_harm(path, purpose)

    def begin(name: str, told: Mapping[str, str]) -> None:
        if not roots:
            roots.append(name.rpartition(":")[2])
        if "name" in told:
            headings.add(told["name"])
            if len(headings) > _MOST_HEADINGS:
                raise _too_big(path, purpose)

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = begin
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise damaged(path, "KML") from error
    if roots != ["kml"]:
        raise UserError("this is XML, but no KML.", str(path), SAVE_AGAIN)


def _too_big(path: Path, purpose: str) -> UserError:
    return UserError(f"the layer holds far more than {purpose} needs.", str(path),
                     "Export only what is needed, and in less detail.")  # fmt: skip


def damaged(path: Path, title: str) -> UserError:
    """What is said of a file that should be of this format and cannot be read."""
    return UserError(f"the {title} is damaged and cannot be read.", str(path), SAVE_AGAIN)


def _built_to_harm(path: Path, purpose: str) -> UserError:
    needless = purpose.removeprefix("a ")
    return UserError(f"the file holds instructions that no {needless} needs: not opened.",
                     str(path), "Ask whoever sent it for a plain export.")  # fmt: skip


@contextmanager
def quietly(path: Path) -> Iterator[None]:
    """GDAL's failures as one sentence, and its asides left out."""
    from psnplanner.geography.gdal import DataLayerError, DataSourceError, FieldError, GeometryError

    failures = (DataSourceError, DataLayerError, FieldError, GeometryError)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (*failures, RuntimeError, ValueError, OverflowError, MemoryError) as error:
        raise damaged(path, "layer") from error
