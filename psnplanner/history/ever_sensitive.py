"""Buildings that were marked sensitive at any time, as they were ever known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psnplanner.programme.change import CREATED, DELETED, Change
from psnplanner.programme.record import RecordId, fields_of
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

_FIELDS = frozenset(fields_of(Site))


def ever_sensitive(state: State, changes: Iterable[Change]) -> tuple[Site, ...]:
    """The sites that no day's pack may show outside, each as it ever stood in the journal.

    `changes` are those of the sites that ever were marked, in the order of the clock. A site
    that is still there goes by its mark of now: the team may take it back. One that was deleted
    was sensitive if it ever was. An old name or place gives a site away as its last one does.
    """
    found: dict[RecordId, dict[Site, None]] = {}
    marked: set[RecordId] = set()
    values: dict[RecordId, dict[str, Any]] = {}
    for change in changes:
        if change.entity != "site" or change.field == DELETED:
            continue
        told = change.new if change.field == CREATED else {change.field: change.new}
        known = values.setdefault(change.record, {})
        known |= {name: value for name, value in told.items() if name in _FIELDS}
        site = Site(id=change.record, **known)
        found.setdefault(site.id, {})[site] = None
        if site.sensitive:
            marked.add(site.id)
    return tuple(
        site
        for ident, versions in found.items()
        if ident in marked and (ident not in state.sites or state.sites[ident].sensitive)
        for site in versions
    )
