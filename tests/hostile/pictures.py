"""Photographs, returns from the field, workflows and settings."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from psnplanner.programme.record import fields_of
from psnplanner.programme.site import Site
from tests.hostile.case import READ, REFUSED, SITES, Bench, Case, Maker
from tests.hostile.databases import YEAR_2100, pipe, sparse, written


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, *more: bytes, rows: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + b"".join(more) \
        + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")  # fmt: skip


def _zeros(millions: int) -> bytes:
    """So many millions of them, packed: one block said again and again, as quickly as written."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    check = struct.pack(">I", (millions * 1_000_000 % 65_521) << 16 | 1)  # Adler's, of zeros alone
    return b"\x78\xda" + block * millions + packer.flush() + check


def _picture(kind: str, **options: Any) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (400, 300), "red").save(data, kind, **options)
    return data.getvalue()


def _wide_jpeg() -> bytes:
    data = bytearray(_picture("JPEG"))
    at = data.find(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", 65_000, 65_000)
    return bytes(data)


def _exif_loop() -> bytes:
    """A directory of EXIF that names itself as the next, and tags that name four gigabytes."""
    tags = b"".join(struct.pack("<HHII", tag, 5, 0x0FFFFFFF, 8) for tag in (0x8769, 0x8825, 306))
    tiff = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 3) + tags + struct.pack("<I", 8)
    exif = b"Exif\0\0" + tiff
    plain = _picture("JPEG")
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + plain[2:]


def _frames(count: int) -> bytes:
    first, *others = [Image.new("L", (8, 8), n % 255) for n in range(count)]
    data = io.BytesIO()
    first.save(data, "WEBP", save_all=True, append_images=others)
    return data.getvalue()


_PICTURES: dict[str, tuple[bytes, str]] = {
    "PNG of fifty thousand by fifty thousand": (_png(50_000, 50_000, rows=bytes(5_000_000)),
                                                REFUSED),
    "PNG of no size": (_png(0, 0), REFUSED),
    "PNG with a text that unpacks to a gigabyte": (
        _png(8, 8, _chunk(b"zTXt", b"a\0\0" + _zeros(200)),
             rows=bytes(200)), REFUSED),
    "PNG with a profile that unpacks to a gigabyte": (
        _png(8, 8, _chunk(b"iCCP", b"a\0\0" + _zeros(200)),
             rows=bytes(200)), REFUSED),
    "PNG cut short": (_picture("PNG")[:-40], REFUSED),
    "JPEG of 65,000 by 65,000": (_wide_jpeg(), REFUSED),
    "JPEG cut short": (_picture("JPEG")[:700], REFUSED),
    "JPEG with directories in a circle": (_exif_loop(), REFUSED),
    "JPEG with noise for EXIF": (_picture("JPEG", exif=b"Exif\0\0" + os.urandom(9_000)), READ),
    "SVG that runs": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', REFUSED),
    "GIF": (_picture("GIF"), REFUSED),
    "TIFF": (_picture("TIFF"), REFUSED),
    "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n", REFUSED),
    "noise": (os.urandom(5_000), REFUSED),
    "WebP of noise": (b"RIFF" + struct.pack("<I", 5_000) + b"WEBPVP8 " + os.urandom(5_000),
                      REFUSED),
    "WebP of a thousand frames": (_frames(1_000), READ),
}  # fmt: skip

_NOTE = fields_of(Site)["note"].number
Lines = Callable[[dict[str, Any]], list[bytes]]


def _line(bench: Bench, **given: Any) -> bytes:
    event = [Site.ENTITY_NUMBER, SITES[0].hex(), _NOTE, "x", None, None]
    told = {"hlc": (1_400_000_000_000 << 16), "dev": 99, "n": 1, "author": "Ann", "kind": "edit",
            "label": "Note", "on": "2014-06-02", "undo_of": None, "ctx": None,
            "events": [event]} | given  # fmt: skip
    return json.dumps(told).encode()


def _event(value: Any, **places: Any) -> list[list[Any]]:
    told = {"ent": Site.ENTITY_NUMBER, "row": SITES[0].hex(), "fld": _NOTE} | places
    return [[*told.values(), value, None, None]]


def back(*lines: Callable[[Bench], bytes], sign: bool = True, **first: Any) -> Maker:
    """A return of the bench's pack: signed with the pack's own key, whatever its lines say."""

    def make(bench: Bench, folder: Path) -> Path:
        head = {
            "psnplanner": "return", "format": 1, "pack": bench.pack_id.hex(), "programme": "x",
            "by": "Ann", "transactions": len(lines), "changes": 1, "photographs": 0,
        } | first  # fmt: skip
        body = json.dumps(head, separators=(",", ":")).encode() + b"\n"
        body += b"".join(line(bench) + b"\n" for line in lines)
        proof = hmac.new(bytes.fromhex(bench.pack_key), body, hashlib.sha256).hexdigest()
        path = folder / "work.psnreturn"
        path.write_bytes(body + (f'{{"proof":"{proof}"}}\n'.encode() if sign else b""))
        return path

    return make


def _with(**given: Any) -> Maker:
    return back(lambda bench: _line(bench, **given))


_DEEP = "[" * 200_000
_RETURNS: dict[str, tuple[Maker, str]] = {
    "as it should be": (_with(), READ),
    "not signed": (back(lambda b: _line(b), sign=False), REFUSED),
    "not signed, its counts no numbers": (
        back(lambda b: _line(b), sign=False, transactions="many", photographs=None), REFUSED),
    "signed, its counts no numbers": (back(lambda b: _line(b), transactions="many"), REFUSED),
    "a format of the far future": (back(format=10**400), REFUSED),
    "a format that is no number": (back(format=[1]), REFUSED),
    "a pack that is no id": (back(pack={"a": 1}), REFUSED),
    "a clock of 2100": (_with(hlc=YEAR_2100), REFUSED),
    "a stamp beyond 64 bits": (_with(hlc=2**70), REFUSED),
    "a stamp that is a fraction": (_with(hlc=1.5), REFUSED),
    "a value nested without end": (
        back(lambda b: _line(b).replace(b'"x"', _DEEP.encode())), REFUSED),
    "a place that is no number": (
        _with(events=_event('[NaN,NaN,"x",1.0]', fld=fields_of(Site)["position"].number)), REFUSED),
    "a value of two megabytes": (_with(events=_event("x" * 2_000_000)), REFUSED),
    "a label of two megabytes": (_with(label="x" * 2_000_000), REFUSED),
    "a letter that is half of one": (_with(label="\ud800"), REFUSED),
    "a day that is none": (_with(on="yesterday"), REFUSED),
    "an undo of no transaction": (_with(undo_of="x.y"), REFUSED),
    "knowledge of all there is": (_with(ctx={"1": 2**62}), REFUSED),
    "knowledge that is no number": (_with(ctx={"x": 1}), REFUSED),
    "records of an unknown kind": (_with(events=_event("x", ent=999)), READ),
    "a hundred thousand unknown fields": (
        _with(events=[_event("x", fld=n)[0] for n in range(1000, 101_000)]), REFUSED),
    "the same change a hundred times": (_with(events=_event("x") * 100), REFUSED),
    "bytes for a text": (_with(events=_event({"hex": "fffe"})), REFUSED),
    "a workflow nested without end": (
        _with(events=_event("a = " + "[" * 90_000, ent=1, row="00" * 16, fld=5)), REFUSED),
    "a photograph that is not what its name says": (
        back(lambda b: _line(b), lambda _b: b'{"photograph":"00","bytes":"AAAA"}',
             transactions=1, photographs=1), REFUSED),
    "a line of thirty megabytes": (back(lambda _b: b'"' + b"x" * 30_000_000 + b'"'), REFUSED),
    "a million empty lines": (back(lambda _b: b"\n" * 1_000_000), REFUSED),
    "its first line without end": (
        written("work.psnreturn", b'{"psnplanner":"return"' + b"," * 3_000_000), REFUSED),
    "its first line nested without end": (
        written("work.psnreturn", b'{"psnplanner":"return","a":' + b"[" * 9_000), REFUSED),
    "a gigabyte": (sparse("work.psnreturn", 10**9, b'{"psnplanner":"return"'), REFUSED),
    "a pipe": (pipe("work.psnreturn"), REFUSED),
    "noise": (written("work.psnreturn", os.urandom(9_000)), REFUSED),
}  # fmt: skip

_WORKFLOWS = {
    "arrays nested without end": "a = " + "[" * 100_000,
    "tables nested without end": "[" + "a." * 50_000 + "a]",
    "a number of a million digits": "[effort_days]\na = " + "9" * 1_000_000,
    "days that are no number": "[effort_days]\na = nan\nb = inf\n",
    "a stage after itself": '[[stage]]\nkey = "a"\nname = "A"\nafter = ["a"]\n',
    "two hundred thousand stages": '[[stage]]\nkey = "a"\n' * 200_000,
    "no workflow at all": "\0\x01\x02",
}

CASES = [
    *(Case("photograph", name, "picture", written("theirs.jpg", data), out)
      for name, (data, out) in _PICTURES.items()),
    Case("photograph", "a gigabyte", "picture", sparse("theirs.jpg", 10**9, b"\xff\xd8\xff")),
    Case("photograph", "a pipe", "picture", pipe("theirs.jpg")),
    *(Case("return", name, "merge", make, out) for name, (make, out) in _RETURNS.items()),
    *(Case("workflow", name, "workflow", written("w.toml", text.encode()))
      for name, text in _WORKFLOWS.items()),
    Case("settings", "a view nested without end", "settings",
         written("view.json", b'{"columns":' + b"[" * 200_000)),
    Case("settings", "a view of other things", "settings",
         written("view.json", b'{"extent":["a"],"columns":5}')),
    Case("settings", "a number of a million digits", "settings",
         written("view.json", b'{"extent":[' + b"9" * 1_000_000 + b",1,1,1]}")),
]  # fmt: skip
