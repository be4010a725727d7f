"""Distances between rows of positions, good enough to doubt by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pair = tuple[float, float]
"""Latitude and longitude in degrees, or easting and northing in metres."""

_EARTH_M = 6_371_000.0


def distances_m(pairs: Array) -> Array:
    """Great-circle distances of rows (latitude, longitude, latitude, longitude) in degrees.

    Source: the haversine formula (Sinnott, 1984); good to 0.5 %, ample for a warning.
    """
    lat1, lon1, lat2, lon2 = np.radians(pairs).T
    half = np.sin((lat2 - lat1) / 2) ** 2
    half = half + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    result: Array = 2 * _EARTH_M * np.arcsin(np.sqrt(half))
    return result


def from_point_m(at: Pair, others: Array) -> Array:
    """Distances from one position (degrees) to each row (latitude, longitude) of others."""
    here = np.broadcast_to(np.array(at), (len(others), 2))
    return distances_m(np.hstack([here, others]))


def shown(distance_m: float) -> str:
    """A distance to read: 908 m, 3.4 km, 212 km."""
    if distance_m <= 1_500:
        return f"{distance_m:.0f} m"
    return f"{distance_m / 1000:.1f} km" if distance_m < 20_000 else f"{distance_m / 1000:.0f} km"
