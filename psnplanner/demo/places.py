"""Made-up positions: scattered about real towns, on dry land, in the right council's area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import cos, hypot, radians
from random import Random

import numpy as np
from numpy.typing import NDArray

from psnplanner.demo.material import Town, towns
from psnplanner.geography import basemap
from psnplanner.geography.distance import matrix_m
from psnplanner.geography.spatial_index import PointIndex

Floats = NDArray[np.float64]
Place = tuple[float, float]
"""Latitude and longitude in degrees."""

SHORE_M = 180.0
"""How far from the water a made-up building keeps: the coast on the map is drawn no finer."""

APART_M = 110.0
CANDIDATES = 4
_SPREAD = 0.75
_REACH = 2.1
_VILLAGES, _VILLAGE_SHARE = 2.4, 0.1
_DEGREE_M = 111_300.0
_NARROWING = cos(radians(53.3))


def scatter(counts: Mapping[Town, int], rng: Random) -> dict[Town, list[Place]]:
    """For each town its number of positions, the same for the same `rng`.

    Raises ValueError where a town has not enough dry land of its own council.
    """
    drawn = [(town, place) for town, count in counts.items() for place in _drawn(town, count, rng)]
    places = np.array([place for _, place in drawn])
    fit = on_land(places) & _in_own_area([town for town, _ in drawn], places)
    free: dict[Town, list[Place]] = {town: [] for town in counts}
    for (town, place), good in zip(drawn, fit.tolist(), strict=True):
        if good:
            free[town].append(place)
    return {town: _spaced(town, free[town], count) for town, count in counts.items()}


def _drawn(town: Town, count: int, rng: Random) -> list[Place]:
    places: list[Place] = []
    while len(places) < CANDIDATES * count + 20:
        east, north = rng.gauss(0, _SPREAD), rng.gauss(0, _SPREAD)
        if hypot(east, north) < _REACH:
            reach_m = town.spread_m * (_VILLAGES if rng.random() < _VILLAGE_SHARE else 1)
            places.append(_moved((town.latitude, town.longitude), east, north, reach_m))
    return places


def _moved(place: Place, east: float, north: float, step_m: float) -> Place:
    latitude = place[0] + north * step_m / _DEGREE_M
    longitude = place[1] + east * step_m / (_DEGREE_M * _NARROWING)
    return round(latitude, 5), round(longitude, 5)


def on_land(places: Floats, shore_m: float = SHORE_M) -> NDArray[np.bool_]:
    """Which of N positions (latitude, longitude) are on the base map's land, off the shore."""
    north, east = shore_m / _DEGREE_M, shore_m / (_DEGREE_M * _NARROWING)
    around = np.array([(0, 0), (north, 0), (-north, 0), (0, east), (0, -east)])
    tested = (places[:, None, :] + around).reshape(-1, 2)
    index, dry = PointIndex(tested[:, 1], tested[:, 0]), np.zeros(len(tested), dtype=bool)
    for ring in basemap.load().land:
        dry[index.in_polygon(ring)] = True
    return np.asarray(dry.reshape(len(places), -1).all(axis=1))


def _in_own_area(wanted: Iterable[Town], places: Floats) -> NDArray[np.bool_]:
    """Whether the town nearest to each position is of the same council as the wanted one."""
    every = towns()
    middles = np.array([(town.latitude, town.longitude) for town in every])
    nearest = matrix_m(places, middles).argmin(axis=1).tolist()
    same = [every[i].council == town.council for i, town in zip(nearest, wanted, strict=True)]
    return np.array(same, dtype=bool)


def _spaced(town: Town, free: list[Place], count: int) -> list[Place]:
    """The first `count` of these that keep apart; closer together where a town is full."""
    apart_m = APART_M
    while apart_m > 1:
        kept: list[Place] = []
        for place in free:
            if len(kept) < count and all(_apart_m(place, other) > apart_m for other in kept):
                kept.append(place)
        if len(kept) == count:
            return kept
        apart_m /= 2
    raise ValueError(f"{town.name} has no room for {count} buildings on dry land")


def _apart_m(one: Place, other: Place) -> float:
    north, east = one[0] - other[0], (one[1] - other[1]) * _NARROWING
    return _DEGREE_M * hypot(north, east)
