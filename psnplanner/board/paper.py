"""A PDF of several pages from matplotlib drawings: real text, titled, dated, the same each time.

Pages are laid out on a sheet 16 inches wide and scaled to the paper, so that A4 and A3 carry
the same lines.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, NamedTuple
from xml.sax.saxutils import escape

import numpy as np
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_pdf import Name, Op, RendererPdf, pdfRepr
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Drawing
from matplotlib.font_manager import FontPath
from matplotlib.transforms import Affine2D

from psnplanner.board.ink import Block, Word
from psnplanner.board.labels import Points
from psnplanner.board.tags import ARTIFACT, END, Element, TaggedFile
from psnplanner.board.typeface import font_of

# The limit of characters to a font is taken from the setting for PostScript (matplotlib 3.11).
TYPE_42: Final = {"pdf.fonttype": 42, "ps.fonttype": 42, "pdf.compression": 4}
"""Settings for whole TrueType fonts, which hold any character and can be searched.

A higher compression takes three times as long and makes a map of many sites 2 % smaller.
"""

INCHES: Final = {"A4": (11.693, 8.268), "A3": (16.535, 11.693)}
WIDE, HIGH = 16.0, 16.0 * 8.268 / 11.693
"""The sheet that pages are laid out on, in inches; its points are 72 to that inch."""


def sheet() -> Drawing:
    """An empty page."""
    return Drawing(figsize=(WIDE, HIGH), facecolor="white")


class Bookmark(NamedTuple):
    """A heading that a reader's side bar leads to: its page from 0, its height in points."""

    page: int
    y: float
    words: str


class Book(NamedTuple):
    """What a file says of itself. `on` is its date, never the clock's; `paper` A4 or A3.

    `figures` has the element of each drawing or set of axes, by its gid.
    """

    title: str
    subject: str
    on: datetime
    paper: str
    structure: Element
    figures: Mapping[str, Element]
    bookmarks: Sequence[Bookmark] = ()


def bind(drawings: Iterable[Drawing], book: Book) -> bytes:
    """The pages as one PDF."""
    title, subject = book.title, book.subject
    out, (wide, high) = io.BytesIO(), INCHES[book.paper]
    when = book.on.replace(tzinfo=UTC)
    file = TaggedFile(
        out,
        {
            "Title": title, "Subject": subject, "Creator": "PSN Planner", "Producer": None,
            "CreationDate": when, "ModDate": when,
        },
    )  # fmt: skip
    for drawing in drawings:
        drawing.dpi = 72
        file.newPage(wide, high)
        # matplotlib leaves out what is beyond the page: for it, that is the sheet.
        file.width, file.height = WIDE, HIGH
        file.output(wide / WIDE, 0, 0, wide / WIDE, 0, 0, Op.concat_matrix)
        renderer = MixedModeRenderer(
            drawing, WIDE, HIGH, 72, _Renderer(book.figures, file, 72, HIGH, WIDE)
        )
        drawing.draw(renderer)
        renderer.finalize()
        file.endPage()
    tree = file.tree(book.structure)
    _catalogue(file, title, when, _outlines(file, book.bookmarks, wide / WIDE), tree)
    file.finalize()
    file.close()
    return out.getvalue()


_MANY: Final = 200  # markers that are worth writing at once
_FINE: Final = 10  # units to the point that these are placed by


class _Face(NamedTuple):
    """A font of the file: what FreeType knows of it, its name there, its codes so far."""

    face: Any
    name: bytes
    known: dict[str, bytes | None]


@cache
def _colour(name: str) -> bytes:
    return b"%.3f %.3f %.3f" % to_rgb(name)


class _Renderer(RendererPdf):  # type: ignore[misc]
    """Writes a page's text in one go, and the markers of many sites, none over itself."""

    def __init__(self, figures: Mapping[str, Element], *how: Any) -> None:
        super().__init__(*how)
        self._figures = figures
        self._fonts: dict[bool, _Face] = {}
        self._open: list[bool] = []

    def open_group(self, _s: str, gid: str | None = None) -> None:
        """Called by matplotlib: a drawing or axes that an element stands for begins."""
        element = self._figures.get(gid or "")
        self._open.append(element is not None)
        if element is not None:
            self.file.write(END + b"\n" + self.file.piece(element) + b"\n")

    def close_group(self, _s: str) -> None:
        """Called by matplotlib."""
        if self._open.pop():
            self.file.write(END + b"\n" + ARTIFACT + b"\n")

    def draw_ink(self, blocks: Sequence[Block], words: Sequence[Word]) -> list[Word]:
        """A page's rectangles and lines of text in one go; gives the lines it cannot write.

        Ten times faster than `draw_text`, which lays each line out by itself: these are laid
        out already, and their widths were measured without kerning.
        """
        gc = self.new_gc()
        self.check_gc(gc, gc._rgb)  # whatever was drawn before, nothing of it shows through
        gc.restore()
        parts, left, of = [b"q"], list[Word](), None
        parts += [b"%s rg %.2f %.2f %.2f %.2f re f" % (_colour(b.colour), b.x, b.y, b.wide, b.high)
                  for b in blocks]  # fmt: skip
        parts.append(b"BT")
        look: tuple[float, bool, str] | None = None
        for word in words:
            codes = self._codes_of(word)
            if codes is None:
                left.append(word)
                continue
            if word.of is not of:
                # What has no element stays within the artifact that the page is.
                parts.append(END)
                parts.append(ARTIFACT if word.of is None else self.file.piece(word.of))
                of = word.of
            if look != (look := (word.size, word.bold, word.colour)):
                name, colour = self._fonts[word.bold].name, _colour(word.colour)
                parts.append(b"%s %.2f Tf %s rg" % (name, word.size, colour))
            parts.append(b"1 0 0 1 %.2f %.2f Tm %s Tj" % (word.x, word.y, pdfRepr(codes)))
        if of is not None:
            parts += [END, ARTIFACT]
        self.file.write(b"\n".join([*parts, b"ET Q\n"]))
        return left

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float,
        ismath: Any = False, mtext: Any = None,
    ) -> None:  # fmt: skip
        """Called by matplotlib: a level line in our typeface need not be laid out again."""
        bold = prop.get_weight() == "bold"
        word = Word(x, y, s, prop.get_size_in_points(), bold, "")
        codes = None if angle or ismath else self._codes_of(word)
        if codes is None:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        self.check_gc(gc, gc._rgb)
        look = (self._fonts[bold].name, word.size, x, y, pdfRepr(codes))
        self.file.write(b"BT %s %.2f Tf 1 0 0 1 %.2f %.2f Tm %s Tj ET\n" % look)

    def draw_haloed(self, words: Sequence[Word], points: float, opacity: float) -> None:
        """A name's lines over whatever is there: stroked in white, then filled."""
        gc = self.new_gc()
        self.check_gc(gc, gc._rgb)
        gc.restore()
        codes = [(word, self._codes_of(word)) for word in words]
        shown = [b"1 0 0 1 %.2f %.2f Tm %s Tj" % (word.x, word.y, pdfRepr(found))
                 for word, found in codes if found is not None]  # fmt: skip
        first, faint = words[0], self.file.alphaState((opacity, opacity)).pdfRepr()
        face = b"%s %.2f Tf" % (self._fonts[first.bold].name, first.size)
        self.file.write(b"\n".join([
            b"q %s gs 1 1 1 RG %.2f w 1 j BT %s 1 Tr" % (faint, points, face), *shown, b"ET Q",
            b"q BT %s %s rg" % (face, _colour(first.colour)), *shown, b"ET Q\n",
        ]))  # fmt: skip

    def _codes_of(self, word: Word) -> bytes | None:
        """A line as the codes of its font, two bytes each; None where not all are in one font."""
        if word.bold not in self._fonts:
            face = self._get_font_ttf(font_of(word.size, word.bold))
            path = FontPath(face.fname, face.face_index)
            self._fonts[word.bold] = _Face(face, self.file.fontName(path, 0).pdfRepr(), {})
        face, _, known = self._fonts[word.bold]
        for character in set(word.text) - known.keys():
            glyph = face.get_char_index(ord(character))
            part, code = self.file._character_tracker.track_glyph(face, character, glyph)
            known[character] = code.to_bytes(2, "big") if part == 0 else None
        codes = [known[character] for character in word.text]
        return None if None in codes else b"".join(code for code in codes if code)

    def draw_markers(
        self, gc: Any, marker_path: Any, marker_trans: Any, path: Any, trans: Any,
        rgbFace: Any = None,
    ) -> None:  # fmt: skip
        """Called by matplotlib."""
        if len(path) < _MANY:
            super().draw_markers(gc, marker_path, marker_trans, path, trans, rgbFace)
            return
        self.check_gc(gc, rgbFace)
        # Within, ten units are a point: whole numbers are short, and nothing is rounded twice.
        marker = self.file.markerObject(
            marker_path, marker_trans + Affine2D().scale(_FINE), gc.fill(rgbFace), gc.stroke(),
            self.gc._linewidth * _FINE, gc.get_joinstyle(), gc.get_capstyle(),
        )  # fmt: skip
        self.file.output(Op.gsave, 1 / _FINE, 0, 0, 1 / _FINE, 0, 0, Op.concat_matrix)
        self.file.output(self.gc._linewidth * _FINE, Op.setlinewidth)
        limits = (self.file.width * 72, self.file.height * 72)
        self.file.write(_stamped(trans.transform(path.vertices), limits, marker.pdfRepr()))
        self.file.output(Op.grestore)


def _stamped(spots: Points, limits: tuple[float, float], name: bytes) -> bytes:
    """What draws a marker at each spot (points of the page), from left to right.

    They are placed to a tenth of a point, 0.03 mm. Of those of one look at the same spot one is
    written: it lies exactly upon the others. One beyond the page is left out.
    """
    within = ((spots >= 0) & (spots <= limits)).all(axis=1)
    x, y = np.round(spots[within] * _FINE).astype(np.int64).T
    at = np.sort(x * 100_000 + y)
    x, y = np.divmod(at[np.diff(at, prepend=-1) > 0], 100_000)
    line = np.frombuffer(b"q 1 0 0 1 00000 00000 cm%s Do Q\n" % name, np.uint8)
    lines = np.tile(line, (len(x), 1))
    places = 10 ** np.arange(5)[::-1]
    lines[:, 10:15] += (x[:, None] // places % 10).astype(np.uint8)
    lines[:, 16:21] += (y[:, None] // places % 10).astype(np.uint8)
    return lines.tobytes()


def _outlines(file: Any, bookmarks: Sequence[Bookmark], scale: float) -> Any:
    """The bookmarks as a list of objects, each leading to the next; None without any."""
    if not bookmarks:
        return None
    root = file.reserveObject("outlines")
    items = [file.reserveObject("bookmark") for _ in bookmarks]
    for k, (mark, item) in enumerate(zip(bookmarks, items, strict=True)):
        place = [file.pageList[mark.page], Name("XYZ"), 0, round(mark.y * scale, 1), None]
        entry = {"Title": mark.words, "Parent": root, "Dest": place}
        entry |= {"Prev": items[k - 1]} if k else {}
        entry |= {"Next": items[k + 1]} if k + 1 < len(items) else {}
        file.writeObject(item, entry)
    ends = {"First": items[0], "Last": items[-1], "Count": len(items)}
    file.writeObject(root, {"Type": Name("Outlines"), **ends})
    return root


def _catalogue(
    file: Any, title: str, when: datetime, outlines: Any, tree: Mapping[str, Any]
) -> None:
    """Say again what the file is: in English, called by its title, with it in XMP as well."""
    about = file.reserveObject("metadata")
    file.beginStream(about.id, None, {"Type": Name("Metadata"), "Subtype": Name("XML")})
    file.currentstream.write(_XMP.format(title=escape(title), when=when.isoformat()).encode())
    file.endStream()
    root = {
        "Type": Name("Catalog"),
        "Pages": file.pagesObject,
        "Lang": "en-GB",
        "ViewerPreferences": {"DisplayDocTitle": True},
        "Metadata": about,
        **tree,
    }
    if outlines is not None:
        root |= {"Outlines": outlines, "PageMode": Name("UseOutlines")}
    file.writeObject(file.rootObject, root)


_XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>en-GB</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{when}</xmp:CreateDate></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
