"""What an audience may see: withheld records leave the data before anything is drawn of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psnplanner.board.betrayal import coarse, scrub, words_of
from psnplanner.board.small_counts import without_small
from psnplanner.errors import UserError
from psnplanner.programme.issued import AUDIENCES
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Record, RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

_FREE_TEXT: dict[str, dict[str, Any]] = {
    "partner": {"contact": ""},
    "node": {"note": ""},
    "phase": {"note": ""},
    "site": {"note": "", "contact": "", "other": (), "safety": "", "uprn": "", "address": ""},
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

_UNSEEN = ("photograph", "field_pack", "saved_view", "boundary", "wish", "scenario",
           "issued_snapshot")  # fmt: skip
"""Kinds of record that no snapshot shows, and that could speak of a withheld site."""

Tables = Mapping[str, Mapping[RecordId, Record]]


def withheld(state: State, audience: str, also: Iterable[Site] = ()) -> tuple[Site, ...]:
    """The sites an audience may not know of: as they are here, and as `also` has them.

    `also` are sites known to be sensitive on other days, as they were then: some of them may be
    in this state, the same buildings, and some may be gone from it.
    """
    if audience == "internal":
        return ()
    others = tuple(also)
    marked = {site.id for site in others}
    here = (site for ident, site in state.sites.items() if site.sensitive or ident in marked)
    # A site renamed or moved since is given away by its old name and place, and by its new.
    return tuple(dict.fromkeys((*here, *others)))


def for_audience(state: State, audience: str, also: Iterable[Site] = ()) -> State:
    """The state an audience may see; `internal` sees all of it.

    For `board` and `public`, sensitive sites (and those of `also`) are gone with all that is
    recorded of them, and so are partners, nodes and phases that only they gave reason to know
    of; notes and contacts are blank; what else names a withheld site is reworded, and places
    that would point at one are made coarse. For `public`, costs and whom a site waits on are
    blank as well, and groups that withholding left small are merged with others.
    Raises UserError if there is no such audience.
    """
    if audience not in AUDIENCES:
        raise UserError(
            f"There is no audience “{audience}”.", remedy=f"Use one of: {', '.join(AUDIENCES)}."
        )
    if audience == "internal":
        return state
    gone = withheld(state, audience, also)
    kept = _without(state, gone)
    for blank in [_FREE_TEXT, _PUBLIC] if audience == "public" else [_FREE_TEXT]:
        _blank(kept, blank)
    for entity in _UNSEEN:
        kept[entity] = {}
    if gone:
        scrub(kept, words_of(gone, state))
        coarse(kept, gone)
        here = [site for i in {site.id for site in gone} if (site := state.sites.get(i))]
        _hide_capacity(kept, here)
        if audience == "public":
            kept = without_small(kept, here)
    return State(kept)


def _without(state: State, sites: Sequence[Site]) -> dict[str, dict[RecordId, Record]]:
    kept = {entity: dict(records) for entity, records in state.tables.items()}
    if not sites:
        return kept
    gone = {site.id for site in sites}
    kept["site"] = {i: record for i, record in kept["site"].items() if i not in gone}
    for entity in ("stage", "wayleave", "override"):
        kept[entity] = {i: r for i, r in kept[entity].items() if _of(r, "site") not in gone}
    for entity in ("partner", "node", "phase"):
        betrayed = _only_for(state, entity, sites)
        kept[entity] = {i: r for i, r in kept[entity].items() if i not in betrayed}
        _forget(kept, entity, betrayed)
    return kept


def _only_for(state: State, entity: str, sites: Sequence[Site]) -> set[RecordId]:
    """Partners, nodes or phases that have sites, or had, all of them withheld."""
    seen: set[RecordId | None] = set()
    hidden: set[RecordId] = set()
    gone = {site.id for site in sites}
    for site in (*sites, *state.sites.values()):
        linked = {_of(site, entity)} | (set(site.sharing) if entity == "partner" else set())
        if site.id in gone:
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


def _hide_capacity(kept: dict[str, dict[RecordId, Record]], gone: Iterable[Site]) -> None:
    """What is left of a capacity would tell how much the withheld sites take of it."""
    nodes, phases = {site.node for site in gone}, {site.phase for site in gone}
    for entity, idents, blank in (
        ("node", nodes, {"ports": None}), ("phase", phases, {"capacity_days": None}),
    ):  # fmt: skip
        for ident in idents:
            if ident is not None and ident in kept[entity]:
                kept[entity][ident] = dataclasses.replace(kept[entity][ident], **blank)  # type: ignore[arg-type]


def _of(record: Record, field: str) -> Any:
    return getattr(record, field, None)


def _blank(
    tables: dict[str, dict[RecordId, Record]], blank: Mapping[str, Mapping[str, Any]]
) -> None:
    for entity, values in blank.items():
        tables[entity] |= {
            ident: dataclasses.replace(record, **values)
            for ident, record in tables[entity].items()
            if any(getattr(record, name) != value for name, value in values.items())
        }
