"""Bases are drawn as often as the bound leans towards them."""

import numpy as np

from psnplanner.planning.neighbourhood import drawn


def test_what_is_leant_towards_in_whole_is_drawn_just_so_often() -> None:
    random = np.random.default_rng(1)
    leaning = np.tile([2.0, 0.0, 1.0, 1.0], (4, 1))
    for _ in range(20):
        assert sorted(drawn(leaning, np.zeros(4, dtype=np.int64), random)) == [0, 0, 2, 3]


def test_the_rest_is_drawn_in_proportion() -> None:
    random = np.random.default_rng(2)
    leaning = np.tile([0.5, 1.5, 0.0], (2, 1))
    found = [drawn(leaning, np.zeros(2, dtype=np.int64), random) for _ in range(200)]
    share = np.bincount(np.concatenate(found), minlength=3) / 200
    assert share[2] == 0
    assert 0.4 < share[0] < 0.6
    assert 1.4 < share[1] < 1.6
    assert {int(b) for base in found for b in base} == {0, 1}


def test_groups_that_lean_differently_draw_apart_and_those_that_do_not_keep_theirs() -> None:
    leaning = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    found = drawn(leaning, np.array([2, 2, 2]), np.random.default_rng(3))
    assert found.tolist() == [1, 2, 0]
