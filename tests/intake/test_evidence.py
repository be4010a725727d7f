"""What is no list of buildings is refused once, in words; the user's word overrules it."""

from __future__ import annotations

import pytest

from psnplanner.intake.evidence import UnknownColumns
from tests.intake.conftest import ReadText
from tests.intake.made_lists import workbook

NO_LISTS = {
    "prose": "Dear Sir,\n\nHere is the list, as promised, which you asked for.\nYours, John\n",
    "invoice": "INVOICE\n\nInvoice No:,123\nDate:,03/06/2014\nTo:,Acme Ltd\n\nQty,Description,"
               "Unit price,Total\n2,Widget,£5.00,£10.00\n1,Fibre tray,£7.00,£7.00\n",
    "log": "2014-06-03 12:00:01,INFO,started the service\n2014-06-03 12:00:02,WARN,disk full\n",
    "bank": "Date,Details,Debit,Credit\n01/02/2014,Card payment,12.00,\n02/02/2014,Pay,,1000\n",
    "staff": "First name,Surname,Age,Shoe size\nAnn,Jones,34,5\nBob,Smith,55,9\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", NO_LISTS)
def test_what_is_no_list_of_buildings_is_refused_once(read: ReadText, kind: str) -> None:
    with pytest.raises(UnknownColumns, match="list of buildings") as refusal:
        read(NO_LISTS[kind])
    first = NO_LISTS[kind].split("\n")[0].split(",")[0]
    assert f"“{first}”" in refusal.value.what
    assert "=name" in refusal.value.remedy
    assert refusal.value.table.rows, "it can still be shown"


def test_the_users_word_is_enough(read: ReadText) -> None:
    preview = read(NO_LISTS["bank"], columns={"Details": "name"})
    assert [row.name for row in preview.rows] == ["Card payment", "Pay"]


def test_another_sheet_is_offered(read: ReadText) -> None:
    data = workbook(
        [["Ref", "Name"], ["A1", "Hall"]], [["Sites marked High are stations."], ["Ask us."]]
    )
    assert len(read(data, name="a.xlsx").rows) == 1
    with pytest.raises(UnknownColumns, match=r"Choose another sheet \(Sheet1\)"):
        read(data, name="a.xlsx", sheet="Sheet2")


def test_columns_set_apart_by_spaces_are_named_as_the_trouble(read: ReadText) -> None:
    text = "Ref    Name           Postcode\nA1     Town Hall      CH1 2HP\n"
    with pytest.raises(UnknownColumns, match="stand apart by spaces"):
        read(text)


def test_names_of_public_buildings_are_list_enough(read: ReadText) -> None:
    assert len(read("Chester Library\nHoole Fire Station\nMill Lane Surgery\n").rows) == 3
