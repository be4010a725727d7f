"""Files of honest formats that ask for far more work than they take to send."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.hostile.case import READ, REFUSED, Bench, Case, Maker
from tests.hostile.databases import altered, sql, written
from tests.hostile.lists import HEAD, _later
from tests.hostile.pictures import _chunk, _picture, _png


def _scans(side: int, times: int) -> bytes:
    """A progressive JPEG that says its scans again and again, each over the whole picture."""
    data = io.BytesIO()
    Image.new("RGB", (side, side), "red").save(data, "JPEG", progressive=True)
    whole = data.getvalue()
    last = whole.rfind(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * times + b"\xff\xd9"


def _headings(features: int, each: int) -> bytes:
    """Every feature with properties of its own: a table far wider than it is long."""
    point = {"type": "Point", "coordinates": [-2.7, 53.3]}
    found = [
        {"type": "Feature", "geometry": point,
         "properties": {"Name": "Hall"} | {f"p{n}x{k}": 1 for k in range(each)}}
        for n in range(features)
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": found}).encode()


def _extended(features: int) -> bytes:
    found = "".join(
        f"<Placemark><name>H</name><ExtendedData><Data name='d{n}'><value>1</value></Data>"
        "</ExtendedData><Point><coordinates>-2.7,53.3</coordinates></Point></Placemark>"
        for n in range(features)
    )
    return (
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{found}</Document></kml>'.encode()
    )


def _old_workbook(sectors: int) -> bytes:
    """An old workbook whose table of sectors leads in a circle."""
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 65534, 9, 6)
    )
    head += bytes(6) + struct.pack("<9I", 0, 1, 1, 0, 4096, 0, 1, 0, 0x7FFFFFFF)
    head += struct.pack("<109I", *([0] * 109))
    return head + struct.pack("<128I", *([1] * 128)) * sectors


def _beside(suffix: str, data: Callable[[Path], bytes]) -> Maker:
    def make(bench: Bench, folder: Path) -> Path:
        path = bench.copy(folder)
        outside = folder / "outside.txt"
        outside.write_text("Nobody may delete this.")
        path.with_name(path.name + suffix).write_bytes(data(outside))
        return path

    return make


def _hot_journal(outside: Path) -> bytes:
    """A journal left by a crash, by whose last words another file is to be deleted."""
    head = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + struct.pack(">5I", 0, 7, 1, 512, 4096)
    name = str(outside).encode()
    check = sum(b if b < 128 else b - 256 for b in name) & 0xFFFFFFFF
    tail = struct.pack(">I", 0xFFFFFFFF) + name + struct.pack(">II", len(name), check)
    return head.ljust(512, b"\0") + tail + head[:8]


def _bytes_at(at: int, new: bytes) -> Maker:
    return altered(lambda data: data[:at] + new + data[at + len(new) :])


_LISTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "rows of spaces between marks": (lambda: HEAD + (b'"' + b" " * 900_000 + b'",x\n') * 40, READ),
    "half a pair of wide letters": (lambda: b"\xff\xfe" + b"N\0a\0\x00\xd8" * 90_000, REFUSED),
    "wide letters and an odd end": (lambda: "Name,Postcode\nHall,WA8 7QF\n".encode("utf-16") + b"x",
                                    REFUSED),
    "separators of lines that are none": (
        lambda: "Name,Postcode\u2028Hall,WA8 7QF\u0085x\x0b\x0c\x1c,L1 1JJ\n".encode() * 3,
        REFUSED),
    "a thousand columns of one name": (lambda: b"Name," * 999 + b"Name\n" + b"Hall," * 999 + b"x\n",
                                       REFUSED),
    "combining marks without end": (lambda: HEAD + b"Hall" + "\u0301".encode() * 400_000
                                    + b",WA8 7QF,,\n", READ),
    "digits of other scripts": (lambda: HEAD + "Hall,WA8 7QF,٥٣.٣,-²½\n".encode() * 50, READ),
    "three thousand rows of one name": (lambda: HEAD + b"Hall,WA8 7QF,,\n" * 3_000, READ),
    "names a letter apart": (
        lambda: HEAD + b"".join(b"%s,WA8 7QF,,\n" % (b"abc" * 300 + b"%d" % n) for n in range(500)),
        READ),
}  # fmt: skip

_PROGRAMMES: dict[str, tuple[Maker, str]] = {
    "a journal that names a file to delete": (_beside("-journal", _hot_journal), REFUSED),
    "a version of the far future": (sql("PRAGMA user_version = 2147483647"), READ),
    "a version before all": (sql("PRAGMA user_version = -5"), READ),
    "another program's mark": (sql("PRAGMA application_id = 1"), READ),
    "a cache of all the memory": (_bytes_at(48, b"\x7f\xff\xff\xff"), READ),
    "letters of a ninth kind": (_bytes_at(56, b"\0\0\0\x09"), READ),
    "a write version to come": (_bytes_at(18, b"\x09\x01"), READ),
    "a read version to come": (_bytes_at(18, b"\x09\x09"), REFUSED),
    "free pages that lead in a circle": (_bytes_at(32, struct.pack(">II", 2, 0x7FFFFFFF)), REFUSED),
    "pages that are half reserve": (_bytes_at(20, b"\xff"), REFUSED),
    "a size of four billion pages": (_bytes_at(28, b"\xff\xff\xff\xff"), REFUSED),
    "statistics that lie": (sql("ANALYZE", "UPDATE sqlite_stat1 SET stat = '9999999999999 1 1 1'"),
                            READ),
}  # fmt: skip

_PICTURES: dict[str, tuple[Callable[[], bytes], str]] = {
    "JPEG of two thousand scans": (lambda: _scans(5_000, 2_000), REFUSED),
    "JPEG of a hundred thousand scans": (lambda: _scans(600, 100_000), REFUSED),
    "PNG of four hundred thousand pieces": (lambda: _png(8, 8, _chunk(b"tEXt", b"a\0b") * 400_000,
                                             rows=bytes(200)), READ),
    "JPEG that is a page as well": (lambda: _picture("JPEG") + b"<script>alert(1)</script>", READ),
    "JPEG that is a zip as well": (lambda: _picture("JPEG") + b"PK\x05\x06" + bytes(18), READ),
    "WebP of sixteen thousand a side": (lambda: _wide_webp(), REFUSED),
    "PNG in a palette of none": (lambda: _png(8, 8, _chunk(b"PLTE", b"")), REFUSED),
}  # fmt: skip


def _wide_webp() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (16_000, 16_000), "red").save(data, "WEBP", lossless=True, method=0)
    return data.getvalue()


_LAYERS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "GeoJSON: headings without end": ("theirs.geojson", lambda: _headings(3_000, 100), REFUSED),
    "KML: headings without end": ("theirs.kml", lambda: _extended(20_000), REFUSED),
    "an old workbook that leads in a circle": ("list.xls", lambda: _old_workbook(3), REFUSED),
}

CASES = [
    *(Case("list", name, "import", _later("list.csv", make), outcome, slow=True)
      for name, (make, outcome) in _LISTS.items()),
    *(Case("programme", name, "open", make, outcome)
      for name, (make, outcome) in _PROGRAMMES.items()),
    *(Case("photograph", name, "picture", _later("theirs.jpg", make), outcome, slow=True)
      for name, (make, outcome) in _PICTURES.items()),
    *(Case("layer", name, "import", _later(file, make), outcome, slow=True)
      for name, (file, make, outcome) in _LAYERS.items()),
    Case("photograph", "written as a return", "merge", written("work.psnreturn", _picture("JPEG"))),
]  # fmt: skip
