"""Cells to and from a spreadsheet, as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psnplanner.errors import UserError
from psnplanner.ui.clipboard import as_html, as_tabs, grid_of, safe

_CELLS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12).map(str.strip)


@given(st.lists(st.lists(_CELLS, min_size=2, max_size=4), min_size=1, max_size=5))
def test_what_is_copied_comes_back(grid: list[list[str]]) -> None:
    """Quotes, tabs, lines and guards and all, if there is anything in it."""
    wide = max(map(len, grid))
    grid = [line + [""] * (wide - len(line)) for line in grid]
    if any(any(line) for line in grid[-1:]) and any(grid[0]):
        assert grid_of(as_tabs(grid)) == grid


def test_cells_of_several_lines_and_tabs() -> None:
    """As Excel quotes them."""
    grid = [["a\nb", 'say "x"'], ["c\td", ""], ["", "end"]]
    assert as_tabs(grid) == '"a\nb"\t"say ""x"""\n"c\td"\t""\n""\tend\n'.replace(
        '\t""\n', "\t\n", 1
    ).replace('\n""\tend', "\n\tend")
    assert grid_of(as_tabs(grid)) == grid
    assert grid_of("a\tb\r\nc\r\n") == [["a", "b"], ["c", ""]]


@pytest.mark.parametrize("text", ["=1+1", "+44 151", "@sum", "-x", "'=1"])
def test_formulas_are_text(text: str) -> None:
    """Nothing copied runs in a spreadsheet, and pasting it back gives it as it was."""
    assert safe(text).startswith("'")
    assert grid_of(as_tabs([[text, "x"]])) == [[text, "x"]]
    assert f"<td style=\"mso-number-format:'\\@'\">{safe(text)}" in as_html(
        [[text]], headings=False
    ).replace("&#x27;", "'")


def test_numbers_stay_numbers() -> None:
    """Negative ones too; a reference with leading noughts is text."""
    assert safe("-12.5") == "-12.5"
    html = as_html([["Cost", "Ref"], ["12", "007"]], headings=True)
    assert "<td>12</td>" in html
    assert "@'\">007" in html
    assert html.count("<th") == 2
    assert "&lt;b&gt;" in as_html([["<b>"]], headings=False)


def test_nothing_and_far_too_much() -> None:
    """Said in words."""
    with pytest.raises(UserError, match="nothing to paste"):
        grid_of(" \n")
    with pytest.raises(UserError, match="cells"):
        grid_of("\t" * 1100 + "\n" * 1100)
