"""What an audience may see: withheld records leave the data before anything is drawn of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from psnplanner.errors import UserError
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Record, RecordId
from psnplanner.programme.state import State

AUDIENCES = ("internal", "board", "public")
"""Who a snapshot is for, from those who may see most to those who may see least."""

_FREE_TEXT: dict[str, dict[str, Any]] = {
    "partner": {"contact": ""},
    "node": {"note": ""},
    "phase": {"note": ""},
    "site": {"note": "", "contact": "", "other": ()},
    "stage": {"note": ""},
    "wayleave": {"note": "", "landowner": ""},
    "override": {"by": ""},
}
"""Fields that may name a person, or speak of a site that is withheld."""

_PUBLIC: dict[str, dict[str, Any]] = {
    "programme": {"saving_target_pence": None},
    "site": {"annual_cost_pence": None, "contract_ends_on": None},
    "stage": {"waiting_on": "", "next_action": ""},
    "override": {"reason": "", "gate": ""},
}
"""Further fields the public does not see: what is paid, and who is waited on."""

Tables = Mapping[str, Mapping[RecordId, Record]]


def for_audience(state: State, audience: str) -> State:
    """The state an audience may see; `internal` sees all of it.

    For `board` and `public`, sensitive sites are gone with all that is recorded of them, and
    so are partners, nodes and phases that only they gave reason to know of; notes and contacts
    are blank. For `public`, costs and whom a site waits on are blank as well.
    Raises UserError if there is no such audience.
    """
    if audience not in AUDIENCES:
        raise UserError(
            f"There is no audience “{audience}”.", remedy=f"Use one of: {', '.join(AUDIENCES)}."
        )
    if audience == "internal":
        return state
    blanks = [_FREE_TEXT, _PUBLIC] if audience == "public" else [_FREE_TEXT]
    return State(_blank(_without_sensitive(state), blanks))


def _without_sensitive(state: State) -> dict[str, dict[RecordId, Record]]:
    kept = {entity: dict(records) for entity, records in state.tables.items()}
    withheld = {ident for ident, site in state.sites.items() if site.sensitive}
    if not withheld:
        return kept
    kept["site"] = {i: record for i, record in kept["site"].items() if i not in withheld}
    for entity in ("stage", "wayleave", "override"):
        kept[entity] = {i: r for i, r in kept[entity].items() if _of(r, "site") not in withheld}
    for entity in ("partner", "node", "phase"):
        betrayed = _only_for(state, entity, withheld)
        kept[entity] = {i: r for i, r in kept[entity].items() if i not in betrayed}
        _forget(kept, entity, betrayed)
    return kept


def _only_for(state: State, entity: str, withheld: set[RecordId]) -> set[RecordId]:
    """Partners, nodes or phases that have sites, all of them withheld."""
    seen: set[RecordId | None] = set()
    hidden: set[RecordId] = set()
    for site in state.sites.values():
        linked = {_of(site, entity)} | (set(site.sharing) if entity == "partner" else set())
        if site.id in withheld:
            hidden |= linked - {None}
        else:
            seen |= linked
    if entity == "node":
        seen |= {node.parent for node in state.nodes.values()}
    return hidden - seen


def _forget(kept: dict[str, dict[RecordId, Record]], entity: str, gone: set[RecordId]) -> None:
    if entity == "partner":
        for owned in ("certificate", "closed_window"):
            kept[owned] = {i: r for i, r in kept[owned].items() if _of(r, "partner") not in gone}
    elif entity == "node":
        for ident, record in kept["phase"].items():
            if isinstance(record, Phase) and record.base in gone:
                kept["phase"][ident] = dataclasses.replace(record, base=None)


def _of(record: Record, field: str) -> Any:
    return getattr(record, field, None)


def _blank(
    tables: Mapping[str, Mapping[RecordId, Record]], blanks: list[dict[str, dict[str, Any]]]
) -> Tables:
    result: dict[str, Mapping[RecordId, Record]] = dict(tables)
    for blank in blanks:
        for entity, values in blank.items():
            result[entity] = {
                ident: dataclasses.replace(record, **values)
                for ident, record in result[entity].items()
            }
    return result
