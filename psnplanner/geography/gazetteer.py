"""OS Code-Point Open as a geopy Geocoder: postcodes to positions with no network.

Several releases may be stored. The latest that places a postcode answers; older ones
still know postcodes that Royal Mail has since ended.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from geopy.adapters import BaseSyncAdapter
from geopy.geocoders.base import Geocoder
from geopy.location import Location
from geopy.point import Point
from numpy.typing import NDArray

from psnplanner.geography import postcode as spelling
from psnplanner.geography.code_point import (
    Positions,
    Progress,
    postcode_keys,
    postcode_of,
    read_zip,
)
from psnplanner.geography.found import Found
from psnplanner.geography.gazetteer_store import Release, read, save, stored
from psnplanner.geography.grid import bng_to_wgs84, wgs84_to_bng

__all__ = ["Found", "Gazetteer", "Release", "add_release"]

Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]

# Metres within which the building itself probably is, by positional quality indicator
# (Code-Point Open user guide). 10 and 20 are a building of the postcode, the one nearest
# its middle: a postcode is some 15 addresses, 50 to 100 m across in a town. 30 adds an
# approximation of 50 m, 40 a mean of former addresses, 50 an estimate from neighbouring
# postcodes to 100 m; 60 is the mean of a whole sector (some 3,000 addresses).
_ACCURACY_M = {10: 75.0, 20: 75.0, 30: 100.0, 40: 150.0, 50: 200.0, 60: 1_000.0}
_WORST_ACCURACY_M = 1_000.0
_NEAREST_SHARE = 90  # per cent of a district's postcodes within the accuracy we state
_LIKE_POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9OIL][0-9A-Z]?\s*[0-9OIL][A-Z]{2}\b", re.IGNORECASE)


def add_release(zip_path: Path | str, progress: Progress | None = None) -> Release:
    """Add OS Code-Point Open to this user's gazetteer from the publisher's zip.

    A release of the same month is replaced. `progress(done, of)` is told bytes read.
    Raises UserError if the zip cannot be used or the gazetteer not written; what was
    there before is then untouched.
    """
    month, positions = read_zip(Path(zip_path), progress)
    return save(month, positions)


class Gazetteer(Geocoder):  # type: ignore[misc]  # geopy carries no types
    """The stored releases, latest first, held in memory (17 bytes a postcode)."""

    def __init__(self, releases: Sequence[tuple[Release, Positions]] = ()) -> None:
        super().__init__(adapter_factory=_NoNetwork)
        self._held = list(releases)

    @classmethod
    def open(cls) -> "Gazetteer":
        """All the releases this user has added; empty if there are none.

        Raises UserError, naming the file, if a stored release is damaged.
        """
        return cls([read(month, path) for month, path in stored()])

    @property
    def releases(self) -> list[Release]:
        """What is stored, latest first."""
        return [release for release, _ in self._held]

    def positions(self, postcodes: Sequence[str]) -> list[Found | None]:
        """Where each postcode is, in any case and spacing; None where no release can say.

        Text that is no postcode is None too (see `postcode.mend`). 10,000 take some 50 ms.
        """
        answers: list[Found | None] = [None] * len(postcodes)
        squeezed = ["".join(text.upper().split()) for text in postcodes]
        wanted = [i for i, text in enumerate(squeezed) if _could_be(text)]
        keys = postcode_keys([squeezed[i] for i in wanted])
        missing = np.array(wanted, dtype=np.intp)
        for release, held in self._held:
            row, placed = _rows_of(held, keys)
            source = f"postcode ({release.title})"
            for i, found in zip(missing[placed], _found(held, row[placed], source), strict=True):
                answers[i] = found
            missing, keys = missing[~placed], keys[~placed]
        return answers

    def outward_centroid(self, outward: str) -> Found | None:
        """The middle of a postcode district ('CH65'), for a site with nothing better.

        The accuracy is the distance within which nine in ten of its postcodes lie.
        """
        district = outward.strip().upper()
        if not re.fullmatch(r"[A-Z0-9]{2,4}", district):
            return None
        first, last = (int.from_bytes(f"{district:<4}{end}".encode(), "big") for end in "\0~")
        first, last = first << 24, last << 24
        for _, held in self._held:
            start, stop = np.searchsorted(held.keys, np.array([first, last], dtype=np.uint64))
            rows = np.arange(start, stop)
            rows = rows[_is_placed(held, rows)]
            if len(rows):
                return _middle(held.eastings[rows], held.northings[rows])
        return None

    def nearest_postcode(self, latitude: float, longitude: float) -> tuple[str, float] | None:
        """The postcode nearest to a position in degrees, and its distance in metres.

        Asks the latest release only. None with no release, or outside Great Britain.
        """
        eastings, northings = wgs84_to_bng(latitude, longitude)
        if not self._held or np.isnan(eastings[0]):
            return None
        held = self._held[0][1]
        distances_m = np.hypot(held.eastings - eastings[0], held.northings - northings[0])
        distances_m[~_is_placed(held, np.arange(len(held.keys)))] = np.inf
        nearest = int(np.argmin(distances_m))
        return postcode_of(int(held.keys[nearest])), float(distances_m[nearest])

    def geocode(
        self, query: str, exactly_one: bool = True, timeout: object = None
    ) -> Location | list[Location] | None:
        """The position of an address's postcode, else of its district, as geopy's geocoders.

        `timeout` is taken for geopy's sake: there is no network to wait for.
        """
        name, found = self._look_up(str(query))
        if found is None:
            return None
        location = Location(name, (found.latitude, found.longitude), _raw(found))
        return location if exactly_one else [location]

    def reverse(
        self, query: Any, exactly_one: bool = True, timeout: object = None
    ) -> Location | list[Location] | None:
        """The nearest postcode to a point (anything geopy's Point takes), as a Location."""
        point = Point(query)
        nearest = self.nearest_postcode(point.latitude, point.longitude)
        return self.geocode(nearest[0], exactly_one) if nearest else None

    def _look_up(self, query: str) -> tuple[str, Found | None]:
        for text in [query, *reversed(_LIKE_POSTCODE.findall(query))]:
            try:
                postcode, _ = spelling.mend(text)
            except ValueError:
                continue
            (found,) = self.positions([postcode])
            if found:
                return postcode, found
            return spelling.outward(postcode), self.outward_centroid(spelling.outward(postcode))
        return query.strip().upper(), self.outward_centroid(query)


class _NoNetwork(BaseSyncAdapter):  # type: ignore[misc]  # geopy carries no types
    """geopy's door to the network, kept shut."""

    def get_json(self, url: str, *, timeout: object, headers: object) -> NoReturn:
        """Never called: the gazetteer is in memory."""
        raise NotImplementedError("the postcode gazetteer uses no network")

    get_text = get_json


def _raw(found: Found) -> dict[str, object]:
    return {"source": found.source, "accuracy_m": found.accuracy_m}


def _could_be(squeezed: str) -> bool:
    return 5 <= len(squeezed) <= 7 and squeezed.isascii() and squeezed.isalnum()


def _rows_of(held: Positions, keys: NDArray[np.uint64]) -> tuple[Rows, Flags]:
    """The row of each key, and whether it is really there and has a position."""
    row = np.searchsorted(held.keys, keys).clip(max=max(len(held.keys) - 1, 0))
    return row, (held.keys[row] == keys) & _is_placed(held, row)


def _is_placed(held: Positions, rows: Rows) -> Flags:
    placed: Flags = (held.eastings[rows] | held.northings[rows]) != 0
    return placed


def _found(held: Positions, rows: Rows, source: str) -> list[Found]:
    latitudes, longitudes = bng_to_wgs84(held.eastings[rows], held.northings[rows])
    accuracies = (_ACCURACY_M.get(q, _WORST_ACCURACY_M) for q in held.quality[rows].tolist())
    columns = zip(latitudes.tolist(), longitudes.tolist(), accuracies, strict=True)
    return [Found(latitude, longitude, source, metres) for latitude, longitude, metres in columns]


def _middle(eastings: NDArray[np.int32], northings: NDArray[np.int32]) -> Found:
    """The mean of some positions, with the distance that holds nine in ten of them."""
    east, north = float(eastings.mean()), float(northings.mean())
    spread_m = float(np.percentile(np.hypot(eastings - east, northings - north), _NEAREST_SHARE))
    latitudes, longitudes = bng_to_wgs84(east, north)
    accuracy_m = max(spread_m, _ACCURACY_M[10])
    return Found(float(latitudes[0]), float(longitudes[0]), "postcode district", accuracy_m)
