"""The rows to mend go out with their reasons, and come back mended."""

from __future__ import annotations

from pathlib import Path

import python_calamine as calamine
from xlsxwriter import Workbook

from psnplanner.exchange.problem_rows import of_preview, write
from psnplanner.intake.preview import Preview
from psnplanner.programme.state import State
from tests.exchange.sample import TODAY, programme, read_back

LIST = (
    "Site ref,Building,Post code,Annual cost,UPRN,Owner code\n"
    "001,One Hall,CH1 2HP,£790,000123456789,=A1\n"
    "002,Two Hall,CH1 2ZZZ,lots,1E+11,-7\n"
    "003,Three Hall,CH1 2HP,£100,000123456788,x\n"
)


def preview_of(tmp_path: Path, text: str = LIST, state: State | None = None) -> Preview:
    path = tmp_path / "list.csv"
    path.write_text(text, "utf-8")
    return read_back(path, state or programme([]))


def written(preview: Preview, out: Path) -> list[list[str]]:
    headings, rows = of_preview(preview, ["warning"])
    assert write(out, headings, rows) == len(rows)
    book = calamine.CalamineWorkbook.from_path(str(out))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_name("To mend").to_python()]


def mended(rows: list[list[str]], out: Path, **cells: str) -> None:
    """Write the workbook again, as its owner would save it, with some cells of row 1 changed."""
    with Workbook(out) as book:
        sheet = book.add_worksheet("To mend")
        for at, row in enumerate(rows):
            for heading, text, column in zip(rows[0], row, range(99), strict=False):
                key = heading.replace(" ", "_")
                sheet.write_string(at, column, cells.get(key, text) if at == 1 else text)


def test_rows_go_out_with_their_reasons_in_the_lists_own_columns(tmp_path: Path) -> None:
    rows = written(preview_of(tmp_path), tmp_path / "out.xlsx")
    assert rows[0] == ["What to mend", "Site ref", "Building", "Post code", "Annual cost", "UPRN",
                       "Owner code"]  # fmt: skip
    assert [row[1] for row in rows[1:]] == ["002"]
    assert rows[1][2:] == ["Two Hall", "CH1 2ZZZ", "lots", "1E+11", "-7"]
    reasons = rows[1][0].split("\n")
    assert any(reason.startswith("Annual cost: ") for reason in reasons)
    assert any("Write pounds a year" in reason for reason in reasons)
    assert any(reason.startswith("UPRN: ") and "digits are lost" in reason for reason in reasons)


def test_mended_rows_correct_the_sites_of_the_first_import(tmp_path: Path) -> None:
    first = preview_of(tmp_path)
    state = programme([])
    state = state.after(first.edit.propose(state, TODAY).changes)
    out = tmp_path / "out.xlsx"
    rows = written(first, out)
    mended(rows, out, Post_code="L31 8BW", Annual_cost="£450", UPRN="000123456787")
    again = read_back(out, state)
    (row,) = again.rows
    assert (row.action, row.reference) == ("update", "002")
    state = state.after(again.edit.propose(state, TODAY).changes)
    site = state.site_by_reference["002"]
    assert (site.postcode, site.annual_cost_pence, site.uprn) == (
        "L31 8BW", 45_000, "000123456787",
    )  # fmt: skip
    assert dict(site.other) == {"Owner code": "-7"}


def test_rows_not_mended_change_nothing(tmp_path: Path) -> None:
    first = preview_of(tmp_path)
    state = programme([])
    state = state.after(first.edit.propose(state, TODAY).changes)
    written(first, tmp_path / "out.xlsx")
    again = read_back(tmp_path / "out.xlsx", state)
    assert [row.action for row in again.rows] == ["unchanged"]


def test_rows_without_references_find_their_site_however_they_are_mended(tmp_path: Path) -> None:
    text = "Name,Post code,Annual cost\nOne,CH1 2HP,£1\nTwo,CH1 2ZZZ,lots\n"
    first = preview_of(tmp_path, text)
    state = programme([])
    state = state.after(first.edit.propose(state, TODAY).changes)
    out = tmp_path / "out.xlsx"
    rows = written(first, out)
    assert rows[0][-1] == "Reference"
    mended(rows, out, Name="Two House", Post_code="L31 8BW", Annual_cost="450")
    again = read_back(out, state)
    assert [row.action for row in again.rows] == ["update"]
    assert len(state.after(again.edit.propose(state, TODAY).changes).sites) == 2


def test_a_list_without_headings_gets_them(tmp_path: Path) -> None:
    text = "".join(
        f"S{n:03},Hall number {word},CH1 2HP,£{n}00,existing duct\n"
        for n, word in enumerate(("one", "two", "three", "four", "five", "six"), 1)
    ).replace("£300", "lots")
    first = preview_of(tmp_path, text)
    assert first.layout.header_row is None
    rows = written(first, tmp_path / "out.xlsx")
    assert {"reference", "name", "postcode", "access"} <= set(rows[0])
    state = programme([])
    state = state.after(first.edit.propose(state, TODAY).changes)
    again = read_back(tmp_path / "out.xlsx", state)
    # The bad cost was kept under the name of its field, and is not kept again.
    assert [set(row.changes) for row in again.rows] == [set()]
