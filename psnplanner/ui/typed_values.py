"""What people type into the window, read as values: days and places. Qt-free."""

from __future__ import annotations

import re
from datetime import date

from psnplanner.errors import UserError
from psnplanner.programme.day_text import typed_day
from psnplanner.programme.record import Position

BY_HAND = "placed by hand"
"""The source of a position that a person gave: the next import leaves no doubt whose it is."""

_DEGREES = re.compile(
    r"([+-]?\d{1,2}(?:\.\d+)?)\s*°?\s*N?[\s,;]+([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*(W|E)?"
)
_LETTERED = re.compile(r"([HJNOST])([A-HJ-Z])\s*(\d+)(?:\s+(\d+))?")
_METRES = re.compile(r"(\d{5,6})[\s,;]+(\d{5,7})")
_FINEST_M = 10.0  # a point given for a building is rarely its entrance
_HOW = "Give a postcode, a grid reference (SJ 3409 9031) or latitude, longitude (53.4048, -2.9916)."


def day_of(words: str) -> date | None:
    """The day written as "3 Jun 2014", "3/6/2014" or "2014-06-03"; None for no words.

    Raises UserError for anything else.
    """
    plain = " ".join(words.split())
    if not plain:
        return None
    try:
        return typed_day(plain)
    except ValueError as error:
        why = "" if str(error) == "not a date" else f": {error}"
        raise UserError(
            f"“{plain}” is no date{why}.", remedy="Write it like 3 Jun 2014 or 3/6/2014."
        ) from error


def place_of(words: str) -> Position:
    """The position meant by a postcode, a grid reference, or latitude and longitude.

    Its accuracy is that of the postcode or of the digits given. Raises UserError if the words
    are none of these, or lie outside Great Britain.
    """
    plain = " ".join(words.upper().split())
    if found := _DEGREES.fullmatch(plain):
        return _by_degrees(found)
    if found := _LETTERED.fullmatch(plain):
        return _by_letters(found)
    if found := _METRES.fullmatch(plain):
        return _by_metres(int(found[1]), int(found[2]))
    return _by_postcode(plain)


def _by_degrees(found: re.Match[str]) -> Position:
    latitude, longitude = float(found[1]), float(found[2])
    if found[3] == "W":
        longitude = -abs(longitude)
    if not (49 <= latitude <= 61.5 and -9 <= longitude <= 2.5):
        raise UserError(
            f"{latitude:g}, {longitude:g} is not in Great Britain.",
            remedy="Give the latitude first; longitudes west of Greenwich begin with a minus.",
        )
    decimals = len(found[1].partition(".")[2])
    return Position(latitude, longitude, BY_HAND, max(_FINEST_M, 111_000.0 / 10**decimals))


def _by_letters(found: re.Match[str]) -> Position:
    from psnplanner.geography.grid import grid_position

    try:
        if found[4] and len(found[3]) != len(found[4]):
            raise ValueError(found[0])  # put together they would name another square
        east_m, north_m, side_m = grid_position(found[0])
    except ValueError as error:
        raise UserError(
            f"“{found[0]}” is no grid reference.", remedy="Give as many digits east as north."
        ) from error
    return _by_metres(east_m, north_m, side_m)


def _by_metres(east_m: float, north_m: float, side_m: float = 1.0) -> Position:
    from psnplanner.geography.grid import bng_to_wgs84

    latitudes, longitudes = bng_to_wgs84(east_m, north_m)
    latitude, longitude = float(latitudes[0]), float(longitudes[0])
    if latitude != latitude:
        raise UserError(f"{east_m:g}, {north_m:g} is not on the British grid.", remedy=_HOW)
    return Position(latitude, longitude, BY_HAND, max(_FINEST_M, side_m))


def _by_postcode(words: str) -> Position:
    from psnplanner.geography.gazetteer import Gazetteer
    from psnplanner.geography.postcode import mend

    try:
        postcode, _ = mend(words)
    except ValueError as error:
        raise UserError(f"“{words}” is no place.", remedy=_HOW) from error
    gazetteer = Gazetteer.open()
    (found,) = gazetteer.positions([postcode])
    if found is None and not gazetteer.releases:
        raise UserError(
            "There is no postcode gazetteer yet.",
            remedy="Add OS Code-Point Open (File › Postcode gazetteer…), or give the position.",
        )
    if found is None:
        raise UserError(f"The gazetteer does not know the postcode {postcode}.", remedy=_HOW)
    return Position(found.latitude, found.longitude, BY_HAND, found.accuracy_m)


def place_words(position: Position | None) -> str:
    """A position as `place_of` reads it back: 53.40480, -2.99160."""
    return f"{position.latitude:.5f}, {position.longitude:.5f}" if position else ""
