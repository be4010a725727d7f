"""Thinning: nothing that needs attention is hidden behind something that does not."""

from __future__ import annotations

import numpy as np

from psnplanner.ui.map.level_of_detail import FEW, LevelOfDetail


def _crowd(count: int = 20_000) -> tuple[np.ndarray, ...]:
    luck = np.random.default_rng(3)
    xs, ys = 0.49 + luck.random(count) / 500, 0.32 + luck.random(count) / 500
    return xs, ys, luck.integers(0, 7, count).astype(np.int16), np.ones(count, bool)


def test_the_weightiest_of_a_cell_is_drawn() -> None:
    """One blocked site among twenty thousand is drawn at every scale, and last."""
    xs, ys, weights, shown = _crowd()
    weights[123] = 9
    detail = LevelOfDetail(xs, ys, weights, shown)
    for power in range(13, 24):
        assert detail.at(2.0**power)[-1] == 123


def test_far_away_draws_few_and_near_draws_all() -> None:
    """Never more than one site a cell."""
    xs, ys, weights, shown = _crowd()
    detail = LevelOfDetail(xs, ys, weights, shown)
    across_px = 2.0**16 / 500
    assert len(detail.at(2.0**16)) <= (across_px / 3 + 2) ** 2
    assert len(detail.at(2.0**27)) > 19_900


def test_hidden_and_unplaced_sites_are_left_out() -> None:
    """Whatever the number."""
    xs, ys, weights, shown = _crowd(FEW)
    xs[5], shown[6] = np.nan, False
    drawn = set(LevelOfDetail(xs, ys, weights, shown).at(2.0**18).tolist())
    assert drawn == set(range(FEW)) - {5, 6}
