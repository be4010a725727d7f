"""PSN Planner: plan and track the roll-out of a public services network, building by building."""

__version__ = "0.1.0"
