"""Room for a site in a full phase: who goes elsewhere, and where that costs least."""

from __future__ import annotations

import numpy as np

from psnplanner.planning.grouping import OUT, Ints
from psnplanner.planning.local_search import Search
from psnplanner.planning.transport import settle

MOST_MOVED = 6
"""Further sites that may be moved to make room."""


def make_room(search: Search, new: Ints, c: int) -> list[int] | None:
    """Move the sites that have to make way for new ones in a phase; who, or None if none can."""
    problem, moved = search.problem, list[int]()
    while (search.used[:, c] > search.holds[:, c]).any():
        if len(moved) >= MOST_MOVED:
            return None
        inside = np.setdiff1d(np.flatnonzero(search.plan.group == c), new)
        inside = np.intersect1d(inside, problem.free)
        inside = inside[problem.weight[inside] > 0]
        if not len(inside):
            return None
        priced = np.where(search.room(inside), search.enter_pounds(inside), np.inf).min(axis=1)
        loss = priced - search.leave_pounds(inside)
        # One that frees enough at once is better than several.
        short = float((search.used[0, c] - search.holds[0, c]).max())
        loss = loss * np.maximum(1.0, short / problem.weight[inside])
        if not np.isfinite(loss).any():
            return None
        j = int(inside[int(loss.argmin())])
        search.move(j, OUT)
        if not settle(search, j):
            return None
        moved.append(j)
    return moved
