"""What a pasted block would change, cell by cell, before anything is changed. Qt-free.

A block goes onto cells, from one down and to the right; or to the sites whose references stand
in one of its columns, under its own headings if it brings any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from psnplanner.errors import UserError
from psnplanner.intake.headings import meaning
from psnplanner.programme.cell_edits import SetCells, refusals
from psnplanner.programme.edits import plural
from psnplanner.programme.record import RecordId, fields_of
from psnplanner.programme.site import Site
from psnplanner.ui.cell_reading import read, value_words
from psnplanner.ui.clipboard import Grid
from psnplanner.ui.site_rows import SiteRows
from psnplanner.ui.table_columns import Column, Columns

_MEANT = {
    "annual_cost": "annual_cost_pence",
    "contract_end": "contract_ends_on",
}
"""The fields of a list whose column here has another key."""

_ENOUGH = 0.6
"""The share of a column that must be references for it to be taken for one."""

_TELL_EVERY = 500
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Given:
    """One cell and the words for it."""

    ident: RecordId
    column: Column
    words: str


@dataclass(frozen=True)
class Proposed:
    """One change, in words and as a value; with `error` it is refused."""

    ident: RecordId
    column: Column
    now: str
    then: str
    value: Any = None
    error: UserError | None = None


@dataclass
class Paste:
    """All that a paste comes to. `problems` are rows that could go nowhere, in sentences."""

    changes: list[Proposed] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unchanged: int = 0

    @property
    def sound(self) -> list[Proposed]:
        """The changes that can be made."""
        return [change for change in self.changes if change.error is None]

    @property
    def refused(self) -> list[Proposed]:
        """The changes that cannot."""
        return [change for change in self.changes if change.error is not None]

    def edit(self, verb: str = "Paste", by: str = "") -> SetCells:
        """Everything sound, as one edit."""
        values: dict[RecordId, dict[str, Any]] = {}
        for change in self.sound:
            values.setdefault(change.ident, {})[change.column.key] = change.value
        label = f"{verb} {plural(len(self.sound), 'cell')} of {plural(len(values), 'site')}"
        return SetCells(values, label, by)


# Where the cells go


def onto_cells(
    grid: Grid, idents: Sequence[RecordId], columns: Sequence[Column], lines: int, wide: int
) -> tuple[list[Given], list[str]]:
    """The cells of a block laid on sites and columns, the first of each where it begins.

    `lines` and `wide` say how much is selected: a block that fits into it several times is
    repeated, as spreadsheets do.
    """
    tall, broad = len(grid), len(grid[0])
    down = lines if lines % tall == 0 and lines > tall else tall
    across = wide if wide % broad == 0 and wide > broad else broad
    problems = []
    if down > len(idents):
        over = down - len(idents)
        problems.append(f"{plural(over, 'line')} would go beyond the last site of the table.")
    if across > len(columns):
        over = across - len(columns)
        problems.append(f"{plural(over, 'column')} would go beyond the last column.")
    given = [
        Given(ident, column, grid[line % tall][at % broad])
        for line, ident in enumerate(idents[:down])
        for at, column in enumerate(columns[:across])
    ]
    return given, problems


def headings_of(line: Sequence[str], columns: Columns) -> list[Column | None] | None:
    """The columns that a first line names; None if it is no line of headings."""
    found = [_headed(words, columns) for words in line]
    filled = sum(bool(words.strip()) for words in line)
    known = [column for column in found if column]
    if len(known) >= 2 and len(known) * 2 >= filled and len(set(known)) == len(known):
        return found
    return None


def _headed(words: str, columns: Columns) -> Column | None:
    if not words.strip():
        return None
    meant, sure = meaning(words)
    return columns.headed(words) or (columns.get(_MEANT.get(meant, meant)) if sure >= 1 else None)


def reference_column(grid: Grid, rows: SiteRows) -> int:
    """Which column of a block holds references of sites; -1 for none."""
    known = rows.state.site_by_reference
    for at in range(len(grid[0])):
        filled = [line[at].strip().casefold() for line in grid if line[at].strip()]
        hits = sum(words in known for words in filled)
        if filled and hits and hits >= _ENOUGH * len(filled):
            return at
    return -1


def to_references(
    grid: Grid, rows: SiteRows, at: int, columns: Sequence[Column | None]
) -> tuple[list[Given], list[str]]:
    """The cells of a block for the sites named in its column `at`, under these columns."""
    known, problems = rows.state.site_by_reference, []
    given: dict[tuple[RecordId, str], Given] = {}
    seen: set[RecordId] = set()
    for line in grid:
        reference = line[at].strip()
        site = known.get(reference.casefold())
        if site is None:
            if any(cell.strip() for cell in line):
                problems.append(f"There is no site “{reference}”." if reference else _NO_REFERENCE)
            continue
        if site.id in seen:
            problems.append(f"{site.reference} is there twice: its last line counts.")
        seen.add(site.id)
        for column, words in zip(columns, line, strict=False):
            if column is not None and column.key != "reference":
                given[site.id, column.key] = Given(site.id, column, words)
    return list(given.values()), problems


_NO_REFERENCE = "A line has no reference."


# What they come to


def paste_of(
    rows: SiteRows,
    today: date,
    given: Iterable[Given],
    problems: Iterable[str] = (),
    *,
    clear_blanks: bool = True,
    progress: Progress | None = None,
) -> Paste:
    """Every change that these cells mean, read and looked at; nothing is changed yet."""
    paste = Paste(problems=list(problems))
    cells = list(given)
    for count, cell in enumerate(cells):
        if progress and not count % _TELL_EVERY:
            progress(0.8 * count / len(cells), "Reading the cells")
        if cell.words.strip() or clear_blanks:
            _add(paste, rows, cell)
    if progress:
        progress(0.8, "Looking for what would be refused")
    _look(paste, rows, today)
    return paste


def _add(paste: Paste, rows: SiteRows, cell: Given) -> None:
    column, place = cell.column, rows.index_of[cell.ident]
    now = rows.words(column, place)
    try:
        value = _read(rows, cell)
    except UserError as error:
        if cell.words.strip() == now.strip():
            paste.unchanged += 1  # what cannot be changed may well be pasted on itself
        else:
            paste.changes.append(Proposed(cell.ident, column, now, cell.words, None, error))
        return
    if value == _held(rows, column, place):
        paste.unchanged += 1
        return
    then = value_words(rows.facts, column, value)
    paste.changes.append(Proposed(cell.ident, column, now, then, value))


def _read(rows: SiteRows, cell: Given) -> Any:
    if not cell.column.editable:
        raise UserError(f"{cell.column.heading} follows from other facts and is not typed in.")
    return read(rows.state, cell.column, cell.words)


def _held(rows: SiteRows, column: Column, place: int) -> Any:
    """What a site holds, as `read` would give it."""
    if column.key in fields_of(Site):
        return getattr(rows.sites[place], column.key)
    value = rows.value(column, place)
    return "" if value == "none" else value


def _look(paste: Paste, rows: SiteRows, today: date) -> None:
    values: dict[RecordId, dict[str, Any]] = {}
    for change in paste.sound:
        values.setdefault(change.ident, {})[change.column.key] = change.value
    found = refusals(rows.state, today, values)
    paste.changes = list(_marked(paste.changes, found))


def _marked(
    changes: Iterable[Proposed], found: dict[tuple[RecordId, str], UserError]
) -> Iterator[Proposed]:
    for change in changes:
        error = found.get((change.ident, change.column.key), change.error)
        made = (change.ident, change.column, change.now, change.then, change.value, error)
        yield Proposed(*made) if error else change
