"""Features of a GIS (GeoJSON, GeoPackage, Shapefile, MapInfo, KML) as the rows of a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psnplanner.geography.vector_file import is_vector, opened
from psnplanner.intake.table import Progress, Table

__all__ = ["is_vector", "read_vector"]


def read_vector(
    path: Path, data: bytes, sheet: str | None, encoding: str | None, progress: Progress
) -> Table:
    """The features of the layer asked for, else of the one with most recognisable columns.

    `encoding` is for the formats that come in several: Shapefile and MapInfo. Raises UserError
    for a file that is damaged, too large, empty or built to harm.
    """
    progress(0.02, "Opening the layers")
    with opened(path, data, "a list of sites") as file:
        said = file.read_apart(
            "psnplanner.intake.features:answer", {"sheet": sheet, "encoding": encoding}, progress,
            (0.02, 0.17, "Reading the layer"),
        )  # fmt: skip
    return _table(said)


def _table(said: dict[str, Any]) -> Table:
    rows = [(number, cells) for number, cells in said.pop("rows")]
    known = {int(index): field for index, field in said.pop("known").items()}
    lists: dict[str, Any] = {name: tuple(said.pop(name)) for name in ("sheets", "notes")}
    return Table(**said, **lists, rows=rows, known=known)
