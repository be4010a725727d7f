"""What devices knew of one another: kept in short, and the same to the letter when it is read."""

from __future__ import annotations

import random

import pytest

from psnplanner.file.journal_knowledge import (
    FULL_EVERY,
    Said,
    expanded,
    in_short,
    is_full,
    vector_text,
)


def test_it_comes_back_whatever_was_learnt() -> None:
    """New devices, some that went on, all that went on, a device that is no more."""
    dice = random.Random(3)
    known: dict[int, int] = {}
    said, steps, fulls = Said(), 0, 0
    for n in range(1, 300):
        before, known = known, dict(known)
        for dev in (
            list(known) if dice.random() < 0.3 else dice.sample(sorted(known), len(known) // 9)
        ):
            known[dev] += dice.randrange(1, 40)
        if dice.random() < 0.4:
            known[dice.getrandbits(46)] = dice.randrange(1, 5)
        if dice.random() < 0.02 and known:
            del known[dice.choice(sorted(known))]
        text = in_short(known, before, steps)
        steps = 0 if is_full(text) else steps + 1
        assert expanded(text, before) == said.known(7, n, text) == known
        assert steps < FULL_EVERY
        fulls += is_full(text)
    assert fulls < 90


def test_two_hundred_devices_that_all_went_on_take_a_tenth() -> None:
    """Which is what a team at work looks like after every sync."""
    before = {(1 << 46) + n: 20_000 + n for n in range(200)}
    after = {dev: n + 3 for dev, n in before.items()}
    assert len(in_short(after, before, FULL_EVERY - 2)) * 10 < len(vector_text(after))
    assert is_full(in_short(after, before, FULL_EVERY - 1))


def test_what_rests_on_what_is_lost_is_no_knowledge() -> None:
    """Nothing is made up for it."""
    with pytest.raises(ValueError, match="lost"):
        Said().known(7, 2, "+[1,2]")
    with pytest.raises(ValueError, match="zip"):
        expanded("+[1,2]", {1: 1})
