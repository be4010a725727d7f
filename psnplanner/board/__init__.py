"""What the programme board receives: figures, and snapshots that open anywhere."""
