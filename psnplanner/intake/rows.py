"""One row of a list to the values of one site, with every doubt said in a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from psnplanner.geography import postcode as spelling
from psnplanner.intake import values
from psnplanner.intake.columns import Column, Layout
from psnplanner.intake.headings import thousands
from psnplanner.intake.values import cleaned, is_blank
from psnplanner.programme.gates import uk

ERROR, WARNING, MENDED, NOTE = "error", "warning", "mended", "note"
SEVERITIES = (ERROR, WARNING, MENDED, NOTE)
"""Not on the map or not taken; a value to check; a slip put right; for information."""

_TOTALS = re.compile(
    r"(grand |sub[- ]?|overall )?(totals?|sum|count)( (sites|buildings|cost|number)s?)?\s*[:=]?",
    re.IGNORECASE,
)
_DISTRICT = re.compile(r"[A-Z]{1,2}\d[\dA-Z]?", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"\b[A-Z]{1,2}\d[\dA-Z]?\s*\d[A-Z]{2}\s*$", re.IGNORECASE)
_SHEET_ERRORS = frozenset(("#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"))
_DAMAGED = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_AS_TEXT = "In the spreadsheet make the column Text, then enter the whole number again."
_COORDINATES = ("easting", "northing", "latitude", "longitude")


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
    sharing: list[str] = field(default_factory=list)
    coordinates: dict[str, float] = field(default_factory=dict)
    district: str = ""
    problems: list[Problem] = field(default_factory=list)
    skipped: str = ""

    @property
    def sound(self) -> bool:
        """Whether nothing about the row needs a person to look at it."""
        return all(problem.severity in (MENDED, NOTE) for problem in self.problems)

    def tell(
        self, column: str, value: str, message: str, remedy: str, severity: str = WARNING
    ) -> None:
        """Add a problem of this row."""
        shown = value if len(value) <= 200 else value[:197] + "..."
        self.problems.append(
            Problem(self.row, self.reference, column, shown, message, remedy, severity)
        )

    def skip(self, reason: str, remedy: str = "", severity: str = ERROR) -> None:
        """Leave the row out, saying why."""
        self.skipped = reason
        self.tell("", "", f"Row left out: {reason}", remedy, severity)


class RowReader:
    """Reads the rows of one layout; `today` tells which closing dates have passed."""

    def __init__(self, layout: Layout, today: date) -> None:
        self._layout = layout
        self._today = today
        self._headings = [column.heading.casefold() for column in layout.columns]
        self._columns = {
            name: found[0]
            for name in {column.field for column in layout.columns if column.field}
            if (found := layout.of(name))
        }
        self._factor = thousands(self.heading("annual_cost"))
        self._parts = {name: layout.of(name) for name in ("address", "contact", "note")}
        self._unknown = [column for column in layout.columns if not column.field]
        self._read_in_order = [
            (self._columns[name], reader)
            for name, reader in _READERS.items()
            if name in self._columns
        ]
        self._last_full = self._find_last_full()

    def heading(self, name: str) -> str:
        """The heading of the column that fills a field, or the field's own name."""
        column = self._columns.get(name)
        return column.heading if column else ""

    def read(self, row: int, cells: list[str]) -> Draft:
        """What a row says, with its problems; nothing is placed or matched yet."""
        draft = Draft(row)
        if self._is_no_site(draft, cells):
            return draft
        other = self._other(cells)
        width = len(cells)
        for column, reader in self._read_in_order:
            if column.index < width and (text := cells[column.index]) and not is_blank(text):
                if text in _SHEET_ERRORS:
                    _bad(draft, column, text, *_FORMULA_FAILED, other)
                else:
                    reader(self, draft, column, cleaned(text), other)
        self._join_parts(draft, cells)
        self._postcode_in_address(draft)
        self._check(draft)
        if other:
            draft.values["other"] = tuple(other)
        return draft

    def _find_last_full(self) -> int:
        """The last row with more than one cell: single cells below it are footnotes."""
        for row, cells in reversed(self._layout.data):
            if sum(map(bool, cells)) > 1:
                return row
        return self._layout.data[-1][0] if self._layout.data else 0

    def _is_no_site(self, draft: Draft, cells: list[str]) -> bool:
        filled = list(filter(None, cells))
        postcode = self._columns.get("postcode")
        placed = postcode is not None and bool(_at(cells, postcode.index))
        if not placed and any(map(_TOTALS.fullmatch, filled[:2])):
            draft.skip("it is a line of totals, not a site.", severity=NOTE)
        elif self._layout.header_row is not None and self._repeats_headings(cells):
            draft.skip("it repeats the headings.", severity=NOTE)
        elif len(filled) == 1 and draft.row > self._last_full and " " in filled[0]:
            draft.skip(
                f"it looks like a remark below the list: “{filled[0][:80]}”.",
                "If it is a site, give it a name and a postcode in their columns.",
                WARNING,
            )
        return bool(draft.skipped)

    def _repeats_headings(self, cells: list[str]) -> bool:
        if cells[0].casefold() != self._headings[0] and cells[0]:
            return False
        same = sum(
            cell.casefold() == heading
            for cell, heading in zip(cells, self._headings, strict=False)
            if cell
        )
        return same > 1 and same == sum(map(bool, cells))

    def _other(self, cells: list[str]) -> list[tuple[str, str]]:
        return [
            (column.heading, text)
            for column in self._unknown
            if (text := cleaned(_at(cells, column.index)))
        ]

    def _join_parts(self, draft: Draft, cells: list[str]) -> None:
        for name, columns in self._parts.items():
            if len(columns) == 1 and (text := _at(cells, columns[0].index)).isprintable():
                if text and not is_blank(text):
                    draft.values[name] = cleaned(text)
                continue
            parts: list[str] = []
            own_name = str(draft.values.get("name", "")).casefold()
            for column in columns:
                text = ", ".join(
                    piece
                    for line in _at(cells, column.index).splitlines()
                    if (piece := cleaned(line).strip(" ,"))
                )
                # Split addresses repeat the building's name, and the town as its county.
                if is_blank(text) or (len(columns) > 1 and text.casefold() == own_name):
                    continue
                if text.casefold() not in (part.casefold() for part in parts):
                    parts.append(text)
            if parts:
                draft.values[name] = (", " if name == "address" else "; ").join(parts)

    def _postcode_in_address(self, draft: Draft) -> None:
        if "postcode" in draft.values or draft.district or self._bad_postcode(draft):
            return
        address = str(draft.values.get("address", ""))
        found = _IN_ADDRESS.search(address)
        if found:
            try:
                postcode, _ = spelling.mend(found[0])
            except ValueError:
                return
            draft.values["postcode"] = postcode
            draft.tell(
                self.heading("address"), address, f"Postcode {postcode} taken from the address.",
                "Nothing to do, if it is the site's own.", MENDED,
            )  # fmt: skip

    def _bad_postcode(self, draft: Draft) -> bool:
        heading = self.heading("postcode")
        return any(problem.column == heading for problem in draft.problems) if heading else False

    def _check(self, draft: Draft) -> None:
        has = draft.values
        named = any(has.get(name) for name in ("name", "reference", "postcode", "uprn"))
        if not named:
            draft.skip(
                "it has no name, no reference and no postcode, so it names no building.",
                "Give it at least a name and a postcode.",
            )
            return
        if not has.get("name"):
            draft.tell(self.heading("name"), "", "The site has no name.", "Give it one.")
        if "partner" in self._columns and not draft.partner:
            draft.tell(
                self.heading("partner"), "", "No partner is given.",
                "Say whose building it is: a site cannot go live without a partner.",
            )  # fmt: skip
        words = f"{has.get('kind', '')} {has.get('name', '')}".casefold()
        if "mobile" in words and "mobile" in words.split():
            draft.tell(
                self.heading("kind"), str(has.get("kind", "")),
                "This seems to be a vehicle, not a building.",
                "If no fibre goes there, take it off the list.",
            )  # fmt: skip


Other = list[tuple[str, str]]
_FORMULA_FAILED = (
    "The spreadsheet's formula failed here, so there is no value.",
    "Correct the formula, or type the value, and import the list again.",
)
_mend_postcode = lru_cache(maxsize=65_536)(spelling.mend)


def _at(cells: list[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _text(name: str) -> Callable[[RowReader, Draft, Column, str, Other], None]:
    def read(reader: RowReader, draft: Draft, column: Column, text: str, other: Other) -> None:
        draft.values[name] = text

    return read


def _bad(draft: Draft, column: Column, text: str, message: str, remedy: str, other: Other) -> None:
    """A value that is not taken: told, and kept with the site as it is written."""
    draft.tell(column.heading, text, message, remedy)
    other.append((column.heading, text))


def _reference(reader: RowReader, draft: Draft, column: Column, text: str, other: Other) -> None:
    if _DAMAGED.fullmatch(text) and "+" in text:
        message = f"A spreadsheet shortened the reference to {text}; its last digits are lost."
        _bad(draft, column, text, message, _AS_TEXT, other)
    else:
        draft.values["reference"] = draft.reference = text


def _postcode(reader: RowReader, draft: Draft, column: Column, text: str, other: Other) -> None:
    try:
        draft.values["postcode"], mend = _mend_postcode(text)
    except ValueError as error:
        if _DISTRICT.fullmatch(text):
            draft.district = text.upper()
            message, remedy = "Only the first half of a postcode.", "Give the whole postcode."
        else:
            message = f"{_sentence(error)}"
            remedy = "Look the postcode up by the address and correct it in the list."
        _bad(draft, column, text, message, remedy, other)
        return
    if mend:
        remedy = "Nothing to do, if this is right."
        draft.tell(column.heading, text, f"Mended: {mend}.", remedy, MENDED)


def _uprn(reader: RowReader, draft: Draft, column: Column, text: str, other: Other) -> None:
    try:
        draft.values["uprn"] = values.uprn(text)
    except ValueError as error:
        damage = "lost" in str(error)
        remedy = _AS_TEXT if damage else "Correct it, or leave it blank."
        _bad(draft, column, text, f"UPRN {text} not taken: {error}.", remedy, other)


def _money(reader: RowReader, draft: Draft, column: Column, text: str, other: Other) -> None:
    try:
        draft.values["annual_cost_pence"] = values.money(text) * reader._factor
    except ValueError as error:
        message = f"Annual cost not taken: {error}."
        _bad(draft, column, text, message, "Write pounds a year, such as £1,230.", other)


def _contract(reader: RowReader, draft: Draft, column: Column, text: str, other: Other) -> None:
    try:
        draft.values["contract_ends_on"], mend = values.day(text)
    except ValueError as error:
        message = f"Contract end not taken: {error}."
        _bad(draft, column, text, message, "Write day, month, year: 23/11/2014.", other)
        return
    if mend:
        draft.tell(column.heading, text, f"Mended: {mend}.", "Nothing to do, if right.", MENDED)


def _listed(name: str) -> Callable[[RowReader, Draft, Column, str, Other], None]:
    def read(reader: RowReader, draft: Draft, column: Column, text: str, other: Other) -> None:
        try:
            draft.values[name] = values.listed(name, text)
        except ValueError as error:
            choices = str(error).removeprefix("not one of ")
            message = f"{name.capitalize()} “{text}” is not known."
            _bad(draft, column, text, message, f"Write one of: {choices}.", other)

    return read


def _sensitive(reader: RowReader, draft: Draft, column: Column, text: str, other: Other) -> None:
    try:
        draft.values["sensitive"] = values.yes_no(text)
    except ValueError:
        # Shown to the public by mistake is the worse error of the two.
        draft.values["sensitive"] = True
        message = "Neither yes nor no: taken as sensitive."
        _bad(draft, column, text, message, "Write yes or no.", other)


def _partner(reader: RowReader, draft: Draft, column: Column, text: str, other: Other) -> None:
    draft.partner = text


def _sharing(reader: RowReader, draft: Draft, column: Column, text: str, other: Other) -> None:
    if text.casefold() in ("yes", "no", "y", "n", "true", "false", "0", "1"):
        other.append((column.heading, text))
        return
    mark = r"[;|/]" if re.search(r"[;|/]", text) else r","
    draft.sharing = [name for part in re.split(mark, text) if (name := part.strip())]


def _coordinate(name: str) -> Callable[[RowReader, Draft, Column, str, Other], None]:
    def read(reader: RowReader, draft: Draft, column: Column, text: str, other: Other) -> None:
        try:
            draft.coordinates[name] = values.number(text)
        except ValueError:
            message = f"The {name} is not a number."
            remedy = "Give both coordinates as plain numbers, or leave both blank."
            _bad(draft, column, text, message, remedy, other)

    return read


def _closed(reader: RowReader, draft: Draft, column: Column, text: str, other: Other) -> None:
    other.append((column.heading, text))
    remedy = "If it needs no connection, take it off the list; else clear the date."
    try:
        on, _ = values.day(text)
    except ValueError:
        if _YEAR.fullmatch(text) and int(text) <= reader._today.year:
            draft.tell(column.heading, text, f"The list says it closed in {text}.", remedy)
        elif text.casefold() in ("yes", "y", "closed", "true"):
            draft.tell(column.heading, text, "The list says it is closed.", remedy)
        return
    if on <= reader._today:
        draft.tell(column.heading, text, f"The list says it closed on {uk(on)}.", remedy)


def _sentence(error: ValueError) -> str:
    text = str(error).replace("'", "“", 1).replace("'", "”", 1)
    return text[:1].upper() + text[1:] + "."


_READERS: dict[str, Callable[[RowReader, Draft, Column, str, Other], None]] = {
    "reference": _reference,
    "name": _text("name"),
    "kind": _text("kind"),
    "partner": _partner,
    "sharing": _sharing,
    "postcode": _postcode,
    "uprn": _uprn,
    **{name: _coordinate(name) for name in _COORDINATES},
    "access": _listed("access"),
    "tenure": _listed("tenure"),
    "annual_cost": _money,
    "contract_end": _contract,
    "priority": _listed("priority"),
    "sensitive": _sensitive,
    "closed": _closed,
}
