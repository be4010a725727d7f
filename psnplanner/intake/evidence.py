"""Whether a table is a list of buildings at all, and the one refusal of one that is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from psnplanner.errors import UserError
from psnplanner.intake import content
from psnplanner.intake.values import cleaned

if TYPE_CHECKING:
    from psnplanner.intake.columns import Column, Layout
    from psnplanner.intake.table import Table

_NAMING = {"name", "reference", "postcode", "uprn", "point", "address", "easting", "latitude"}
_TELLING = _NAMING - {"name", "reference", "address"}  # that no other text looks like
_SAID = ("you", "remembered", "file")
_BUILDINGS = 0.4
_SHOWN, _SHOWN_CHARACTERS = 8, 40


class UnknownColumns(UserError):
    """The refusal of a table in which nothing tells of buildings; the table is still to be seen.

    Whoever shows it can let a person choose another sheet or row of headings, or name columns.
    """

    def __init__(self, table: Table, layout: Layout, what: str, remedy: str) -> None:
        super().__init__(what, table.name, remedy)
        self.table = table
        self.layout = layout


def require_buildings(table: Table, layout: Layout, samples: Sequence[Sequence[str]]) -> None:
    """Raise UnknownColumns unless something in the columns tells of buildings.

    The user's word is enough, or a heading that names a building or its place; contents alone
    must be of a kind that prose, invoices and logs do not have.
    """
    aligned = _is_aligned(layout, samples)
    if any(_tells(column, samples[column.index], aligned) for column in layout.columns):
        return
    if sum(column.by in _SAID or column.confidence == 1.0 for column in layout.columns) > 1:
        return  # headings of ours, though none that names a building: each row says so
    shown = [column.heading for column in layout.columns]
    what = "headings are"
    if layout.header_row is None:
        shown, what = [cleaned(cell) for cell in layout.data[0][1] if cell], "first row says"
    words = ", ".join(f"“{cell[:_SHOWN_CHARACTERS]}”" for cell in shown[:_SHOWN])
    more = " and more" if len(shown) > _SHOWN else ""
    others = [name for name in table.sheets if name != table.sheet]
    remedy = (
        "If it is one, say which column is what: at least the name and the postcode, such as "
        f"“{layout.columns[0].heading}=name”."
    )
    if others:
        remedy = f"Choose another sheet ({', '.join(others[:5])}). {remedy}"
    if aligned:
        remedy = f"Its columns stand apart by spaces alone: save it as CSV or XLSX. {remedy}"
    raise UnknownColumns(
        table, layout,
        f"nothing in it tells that it is a list of buildings: its {what} {words}{more}.", remedy,
    )  # fmt: skip


def _tells(column: Column, cells: Sequence[str], aligned: bool) -> bool:
    if not column.field or column.field not in _NAMING:
        return False
    if column.by in _SAID:
        return True
    if aligned:
        return False
    if column.field in _TELLING:
        return True
    if column.by == "heading":
        return True
    return column.field == "name" and content.share(cells, content.is_kind) > _BUILDINGS


def _is_aligned(layout: Layout, samples: Sequence[Sequence[str]]) -> bool:
    """Whether a table of one column seems to be several that only spaces hold apart."""
    cells = samples[0] if len(layout.columns) == 1 else ()
    return content.share(cells, lambda cell: "  " in cell) > 0.8
