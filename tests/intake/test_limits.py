"""What is built to fill the memory is refused before it is unpacked, in one message."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from psnplanner.errors import UserError
from psnplanner.intake import delimited
from psnplanner.intake.read import read_table
from tests.intake.conftest import ReadText
from tests.intake.test_read import ROWS, SHEET, with_part, workbook

LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "lol">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)


def bomb(megabytes: int, inside: bytes = b" ") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open(SHEET, "w", force_zip64=True) as part:
            for _ in range(megabytes):
                part.write(inside * 1_000_000)
    return data.getvalue()


def with_entities() -> bytes:
    plain = workbook(A=ROWS)
    head = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    strings = "xl/sharedStrings.xml"
    once = with_part(plain, strings, head, head + LAUGHS)
    return with_part(once, strings, b"Town Hall", b"&j;")


HARMFUL = {
    "zip bomb": (bomb(40), "far more than a list"),
    "giant cell": (bomb(60, b"x"), "far more than a list"),
    "entities": (with_entities(), "damaged|entit"),
    "long line": (b"Name,Postcode\n" + b"x" * 6_000_000, "far longer than a row"),
    "marks": (b"Name,Postcode\n" + b'"a,' * 400_000 + b"\n", "columns"),
    "lines": (b"Name,Postcode\n" + b"\n" * 3_100_000, "1,000,000 rows"),
    "nothing": (bytes(5_000_000), "empty"),
}


@pytest.mark.parametrize("case", HARMFUL)
def test_what_would_fill_the_memory_is_refused_in_time(tmp_path: Path, case: str) -> None:
    data, words = HARMFUL[case]
    path = tmp_path / "list.dat"
    path.write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match=words) as refusal:
            read_table(path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 100_000_000
    assert refusal.value.remedy


def test_many_marks_left_open_are_still_read_row_by_row(read: ReadText) -> None:
    text = "Name,Postcode\n" + '"Hall,CH1 2HP\n' * 3_000
    preview = read(text)
    assert len(preview.rows) == 3_000
    assert {row.name for row in preview.rows} == {"Hall"}
    assert sum("quotation mark" in p.message for p in preview.problems) == 3_000


def read_or_refusal(path: Path, data: bytes) -> tuple[int, int] | str:
    path.write_bytes(data)
    try:
        table = read_table(path)
    except UserError as refusal:
        return refusal.what
    return len(table.rows), table.blank_rows


@pytest.mark.parametrize("row", [b"Hall,WA8 7QF\n", b'"Hall","WA8 7QF"\n', b'"Hall\nannex",WA8\n'])
def test_rows_are_counted_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: bytes
) -> None:
    """A cell of two lines makes no two rows; blank rows at the end are none, and yet counted."""
    monkeypatch.setattr(delimited, "MOST_ROWS", 40)
    head, path = b"Name,Postcode\n", tmp_path / "list.csv"
    assert read_or_refusal(path, head + row * 39) == (40, 0)
    assert read_or_refusal(path, head + row * 39 + b",\n" * 60) == (40, 60)
    monkeypatch.setattr(delimited, "records", None)  # it does not come to that
    assert read_or_refusal(path, head + row * 40) == "the list has more than 40 rows."
    swallowed = head + b'"' + b"a\n" * 600_000 + b'",WA8 7QF\n'
    assert read_or_refusal(path, swallowed) == "the list has more than 40 rows."


@pytest.mark.parametrize(
    "rows", [b"Hall,WA8\n,,\n \n,\n", b"Hall,WA8\n\n\n\n", b"Hall,WA8\n,\n,\n,"]
)
def test_blank_rows_at_the_end_are_told(tmp_path: Path, rows: bytes) -> None:
    assert read_or_refusal(tmp_path / "a.csv", b"Name,Postcode\n" + rows) == (2, 3)


def test_a_line_without_end_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 290 MB the first 25 tell."""
    path = tmp_path / "list.csv"
    with path.open("wb") as file:
        file.write(b"Name,Postcode\nx")
        file.truncate(290_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(UserError, match="far longer than a row"):
            read_table(path)
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
