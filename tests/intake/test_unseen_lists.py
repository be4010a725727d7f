"""Lists of kinds we have not seen, made with a seed: what a demanding project manager expects."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from psnplanner.intake.preview import Preview
from tests.intake.conftest import ReadText
from tests.intake.made_lists import (
    BUILDINGS,
    Building,
    Columns,
    cells,
    listed,
    same_place,
    text,
    workbook,
)

NAMED: Columns = {"Site ref": "reference", "Site name": "name", "Postcode": "postcode"}
BARE: Columns = {"Site ref": "reference", "Site name": "name"}
SPLITS: list[Columns] = [
    {"Address line 1": "street", "Address line 2": "locality", "Address line 3": "town",
     "Address line 4": "county", "Address line 5": lambda b: ""},
    {"Street": "street", "Locality": "locality", "Town": "town", "PostTown": "town"},
    {"House No": lambda b: b.street.split()[0], "Road": lambda b: b.street.split(" ", 1)[1],
     "Town/City": "town", "County": "county"},
    {"Add1": "street", "Add2": "locality", "Add3": "town"},
    {"ADDRESS_1": "street", "ADDRESS_2": "town"},
    {"Thoroughfare": "street", "Dependent locality": "locality", "Post town": "town"},
    {"Building No": lambda b: b.street.split()[0],
     "Street Name": lambda b: b.street.split(" ", 1)[1], "District": "locality", "Town": "town"},
    {"Site Address": lambda b: f"{b.street}\n{b.town}"},
]  # fmt: skip
GRIDS = [
    ("X", "Y"), ("Easting", "Northing"), ("EASTINGS", "NORTHINGS"), ("OSGB36 E", "OSGB36 N"),
    ("X_COORD", "Y_COORD"), ("Easting (m)", "Northing (m)"), ("BNG_E", "BNG_N"), ("E", "N"),
    ("X_EASTING", "Y_NORTHING"), ("oseast1m", "osnrth1m"), ("GridEast", "GridNorth"),
]  # fmt: skip
DEGREES = [
    ("Lat", "Long"), ("LATITUDE", "LONGITUDE"), ("lat.", "lng"), ("GPS Lat", "GPS Lon"),
    ("Latitude (WGS84)", "Longitude (WGS84)"), ("geo_lat", "geo_long"),
    ("Lattitude", "Longtitude"), ("Decimal Latitude", "Decimal Longitude"),
]  # fmt: skip


def grid_reference(b: Building, digits: int = 3, space: str = " ") -> str:
    square = {(3, 3): "SJ", (3, 4): "SD"}[b.easting // 100_000, b.northing // 100_000]
    step = 10 ** (5 - digits)
    east, north = (metres % 100_000 // step for metres in (b.easting, b.northing))
    return space.join([square, f"{east:0{digits}}", f"{north:0{digits}}"])


def sixtieths(degrees: float, letters: str) -> str:
    size, letter = abs(degrees), letters[degrees < 0]
    seconds = size * 3600 % 60
    return f"{int(size)}°{int(size % 1 * 60)}'{seconds:.2f}\"{letter}"


def all_there(preview: Preview) -> None:
    """Every building once, in its order, under its name."""
    assert [row.action for row in preview.rows if row.site] == ["insert"] * len(BUILDINGS)
    assert [row.name for row in preview.rows if row.site] == [b.name for b in BUILDINGS]


def placed_right(preview: Preview, within: float = 0.0006) -> None:
    all_there(preview)
    sites = [row.site for row in preview.rows if row.site]
    lost = [s.name for s, b in zip(sites, BUILDINGS, strict=True) if not same_place(s, b, within)]
    assert lost == []


def messages(preview: Preview) -> list[str]:
    return [problem.message for problem in preview.problems]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ",;\t|~¬^")
def test_any_delimiter_and_line_end(read: ReadText, mark: str, end: str) -> None:
    columns = {**NAMED, "Address": "address", "Notes": lambda b: 'the "old" one, at last'}
    encoding = {"\n": "utf-16", "\r\n": "cp1252", "\r": "utf-8-sig"}[end]
    preview = read(listed(columns, mark, end).encode(encoding))
    placed_right(preview)
    assert preview.problems == []
    assert [r.site.address for r in preview.rows if r.site] == [b.address for b in BUILDINGS]


@pytest.mark.parametrize("split", SPLITS, ids=lambda split: ", ".join(split)[:30])
def test_addresses_over_any_columns(read: ReadText, split: Columns) -> None:
    preview = read(listed({**BARE, **split, "Post Code": "postcode"}))
    placed_right(preview)
    for row, building in zip(preview.rows, BUILDINGS, strict=True):
        assert row.site is not None
        assert row.site.address.startswith(building.street)
        assert building.town in row.site.address
    assert preview.problems == []


@pytest.mark.parametrize(
    "address",
    [
        lambda b: f"{b.street}, {b.town}, {b.postcode}",
        lambda b: f"{b.street}\n{b.town}\n{b.postcode.replace(' ', '')}",
        lambda b: f"{b.street}, {b.town} {b.postcode}, UK",
    ],
)
def test_a_postcode_within_the_address(read: ReadText, address: Callable[[Building], str]) -> None:
    preview = read(listed({**BARE, "Address": address}))
    placed_right(preview)
    assert preview.problems == []
    assert "12 were taken from the addresses" in " ".join(preview.notes)


@pytest.mark.parametrize("headings", GRIDS, ids="/".join)
def test_eastings_and_northings_under_any_heading(
    read: ReadText, headings: tuple[str, str]
) -> None:
    east, north = headings
    placed_right(read(listed({**BARE, east: "easting", north: "northing"})), 0.0001)
    # With the postcode to prove it, what stands in the wrong column is put right, and said once.
    turned = read(listed({**NAMED, east: "northing", north: "easting"}))
    placed_right(turned, 0.0001)
    (problem,) = turned.problems
    assert problem.severity == "mended"
    assert "each other's columns; put right in 12 rows" in problem.message


@pytest.mark.parametrize("headings", DEGREES, ids="/".join)
def test_degrees_under_any_heading(read: ReadText, headings: tuple[str, str]) -> None:
    up, across = headings
    placed_right(read(listed({**BARE, up: "latitude", across: "longitude"})), 0.0001)
    turned = read(listed({**BARE, up: "longitude", across: "latitude"}))
    placed_right(turned, 0.0001)
    assert ["Mended" in message for message in messages(turned)] == [True]


@pytest.mark.parametrize(
    ("heading", "write"),
    [
        ("GridRef", grid_reference),
        ("OS ref", lambda b: grid_reference(b, 4, "")),
        ("NGR", lambda b: grid_reference(b, 5)),
        ("Location", lambda b: f"{b.latitude}, {b.longitude}"),
        ("Grid Co-ordinates", lambda b: f"E{b.easting} N{b.northing}"),
        ("geom", lambda b: f"POINT ({b.longitude} {b.latitude})"),
        ("Coords", lambda b: f"{b.easting} {b.northing}"),
    ],
)
def test_both_coordinates_in_one_column(
    read: ReadText, heading: str, write: Callable[[Building], str]
) -> None:
    placed_right(read(listed({**BARE, heading: write})), 0.001)


def test_degrees_with_letters_or_in_sixtieths(read: ReadText) -> None:
    lettered: Columns = {**BARE, "Lat": lambda b: f"{b.latitude}° N",
                         "Long": lambda b: f"{-b.longitude}° W"}  # fmt: skip
    placed_right(read(listed(lettered)), 0.0001)
    exact: Columns = {**BARE, "Lat": lambda b: sixtieths(b.latitude, "NS"),
                      "Long": lambda b: sixtieths(b.longitude, "EW")}  # fmt: skip
    placed_right(read(listed(exact)), 0.0001)


def test_some_rows_swapped_and_some_without_coordinates(read: ReadText) -> None:
    odd = {"CM0002": ("0", "0"), "CM0003": ("", ""), "CM0004": ("N/A", "N/A"),
           "CM0005": ("-2.9", "53.2"), "CM0006": ("", "-2.9")}  # fmt: skip

    def either(b: Building, index: int) -> str:
        usual = (str(b.latitude), str(b.longitude))
        if b.reference == "CM0005":
            return usual[1 - index]
        return odd.get(b.reference, usual)[index]

    preview = read(listed({**NAMED, "Lat": lambda b: either(b, 0), "Long": lambda b: either(b, 1)}))
    placed_right(preview)
    assert preview.placed_by_source == {
        "coordinates of the list (WGS84)": 8, "postcode (Code-Point Open 2014-08)": 4
    }  # fmt: skip
    told = {p.reference: p.message for p in preview.problems}
    assert set(told) == {"CM0002", "CM0005", "CM0006"}
    assert "0, 0" in told["CM0002"]
    assert "put right" in told["CM0005"]
    assert "Only one" in told["CM0006"]


HEADLESS: dict[str, str | Callable[[Building], Any]] = {
    "reference": "reference", "name": "name", "partner": "partner", "kind": "kind",
    "address": "address", "postcode": "postcode", "UPRN": "uprn", "easting": "easting",
    "northing": "northing", "annual cost": lambda b: f"£{b.pence // 100:,}",
    "access": "access", "tenure": "tenure", "priority": "priority",
    "contact": lambda b: f"0151 {b.uprn[-3:]} 1234",
}  # fmt: skip


@pytest.mark.parametrize("seed", range(10))
def test_no_headings_in_any_order(read: ReadText, seed: int) -> None:
    fields = list(HEADLESS)
    random.Random(seed).shuffle(fields)
    preview = read(text(cells({name: HEADLESS[name] for name in fields})))
    placed_right(preview, 0.0001)
    report = preview.report()
    assert report["header_row"] is None
    told = [told["field"] for told in report["columns"].values()]
    grid = ("easting", "northing")  # which is which is told by the postcodes alone
    assert [f for f in told if f not in grid] == [f for f in fields if f not in grid]
    assert [row.reference for row in preview.rows] == [b.reference for b in BUILDINGS]


def test_no_headings_and_27_columns(read: ReadText) -> None:
    def row(n: int, b: Building) -> list[str]:
        filled = {0: f"N8{n:04}", 1: b.name.upper(), 2: "Y54", 3: "Q48", 4: b.street.upper(),
                  5: b.locality.upper(), 6: b.town.upper(), 7: "CHESHIRE", 9: b.postcode,
                  10: "19740401", 12: "A", 13: "B", 14: "01C", 15: "20130401",
                  17: "01244 123456", 21: "0", 23: "01C", 25: "4"}  # fmt: skip
        return [filled.get(index, "") for index in range(27)]

    preview = read(text([row(n, b) for n, b in enumerate(BUILDINGS)]))
    report = preview.report()
    assert {c["field"] for c in report["columns"].values()} == {
        "reference", "name", "address", "postcode", "contact"
    }  # fmt: skip
    assert report["placed_by_source"] == {"postcode (Code-Point Open 2014-08)": 12}
    assert preview.rows[0].reference == "N80000"
    assert preview.problems == []
    assert "Column K, Column P: dates" in " ".join(preview.notes)


def test_titles_blank_rows_repeated_headings_and_totals(read: ReadText) -> None:
    headings = [*NAMED, "Annual cost"]
    rows = cells({**NAMED, "Annual cost": lambda b: f"£{b.pence // 100:,}"})
    preview = read(text([
        ["CMPSN SITES"], ["Printed 1/2/2014"], [], headings, *rows[:3], [], [],
        ["Sub total", "", "", "£5,000"], headings, ["Chester"], *rows[3:6],
        ["Subtotal:", "", "", "£7"],
        ["Total for Halton", "", "", "£9"], ["HALTON COUNCIL"], *rows[6:9], ["Page 1 of 2"],
        *rows[9:], ["", "", "", ""], ["", "Grand Total", "", "£123"], ["12 sites"],
        ["Source: partners, 2014"],
    ]))  # fmt: skip
    all_there(preview)
    assert preview.report()["header_row"] == 4
    left_out = [message for message in messages(preview) if "left out" in message]
    assert len(left_out) == len(preview.problems) == 10
    assert sum("a line of totals" in message for message in left_out) == 4
    assert sum("heading between the rows" in message for message in left_out) == 2


def test_repeated_names_are_kept_apart(read: ReadText) -> None:
    preview = read(listed({**NAMED, "Site name": lambda b: "Library"}))
    assert preview.counts == {"insert": 12}
    assert sum("Same name and postcode" in message for message in messages(preview)) == 6


def test_leading_zeros_and_numbers_saved_as_decimals(read: ReadText) -> None:
    zeros = read(listed({**NAMED, "Site ref": lambda b: f"00{b.reference[2:]}",
                         "UPRN": lambda b: f"00{b.uprn[2:]}"}))  # fmt: skip
    assert [r.reference for r in zeros.rows][:2] == ["000001", "000002"]
    assert [r.site.uprn for r in zeros.rows if r.site] == [f"00{b.uprn[2:]}" for b in BUILDINGS]
    decimal = read(listed({**NAMED, "Site ref": lambda b: f"{int(b.reference[2:])}.0",
                           "UPRN": lambda b: f"{b.uprn}.0"}))  # fmt: skip
    assert [r.reference for r in decimal.rows][:2] == ["1", "2"]
    assert [r.site.uprn for r in decimal.rows if r.site] == [b.uprn for b in BUILDINGS]


def test_what_a_spreadsheet_has_shortened_is_refused_by_name(read: ReadText) -> None:
    preview = read(listed({**NAMED, "UPRN": lambda b: "1E+11"}))
    all_there(preview)
    assert all("1E+11" in m and "last digits are lost" in m for m in messages(preview))


@pytest.mark.parametrize(
    ("words", "pence", "said"),
    [
        ("£1,230", 123_000, ""), ("1230.00", 123_000, ""), ("1.2k", 120_000, ""),
        ("1 230", 123_000, ""), ("£1,230/yr", 123_000, ""), ("1230 GBP", 123_000, ""),
        ("£1,230 + VAT", 123_000, ""), ("£-", 0, ""), ("TBC", None, ""),
        ("(1,230)", None, "below nothing"), ("1.23E+3", None, "spreadsheet shortened"),
        ("approx £1,230", 123_000, "estimate"), ("£1,230 (est)", 123_000, "estimate"),
        ("£102.50 pcm", 123_000, "12 times"), ("£100 per quarter", 40_000, "4 times"),
        ("£1,200-£1,400", None, "not an amount"),
    ],
)  # fmt: skip
def test_money_in_every_form(read: ReadText, words: str, pence: int | None, said: str) -> None:
    preview = read(listed({**NAMED, "Annual cost": lambda b: words}))
    all_there(preview)
    assert {row.site.annual_cost_pence for row in preview.rows if row.site} == {pence}
    assert all(said in message for message in messages(preview))
    assert bool(said) == bool(preview.problems)


@pytest.mark.parametrize(
    "words",
    ["03/06/2014", "3/6/14", "3 June 2014", "3-Jun-14", "20140603", "2014-06-03T00:00:00", "41793",
     "Tue 3rd June, 2014", "03.06.2014", "2014-06-03 00:00:00.000", "03062014", "2014-Jun-03",
     "June 3, 2014", "03/06/2014 00:00", "2014-06-03T00:00:00+01:00"],
)  # fmt: skip
def test_dates_in_every_form(read: ReadText, words: str) -> None:
    preview = read(listed({**NAMED, "Contract end": lambda b: words}))
    ends = {row.site.contract_ends_on for row in preview.rows if row.site}
    assert ends == {date(2014, 6, 3)}
    assert all(problem.severity == "mended" for problem in preview.problems)


@pytest.mark.parametrize(
    ("words", "postcode", "severity"),
    [
        ("ch12hp", "CH1 2HP", ""), ("CH1  2HP.", "CH1 2HP", ""), ("CHI 2HP", "CH1 2HP", "mended"),
        ("CH65 OEZ", "CH65 0EZ", "mended"), ("CH1-2HP", "CH1 2HP", "mended"),
        ("CH1 2HP (rear)", "CH1 2HP", "mended"), ("CH1 2HP / CH41 1AA", "", "warning"),
        ("CH1 2H", "", "warning"), ("CH1", "", "warning"), ("Chester", "", "warning"),
    ],
)  # fmt: skip
def test_postcodes_as_they_come(read: ReadText, words: str, postcode: str, severity: str) -> None:
    preview = read(text([[*NAMED], ["A1", "One", words], ["A2", "Two", "CH41 1AA"],
                         ["A3", "Three", "L31 8BW"]]))  # fmt: skip
    site = preview.rows[0].site
    assert site is not None
    assert site.postcode == postcode
    told = [p.severity for p in preview.problems if p.row == 2 and p.value == words]
    assert told[:1] == [severity] * bool(severity)


def test_whether_buildings_are_closed(read: ReadText) -> None:
    says = {"CM0002": "Closed", "CM0004": "Temporarily closed", "CM0005": "Proposed to close"}
    preview = read(listed({**NAMED, "Status": lambda b: says.get(b.reference, "Open")}))
    all_there(preview)
    assert {p.reference: p.severity for p in preview.problems} == {
        "CM0002": "warning", "CM0004": "warning", "CM0005": "note"
    }  # fmt: skip


def test_partners_under_variants_of_their_names(read: ReadText) -> None:
    names = ("Halton Council", "Halton BC", "HALTON", "Halton Borough Council")
    preview = read(listed({**NAMED, "Partner": lambda b: names[int(b.reference[2:]) % 4]}))
    all_there(preview)
    assert len(preview.report()["partners_added"]) == 1


def test_a_workbook_with_merged_cells_titles_and_totals(read: ReadText) -> None:
    rows: list[list[Any]] = [
        ["CMPSN schedule of sites", "", "", "", "", "", "", ""],
        ["Version 3", date(2014, 6, 3)],
        [],
        ["Owner", "UPRN", "Site ref", "Site name", "Address", "", "Postcode", "Contract end"],
        *[[b.partner if n % 6 == 0 else "", float(b.uprn), b.reference, b.name, b.street, b.town,
           b.postcode, b.ends_on] for n, b in enumerate(BUILDINGS)],
        [],
        ["", "", "Total", "", "", "", "", 12345.0],
    ]  # fmt: skip
    preview = read(workbook(rows, merged=["A1:H1", "E4:F4", "A5:A10", "A11:A16"]), name="a.xlsx")
    placed_right(preview)
    sites = [row.site for row in preview.rows if row.site]
    assert [site.uprn for site in sites] == [b.uprn for b in BUILDINGS]
    assert [site.address for site in sites] == [b.address for b in BUILDINGS]
    assert [site.contract_ends_on for site in sites] == [b.ends_on for b in BUILDINGS]
    assert len({site.partner for site in sites}) == 1
    assert all(site.partner for site in sites), "a merged cell counts for all its rows"
