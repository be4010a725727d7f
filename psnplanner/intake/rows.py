"""The rows of a list to the values of its sites, with every doubt said in a sentence.

The work goes by column, not by row: what is the same in many rows is read once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Any

from psnplanner.intake import content
from psnplanner.intake.cells import (
    CLOSED,
    ERROR,
    MENDED,
    NOTE,
    SEVERITIES,
    WARNING,
    Reader,
    Reading,
    postcodes_in,
    readers,
    readings,
)
from psnplanner.intake.columns import Column, Layout
from psnplanner.intake.headings import SEVERAL, thousands
from psnplanner.intake.table import Progress, no_progress
from psnplanner.intake.values import cleaned, is_blank

__all__ = ["ERROR", "MENDED", "NOTE", "SEVERITIES", "WARNING", "Draft", "Problem", "RowReader"]

_TOTALS = re.compile(
    r"(grand |sub[- ]?|overall )?(totals?|sum|count)( (sites|buildings|cost|number)s?)?\s*[:=]?",
    re.IGNORECASE,
)
_TOTAL_OF = re.compile(
    r"(?:(?:grand|sub|overall)[ -]?)?totals?\b.*|.*\btotals?\s*:?", re.IGNORECASE
)
_PAGE = re.compile(r"(?:page|sheet)\s+\d+(?:\s+of\s+\d+)?", re.IGNORECASE)
_FLOAT = re.compile(r"\d+\.0")
_HOUSE_NUMBER = re.compile(r"\d+\s?[a-z]?(?:\s?[-/]\s?\d+\s?[a-z]?)?", re.IGNORECASE)
# Fields of a list that are not the fields of a site by the same name, and go elsewhere.
_VALUE_OF = {"annual_cost": "annual_cost_pence", "contract_end": "contract_ends_on"}
_NO_VALUE = ("partner", "sharing", "closed")
_COORDINATES = ("easting", "northing", "latitude", "longitude", "point")

Cells = Sequence[str]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about a row (None: about the whole list) to be seen, and what to do about it."""

    row: int | None
    reference: str
    column: str
    value: str
    message: str
    remedy: str
    severity: str


@dataclass(slots=True)
class Draft:
    """What one row says of its site. `skipped` is why the row is left out, "" if it is not."""

    row: int
    reference: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    partner: str = ""
    sharing: Sequence[str] = ()
    # Empty and shared until there is something: most rows have no problem and no coordinates.
    coordinates: dict[str, float] | None = None
    district: str = ""
    problems: Sequence[Problem] = ()
    skipped: str = ""

    @property
    def says_closed(self) -> bool:
        """Whether the list says that the building has closed."""
        return any(p.severity == WARNING and p.message.startswith(CLOSED) for p in self.problems)

    @property
    def sound(self) -> bool:
        """Whether nothing about the row needs a person to look at it."""
        return not self.problems or all(p.severity in (MENDED, NOTE) for p in self.problems)

    def tell(
        self, column: str, value: str, message: str, remedy: str, severity: str = WARNING
    ) -> None:
        """Add a problem of this row."""
        shown = value if len(value) <= 200 else value[:197] + "..."
        problem = Problem(self.row, self.reference, column, shown, message, remedy, severity)
        self.problems = [*self.problems, problem]

    def skip(self, reason: str, remedy: str = "", severity: str = ERROR) -> None:
        """Leave the row out, saying why."""
        self.skipped = reason
        self.tell("", "", f"Row left out: {reason}", remedy, severity)


class RowReader:
    """Reads the rows of one layout; `today` tells which closing dates have passed."""

    def __init__(self, layout: Layout, today: date) -> None:
        self._layout = layout
        self._headings = [column.heading.casefold() for column in layout.columns]
        self._columns = {
            name: found[0]
            for name in {column.field for column in layout.columns if column.field}
            if (found := layout.of(name))
        }
        self.from_addresses = 0
        """How many postcodes were taken from the addresses of a list without a column of them."""
        self._readers = readers(today, thousands(self.heading("annual_cost")))
        # Zipping the rows turns them into columns at the speed of C; short rows end in blanks.
        cells: list[Cells] = list(zip_longest(*(row for _, row in layout.data), fillvalue=""))
        blank = ("",) * len(layout.data)
        self._cells = cells + [blank] * (len(layout.columns) - len(cells))

    def heading(self, name: str) -> str:
        """The heading of the column that fills a field, or the field's own name."""
        column = self._columns.get(name)
        return column.heading if column else ""

    def read(self, progress: Progress = no_progress) -> list[Draft]:
        """What each row says, with its problems; nothing is placed or matched yet."""
        drafts = [Draft(row) for row, _ in self._layout.data]
        self._leave_out(drafts)
        others: dict[int, list[Pair]] = {}
        names: list[str] = []
        filled: list[list[Any]] = []
        done = 0
        for name, reader in self._readers.items():
            if name not in self._columns:
                continue
            done += 1
            progress(0.2 + 0.25 * done / len(self._columns), "Checking the rows")
            found = self._column(drafts, name, self._columns[name], reader, others)
            if found is not None:
                names.append(_VALUE_OF.get(name, name))
                filled.append(found)
        for name in SEVERAL:
            if columns := self._layout.of(name):
                names.append(name)
                filled.append(self._joined(columns))
        progress(0.5, "Checking the rows")
        self._fill(drafts, names, filled)
        self._check(drafts)
        self._keep_others(drafts, others)
        return drafts

    def _column(
        self,
        drafts: list[Draft],
        name: str,
        column: Column,
        reader: Reader | None,
        others: dict[int, list[Pair]],
    ) -> list[Any] | None:
        """Read one column into the drafts; the values to fill in, where it has any."""
        cells = self._cells[column.index]
        texts = set(cells)
        if name == "reference" and texts and all(map(_FLOAT.fullmatch, filter(None, texts))):
            cells = [
                text.removesuffix(".0") for text in cells
            ]  # a column of numbers, saved as such
            texts = set(cells)
        value, doubtful = readings(texts, reader)
        if doubtful:
            _tell(drafts, cells, doubtful, column, others)
        found = [value[text] for text in cells]
        if name == "reference":
            for draft, reference in zip(drafts, found, strict=True):
                draft.reference = reference or ""
        elif name == "partner":
            for draft, partner in zip(drafts, found, strict=True):
                draft.partner = partner or ""
        elif name == "sharing":
            for draft, sharing in zip(drafts, found, strict=True):
                draft.sharing = sharing or ()
        elif name in _COORDINATES:
            for draft, given in zip(drafts, found, strict=True):
                if given:
                    draft.coordinates = {**(draft.coordinates or {}), **given}
        return None if name in _NO_VALUE or name in _COORDINATES else found

    def _joined(self, columns: list[Column]) -> list[str | None]:
        """A field that several columns fill together, joined in their order."""
        mark = ", " if columns[0].field == "address" else "; "
        pieces = [self._pieces(column, len(columns) == 1) for column in columns]
        if len(pieces) == 1:
            return [text or None for text in pieces[0]]
        name = self._columns.get("name")
        own = self._cells[name.index] if name else ("",) * len(self._layout.data)
        return [
            _join(parts, cleaned(own_name).casefold(), mark)
            for own_name, *parts in zip(own, *pieces, strict=True)
        ]

    def _pieces(self, column: Column, alone: bool) -> list[str]:
        cells = self._cells[column.index]
        found = {text: _piece(text, alone) for text in set(cells)}
        return [found[text] for text in cells]

    def _fill(self, drafts: list[Draft], names: list[str], filled: list[list[Any]]) -> None:
        for draft, *row in zip(drafts, *filled, strict=True):
            if not draft.skipped:
                draft.values = {
                    name: value for name, value in zip(names, row, strict=True) if value is not None
                }

    def _leave_out(self, drafts: list[Draft]) -> None:
        """Skip lines of totals, headings repeated between pages, and remarks below the list."""
        postcode = self._columns.get("postcode")
        postcodes = self._cells[postcode.index] if postcode else ("",) * len(drafts)
        last_full = self._last_full()
        for draft, (_, cells), placed in zip(drafts, self._layout.data, postcodes, strict=True):
            if not placed and _is_totals(cells):
                draft.skip("it is a line of totals, not a site.", severity=NOTE)
            elif self._repeats_headings(cells):
                draft.skip("it repeats the headings.", severity=NOTE)
            elif sum(map(bool, cells)) == 1:
                remark = next(filter(None, cells))
                if _PAGE.fullmatch(remark):
                    draft.skip("it is the number of a page.", severity=NOTE)
                elif draft.row < last_full and self._is_title(cells):
                    draft.skip(
                        f"it looks like a heading between the rows: “{remark[:80]}”.",
                        "If it is a site, give it a name and a postcode in their columns.",
                        WARNING,
                    )
                elif draft.row > last_full and " " in remark:
                    draft.skip(
                        f"it looks like a remark below the list: “{remark[:80]}”.",
                        "If it is a site, give it a name and a postcode in their columns.",
                        WARNING,
                    )

    def _is_title(self, cells: Cells) -> bool:
        """Whether a row's only cell is words where the rows about it have a reference.

        In the column of names only a public body is a title: a bare name may be a building.
        """
        index = next(index for index, cell in enumerate(cells) if cell)
        by_field = {column.index: name for name, column in self._columns.items()}
        field = by_field.get(index, "")
        if field == "name":
            return content.is_partner(cells[index]) and len(self._columns) > 1
        return "name" in self._columns and not content.is_code(cells[index])

    def _last_full(self) -> int:
        """The last row with more than one cell: single cells below it are footnotes."""
        for row, cells in reversed(self._layout.data):
            if sum(map(bool, cells)) > 1:
                return row
        return self._layout.data[-1][0] if self._layout.data else 0

    def _repeats_headings(self, cells: Cells) -> bool:
        first = cells[0]
        if self._layout.header_row is None or (first and first.casefold() != self._headings[0]):
            return False
        same = sum(
            cell.casefold() == heading
            for cell, heading in zip(cells, self._headings, strict=False)
            if cell
        )
        return same > 1 and same == sum(map(bool, cells))

    def _check(self, drafts: list[Draft]) -> None:
        told_partner = "partner" in self._columns
        for draft in drafts:
            if draft.skipped:
                continue
            has = draft.values
            if "postcode" not in has and not draft.district:
                self._postcode_in_address(draft)
            name = has.get("name")
            if not name:
                if not any(has.get(key) for key in ("reference", "postcode", "uprn")):
                    draft.skip(
                        "it has no name, no reference and no postcode, so it names no building.",
                        "Give it at least a name and a postcode.",
                    )
                    continue
                draft.tell(self.heading("name"), "", "The site has no name.", "Give it one.")
            if told_partner and not draft.partner:
                draft.tell(
                    self.heading("partner"), "", "No partner is given.",
                    "Say whose building it is: a site cannot go live without a partner.",
                )  # fmt: skip
            words = f"{has.get('kind', '')} {name or ''}".casefold()
            if "mobile" in words and "mobile" in words.split():
                draft.tell(
                    self.heading("kind"), str(has.get("kind", "")),
                    "This seems to be a vehicle, not a building.",
                    "If no fibre goes there, take it off the list.",
                )  # fmt: skip

    def _postcode_in_address(self, draft: Draft) -> None:
        heading = self.heading("postcode")
        if heading and any(problem.column == heading for problem in draft.problems):
            return  # a postcode is given, and is wrong
        address = str(draft.values.get("address", ""))
        found = postcodes_in(address) if address else []
        if len(found) == 1:
            draft.values["postcode"] = found[0]
            if not heading:
                self.from_addresses += 1
                return
            draft.tell(
                self.heading("address"), address, f"Postcode {found[0]} taken from the address.",
                "Nothing to do, if it is the site's own.", MENDED,
            )  # fmt: skip

    def _keep_others(self, drafts: list[Draft], others: dict[int, list[Pair]]) -> None:
        """Keep with each site the columns that fill no field, and the values not taken."""
        columns = [self._kept_pairs(column) for column in self._layout.columns if not column.field]
        if columns:
            for draft, *row in zip(drafts, *columns, strict=True):
                pairs = tuple(filter(None, row)) + tuple(others.get(draft.row, ()))
                if pairs and not draft.skipped:
                    draft.values["other"] = pairs
            return
        for draft in drafts:
            if draft.row in others and not draft.skipped:
                draft.values["other"] = tuple(others[draft.row])

    def _kept_pairs(self, column: Column) -> list[Pair | None]:
        cells = self._cells[column.index]
        pairs = {text: (column.heading, cleaned(text)) if text else None for text in set(cells)}
        return [pairs[text] for text in cells]


def _is_totals(cells: Cells) -> bool:
    filled = [cell for cell in cells if cell]
    if any(map(_TOTALS.fullmatch, filled[:2])):
        return True
    if not any("total" in cell.casefold() for cell in filled):
        return False
    words = [cell for cell in filled if not content.is_data(cell)]
    return len(filled) > 1 and len(words) == 1 and bool(_TOTAL_OF.fullmatch(words[0]))


def _tell(
    drafts: list[Draft],
    cells: Cells,
    doubtful: dict[str, Reading],
    column: Column,
    others: dict[int, list[Pair]],
) -> None:
    """Tell the rows of a column's doubtful cells, and keep what is to be kept."""
    for draft, text in zip(drafts, cells, strict=True):
        if text not in doubtful or draft.skipped:
            continue
        said, shown = doubtful[text], cleaned(text)
        if said.keep:
            others.setdefault(draft.row, []).append((column.kept_as, shown))
        if said.district:
            draft.district = said.district
        if said.message:
            draft.tell(column.heading, shown, said.message, said.remedy, said.severity)


def _piece(text: str, alone: bool) -> str:
    """A cell's part of a joined field: several lines on one, "" for one that says nothing."""
    if alone and text.isprintable():
        return "" if is_blank(text) else cleaned(text)
    lines = (cleaned(line).strip(" ,") for line in text.splitlines())
    piece = ", ".join(filter(None, lines))
    return "" if is_blank(piece) else piece


def _join(parts: Sequence[str], own_name: str, mark: str) -> str | None:
    """Parts in order without repeats: a split address has the name, and the town as county."""
    kept: dict[str, str] = {}
    number = ""
    for text in parts:
        if number and text:
            text, number = f"{number} {text}", ""
        elif mark == ", " and text and text[0].isdigit() and _HOUSE_NUMBER.fullmatch(text):
            number = text  # belongs before the street, in the next column
            continue
        if text and (folded := text.casefold()) != own_name:
            kept.setdefault(folded, text)
    if number:
        kept.setdefault(number, number)
    return mark.join(kept.values()) or None
