"""Libraries that would load pandas wherever it is installed, loaded without it.

sqlite-utils and folium import it to know its types; ortools brings it. Nothing here has a data
frame, and pandas takes 50 MB and half a second of opening a programme or writing a page. So does
numpy a tenth of a second of every command that only opens a programme.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_pandas(*others: str) -> Iterator[None]:
    """Within, an import of pandas fails as if it were not there, unless it is loaded already.

    So do imports of `others`, where no other thread could want one meanwhile.
    """
    alone = threading.active_count() == 1
    names = [name for name in ("pandas", *(others if alone else ())) if name not in sys.modules]
    for name in names:
        # None makes an import fail; whoever wants it later finds it again.
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
