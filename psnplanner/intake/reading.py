"""How a user wants a list read, where that is not what the program finds out by itself."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

Cell = tuple[int, str]
"""A cell of a list: its row's number in the file and its column's heading."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the user says of a list; what is None or empty is found out from the list itself.

    `sheet` is a workbook's sheet or a file's layer; `header_row` the number of the row of
    headings in the file, 0 for a list without; `columns` are {heading: field}; `cells` are
    the cells mended in place; `left_out` the rows not to import. `online` asks the internet
    for addresses that nothing else places; `take_list` lets the list overrule field work.
    """

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[Cell, str] = field(default_factory=dict)
    left_out: AbstractSet[int] = frozenset()
    online: bool = False
    take_list: bool = False


AS_FOUND = Reading()
"""A list read as the program finds it."""
