"""How a list is read can be overruled, and what makes no sense for it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from psnplanner.errors import UserError
from tests.intake.conftest import ReadText
from tests.intake.made_lists import workbook
from tests.intake.test_vector import layer

TEXT = "Ref;Name;Postcode\nA1;Café, Chester;CH1 2HP\nA2;Two;CH41 1AA\n"
ROWS = [["Ref", "Name", "Postcode"], ["A1", "One", "CH1 2HP"], ["A2", "Two", "CH41 1AA"]]


def test_what_is_found_is_told(read: ReadText, tmp_path: Path) -> None:
    preview = read("Sites of 2014\n\n" + TEXT)
    table, layout = preview.table, preview.layout
    assert (table.kind, table.encoding, table.delimiter) == ("text", "utf-8", ";")
    assert (layout.header_row, layout.title_rows) == (3, 1)
    book = read(workbook(ROWS, [["Notes"]]), name="a.xlsx").table
    assert (book.kind, book.sheet, book.sheets) == ("workbook", "Sheet1", ("Sheet1", "Sheet2"))
    gis = read(layer(tmp_path / "a.geojson").read_bytes(), name="b.geojson").table
    assert (gis.kind, gis.sheet) == ("layer", "b")


def test_the_encoding_can_be_overruled(read: ReadText) -> None:
    data = TEXT.encode("mac_roman")
    assert read(data).rows[0].name != "Café, Chester"
    preview = read(data, encoding="mac_roman")
    assert preview.rows[0].name == "Café, Chester"
    assert preview.table.encoding == "mac_roman"
    for encoding in ("utf-8", "utf-16"):
        with pytest.raises(UserError, match=f"not in the encoding “{encoding}”"):
            read(data, encoding=encoding)
    for encoding in ("klingon", "base64", "idna", ""):
        if encoding:
            with pytest.raises(UserError, match="there is no encoding"):
                read(data, encoding=encoding)
    mixed = "Name,Postcode\nCafé One,CH1 2HP\n".encode() + "Café Two,CH41 1AA\n".encode("cp1252")
    found = read(mixed).table.encoding
    assert read(mixed, encoding=found).rows[1].name == "Café Two", "as found can be said again"


@pytest.mark.parametrize("said", [",", "comma"])
def test_the_delimiter_can_be_overruled(read: ReadText, said: str) -> None:
    text = "Name,Notes\nCafé;A|B,one\nHall;C|D,two\n"
    assert read(text, delimiter=said).rows[0].name == "Café;A|B"
    assert read(text.replace(",", "\t"), delimiter="tab").rows[0].name == "Café;A|B"
    with pytest.raises(UserError, match="no row of the list has the delimiter “~”"):
        read(text, delimiter="~")
    for impossible in ("xx", "a", '"'):
        with pytest.raises(UserError, match="cannot be a delimiter"):
            read(text, delimiter=impossible)


def test_the_row_of_headings_can_be_overruled(read: ReadText) -> None:
    text = "Old ref,Old name,Code\n\nRef,Name,Postcode\nA1,One,CH1 2HP\nA2,Two,CH41 1AA\n"
    assert read(text).layout.header_row == 3
    said = read(text, header_row=1, columns={"Old name": "name", "Code": "postcode"})
    assert [row.row for row in said.rows] == [3, 4, 5]
    none = read("A1,Hall Library,CH1 2HP\nName,Ref,CH41 1AA\n", header_row=0)
    assert none.layout.header_row is None
    assert len(none.rows) == 2
    with pytest.raises(UserError, match="row 2 is blank"):
        read(text, header_row=2)
    with pytest.raises(UserError, match="there is no row 9"):
        read(text, header_row=9)


def test_what_a_file_does_not_have_cannot_be_chosen(read: ReadText, tmp_path: Path) -> None:
    book = workbook(ROWS)
    with pytest.raises(UserError, match="a workbook has no delimiter"):
        read(book, name="a.xlsx", delimiter=",")
    with pytest.raises(UserError, match="a workbook has no encoding"):
        read(book, name="a.xlsx", encoding="utf-8")
    with pytest.raises(UserError, match="a text file has no sheet"):
        read(TEXT, sheet="Sites")
    data = layer(tmp_path / "a.geojson").read_bytes()
    with pytest.raises(UserError, match="always UTF-8"):
        read(data, name="b.geojson", encoding="cp1252")
    with pytest.raises(UserError, match="names of its fields"):
        read(data, name="b.geojson", header_row=3)


def test_a_layer_with_headings_nobody_knows_does_not_read_them_as_data(
    read: ReadText, tmp_path: Path
) -> None:
    path = layer(tmp_path / "a.geojson", Wotsit=["Alpha", "Beta"], Foo=["x", "y"])
    preview = read(path.read_bytes(), name="b.geojson", columns={"Wotsit": "name"})
    assert [row.name for row in preview.rows] == ["Alpha", "Beta"]
