"""The rows of a preview, ready to be shown, searched and narrowed down. Qt-free.

Made by the job that reads the list, so that the window only looks things up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from psnplanner.ui.dialogs.import_words import (
    RANK,
    changed_pairs,
    field_words,
    place_words,
    value_words,
)

Kind = tuple[str, str]
"""A kind of problem: its severity and its sentence without what differs from row to row."""

COLUMNS = (
    "Outcome",
    "Row",
    "Reference",
    "Name",
    "Partner",
    "Place",
    "What changes",
    "What is wrong",
)
VERDICT, ROW, REFERENCE, NAME, PARTNER, PLACE, CHANGES, PROBLEMS = range(len(COLUMNS))

_TELL_EVERY = 5_000
_LONGEST_KIND = 70
_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_ASIDE = re.compile(r" \([^)]*\)|: [^:]*->.*")
_VARIES = re.compile(rf"\S*\d\S*|\b(?:{_MONTHS})\b|…")


class ListRows:
    """The rows of one preview by their place in the list, from 0."""

    def __init__(self, preview: Any, progress: Callable[[float, str], None] | None = None) -> None:
        self.preview = preview
        self.rows: Sequence[Any] = preview.rows
        self.at = {row.row: index for index, row in enumerate(self.rows)}
        self.of_site = {r.site.id: n for n, r in enumerate(self.rows) if r.site is not None}
        added = {partner.id: partner.name for partner in preview.adding.partners}
        self._partners = {i: p.name for i, p in preview.state.partners.items()} | added
        self.verdicts: list[str] = []
        self.worst: list[str] = []
        self.texts: list[str] = []
        self.tally: Counter[str] = Counter()
        self.severities: Counter[str] = Counter()
        self.kinds: Counter[Kind] = Counter()
        self._of_kind: dict[Kind, set[int]] = {}
        self._of_severity: dict[str, set[int]] = {}
        for index, row in enumerate(self.rows):
            if progress and index % _TELL_EVERY == 0:
                progress(index / len(self.rows), "Laying out the rows")
            self._take(index, row)
        self.tally.update(self.verdicts)
        # Asked for here, they are ready when the window asks: each looks through every row.
        self.placed, self.unplaced = sum(preview.placed_by_source.values()), preview.unplaced
        self.kept = sum(bool(row.kept) for row in self.rows)
        preview.cells_of(0)

    def _take(self, index: int, row: Any) -> None:
        left = row.row in self.preview.reading.left_out
        self.verdicts.append("skip" if left else self.preview.verdict(row))
        self.texts.append(self._searched(row))
        worst = ""
        for problem in row.problems:
            severity = problem.severity
            if not worst or RANK[severity] < RANK[worst]:
                worst = severity
            kind = (severity, kind_of(problem.message))
            self._of_kind.setdefault(kind, set()).add(index)
            self._of_severity.setdefault(severity, set()).add(index)
        self.worst.append(worst)
        for kind in {(p.severity, kind_of(p.message)) for p in row.problems}:
            self.kinds[kind] += 1
        self.severities.update({p.severity for p in row.problems})

    def _searched(self, row: Any) -> str:
        site = row.site
        parts = [str(row.row), row.reference, row.name]
        if site is not None:
            parts += [site.postcode, site.address, site.kind, self.partner(site.partner)]
        else:
            parts += self.preview.cells_of(row.row).values()
        return "\n".join(parts).casefold()

    def site(self, ident: bytes) -> Any:
        """A site as it would be after the import: of the list, else of the programme."""
        index = self.of_site.get(ident)
        return self.preview.state.sites.get(ident) if index is None else self.rows[index].site

    def row_of(self, ident: bytes) -> int | None:
        """The row of the list that a new site comes from; None for one of the programme."""
        index = self.of_site.get(ident)
        new = index is not None and self.rows[index].action == "insert"
        return int(self.rows[index].row) if index is not None and new else None

    def partner(self, ident: bytes | None) -> str:
        """A partner's name, of the programme or new with this list."""
        return self._partners.get(ident, "") if ident else ""

    def shown(self, verdict: str = "", severity: str = "", kind: Kind | None = None, text: str = "",
              ) -> list[int]:  # fmt: skip
        """The rows that pass every filter given, in the order of the list."""
        found: Sequence[int] = range(len(self.rows))
        narrow = self._of_kind.get(kind, set()) if kind else None
        if narrow is None and severity:
            narrow = self._of_severity.get(severity, set())
        if narrow is not None:
            found = sorted(narrow)
        if verdict:
            found = [i for i in found if self.verdicts[i] == verdict]
        for word in text.casefold().split():
            found = [i for i in found if word in self.texts[i]]
        return list(found)

    def changes(self, index: int, kept: bool = False) -> list[tuple[str, str, str]]:
        """What alters of a row's site, or is kept against the list: (field, now, then)."""
        row = self.rows[index]
        result = []
        for name, (now, then) in (row.kept if kept else row.changes).items():
            pair = changed_pairs(now, then, name)
            words = [value_words(value, name, self.partner) for value in pair]
            result.append((field_words(name), words[0], words[1]))
        return result

    def words(self, index: int, column: int) -> str:
        """What stands in a cell of the table."""
        row = self.rows[index]
        if column == ROW:
            return f"{row.row:,}"
        if column == REFERENCE:
            return str(row.reference)
        if column == NAME:
            return str(row.name)
        if column == PARTNER:
            return self.partner(row.site.partner) if row.site else ""
        if column == PLACE:
            return self._place(row)
        if column == CHANGES:
            return "; ".join(f"{name}: {now} → {then}" for name, now, then in self.changes(index))
        if column == PROBLEMS:
            return "  ".join(p.message for p in self.problems(index))
        return self.verdicts[index]

    def _place(self, row: Any) -> str:
        if row.site is None:
            return ""
        position, postcode = row.site.position, row.site.postcode
        source = position.source if position else "not on the map"
        source = source.partition(" (")[0]
        return " · ".join(filter(None, (postcode, source)))

    def place(self, index: int) -> str:
        """Where a row's site is and by what, in a sentence."""
        site = self.rows[index].site
        return place_words(site.position) if site else "Not imported"

    def problems(self, index: int) -> list[Any]:
        """A row's problems, the worst first."""
        return sorted(self.rows[index].problems, key=lambda p: RANK[p.severity])


@lru_cache(maxsize=65_536)
def kind_of(message: str) -> str:
    """A problem's sentence without the values that differ from row to row."""
    plain = _VARIES.sub("…", _QUOTED.sub("…", _ASIDE.sub("", message)))
    plain = re.sub(r"…(?:[\s,]+…)+", "…", plain).rstrip(". …")
    head = re.split(r"(?<=[a-z…]): |\. ", plain, maxsplit=1)
    if len(head) > 1 and len(head[0]) > 12:
        plain = head[0]
    return plain if len(plain) <= _LONGEST_KIND else plain[: _LONGEST_KIND - 1].rstrip() + "…"
