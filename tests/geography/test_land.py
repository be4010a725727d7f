"""Land, sea and what the base map cannot tell."""

from __future__ import annotations

import numpy as np

from psnplanner.geography.land import offshore_m


def test_sea_land_and_beyond_the_map() -> None:
    chester, new_brighton_pier, irish_sea, madrid = (
        (53.19, -2.89), (53.4435, -3.045), (53.6, -3.6), (40.4, -3.7),
    )  # fmt: skip
    points = np.array([chester, new_brighton_pier, irish_sea, madrid])
    metres = offshore_m(points[:, 0], points[:, 1])
    assert metres[0] == 0
    assert metres[1] < 500
    assert 10_000 < metres[2] < 60_000
    assert np.isnan(metres[3])
