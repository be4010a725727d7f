"""What people type to find sites: words anywhere, "exact words", -not, and field terms.

    partner:halton status:live,blocked phase:none live<2014-09-01 cost>5000 -school "new build"

Every term must hold. Qt-free.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psnplanner.errors import UserError
from psnplanner.programme.cell_edits import WAYLEAVE
from psnplanner.ui.site_rows import SiteRows
from psnplanner.ui.table_columns import COMPARED, DAY, MONEY, YES_NO, Column
from psnplanner.ui.typed_values import day_of

Mask = NDArray[np.bool_]

EXAMPLES = (
    ("partner:halton", "a field that holds these letters"),
    ("status:live,blocked", "one or the other"),
    ("phase:none", "a field that is empty; partner:any for one that is not"),
    ("live<2014-09-01", "days, money and counts: < > <= >= and : for equal"),
    ("waiting>28", "waiting on somebody for more than 28 days"),
    ("-school", "without these letters; also -status:live"),
    ('"high street"', "exactly these words, one after the other"),
)
"""Terms with what they find, for the hint."""

_TERM = re.compile(
    r"""(?P<not>-)?(?:(?P<field>[^\W\d]\w*)(?P<op>:|<=|>=|<|>|=))?"""
    r"""(?:"(?P<exact>[^"]*)"?|(?P<words>[^\s"]*))"""
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    ":": operator.eq,
    "=": operator.eq,
}
_NONE, _ANY = ("none", "no", "empty", "-"), ("any", "yes", "some", "*")
_MONTH = re.compile(r"(\d{4})(?:-(\d{1,2}))?$")
_KEPT = 64


@dataclass(frozen=True)
class Term:
    """One thing asked of a site: words anywhere, or `field` `op` words."""

    words: str
    field: str = ""
    op: str = ""
    negated: bool = False
    exact: bool = False


def parse(text: str) -> list[Term]:
    """The terms of a search; a term that is only begun ("partner:", "-") asks nothing yet."""
    terms = []
    for found in _TERM.finditer(text.strip()):
        exact = found["exact"]
        words = (found["words"] if exact is None else exact).casefold()
        if words.strip():
            made = (words, (found["field"] or "").casefold(), found["op"] or "")
            terms.append(Term(*made, bool(found["not"]), exact is not None))
    return terms


class Search:
    """Answers searches over rows; what terms found is kept until a row reads differently."""

    def __init__(self, rows: SiteRows) -> None:
        self._rows = rows
        self._known: dict[Term, Mask] = {}
        self.notes: list[str] = []
        """What could not be understood in the last search."""

    def forget(self) -> None:
        """Rows read differently now."""
        self._known.clear()

    def find(self, text: str) -> Mask:
        """Which sites every term holds for."""
        self.notes = []
        shown = np.ones(len(self._rows), bool)
        for term in parse(text):
            found = self._term(term)
            shown &= ~found if term.negated else found
        return shown

    def _term(self, term: Term) -> Mask:
        bare = Term(term.words, term.field, term.op, False, term.exact)
        if bare not in self._known or self._says_something(bare):
            if len(self._known) >= _KEPT:
                self._known.pop(next(iter(self._known)))
            self._known[bare] = self._field(bare) if bare.field else self._words(bare.words)
        return self._known[bare]

    def _says_something(self, term: Term) -> bool:
        """Whether looking again is needed for its note."""
        return bool(term.field) and not self._rows.columns.named(term.field)

    def _words(self, words: str) -> Mask:
        rows, texts = self._rows, self._rows.texts
        # What holds "cre" is among what holds "cr": a key more looks through fewer.
        wider = [t for t in self._known if not t.field and t.words in words]
        if wider:
            start = self._known[max(wider, key=lambda term: len(term.words))]
            found = np.zeros(len(rows), bool)
            places = np.flatnonzero(start)
            found[places] = [words in texts[place] for place in places.tolist()]
            return found
        return np.fromiter((words in text for text in texts), bool, len(rows))

    def _field(self, term: Term) -> Mask:
        columns = self._rows.columns.named(term.field)
        if not columns:
            self.notes.append(f"There is no field “{term.field}”: looked for it as words.")
            return self._words(f"{term.field}{term.op}{term.words}")
        try:
            test, column = _test(columns, term)
        except UserError as error:
            self.notes.append(error.what)
            return np.zeros(len(self._rows), bool)
        values = self._rows.values(column)
        known: dict[Any, bool] = {}
        for value in values:
            if value not in known:
                known[value] = test(value)
        return np.fromiter((known[value] for value in values), bool, len(values))


def _test(columns: list[Column], term: Term) -> tuple[Callable[[Any], bool], Column]:
    """The test a term puts to a column's values, and which of the columns it means."""
    compared = [column for column in columns if column.kind in COMPARED]
    plain = [column for column in columns if column.kind not in COMPARED]
    if term.op in ("<", ">", "<=", ">="):
        if not compared:
            raise UserError(f"“{columns[0].heading}” has no more and no less.")
        return _comparison(compared[0], term), compared[0]
    column = (plain or compared)[0]
    if not term.exact and term.words in (*_NONE, *_ANY) and _means_empty(column, term):
        empty = term.words in _NONE
        return lambda value: (value is None or value in ("", False, "none")) == empty, column
    if plain and compared and _is_number(term.words):
        return _comparison(compared[0], term), compared[0]
    if column.kind in COMPARED:
        return _comparison(column, term), column
    if column.kind == YES_NO:
        raise UserError(f"“{column.heading}” is yes or no.")
    wanted = [term.words] if term.exact else [w for w in term.words.split(",") if w]
    return lambda value: any(w in (value or "").casefold() for w in wanted), column


def _means_empty(column: Column, term: Term) -> bool:
    """Of a wayleave "none" is a state of its own: one is needed and nobody has asked."""
    return column.key != WAYLEAVE or term.words in _ANY


def _is_number(words: str) -> bool:
    return words[:1].isdigit()


def _comparison(column: Column, term: Term) -> Callable[[Any], bool]:
    if column.kind == DAY:
        return _day_test(column, term)
    try:
        wanted = float(term.words.replace(",", "").replace("£", ""))
    except ValueError as error:
        raise UserError(f"“{term.words}” is no number.") from error
    wanted = wanted * 100 if column.kind == MONEY else wanted
    compare = _COMPARE[term.op]
    return lambda value: value is not None and compare(value, wanted)


def _day_test(column: Column, term: Term) -> Callable[[Any], bool]:
    compare = _COMPARE[term.op]
    if found := _MONTH.match(term.words):
        # A month or a year is all its days.
        digits = 7 if found[2] else 4
        wanted = f"{int(found[1]):04d}" + (f"-{int(found[2]):02d}" if found[2] else "")
        return lambda on: on is not None and compare(on.isoformat()[:digits], wanted)
    day = date.today() if term.words == "today" else day_of(term.words)
    return lambda on: on is not None and compare(on, day)
