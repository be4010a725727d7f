"""Libraries that would load pandas wherever it is installed, loaded without it.

sqlite-utils and folium import it to know its types; ortools brings it. Nothing here has a data
frame, and pandas takes 50 MB and half a second of opening a programme or writing a page.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_pandas() -> Iterator[None]:
    """Within, an import of pandas fails as if it were not there, unless it is loaded already."""
    hidden = "pandas" not in sys.modules
    if hidden:
        # None makes an import fail; whoever wants it later finds it again.
        sys.modules["pandas"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if hidden:
            del sys.modules["pandas"]
