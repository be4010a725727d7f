"""Where sites are on a map that is drawn, and the outlines of their phases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from psnplanner.geography.area import outline, rings
from psnplanner.programme.phase import Phase
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

MOST_OUTLINED = 400
"""Places that an outline is drawn around; more would not change its shape."""

Shape = list[list[tuple[float, float]]]
"""Closed rings of (longitude, latitude), holes among them."""


def known(site: Site) -> tuple[float, float] | None:
    """A site's (latitude, longitude) in degrees, if it has one that can be drawn."""
    at = site.position
    if at is None or not (math.isfinite(at.latitude) and math.isfinite(at.longitude)):
        return None
    return (at.latitude, at.longitude) if abs(at.latitude) < 85 else None


def phase_rings(state: State, phase: Phase) -> Shape:
    """The outline around a phase's placed sites as closed (longitude, latitude) rings."""
    sites = state.sites_by_phase.get(phase.id, [])
    places = [place for site in sites if (place := known(site))]
    if not places:
        return []
    latitudes, longitudes = _thinned(np.array(places)).T
    return rings(outline(latitudes, longitudes))


def _thinned(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """One place for each square of a grid, wide enough to leave no more than MOST_OUTLINED."""
    square = 0.0005
    while len(places) > MOST_OUTLINED:
        squares = np.floor(places / square).astype(np.int64)
        _, first = np.unique(squares[:, 0] * 10_000_000 + squares[:, 1], return_index=True)
        places, square = places[first], square * 1.5
    return places


def largest(ring_list: Sequence[Sequence[tuple[float, float]]]) -> int | None:
    """Which ring is around the largest area, where a phase's name belongs; None of none."""
    areas = [abs(_area(ring)) for ring in ring_list]
    return areas.index(max(areas)) if areas else None


def _area(ring: Sequence[tuple[float, float]]) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2
