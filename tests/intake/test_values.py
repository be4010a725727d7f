"""Reading one cell."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psnplanner.intake import values


@pytest.mark.parametrize(
    ("text", "pence"),
    [
        ("£1,230", 123_000),
        ("1230", 123_000),
        ("1230.5", 123_050),
        ("£ 790.00", 79_000),
        ("£1.2k", 120_000),
        ("£1,230 p.a.", 123_000),
        ("GBP 15", 1_500),
        ("0", 0),
        ("nil", 0),
    ],
)
def test_money(text: str, pence: int) -> None:
    assert values.money(text) == pence


@pytest.mark.parametrize("text", ["£1,23", "-5", "(£120)", "€5", "about 5", "1.230,50", "9" * 20])
def test_what_is_no_money(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        values.money(text)


@given(st.integers(0, 10**10))
def test_money_reads_back_what_is_written(pence: int) -> None:
    assert values.money(f"£{pence // 100:,}.{pence % 100:02d}") == pence
    assert values.money(f"{pence / 100:.2f}") == pence


UK_FORMS = [
    "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %B %Y", "%d-%b-%Y", "%Y-%m-%d", "%Y%m%d", "%d %b %Y",
    "%A %d %B %Y", "%d/%m/%Y 00:00", "%Y-%m-%d 00:00:00", "%Y-%m-%dT00:00:00", "%B %d, %Y",
]  # fmt: skip


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.sampled_from(UK_FORMS))
def test_a_date_in_any_form(on: date, form: str) -> None:
    assert values.day(on.strftime(form)) == (on, "")


@given(st.dates(date(1969, 1, 1), date(2068, 12, 31)), st.sampled_from(["%d-%b-%y", "%d/%m/%y"]))
def test_a_two_digit_year_is_within_its_hundred_years(on: date, form: str) -> None:
    assert values.day(on.strftime(form)) == (on, "")


def test_ordinals_and_spreadsheet_day_numbers() -> None:
    assert values.day("1st April 2015") == (date(2015, 4, 1), "")
    on, mend = values.day("41966")
    assert on == date(2014, 11, 23)
    assert "23/11/2014" in mend


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("07/25/2015", "month written first"),
        ("31/02/2015", "no such day"),
        ("July 2015", "without its day"),
        ("rolling", "not a date"),
        ("12 Foo 2015", "no month"),
        ("01/01/0014", "cannot be right"),
    ],
)
def test_what_is_no_date_says_why(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        values.day(text)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    readers = (values.money, values.day, values.uprn, values.yes_no, values.number)
    for reader in readers:
        with contextlib.suppress(ValueError):
            reader(text)


def test_uprn_keeps_leading_zeros_and_names_damage() -> None:
    assert values.uprn("0012604936") == "0012604936"
    assert values.uprn("100012604936") == "100012604936"
    for damaged in ("1E+11", "1.00013E+11", "1e11"):
        with pytest.raises(ValueError, match="spreadsheet shortened"):
            values.uprn(damaged)
    with pytest.raises(ValueError, match="rounded"):
        values.uprn("100010000000")
    with pytest.raises(ValueError, match="12 digits"):
        values.uprn("1234567890123")


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("access", "EXISTING DUCT", "existing duct"),
        ("access", "Fibre", "existing fibre"),
        ("access", "new-dig", "new dig"),
        ("tenure", "Freehold", "owned"),
        ("tenure", "3rd party", "third party"),
        ("priority", "HIGH", "high"),
        ("priority", "Med", "medium"),
    ],
)
def test_words_of_a_list(field: str, text: str, value: str) -> None:
    assert values.listed(field, text) == value


def test_a_word_not_known_is_refused_with_the_choices() -> None:
    with pytest.raises(ValueError, match="owned, leased, third party"):
        values.listed("tenure", "PFI")


@pytest.mark.parametrize("text", ["", "-", "N/A", "tbc", "Not known", "[Unknown]"])
def test_ways_of_saying_nothing(text: str) -> None:
    assert values.is_blank(text)
