"""One name on the map: a picture of words, and where it belongs."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtGui import QPixmap


class Name(NamedTuple):
    """A picture of words: its place in the world, and its corner's distance from it in pixels.

    Of a count `cells` says how many of its cells go across the world: with others it is wrong.
    """

    x: float
    y: float
    dx: float
    dy: float
    picture: QPixmap
    cells: float = 0.0
