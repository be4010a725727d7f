"""The frozen phasing cases at the product's own prices, where geography weighs more.

    python -m tests.benchmarks phasing_dear [--sites 600]... [--seconds S] [--seed K] [--json]

The same table as `phasing`. Shared digging, uneven load and £1,000 a partner's visit make bases
and partners count for half of the total: the harder problem for a bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psnplanner.planning.prices import Prices
from tests.benchmarks.phasing import measure_apart


def run(
    sites: Sequence[int] = (600, 934), seconds: float = 60.0, seed: int = 1
) -> list[dict[str, Any]]:
    """One row a size."""
    return [measure_apart(count, seconds, seed, Prices()) for count in sites]
