"""The features of a GIS's layer as the rows of a table, in a process apart: `vector` is its end."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable
from typing import Any

from numpy.typing import NDArray

from psnplanner.errors import UserError
from psnplanner.geography.vector_file import (
    SAVE_AGAIN,
    VectorFile,
    layers_of,
    quietly,
)
from psnplanner.intake.delimited import cell_too_long, too_many_columns, too_many_rows
from psnplanner.intake.encoding import checked_encoding
from psnplanner.intake.headings import recognised_in
from psnplanner.intake.points import Points, points_of
from psnplanner.intake.table import (
    LAYER,
    MOST_CELL_CHARACTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    Row,
    Table,
    trimmed,
)
from psnplanner.intake.values import phrases
from psnplanner.intake.workbook import as_text

Array = NDArray[Any]
# What LIBKML adds to every layer of its own; none of it is about a site.
_KML_MACHINERY = phrases(
    "timestamp|begin|end|altitudemode|tessellate|extrude|visibility|draworder|icon|snippet"
)
_ANY_ENCODING = ("ESRI Shapefile", "MapInfo File")
_OWN_ID = re.compile(r"\S*\.\d+")


def answer(file: dict[str, str], sheet: str | None, encoding: str | None) -> dict[str, Any]:
    """The table of a layer as plain data, in the process that `read_vector` has it read by."""
    opened_file = VectorFile.told_of(**file)
    with quietly(opened_file.path):
        table = _Source(opened_file, encoding).table(sheet)
    said = {f.name: getattr(table, f.name) for f in dataclasses.fields(table)}
    del said["mended"]
    return said


class _Source:
    """The layers of one copied file."""

    def __init__(self, file: VectorFile, encoding: str | None) -> None:
        self._file = file
        self._path, self._kind, self._copy = file.path, file.kind, file.copy
        self._encoding = checked_encoding(encoding, file.path) if encoding else None
        if encoding and file.kind.driver not in _ANY_ENCODING:
            raise UserError(f"a {file.kind.title} is always UTF-8, never {encoding}.",
                            str(file.path), "Leave the encoding out.")  # fmt: skip

    def table(self, sheet: str | None) -> Table:
        """The table of the layer named, else of the best."""
        infos = layers_of(self._file)
        names = list(infos)
        layer = self._named(names, sheet) if sheet else self._best(infos)
        if len(infos[layer]["fields"]) > MOST_COLUMNS:
            raise too_many_columns(self._path, len(infos[layer]["fields"]))
        return self._read(layer, tuple(names))

    def _named(self, names: list[str], sheet: str) -> str:
        wanted = sheet.casefold().strip()
        if self._kind.one_layer and wanted in (names[0].casefold(), self._path.stem.casefold()):
            return names[0]
        for name in names:
            if name.casefold() == wanted:
                return name
        shown = [self._path.stem] if self._kind.one_layer else names
        raise UserError(f"there is no layer “{sheet}”.", str(self._path),
                        f"Its layers are: {', '.join(shown[:20])}.")  # fmt: skip

    @staticmethod
    def _best(infos: dict[str, Any]) -> str:
        def score(name: str) -> tuple[int, int]:
            return recognised_in(map(str, infos[name]["fields"])), infos[name]["features"]

        return max(infos, key=score)  # the first of equals

    def _read(self, layer: str, names: tuple[str, ...]) -> Table:
        from psnplanner.geography.gdal import read

        meta, _, shapes, columns = read(
            self._copy, layer=layer, force_2d=True, max_features=MOST_ROWS + 1,
            encoding=self._encoding,
        )  # fmt: skip
        headings = [str(name) for name in meta["fields"]]
        if not headings and shapes is not None and len(shapes):
            raise UserError("the layer has shapes, but no table that says what they are.",
                            str(self._path), SAVE_AGAIN)  # fmt: skip
        count = len(columns[0]) if columns else (0 if shapes is None else len(shapes))
        if count > MOST_ROWS:
            raise too_many_rows(self._path)
        places = points_of(self._copy, layer, shapes, meta.get("crs"))
        cells = self._cells(headings, columns)
        title = self._path.stem if self._kind.one_layer else layer
        rows, known = _rows(cells, places, count)
        for number, row in rows:
            if row and max(map(len, row)) > MOST_CELL_CHARACTERS:
                raise cell_too_long(self._path, number)
        sheets = (title,) if self._kind.one_layer else names
        kept = [row for row in rows if row[1]]
        blank = len(rows) - len(kept)
        if len(kept) == 1:
            kept = []
        encoding = self._encoding or str(meta.get("encoding") or "")
        return Table(self._path.name, kept, blank, encoding, sheet=title, sheets=sheets,
                     notes=places.notes, known=known, kind=LAYER)  # fmt: skip

    def _cells(self, headings: list[str], columns: Iterable[Array]) -> dict[str, list[str]]:
        found = {
            heading.strip() or "?": list(map(_text, column.tolist()))
            for heading, column in zip(headings, columns, strict=True)
            if not self._own(heading, column)
        }
        return found

    def _own(self, heading: str, column: Array) -> bool:
        """Whether a column is of the format's making, or says nothing at all."""
        if self._kind.driver != "LIBKML":
            return False
        if heading.casefold() in _KML_MACHINERY:
            return True
        texts = list(filter(None, map(_text, column.tolist())))
        return not texts or (heading == "id" and all(map(_OWN_ID.fullmatch, texts)))


def _text(value: Any) -> str:
    if value is None or value != value:  # NaN and NaT are not themselves
        return ""
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return as_text(value)


def _rows(
    cells: dict[str, list[str]], places: Points, count: int
) -> tuple[list[Row], dict[int, str]]:
    """The headings as row 0 and each feature by its number, its coordinates last."""
    headings, columns = list(cells), list(cells.values())
    known: dict[int, str] = {}
    if any(places.latitudes):
        known = {len(headings): "latitude", len(headings) + 1: "longitude"}
        headings += ["Latitude", "Longitude"]
        columns += [places.latitudes, places.longitudes]
    rows: list[Row] = [(0, headings)]
    rows += [
        (number, trimmed(list(row))) for number, row in enumerate(zip(*columns, strict=True), 1)
    ]
    return rows, known
