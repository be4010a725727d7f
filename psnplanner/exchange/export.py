"""Writing the sites for other programs: chosen by suffix, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path

from psnplanner.errors import UserError
from psnplanner.exchange.site_columns import Sites
from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State
from psnplanner.whole_file import whole_file

SUFFIXES = (".csv", ".xlsx", ".geojson", ".kml", ".gpkg", ".shp", ".zip")
"""The kinds of file sites can be exported to; a .zip holds a Shapefile."""

Progress = Callable[[float, str], None]


def export(
    state: State,
    out: str | os.PathLike[str],
    progress: Progress | None = None,
    only: Collection[RecordId] | None = None,
) -> int:
    """Write every site, or `only` these, to a file of the kind its suffix says; how many.

    A list written so and imported again changes nothing (a Shapefile: see `spatial`).
    Raises UserError for a suffix not known, a text the format cannot hold or a disk that
    refuses, and lets Cancelled through; either way a file of that name is as it was.
    """
    path, tell = Path(out), progress or _nobody
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UserError(
            f"Sites cannot be exported to a {path.suffix or 'file without a suffix'}.",
            where=str(path),
            remedy=f"End its name with one of: {', '.join(SUFFIXES)}.",
        )
    if not path.parent.is_dir():
        raise UserError(
            "There is no such folder.", str(path.parent), "Choose a folder that is there."
        )
    tell(0.0, "Gathering the sites")
    sites = Sites(state, only)
    if suffix == ".shp":
        from psnplanner.exchange.spatial import write_shapefile

        write_shapefile(sites, path, tell)
    else:
        with whole_file(path) as beside:
            _writer(suffix)(sites, beside, tell)
    tell(1.0, "Done")
    return len(sites.rows)


def _writer(suffix: str) -> Callable[[Sites, Path, Progress], None]:
    # GDAL and XlsxWriter are slow to import: only for the format that needs them.
    if suffix in (".csv", ".xlsx"):
        from psnplanner.exchange import lists

        return lists.write_csv if suffix == ".csv" else lists.write_xlsx
    from psnplanner.exchange import spatial

    return spatial.write_zip if suffix == ".zip" else spatial.write_layers


def _nobody(_fraction: float, _doing: str) -> None:
    pass
