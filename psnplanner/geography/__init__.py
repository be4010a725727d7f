"""Where things are: grids, distances, areas, postcodes and the spatial index.

Import the module that is needed: this file imports nothing, so that asking for
a postcode's spelling does not load shapely.
"""
