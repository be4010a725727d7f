"""Fonts of a PDF: of a TrueType file the outlines in use and nothing else, numbers kept.

fontTools would read, prune and renumber every table, which takes half as long as drawing a
page. A font embedded by glyph number (CIDFontType2, ISO 32000-1, 9.7.4) needs neither names
nor layout tables, and one that keeps its numbers needs no renumbering: outlines that are not
used become empty, and what is left of the tables compresses to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.backends.backend_pdf import Name, PdfFile
from matplotlib.font_manager import get_font
from matplotlib.ft2font import LoadFlags
from numpy.typing import NDArray

Tables = dict[bytes, bytes]

_NEEDED: Final = (b"cvt ", b"fpgm", b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp", b"prep")
_TRUETYPE: Final = b"\x00\x01\x00\x00"
_MAGIC: Final = 0xB1B0AFBA  # what the sums of a whole font file come to
_NON_SYMBOLIC: Final = 1 << 5
_WORDS, _SCALE, _MORE, _SCALE_XY, _MATRIX = 0x01, 0x08, 0x20, 0x40, 0x80


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
    tables = _tables(content)
    offsets = _offsets(tables)
    kept = np.array(sorted(_with_parts(tables[b"glyf"], offsets, {0, *glyphs})))
    parts = [tables[b"glyf"][offsets[k] : offsets[k + 1]] for k in kept]
    sizes = np.zeros(len(offsets), ">u4")
    sizes[kept + 1] = [len(part) for part in parts]
    tables[b"glyf"] = b"".join(parts)
    tables[b"loca"] = np.cumsum(sizes).astype(">u4").tobytes()
    tables[b"hmtx"] = _metrics(tables, kept)
    head = bytearray(tables[b"head"])
    head[8:12], head[50:52] = bytes(4), b"\x00\x01"  # its sum, to come; and four-byte offsets
    tables[b"head"] = bytes(head)
    return _file(tables)


def _tables(content: bytes) -> Tables:
    found = {}
    for k in range(int.from_bytes(content[4:6], "big")):
        entry = content[12 + 16 * k : 28 + 16 * k]
        at, size = int.from_bytes(entry[8:12], "big"), int.from_bytes(entry[12:], "big")
        if entry[:4] in _NEEDED:
            found[entry[:4]] = content[at : at + size]
    return found


def _offsets(tables: Tables) -> NDArray[np.int64]:
    """Where each outline begins in `glyf`, and where the last one ends."""
    if tables[b"head"][51]:
        return np.frombuffer(tables[b"loca"], ">u4").astype(np.int64)
    return np.frombuffer(tables[b"loca"], ">u2").astype(np.int64) * 2


def _with_parts(outlines: bytes, offsets: NDArray[np.int64], wanted: set[int]) -> set[int]:
    """The glyphs, and those that any of them is put together of (“é” of “e” and an accent)."""
    found, left = set[int](), list(wanted)
    while left:
        glyph = left.pop()
        if glyph not in found:
            found.add(glyph)
            left += _parts(outlines[offsets[glyph] : offsets[glyph + 1]])
    return found


def _parts(outline: bytes) -> list[int]:
    """The glyphs that one is put together of: OpenType, `glyf`, composite descriptions."""
    found: list[int] = []
    if not outline or outline[0] < 0x80:  # a count of contours, negative in composites
        return found
    at, flags = 10, _MORE
    while flags & _MORE:
        flags = int.from_bytes(outline[at : at + 2], "big")
        found.append(int.from_bytes(outline[at + 2 : at + 4], "big"))
        at += 8 if flags & _WORDS else 6
        at += 2 if flags & _SCALE else 4 if flags & _SCALE_XY else 8 if flags & _MATRIX else 0
    return found


def _metrics(tables: Tables, kept: NDArray[np.int64]) -> bytes:
    """Advances and left sides, those of glyphs left out all nought."""
    whole = np.frombuffer(tables[b"hmtx"], ">u2")
    full = int.from_bytes(tables[b"hhea"][34:36], "big")  # further ones have no advance
    found = np.zeros_like(whole)
    of = np.concatenate([2 * kept[kept < full], 2 * kept[kept < full] + 1, [2 * full - 2],
                         full + kept[kept >= full]])  # fmt: skip
    found[of] = whole[of]
    return found.tobytes()


def _file(tables: Tables) -> bytes:
    power = len(tables).bit_length() - 1
    numbers = (len(tables), 16 << power, power, 16 * len(tables) - (16 << power))
    entries, bodies, at = [], [], 12 + 16 * len(tables)
    for tag in sorted(tables):
        body = tables[tag] + bytes(-len(tables[tag]) % 4)
        entry = (_sum(body), at, len(tables[tag]))
        entries.append(tag + b"".join(number.to_bytes(4, "big") for number in entry))
        bodies.append(body)
        at += len(body)
    start = _TRUETYPE + b"".join(number.to_bytes(2, "big") for number in numbers)
    whole = bytearray(b"".join([start, *entries, *bodies]))
    place = 12 + 16 * len(tables) + sum(len(tables[t]) + -len(tables[t]) % 4
                                        for t in sorted(tables) if t < b"head") + 8  # fmt: skip
    whole[place : place + 4] = ((_MAGIC - _sum(bytes(whole))) % 2**32).to_bytes(4, "big")
    return bytes(whole)


def _sum(body: bytes) -> int:
    return int(np.frombuffer(body, ">u4").sum(dtype=np.uint64)) % 2**32
