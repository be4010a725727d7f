"""GDAL, through pyogrio, loaded without the libraries of data frames and projections.

pyogrio looks for pandas and pyproj to serve those who use them; together they take half a second.
"""

from __future__ import annotations

from psnplanner.without_pandas import without_pandas

with without_pandas("geopandas", "pyarrow", "pyproj"):
    from pyogrio import list_layers, read_info
    from pyogrio.errors import (
        DataLayerError,
        DataSourceError,
        FeatureError,
        FieldError,
        GeometryError,
    )
    from pyogrio.raw import read, write

__all__ = [
    "DataLayerError", "DataSourceError", "FeatureError", "FieldError", "GeometryError",
    "list_layers", "read", "read_info", "write",
]  # fmt: skip
