"""Raster maps in one file, as users bring them: MBTiles, read and never written.

Source: the MBTiles specification 1.3 (github.com/mapbox/mbtiles-spec): an SQLite file with a
table or view `tiles` whose rows count from the south, and a table `metadata`. The file is a
stranger's: it is opened for reading only, its own functions are not trusted, and no question
put to it may run for long.
"""

from __future__ import annotations

import re
import time
from math import isfinite
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

from psnplanner.errors import UserError

HIGHEST_ZOOM = 24
_PATIENCE_S = 2.0
_TILE_PATIENCE_S = 0.5
_MOST_TILE_BYTES = 5_000_000
_FITS = f"coalesce(length(tile_data), 0) <= {_MOST_TILE_BYTES}"
_MOST_TEXT = 300
_STEPS = 5_000  # of SQLite's machine between looks at the clock
_VECTOR = ("pbf", "mvt")
_RASTER = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")
_MAY_PRECEDE_A_BRACKET = re.compile(r"\b(on|using|and|where|from|join|as|tiles|metadata)\W? \(")
_CALL = re.compile(r"\w\W? ?\(|\bwith\b|\bunion\b|\bvalues\b")
_COMPUTED = re.compile(r"\bgenerated\b|\bas ?\(|\busing\b")
_OTHER = "Choose a file of raster tiles (PNG or JPEG) that ends in .mbtiles."
Box = tuple[float, float, float, float]


class MBTiles:
    """An open file. `bounds` is (west, south, east, north) in degrees, None where not said.

    `lowest` and `highest` are the levels there are, `name` and `attribution` what it says of
    itself. Use it from one thread at a time.
    """

    def __init__(self, path: Path) -> None:
        """Raises UserError for a file that is missing, damaged or no raster MBTiles."""
        self.path = path
        self._deadline = 0.0
        self._connection = _connect(path)
        self._connection.set_progress_handler(self._too_long, _STEPS)
        try:
            self._refuse_computed()
            said = self._metadata()
            self.lowest, self.highest = self._levels(said)
            self._refuse_unless_raster(said)
        except BaseException:
            self.close()
            raise
        self.name = said.get("name") or path.stem
        self.attribution = said.get("attribution", "")
        self.bounds = _bounds(said.get("bounds", ""))

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """The picture of a tile counted from the north-west; None where there is none.

        A file that fails later (its disk pulled out, its pages damaged) has no tiles either.
        """
        try:
            rows = self._ask(
                "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? "
                f"AND tile_row = ? AND {_FITS} LIMIT 1",
                (zoom, x, 2**zoom - 1 - y),
                _TILE_PATIENCE_S,
            )
        except UserError:
            return None
        data = rows[0][0] if rows else None
        return data if isinstance(data, bytes) and len(data) <= _MOST_TILE_BYTES else None

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def __enter__(self) -> MBTiles:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # Asking

    def _ask(self, sql: str, values: tuple[Any, ...] = (), patience_s: float = _PATIENCE_S) -> Any:
        from pysqlite3 import dbapi2

        self._deadline = time.monotonic() + patience_s
        try:
            return self._connection.execute(sql, values).fetchmany(200)
        except (dbapi2.Error, dbapi2.Warning, OverflowError, UnicodeDecodeError) as error:
            raise _no_map(self.path) from error

    def _too_long(self) -> int:
        return int(time.monotonic() > self._deadline)

    def _refuse_computed(self) -> None:
        """Tiles and what is said of them stand in tables, or in a view that only joins some.

        What is computed can fill the memory in one step, and SQLite cannot be told how much.
        """
        for kind, text in self._ask("SELECT type, coalesce(sql, '') FROM sqlite_master"):
            words = " ".join(str(text).casefold().split())
            bare = _MAY_PRECEDE_A_BRACKET.sub(" ", words)
            computes = "||" in words or words.count("select ") > 1 or _CALL.search(bare)
            if (kind == "view" and computes) or (kind == "table" and _COMPUTED.search(words)):
                raise UserError("its tiles are computed by instructions in the file: not opened.",
                                str(self.path), _OTHER)  # fmt: skip

    def _metadata(self) -> dict[str, str]:
        try:
            rows = self._ask(
                "SELECT name, value FROM metadata WHERE length(value) < 100000 LIMIT 100"
            )
        except UserError:
            # Some writers leave it out; without tiles, though, it is no map at all.
            rows = []
        return {
            str(name): str(value)[:_MOST_TEXT].strip()
            for name, value in rows
            if isinstance(value, str | int | float)
        }

    def _levels(self, said: dict[str, str]) -> tuple[int, int]:
        lowest, highest = said.get("minzoom", ""), said.get("maxzoom", "")
        if not (lowest.isdecimal() and highest.isdecimal()):
            # Two questions: SQLite answers one extreme from the index, but not both at once.
            ends = [f"SELECT {end}(zoom_level) FROM tiles" for end in ("min", "max")]
            lowest, highest = (str(self._ask(question)[0][0]) for question in ends)
        if not (lowest.isdecimal() and highest.isdecimal()):
            raise UserError("the file holds no tiles.", str(self.path), _OTHER)
        if not 0 <= int(lowest) <= int(highest) <= HIGHEST_ZOOM:
            raise _no_map(self.path)
        return int(lowest), int(highest)

    def _refuse_unless_raster(self, said: dict[str, str]) -> None:
        rows = self._ask(f"SELECT tile_data FROM tiles WHERE {_FITS} LIMIT 1")
        if not rows:
            raise UserError("the file holds no tiles.", str(self.path), _OTHER)
        data = rows[0][0]
        if said.get("format", "").casefold() in _VECTOR or (
            isinstance(data, bytes) and data[:2] == b"\x1f\x8b"
        ):
            raise UserError("its tiles are vectors, not pictures.", str(self.path), _OTHER)
        if not isinstance(data, bytes) or not data.startswith(_RASTER):
            raise _no_map(self.path)


def _connect(path: Path) -> Any:
    from pysqlite3 import dbapi2

    if path.exists() and not path.is_file():  # a pipe would be waited on for ever
        raise UserError("it is no file and cannot be read.", str(path), _OTHER)
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise UserError(f"the file cannot be read: {error.strerror or error}.", str(path),
                        "Check the name and your rights to it.") from error  # fmt: skip
    if start != b"SQLite format 3\0":
        raise _no_map(path)
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    try:
        connection = dbapi2.connect(address, uri=True, check_same_thread=False)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA cell_size_check = ON")
    except dbapi2.Error as error:
        raise _no_map(path) from error
    return connection


def _no_map(path: Path) -> UserError:
    return UserError("this is no MBTiles map, or it is damaged.", str(path), _OTHER)


def _bounds(text: str) -> Box | None:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    box = (west, south, east, north)
    sound = all(map(isfinite, box)) and -180 <= west < east <= 180 and -90 <= south < north <= 90
    return box if sound else None
