"""Lists and workbooks: cells, rows, archives and markup without end."""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import xlsxwriter

from tests.hostile.case import READ, REFUSED, Bench, Case, Maker
from tests.hostile.databases import pipe, sparse, written

HEAD = b"Name,Postcode,Latitude,Longitude\n"
_SHEET = "xl/worksheets/sheet1.xml"
_NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
OUTSIDE = '<!DOCTYPE l [<!ENTITY j SYSTEM "file:///etc/passwd">]>'


def archive(members: Mapping[str, bytes], repeat: int = 1) -> bytes:
    """A zip of these members, each `repeat` times as long as it looks."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            told = zipfile.ZipInfo(name)
            told.compress_type = zipfile.ZIP_DEFLATED
            with made.open(told, "w", force_zip64=True) as part:
                for _ in range(repeat):
                    part.write(content)
    return data.getvalue()


def workbook(rows: list[list[str]], *changes: tuple[str, str, str]) -> bytes:
    """An XLSX of these rows; `changes` are texts written over: (member, old, new)."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    sheet = book.add_worksheet("A")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell.startswith("="):
                sheet.write_formula(number, column, cell, None, cell)
            else:
                sheet.write_string(number, column, cell)
    book.close()
    if not changes:
        return data.getvalue()
    with zipfile.ZipFile(data) as made:
        members = {name: made.read(name) for name in made.namelist()}
    for name, old, new in changes:
        assert old.encode() in members[name]
        members[name] = members[name].replace(old.encode(), new.encode())
    return archive(members)


def _with_members(book: bytes, more: Mapping[str, bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book)) as made:
        return archive({**{name: made.read(name) for name in made.namelist()}, **more})


_ROWS = [["Name", "Postcode"], ["Town Hall", "WA8 7QF"], ["Library", "CH65 0BA"]]
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_STRINGS, _HALL = "xl/sharedStrings.xml", ">Town Hall<"


def _lying_about_size() -> bytes:
    data = bytearray(archive({"[Content_Types].xml": b"<Types/>", _SHEET: b" " * 50_000_000}))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    return bytes(data)


def _nested(depth: int) -> bytes:
    data = workbook(_ROWS)
    for _ in range(depth):
        data = archive({"[Content_Types].xml": data, "next.xlsx": data})
    return data


def _ods(body: str) -> bytes:
    office = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
    table = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:table="{table}" '
        f'xmlns:text="{text}"><office:body><office:spreadsheet><table:table table:name="A">'
        f"{body}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return archive({"mimetype": kind, "content.xml": (_XML + content).encode(),
                    "META-INF/manifest.xml": b"<manifest/>"})  # fmt: skip


_CELL = '<table:table-cell office:value-type="string"{}><text:p>x</text:p></table:table-cell>'


def _many_sheets() -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    for _ in range(2000):
        book.add_worksheet()
    book.close()
    return data.getvalue()


def _noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)


def _text(cell: str, rows: int = 1) -> bytes:
    return HEAD + (f'"{cell}",WA8 7QF,,\n' * rows).encode()


_REFUSED: dict[str, bytes] = {
    "a line of six million": HEAD + b"x" * 6_000_000,
    "two million columns": b"a," * 2_000_000 + b"\n1,2\n",
    "three million empty lines": HEAD + b"\n" * 3_100_000,
    "marks without end": HEAD + b'"a,' * 400_000 + b"\n",
    "a cell of two megabytes": HEAD + b'"' + b"x" * 2_000_000 + b'",WA8 7QF,,\n',
    "nothing but NULs": bytes(2_000_000),
    "NULs between the letters": b"N\0a\0m\0e\0,\0\0\0\0" * 50_000,
    "noise": _noise(200_000),
    "noise that says it is a workbook": b"PK\x03\x04" + _noise(200_000),
    "noise that says it is an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + _noise(200_000),
    "a web page": b"<html><script>alert(1)</script></html>",
    "JSON nested without end": b"[" * 2_000_000,
    "JSON of features nested without end": b'{"type":"Feature","a":' + b"[" * 1_000_000,
    "a gzip": gzip.compress(HEAD * 100_000),
    "a script": b"#!/bin/sh\ntouch pwned\n",
}
_READ: dict[str, bytes] = {
    "formulas": HEAD + b'=HYPERLINK("http://127.0.0.1:9/"),WA8 7QF,,\n'
    b"+cmd|' /C calc'!A0,CH65 0BA,,\n@SUM(1),L1 1JJ,,\n-2+3,WA8 7QE,,\n\t=1,WA8 7QD,,\n",
    "HTML in its cells": HEAD + b"<img src=x onerror=alert(1)>,WA8 7QF,,\n",
    "a cell of signs for a number": _text("1," * 20_000 + "x"),
    "a cell of a street that never ends": _text("1 a " * 20_000 + "!"),
    "a cell of open brackets": _text("(" * 40_000),
    "a cell of a grid reference that never ends": _text("SJ " + "1 " * 30_000),
    "a cell of a day that never ends": _text("1 " * 40_000),
    "a cell of zeros": _text("0" * 400_000),
    "letters that turn about": HEAD + "Hall\u202egnp.exe,WA8 7QF,,\n".encode(),
    "a quotation mark a row": HEAD + b'"Hall,WA8 7QF,,\n' * 3_000,
    "positions that are no number": HEAD + b"Hall,,NaN,inf\nHall 2,,1e999,-1e999\n",
}
_LONG: dict[str, tuple[Callable[[], bytes], str]] = {
    "a million and one rows": (lambda: HEAD + b"Hall,WA8 7QF,,\n" * 1_000_001, REFUSED),
    "a million and one rows in quotation marks": (
        lambda: HEAD + b'"Hall","WA8 7QF",,\n' * 1_000_001,
        REFUSED,
    ),
    "a cell of three million lines": (
        lambda: HEAD + b'"' + b"a\n" * 2_900_000 + b'",WA8 7QF,,\n',
        REFUSED,
    ),
    "290 MB of quotation marks": (lambda: b'"' * 290_000_000, REFUSED),
    "290 MB of quotation marks and line ends": (lambda: b'"\n' * 145_000_000, REFUSED),
    "two million rows of nothing below the last": (
        lambda: HEAD + b"Hall,WA8 7QF,,\n" + b",,,\n" * 2_000_000,
        READ,
    ),
}
_BOOKS: dict[str, bytes | None] = {
    "formulas": workbook([["Name", "Postcode"], ['=HYPERLINK("http://127.0.0.1:9/")', "WA8 7QF"]]),
    "a macro, a link outwards and a thing to open": _with_members(workbook(_ROWS), {
        "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + _noise(2_000),
        "xl/embeddings/oleObject1.bin": _noise(2_000),
        "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
        "xl/externalLinks/_rels/externalLink1.xml.rels":
            b'<Relationships><Relationship Id="r" Target="http://127.0.0.1:9/" '
            b'TargetMode="External"/></Relationships>',
    }),
}  # fmt: skip


def _later(name: str, make: Callable[[], bytes]) -> Maker:
    """A file of bytes that are too many to be kept until they are wanted."""

    def made(_bench: Bench, folder: Path) -> Path:
        path = folder / name
        path.write_bytes(make())
        return path

    return made


def _book(make: object) -> Maker:
    def made(_bench: Bench, folder: Path) -> Path:
        path = folder / "list.xlsx"
        path.write_bytes(make() if callable(make) else bytes(make))  # type: ignore[call-overload]
        return path

    return made


_BAD_BOOKS: dict[str, object] = {
    "a zip bomb": lambda: archive({"[Content_Types].xml": b"<Types/>", _SHEET: b" " * 10**6}, 400),
    "a zip that lies of its size": _lying_about_size,
    "a zip in a zip in a zip": lambda: _nested(6),
    "ten thousand members": lambda: archive({f"xl/{n}.xml": b"" for n in range(10_000)}),
    "a billion laughs": lambda: workbook(
        _ROWS, (_STRINGS, _XML, _XML + LAUGHS), (_STRINGS, _HALL, ">&j;<")
    ),
    "an entity from outside": lambda: workbook(
        _ROWS, (_STRINGS, _XML, _XML + OUTSIDE), (_STRINGS, _HALL, ">&j;<")
    ),
    "cells at the ends of the sheet": lambda: workbook(
        _ROWS, (_SHEET, '<c r="B3"', '<c r="XFD1048576"')
    ),
    "ODS: a cell repeated without end": lambda: _ods(
        "<table:table-row>" + _CELL.format(' table:number-columns-repeated="2000000000"')
        + "</table:table-row>"
    ),
    "ODS: a row repeated without end": lambda: _ods(
        '<table:table-row table:number-rows-repeated="2000000000">' + _CELL.format("")
        + "</table:table-row>"
    ),
    "ODS: rows and cells repeated": lambda: _ods(
        ('<table:table-row table:number-rows-repeated="999">'
         + _CELL.format(' table:number-columns-repeated="999"') + "</table:table-row>") * 900
    ),
    "ODS: an encoding that is none": lambda: archive({
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": _XML.replace("UTF-8", "UTF-3").encode() + b"<a/>"}),
    "a zip of a version to come": lambda: workbook(_ROWS).replace(
        b"PK\x01\x02\x14\x03\x14", b"PK\x01\x02\x14\x03\x69"
    ),
    "a member outside": lambda: archive({"../../outside.xml": b"x", "/tmp/outside.xml": b"x"}),
    "tags nested without end": lambda: archive({
        "[Content_Types].xml": b"<Types/>", _SHEET: b"<a>" * 300_000}),
}  # fmt: skip

CASES = [
    *(Case("list", name, "import", written("list.csv", data)) for name, data in _REFUSED.items()),
    *(Case("list", name, "import", written("list.csv", data), READ)
      for name, data in _READ.items()),
    *(Case("list", name, "import", _later("list.csv", make), outcome, slow=True)
      for name, (make, outcome) in _LONG.items()),
    Case("list", "a cell of two gigabytes", "import", sparse("list.csv", 2_000_000_000, HEAD)),
    Case("list", "a cell of 290 MB", "import", sparse("list.csv", 290_000_000, HEAD + b"x"),
         slow=True),
    Case("list", "a pipe", "import", pipe("list.csv")),
    Case("list", "a name of two lines", "import", written("li\nst\r.csv", b"")),
    Case("list", "a name that writes to the terminal", "import",
         written("\x1b[2J\x1b]0;x\x07\u202egpj.csv", b"")),
    Case("list", "headings that are formulas and markup", "import", written(
        "list.csv", b"=cmd|' /C calc'!A0,<script>,Name,Postcode\n1,2,Hall,WA8 7QF\n"), READ),
    *(Case("workbook", name, "import", _book(data), READ) for name, data in _BOOKS.items()),
    *(Case("workbook", name, "import", _book(make), REFUSED) for name, make in _BAD_BOOKS.items()),
    Case("workbook", "two thousand sheets", "import", _book(_many_sheets), slow=True),
]  # fmt: skip
