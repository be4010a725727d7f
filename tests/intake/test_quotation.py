"""Quotation marks left open or standing alone lose no row, and each mended row is told."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psnplanner.intake.quotation import records
from tests.intake.conftest import ReadText

A2 = ["A2", "Two", "x", "CH41 1AA"]
HEAD = "Ref,Name,Address,Postcode\n"
GOOD = "A2,Two,x,CH41 1AA\n"


def read_records(text: str) -> tuple[list[list[str]], dict[int, str]]:
    mended: dict[int, str] = {}
    lines = text.removesuffix("\n").split("\n")
    return list(records(lines, ",", mended)), mended


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('A1,"St Mary,y,CH1 2HP\n', ["A1", "St Mary", "y", "CH1 2HP"]),
        ('A1,St Mary,y,"CH1 2HP\n', ["A1", "St Mary", "y", "CH1 2HP"]),
        ('"A1,St Mary,y,CH1 2HP\n', ["A1", "St Mary", "y", "CH1 2HP"]),
        ('A1,"St Mary,"1 Road, Town",CH1 2HP\n', ["A1", "St Mary", "1 Road, Town", "CH1 2HP"]),
        ('A1,"The "Old" Hall",y,CH1 2HP\n', ["A1", 'The "Old" Hall', "y", "CH1 2HP"]),
        ('A1,"The ""Old"", "New" Hall",y,CH1 2HP\n',
         ["A1", 'The "Old", "New" Hall', "y", "CH1 2HP"]),
        ('A1,"The "Old" Hall","1 Road\nTown",CH1 2HP\n',
         ["A1", 'The "Old" Hall', "1 Road\nTown", "CH1 2HP"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("last", [False, True])
def test_a_bad_quotation_mark_harms_its_own_row_at_most(
    line: str, cells: list[str], last: bool
) -> None:
    text = HEAD + GOOD + line if last else HEAD + line + GOOD + GOOD
    rows, mended = read_records(text)
    assert rows[2 if last else 1] == cells
    assert rows.count(A2) == (1 if last else 2)
    assert list(mended) == [3 if last else 2]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('A1,One,"1 Road, Off Street,\nChester, Cheshire, England, UK",CH1 2HP\n',
         ["A1", "One", "1 Road, Off Street,\nChester, Cheshire, England, UK", "CH1 2HP"]),
        ('"A1" , "One" , "y" , "CH1 2HP"\n', ["A1", "One", "y", "CH1 2HP"]),
        ('A1,The 3" pipe house,"",CH1 2HP\n', ["A1", 'The 3" pipe house', "", "CH1 2HP"]),
    ],
)  # fmt: skip
def test_what_is_in_order_is_read_and_not_told(line: str, cells: list[str]) -> None:
    rows, mended = read_records(HEAD + line + GOOD)
    assert [[cell.strip() for cell in row] for row in rows[1:]] == [cells, A2]
    assert mended == {}


def test_an_open_mark_in_a_list_of_two_columns(read: ReadText) -> None:
    preview = read('Name,Postcode\n"St Mary,CH1 2HP\nTwo,CH41 1AA\nThree,L31 8BW\n')
    assert [row.name for row in preview.rows] == ["St Mary", "Two", "Three"]
    assert [(p.row, "quotation mark" in p.message) for p in preview.problems] == [(2, True)]


tables = st.lists(
    st.lists(st.text('ab,"\n 1', max_size=6), min_size=2, max_size=4), min_size=1, max_size=8
)


@given(tables)
def test_what_csv_writes_is_read_back(table: list[list[str]]) -> None:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(table)
    width = len(table[0])
    if any(len(row) != width for row in table):
        return
    rows, mended = read_records(written.getvalue())
    assert rows == table
    assert mended == {}


@given(tables, st.integers(0, 200))
def test_a_lost_mark_loses_no_other_row(table: list[list[str]], at: int) -> None:
    plain = [[cell.replace('"', "").replace("\n", "") or "x" for cell in row] for row in table]
    first = [plain[0]] * 12  # enough whole rows to know how wide they are
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(first)
    lines = written.getvalue().split("\n")
    marks = [index for index, c in enumerate(lines[5]) if c == '"']
    cut = marks[at % len(marks)]
    lines[5] = lines[5][:cut] + lines[5][cut + 1 :]
    rows, _ = read_records("\n".join(lines))
    assert rows[:5] == first[:5]
    assert rows[-6:] == first[-6:]


def test_looking_for_the_delimiter_takes_no_look_at_the_quotation_marks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Six wrong delimiters, each mending every row by hand, took 20 seconds for 700 rows."""
    from psnplanner.intake import delimited

    monkeypatch.setattr(delimited, "records", None)
    rows = ['"A1","Hall, the","CH1 2HP",""', '"A2","Park","CH1 2HP",""'] * 50
    assert delimited.find_delimiter(rows) == ","
    assert delimited.find_delimiter([row.replace('","', '";"') for row in rows]) == ";"
