"""Workbooks that are small on the disk and endless in memory, by what they repeat and refer to."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping

from tests.hostile.case import READ, REFUSED, Case
from tests.hostile.lists import _CELL, _ROWS, _SHEET, _STRINGS, _book, _ods, archive, workbook

_RELATIONS = "xl/_rels/workbook.xml.rels"


def _members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return {name: book.read(name) for name in book.namelist()}


def _altered(change: Callable[[dict[str, bytes]], None]) -> Callable[[], bytes]:
    """A workbook whose members were changed."""

    def make() -> bytes:
        members = _members(workbook(_ROWS))
        change(members)
        return archive(members)

    return make


def _swap(member: str, old: str, new: str) -> Callable[[], bytes]:
    def change(members: dict[str, bytes]) -> None:
        assert old.encode() in members[member]
        members[member] = members[member].replace(old.encode(), new.encode())

    return _altered(change)


def _renamed(members: dict[str, bytes]) -> None:
    """The sheet under a name that does not say what it is, with a cell at the end of all."""
    members["xl/a.xml"] = members.pop(_SHEET).replace(b'<c r="B3"', b'<c r="XFD1048576"')
    members[_RELATIONS] = members[_RELATIONS].replace(b"worksheets/sheet1.xml", b"a.xml")
    types = "[Content_Types].xml"
    members[types] = members[types].replace(b"/xl/worksheets/sheet1.xml", b"/xl/a.xml")


def _capitals(members: dict[str, bytes]) -> None:
    members[_SHEET.upper()] = members.pop(_SHEET).replace(b'<c r="B3"', b'<c r="XFD1048576"')


def _shared(length: int, cells: int) -> Callable[[], bytes]:
    """One long text, shared by very many cells."""

    def change(members: dict[str, bytes]) -> None:
        text = members[_STRINGS].decode()
        text = re.sub(r"<si>.*</si>", f"<si><t>{'x' * length}</t></si>", text, flags=re.DOTALL)
        members[_STRINGS] = text.encode()
        rows = "".join(
            f'<row r="{n}"><c t="s" r="A{n}"><v>0</v></c></row>' for n in range(1, cells + 1)
        )
        sheet = members[_SHEET].decode()
        members[_SHEET] = re.sub(
            r"<sheetData>.*</sheetData>", f"<sheetData>{rows}</sheetData>", sheet, flags=re.DOTALL
        ).encode()

    return _altered(change)


def _merged(count: int) -> Callable[[], bytes]:
    areas = '<mergeCell ref="A1:XFD1048576"/>' * count
    return _swap(_SHEET, "</sheetData>", f"</sheetData><mergeCells>{areas}</mergeCells>")


_BAD: Mapping[str, Callable[[], bytes]] = {
    "a text of 30,000 letters in half a million cells": _shared(30_000, 500_000),
    "a text of a megabyte in a hundred thousand cells": _shared(999_000, 100_000),
    "a far cell in a sheet of another name": _altered(_renamed),
    "a far cell in a sheet named in capitals": _altered(_capitals),
    "a far cell that is named last": _swap(_SHEET, '<c r="B3"', '<c t="n" r="XFD1048576"'),
    "a far cell in single marks": _swap(_SHEET, '<c r="B3"', "<c r='XFD1048576'"),
    "a far cell on a line of its own": _swap(_SHEET, '<c r="B3"', '<c\nr="XFD1048576"'),
    "a far cell in small letters": _swap(_SHEET, '<c r="B3"', '<c r="xfd1048576"'),
    "a far cell with spaces": _swap(_SHEET, '<c r="B3"', '<c  r = "XFD1048576"'),
    "a far cell of a namespace": _swap(_SHEET, '<c r="B3"', '<x:c r="XFD1048576"'),
    "a cell beyond the sheet": _swap(_SHEET, '<c r="B3"', '<c r="ZZZZZZ9999999999"'),
    "a cell in row nought": _swap(_SHEET, '<c r="B3"', '<c r="A0"'),
    "a cell without a row": _swap(_SHEET, '<c r="B3"', '<c r="XFD"'),
    "rows far down": _swap(_SHEET, '<row r="3"', '<row spans="1:2" r="1048576"'),
    "an index of a text that is none": _swap(_SHEET, "<v>0</v>", "<v>99999999999</v>"),
    "ODS: a long text in a million cells": lambda: _ods(
        '<table:table-row table:number-rows-repeated="100000">'
        + _CELL.format(' table:number-columns-repeated="20"').replace(">x<", f">{'x' * 9_000}<")
        + "</table:table-row>"
    ),
    "ODS: marks of another kind": lambda: _ods(
        "<table:table-row table:number-rows-repeated='1000000'>"
        + _CELL.format(" table:number-columns-repeated='16000'")
        + "</table:table-row>"
    ),
    "ODS: spaces about the repeat": lambda: _ods(
        '<table:table-row table:number-rows-repeated = "1000000">'
        + _CELL.format(' table:number-columns-repeated = "16000"')
        + "</table:table-row>"
    ),
    "ODS: spaces without end": lambda: _ods(
        "<table:table-row>"
        + _CELL.format("").replace(">x<", '><text:s text:c="2000000000"/><')
        + "</table:table-row>"
    ),
    "the sheet is a folder upwards": _swap(
        _RELATIONS, "worksheets/sheet1.xml", "../../../../../../etc/passwd"
    ),
}
_HARMLESS: Mapping[str, Callable[[], bytes]] = {
    "everything merged, ten thousand times": _merged(10_000),
    "a row far down": _swap(_SHEET, '<row r="3"', '<row r="4000000000"'),
}

CASES = [  # slow: only in a process apart do they harm nobody
    *(Case("workbook", name, "import", _book(make), REFUSED, slow=True)
      for name, make in _BAD.items()),
    *(Case("workbook", name, "import", _book(make), READ) for name, make in _HARMLESS.items()),
]  # fmt: skip
