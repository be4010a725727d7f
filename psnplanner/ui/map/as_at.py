"""The sites as they were, or are to be, on another day: in place of those of today."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psnplanner.style import STATUS_ORDER
from psnplanner.ui.map.sites_layer import ATTENTION, Points, SitesLayer
from psnplanner.ui.map.sprites import MARKS, mark_of

_WEIGHTS = np.array([ATTENTION[status] for status in STATUS_ORDER], np.int16)
_MARKS = np.array([MARKS.index(mark_of(status)) for status in STATUS_ORDER], np.int16)


def sites_as_at(points: Points, codes: NDArray[Any]) -> SitesLayer:
    """A layer of these sites in other statuses: a code a site, negative where it is not there.

    What needed attention on that day wins its cell, as what needs it today does today.
    """
    there = codes >= 0
    statuses = np.where(there, codes, 0).astype(np.int16)
    shown = dataclasses.replace(
        points, statuses=statuses, weights=_WEIGHTS[statuses], shown=points.shown & there
    )
    return SitesLayer(shown, marks=_MARKS[statuses])
