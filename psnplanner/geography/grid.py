"""British National Grid and WGS84, either way, by Ordnance Survey's OSTN15.

Source: "A guide to coordinate systems in Great Britain" (Ordnance Survey, 2020);
OSTN15 itself comes with convertbng and is good to 0.1 m. ETRS89 is taken as
WGS84, as every GPS user in Britain does: they differ by under a metre.
"""

import numpy as np
from convertbng import cutil
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_SQUARE_M = 100_000


def bng_to_wgs84(eastings: ArrayLike, northings: ArrayLike) -> tuple[Array, Array]:
    """Latitudes and longitudes in degrees of grid positions in metres.

    Takes two arrays of N (or two numbers, N = 1) and returns two of N; NaN where
    OSTN15 has no answer, which is outside Great Britain and far out at sea.
    Raises ValueError if the two differ in length.
    """
    xs, ys = _pair(eastings, northings)
    longitudes, latitudes = cutil.convert_lonlat(xs, ys)
    return latitudes, longitudes


def wgs84_to_bng(latitudes: ArrayLike, longitudes: ArrayLike) -> tuple[Array, Array]:
    """Eastings and northings in metres of positions in degrees; else as `bng_to_wgs84`."""
    ys, xs = _pair(latitudes, longitudes)
    eastings, northings = cutil.convert_bng(xs, ys)
    return eastings, northings


def grid_reference(latitude: float, longitude: float, digits: int = 8) -> str:
    """The OS grid reference of one position, such as "SJ 3409 9031" (8 digits: 10 m).

    `digits` is even, 2 to 10; the reference names the square that holds the
    position, so it is cut short and never rounded. Empty outside the grid.
    """
    if digits not in (2, 4, 6, 8, 10):
        raise ValueError(f"a grid reference has 2, 4, 6, 8 or 10 digits, not {digits}")
    eastings, northings = wgs84_to_bng(latitude, longitude)
    if not np.isfinite(eastings[0]) or not np.isfinite(northings[0]):
        return ""
    # OSTN15 answers in millimetres; the half keeps 341000.000 from reading 340999.
    easting, northing = int(eastings[0] + 0.0005), int(northings[0] + 0.0005)
    letters = _square_letters(easting // _SQUARE_M, northing // _SQUARE_M)
    half = digits // 2
    east = f"{easting % _SQUARE_M:05d}"[:half]
    north = f"{northing % _SQUARE_M:05d}"[:half]
    return f"{letters} {east} {north}" if letters else ""


def grid_position(reference: str) -> tuple[float, float, float]:
    """The easting, northing and side in metres of the square that a grid reference names.

    The position is the middle of the square: "SJ 3409 9031" is (334095, 390315, 10), for the
    10 m square between 334090 and 334100. Raises ValueError if it is no grid reference of
    Great Britain with 4 to 10 digits.
    """
    text = "".join(reference.upper().split())
    letters, digits = text[:2], text[2:]
    half, odd = divmod(len(digits), 2)
    square = _SQUARES.get(letters)
    if square is None or odd or not 2 <= half <= 5 or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"{reference!r} is no grid reference")
    side_m = 10 ** (5 - half)
    easting = square[0] * _SQUARE_M + int(digits[:half]) * side_m + side_m / 2
    northing = square[1] * _SQUARE_M + int(digits[half:]) * side_m + side_m / 2
    return easting, northing, float(side_m)


def _square_letters(column: int, row: int) -> str:
    """The two letters of a 100 km square, counted from the grid's false origin."""
    if not (0 <= column < 7 and 0 <= row < 13):
        return ""
    # The alphabet without I, five by five from the north-west; the origin of the
    # grid is the south-west corner of SV, two large squares in and one up.
    alphabet = "ABCDEFGHJKLMNOPQRSTUVWXYZ"
    column, row = column + 10, row + 5
    large = alphabet[(4 - row // 5) * 5 + column // 5]
    return large + alphabet[(4 - row % 5) * 5 + column % 5]


_SQUARES = {_square_letters(column, row): (column, row) for column in range(7) for row in range(13)}
"""Each 100 km square's letters, and its column and row from the false origin."""


def _pair(first: ArrayLike, second: ArrayLike) -> tuple[Array, Array]:
    one = np.atleast_1d(np.asarray(first, dtype=np.float64)).ravel()
    two = np.atleast_1d(np.asarray(second, dtype=np.float64)).ravel()
    if one.shape != two.shape:
        raise ValueError(f"{one.size} positions one way and {two.size} the other")
    return one, two
