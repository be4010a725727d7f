"""Sites and nodes for a GIS: GeoJSON, KML, GeoPackage and Shapefile, in WGS84, through GDAL.

A Shapefile has no room: names of ten letters, texts of 254 bytes (longer ones are cut and end
with “…”), and columns of other lists under numbers. Read back, it still changes nothing: cut
texts are known for what they are, and the numbered columns are passed over.
"""

from __future__ import annotations

import re
import shutil
import struct
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from psnplanner.errors import UserError
from psnplanner.exchange.site_columns import (
    COLUMNS,
    DAY,
    MONEY,
    NUMBER,
    TEXT,
    YES_NO,
    Column,
    Sites,
    Value,
    printable,
    rounded,
)
from psnplanner.programme.record import Position
from psnplanner.whole_file import make_durable

Progress = Callable[[float, str], None]

_DRIVERS = {".geojson": "GeoJSON", ".kml": "LIBKML", ".gpkg": "GPKG"}
_WITH_NODES = (".kml", ".gpkg")
_DBF_BYTES = 254
_MOST_OTHERS = 99
_CUT = "…"
_ABOUT = "_fields.txt"
# Names LIBKML gives a meaning of its own; with a space behind they are names like any other.
_KML_OWN = re.compile(
    "id|timestamp|begin|end|altitudemode|tessellate|extrude|visibility|draworder|icon|snippet"
    "|heading|tilt|roll|model|camera"
)


@dataclass(frozen=True)
class _Field:
    """A column of a layer: its name, the kind of value, and its values."""

    name: str
    kind: str
    values: Sequence[Value]


def write_layers(sites: Sites, out: Path, progress: Progress) -> None:
    """Write a GeoJSON, KML or GeoPackage; the latter two have a layer of nodes as well."""
    fields = _site_fields(sites, short=False)
    progress(0.4, "Writing the sites")
    _write(out, "sites", [site.position for site in sites.rows], fields)
    if out.suffix.lower() in _WITH_NODES and sites.state.nodes:
        progress(0.8, "Writing the nodes")
        nodes = list(sites.state.nodes.values())
        _write(out, "nodes", [n.position for n in nodes], _node_fields(sites), append=True)


def write_shapefile(sites: Sites, out: Path, progress: Progress) -> None:
    """Write the parts of a Shapefile and a text that explains its columns, the .shp last."""
    try:
        with tempfile.TemporaryDirectory(prefix=f".{out.stem[:80]}.", dir=out.parent) as folder:
            parts = _shapefile_parts(sites, Path(folder), out.stem, progress)
            for part in parts:
                make_durable(part)
            # Without its .shp a Shapefile is not there at all: it comes when all else stands.
            for part in sorted(parts, key=lambda part: part.suffix == ".shp"):
                part.replace(out.with_name(part.name))
            make_durable(out.parent)
    except OSError as error:
        raise UserError(
            f"The Shapefile cannot be written: {error.strerror or error}.",
            where=str(out),
            remedy="Choose a folder you may write to, with room on its disk.",
        ) from error


def write_zip(sites: Sites, out: Path, progress: Progress) -> None:
    """Write the parts of a Shapefile into one zip."""
    with tempfile.TemporaryDirectory(prefix="psnplanner-") as folder:
        parts = _shapefile_parts(sites, Path(folder), "sites", progress)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in parts:
                archive.write(part, part.name)


def _shapefile_parts(sites: Sites, folder: Path, stem: str, progress: Progress) -> list[Path]:
    fields = _site_fields(sites, short=True)
    progress(0.4, "Writing the sites")
    made = folder / "made.shp"
    _write(made, "made", [site.position for site in sites.rows], fields)
    (folder / "made.txt").write_text(_explained(sites, fields), "utf-8")
    parts = []
    for part in sorted(folder.glob("made.*")):
        name = stem + (_ABOUT if part.suffix == ".txt" else part.suffix)
        parts.append(Path(shutil.move(part, folder / name)))
    progress(0.8, "Putting the parts in place")
    return parts


def _site_fields(sites: Sites, short: bool) -> list[_Field]:
    fields = []
    for column in COLUMNS:
        if not column.is_place:
            values = [sites.value(column, site) for site in sites.rows]
            fields.append(_Field(column.short if short else column.heading, column.kind, values))
    others = list(zip(*map(sites.others, sites.rows), strict=True))
    for number, (heading, texts) in enumerate(zip(sites.other_headings, others, strict=True), 1):
        if not short:
            fields.append(_Field(heading, TEXT, texts))
        elif number <= _MOST_OTHERS:
            fields.append(_Field(f"o_{number:02d}", TEXT, texts))
    return [_cut(field) for field in fields] if short else fields


def _cut(field: _Field) -> _Field:
    """A field whose texts fit a Shapefile's table."""
    return _Field(field.name, field.kind, [_fitting(value) for value in field.values])


def _fitting(value: Value) -> Value:
    if not isinstance(value, str) or len(value.encode()) <= _DBF_BYTES:
        return value
    room = _DBF_BYTES - len(_CUT.encode())
    return value.encode()[:room].decode("utf-8", "ignore").rstrip() + _CUT


def _node_fields(sites: Sites) -> list[_Field]:
    nodes = list(sites.state.nodes.values())
    parents = [sites.state.nodes.get(node.parent or b"") for node in nodes]
    return [
        _Field("Node", TEXT, [node.name for node in nodes]),
        _Field("Nearer the core", TEXT, [parent.name if parent else "" for parent in parents]),
        _Field("Planned on", DAY, [node.planned_on for node in nodes]),
        _Field("Live on", DAY, [node.live_on for node in nodes]),
        _Field("Ports", NUMBER, [node.ports for node in nodes]),
        _Field("Remark", TEXT, [node.note for node in nodes]),
    ]


def _explained(sites: Sites, fields: Sequence[_Field]) -> str:
    """What each short name stands for, and what the format had no room for."""
    lines = ["The columns of this Shapefile, whose format has room for ten letters:", ""]
    lines += [f"{c.short:<12}{c.heading}{_unit(c)}" for c in COLUMNS if not c.is_place]
    lines += [
        f"o_{number:02d}        {heading}"
        for number, heading in enumerate(sites.other_headings[:_MOST_OTHERS], 1)
    ]
    cut = sum(
        isinstance(value, str) and value.endswith(_CUT) and len(value.encode()) > 200
        for field in fields
        for value in field.values
    )
    lines += ["", "Positions are WGS84. Columns i_ and o_ are not read back by PSN Planner."]
    if cut:
        lines.append(
            f"{cut:,} texts longer than {_DBF_BYTES} bytes were cut; they end with “{_CUT}”."
        )
    return "\r\n".join(lines) + "\r\n"


def _unit(column: Column) -> str:
    return ", pounds a year" if column.kind == MONEY else ""


def _write(
    out: Path,
    layer: str,
    positions: Sequence[Position | None],
    fields: Sequence[_Field],
    append: bool = False,
) -> None:
    from psnplanner.geography.gdal import DataSourceError, write

    arrays = [_array(field) for field in fields]
    suffix = out.suffix.lower()
    options: dict[str, Any] = {}
    if suffix == ".gpkg":  # a list may well have a column called fid or geom
        taken = {field.name.casefold() for field in fields}
        options["layer_options"] = {
            "FID": _unlike("fid", taken), "GEOMETRY_NAME": _unlike("geom", taken),
        }  # fmt: skip
    names = [field.name for field in fields]
    if suffix == ".kml":
        names = [name + " " if _KML_OWN.fullmatch(name.casefold()) else name for name in names]
    with _in_plain_words(out):
        write(
            out,
            np.array([_point(position) for position in positions], dtype=object),
            [values for values, _ in arrays],
            names,
            field_mask=[mask for _, mask in arrays],
            driver=_DRIVERS.get(suffix, "ESRI Shapefile"),
            layer=layer,
            geometry_type="Point",
            crs="EPSG:4326",
            encoding="UTF-8",
            append=append,
            **options,
        )
        if not _is_whole(out, layer, len(positions)):
            raise DataSourceError("the layer is not whole")


def _is_whole(out: Path, layer: str, many: int) -> bool:
    """Whether all of a layer is on the disk: of one that is full GDAL says nothing for these two.

    A Shapefile's parts tell their own length (ESRI's description, July 1998; dBase's of the table).
    """
    from psnplanner.geography.gdal import read_info

    if out.suffix.lower() == ".kml":
        return bool(read_info(out, layer, force_feature_count=True)["features"] == many)
    if out.suffix.lower() != ".shp":
        return True
    parts = {part.suffix: part.read_bytes() for part in out.parent.glob(f"{out.stem}.*")}
    try:
        count, start, width = struct.unpack_from("<IHH", parts[".dbf"], 4)
        lengths = {end: 2 * struct.unpack_from(">I", parts[end], 24)[0] for end in (".shp", ".shx")}
    except struct.error:
        return False
    told = count == many and len(parts[".dbf"]) >= start + count * width
    return told and all(parts.values()) and all(len(parts[e]) == n for e, n in lengths.items())


@contextmanager
def _in_plain_words(out: Path) -> Iterator[None]:
    from psnplanner.geography.gdal import DataLayerError, DataSourceError, FeatureError, FieldError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (DataSourceError, DataLayerError, FeatureError, FieldError) as error:
        raise UserError(
            "The layer cannot be written.",
            where=str(out),
            remedy="Choose a folder you may write to, with room on its disk.",
        ) from error


def _unlike(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _array(field: _Field) -> tuple[Any, Any]:
    """The values as GDAL takes them, and a mask of those that are missing."""
    missing = np.array([value is None or value == "" for value in field.values], dtype=bool)
    words = any(isinstance(value, str) and value for value in field.values)
    if words or field.kind in (TEXT, YES_NO):
        return np.array([_words(field.kind, value) for value in field.values], object), None
    if field.kind == DAY:
        days = [None if gone else v for v, gone in zip(field.values, missing, strict=True)]
        return np.array(days, dtype="datetime64[D]"), missing
    factor = 100 if field.kind == MONEY else 1
    numbers = [
        0.0 if gone or value is None else float(value) / factor  # type: ignore[arg-type]
        for value, gone in zip(field.values, missing, strict=True)
    ]
    return np.array(numbers, dtype=np.float64), missing


def _words(kind: str, value: Value) -> str:
    if isinstance(value, str):
        return printable(value)
    if value is None:
        return ""
    if kind == YES_NO:
        return "Yes" if value else "No"
    if kind == MONEY and isinstance(value, int):
        return f"{value / 100:.2f}"
    return str(value)


def _point(position: Position | None) -> bytes | None:
    return None if position is None else struct.pack("<BIdd", 1, 1, *rounded(position))
