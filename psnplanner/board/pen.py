"""Writing and marking on a drawing, for the map and for the panel beside it alike."""

from __future__ import annotations

from functools import cache
from typing import Any

from matplotlib.figure import Figure as Drawing
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.lines import Line2D

from psnplanner.board.typeface import wide_of
from psnplanner.programme.words import plain

INK, MUTED, LINE, WARN = "#14242e", "#566570", "#cfd8dd", "#8b0a2b"
"""Colours of text, of text that may be overlooked, of frames, and of what is wrong."""

MARKERS = {
    "circle": "o", "square": "s", "triangle": "^", "diamond": "D", "cross": "P", "pentagon": "p",
}  # fmt: skip
"""matplotlib's letter for each shape of `style.SHAPES`."""

MARKER_SIZE = {
    "circle": 1.0, "square": 0.85, "triangle": 1.1, "diamond": 0.75, "cross": 1.25, "pentagon": 1.1,
}  # fmt: skip
"""The area of each shape beside a circle's, for all to look equally large."""


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties())).get_charmap())


def drawable(text: str, limit: int) -> str:
    """The text on one line, with a box for every character the font has no glyph for."""
    return "".join(c if ord(c) in _glyphs() else "\u25a1" for c in plain(text, limit))


def write(drawing: Drawing, x: float, y: float, text: str, size: float, **how: Any) -> Any:
    """Text of `size` points on the baseline at (x, y), fractions of the drawing."""
    # parse_math off: a name with two dollar signs is a name, not a formula.
    how = {"color": INK, "va": "baseline", **how}
    return letters(drawing.text(x, y, text, fontsize=size, parse_math=False, **how))


def letters(text: Any) -> Any:
    """The text, each letter by itself: a ligature is not found by who searches for its letters."""
    if hasattr(text, "set_fontfeatures"):  # matplotlib 3.11 or later; earlier ones join none
        text.set_fontfeatures(("-liga", "-clig", "-dlig"))
    return text


def width(drawing: Drawing, text: str, size: float) -> float:
    """How wide a text would be, as a fraction of the drawing."""
    return wide_of(text, size) / (72 * float(drawing.get_size_inches()[0]))


def fitted(
    drawing: Drawing, text: str, size: float, least: float, room: float
) -> tuple[str, float]:
    """The text and the type size, `least` or more, at which it is at most `room` wide.

    Only where the least size is still too wide is the text cut short.
    """
    wide = width(drawing, text, size)
    if wide <= room:
        return text, size
    size = max(least, size * room / wide * 0.99)
    cut = text
    while len(cut) > 2 and width(drawing, cut, size) > room:
        cut = cut[:-2].rstrip() + "…"
    return cut, size


RINGED = "#6a1b9a"
"""The colour of the rings that stand for organisations which may join."""


def ring(drawing: Drawing, x: float, y: float) -> None:
    """The ring of an organisation that may join, as legends show it."""
    drawing.add_artist(
        Line2D([x], [y], marker="o", markersize=6.5, markerfacecolor="white",
               markeredgecolor=RINGED, markeredgewidth=1.6, linestyle="none")
    )  # fmt: skip


def mark(drawing: Drawing, x: float, y: float, shape: str, colour: str) -> None:
    """A site's marker, as legends show it."""
    size = 9 * MARKER_SIZE[shape] ** 0.5
    drawing.add_artist(
        Line2D(
            [x], [y], marker=MARKERS[shape], markersize=size, markerfacecolor=colour,
            markeredgecolor=INK, markeredgewidth=0.6, linestyle="none",
        )
    )  # fmt: skip
