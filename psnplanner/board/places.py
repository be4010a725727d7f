"""Where sites are on a map that is drawn, and the outlines of their phases."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, repeat

import numpy as np
from numpy.typing import NDArray

from psnplanner.geography.area import outline, rings
from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State

MOST_OUTLINED = 300
"""Places that an outline is drawn around; more would not change its shape."""

Shape = list[list[tuple[float, float]]]
"""Closed rings of (longitude, latitude), holes among them."""

Spots = NDArray[np.float64]
"""(latitude, longitude) in degrees of each site of a state, in its order; NaN where unknown."""

_NOWHERE = (np.nan, np.nan)
_GRIDS = 0.0005 * 1.25 ** np.arange(60)  # degrees: from a building to half the world
_FURTHEST_NORTH = 85.0  # nothing beyond can be drawn on the page's map


def spots(state: State) -> Spots:
    """Where each of a state's sites is drawn."""
    places = [site.position or _NOWHERE for site in state.sites.values()]
    found = np.empty((len(places), 2))
    found[:, 0] = [place[0] for place in places]
    found[:, 1] = [place[1] for place in places]
    drawable = np.isfinite(found).all(axis=1) & (np.abs(found[:, 0]) < _FURTHEST_NORTH)
    found[~drawable] = np.nan
    return found


def outlines(state: State, where: Spots) -> list[Shape]:
    """The outline around the placed sites of each phase, in the phases' order."""
    phases = state.phases_in_order
    order: dict[RecordId | None, int] = {phase.id: index for index, phase in enumerate(phases)}
    found = [site.phase for site in state.sites.values()]
    of = np.fromiter(map(order.get, found, repeat(-1)), np.intp, len(found))
    of[np.isnan(where[:, 0])] = -1
    return [_shape(where[of == index]) for index in range(len(phases))]


def _shape(places: Spots) -> Shape:
    if not len(places):
        return []
    latitudes, longitudes = _thinned(places).T
    return rings(outline(latitudes, longitudes))


def _thinned(places: Spots) -> Spots:
    """One place for each square of a grid, as fine as leaves no more than MOST_OUTLINED."""
    if len(places) <= MOST_OUTLINED:
        return places
    # From a grid that has so few squares in all, to ever finer ones.
    sides = np.ptp(places, axis=0)[:, None] / _GRIDS + 2
    grid = int(np.argmax(sides.prod(axis=0) <= MOST_OUTLINED))
    while grid and _taken(places, grid - 1) <= MOST_OUTLINED:
        grid -= 1
    _, first = np.unique(_squares(places, grid), return_index=True)
    return places[first]


def _taken(places: Spots, grid: int) -> int:
    found = np.sort(_squares(places, grid))
    return 1 + int(np.count_nonzero(np.diff(found)))


def _squares(places: Spots, grid: int) -> NDArray[np.int64]:
    across, along = np.floor(places / _GRIDS[grid]).astype(np.int64).T
    found: NDArray[np.int64] = across * 10_000_000 + along
    return found


def largest(ring_list: Sequence[Sequence[tuple[float, float]]]) -> int | None:
    """Which ring is around the largest area, where a phase's name belongs; None of none."""
    areas = [abs(_area(ring)) for ring in ring_list]
    return areas.index(max(areas)) if areas else None


def _area(ring: Sequence[tuple[float, float]]) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2
