"""Shapes of any coordinate system in degrees of WGS84."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from psnplanner.errors import UserError
from psnplanner.geography.coordinate_system import coordinate_system
from psnplanner.geography.grid import bng_to_wgs84
from psnplanner.geography.vector_file import SAVE_AGAIN

Array = NDArray[np.float64]


def in_degrees(
    shapes: list[BaseGeometry], crs: str | None, path: Path
) -> tuple[list[BaseGeometry], str]:
    """Shapes in degrees (longitude, latitude), and a note where the file does not say their system.

    `crs` is as pyogrio gives it. Raises UserError for a system not known here, and for places
    that lie nowhere on the earth.
    """
    coordinates = shapely.get_coordinates(shapes)
    system, note = coordinate_system(crs, coordinates[:, 0], coordinates[:, 1])
    if system == "grid":
        lats, lons = bng_to_wgs84(coordinates[:, 0], coordinates[:, 1])
        coordinates = np.column_stack([lons, lats])
    elif system == "other":
        coordinates = _converted(coordinates, str(crs), path)
    west, south = coordinates.min(axis=0)
    east, north = coordinates.max(axis=0)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise UserError("its coordinates lie nowhere on the earth.", str(path), SAVE_AGAIN)
    return list(shapely.set_coordinates(np.array(shapes, dtype=object), coordinates)), note


def _converted(coordinates: Array, crs: str, path: Path) -> Array:
    """Coordinates of any system in WGS84 degrees (longitude, latitude), by GDAL."""
    from psnplanner.geography.gdal import read, write

    with tempfile.TemporaryDirectory(prefix="psnplanner-") as folder:
        beside = Path(folder) / "points.gpkg"
        points = np.array([shapely.to_wkb(shapely.MultiPoint(coordinates))], dtype=object)
        write(beside, points, [], [], driver="GPKG", layer="p", crs=crs, geometry_type="MultiPoint")
        sql = "SELECT ST_Transform(geom, 4326) AS geom FROM p"
        _, _, found, _ = read(beside, sql=sql, sql_dialect="SQLITE", force_2d=True)
    if found is None or found[0] is None:
        raise UserError("its coordinate system is not known here.", str(path), SAVE_AGAIN)
    moved: Array = shapely.get_coordinates(shapely.from_wkb(found[0]))
    return moved if len(moved) == len(coordinates) else np.full_like(coordinates, np.nan)
