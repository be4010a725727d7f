"""The one typeface of drawings and pages, and how wide it sets a text, kerning apart."""

from __future__ import annotations

from functools import cache

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags


@cache
def font_of(size: float, bold: bool) -> FontProperties:
    """The font of all that is written, at a size in points."""
    return FontProperties(size=size, weight="bold" if bold else "normal")


@cache
def advance(character: str, bold: bool) -> float:
    """How far a character takes the pen, where the type's size is 1."""
    font = get_font(findfont(font_of(100.0, bold)))
    font.set_size(100, 72)
    return (
        float(font.load_char(ord(character), flags=LoadFlags.NO_HINTING).linearHoriAdvance)
        / 65536
        / 100
    )


def wide_of(text: str, size: float, bold: bool = False) -> float:
    """How wide a line is, in points."""
    return size * sum(advance(character, bold) for character in text)
