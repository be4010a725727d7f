"""The outline of a group of sites: the shape a phase has on the map.

Source: concave hulls by GEOS (shapely.concave_hull), one for each cluster of points;
clusters are the single-linkage ones at a distance the points themselves suggest.
"""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from psnplanner.geography.distance import LatLon, centre, from_local_metres, local_metres

Ring = list[tuple[float, float]]

MARGIN_M = 350.0
# The outline breaks at a gap of this many wide neighbour distances (those that 85 in 100
# points do not exceed), between these limits; a side of the hull longer than so many such
# gaps follows the points inwards. Chosen by eye on real phases, in town and in country.
_LINK_M = (3_000.0, 9_000.0)
_LINK_FACTOR = 3.0
_WIDE_SHARE = 85
_LONGEST_SIDE = 1.2
_DETAIL_M = 20.0
_NEARLY = 0.05
"""The part of an outline by which another GEOS, or another version of this, draws it otherwise."""
# Sides of a quarter circle, of a margin and of a rounded notch: 2 m and 3 m off, within _DETAIL_M.
_ROUND, _NOTCH = 8, 4


def outline(
    latitudes: ArrayLike, longitudes: ArrayLike, margin_m: float = MARGIN_M
) -> BaseGeometry | None:
    """A Polygon or MultiPolygon in (longitude, latitude) degrees around N positions.

    It holds every point with `margin_m` (within 10 %) to spare. Points far from all the
    others get a part of their own, so that one outlier does not draw a spike across the
    map. None when no position is known; NaN positions are left out.
    """
    lats, lons = np.asarray(latitudes, np.float64), np.asarray(longitudes, np.float64)
    known = np.isfinite(lats) & np.isfinite(lons)
    if not known.any():
        return None
    origin = centre(lats, lons)
    x, y = local_metres(lats[known], lons[known], origin)
    places = np.unique(x + 1j * y)  # as complex numbers: quicker than as rows
    net = _net(np.column_stack([places.real, places.imag]))
    link_m = _link_m(net)
    clusters = _clusters(net, link_m)
    if len(clusters) == 1:
        shape = _hull(net, link_m, margin_m)
    else:  # out and back in again rounds the notches between parts that just touch
        nets = [_net(net.points[members]) for members in clusters]
        shape = shapely.union_all([_hull(own, link_m, margin_m) for own in nets])
        shape = shape.buffer(margin_m / 2, _NOTCH).buffer(-margin_m / 2, _NOTCH)
    shape = shape.simplify(_DETAIL_M)
    return _in_degrees(shape, origin)


def as_wkb(geometry: BaseGeometry) -> bytes:
    """A geometry as little-endian well-known binary, as a GeoPackage stores it."""
    return bytes(shapely.to_wkb(geometry, byte_order=1))


def nearly_same(one: bytes, other: bytes) -> bool:
    """Whether two outlines, as well-known binary, differ by no more than _NEARLY.

    The first may be anything: no area at all is near to none.
    """
    try:
        with np.errstate(all="ignore"):
            found, drawn = shapely.from_wkb(one), shapely.from_wkb(other)
            return bool(found.symmetric_difference(drawn).area <= _NEARLY * drawn.area)
    except shapely.errors.ShapelyError:
        return False


def rings(geometry: BaseGeometry | None) -> list[Ring]:
    """Every ring of a Polygon or MultiPolygon, holes too, as closed (longitude, latitude) lists.

    Fill them by the even-odd rule. None gives an empty list.
    """
    if geometry is None or geometry.is_empty:
        return []
    lines = shapely.get_rings(shapely.get_parts(geometry))
    return [[(x, y) for x, y in shapely.get_coordinates(line).tolist()] for line in lines]


class _Net(NamedTuple):
    """Points (N, 2) in metres, in order of x then y, and the sides of their Delaunay triangles.

    `cloud` is the points as one geometry. A side's ends are places in `points`. Every point's
    nearest neighbour is at the other end of one of its sides, and so is whatever links two
    clusters at their closest (Shamos and Hoey 1975): nothing else of the N x N distances is
    wanted here.
    """

    points: NDArray[np.float64]
    cloud: BaseGeometry
    ends: NDArray[np.intp]
    lengths_m: NDArray[np.float64]


def _net(points: NDArray[np.float64]) -> _Net:
    # As a line through them all: to GEOS the same points, and made at once.
    cloud = shapely.linestrings(points if len(points) > 1 else points.repeat(2, axis=0))
    lines = shapely.delaunay_triangles(cloud, only_edges=True)
    corners = shapely.get_coordinates(lines)
    # As complex numbers they sort as the points do: by x, then by y.
    whole = points[:, 0] + 1j * points[:, 1]
    ends = np.searchsorted(whole, corners[:, 0] + 1j * corners[:, 1]).reshape(-1, 2)
    sides = points[ends[:, 0]] - points[ends[:, 1]]
    return _Net(points, cloud, ends, np.hypot(sides[:, 0], sides[:, 1]))


def _link_m(net: _Net) -> float:
    """The gap in metres at which these points fall apart into clusters."""
    if len(net.points) == 1:
        return _LINK_M[0]
    spacing_m = np.full(len(net.points), np.inf)
    np.minimum.at(spacing_m, net.ends, net.lengths_m[:, None])
    wide_m = np.sort(spacing_m)[round(_WIDE_SHARE / 100 * (len(spacing_m) - 1))]
    return float(min(max(_LINK_FACTOR * wide_m, _LINK_M[0]), _LINK_M[1]))


def _hull(net: _Net, link_m: float, margin_m: float) -> BaseGeometry:
    """The concave hull of one cluster, in metres, with its margin."""
    hull = net.cloud.convex_hull
    if hull.geom_type == "Polygon":  # not a point, nor all in one line
        # GEOS takes the longest side as a share of the way from shortest to longest edge.
        shortest, longest = net.lengths_m.min(), net.lengths_m.max()
        share = (_LONGEST_SIDE * link_m - shortest) / max(longest - shortest, 1e-9)
        hull = shapely.concave_hull(net.cloud, ratio=float(np.clip(share, 0, 1)))
    return hull.buffer(margin_m, _ROUND)


def _clusters(net: _Net, link_m: float) -> list[NDArray[np.intp]]:
    """Indices of the points of each single-linkage cluster, in order of first member."""
    one, other = net.ends[net.lengths_m <= link_m].T
    label = np.arange(len(net.points))
    while True:  # every point takes its neighbours' lowest label, until none changes
        lower = label.copy()
        np.minimum.at(lower, one, label[other])
        np.minimum.at(lower, other, label[one])
        lower = lower[lower]
        if (lower == label).all():
            return [np.flatnonzero(label == first) for first in np.unique(label)]
        label = lower


def _in_degrees(shape: BaseGeometry, origin: LatLon) -> BaseGeometry:
    def degrees(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        lats, lons = from_local_metres(xy[:, 0], xy[:, 1], origin)
        return np.column_stack([lons, lats])

    return shapely.transform(shape, degrees)
