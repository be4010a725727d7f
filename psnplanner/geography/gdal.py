"""GDAL, through pyogrio, loaded without the libraries of data frames and projections, and cut off.

pyogrio looks for pandas and pyproj to serve those who use them; together they take half a second.
Whatever in a file has GDAL ask the network comes to a door where nobody answers.
"""

from __future__ import annotations

from psnplanner.without_pandas import without_pandas

with without_pandas("geopandas", "pyarrow", "pyproj"):
    from pyogrio import list_layers, read_info, set_gdal_config_options
    from pyogrio.errors import (
        DataLayerError,
        DataSourceError,
        FeatureError,
        FieldError,
        GeometryError,
    )
    from pyogrio.raw import read, write

set_gdal_config_options(
    {"GDAL_HTTP_PROXY": "127.0.0.1:9", "GDAL_HTTP_TIMEOUT": 1, "GDAL_HTTP_MAX_RETRY": 0}
)

__all__ = [
    "DataLayerError", "DataSourceError", "FeatureError", "FieldError", "GeometryError",
    "list_layers", "read", "read_info", "write",
]  # fmt: skip
