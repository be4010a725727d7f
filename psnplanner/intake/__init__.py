"""Site lists in: read, recognise columns, check every row, place it, make one edit of it."""
