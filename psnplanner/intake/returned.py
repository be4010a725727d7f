"""Lists that left the programme and come back: what is not read again, and what is no change.

An exported list has columns for information only, a list of problems has a column that says what
to mend; neither is a field of the site. A text that differs from the site's only by what no list
can carry (its line ends, a centimetre) is the same text.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from psnplanner.intake.headings import FIELDS
from psnplanner.intake.table import Row, Table, trimmed
from psnplanner.programme.record import Position
from psnplanner.programme.site import Site

INFORMATION = "(for information)"
WHAT_TO_MEND = "what to mend"
_HEADING_ROWS = 40
_OURS = 3  # columns for information that make a list one of ours
_SHORT_INFORMATION = re.compile(r"[io]_\w{1,8}")  # Shapefiles have room for ten letters
_SHORT = {"annualcost": "annual_cost", "contr_end": "contract_end"}
_TITLES = {title.casefold(): name for name, title in FIELDS.items()}
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_SAME_DEGREES = 1.001e-7
_CUT = "…"
_NO_XML = "\ufffe\uffff"  # characters that XML, and so a workbook, cannot hold
_SHORTEST_CUT_BYTES = 200
_JOINED = ("address", "contact", "note")  # lines of these are joined by commas when read


def without_information(table: Table) -> Table:
    """A table without its columns for information, and without the guards of a CSV's texts.

    The columns of a list we exported are known by their headings; all others of it are kept as
    they are written, whatever their headings suggest.
    """
    rows = _unguarded(table.rows) if table.delimiter else table.rows
    at = next((n for n, (_, cells) in enumerate(rows[:_HEADING_ROWS]) if _dropped(cells)), None)
    if at is None:
        return table if rows is table.rows else dataclasses.replace(table, rows=rows)
    headings = rows[at][1]
    dropped = _dropped(headings)
    kept = [index for index in range(table.width) if index not in dropped]
    rows = rows[:at] + [
        (number, trimmed([cells[index] for index in kept if index < len(cells)]))
        for number, cells in rows[at:]
    ]
    rows = [row for row in rows if row[1]]
    if at > 0 or len(dropped) < _OURS:
        return dataclasses.replace(table, rows=rows)
    names = [headings[index] if index < len(headings) else "" for index in kept]
    known = {**{n: _field(name) for n, name in enumerate(names)}, **_moved(table.known, kept)}
    return dataclasses.replace(table, rows=rows, known=known)


def _moved(known: Mapping[int, str], kept: list[int]) -> dict[int, str]:
    return {n: known[index] for n, index in enumerate(kept) if index in known}


def _dropped(cells: list[str]) -> set[int]:
    """The columns for information; none unless the row reads as our headings."""
    marked = {
        index
        for index, cell in enumerate(cells)
        if cell.casefold().endswith(INFORMATION) or cell.casefold() == WHAT_TO_MEND
    }
    short = {index for index, cell in enumerate(cells) if _SHORT_INFORMATION.fullmatch(cell)}
    return marked | short if marked or len(short) >= _OURS else set()


def _field(heading: str) -> str:
    """The field of a heading as exports write it, "" for a column of another list."""
    words = heading.casefold()
    if words in FIELDS or words in _SHORT:
        return _SHORT.get(words, words)
    return _TITLES.get(words, "")


def _unguarded(rows: list[Row]) -> list[Row]:
    """Rows without the apostrophe before texts that a spreadsheet would take for formulas."""
    return [
        (number, trimmed([c[1:] if _GUARDED.match(c) else c for c in cells]))
        if any(cell.startswith("'") for cell in cells)
        else (number, cells)
        for number, cells in rows
    ]


def differences(site: Site, values: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What a list says otherwise than the site: {field: (now, then)}.

    A list that alone clears away old remarks in `other`, and corrects nothing, changes nothing.
    """
    found = {
        name: (now, then)
        for name, then in values.items()
        if (now := getattr(site, name)) != then and not _same(name, now, then)
    }
    if set(found) == {"other"} and _pairs(found["other"][1]).items() <= _pairs(site.other).items():
        return {}
    return found


def _same(name: str, now: Any, then: Any) -> bool:
    if isinstance(now, Position) and isinstance(then, Position):
        apart = (abs(now.latitude - then.latitude), abs(now.longitude - then.longitude))
        return max(apart) <= _SAME_DEGREES
    if name == "other":
        return _pairs(now) == _pairs(then)
    if name == "sharing":
        return set(now) == set(then)
    if isinstance(now, str) and isinstance(then, str):
        known, listed = _plain(name, now), _plain(name, then)
        return known == listed or _is_cut(known, listed)
    return False


def _plain(name: str, text: str) -> str:
    spaces = r"[\s,;]+" if name in _JOINED else r"\s+"
    words = re.sub(spaces, " ", text).strip()
    if words.isprintable():
        return words
    return "".join(
        c for c in words if unicodedata.category(c) not in ("Cc", "Cs") and c not in _NO_XML
    )


def _is_cut(known: str, listed: str) -> bool:
    """Whether the list has the beginning of a text that its format had no room for."""
    long = len(listed.encode()) >= _SHORTEST_CUT_BYTES
    return long and listed.endswith(_CUT) and known.startswith(listed.removesuffix(_CUT).rstrip())


def _pairs(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Pairs by heading, whatever its case; of two alike the first that says something."""
    found: dict[str, str] = {}
    for heading, text in pairs:
        if words := _plain("", text):
            found.setdefault(_plain("", heading).casefold(), words)
    return found
