"""Distances over the ground, exact for a pair and quick for many.

Source: geodesics by Karney (2013), through geopy; the local plane is Snyder,
"Map Projections: a Working Manual" (USGS 1395, 1987), the polyconic, to second order.
"""

from math import radians, sin, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
LatLon = tuple[float, float]

# WGS84: the equatorial radius and the square of the eccentricity.
_EQUATOR_M = 6_378_137.0
_ECCENTRICITY_2 = 0.006_694_379_990_14


def geodesic_m(
    latitude_1: float, longitude_1: float, latitude_2: float, longitude_2: float
) -> float:
    """The shortest distance in metres over the WGS84 ellipsoid between two positions."""
    # Here, not above: geopy brings every geocoder it knows, and 20 MB of what they need.
    from geopy.distance import geodesic

    return float(geodesic((latitude_1, longitude_1), (latitude_2, longitude_2)).m)


def centre(latitudes: ArrayLike, longitudes: ArrayLike) -> LatLon:
    """The mean position of N positions, NaN left out; raises ValueError if none is left."""
    lats, lons = np.asarray(latitudes, np.float64), np.asarray(longitudes, np.float64)
    known = np.isfinite(lats) & np.isfinite(lons)
    if not known.any():
        raise ValueError("no position to take the centre of")
    return float(lats[known].mean()), float(lons[known].mean())


def local_metres(
    latitudes: ArrayLike, longitudes: ArrayLike, origin: LatLon | None = None
) -> tuple[Array, Array]:
    """Eastward and northward metres (x, y) of N positions from an origin.

    `origin` is (latitude, longitude), by default the mean position. Distances within
    100 km of it are good to 0.1 %. The plain equirectangular formula is 1 % out over
    this region, because a degree of longitude shrinks northwards; one more term mends it.
    """
    lats, lons = np.asarray(latitudes, np.float64), np.asarray(longitudes, np.float64)
    latitude, longitude = origin or centre(lats, lons)
    along_m, across_m = _radii_m(latitude)
    phi, delta = np.radians(lats), np.radians(lons - longitude)
    x = across_m * np.cos(phi) * delta
    y = along_m * (phi - radians(latitude)) + 0.5 * x * np.sin(phi) * delta
    return x, y


def from_local_metres(xs: ArrayLike, ys: ArrayLike, origin: LatLon) -> tuple[Array, Array]:
    """Latitudes and longitudes in degrees of local metres: undoes `local_metres`."""
    x, y = np.asarray(xs, np.float64), np.asarray(ys, np.float64)
    latitude, longitude = origin
    along_m, across_m = _radii_m(latitude)
    phi = radians(latitude) + y / along_m
    for _ in range(4):  # each turn gains three digits; four reach a millimetre
        delta = x / (across_m * np.cos(phi))
        phi = radians(latitude) + (y - 0.5 * x * np.sin(phi) * delta) / along_m
    delta = x / (across_m * np.cos(phi))
    return np.degrees(phi), longitude + np.degrees(delta)


def matrix_m(a: ArrayLike, b: ArrayLike) -> Array:
    """Distances in metres, shape (N, M), from N positions to M positions.

    `a` is (N, 2) and `b` (M, 2), both (latitude, longitude). Good to 0.1 % up to 200 km.
    """
    here = np.asarray(a, np.float64).reshape(-1, 2)
    there = np.asarray(b, np.float64).reshape(-1, 2)
    if not len(here) or not len(there):
        return np.zeros((len(here), len(there)))
    both = np.concatenate([here, there])
    along_m, across_m = _radii_m(centre(both[:, 0], both[:, 1])[0])
    from_lats, to_lats = np.radians(here[:, :1]), np.radians(there[:, 0])
    # The middle latitude of each pair: exact to second order.
    east_m = across_m * np.cos((from_lats + to_lats) / 2)
    east_m *= np.radians(there[:, 1] - here[:, 1:])
    return np.hypot(east_m, along_m * (to_lats - from_lats))


def _radii_m(latitude: float) -> tuple[float, float]:
    """Radii of curvature along the meridian and across it, at a latitude in degrees."""
    shrink = 1 - _ECCENTRICITY_2 * sin(radians(latitude)) ** 2
    across_m = _EQUATOR_M / sqrt(shrink)
    return across_m * (1 - _ECCENTRICITY_2) / shrink, across_m
