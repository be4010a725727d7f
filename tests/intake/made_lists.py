"""Buildings, and lists of them written in the ways that partners write lists: seeded, no chance."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import xlsxwriter

from psnplanner.geography.grid import bng_to_wgs84
from psnplanner.programme.site import Site
from tests.intake.conftest import POSTCODES


class Building(NamedTuple):
    """The truth about a building, which a list says in one way or another."""

    reference: str
    name: str
    partner: str
    kind: str
    street: str
    locality: str
    town: str
    county: str
    postcode: str
    uprn: str
    easting: int
    northing: int
    latitude: float
    longitude: float
    access: str
    tenure: str
    pence: int
    ends_on: date
    priority: str

    @property
    def address(self) -> str:
        return f"{self.street}, {self.town}"


_TOWNS = {"CH1": "Chester", "CH41": "Birkenhead", "CH65": "Ellesmere Port", "CW9": "Northwich",
          "L31": "Maghull", "WA2": "Warrington"}  # fmt: skip
_NAMES = ("Park Surgery", "Hoole Library", "St. Mary's CofE Primary School", "Civic Offices",
          "Fire Station", "Police Station", "High School", "Health Centre", "Depot", "Town Hall",
          "Café Museum", "Leisure Centre")  # fmt: skip
_PARTNERS = ("Halton Council", "Wirral Council", "Merseyside Police")
_KINDS = ("GP practice", "Library", "School", "Council office")
_STREETS = ("High Street", "Church Road", "Station Road", "Mill Lane", "The Green")


def buildings(count: int = 12) -> list[Building]:
    """So many buildings, the same ones every time."""
    chance = random.Random(1415)
    spots = sorted(POSTCODES.items())
    made = []
    for n in range(count):
        code, (easting, northing) = spots[n % len(spots)]
        postcode = f"{code[:-3]} {code[-3:]}"
        easting, northing = easting + chance.randrange(-60, 60), northing + chance.randrange(60)
        lats, lons = bng_to_wgs84([float(easting)], [float(northing)])
        town = _TOWNS[code[:-3]]
        made.append(Building(
            f"CM{n + 1:04}", f"{town} {_NAMES[n % len(_NAMES)]}", _PARTNERS[n % 3],
            _KINDS[n % 4], f"{chance.randrange(1, 200)} {_STREETS[n % 5]}",
            ("Hoole", "Upton", "Newton")[n % 3], town, "Cheshire", postcode,
            f"{100_010_000_123 + n * 7_919}", easting, northing,
            round(float(lats[0]), 6), round(float(lons[0]), 6),
            ("existing duct", "new dig", "overhead")[n % 3], ("owned", "leased")[n % 2],
            100 * chance.randrange(500, 5000),
            date(2014, 7, 13) + timedelta(days=chance.randrange(400)),
            ("high", "medium", "low")[n % 3],
        ))  # fmt: skip
    return made


BUILDINGS = buildings()
Columns = Mapping[str, str | Callable[[Building], Any]]
"""Headings in their order, each over a field of a building or what a function makes of it."""


def cells(columns: Columns, of: Sequence[Building] = tuple(BUILDINGS)) -> list[list[Any]]:
    """The rows of a list, without its headings."""
    return [
        [getattr(b, make) if isinstance(make, str) else make(b) for make in columns.values()]
        for b in of
    ]


def text(rows: Sequence[Sequence[Any]], mark: str = ",", end: str = "\n") -> str:
    """Rows as delimited text, quoted where they must be."""

    def cell(value: Any) -> str:
        words = "" if value is None else str(value)
        needs = any(c in words for c in (mark, '"', "\n"))
        return '"' + words.replace('"', '""') + '"' if needs else words

    return end.join(mark.join(map(cell, row)) for row in rows) + end


def listed(columns: Columns, mark: str = ",", end: str = "\n") -> str:
    """The list of all buildings as delimited text, under these headings."""
    return text([list(columns), *cells(columns)], mark, end)


def workbook(*sheets: Sequence[Sequence[Any]], merged: Sequence[str] = ()) -> bytes:
    """An XLSX of sheets of rows; `merged` are cell ranges of the first one, such as "A1:E1"."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"default_date_format": "dd/mm/yyyy"})
    for rows in sheets:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    for area in merged:
        corner = area.partition(":")[0]
        row, column = int(corner[1:]) - 1, ord(corner[0]) - ord("A")
        book.worksheets()[0].merge_range(area, sheets[0][row][column])
    book.close()
    return data.getvalue()


def same_place(site: Site, building: Building, within: float = 0.0006) -> bool:
    """Whether a site is where the building is, to some tens of metres."""
    at = site.position
    return (
        at is not None
        and abs(at.latitude - building.latitude) < within
        and abs(at.longitude - building.longitude) < 2 * within
    )
