"""Which part of the world the canvas shows: longitude and latitude to pixels and back.

The world is a unit square in Web Mercator (EPSG:3857 divided by its extent), y downwards:
the plane online tiles use. Source of the formulas: Snyder, "Map Projections: a Working
Manual" (USGS 1395, 1987), section 7. Works without numpy until arrays are asked for, so that
the first window can be painted before it is imported.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import atan, cos, degrees, log, pi, radians, sinh, tan
from typing import Any

CIRCUMFERENCE_M = 40_075_016.686
WORLD_LATITUDE = 85.05
SMALLEST_SCALE = 256 * 2**5
LARGEST_SCALE = 256 * 2**20
NEAREST_FIT = 256 * 2.0**13
"""How near `showing` goes for one site: a few streets, so that it can be recognised."""


def to_world(longitude: float, latitude: float) -> tuple[float, float]:
    """A position in degrees on the unit square."""
    phi = radians(max(-WORLD_LATITUDE, min(WORLD_LATITUDE, latitude)))
    return longitude / 360 + 0.5, 0.5 - log(tan(pi / 4 + phi / 2)) / (2 * pi)


def from_world(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude in degrees of a place on the unit square."""
    return (x - 0.5) * 360, degrees(atan(sinh((0.5 - y) * 2 * pi)))


def many_to_world(longitudes: Any, latitudes: Any) -> tuple[Any, Any]:
    """`to_world` of two float64 arrays of N; NaN stays NaN."""
    import numpy as np

    phi = np.radians(np.clip(latitudes, -WORLD_LATITUDE, WORLD_LATITUDE))
    return longitudes / 360 + 0.5, 0.5 - np.log(np.tan(pi / 4 + phi / 2)) / (2 * pi)


@dataclass(frozen=True, slots=True)
class View:
    """A window on the world: its middle (x, y), pixels per unit square, and size in pixels."""

    x: float
    y: float
    scale: float
    width: int
    height: int

    @property
    def left(self) -> float:
        """World x of the left edge."""
        return self.x - self.width / 2 / self.scale

    @property
    def top(self) -> float:
        """World y of the top edge."""
        return self.y - self.height / 2 / self.scale

    @property
    def metres_per_pixel(self) -> float:
        """Ground metres of one pixel, in the middle."""
        _, latitude = from_world(self.x, self.y)
        return CIRCUMFERENCE_M * cos(radians(latitude)) / self.scale

    def to_screen(self, x: float, y: float) -> tuple[float, float]:
        """Pixels from the top left corner of a place on the unit square."""
        return (x - self.left) * self.scale, (y - self.top) * self.scale

    def to_world(self, px: float, py: float) -> tuple[float, float]:
        """The place on the unit square under a pixel."""
        return self.left + px / self.scale, self.top + py / self.scale

    def moved(self, dx: float, dy: float) -> View:
        """The view after the map was dragged by so many pixels."""
        return replace(self, x=self.x - dx / self.scale, y=self.y - dy / self.scale)

    def zoomed(self, factor: float, px: float, py: float) -> View:
        """Nearer (factor above 1) or further, the place under the pixel staying there."""
        scale = min(LARGEST_SCALE, max(SMALLEST_SCALE, self.scale * factor))
        wx, wy = self.to_world(px, py)
        x = wx + (self.width / 2 - px) / scale
        y = wy + (self.height / 2 - py) / scale
        return replace(self, x=x, y=y, scale=scale)

    def resized(self, width: int, height: int) -> View:
        """The same middle and scale in a canvas of another size."""
        return replace(self, width=max(1, width), height=max(1, height))

    def showing(self, box: tuple[float, float, float, float], margin: int = 40) -> View:
        """The nearest view that shows a world box (left, top, right, bottom), not too near."""
        left, top, right, bottom = box
        across = max(self.width - 2 * margin, 50) / max(right - left, 1e-9)
        down = max(self.height - 2 * margin, 50) / max(bottom - top, 1e-9)
        scale = min(max(min(across, down), SMALLEST_SCALE), NEAREST_FIT)
        return replace(self, x=(left + right) / 2, y=(top + bottom) / 2, scale=scale)

    def widened(self, margin: int) -> View:
        """The view with so many more pixels on every side."""
        return replace(self, width=self.width + 2 * margin, height=self.height + 2 * margin)


def box_of(west: float, south: float, east: float, north: float) -> tuple[float, ...]:
    """The world box (left, top, right, bottom) of degrees."""
    left, top = to_world(west, north)
    right, bottom = to_world(east, south)
    return left, top, right, bottom


HOME_BOX = box_of(-3.30, 52.96, -1.98, 53.72)
"""Cheshire and Merseyside, where the default programme is."""
