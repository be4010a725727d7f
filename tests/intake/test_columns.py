"""Which column is what: by heading, by content, by the user's word."""

from __future__ import annotations

import pytest

from psnplanner.errors import UserError
from tests.intake.conftest import ReadText


def fields(preview_report: dict[str, object]) -> dict[str, str]:
    columns = preview_report["columns"]
    assert isinstance(columns, dict)
    return {heading: told["field"] for heading, told in columns.items()}


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("SITE_NAME", "name"),
        ("School name", "name"),
        ("sitePostCode", "postcode"),
        ("Post Code:", "postcode"),
        ("Cost p.a. (£)", "annual cost"),
        ("Contract Expiry Date", "contract end"),
        ("Local Authority", "partner"),
        ("URN", "reference"),
        ("Addr Line 2", "address"),
        ("Town/City", "address"),
        ("Freehold/Leasehold", "tenure"),
        ("X Coord", "easting"),
        ("Lat", "latitude"),
        ("Site contact", "contact"),
        ("Date closed", "closed on"),
    ],
)
def test_headings(read: ReadText, heading: str, field: str) -> None:
    # Beside two plain headings, over cells that fit anything.
    report = read(f"Comments,{heading},Sensitive\nx,,no\ny,,no\n").report()
    assert fields(report)[heading] == field


def test_split_address_columns_are_joined_without_repeats(read: ReadText) -> None:
    preview = read(
        "Name,Address 1,Address 2,Town,County,Postcode\n"
        "Town Hall,Town Hall,High Street,Chester,Chester,CH1 2HP\n"
    )
    assert preview.rows[0].site is not None
    assert preview.rows[0].site.address == "High Street, Chester"


def test_a_list_without_headings(read: ReadText) -> None:
    lines = [
        f"N8{i:04d},Surgery {'ABCDEFGH'[i]} Medical,Y62,{i} HIGH STREET,CHESTER,CH1 2HP,20130401"
        for i in range(8)
    ]
    report = read("\n".join(lines) + "\n").report()
    assert report["header_row"] is None
    assert report["read"] == report["added"] == 8
    assert fields(report) == {
        "Column A": "reference",
        "Column B": "name",
        "Column D": "address",
        "Column E": "address",
        "Column F": "postcode",
    }
    assert any("Column G" in note for note in report["notes"])


def test_silent_headings_over_telling_content(read: ReadText) -> None:
    lines = "".join(f"School {c},CH1 2HP,53.1{i},-2.8{i}\n" for i, c in enumerate("ABCDEF", 1))
    report = read("What,Loc code,Foo,Bar\n" + lines).report()
    assert fields(report) == {
        "What": "name",
        "Loc code": "postcode",
        "Foo": "latitude",
        "Bar": "longitude",
    }
    assert all(told["by"] == "content" for told in report["columns"].values())


def test_a_heading_whose_cells_say_otherwise_is_kept_and_told(read: ReadText) -> None:
    lines = "".join(f"A{i},Site {i} Hall,Ramp at the rear {i}\n" for i in range(6))
    preview = read("Ref,Name,Access\n" + lines)
    assert "access" not in fields(preview.report()).values()
    assert "“Access” was not taken as access" in " ".join(preview.notes)
    assert preview.rows[0].site is not None
    assert preview.rows[0].site.other == (("Access", "Ramp at the rear 0"),)


def test_the_user_has_the_last_word(read: ReadText) -> None:
    text = "Ref,Name,Widget,Notes\nA1,One,CH1 2HP,hello\n"
    preview = read(text, columns={"widget": "postcode", "Notes": "ignore"})
    site = preview.rows[0].site
    assert site is not None
    assert (site.postcode, site.note) == ("CH1 2HP", "")
    assert site.other == (("Notes", "hello"),)
    with pytest.raises(UserError, match="no column “gadget”"):
        read(text, columns={"Gadget": "postcode"})
    with pytest.raises(UserError, match="no field “colour”"):
        read(text, columns={"Widget": "colour"})


def test_columns_of_a_list_without_headings_are_named_by_letter(read: ReadText) -> None:
    preview = read(
        "A12,Old Hall,CH1 2HP,23/11/2014\nA13,New Hall,CH41 1AA,\n",
        columns={"Column D": "contract end"},
    )
    assert preview.rows[0].site is not None
    assert str(preview.rows[0].site.contract_ends_on) == "2014-11-23"


def test_an_end_date_alone_is_not_guessed_at(read: ReadText) -> None:
    rows = "".join(f"A{i},Hall {i} Road,31/08/2007\n" for i in range(6))
    assert "closed on" not in fields(read("Ref,Name,End date\n" + rows).report()).values()
    rows = "".join(f"A{i},Hall {i} Road,31/08/2007,01/09/1990\n" for i in range(6))
    preview = read("Ref,Name,End date,Start date\n" + rows)
    assert fields(preview.report())["End date"] == "closed on"
    assert "closed on 31 August 2007" in preview.problems[0].message


def test_thousands_in_the_heading_count(read: ReadText) -> None:
    preview = read("Ref,Name,Annual cost (£k)\nA1,One,1.5\n")
    assert preview.rows[0].site is not None
    assert preview.rows[0].site.annual_cost_pence == 150_000
