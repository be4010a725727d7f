"""A day as people here write it, read in one place for lists, the command line and the window.

Day before month, as the United Kingdom writes; year first as ISO 8601 does; month in words in
any order. What could be read two ways is refused with the reason.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"),
            ("feb", "february"),
            ("mar", "march"),
            ("apr", "april"),
            ("may",),
            ("jun", "june"),
            ("jul", "july"),
            ("aug", "august"),
            ("sep", "sept", "september"),
            ("oct", "october"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        1,
    )
    for name in names
}
_WEEKDAY = re.compile(
    r"\b(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?\s*"
)
_TIME = re.compile(r"[t\s,]+\d{1,2}[:.]\d{2}(:\d{2}([.,]\d+)?)?\s*(am|pm|z|[+-]\d\d:?\d\d)?$")
_NUMERIC = re.compile(r"(\d{1,2})\s*([/.\-\s])\s*(\d{1,2})\s*\2\s*(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})([/.\-\s]?)(\d{1,2})\2(\d{1,2})")
_WORDED = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[\s\-./]*(?:of\s+)?([a-z]+)\.?,?[\s\-./']*(\d{4}|\d{2})"
)
_MONTH_FIRST = re.compile(r"([a-z]+)\.?[\s\-]+(\d{1,2})(?:st|nd|rd|th)?,?[\s\-]+(\d{4})")
_YEAR_THEN_MONTH = re.compile(r"(\d{4})[\s\-./]+([a-z]+)[\s\-./]+(\d{1,2})")
_RUN_TOGETHER = re.compile(r"(\d{2})(\d{2})(\d{4})")
_MONTH_ONLY = re.compile(
    r"([a-z]+)\.?[\s\-./']*(\d{4}|\d{2})|(\d{1,2})[/-](\d{4})|(\d{4})-(\d{1,2})"
)
_SHEET_DAY = re.compile(r"[34]\d{4}(\.\d+)?")
_SHEET_DAY_NOUGHT = date(1899, 12, 30).toordinal()
_YEARS = range(1800, 2200)
_FIRST_TYPED_YEAR = 1900


@lru_cache(maxsize=65_536)
def day(text: str) -> tuple[date, str]:
    """A date, day before month, and a sentence if it had to be mended, else "".

    A two-digit year is of this century up to 68, of the last from 69 (as POSIX has it). Raises
    ValueError with the reason in words a person can act on.
    """
    words = _WEEKDAY.sub("", _TIME.sub("", text.casefold().strip())).strip(" ,.")
    if found := _YEAR_FIRST.fullmatch(words):
        if found[2] or int(found[1]) in _YEARS:
            return _date(found[1], found[3], found[4]), ""
        if found := _RUN_TOGETHER.fullmatch(words):
            on = _date(found[3], found[2], found[1])
            return on, f"{text.strip()} read as {on:%d/%m/%Y}"
    if found := _NUMERIC.fullmatch(words):
        if int(found[3]) > 12 >= int(found[1]):
            raise ValueError(f"there is no month {found[3]} (is the month written first?)")
        return _date(found[4], found[3], found[1]), ""
    if found := _WORDED.fullmatch(words):
        return _date(found[3], _month(found[2]), found[1]), ""
    if found := _MONTH_FIRST.fullmatch(words):
        return _date(found[3], _month(found[1]), found[2]), ""
    if found := _YEAR_THEN_MONTH.fullmatch(words):
        return _date(found[1], _month(found[2]), found[3]), ""
    if _SHEET_DAY.fullmatch(words):
        on = date.fromordinal(_SHEET_DAY_NOUGHT + int(float(words)))
        return on, f"the spreadsheet's day number {text} read as {on:%d/%m/%Y}"
    if (found := _MONTH_ONLY.fullmatch(words)) and (found[1] is None or found[1] in _MONTHS):
        raise ValueError("a month without its day")
    raise ValueError("not a date")


def typed_day(text: str) -> date:
    """A date that a person types: as `day`, but no spreadsheet's number and no year before 1900.

    Raises ValueError with the reason.
    """
    on, _ = day(text)
    if _SHEET_DAY.fullmatch(text.strip()):
        raise ValueError("not a date")
    if on.year < _FIRST_TYPED_YEAR:
        raise ValueError(f"the year {on.year} cannot be right")
    return on


def _month(word: str) -> int:
    if word not in _MONTHS:
        raise ValueError(f"“{word}” is no month")
    return _MONTHS[word]


def _date(year: str, month: str | int, number: str) -> date:
    whole = int(year)
    if len(year) == 2:
        whole += 2000 if whole <= 68 else 1900
    if whole not in _YEARS:
        raise ValueError(f"the year {whole} cannot be right")
    try:
        return date(whole, int(month), int(number))
    except ValueError as error:
        raise ValueError("there is no such day in the calendar") from error
