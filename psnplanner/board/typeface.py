"""The one typeface of drawings and pages, and how wide it sets a text, kerning apart."""

from __future__ import annotations

from functools import cache

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags


@cache
def font_of(size: float, bold: bool) -> FontProperties:
    """The font of all that is written, at a size in points."""
    return FontProperties(size=size, weight="bold" if bold else "normal")


class _Advances(dict[str, float]):
    """How far each character takes the pen where the type's size is 1, found when first asked."""

    def __init__(self, bold: bool) -> None:
        super().__init__()
        self._bold = bold

    def __missing__(self, character: str) -> float:
        font = get_font(findfont(font_of(100.0, self._bold)))
        font.set_size(100, 72)
        glyph = font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
        self[character] = found = float(glyph.linearHoriAdvance) / 65536 / 100
        return found


_PLAIN, _BOLD = _Advances(False), _Advances(True)


def advance(character: str, bold: bool) -> float:
    """How far a character takes the pen, where the type's size is 1."""
    return (_BOLD if bold else _PLAIN)[character]


def wide_of(text: str, size: float, bold: bool = False) -> float:
    """How wide a line is, in points."""
    return size * sum(map((_BOLD if bold else _PLAIN).__getitem__, text))
