"""What is built to fill the memory is refused before it is unpacked, in one message."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from psnplanner.errors import UserError
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
