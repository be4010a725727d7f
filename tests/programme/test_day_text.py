"""One reader of days for lists, the command line and the window."""

from __future__ import annotations

from datetime import date

import pytest

from psnplanner import console
from psnplanner.errors import UserError
from psnplanner.intake import values
from psnplanner.programme.day_text import day, typed_day
from psnplanner.ui.typed_values import day_of

FORMS = [
    "3/6/2014", "03/06/14", "3.6.2014", "3-6-14", "3 6 2014", "3 June 2014", "3-Jun-14",
    "3rd of June, 2014", "Tuesday 3 June 2014", "June 3, 2014", "2014-06-03", "2014/6/3",
    "20140603", "2014-06-03T09:30:00Z", "2014-06-03 00:00:00.000", "03-JUN-2014 00:00",
]  # fmt: skip


@pytest.mark.parametrize("words", FORMS)
def test_one_day_in_every_form_and_through_every_door(words: str) -> None:
    on = date(2014, 6, 3)
    assert day(words) == values.day(words) == (on, "")
    assert typed_day(words) == console.read_day(words) == day_of(words) == on


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("06/25/2014", "month written first"), ("31/6/2014", "no such day"),
        ("June 2014", "without its day"), ("3 Foo 2014", "no month"), ("soon", "not a date"),
        ("3/6/0014", "cannot be right"), ("3/6", "not a date"), ("", "not a date"),
    ],
)  # fmt: skip
def test_what_is_no_day_says_why(words: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        day(words)
    with pytest.raises(ValueError, match=reason):
        console.read_day(words)
    if words:
        with pytest.raises(UserError, match="is no date"):
            day_of(words)


def test_a_spreadsheets_number_is_read_in_lists_alone() -> None:
    on, said = day("41793")
    assert on == date(2014, 6, 3)
    assert "03/06/2014" in said
    for door in (typed_day, console.read_day):
        with pytest.raises(ValueError, match="not a date"):
            door("41793")
    with pytest.raises(ValueError, match="1850 cannot be right"):
        typed_day("1/1/1850")
