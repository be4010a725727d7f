"""Where each UPRN is: OS Open UPRN, or any table like it, looked up on the disk.

Source: "OS Open UPRN product guide" (Ordnance Survey): a CSV of UPRN, X_COORDINATE,
Y_COORDINATE, LATITUDE, LONGITUDE, ascending by UPRN; Great Britain is 40 million rows. They
are kept as 16 bytes each in one file that is mapped and never loaded whole: a few thousand
look-ups read a few thousand pages.
"""

import csv
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from psnplanner import home
from psnplanner.errors import UserError
from psnplanner.geography.found import Found
from psnplanner.geography.grid import bng_to_wgs84

Progress = Callable[[int, int], None]
Rows = NDArray[np.float64]

SOURCE = "UPRN table"
# The coordinate is a point of the property, good to a metre; its entrance may be elsewhere.
_ACCURACY_M = 15.0
_MAGIC = b"PSN UPRN table 1"
_UNITS_A_DEGREE = 10_000_000  # a centimetre, in 32 bits
_CHUNK_BYTES = 1 << 24
_MOST_BYTES = 20_000_000_000
_MOST_LINE_BYTES = 10_000
_SMALL_BYTES, _MOST_RATIO = 30_000_000, 60  # honest tables shrink to a quarter or a fifth
_REMEDY = "Download OS Open UPRN (CSV) again from Ordnance Survey and add the zip as it is."
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError,
           ValueError, struct.error, OverflowError)  # fmt: skip
_DEGREES, _METRES = ("LATITUDE", "LONGITUDE"), ("X_COORDINATE", "Y_COORDINATE")


def _path() -> Path:
    return home.folder() / "gazetteer" / "uprn.table"


@dataclass(frozen=True)
class UprnTable:
    """N UPRNs ascending, and their positions in units of 1e-7 degree (latitude, longitude)."""

    keys: NDArray[np.uint64]
    places: NDArray[np.int32]

    @staticmethod
    def open() -> "UprnTable":
        """This user's table; one without rows if none was added.

        Raises UserError, naming the file, if it is damaged.
        """
        path = _path()
        if not path.is_file():
            return UprnTable(np.zeros(0, np.uint64), np.zeros((0, 2), np.int32))
        try:
            with path.open("rb") as file:
                start = file.read(24)
            count = int.from_bytes(start[16:], "little")
            if start[:16] != _MAGIC or path.stat().st_size != 24 + 16 * count:
                raise ValueError("it is not whole")
            keys = np.memmap(path, np.uint64, "r", 24, (count,))
            places = np.memmap(path, np.int32, "r", 24 + 8 * count, (count, 2))
        except (OSError, ValueError) as error:
            raise UserError(
                f"the UPRN table is damaged ({error}).",
                where=str(path),
                remedy="Delete it, then add the zip of OS Open UPRN again.",
            ) from error
        return UprnTable(keys, places)

    def __len__(self) -> int:
        return len(self.keys)

    def positions(self, uprns: Sequence[str]) -> list[Found | None]:
        """Where each UPRN is, leading zeros or not; None for one that is not in the table."""
        answers: list[Found | None] = [None] * len(uprns)
        wanted = [i for i, text in enumerate(uprns) if text.isascii() and text.isdigit()]
        if not wanted or not len(self):
            return answers
        keys = np.array([int(uprns[i]) for i in wanted], np.uint64)
        rows = np.searchsorted(self.keys, keys).clip(max=len(self) - 1)
        there = np.flatnonzero(self.keys[rows] == keys)
        degrees = (self.places[rows[there]] / _UNITS_A_DEGREE).tolist()
        for at, (latitude, longitude) in zip(there.tolist(), degrees, strict=True):
            answers[wanted[at]] = Found(latitude, longitude, SOURCE, _ACCURACY_M)
        return answers


def add_table(path: Path | str, progress: Progress | None = None) -> int:
    """Keep a table of UPRNs, in place of the one before; the number of rows in it.

    `path` is a CSV or a zip with one inside; its columns are told by their headings (UPRN, and
    LATITUDE and LONGITUDE or X_COORDINATE and Y_COORDINATE). It is read in pieces: 20 million
    rows a minute, and little memory if the rows ascend by UPRN as the publisher's do (else 24
    bytes a row, to sort them). `progress(done, of)` is told bytes read. Raises UserError if the
    file cannot be used; what was there before is then untouched.
    """
    source, target = Path(path), _path()
    if source.exists() and not source.is_file():  # a pipe would be waited on for ever
        raise UserError("that is no file.", str(source), _REMEDY)
    beside = target.with_suffix(f".{os.getpid()}.part")
    places = beside.with_suffix(".places")
    try:
        home.made_folder(target.parent.name)
        with _text(source) as (file, size), beside.open("wb") as keys, places.open("wb") as at:
            keys.write(_MAGIC + bytes(8))
            count, ascending = _copy(source, file, size, keys, at, progress)
        if not count:
            raise UserError("there are no UPRNs in it.", str(source), _REMEDY)
        if not ascending:
            count = _sort(beside, places)
        _finish(beside, places, count)
        beside.replace(target)
    except _DAMAGE as error:
        raise UserError(f"the zip is damaged ({error}).", str(source), _REMEDY) from error
    except OSError as error:
        raise UserError(
            f"the UPRN table cannot be stored: {error.strerror or error}.",
            where=str(error.filename or target),
            remedy="Check the file, and that there is space for 16 bytes a UPRN.",
        ) from error
    finally:
        beside.unlink(missing_ok=True)
        places.unlink(missing_ok=True)
    return count


@contextmanager
def _text(path: Path) -> Iterator[tuple[IO[bytes], int]]:
    """The bytes of the CSV, in a zip or not, and how many there are."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            yield file, path.stat().st_size
        return
    with zipfile.ZipFile(path) as archive:
        found = [m for m in archive.infolist() if m.filename.lower().endswith(".csv")]
        if not found:
            raise UserError("there is no CSV in the zip.", str(path), _REMEDY)
        largest = max(found, key=lambda member: member.file_size)
        if largest.file_size > min(
            _MOST_BYTES, max(_SMALL_BYTES, _MOST_RATIO * largest.compress_size)
        ):
            raise UserError("far larger inside than OS Open UPRN ever is.", str(path), _REMEDY)
        with archive.open(largest) as file:
            yield file, largest.file_size


def _copy(
    path: Path,
    file: IO[bytes],
    size: int,
    keys: IO[bytes],
    places: IO[bytes],
    progress: Progress | None,
) -> tuple[int, bool]:
    """Write keys and places piece by piece; the number of rows, and whether they ascend."""
    first = file.readline(_MOST_LINE_BYTES)
    header = first.decode("utf-8-sig", "replace")
    columns = _columns(path, [name.strip().strip('"').upper() for name in header.split(",")])
    count, ascending, last, done, rest = 0, True, 0, len(first), b""
    while chunk := file.read(_CHUNK_BYTES):
        done += len(chunk)
        whole, _, rest = (rest + chunk).rpartition(b"\n")
        if len(rest) > _MOST_LINE_BYTES:
            raise UserError("its rows have no end.", str(path), _REMEDY)
        found = _numbers(path, whole, columns, len(header.split(",")))
        if len(found):
            last, ascending = _write(path, found, columns, keys, places, last, ascending)
            count += len(found)
        if progress:
            progress(done, size)
    if rest.strip():
        found = _numbers(path, rest, columns, len(header.split(",")))
        _, ascending = _write(path, found, columns, keys, places, last, ascending)
        count += len(found)
    return count, ascending


def _columns(path: Path, names: list[str]) -> dict[str, int]:
    wanted = _DEGREES if set(_DEGREES) <= set(names) else _METRES
    if "UPRN" not in names or not set(wanted) <= set(names):
        raise UserError(
            "it has no columns UPRN, and LATITUDE and LONGITUDE or X_COORDINATE and Y_COORDINATE.",
            str(path), _REMEDY,
        )  # fmt: skip
    return {name: names.index(name) for name in ("UPRN", *wanted)}


def _numbers(path: Path, lines: bytes, columns: dict[str, int], width: int) -> Rows:
    """The wanted columns (R, 3) of some whole lines."""
    # Doubles hold every UPRN exactly: they have at most 12 digits.
    plain = lines.replace(b"\r", b"").strip(b"\n").replace(b"\n", b",")
    if not plain:
        return np.zeros((0, 3))
    if not plain.translate(None, b"0123456789.,-+"):
        # Text of numbers alone goes through C, forty times as fast as csv.
        cells = np.array(plain.split(b","), dtype="S24")
        if len(cells) == width * (lines.strip(b"\r\n").count(b"\n") + 1) and (cells != b"").all():
            table = cells.reshape(-1, width)[:, list(columns.values())]
            try:
                return table.astype(np.float64)
            except ValueError as error:
                raise UserError(f"not rows of UPRNs ({error}).", str(path), _REMEDY) from error
    return _slowly(path, lines, columns)


def _slowly(path: Path, lines: bytes, columns: dict[str, int]) -> Rows:
    rows = csv.reader(io.StringIO(lines.decode("utf-8", "replace")))
    try:
        found = [[float(row[at]) for at in columns.values()] for row in rows if any(row)]
    except (ValueError, IndexError, OverflowError, csv.Error) as error:
        raise UserError(f"not rows of UPRNs ({error}).", str(path), _REMEDY) from error
    return np.array(found).reshape(-1, 3)


def _write(
    path: Path,
    found: Rows,
    columns: dict[str, int],
    keys: IO[bytes],
    places: IO[bytes],
    last: int,
    ascending: bool,
) -> tuple[int, bool]:
    if not (np.isfinite(found).all() and (found[:, 0] > 0).all() and (found[:, 0] < 1e12).all()):
        raise UserError("a UPRN in it is no number of 1 to 12 digits.", str(path), _REMEDY)
    uprns = found[:, 0].astype(np.uint64)
    lats, lons = found[:, 1], found[:, 2]
    if "X_COORDINATE" in columns:
        lats, lons = bng_to_wgs84(found[:, 1], found[:, 2])
    # The whole world is 180 by 360 degrees; what has no place on it cannot be what we think.
    if not ((np.abs(lats) <= 90).all() and (np.abs(lons) <= 180).all()):
        raise UserError("a position in it is not in Great Britain.", str(path), _REMEDY)
    units = np.round(np.column_stack([lats, lons]) * _UNITS_A_DEGREE).astype(np.int32)
    keys.write(uprns.tobytes())
    places.write(units.tobytes())
    in_order = ascending and int(uprns[0]) > last and bool((uprns[1:] > uprns[:-1]).all())
    return int(uprns[-1]), in_order


def _sort(beside: Path, places: Path) -> int:
    """Put both files in ascending order of UPRN, each UPRN once; the number left."""
    keys = np.fromfile(beside, np.uint64, offset=24)
    keys, first = np.unique(keys, return_index=True)
    at = np.fromfile(places, np.int32).reshape(-1, 2)[first]
    with beside.open("wb") as file:
        file.write(_MAGIC + bytes(8))
        keys.tofile(file)
    at.tofile(places)
    return len(keys)


def _finish(beside: Path, places: Path, count: int) -> None:
    with beside.open("r+b") as file, places.open("rb") as at:
        file.seek(16)
        file.write(count.to_bytes(8, "little"))
        file.seek(0, os.SEEK_END)
        while chunk := at.read(_CHUNK_BYTES):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
