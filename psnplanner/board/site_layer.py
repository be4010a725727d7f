"""The sites of a drawn map as one artist: thousands of marks cost what their looks cost.

matplotlib's own scatter goes over its points in Python. Here they are one array from the state
to the file, split by look, and each canvas stamps a look's marker at all of its points at once.
"""

from __future__ import annotations

from itertools import product
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgba
from matplotlib.markers import MarkerStyle
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D

from psnplanner.board.labels import Points
from psnplanner.board.marks import Marks
from psnplanner.board.pen import MARKER_SIZE, MARKERS
from psnplanner.programme.state import State
from psnplanner.style import kind_shape

_SHAPES = tuple(MARKERS)


class Look(NamedTuple):
    """Sites that look alike: their marker, its colour, whether it stands out, and where.

    `places` has a row (longitude, latitude) for each.
    """

    shape: str
    colour: str
    strong: bool
    places: Points


def looks(state: State, marks: Marks, spots: Points) -> list[Look]:
    """The placed sites by colour and shape, in the order of progress: what is blocked on top."""
    names = {name: k for k, name in enumerate(marks.palette)}
    kinds = [site.kind for site in state.sites.values()]
    shapes = {kind: _SHAPES.index(kind_shape(kind)) for kind in set(kinds)}
    mark = map(names.__getitem__, map(marks.of.__getitem__, state.sites))
    look = np.fromiter(mark, np.intp, len(kinds)) * len(_SHAPES)
    look += np.fromiter(map(shapes.__getitem__, kinds), np.intp, len(kinds))
    placed = np.flatnonzero(~np.isnan(spots[:, 0]))
    # Sorted by look, so that each is one slice.
    order = placed[np.argsort(look[placed], kind="stable")]
    ends = np.searchsorted(look[order], np.arange(len(names) * len(_SHAPES) + 1))
    where = spots[order, ::-1]
    return [
        Look(shape, colour, "blocked" in name, where[ends[k] : ends[k + 1]])
        for k, ((name, colour), shape) in enumerate(product(marks.palette.items(), _SHAPES))
        if ends[k] < ends[k + 1]
    ]


class SiteLayer(Artist):
    """Sites on a map's axes, `size` square points the area of a circle's marker."""

    def __init__(self, axes: Any, found: list[Look], size: float) -> None:
        super().__init__()
        self._looks, self._size = found, size
        self.set_zorder(3)
        axes.add_artist(self)

    def draw(self, renderer: Any) -> None:
        """Called by matplotlib."""
        axes: Any = self.axes
        for look in self._looks:
            area = self._size * MARKER_SIZE[look.shape] * (1.6 if look.strong else 1.0)
            scale = renderer.points_to_pixels(area**0.5)
            marker = MarkerStyle(MARKERS[look.shape])
            gc = renderer.new_gc()
            gc.set_clip_rectangle(axes.bbox)
            gc.set_foreground("#2b0010" if look.strong else "#14242e")
            gc.set_linewidth(renderer.points_to_pixels(0.9 if look.strong else 0.45))
            renderer.draw_markers(
                gc, marker.get_path().transformed(marker.get_transform()), Affine2D().scale(scale),
                Outline(look.places), axes.transData, to_rgba(look.colour),
            )  # fmt: skip
            gc.restore()
