"""sqlite-utils, the quick way."""

from __future__ import annotations

from psnplanner.without_pandas import without_pandas

with without_pandas("numpy"):
    from sqlite_utils import Database, Migrations

__all__ = ["Database", "Migrations"]
