"""Files as they come: delimiters, encodings, workbooks, and what is refused."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from psnplanner.errors import Cancelled, UserError
from psnplanner.intake import delimited as delimited_reader
from psnplanner.intake import workbook as workbook_reader
from psnplanner.intake.columns import recognise
from psnplanner.intake.read import read_table
from tests.intake.conftest import ReadText

ROWS = [
    ["Site ref", "Name", "Address", "Postcode", "Annual cost"],
    ["0001", "Café Library", "1 High Street, Chester", "CH1 2HP", "£1,230"],
    ["0002", "Town Hall", "2 Low Road", "CH41 1AA", "£790"],
]


def delimited(mark: str, end: str = "\n") -> str:
    return end.join(
        mark.join(f'"{cell}"' if mark in cell else cell for cell in row) for row in ROWS
    )


def workbook(**sheets: list[list[Any]]) -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"default_date_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    book.close()
    return data.getvalue()


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", "~", "¬"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_any_delimiter_in_any_encoding(read: ReadText, mark: str, encoding: str) -> None:
    preview = read(delimited(mark, "\r\n").encode(encoding))
    report = preview.report()
    assert report["delimiter"] == ("tab" if mark == "\t" else mark)
    assert report["encoding"] == encoding
    assert [row.name for row in preview.rows] == ["Café Library", "Town Hall"]
    assert [row.reference for row in preview.rows] == ["0001", "0002"]
    assert preview.rows[0].site is not None
    assert preview.rows[0].site.annual_cost_pence == 123_000


def test_two_encodings_in_one_file(read: ReadText) -> None:
    data = "Name,Postcode\nCafé One,CH1 2HP\n".encode() + "Café Two,CH41 1AA\n".encode("cp1252")
    preview = read(data)
    assert [row.name for row in preview.rows] == ["Café One", "Café Two"]
    assert "two encodings" in " ".join(preview.notes)


def test_a_stray_control_character_does_not_spoil_a_list(read: ReadText) -> None:
    preview = read(b"Name,Postcode\nTown\x02 Hall\0,CH1 2HP\nTwo,CH41 1AA\n")
    assert [row.name for row in preview.rows] == ["Town Hall", "Two"]


def test_a_quotation_mark_left_open_does_not_swallow_the_rows_below(read: ReadText) -> None:
    text = 'Ref,Name,Postcode\nA1,"St Mary,CH1 2HP\nA2,Two,CH41 1AA\nA3,Three,L31 8BW\n'
    preview = read(text)
    assert [row.reference for row in preview.rows] == ["A1", "A2", "A3"]
    assert preview.rows[0].name == "St Mary"
    assert [problem.row for problem in preview.problems] == [2]
    assert "quotation mark" in preview.problems[0].message


def test_a_line_break_within_quotation_marks_is_part_of_the_cell(read: ReadText) -> None:
    preview = read(
        'Ref,Name,Address,Postcode\nA1,One,"1 Road\nChester",CH1 2HP\nA2,Two,x,L31 8BW\n'
    )
    assert preview.rows[0].site is not None
    assert preview.rows[0].site.address == "1 Road, Chester"
    assert preview.rows[1].row == 3


def test_rows_are_numbered_as_the_user_sees_them(read: ReadText) -> None:
    preview = read("List of sites,,\n\nRef,Name,Postcode\n\nA1,One,CH1 2HP\n,,\nA2,Two,L31 8BW\n")
    assert preview.report()["header_row"] == 3
    assert [row.row for row in preview.rows] == [5, 7]
    assert preview.report()["blank_rows"] == 3


def test_a_workbook_with_titles_totals_and_notes(read: ReadText) -> None:
    rows: list[list[Any]] = [
        ["Schedule of sites"],
        [],
        ["UPRN", "Name", "Postcode", "Annual cost (£)", "Contract ends", "", ""],
        [100012604936, "One", "CH1 2HP", 790, date(2014, 11, 23)],
        ["0012604936", "Two", "CH41 1AA", 1230.5, "25-Jul-15"],
        [],
        ["TOTAL", "", "", 2020.5, "", "", " "],
    ]
    preview = read(workbook(Notes=[["Not checked."]], Sites=rows), name="sites.xlsx")
    report = preview.report()
    assert (report["sheet"], report["header_row"]) == ("Sites", 3)
    assert [(row.row, row.action) for row in preview.rows] == [
        (4, "insert"),
        (5, "insert"),
        (7, "skip"),
    ]
    sites = [row.site for row in preview.rows if row.site]
    assert [site.uprn for site in sites] == ["100012604936", "0012604936"]
    assert [site.annual_cost_pence for site in sites] == [79_000, 123_050]
    assert [site.contract_ends_on for site in sites] == [date(2014, 11, 23), date(2015, 7, 25)]


def test_the_sheet_can_be_chosen(read: ReadText) -> None:
    data = workbook(One=ROWS, Two=[*ROWS, ["0003", "Third", "", "L31 8BW", "£1"]])
    assert len(read(data, name="s.xlsx").rows) == 3
    assert len(read(data, name="s.xlsx", sheet="one").rows) == 2
    with pytest.raises(UserError, match="One, Two"):
        read(data, name="s.xlsx", sheet="Three")


def zipped(**members: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def with_part(book: bytes, part: str, old: bytes, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    return zipped(**parts)


def ods(row: str = "") -> bytes:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )

    def cells(*texts: str) -> str:
        return "".join(
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p>'
            "</table:table-cell>"
            for text in texts
        )

    rows = (
        f"<table:table-row>{cells('Ref', 'Name', 'Postcode')}</table:table-row>"
        f"<table:table-row {row}>{cells('007', 'Café', 'CH1 2HP')}"
        '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048570"><table:table-cell/>'
        "</table:table-row>"
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="Sites">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    parts = {"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content.encode()}
    return zipped(**parts)


def test_an_open_document_sheet_with_its_usual_repeated_blanks(read: ReadText) -> None:
    preview = read(ods(), name="sites.ods")
    assert [(row.row, row.reference, row.name) for row in preview.rows] == [(2, "007", "Café")]


SHEET = "xl/worksheets/sheet1.xml"
FAR = b'<c r="XFD1048576"><v>1</v></c>'
REFUSED = {
    "empty": (b"", "empty"),
    "blank": (b"\r\n \n", "empty"),
    "junk": (bytes(range(256)) * 20, "some other kind of file"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(99), "some other kind of file"),
    "json": (b'{"type": "FeatureCollection"}', "JSON"),
    "web page": (b"<!DOCTYPE html><table>", "web page"),
    "torn zip": (workbook(A=ROWS)[:2000], "damaged"),
    "zip of something": (zipped(a=b"x"), "damaged"),
    "old Office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "damaged"),
    "password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "password",
    ),
    "headings": (b"Name,Postcode\n", "no rows below"),
    "repeated": (ods('table:number-rows-repeated="900000000"'), "rows"),
    "bomb": (zipped(**{SHEET: bytes(6_000_000)}), "far more than a list"),
    "far cell": (with_part(workbook(A=ROWS), SHEET, b"</c></row>", b"</c>" + FAR + b"</row>"),
                 "16,384 columns"),
    "columns": (b"Name," + b"x," * 1500 + b"\na,b\n", "columns"),
    "long cell": (b"Name,Postcode\n" + b"x" * 1_100_000 + b",CH1 2HP\n", "million characters"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_list_is_refused_with_what_where_and_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    monkeypatch.setattr(workbook_reader, "_MOST_UNPACKED_BYTES", 5_000_000)
    data, words = REFUSED[case]
    path = tmp_path / "list.dat"
    path.write_bytes(data)
    with pytest.raises(UserError, match=words) as refusal:
        recognise(read_table(path))
    assert path.name in refusal.value.where
    assert refusal.value.remedy


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited_reader, "MOST_ROWS", 1_000)
    path = tmp_path / "long.csv"
    path.write_bytes(b"Name,Postcode\n" + b"a,b\n" * 1_001)
    with pytest.raises(UserError, match="1,000 rows"):
        read_table(path)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(UserError, match="folder"):
        read_table(tmp_path)
    with pytest.raises(UserError):
        read_table(Path("a\0b.csv"))


def test_cancelling_leaves_nothing(read: ReadText) -> None:
    def cancel(fraction: float, doing: str) -> None:
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        read(delimited(","), progress=cancel)


def test_progress_goes_from_nothing_to_nearly_all(read: ReadText) -> None:
    told: list[float] = []
    read(delimited(","), progress=lambda fraction, doing: told.append(fraction))
    assert told == sorted(told)
    assert told[0] == 0
    assert 0.8 <= told[-1] <= 1
