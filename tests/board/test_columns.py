"""Columns of sites come back as they went in, whatever names hold."""

from hypothesis import given, settings
from hypothesis import strategies as st

from psnplanner.board import columns
from tests.board.reading import numbers, texts

words = st.text(st.sampled_from('ab `{|"\\é<>&~x1'), max_size=12)


@given(st.lists(st.one_of(st.none(), st.integers(-10_000_000, 10_000_000)), max_size=20))
@settings(max_examples=60, deadline=None)
def test_numbers(values: list[int | None]) -> None:
    assert numbers(columns.numbers(values)) == values


@given(st.lists(words, min_size=1, max_size=30))
@settings(max_examples=150, deadline=None)
def test_texts(values: list[str]) -> None:
    assert texts(columns.texts(values * 5)) == values * 5
    assert texts(columns.sorted_texts(sorted(values))) == sorted(values)


def test_common_words_take_little_room() -> None:
    values = [f"Saint Oswald Primary School {k}" for k in range(1000)]
    assert len(columns.texts(values)["d"]) < 0.45 * sum(map(len, values))
    references = [f"CM{k:05}" for k in range(1000)]
    assert len(columns.sorted_texts(references)["front"]) < 3500
