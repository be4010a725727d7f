"""What a column's cells look like, whatever its heading says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from psnplanner.intake import values

# A letter O or I may stand for a digit, but not for every one: “Floors” is no postcode.
_POSTCODE = re.compile(r"(?=\D*\d)[A-Z]{1,2}[0-9OI][0-9A-Z]?\s*[0-9O][A-Z]{2}", re.IGNORECASE)
_NUMBER = re.compile(r"[£$]?\s?[+-]?[\d,]*\.?\d+%?")
_CODE = re.compile(r"[A-Za-z]{0,8}[-/_ .]?\d[\w\-/.]{0,20}")
_UPRN = re.compile(r"[1-9]\d{7,11}")
_KIND = re.compile(
    r"school|academy|college|nursery|library|librar|surgery|practice|health|hospital|clinic|medical"
    r"|police|fire|ambulance|station|depot|office|town hall|civic|leisure|museum|archive|centre",
    re.IGNORECASE,
)
_PARTNER = re.compile(
    r"council|borough|police|constabulary|fire (and|&) rescue|\bnhs\b|\btrust\b|\bccg\b|authority",
    re.IGNORECASE,
)


_STREET = re.compile(
    r"\b(?:road|rd|street|st|avenue|ave|lane|ln|drive|close|crescent|way|square|terrace|grove|place"
    r"|gardens|hill|walk|parade|court|green|row|mews|brow|boulevard)\b\.?(?:,|$)|^\d+[a-z]?\s+\D",
    re.IGNORECASE,
)
_DEGREES_EAST, _LEAST_METRES = (-9.0, 2.5), 5_000.0
_OPEN = re.compile(
    r"(?:open|clos(?:ed?|ing|ure)|active|inactive|dormant|operational|disposed|demolished|vacant"
    r"|proposed to (?:open|close)|(?:permanently|temporarily) closed)\b",
    re.IGNORECASE,
)
_TELEPHONE = re.compile(r"\(?(?:0|\+44)[\d\s()\-]{8,15}")


def is_data(cell: str) -> bool:
    """Whether a cell is a value no heading would be: a postcode, a number, a date."""
    return bool(_POSTCODE.fullmatch(cell) or _NUMBER.fullmatch(cell)) or is_day(cell)


def is_postcode(cell: str) -> bool:
    """Whether a cell is a postcode or nearly one."""
    return _POSTCODE.fullmatch(cell) is not None


def is_day(cell: str) -> bool:
    """Whether a cell is a date."""
    return _reads(values.day, cell)


def is_money(cell: str) -> bool:
    """Whether a cell is an amount of pounds."""
    return _reads(values.money, cell)


def is_number(cell: str) -> bool:
    """Whether a cell is a plain number."""
    return _reads(values.number, cell)


def is_pounds(cell: str) -> bool:
    """Whether a cell is an amount with its pound sign."""
    return "£" in cell and is_money(cell)


def is_uprn(cell: str) -> bool:
    """Whether a cell could be a UPRN and not a telephone number or a date."""
    return _UPRN.fullmatch(cell) is not None and not is_day(cell)


def is_point(cell: str) -> bool:
    """Whether a cell holds both coordinates: a grid reference, a WKT point, two numbers.

    Two numbers that lie nowhere in Great Britain may be a telephone number.
    """
    if len(cell) <= 6 or _TELEPHONE.fullmatch(cell):
        return False
    try:
        across, up = sorted(v for name, v in values.point(cell).items() if name != "step_m")
    except ValueError:
        return False
    in_degrees = _DEGREES_EAST[0] <= across <= _DEGREES_EAST[1] and 49 <= up <= 61
    return in_degrees or min(across, up) >= _LEAST_METRES


def is_code(cell: str) -> bool:
    """Whether a cell looks like a reference: CM0001, 101857, A91136."""
    return _CODE.fullmatch(cell) is not None


def is_reference(cell: str) -> bool:
    """Whether a cell looks like a reference, and like nothing else that is written so."""
    return is_code(cell) and not (
        is_day(cell) or _TELEPHONE.fullmatch(cell) or "." in cell or _UPRN.fullmatch(cell)
    )


def is_street(cell: str) -> bool:
    """Whether a cell has a street in it: with its number, or at the end of a part."""
    return _STREET.search(cell) is not None


def is_contact(cell: str) -> bool:
    """Whether a cell is a telephone number or an address of electronic mail."""
    return _TELEPHONE.fullmatch(cell) is not None or ("@" in cell and " " not in cell)


def is_open(cell: str) -> bool:
    """Whether a cell says whether a building is open or closed."""
    return _OPEN.match(cell) is not None


def is_words(cell: str) -> bool:
    """Whether a cell is text to read: at least four letters, and more letters than digits."""
    letters = sum(map(str.isalpha, cell))
    return letters >= 4 and letters > sum(map(str.isdigit, cell))


def is_kind(cell: str) -> bool:
    """Whether a cell is a short phrase for a kind of public building."""
    return len(cell) <= 30 and _KIND.search(cell) is not None


def is_partner(cell: str) -> bool:
    """Whether a cell names a public body."""
    return _PARTNER.search(cell) is not None


def is_listed(field: str) -> Callable[[str], bool]:
    """Whether a cell is one of the words for access, tenure or priority."""
    return lambda cell: len(cell) > 2 and _reads(lambda text: values.listed(field, text), cell)


def is_yes_no(cell: str) -> bool:
    """Whether a cell says yes or no."""
    return _reads(values.yes_no, cell)


def between(low: float, high: float) -> Callable[[str], bool]:
    """Whether a cell is a number from low to high."""

    def inside(cell: str) -> bool:
        return is_number(cell) and low <= values.number(cell) <= high

    return inside


def share(cells: Sequence[str], test: Callable[[str], bool]) -> float:
    """The part of the cells that pass a test, 0 to 1; 0 of none."""
    return sum(map(test, cells)) / len(cells) if cells else 0.0


def distinct(cells: Sequence[str]) -> float:
    """How many different values there are to a cell, 0 to 1."""
    return len({cell.casefold() for cell in cells}) / len(cells) if cells else 0.0


@lru_cache(maxsize=65_536)  # a reader keeps what it read, not that it could not
def _reads(reader: Callable[[str], object], cell: str) -> bool:
    try:
        reader(cell)
    except ValueError:
        return False
    return True
