"""What the status bar says of the place under the cursor."""

from __future__ import annotations

import sys

from psnplanner.ui.wording import degrees_words


def place_words(longitude: float, latitude: float) -> str:
    """Degrees, and the Ordnance Survey's grid reference to 10 m where there is one.

    On the start page, before anything heavy is loaded, degrees alone.
    """
    degrees = degrees_words(longitude, latitude)
    if "numpy" not in sys.modules:
        return degrees
    from psnplanner.geography.grid import grid_reference

    reference = grid_reference(latitude, longitude)
    return f"{degrees} · {reference}" if reference else degrees
