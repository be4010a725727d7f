"""sqlite-utils, without pandas.

Where pandas is installed sqlite-utils loads it, to know its types; ortools brings it. Nothing
here stores a data frame, and pandas takes 50 MB and half a second of opening a programme.
"""

from __future__ import annotations

import sys

_hidden = "pandas" not in sys.modules and "sqlite_utils" not in sys.modules
if _hidden:
    # None makes an import fail as if it were not there; whoever wants it later finds it again.
    sys.modules["pandas"] = None  # type: ignore[assignment]
try:
    from sqlite_utils import Database, Migrations
finally:
    if _hidden:
        del sys.modules["pandas"]

__all__ = ["Database", "Migrations"]
