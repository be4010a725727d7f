"""One cell's text to what it says: its value, or why it is not taken, in a sentence.

A column is read by its different texts, each once, however often it is repeated: a list of a
hundred thousand rows has a few hundred partners, prices and dates.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from psnplanner.geography import postcode as spelling
from psnplanner.intake import values
from psnplanner.intake.values import cleaned, is_blank
from psnplanner.programme.gates import uk

ERROR, WARNING, MENDED, NOTE = "error", "warning", "mended", "note"
SEVERITIES = (ERROR, WARNING, MENDED, NOTE)
"""Not on the map or not taken; a value to check; a slip put right; for information."""

_DISTRICT = re.compile(r"[A-Z]{1,2}\d[\dA-Z]?", re.IGNORECASE)
_SHORTENED = re.compile(r"([A-Z]{1,2}\d[\dA-Z]?)\s+\d[A-Z]?", re.IGNORECASE)
_WITHIN = re.compile(
    r"(?<![A-Z0-9])[A-Z]{1,2}\d[\dA-Z]?[\s\-_.]{0,2}\d[A-Z]{2}(?![A-Z0-9])", re.IGNORECASE
)
_SHEET_ERRORS = frozenset(("#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"))
_DAMAGED = re.compile(r"\d(\.\d+)?E\+\d+", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_AS_TEXT = "In the spreadsheet make the column Text, then enter the whole number again."
_ESTIMATED = re.compile(
    r"^(?:approx(?:imately|\.)?|about|circa|c\.|est(?:imated|\.)?:?|~)\s*"
    r"|\s*(?:\((?:est|approx|tbc)[^)]*\)|\best(?:imated|\.)?|\bapprox\.?)$",
    re.IGNORECASE,
)
_A_PART_OF_THE_YEAR = re.compile(
    r"\s*(?:p\.?\s?c?\.?\s?m\.?|(?:/|per|a|each)?\s*(?:calendar\s+)?"
    r"(?:month|mth|quarter|qtr)(?:ly)?)$",
    re.IGNORECASE,
)
CLOSED = "The list says it "
"""How every message begins that says a building has closed."""

_IS_CLOSED = re.compile(
    r"(?:(?:permanently|temporarily|now) )?(?:closed|demolished|disposed)\b", re.IGNORECASE
)
_YES_OR_NO = ("yes", "no", "y", "n", "true", "false", "0", "1")


class Reading(NamedTuple):
    """What a doubtful cell says: its `value`, or None, and the `message` of what is doubtful.

    `keep`: the text stays with the site as it is written. `district` is the half of a postcode.
    """

    value: Any = None
    message: str = ""
    remedy: str = ""
    severity: str = WARNING
    keep: bool = False
    district: str = ""


Reader = Callable[[str], Any]
"""A cell's text to its value, or to a Reading where there is something to tell of it."""

_FORMULA_FAILED = Reading(
    None,
    "The spreadsheet's formula failed here, so there is no value.",
    "Correct the formula, or type the value, and import the list again.",
    keep=True,
)


def readings(texts: set[str], reader: Reader | None) -> tuple[dict[str, Any], dict[str, Reading]]:
    """The value of each of some cells (None for none), and what is told of the doubtful ones.

    A column of plain text has no reader.
    """
    values: dict[str, Any] = {}
    doubtful: dict[str, Reading] = {}
    for text in texts:
        if is_blank(text):
            values[text] = None
            continue
        said: Any = cleaned(text)
        if text in _SHEET_ERRORS:
            said = _FORMULA_FAILED
        elif reader is not None:
            said = reader(said)
        if type(said) is Reading:
            doubtful[text] = said
            said = said.value
        values[text] = said
    return values, doubtful


def _bad(message: str, remedy: str) -> Reading:
    return Reading(None, message, remedy, keep=True)


def _reference(text: str) -> str | Reading:
    if _DAMAGED.fullmatch(text):
        message = f"A spreadsheet shortened the reference to {text}; its last digits are lost."
        return _bad(message, _AS_TEXT)
    return text


def _postcode(text: str) -> str | Reading:
    try:
        postcode, mend = spelling.mend(text)
    except ValueError as error:
        if _DISTRICT.fullmatch(text):
            half = _bad("Only the first half of a postcode.", "Give the whole postcode.")
            return half._replace(district=text.upper())
        return _postcode_within(text, _sentence(error))
    if mend:
        return Reading(postcode, f"Mended: {mend}.", "Nothing to do, if this is right.", MENDED)
    return postcode


def _postcode_within(text: str, why: str) -> Reading:
    """What to make of a text that is no postcode, but may have one, several or a part of one."""
    found = postcodes_in(text)
    if len(found) == 1:
        message = f"Mended: the postcode {found[0]} taken from “{text}”."
        return Reading(found[0], message, "Nothing to do, if this is right.", MENDED)
    if len(found) > 1:
        message = f"Several postcodes: {' and '.join(found)}."
        return _bad(message, "Give the one of the building's entrance.")
    if part := _SHORTENED.fullmatch(text):
        message = f"The postcode “{text}” lacks its end."
        return _bad(message, "Give the whole postcode.")._replace(district=part[1].upper())
    return _bad(why, "Look the postcode up by the address and correct it in the list.")


def postcodes_in(text: str) -> list[str]:
    """The different postcodes that stand in a text, in their normal form."""
    found: dict[str, None] = {}
    for match in _WITHIN.finditer(text):
        with contextlib.suppress(ValueError):
            found[spelling.mend(re.sub(r"[\W_]", "", match[0]))[0]] = None
    return list(found)


def _uprn(text: str) -> str | Reading:
    try:
        return values.uprn(text)
    except ValueError as error:
        remedy = _AS_TEXT if "lost" in str(error) else "Correct it, or leave it blank."
        return _bad(f"UPRN {text} not taken: {error}.", remedy)


def _money(factor: int) -> Reader:
    def read(text: str) -> int | Reading:
        try:
            return values.money(text) * factor
        except ValueError as error:
            message = f"Annual cost not taken: {error}."
            bad = _bad(message, "Write pounds a year, such as £1,230.")
        plain = _ESTIMATED.sub("", text).strip()
        part = _A_PART_OF_THE_YEAR.search(plain)
        try:
            pence = values.money(plain[: part.start()] if part else plain) * factor
        except ValueError:
            return bad
        if part is None:
            message = f"Taken as {_pounds(pence)} a year; the list calls it an estimate."
            return Reading(pence, message, "Give the exact figure, once known.", NOTE)
        times = 4 if "q" in part.group().casefold() else 12
        message = f"Mended: {text} is {times} times that a year: {_pounds(pence * times)}."
        return Reading(pence * times, message, "Nothing to do, if this is right.", MENDED)

    return read


def _pounds(pence: int) -> str:
    return f"£{pence / 100:,.2f}".removesuffix(".00")


def _contract(text: str) -> date | Reading:
    try:
        on, mend = values.day(text)
    except ValueError as error:
        return _bad(f"Contract end not taken: {error}.", "Write day, month, year: 23/11/2014.")
    if mend:
        return Reading(on, f"Mended: {mend}.", "Nothing to do, if right.", MENDED)
    return on


def _listed(name: str) -> Reader:
    def read(text: str) -> str | Reading:
        try:
            return values.listed(name, text)
        except ValueError as error:
            choices = str(error).removeprefix("not one of ")
            message = f"{name.capitalize()} “{text}” is not known."
            return _bad(message, f"Write one of: {choices}.")

    return read


def _sensitive(text: str) -> bool | Reading:
    try:
        return values.yes_no(text)
    except ValueError:
        # Shown to the public by mistake is the worse error of the two.
        message = "Neither yes nor no: taken as sensitive."
        return Reading(True, message, "Write yes or no.", keep=True)


def _sharing(text: str) -> list[str] | Reading:
    if text.casefold() in _YES_OR_NO:
        return Reading(keep=True)
    mark = r"[;|/]" if re.search(r"[;|/]", text) else r","
    return [name for part in re.split(mark, text) if (name := part.strip())]


def _coordinate(name: str) -> Reader:
    def read(text: str) -> dict[str, float] | Reading:
        try:
            return {name: values.number(text)}
        except ValueError:
            remedy = "Give both coordinates as plain numbers, or leave both blank."
            return _bad(f"The {name} is not a number.", remedy)

    return read


def _point(text: str) -> dict[str, float] | Reading:
    try:
        return values.point(text)
    except ValueError as error:
        message = f"The coordinates are not taken: {error}."
        return _bad(message, "Write a grid reference (SJ 3409 9031) or 53.1955, -2.8893.")


def _closed(today: date) -> Reader:
    def read(text: str) -> Reading:
        kept = Reading(keep=True)
        remedy = "If it needs no connection, take it off the list; else clear the date."
        try:
            on, _ = values.day(text)
        except ValueError:
            if _YEAR.fullmatch(text) and int(text) <= today.year:
                return kept._replace(message=f"{CLOSED}closed in {text}.", remedy=remedy)
            if text.casefold() in ("yes", "y", "true") or _IS_CLOSED.match(text):
                said = f": “{text}”" if " " in text else ""
                return kept._replace(message=f"{CLOSED}is closed{said}.", remedy=remedy)
            if "clos" in text.casefold():
                message = f"The list says of it: “{text}”."
                return kept._replace(message=message, remedy=remedy, severity=NOTE)
            return kept
        if on > today:
            return kept
        return kept._replace(message=f"{CLOSED}closed on {uk(on)}.", remedy=remedy)

    return read


def _sentence(error: ValueError) -> str:
    text = str(error).replace("'", "“", 1).replace("'", "”", 1)
    return text[:1].upper() + text[1:] + "."


def readers(today: date, factor: int) -> dict[str, Reader | None]:
    """The reader of each field, in the order in which a row's problems are told.

    `today` tells which closing dates have passed; amounts are multiplied by `factor`.
    """
    return {
        "reference": _reference,
        "name": None,
        "kind": None,
        "partner": None,
        "sharing": _sharing,
        "postcode": _postcode,
        "uprn": _uprn,
        "easting": _coordinate("easting"),
        "northing": _coordinate("northing"),
        "latitude": _coordinate("latitude"),
        "longitude": _coordinate("longitude"),
        "point": _point,
        "access": _listed("access"),
        "tenure": _listed("tenure"),
        "annual_cost": _money(factor),
        "contract_end": _contract,
        "priority": _listed("priority"),
        "sensitive": _sensitive,
        "closed": _closed(today),
    }
