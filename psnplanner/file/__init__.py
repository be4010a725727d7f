"""The programme file: one GeoPackage, and the only SQL."""
