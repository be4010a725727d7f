"""Crews as a queue, all runs at a time, against a heap and one run at a time."""

import heapq

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from psnplanner.planning.crew_queue import BLOCK, starts


def plain(ready: np.ndarray, service: np.ndarray, crews: int) -> np.ndarray:
    """Whoever is ready first gets the crew that is free first."""
    began = np.zeros_like(ready)
    for run in range(ready.shape[1]):
        free = [np.float32(0)] * crews
        order = sorted(range(len(ready)), key=lambda site: (ready[site, run], site))
        for site in order:
            start = max(ready[site, run], heapq.heappop(free))
            began[site, run] = start
            heapq.heappush(free, start + service[site, run])
    return began


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 30), st.integers(1, 6), st.integers(0, 10_000))
def test_it_is_the_heap_scheduler(sites: int, crews: int, seed: int) -> None:
    """To the last bit, ties included."""
    luck = np.random.default_rng(seed)
    ready = (luck.integers(0, 40, (sites, 7)) / 4).astype(np.float32)
    service = (luck.integers(0, 12, (sites, 7)) / 4).astype(np.float32)
    assert (starts(ready, service, crews) == plain(ready, service, crews)).all()


def test_runs_beyond_a_block_are_served_too() -> None:
    """Blocks of runs are only a matter of memory."""
    luck = np.random.default_rng(1)
    ready = (luck.integers(0, 40, (9, BLOCK + 5)) / 4).astype(np.float32)
    service = np.ones_like(ready)
    assert (starts(ready, service, 2)[:, -5:] == plain(ready[:, -5:], service[:, -5:], 2)).all()
