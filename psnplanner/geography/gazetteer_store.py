"""The releases of Code-Point Open this user has added, one compact file each.

A file holds four numpy arrays, 17 bytes a postcode, in an uncompressed .npz: the zip's
own checksums tell when one is damaged. It is written beside its place and renamed, so a
release is there whole or not at all.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from psnplanner import home
from psnplanner.errors import UserError
from psnplanner.geography.code_point import Positions
from psnplanner.whole_file import whole_file

_NAME = re.compile(r"code-point-(\d{4}-\d\d)\.npz")


@dataclass(frozen=True)
class Release:
    """One stored release: its month ('2014-08'), its file and how many postcodes it has.

    `postcodes` counts all of them, `without_position` those the publisher could not place.
    """

    month: str
    path: Path
    postcodes: int
    without_position: int

    @property
    def title(self) -> str:
        """The name to show and to credit: 'Code-Point Open 2014-08'."""
        return f"Code-Point Open {self.month}"


def folder() -> Path:
    """Where the releases are kept."""
    return home.folder() / "gazetteer"


def save(month: str, positions: Positions) -> Release:
    """Store a release, in place of the same month's if there is one.

    Raises UserError if it cannot be written; what was there is then still there.
    """
    path = folder() / f"code-point-{month}.npz"
    try:
        home.made_folder(path.parent.name)
    except OSError as error:
        raise UserError(
            f"the gazetteer cannot be stored: {error.strerror}.",
            where=str(path),
            remedy="Free some space there, or point PSNPLANNER_HOME at another folder.",
        ) from error
    with whole_file(path) as beside:
        np.savez(
            beside,
            keys=positions.keys,
            eastings=positions.eastings,
            northings=positions.northings,
            quality=positions.quality,
        )
    return _release(month, path, positions)


def stored() -> list[tuple[str, Path]]:
    """The month and file of every stored release, latest first; empty if there is none."""
    files = folder().glob("code-point-*.npz") if folder().is_dir() else ()
    matches = ((_NAME.fullmatch(path.name), path) for path in files)
    return sorted(((match[1], path) for match, path in matches if match), reverse=True)


def read(month: str, path: Path) -> tuple[Release, Positions]:
    """One stored release; raises UserError, naming the file, if it is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            positions = Positions(
                keys=arrays["keys"].astype(np.uint64, casting="safe", copy=False),
                eastings=arrays["eastings"].astype(np.int32, casting="safe", copy=False),
                northings=arrays["northings"].astype(np.int32, casting="safe", copy=False),
                quality=arrays["quality"].astype(np.uint8, casting="safe", copy=False),
            )
        _check(positions)
    except Exception as error:  # numpy and zipfile meet damage with almost any exception
        raise UserError(
            f"this part of the gazetteer is damaged ({error}).",
            where=str(path),
            remedy=f"Delete it, then add the zip of Code-Point Open {month} again.",
        ) from error
    return _release(month, path, positions), positions


def _check(positions: Positions) -> None:
    sizes = {len(positions.eastings), len(positions.northings), len(positions.quality)}
    ascending = (positions.keys[1:] > positions.keys[:-1]).all()
    if sizes != {len(positions.keys)} or sizes == {0} or not ascending:
        raise ValueError("the arrays do not belong together")


def _release(month: str, path: Path, positions: Positions) -> Release:
    placed = np.count_nonzero(positions.eastings | positions.northings)
    return Release(month, path, len(positions.keys), len(positions.keys) - int(placed))
