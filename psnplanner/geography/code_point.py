"""Reading OS Code-Point Open as the publisher ships it: a zip of CSV files by area.

Source: "Code-Point Open user guide" (Ordnance Survey). The zip holds Data/CSV/*.csv
without headers, and Doc/ with the column names and the release's date; some downloads
wrap both in a folder or write them in another case.
"""

import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from psnplanner.errors import UserError

Progress = Callable[[int, int], None]

# Great Britain is 120 files and 160 MB, a sixth of it when zipped: far above it, it is not
# Code-Point Open.
_MOST_MEMBERS = 2_000
_MOST_BYTES = 500_000_000
_SMALL_BYTES, _MOST_RATIO = 30_000_000, 40
_PIECE_ROWS = 100_000
_MOST_DOC_BYTES = 1_000_000
# What zipfile raises, besides RuntimeError and OSError, at one kind of damage or another.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, struct.error)
_COLUMNS = {"PC": 0, "PQ": 1, "EA": 2, "NO": 3}
_REMEDY = "Download Code-Point Open (CSV) again from Ordnance Survey and add the zip as it is."


@dataclass(frozen=True)
class Positions:
    """N postcodes in ascending order of key, as parallel arrays.

    `keys` are `postcode_keys`; eastings and northings are metres on the British National
    Grid, both 0 where the publisher has no position; `quality` is the publisher's
    positional quality indicator (10 best, 90 none).
    """

    keys: NDArray[np.uint64]
    eastings: NDArray[np.int32]
    northings: NDArray[np.int32]
    quality: NDArray[np.uint8]


def postcode_keys(squeezed: list[str]) -> NDArray[np.uint64]:
    """Postcodes without spaces ('CH411AA') as numbers that sort by district, then unit.

    Eight bytes each: the district padded to four, then the unit. Raises UnicodeError
    if one is not ASCII, ValueError if one is not 5 to 7 long.
    """
    if not all(5 <= len(text) <= 7 for text in squeezed):
        raise ValueError("a postcode has 5 to 7 characters")
    padded = [f"{text[:-3]:<4}{text[-3:]}" for text in squeezed]
    return np.array(padded, dtype="S8").view(">u8").astype(np.uint64)


def postcode_of(key: int) -> str:
    """The postcode in normal form ('CH41 1AA') behind one of `postcode_keys`."""
    text = int(key).to_bytes(8, "big").decode("ascii")
    return f"{text[:4].rstrip()} {text[4:7]}"


def read_zip(path: Path, progress: Progress | None = None) -> tuple[str, Positions]:
    """The release's month ('2014-08') and all its postcodes; about 4 s a million.

    `progress(done, of)` is told bytes of CSV read. Raises UserError if the file is no
    zip, is no Code-Point Open, is damaged, or looks built to harm.
    """
    if path.exists() and not path.is_file():  # a pipe would be waited on for ever
        raise UserError("that is no file.", str(path), _REMEDY)
    try:
        with zipfile.ZipFile(path) as archive:
            members = _data_members(archive, path)
            return _month(archive), _read(archive, members, path, progress)
    except _DAMAGE as error:
        what = f"not a zip file that can be read ({error})."
        raise UserError(what, str(path), _REMEDY) from error
    except RuntimeError as error:  # zipfile's word for a password
        raise UserError("the zip is protected by a password.", str(path), _REMEDY) from error
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror}.", str(path)) from error


def _data_members(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    """The members under Data/CSV, after refusing an archive that looks built to harm."""
    members = archive.infolist()
    names = [member.filename.replace("\\", "/") for member in members]
    for name in names:
        if name.startswith("/") or ":" in name or ".." in name.split("/"):
            raise UserError(f"the zip names a file outside itself ({name}).", str(path), _REMEDY)
    # zipfile never yields more bytes than a member declares, so declarations can be summed.
    inside, zipped = (sum(getattr(m, a) for m in members) for a in ("file_size", "compress_size"))
    most = min(_MOST_BYTES, max(_SMALL_BYTES, _MOST_RATIO * zipped))
    if len(members) > _MOST_MEMBERS or inside > most:
        raise UserError("far larger inside than Code-Point Open ever is.", str(path), _REMEDY)
    wanted = re.compile(r"(.*/)?data/csv/[^/]+\.csv", re.IGNORECASE)
    found = [m for m, name in zip(members, names, strict=True) if wanted.fullmatch(name)]
    if not found:
        raise UserError("no Data/CSV/*.csv in it: not Code-Point Open.", str(path), _REMEDY)
    return sorted(found, key=lambda member: member.filename)


def _read(
    archive: zipfile.ZipFile,
    members: list[zipfile.ZipInfo],
    path: Path,
    progress: Progress | None,
) -> Positions:
    columns = _columns(archive)
    total, done, parts = sum(member.file_size for member in members), 0, []
    for member in members:
        try:
            with archive.open(member) as raw:
                rows = csv.reader(io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace"))
                told = filter(None, rows)
                # In pieces: as texts, a file of half a million rows takes a quarter of a gigabyte.
                while len((piece := _arrays(islice(told, _PIECE_ROWS), columns)).keys):
                    parts.append(piece)
        except (ValueError, IndexError, OverflowError, csv.Error) as error:
            where = f"{path}, {member.filename}"
            raise UserError(f"not rows of Code-Point Open ({error}).", where, _REMEDY) from error
        done += member.file_size
        if progress:
            progress(done, total)
    return _sorted(parts, str(path))


def _arrays(rows: Iterable[list[str]], columns: dict[str, int]) -> Positions:
    """One file's rows as arrays, in the file's order."""
    # Rows are let go as they come: a million lists alive at once cost twice the time.
    wanted = itemgetter(*(columns[name] for name in ("PC", "PQ", "EA", "NO")))
    codes, quality, east, north = tuple(zip(*map(wanted, rows), strict=True)) or ((),) * 4
    found = Positions(
        keys=postcode_keys([code.replace(" ", "").upper() for code in codes]),
        eastings=np.array([int(text or 0) for text in east], dtype=np.int32),
        northings=np.array([int(text or 0) for text in north], dtype=np.int32),
        quality=np.array([int(text or 90) for text in quality], dtype=np.uint8),
    )
    # The grid is 700 km by 1300 km; beyond it, the columns are not what we think.
    if ((found.eastings | found.northings) < 0).any():
        raise ValueError("a negative easting or northing")
    if (found.eastings > 700_000).any() or (found.northings > 1_300_000).any():
        raise ValueError("an easting or northing outside Great Britain")
    return found


def _sorted(parts: list[Positions], where: str) -> Positions:
    """All files as one, ascending by key, each postcode once."""
    if not parts:
        raise UserError("there are no postcodes in it.", where, _REMEDY)
    keys, first = np.unique(np.concatenate([part.keys for part in parts]), return_index=True)
    return Positions(
        keys=keys,
        eastings=np.concatenate([part.eastings for part in parts])[first],
        northings=np.concatenate([part.northings for part in parts])[first],
        quality=np.concatenate([part.quality for part in parts])[first],
    )


def _columns(archive: zipfile.ZipFile) -> dict[str, int]:
    """Where each column is: releases before 2011 had nine more between the first and last."""
    header = _doc(archive, "column_headers.csv").splitlines()[:1]
    names = [name.strip().strip('"').upper() for name in header[0].split(",")] if header else []
    return {name: names.index(name) if name in names else at for name, at in _COLUMNS.items()}


def _month(archive: zipfile.ZipFile) -> str:
    """The month of the release, by its version, else its date, else its newest file."""
    text = _doc(archive, "metadata.txt")
    version = re.search(r"VERSION[^:\n]*:\s*(\d{4})\.([1-4])\b", text, re.IGNORECASE)
    if version:  # published each February, May, August and November
        return f"{version[1]}-{int(version[2]) * 3 - 1:02d}"
    date = re.search(r"DATE[^:\n]*:\s*(\d{4})-?(\d\d)", text, re.IGNORECASE)
    if date:
        return f"{date[1]}-{date[2]}"
    newest = max(member.date_time for member in archive.infolist())
    return f"{newest[0]:04d}-{newest[1]:02d}"


def _doc(archive: zipfile.ZipFile, ending: str) -> str:
    """The text of the file under Doc/ whose name ends so, or "" if there is none."""
    for member in archive.infolist():
        name = member.filename.replace("\\", "/").lower()
        if name.endswith(ending) and member.file_size <= _MOST_DOC_BYTES:
            return archive.read(member).decode("latin-1")
    return ""
