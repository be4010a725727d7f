"""How far out at sea a position is, by the built-in base map."""

from functools import cache
from math import cos, radians

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from psnplanner.geography import basemap

_METRES_A_DEGREE = 111_320.0
# East-west distances are right at this latitude and 4 % out at the edges of the base map:
# ample for telling the sea from the shore.
_LATITUDE = 53.4
_ACROSS = cos(radians(_LATITUDE))


def offshore_m(latitudes: ArrayLike, longitudes: ArrayLike) -> NDArray[np.float64]:
    """Metres from the nearest land for N positions in degrees: 0 on land.

    NaN beyond the base map, which cannot tell. The coast itself is drawn to some 200 m, so
    quays, piers and the mouths of rivers can come out as a few hundred metres at sea.
    """
    lats, lons = np.asarray(latitudes, np.float64), np.asarray(longitudes, np.float64)
    west, south, east, north = basemap.load().bounds
    land = _land()
    xs, ys = lons * _ACROSS * _METRES_A_DEGREE, lats * _METRES_A_DEGREE
    result = np.where(shapely.contains_xy(land, xs, ys), 0.0, np.inf)
    wet = np.flatnonzero(np.isinf(result))
    result[wet] = shapely.distance(land, shapely.points(xs[wet], ys[wet]))
    inside = (west < lons) & (lons < east) & (south < lats) & (lats < north)
    result[~inside] = np.nan
    return result


@cache
def _land() -> BaseGeometry:
    """The land of the base map in metres along each axis, ready for many questions."""
    scale = np.array([_ACROSS * _METRES_A_DEGREE, _METRES_A_DEGREE])
    rings = [shapely.Polygon(np.array(ring) * scale) for ring in basemap.load().land]
    land = shapely.union_all([shapely.make_valid(ring) for ring in rings])
    shapely.prepare(land)
    return land
