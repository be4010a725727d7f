"""Lines with fewer points: what no eye can tell apart at a small scale left out.

Source: Douglas and Peucker (1973) as GEOS does it, through shapely.
"""

from __future__ import annotations

import shapely

from psnplanner.geography.basemap import Line


def thinned(lines: list[Line], tolerance_degrees: float) -> list[Line]:
    """The lines, none further than so much from where it was; those that shrink away are gone.

    Lines are lists of (longitude, latitude); rings stay closed. A degree of longitude and one
    of latitude count the same, as they nearly do on the screen at the small tolerances meant.
    """
    kept = [line for line in lines if len(line) > 1]
    simple = shapely.simplify(
        [shapely.LineString(line) for line in kept], tolerance_degrees, preserve_topology=False
    )
    rows = [[(float(x), float(y)) for x, y in shape.coords] for shape in simple]
    enough = (len(row) > (3 if row[0] == row[-1] else 1) for row in rows)
    return [row for row, good in zip(rows, enough, strict=True) if good]
