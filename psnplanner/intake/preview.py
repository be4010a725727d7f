"""What an import would do, row by row, and the one edit that does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from psnplanner.intake.columns import Layout
from psnplanner.intake.duplicates import Group, groups
from psnplanner.intake.headings import FIELDS
from psnplanner.intake.reading import AS_FOUND, Reading
from psnplanner.intake.rows import (
    ERROR,
    SEVERITIES,
    WARNING,
    Problem,
)
from psnplanner.intake.table import Table
from psnplanner.programme.change import Transaction
from psnplanner.programme.duplicate_edits import settlement
from psnplanner.programme.edits import AddSites, Amend, Compose, Edit
from psnplanner.programme.partner import Partner
from psnplanner.programme.record import RecordId, encode, fields_of
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

Action = Literal["insert", "update", "unchanged", "skip"]
Verdict = Literal["insert", "update", "unchanged", "shared", "problem", "skip"]
Decision = tuple[str, Sequence[RecordId], str]
INSERT: Action = "insert"
UPDATE: Action = "update"
UNCHANGED: Action = "unchanged"
SKIP: Action = "skip"


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row: what becomes of it, the site as it would be, and what an update alters.

    `changes` are {field: (now, then)}; `site` is None for a row left out. `kept` are the fields
    where field work is newer than the list, {field: (now, what the list says)}: not changed.
    """

    row: int
    action: Action
    reference: str
    name: str
    site: Site | None
    changes: Mapping[str, tuple[Any, Any]]
    problems: tuple[Problem, ...]
    kept: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


NONE_KEPT: Mapping[str, tuple[Any, Any]] = {}
"""A row of which every field takes the list's value."""


@dataclass(frozen=True)
class Preview:
    """A list read against a programme; nothing is written until `edit` is done.

    `adding` is the import alone; `remember` the edit that remembers the columns the user
    corrected, None if there is nothing new to remember.
    """

    table: Table
    layout: Layout
    rows: list[PreviewRow]
    adding: AddSites
    problems: list[Problem]
    partners_matched: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    remember: Amend | None = None
    reading: Reading = AS_FOUND
    state: State = field(default_factory=State)

    @property
    def edit(self) -> Edit:
        """The one edit that does it: the import, with what is to be remembered of its columns."""
        return self.edit_with(())

    def edit_with(self, decisions: Sequence[Decision]) -> Edit:
        """The import and the settlement of look-alikes, as one edit, one transaction, one undo.

        Each decision is (merge, shared or keep; the group's sites, the one to keep first; the
        building's name or ""), as `duplicate_edits.settlement` takes them.
        """
        parts: list[Edit] = [self.adding]
        if decisions:
            parts.append(settlement(decisions))
        if self.remember is not None:
            parts.append(self.remember)
        return self.adding if len(parts) == 1 else Compose("", parts, "import")

    @cached_property
    def look_alikes(self) -> list[Group]:
        """Buildings that seem to be there twice, one of them at least from this list.

        Worked out when first asked for: seconds for a hundred thousand rows.
        """
        return groups(self.state, self.adding.new) if self.adding.new else []

    @cached_property
    def _shared(self) -> frozenset[RecordId]:
        return frozenset(i for g in self.look_alikes if g.proposal == "shared" for i in g.sites)

    def verdict(self, row: PreviewRow) -> Verdict:
        """What becomes of a row: as its action, "shared" for a new one of a building that
        several use (or seem to), "problem" where a problem keeps it out.
        """
        if row.action == INSERT and row.site is not None:
            return "shared" if row.site.sharing or row.site.id in self._shared else "insert"
        if row.action == SKIP:
            if row.row in self.reading.left_out:
                return "skip"
            serious = any(problem.severity in (ERROR, WARNING) for problem in row.problems)
            return "problem" if serious else "skip"
        return row.action

    @cached_property
    def verdicts(self) -> Mapping[str, int]:
        """How many rows there are of each verdict."""
        return Counter(map(self.verdict, self.rows))

    @cached_property
    def _cells(self) -> Mapping[int, Sequence[str]]:
        return dict(self.layout.data)

    def cells_of(self, row: int) -> dict[str, str]:
        """A row's cells by heading, with what the user mended; {} for a row that is no data."""
        cells = self._cells.get(row)
        if cells is None:
            return {}
        at = {column.heading: column.index for column in self.layout.columns}
        return {name: cells[i] if i < len(cells) else "" for name, i in at.items()}

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many rows are inserted, updated, unchanged and skipped."""
        return Counter(row.action for row in self.rows)

    @cached_property
    def placed_by_source(self) -> Mapping[str, int]:
        """How many sites of the list each source of a position placed."""
        sites = [row.site for row in self.rows if row.site is not None]
        return Counter(site.position.source for site in sites if site.position is not None)

    @property
    def unplaced(self) -> int:
        """How many sites of the list are not on the map."""
        return sum(row.site is not None and row.site.position is None for row in self.rows)

    def report(self, transaction: Transaction | None = None) -> dict[str, Any]:
        """The whole outcome as a JSON-ready document; `transaction` once it is imported."""
        severities = Counter(problem.severity for problem in self.problems)
        report: dict[str, Any] = {
            "file": self.table.name,
            "encoding": self.table.encoding,
            "delimiter": self.table.delimiter,
            "sheet": self.table.sheet,
            "sheets": list(self.table.sheets),
            "header_row": self.layout.header_row,
            "title_rows": self.layout.title_rows,
            "blank_rows": self.table.blank_rows,
            "columns": {
                column.heading: {
                    "field": FIELDS[column.field],
                    "confidence": column.confidence,
                    "by": column.by,
                }
                for column in self.layout.columns
                if column.field
            },
            "columns_kept_as_written": [c.heading for c in self.layout.columns if not c.field],
            "rows": [self._told(row) for row in self.rows],
            "verdicts": dict(self.verdicts),
            "read": len(self.rows),
            "added": self.counts.get(INSERT, 0),
            "updated": self.counts.get(UPDATE, 0),
            "unchanged": self.counts.get(UNCHANGED, 0),
            "skipped": self.counts.get(SKIP, 0),
            "placed": sum(self.placed_by_source.values()),
            "unplaced": self.unplaced,
            "placed_by_source": dict(self.placed_by_source),
            "partners_added": [p.name for p in self.adding.partners if isinstance(p, Partner)],
            "partners_matched": dict(self.partners_matched),
            "validated": len(self.adding.validated),
            "kept_as_field_work_is_newer": sum(bool(row.kept) for row in self.rows),
            "notes": list(self.notes),
            "problems_by_severity": {name: severities[name] for name in SEVERITIES},
            "problems": [
                {name: getattr(problem, name) for name in Problem.__slots__}
                for problem in self.problems
            ],
        }
        if transaction is not None:
            report["transaction"] = {"key": list(transaction.key), "label": transaction.label}
        return report

    def _told(self, row: PreviewRow) -> dict[str, Any]:
        """A row as a JSON-ready document: what becomes of it, what changes, what is wrong."""
        site = row.site
        return {
            "row": row.row,
            "verdict": self.verdict(row),
            "reference": row.reference,
            "name": row.name,
            "placed_by": site.position.source if site and site.position else "",
            "changes": _now_and_then(row.changes),
            "kept": _now_and_then(row.kept),
            "problems": [
                {name: getattr(problem, name) for name in _OF_PROBLEM} for problem in row.problems
            ],
        }


_OF_PROBLEM = ("column", "value", "message", "remedy", "severity")


def _now_and_then(changes: Mapping[str, tuple[Any, Any]]) -> dict[str, dict[str, Any]]:
    return {
        name: {"now": _plain(name, now), "then": _plain(name, then)}
        for name, (now, then) in changes.items()
    }


def _plain(name: str, value: Any) -> Any:
    return encode(fields_of(Site)[name].kind, value)
