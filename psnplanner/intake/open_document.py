"""How large a sheet of an ODS is once its repeats are written out, told before anything does so.

Source: OpenDocument 1.2, part 1, 9.1: a cell and a row say how often they are repeated. Half a
kilobyte can so stand for billions of cells, which calamine would all make.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

_ROW, _SHEET = b"<table:table-row", b"<table:table "
_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^<>]*)>")
_ROWS = re.compile(rb'number-rows-repeated="0*(\d{1,18})"')
_COLUMNS = re.compile(rb'number-columns-repeated="0*(\d{1,18})"')
_MARK, _TEXT = b"office:value-type", b"<text:"
_LONGEST_PIECE = 1 << 22


@dataclass
class Extent:
    """The rows and columns of the sheet that is being fed to it, as far as anything is in them.

    Feeding raises ValueError for what is no whole XML: calamine would wait for its end for ever.
    """

    rows: int = 0
    columns: int = 0
    _empty: int = 0
    _rest: bytes = b""
    _parser: Any = field(default_factory=expat.ParserCreate)

    def feed(self, chunk: bytes) -> None:
        """Take the next piece of the content, wherever it was cut."""
        self._parse(chunk, False)
        *pieces, self._rest = (self._rest + chunk).split(_ROW)
        for piece in pieces:
            self._row(piece)
        if len(self._rest) > _LONGEST_PIECE:  # a row of megabytes: counted as far as it goes
            self._row(self._rest)
            self._rest = b""

    def close(self) -> None:
        """Take what is left."""
        self._parse(b"", True)
        self._row(self._rest)
        self._rest = b""

    def _parse(self, chunk: bytes, is_last: bool) -> None:
        try:
            self._parser.Parse(chunk, is_last)
        except (expat.ExpatError, LookupError) as error:  # the latter for an unknown encoding
            raise ValueError("this is no whole XML") from error

    def _row(self, piece: bytes) -> None:
        head = piece[: piece.find(b">") + 1]
        found = _ROWS.search(head)
        repeated = int(found[1]) if found else 1
        if _MARK in piece or _TEXT in piece:
            self.rows += self._empty + repeated
            self._empty = 0
            self.columns = max(self.columns, _width(piece))
        else:
            self._empty += repeated
        if _SHEET in piece:
            self.rows = self.columns = self._empty = 0


def _width(piece: bytes) -> int:
    """How many cells a row has, up to the last that holds something."""
    if b"columns-repeated" not in piece:
        return piece.count(b"table-cell") // (2 if b"</table:table-cell" in piece else 1)
    width = empty = 0
    for cell in _CELL.finditer(piece):
        found = _COLUMNS.search(cell[1])
        repeated = int(found[1]) if found else 1
        holds = _MARK in cell[1] or piece[cell.end() : cell.end() + len(_TEXT)] == _TEXT
        width, empty = (width + empty + repeated, 0) if holds else (width, empty + repeated)
    return width
