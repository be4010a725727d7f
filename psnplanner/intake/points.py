"""Where the features of a layer are: one WGS84 point each, whatever their shape and grid."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psnplanner.geography.coordinate_system import coordinate_system
from psnplanner.geography.grid import bng_to_wgs84

Array = NDArray[np.float64]
_DECIMALS = 8  # a millimetre: more than any list has, and room for 1e-7 to survive
_POINT = 1


@dataclass(frozen=True)
class Points:
    """Latitudes and longitudes as text, "" where a feature has no shape, and what to say."""

    latitudes: list[str]
    longitudes: list[str]
    notes: tuple[str, ...] = ()


def points_of(copy: Path, layer: str, shapes: Any, crs: str | None) -> Points:
    """The point of each feature: its own, or one on its line or inside its area.

    `shapes` are well-known binary, flat. Grid coordinates go through OSTN15; those of other
    systems through GDAL. Without a system, degrees and metres are told apart by value.
    """
    notes = []
    if shapes is None or not any(shape is not None for shape in shapes):
        return Points([], [])
    xs, ys, others = _plain_points(shapes)
    if others:
        xs, ys = _read_points(copy, layer, len(shapes))
        notes.append(f"{others:,} features are lines or areas: each was placed by a point on it.")
    system, note = coordinate_system(crs, xs, ys)
    if note:
        notes.append(note)
    if system == "grid":
        lats, lons = bng_to_wgs84(xs, ys)
    elif system == "degrees":
        lats, lons = ys, xs
    else:
        lons, lats = _read_points(copy, layer, len(shapes), transformed=True)
        lost = int((np.isfinite(xs) & ~np.isfinite(lons)).sum())
        if lost:
            notes.append(f"{lost:,} features have coordinates that could not be converted.")
    return Points(*_texts(lats, lons), tuple(notes))


def _plain_points(shapes: Any) -> tuple[Array, Array, int]:
    """Coordinates of the features that are points, and how many are something else."""
    xs, ys = np.full(len(shapes), np.nan), np.full(len(shapes), np.nan)
    others = 0
    for at, shape in enumerate(shapes):
        if shape is None:
            continue
        order = "<" if shape[0] else ">"
        if struct.unpack_from(f"{order}I", shape, 1)[0] == _POINT:
            xs[at], ys[at] = struct.unpack_from(f"{order}dd", shape, 5)
        else:
            others += 1
    return xs, ys, others


def _read_points(
    copy: Path, layer: str, count: int, transformed: bool = False
) -> tuple[Array, Array]:
    """A point of each feature's shape by GDAL, in WGS84 degrees if `transformed`."""
    from psnplanner.geography.gdal import read, read_info

    column = read_info(copy, layer=layer).get("geometry_name") or "geometry"
    point = f"ST_PointOnSurface({_quoted(column)})"
    if transformed:
        point = f"ST_Transform({point}, 4326)"
    sql = f"SELECT {point} AS geometry FROM {_quoted(layer)}"
    _, _, shapes, _ = read(copy, sql=sql, sql_dialect="SQLITE", max_features=count, force_2d=True)
    nowhere = np.full(count, np.nan)
    if shapes is None or len(shapes) != count:
        return nowhere, nowhere.copy()
    xs, ys, _ = _plain_points(shapes)
    return xs, ys


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _texts(lats: Array, lons: Array) -> tuple[list[str], list[str]]:
    known = np.isfinite(lats) & np.isfinite(lons)
    return (
        [_text(v) if ok else "" for v, ok in zip(lats.tolist(), known, strict=True)],
        [_text(v) if ok else "" for v, ok in zip(lons.tolist(), known, strict=True)],
    )


def _text(value: float) -> str:
    text = f"{value:.{_DECIMALS}f}".rstrip("0")
    return text + "0" if text.endswith(".") else text
