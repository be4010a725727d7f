"""Names on a drawn map: text with a halo, measured without being drawn.

Most names of towns find no place on a crowded map, so a name is first only measured. In a PDF it
is text, which can be searched, with its halo the same text stroked; elsewhere it is outlines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from matplotlib.artist import Artist
from matplotlib.patheffects import PathEffectRenderer, withStroke

from psnplanner.board.ink import Word
from psnplanner.board.typeface import font_of, wide_of

_LINE: Final = 1.26  # the height of a line, where its type is 1
_MIDDLE: Final = 0.3  # how far a line's middle is above its baseline


class Halo(NamedTuple):
    """The white about a name: how wide its line is in points, and how much it hides."""

    points: float = 2.4
    opacity: float = 0.85


class MapName(Artist):
    """A name in lines of `size` points; it is on the map from `put` on."""

    def __init__(
        self, lines: Sequence[str], size: float, colour: str, *, bold: bool = False
    ) -> None:
        super().__init__()
        self._lines, self._size, self._bold = lines, size, bold
        self._colour, self._halo = colour, Halo()
        self._at = (0.0, 0.0)

    def get_text(self) -> str:
        """The name, its lines one beneath the other."""
        return "\n".join(self._lines)

    def extent(self, dots_per_inch: float) -> tuple[float, float]:
        """How wide and high it is in pixels, with a little room about it."""
        wide = max(wide_of(line, self._size, self._bold) for line in self._lines)
        high = len(self._lines) * _LINE * self._size
        return wide * dots_per_inch / 72 + 6, high * dots_per_inch / 72 + 3

    def put(self, axes: Any, at: tuple[float, float], zorder: float) -> None:
        """Put its middle at a pixel of the axes' drawing."""
        # As a share of the axes, for a file may be drawn finer than it was laid out.
        self._at = tuple(axes.transAxes.inverted().transform(at))
        self.set_zorder(zorder)
        axes.add_artist(self)

    def written_over(self, colour: str) -> None:
        """In that colour, its halo thin enough to leave visible what is beneath."""
        self._colour, self._halo = colour, Halo(1.5, 0.7)

    def draw(self, renderer: Any) -> None:
        """Called by matplotlib."""
        axes: Any = self.axes
        x, y = axes.transAxes.transform(self._at)
        pixels = renderer.points_to_pixels(1.0)
        words = []
        for k, line in enumerate(self._lines):
            up = ((len(self._lines) - 1) / 2 - k) * _LINE - _MIDDLE
            left = x - wide_of(line, self._size, self._bold) / 2 * pixels
            below = y + up * self._size * pixels
            words.append(Word(left, below, line, self._size, self._bold, self._colour))
        # A PDF of ours has a way of its own.
        if hasattr(renderer, "draw_haloed"):
            renderer.draw_haloed(words, *self._halo)
        else:
            self._outlined(renderer, words)

    def _outlined(self, renderer: Any, words: Sequence[Word]) -> None:
        halo = withStroke(linewidth=self._halo.points, foreground="white", alpha=self._halo.opacity)
        _, high = renderer.get_canvas_width_height()
        for word in words:
            gc = renderer.new_gc()
            gc.set_foreground(word.colour)
            y = high - word.y if renderer.flipy() else word.y
            PathEffectRenderer([halo], renderer).draw_text(
                gc, word.x, y, word.text, font_of(word.size, word.bold), 0
            )
            gc.restore()
