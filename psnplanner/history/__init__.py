"""Reading the past: as-at, audit and undo, all of them pure functions of changes."""
