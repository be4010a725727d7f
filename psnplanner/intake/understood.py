"""The rows of a table understood: columns recognised, cells read, places found, sites matched."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date

from psnplanner.errors import UserError
from psnplanner.geography.gazetteer import Gazetteer
from psnplanner.geography.online import Online
from psnplanner.geography.uprn import UprnTable
from psnplanner.intake.columns import Layout, recognise
from psnplanner.intake.comparison import Comparison
from psnplanner.intake.headings import plain
from psnplanner.intake.match import drop_repeated, tell_alike
from psnplanner.intake.place import Sources, place
from psnplanner.intake.preview import Preview
from psnplanner.intake.reading import Cell, Reading
from psnplanner.intake.remembered import recall, remember
from psnplanner.intake.rows import (
    MENDED,
    NOTE,
    Draft,
    RowReader,
)
from psnplanner.intake.table import Progress, Table
from psnplanner.programme.duplicate_edits import is_shared
from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State


def understood(
    table: Table,
    state: State,
    today: date,
    reading: Reading,
    gazetteer: Gazetteer | None,
    uprns: UprnTable | None,
    online: Online | None,
    touched: Mapping[RecordId, AbstractSet[str]],
    tell: Progress,
) -> Preview:
    """What a table's rows would do to a programme; see `lists.read_list` for what is given."""
    layout = recognise(table, reading.columns, header_row=reading.header_row)
    if known := recall(state, layout):
        layout = recognise(table, reading.columns, known, reading.header_row)
    layout = _with_mended_cells(table, layout, reading.cells)
    reader = RowReader(layout, today)
    drafts = reader.read(tell)
    for draft in drafts if reading.left_out else ():
        if draft.row in reading.left_out and not draft.skipped:
            draft.skip("you said so.", severity=NOTE)
    drop_repeated(drafts)
    tell_alike(drafts)
    _tell_reader_mends(table, drafts)
    tell(0.6, "Placing the sites")
    sources = Sources(
        gazetteer if gazetteer is not None else Gazetteer.open(),
        uprns if uprns is not None else UprnTable.open(),
        online or (Online() if reading.online else None),
    )
    kept = [draft for draft in drafts if not draft.skipped]
    place(kept, sources, reader.heading, state, tell)
    tell(0.8, "Comparing with the programme")
    field_work = {} if reading.take_list else _with_settled(touched, state)
    comparison = Comparison(table, layout, state, drafts, reader, field_work)
    remembering = remember(state, layout, reading.columns)
    return comparison.preview(bool(sources.releases), tell, remembering, reading)


def _with_mended_cells(table: Table, layout: Layout, cells: Mapping[Cell, str]) -> Layout:
    """The layout with the user's own cells; raises UserError for one the list does not have."""
    if not cells:
        return layout
    at = {plain(column.heading): column.index for column in layout.columns}
    rows = {number: list(row) for number, row in layout.data}
    for (number, heading), text in cells.items():
        index = at.get(plain(heading))
        if index is None or number not in rows:
            raise UserError(
                f"there is no cell “{heading}” in row {number:,}.", table.name,
                "Name a row of the list by its number in the file, and a column by its heading.",
            )  # fmt: skip
        row = rows[number]
        row += [""] * (index + 1 - len(row))
        row[index] = text.strip()
    return dataclasses.replace(layout, data=[(number, rows[number]) for number, _ in layout.data])


_SETTLED_TOGETHER = frozenset({"name", "annual_cost_pence", "contract_ends_on", "priority"})
"""What a shared site's users settled together: a row of one of them does not overrule it."""


def _with_settled(
    touched: Mapping[RecordId, AbstractSet[str]], state: State
) -> Mapping[RecordId, AbstractSet[str]]:
    shared = [site for site in state.sites.values() if is_shared(site)]
    if not shared:
        return touched
    return {**touched, **{s.id: touched.get(s.id, frozenset()) | _SETTLED_TOGETHER for s in shared}}


def _tell_reader_mends(table: Table, drafts: Sequence[Draft]) -> None:
    for draft in drafts if table.mended else ():
        if draft.row in table.mended:
            mend = f"Mended: {table.mended[draft.row]}."
            draft.tell("", "", mend, "Check the row, and its quotation marks.", MENDED)
