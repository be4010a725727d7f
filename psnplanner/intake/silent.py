"""Columns told by their content where the heading is silent or there is none."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from psnplanner.intake import content
from psnplanner.intake.table import column_name

if TYPE_CHECKING:
    from psnplanner.intake.columns import Column

Samples = list[list[str]]
Test = Callable[[list[str]], bool]


def _mostly(test: Callable[[str], bool], least: float = 0.8) -> Test:
    return lambda cells: content.share(cells, test) >= least


def _distinct_codes(cells: list[str]) -> bool:
    codes = content.share(cells, content.is_reference) > 0.9
    return len(cells) > 1 and codes and content.distinct(cells) > 0.95


def _lettered_codes(cells: list[str]) -> bool:
    return _distinct_codes(cells) and content.share(cells, lambda cell: cell[0].isalpha()) > 0.9


def _named_buildings(cells: list[str]) -> bool:
    """Names that say what they are of, more often than they say a street."""
    kinds, streets = content.share(cells, content.is_kind), content.share(cells, content.is_street)
    return _names(cells) and kinds > 0.4 and kinds > streets


def _streets(cells: list[str]) -> bool:
    kinds, streets = content.share(cells, content.is_kind), content.share(cells, content.is_street)
    return streets > 0.5 and streets > kinds and content.share(cells, content.is_words) > 0.6


def _names(cells: list[str]) -> bool:
    words = content.share(cells, content.is_words) > 0.9
    return words and (len(cells) < 5 or content.distinct(cells) > 0.5)


def _few_kinds(cells: list[str]) -> bool:
    kinds = content.share(cells, content.is_kind) > 0.7
    return len(cells) > 2 and kinds and content.distinct(cells) < 0.5


# Field, how sure, and the test. Certain shapes first: a column is given to the first that fits.
_ANYWHERE: tuple[tuple[str, float, Test], ...] = (
    ("postcode", 0.9, _mostly(content.is_postcode, 0.6)),
    ("point", 0.8, _mostly(content.is_point, 0.8)),
    ("access", 0.7, _mostly(content.is_listed("access"), 0.9)),
    ("tenure", 0.7, _mostly(content.is_listed("tenure"), 0.9)),
    (
        "uprn",
        0.6,
        lambda cells: (
            len(cells) > 2
            and content.share(cells, content.is_uprn) > 0.8
            and content.share(cells, lambda cell: len(cell) > 9) > 0.5
            and content.distinct(cells) > 0.9
        ),
    ),
)
_WITHOUT_HEADINGS: tuple[tuple[str, float, Test], ...] = (
    ("reference", 0.7, _lettered_codes),
    ("reference", 0.7, _distinct_codes),
    ("partner", 0.7, lambda cells: (
        content.share(cells, content.is_partner) > 0.6
        and (len(cells) < 5 or content.distinct(cells) < 0.5)
    )),
    ("kind", 0.6, _few_kinds),
    ("name", 0.7, _named_buildings),
    ("address", 0.7, _streets),
    ("name", 0.7, _names),
    ("priority", 0.6, _mostly(content.is_listed("priority"), 0.9)),
    ("annual_cost", 0.5, _mostly(content.is_pounds)),
    ("contact", 0.6, _mostly(content.is_contact, 0.9)),
)  # fmt: skip


def recognise_silent(columns: list[Column], samples: Samples, headless: bool) -> list[Column]:
    """The columns, those without a field given one where their cells leave little doubt."""
    columns = list(columns)
    for field, confidence, test in _ANYWHERE:
        _give_first(columns, samples, field, confidence, test)
    _give_pair(columns, samples, apart=headless)
    if headless:
        for field, confidence, test in _WITHOUT_HEADINGS:
            _give_first(columns, samples, field, confidence, test)
        _give_address(columns, samples)
    else:
        if not any(column.field in ("name", "reference") for column in columns):
            _give_first(columns, samples, "name", 0.6, _names)
        _give_beside_address(columns, samples)
    return columns


def _give_beside_address(columns: list[Column], samples: Samples) -> None:
    """Columns of words under no heading beside an address: theirs was merged with its own."""
    free = {column.index for column in _free(columns)}
    for before, column in pairwise(list(columns)):
        bare = column.index in free and column.heading == column_name(column.index)
        words = content.share(samples[column.index], content.is_words) > 0.6
        if columns[before.index].field == "address" and bare and words:
            _give(columns, column.index, "address", 0.6)


def _free(columns: list[Column]) -> list[Column]:
    said = ("you", "remembered", "file")  # of no field, by somebody's word
    return [column for column in columns if not column.field and column.by not in said]


def _give(columns: list[Column], index: int, field: str, confidence: float) -> None:
    columns[index] = dataclasses.replace(
        columns[index], field=field, confidence=confidence, by="content"
    )


def _give_first(
    columns: list[Column], samples: Samples, field: str, confidence: float, test: Test
) -> None:
    if any(column.field == field for column in columns):
        return
    for column in _free(columns):
        if samples[column.index] and test(samples[column.index]):
            _give(columns, column.index, field, confidence)
            return


def _give_pair(columns: list[Column], samples: Samples, apart: bool) -> None:
    """Two columns of coordinates, in degrees or on the grid; neighbours, if not told `apart`."""
    fields = {column.field for column in columns}
    if fields & {"easting", "northing", "latitude", "longitude"}:
        return
    degrees = content.between(49.8, 60.9), content.between(-8.7, 1.8)
    metres = content.between(80_000, 660_000), content.between(5_000, 1_220_000)
    free = [column for column in _free(columns) if len(samples[column.index]) > 1]
    pairs = [(one, two) for one, two in pairwise(free) if two.index == one.index + 1]
    if apart:
        numbers = [c for c in free if content.share(samples[c.index], content.is_number) > 0.9]
        pairs += combinations(numbers, 2)
    for one, two in pairs:
        for names, tests in (
            (("latitude", "longitude"), degrees),
            (("longitude", "latitude"), degrees[::-1]),
            (("easting", "northing"), metres),
        ):
            cells = samples[one.index], samples[two.index]
            if names[0] == "easting" and not _six_digits(cells[0]):
                continue
            if all(content.share(c, t) > 0.9 for c, t in zip(cells, tests, strict=True)):
                _give(columns, one.index, names[0], 0.7)
                _give(columns, two.index, names[1], 0.7)
                return


def _six_digits(cells: list[str]) -> bool:
    # Dates written 20130401 and codes are numbers too, but have another length.
    return content.share(cells, lambda cell: len(cell.split(".")[0].replace(",", "")) <= 6) > 0.9


def _give_address(columns: list[Column], samples: Samples) -> None:
    """The columns of words from the name to the postcode."""
    place = {column.field: column.index for column in columns if column.field}
    first = place.get("address", place.get("name", -1))
    last = place.get("postcode", len(columns))
    if last < first:  # only what follows at once: further on there may be anything
        used = {column.index for column in columns if column.field or not samples[column.index]}
        last = min((n for n in range(first + 1, len(columns)) if n in used), default=len(columns))
    for column in _free(columns):
        if first < column.index < last and samples[column.index]:
            words = content.share(samples[column.index], content.is_words)
            if words > 0.6:
                _give(columns, column.index, "address", 0.6)
