"""Which places lie in a kept outline."""

from __future__ import annotations

from collections.abc import Sequence

import shapely

from psnplanner.geography.boundaries import shape_of


def points_inside(
    outline: str, latitudes: Sequence[float], longitudes: Sequence[float]
) -> list[bool]:
    """Whether each of N places (degrees, WGS84) lies in an outline kept as GeoJSON.

    All False where the text is no outline, or encloses nothing.
    """
    shape = shape_of(outline)
    if shape is None:
        return [False] * len(latitudes)
    found: list[bool] = shapely.contains_xy(shape, longitudes, latitudes).tolist()
    return found
