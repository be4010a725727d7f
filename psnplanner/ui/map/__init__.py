"""The map: one canvas, painted in layers."""
