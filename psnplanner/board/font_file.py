"""Fonts of a PDF: of a TrueType file the outlines in use and nothing else, numbers kept.

Left to itself matplotlib has fontTools prune and renumber the tables of layout and names too,
which takes half as long as drawing a page. A font embedded by glyph number (CIDFontType2,
ISO 32000-1, 9.7.4) needs neither, and one that keeps its numbers needs no renumbering.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib.backends.backend_pdf import Name, PdfFile
from matplotlib.font_manager import get_font
from matplotlib.ft2font import LoadFlags

_NOT_NEEDED: Final = ["BASE", "FFTM", "GDEF", "GPOS", "GSUB", "MATH", "OS/2", "cmap", "gasp",
                      "kern", "name", "post"]  # fmt: skip
_TRUETYPE: Final = b"\x00\x01\x00\x00"
_NON_SYMBOLIC: Final = 1 << 5


class FontsInUse(PdfFile):  # type: ignore[misc]
    """A PDF whose fonts hold what its text needs."""

    def embedTTF(self, filename: Any, subset_index: int, charmap: Mapping[int, int]) -> Any:
        """Called by matplotlib: `charmap` has the glyph of each code of this part of a font."""
        content = Path(filename).read_bytes()
        if content[:4] != _TRUETYPE:
            return super().embedTTF(filename, subset_index, charmap)
        face = get_font(filename)
        name = Name(self._get_subsetted_psname(face.postscript_name, charmap))
        data = trimmed(content, charmap.values())
        kept = {key: self.reserveObject(key) for key in ("file", "glyphs", "unicode", "told",
                                                         "below", "font")}  # fmt: skip
        self.outputStream(kept["file"], data, extra={"Length1": len(data)})
        glyphs = np.zeros(max(charmap) + 1, ">u2")
        glyphs[list(charmap)] = list(charmap.values())
        self.outputStream(kept["glyphs"], glyphs.tobytes())
        self.outputStream(kept["unicode"], self._texts(filename, subset_index, charmap))
        self.writeObject(kept["told"], _described(face, name, kept["file"]))
        system = {"Registry": "Adobe", "Ordering": "Identity", "Supplement": 0}
        common = {"Type": Name("Font"), "BaseFont": name}
        self.writeObject(kept["below"], {
            **common, "Subtype": Name("CIDFontType2"), "CIDSystemInfo": system,
            "FontDescriptor": kept["told"], "W": _widths(face, charmap),
            "CIDToGIDMap": kept["glyphs"],
        })  # fmt: skip
        self.writeObject(kept["font"], {
            **common, "Subtype": Name("Type0"), "Encoding": Name("Identity-H"),
            "DescendantFonts": [kept["below"]], "ToUnicode": kept["unicode"],
        })  # fmt: skip
        return kept["font"]

    def _texts(self, filename: Any, subset_index: int, charmap: Mapping[int, int]) -> bytes:
        """What each code stands for, so that text can be found and copied."""
        tell = self._character_tracker.subset_to_unicode
        lines = [
            f"<{code:04x}> <{code:04x}> [<{text.encode('utf-16be').hex()}>]"
            for code in sorted(charmap)
            if (text := tell(filename, subset_index, code))
        ]
        return bytes(self._identityToUnicodeCMap % (len(lines), "\n".join(lines).encode("ascii")))


def _described(face: Any, name: Name, file: Any) -> dict[str, Any]:
    scale = 1000 / face.units_per_EM
    height = (face.get_sfnt_table("pclt") or {}).get("capHeight", 0) or face.ascender
    return {
        "Type": Name("FontDescriptor"), "FontName": name, "Flags": _NON_SYMBOLIC,
        "FontBBox": [round(side * scale) for side in face.bbox],
        "Ascent": round(face.ascender * scale), "Descent": round(face.descender * scale),
        "CapHeight": round(height * scale), "ItalicAngle": 0, "StemV": 0, "FontFile2": file,
    }  # fmt: skip


def _widths(face: Any, charmap: Mapping[int, int]) -> list[Any]:
    scale, flags = 1000 / face.units_per_EM, LoadFlags.NO_SCALE | LoadFlags.NO_HINTING
    found: list[Any] = []
    for code in sorted(charmap):
        wide = round(face.load_glyph(charmap[code], flags=flags).horiAdvance * scale)
        found += [code, [wide]]
    return found


def trimmed(content: bytes, glyphs: Iterable[int]) -> bytes:
    """A TrueType file with the outlines and widths of these glyphs; every other one is empty."""
    options = subset.Options(
        retain_gids=True, glyph_names=False, layout_features=[], notdef_outline=True,
        drop_tables=_NOT_NEEDED, recalc_bounds=False, recalc_timestamp=False,
    )  # fmt: skip
    font = TTFont(io.BytesIO(content), lazy=True, recalcBBoxes=False, recalcTimestamp=False)
    for table in _NOT_NEEDED:
        if table in font:
            del font[table]
    subsetter = subset.Subsetter(options)
    subsetter.populate(gids=glyphs)
    subsetter.subset(font)
    kept = io.BytesIO()
    font.save(kept, reorderTables=False)
    return kept.getvalue()
