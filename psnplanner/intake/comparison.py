"""The rows of a list against a programme: what is new, what is corrected, what stays."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from psnplanner.intake.columns import Layout
from psnplanner.intake.corrections import may_move, merged, same_words, with_changes
from psnplanner.intake.headings import partner_kind
from psnplanner.intake.match import REFERENCE, TAKEN_IN, Matches
from psnplanner.intake.partners import Partners
from psnplanner.intake.place import ADD_GAZETTEER, stays_where_it_is
from psnplanner.intake.preview import (
    INSERT,
    NONE_KEPT,
    SKIP,
    UNCHANGED,
    UPDATE,
    Action,
    Preview,
    PreviewRow,
)
from psnplanner.intake.reading import Reading
from psnplanner.intake.returned import differences
from psnplanner.intake.rows import (
    ERROR,
    NOTE,
    Draft,
    Problem,
    RowReader,
)
from psnplanner.intake.table import Progress, Table
from psnplanner.programme.edits import AddSites, Amend
from psnplanner.programme.record import RecordId, new_id
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

_TELL_EVERY = 5_000
_MANY = 5


class Comparison:
    """Turns drafts into preview rows and the edit, with partners and references found or made."""

    def __init__(
        self,
        table: Table,
        layout: Layout,
        state: State,
        drafts: Sequence[Draft],
        reader: RowReader,
        touched: Mapping[RecordId, AbstractSet[str]],
    ) -> None:
        self._table, self._layout, self._state = table, layout, state
        self._drafts, self._reader, self._touched = drafts, reader, touched
        hint = partner_kind(reader.heading("partner"))
        self._partners = Partners(state.partners.values(), hint)
        self._matches = Matches(drafts, state, reader.heading("reference"))
        self._made: list[str] = []
        self._references = {draft.reference.casefold() for draft in drafts}
        self._prefix = _prefix(Path(table.name).stem)
        self._number = 0
        self._ids = _new_ids(len(drafts))
        self._understood = frozenset(
            heading for c in layout.columns if c.field for heading in (c.heading, c.kept_as)
        )
        self.new: list[Site] = []
        self.corrections: dict[RecordId, dict[str, Any]] = {}
        self.validated: set[RecordId] = set()

    def preview(
        self, gazetteer_loaded: bool, tell: Progress, remembering: Amend | None, reading: Reading
    ) -> Preview:
        """The whole preview."""
        rows = []
        for count, draft in enumerate(self._drafts):
            if count % _TELL_EVERY == 0:
                tell(0.8 + 0.2 * count / len(self._drafts), "Comparing with the programme")
            rows.append(self._row(draft))
        problems = [problem for row in rows for problem in row.problems]
        if not gazetteer_loaded and any(r.site and r.site.position is None for r in rows):
            problems.insert(0, _no_gazetteer(rows))
        edit = AddSites(
            self._table.name, self.new, self.corrections, tuple(self._partners.new),
            frozenset(self.validated),
        )  # fmt: skip
        matched = self._partners.matched
        return Preview(
            self._table, self._layout, rows, edit, problems, matched, self._notes(), remembering,
            reading, self._state,
        )  # fmt: skip

    def _row(self, draft: Draft) -> PreviewRow:
        name = str(draft.values.get("name", ""))
        if draft.skipped:
            problems = tuple(draft.problems)
            return PreviewRow(draft.row, SKIP, draft.reference, name, None, {}, problems)
        if draft.partner:
            draft.values["partner"] = self._partners.find(draft.partner)
        if draft.sharing:
            others = dict.fromkeys(map(self._partners.find, draft.sharing))
            others.pop(draft.values.get("partner", b""), None)
            draft.values["sharing"] = tuple(others)
        known = self._matches.site_of.get(draft.row)
        return self._inserted(draft) if known is None else self._compared(draft, known)

    def _inserted(self, draft: Draft) -> PreviewRow:
        if not draft.reference:
            draft.values["reference"] = self._make_reference()
        site = Site(id=next(self._ids), **draft.values)
        self.new.append(site)
        if draft.sound:
            self.validated.add(site.id)
        return self._shown(draft, INSERT, site, {})

    def _compared(self, draft: Draft, known: Site) -> PreviewRow:
        if known.position is not None:
            stays_where_it_is(draft)
        values = dict(draft.values)
        reference = str(values.pop("reference", ""))
        how = self._matches.how[draft.row]
        if how == TAKEN_IN:
            draft.tell(
                "", reference,
                f"Already in {known.reference}, {known.name}: settled as one building.",
                "Nothing to do; to part them again, undo that settlement.", NOTE,
            )  # fmt: skip
            return self._shown(draft, UNCHANGED, known, {})
        if how != REFERENCE:
            # Another register's list: its reference is noted, and its capitals are no correction.
            values = {
                name: v for name, v in values.items() if not same_words(getattr(known, name), v)
            }
            if reference:
                heading = self._reader.heading("reference")
                values["other"] = ((heading, reference), *values.get("other", ()))
                draft.tell(
                    heading, reference,
                    f"Taken for {known.reference}, {known.name}, by {how}; its reference is kept.",
                    "If it is another building, give it another name or postcode.", NOTE,
                )  # fmt: skip
        values["other"] = merged(known.other, values.get("other", ()), self._understood)
        if not may_move(known, values):
            values.pop("position", None)
        changes = differences(known, values)
        newer = self._touched.get(known.id, ())
        kept = {name: changes.pop(name) for name in list(changes) if name in newer}
        if kept:
            fields = ", ".join(name.replace("_", " ") for name in kept)
            draft.tell(
                "", fields, f"Kept as it is: field work is newer than the list ({fields}).",
                "To have what the list says, take the list's values (--take-list).", NOTE,
            )  # fmt: skip
        site = with_changes(known, changes) if changes else known
        if changes:
            self.corrections[known.id] = {name: then for name, (_, then) in changes.items()}
            if draft.sound and self._is_untouched(known):
                self.validated.add(known.id)
        return self._shown(draft, UPDATE if changes else UNCHANGED, site, changes, kept)

    def _is_untouched(self, site: Site) -> bool:
        """Whether nobody has recorded anything of the first stage, so that the import may."""
        first = self._state.workflow.first
        return first is not None and first.key not in self._state.stages_of(site.id)

    def _shown(
        self,
        draft: Draft,
        action: Action,
        site: Site,
        changes: Mapping[str, tuple[Any, Any]],
        kept: Mapping[str, tuple[Any, Any]] = NONE_KEPT,
    ) -> PreviewRow:
        # Problems told before the site was known get the reference people will find it by.
        problems = (
            tuple(
                problem if problem.reference else _named(problem, site.reference)
                for problem in draft.problems
            )
            if draft.problems
            else ()
        )
        return PreviewRow(
            draft.row, action, site.reference, site.name, site, changes, problems, kept
        )

    def _make_reference(self) -> str:
        while True:
            self._number += 1
            made = f"{self._prefix}-{self._number:04d}"
            if made.casefold() in self._references:
                continue
            if made.casefold() not in self._state.site_by_reference:
                self._made.append(made)
                return made

    def _notes(self) -> tuple[str, ...]:
        notes = [*self._table.notes, *self._layout.notes]
        if self._made:
            span = self._made[0] if len(self._made) == 1 else f"{self._made[0]} to {self._made[-1]}"
            notes.append(
                f"{len(self._made):,} sites came without a reference and were given {span}."
            )
        if not self._layout.of("partner"):
            notes.append("No column says whose the buildings are: the sites have no partner yet.")
        closed = sum(draft.says_closed for draft in self._drafts if draft.problems)
        if closed >= _MANY:
            heading = self._reader.heading("closed")
            notes.append(
                f"{closed:,} of the {len(self._drafts):,} rows are of buildings that have closed, "
                f"“{heading}” says: they would be added all the same, unless you leave them out."
            )
        if count := self._reader.from_addresses:
            notes.append(f"No column holds postcodes: {count:,} were taken from the addresses.")
        if self._table.blank_rows:
            notes.append(f"{self._table.blank_rows:,} blank rows were passed over.")
        return tuple(notes)


def _new_ids(count: int) -> Iterator[RecordId]:
    """As many fresh ids as `new_id` would make, in ascending order.

    The file's indexes are then filled from one end, which takes a fraction of the time.
    """
    first, random = new_id()[:6], os.urandom(10 * count)
    return iter(sorted(first + random[at : at + 10] for at in range(0, 10 * count, 10)))


def _prefix(stem: str) -> str:
    """A short prefix for made references: FIRE of fire_stations."""
    words = [word for word in re.findall(r"[A-Za-z]+", stem) if len(word) > 1]
    return words[0][:4].upper() if words else "SITE"


def _no_gazetteer(rows: Sequence[PreviewRow]) -> Problem:
    count = sum(row.site is not None and row.site.position is None for row in rows)
    message = f"No postcode gazetteer is loaded, so {count:,} sites are not on the map."
    return Problem(None, "", "", "", message, ADD_GAZETTEER, ERROR)


def _named(problem: Problem, reference: str) -> Problem:
    return Problem(
        problem.row, reference, problem.column, problem.value, problem.message,
        problem.remedy, problem.severity,
    )  # fmt: skip
