"""The vector base map the program carries, so that the map works with no network.

Source: `resources/basemap.json`, written by `resources/make_basemap.py`, which also
says where the geometry is from. Standard library only: it is read before the first
window is painted.
"""

import json
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any

from psnplanner.errors import UserError
from psnplanner.resource_files import folder, read_text

Line = list[tuple[float, float]]


@dataclass(frozen=True)
class Town:
    """A place to label. `rank` 1 is a city, 2 a large town, 3 and 4 smaller places."""

    name: str
    latitude: float
    longitude: float
    rank: int


@dataclass(frozen=True)
class Basemap:
    """Shapes in (longitude, latitude) degrees, to be drawn over the colour of the sea.

    `land` and `water` are closed rings without holes (`water` is lakes, drawn over the
    land); `rivers` are open lines; `bounds` is (west, south, east, north).
    """

    land: list[Line]
    water: list[Line]
    rivers: list[Line]
    towns: list[Town]
    bounds: tuple[float, float, float, float]
    licence: str


@cache
def load() -> Basemap:
    """The built-in base map, read once; raises UserError if its file is damaged."""
    try:
        return _decode(json.loads(read_text("basemap.json")))
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            "the built-in base map is damaged.",
            where=str(folder() / "basemap.json"),
            remedy="Install PSN Planner again.",
        ) from error


def _decode(document: dict[str, Any]) -> Basemap:
    scale = document["units_per_degree"]
    west, south, east, north = document["bounds"]
    return Basemap(
        land=[_line(flat, scale) for flat in document["land"]],
        water=[_line(flat, scale) for flat in document["water"]],
        rivers=[_line(flat, scale) for flat in document["rivers"]],
        towns=[Town(*row) for row in document["towns"]],
        bounds=(west, south, east, north),
        licence=document["licence"],
    )


def _line(flat: list[int], scale: float) -> Line:
    """One line from x, y, x, y... where each pair is a step on from the one before."""
    xs, ys = accumulate(flat[0::2]), accumulate(flat[1::2])
    return [(x / scale, y / scale) for x, y in zip(xs, ys, strict=True)]
