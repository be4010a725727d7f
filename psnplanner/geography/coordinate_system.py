"""Which system a layer's coordinates are in: as its file says, and as their values do."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_DEGREES = re.compile(r"^(EPSG:(4326|4258|4979)|OGC:CRS84)$")
# Under its number, or as ESRI and MapInfo spell out the projection.
_GRID = re.compile(r"EPSG:(27700|7405)$|British[ _]National[ _]Grid|OSGB ?(19)?36 / British")
_GRID_NUMBERS = ("400000", "-100000", "0.9996012717")
_MOST_EASTING_M, _MOST_NORTHING_M = 700_000.0, 1_300_000.0


def coordinate_system(crs: str | None, xs: Array, ys: Array) -> tuple[str, str]:
    """Degrees, grid or other, and a note where the file does not say or cannot be right.

    `crs` is as pyogrio gives it; the coordinates tell degrees and metres apart by value.
    """
    looks = _by_value(xs, ys)
    if crs is None:
        called = {"degrees": "latitude and longitude (WGS84)", "grid": "British National Grid"}
        if looks:
            return looks, f"The file names no coordinate system; by value it is {called[looks]}."
        return "degrees", "The file names no coordinate system, and its values fit none known."
    if _DEGREES.match(crs):
        if looks == "grid":
            return looks, "The file says its coordinates are degrees; by value they are metres of "\
                "the British National Grid, and were read so."  # fmt: skip
        return "degrees", ""
    if _GRID.search(crs) or all(number in crs for number in _GRID_NUMBERS):
        return "grid", ""
    name = re.search(r'"([^"]+)"', crs)
    return "other", f"Coordinates were converted from {name[1] if name else crs}."


def _by_value(xs: Array, ys: Array) -> str:
    known = np.isfinite(xs) & np.isfinite(ys)
    x, y = xs[known], ys[known]
    if not len(x):
        return ""
    if (np.abs(x) <= 180).all() and (np.abs(y) <= 90).all():
        return "degrees"
    inside = (x >= 0) & (x <= _MOST_EASTING_M) & (y >= 0) & (y <= _MOST_NORTHING_M)
    return "grid" if inside.mean() > 0.9 else ""
