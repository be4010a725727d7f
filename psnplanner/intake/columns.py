"""Which row holds the headings, and which column fills which field of a site."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from psnplanner.errors import UserError
from psnplanner.intake import content
from psnplanner.intake.evidence import require_buildings
from psnplanner.intake.headings import (
    FIELDS,
    IGNORED,
    SEVERAL,
    alternatives,
    field_named,
    meaning,
    plain,
)
from psnplanner.intake.silent import recognise_silent
from psnplanner.intake.table import LAYER, Row, Table, column_name
from psnplanner.intake.values import cleaned, is_blank

_HEADING_ROWS = 40
_SAMPLE_ROWS = 2_000
_SAMPLE_CELLS = 300
_ACCEPTED = 0.5
_FEW = 5
# Whose word on a column counts before which; the others are told apart by how sure they are.
_SAID = {"you": 0, "remembered": 1, "file": 2}
_ENDINGS = {"end date", "date ended"}
_OPENINGS = {"start date", "open date", "opened", "date opened", "opening date", "opened on"}


@dataclass(frozen=True)
class Column:
    """A column and the field it fills ("" for none): how surely (0 to 1), and by what told.

    `by` is "heading", "content", "file", "remembered", "you" or "". `lettered` is a column of a
    list without headings, whose heading is its letter.
    """

    index: int
    heading: str
    field: str = ""
    confidence: float = 0.0
    by: str = ""
    lettered: bool = False

    @property
    def kept_as(self) -> str:
        """The heading under which a site keeps a cell's text: the field's own beats a letter.

        So that a list without headings, mended and given some, is not kept twice.
        """
        return self.field.replace("_", " ") if self.lettered and self.field else self.heading


@dataclass(frozen=True)
class Layout:
    """The columns of a table, its heading row (None if it has none), and its rows of data."""

    columns: tuple[Column, ...]
    header_row: int | None
    data: list[Row]
    title_rows: int
    notes: tuple[str, ...] = ()

    def of(self, field: str) -> list[Column]:
        """The columns that fill a field, left to right."""
        return [column for column in self.columns if column.field == field]


def recognise(
    table: Table,
    chosen: Mapping[str, str] | None = None,
    remembered: Mapping[str, str] | None = None,
    header_row: int | None = None,
) -> Layout:
    """The layout of a table. `chosen` are the user's own {heading: field}, and win.

    `remembered` are those of an earlier list of this shape; `header_row` is the number of the
    row of headings where the user says it, 0 for none. Raises UserError for a heading or a row
    the list does not have, or a field there is not.
    """
    before = {plain(heading): field for heading, field in (remembered or {}).items()}
    wanted = {plain(heading): _field(field) for heading, field in (chosen or {}).items()}
    at = _header(table, wanted, header_row)
    header = None if at is None else table.rows[at]
    data = table.rows if at is None else table.rows[at + 1 :]
    if not data:
        raise UserError("the list has headings but no rows below them.", table.name,
                        "Check that it is the right file, and the right sheet.")  # fmt: skip
    headings = _headings(header[1] if header else [], data)
    samples = [_sample(data, index) for index in range(len(headings))]
    columns = [_by_heading(index, heading, samples) for index, heading in enumerate(headings)]
    columns, notes = _checked(columns, samples)
    columns = [_as_known(column, table.known, before) for column in columns]
    columns = _with_chosen(table, columns, wanted)
    columns = _one_each(_settle_ends(columns))
    columns = _promote_name(columns, samples)
    columns = recognise_silent(columns, samples, header is None)
    if header is None:
        columns = [dataclasses.replace(column, lettered=True) for column in columns]
        notes.append("The list has no row of headings; its columns were told by their content.")
        notes += _unknown_days(columns, samples)
    number = header[0] if header else None
    layout = Layout(tuple(columns), number, data, at or 0, tuple(notes))
    require_buildings(table, layout, samples)
    return layout


def _unknown_days(columns: list[Column], samples: list[list[str]]) -> list[str]:
    days = [
        column.heading
        for column in columns
        if not column.field and content.share(samples[column.index], content.is_day) > 0.8
    ]
    if not days:
        return []
    return [
        f"{', '.join(days)}: dates, but of what? They are kept with each site. If one is the "
        "contract's end or the day a building closed, say so for that column."
    ]


def _field(words: str) -> str:
    found = field_named(words)
    if found is None:
        names = ", ".join(FIELDS.values())
        raise UserError(f"there is no field “{words}”.", "column", f"Use one of: {names}; ignore.")
    return found


def _header(table: Table, wanted: Mapping[str, str], said: int | None) -> int | None:
    """The position among the rows of the headings: a layer's own, the user's, or the likeliest."""
    if table.kind == LAYER:
        if said:
            raise UserError("a layer's headings are the names of its fields.", table.name,
                            "Leave the row of headings out.")  # fmt: skip
        return 0
    if said is None:
        return _find_header(table.rows, wanted)
    if said == 0:
        return None
    at = next((at for at, (number, _) in enumerate(table.rows) if number == said), None)
    if at is None:
        last = table.rows[-1][0]
        what = f"there is no row {said:,}" if said > last else f"row {said:,} is blank"
        raise UserError(f"{what}: it cannot hold the headings.", table.name,
                        f"Give the number of a row from {table.rows[0][0]} to {last:,}, or 0 "
                        "if the list has no headings.")  # fmt: skip
    return at


def _find_header(rows: list[Row], wanted: Mapping[str, str]) -> int | None:
    """The position among the rows of the one with most recognised headings."""
    best, found = 0, None
    for at, (_, cells) in enumerate(rows[:_HEADING_ROWS]):
        if any(map(content.is_postcode, cells)):
            break  # data has begun
        score = _heading_score(cells, wanted)
        if score > best:
            best, found = score, at
    return found if found is not None else _silent_header(rows)


def _heading_score(cells: list[str], wanted: Mapping[str, str]) -> int:
    filled = [cell for cell in cells if cell]
    if sum(map(content.is_data, filled)) > len(filled) * 0.2:
        return 0
    meanings = [meaning(cell) for cell in filled]
    score = len({field for field, _ in meanings} - {""})
    chosen = len({plain(cell) for cell in filled} & set(wanted))
    sure = chosen or any(confidence >= 0.9 for _, confidence in meanings)
    if not sure or (score + chosen < 2 and len(filled) > 2):
        return 0
    return score + chosen


def _silent_header(rows: list[Row]) -> int | None:
    """A first row of words alone over columns of values: headings, if none we know."""
    if len(rows) < 3 or any(map(content.is_data, rows[0][1])) or len(rows[0][1]) < 2:
        return None
    for index, cell in enumerate(rows[0][1]):
        below = _sample(rows[1:50], index)
        if cell and len(below) > 1 and content.share(below, content.is_data) > 0.8:
            return 0
    return None


def _headings(cells: list[str], data: list[Row]) -> list[str]:
    """A heading for every column, no two alike; blank ones get their spreadsheet letters."""
    width = max([len(cells), *(len(row) for _, row in data)])
    result: list[str] = []
    for index in range(width):
        heading = cleaned(cells[index]) if index < len(cells) else ""
        heading = heading or column_name(index)
        copies = sum(1 for known in result if known.casefold() == heading.casefold())
        result.append(f"{heading} ({copies + 1})" if copies else heading)
    return result


def _sample(data: list[Row], index: int) -> list[str]:
    cells = [row[index] for _, row in data[:_SAMPLE_ROWS] if index < len(row)]
    return [cell for cell in cells if not is_blank(cell)][:_SAMPLE_CELLS]


def _by_heading(index: int, heading: str, samples: list[list[str]]) -> Column:
    field, confidence = meaning(heading)
    if not field:
        return Column(index, heading)
    if confidence < 0.9:
        field = _weak_meaning(heading, samples[index])
    if not field:
        return Column(index, heading)
    return Column(index, heading, field, confidence, "heading")


def _weak_meaning(heading: str, cells: list[str]) -> str:
    """Of the fields a vague heading may mean, the first that the cells agree with."""
    choices = alternatives(heading) or [meaning(heading)[0]]
    return next((field for field in choices if _agrees(field, cells)), "")


def _agrees(field: str, cells: list[str]) -> bool:
    few = len(cells) < _FEW
    distinct, words = content.distinct(cells), content.share(cells, content.is_words)
    if field == "reference":
        return distinct > 0.9 and content.share(cells, content.is_code) > 0.8
    if field == "name":
        return words > 0.7 and (few or distinct > 0.5)
    if field in ("partner", "kind"):
        return words > 0.5 and (few or distinct < 0.6)
    if field == "annual_cost":
        return content.share(cells, content.is_money) > 0.7
    if field == "contract_end":
        return content.share(cells, content.is_day) > 0.7
    if field == "closed":
        return (
            max(content.share(cells, content.is_day), content.share(cells, content.is_open)) > 0.7
        )
    return True


# Headings that also have quite another meaning ("Access: ramp at the rear").
_EXPECTED: dict[str, Callable[[str], bool]] = {
    "access": content.is_listed("access"),
    "tenure": content.is_listed("tenure"),
    "priority": content.is_listed("priority"),
    "sensitive": content.is_yes_no,
    "partner": content.is_words,
    "sharing": content.is_words,
    "name": content.is_words,
}


def _checked(columns: list[Column], samples: list[list[str]]) -> tuple[list[Column], list[str]]:
    """Columns whose cells do not fit their heading lose the field, and a note says so."""
    result, notes = [], []
    for column in columns:
        cells, test = samples[column.index], _EXPECTED.get(column.field)
        fits = content.share(cells, test) if test else 1.0
        if fits < 0.3 and len(cells) >= _FEW:
            notes.append(
                f"Column “{column.heading}” was not taken as {FIELDS[column.field]}: "
                f"{fits:.0%} of its cells fit. It is kept with each site as it is."
            )
            column = Column(column.index, column.heading)
        result.append(column)
    return result, notes


def _as_known(column: Column, told: Mapping[int, str], before: Mapping[str, str]) -> Column:
    """A column as the file tells it, or as a list of the same shape had it."""
    heading = plain(column.heading)
    for known, by in ((before.get(heading), "remembered"), (told.get(column.index), "file")):
        if known is not None:
            field = "" if known == IGNORED else known
            return dataclasses.replace(column, field=field, confidence=1.0, by=by)
    return column


def _with_chosen(table: Table, columns: list[Column], wanted: Mapping[str, str]) -> list[Column]:
    unused = dict(wanted)
    result = []
    for column in columns:
        for key in (plain(column.heading), plain(column.heading).removeprefix("column ")):
            if key in wanted:
                field = "" if wanted[key] == IGNORED else wanted[key]
                column = dataclasses.replace(column, field=field, confidence=1.0, by="you")
                unused.pop(key, None)
                break
        result.append(column)
    if unused:
        headings = ", ".join(column.heading for column in columns)
        raise UserError(f"there is no column “{next(iter(unused))}”.", table.name,
                        f"Its columns are: {headings}.")  # fmt: skip
    return result


def _settle_ends(columns: list[Column]) -> list[Column]:
    """An "end date" is a closure only beside a start: else it may be a contract's, so neither."""
    opened = any(plain(column.heading) in _OPENINGS for column in columns)
    return [
        Column(column.index, column.heading)
        if column.field == "closed" and plain(column.heading) in _ENDINGS and not opened
        else column
        for column in columns
    ]


def _one_each(columns: list[Column]) -> list[Column]:
    """For each field keep the surest column (the user's own before all), or the first of equals."""
    taken: dict[str, int] = {}
    for column in sorted(columns, key=lambda c: (_SAID.get(c.by, 3), -c.confidence, c.index)):
        if column.field and column.confidence >= _ACCEPTED:
            taken.setdefault(column.field, column.index)
    return [
        column
        if column.field in SEVERAL or taken.get(column.field) == column.index or not column.field
        else Column(column.index, column.heading)
        for column in columns
    ]


def _promote_name(columns: list[Column], samples: list[list[str]]) -> list[Column]:
    """A list without names whose organisations or properties are all different: its names."""
    if any(column.field == "name" for column in columns):
        return columns
    for column in columns:
        cells = samples[column.index]
        property_of = column.field == "address" and plain(column.heading) == "property"
        organisation = column.field == "partner" and len(cells) >= 20
        distinct = content.distinct(cells) > 0.6
        if distinct and column.by not in _SAID and (property_of or organisation):
            columns = list(columns)
            columns[column.index] = Column(column.index, column.heading, "name", 0.6, "content")
            break
    return columns
