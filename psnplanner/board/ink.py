"""Text, rules and bars put straight onto a page: a table of many cells costs little this way."""

from __future__ import annotations

from typing import Any, NamedTuple

from matplotlib.artist import Artist
from matplotlib.figure import Figure as Drawing
from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D

from psnplanner.board.pen import INK
from psnplanner.board.tags import Element
from psnplanner.board.typeface import advance, font_of, wide_of


class Word(NamedTuple):
    """A line of text: its baseline's left end, its size in points."""

    x: float
    y: float
    text: str
    size: float
    bold: bool
    colour: str
    of: Element | None = None


class Block(NamedTuple):
    """A filled rectangle by its bottom left corner."""

    x: float
    y: float
    wide: float
    high: float
    colour: str


class Ink(Artist):
    """What is written on one page, in points from its bottom left corner."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__()
        self._words: list[Word] = []
        self._blocks: list[Block] = []
        drawing.add_artist(self)

    def write(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False,
        colour: str = INK, of: Element | None = None,
    ) -> None:  # fmt: skip
        """A line of text, drawable already, on the baseline at (x, y); part `of` an element."""
        if text:
            self._words.append(Word(x, y, text, size, bold, colour, of))

    def block(self, x: float, y: float, wide: float, high: float, colour: str) -> None:
        """A filled rectangle with its bottom left corner at (x, y); thin ones are rules."""
        if wide > 0:
            self._blocks.append(Block(x, y, wide, high, colour))

    def draw(self, renderer: Any) -> None:
        """Called by matplotlib."""
        # A PDF of ours takes a page's text at once; other canvases a piece at a time.
        at_once = getattr(renderer, "draw_ink", None)
        words = at_once(self._blocks, self._words) if at_once else self._words
        for block in [] if at_once else self._blocks:
            gc = renderer.new_gc()
            gc.set_linewidth(0)
            place = Affine2D().scale(block.wide, block.high).translate(block.x, block.y)
            gc.set_foreground(block.colour)
            renderer.draw_path(gc, Outline.unit_rectangle(), place, gc.get_rgb())
            gc.restore()
        for word in words:
            gc = renderer.new_gc()
            gc.set_foreground(word.colour)
            renderer.draw_text(gc, word.x, word.y, word.text, font_of(word.size, word.bold), 0)
            gc.restore()


def fit(text: str, size: float, room: float, bold: bool = False) -> str:
    """The text, cut short with an ellipsis where it is wider than the room."""
    if wide_of(text, size, bold) <= room:
        return text
    left, kept = room - wide_of("…", size, bold), 0
    for character in text:
        left -= size * advance(character, bold)
        if left < 0:
            break
        kept += 1
    return text[:kept].rstrip() + "…"


def wrapped(text: str, size: float, room: float, most: int, bold: bool = False) -> list[str]:
    """The text in at most so many lines, the last one cut short if need be."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most - 1:
        line = words.pop(0)
        while words and wide_of(f"{line} {words[0]}", size, bold) <= room:
            line += " " + words.pop(0)
        lines.append(fit(line, size, room, bold))
    if words:
        lines.append(fit(" ".join(words), size, room, bold))
    return lines or [""]
