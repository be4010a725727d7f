"""A font of a PDF: what is written is there as it was, what is not takes no room."""

import io
from pathlib import Path

import numpy as np
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font, LoadFlags

from psnplanner.board.font_file import trimmed

FILE = Path(findfont(FontProperties()))
AS_DRAWN = LoadFlags.NO_SCALE | LoadFlags.NO_HINTING


def test_only_the_outlines_in_use_are_kept_with_the_parts_they_are_made_of() -> None:
    whole = FT2Font(str(FILE))
    used = {letter: whole.get_char_index(ord(letter)) for letter in "Aé£"}
    content = trimmed(FILE.read_bytes(), used.values())
    assert len(content) < len(FILE.read_bytes()) / 4
    font = FT2Font(io.BytesIO(content))
    for glyph in used.values():
        told, drawn = (f.load_glyph(glyph, flags=AS_DRAWN) for f in (whole, font))
        assert told.horiAdvance == drawn.horiAdvance
        # What was loaded last is what has a path.
        assert np.array_equal(whole.get_path()[0], font.get_path()[0])
        assert len(font.get_path()[0])
    unused = whole.get_char_index(ord("Q"))
    font.load_glyph(unused, flags=AS_DRAWN)
    assert not len(font.get_path()[0])


def test_the_sums_of_the_file_are_right() -> None:
    content = trimmed(FILE.read_bytes(), [36])
    assert int(np.frombuffer(content, ">u4").sum(dtype=np.uint64)) % 2**32 == 0xB1B0AFBA
