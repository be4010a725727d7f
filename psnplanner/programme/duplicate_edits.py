"""Settling sites that are one building: merged, shared by several partners, or kept apart.

Several groups settle at once by `edits.Compose`; each is one transaction and one undo.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from psnplanner.errors import UserError
from psnplanner.programme.change import Change, creation, deletion, difference
from psnplanner.programme.edits import Compose, Edit, Proposal, existing, plural, title
from psnplanner.programme.gates import uk
from psnplanner.programme.record import Record, RecordId, fields_of
from psnplanner.programme.site import PRIORITIES, Override, Site, StageRecord, Wayleave
from psnplanner.programme.stage import BLOCKED, DONE, IN_PROGRESS, NOT_NEEDED, NOT_STARTED, WAITING
from psnplanner.programme.stage_edits import WAYLEAVE_TO_STAGE
from psnplanner.programme.state import State

Pairs = tuple[tuple[str, str], ...]
ALSO_KNOWN_AS = "Also known as"
"""The heading under which a site keeps the references of the sites it took in."""
ALSO_LISTED_AS = "Also listed as"
"""The heading under which a site keeps the names and postcodes of the sites it took in."""
SHARED_BY = "Shared by"
"""The heading under which a shared site keeps who else uses it."""

_FURTHER = (NOT_STARTED, WAITING, BLOCKED, IN_PROGRESS, NOT_NEEDED, DONE)
_FILLED = (
    "reference", "name", "kind", "partner", "address", "postcode", "uprn", "position", "access",
    "tenure", "annual_cost_pence", "contract_ends_on", "priority", "node", "phase", "contact",
    "effort_days",
)  # fmt: skip
_NOTED = {
    "address": "Address", "postcode": "Postcode", "uprn": "UPRN", "contact": "Contact",
    "annual_cost_pence": "Annual cost", "contract_ends_on": "Contract ends",
}  # fmt: skip
_BETWEEN = "; "


@dataclass(frozen=True)
class MergeSites:
    """Sites that are one and the same, listed more than once: `keep` stays, the others go.

    `keep` gets what it lacks of the others, and their work where that is further on.
    """

    keep: RecordId
    others: Sequence[RecordId]

    def propose(self, state: State, today: date) -> Proposal:
        """Refused if a site is gone, locked elsewhere, or live while the one kept is not."""
        keep, others = _members(state, self.keep, self.others, "merged")
        label = f"Merge {_listed(others)} into {title(keep)}"
        values = _merged_values(keep, others)
        values["other"] = _merged_other(keep, others, values)
        return Proposal(label, _taken_in(state, keep, others, values))


@dataclass(frozen=True)
class ShareSite:
    """One building used by several: `keep` stays and is dug once, the others' partners share it.

    `name` is what the shared site is called from now on; "" leaves its name.
    """

    keep: RecordId
    others: Sequence[RecordId]
    name: str = ""

    def propose(self, state: State, today: date) -> Proposal:
        """Refused as a merge is. Costs add up: each partner saves the circuit it has today."""
        keep, others = _members(state, self.keep, self.others, "shared")
        values = _merged_values(keep, others) | _shared_values(keep, others)
        users = [_user(site, state) for site in others]
        values["other"] = _merged_other(keep, others, values, users)
        if self.name.strip():
            values["name"] = self.name.strip()
        label = f"Share {title(keep)} with {_listed(others)}, dug once"
        return Proposal(label, _taken_in(state, keep, others, values))


@dataclass(frozen=True)
class KeepApart:
    """Groups of sites that look alike and, a person says, are different: not proposed again."""

    groups: Sequence[Sequence[RecordId]]

    def propose(self, state: State, today: date) -> Proposal:
        """Every two sites of a group are marked, each at the other. Refused if a site is gone."""
        apart: dict[RecordId, dict[RecordId, None]] = {}
        for group in self.groups:
            for one, other in combinations(dict.fromkeys(group), 2):
                apart.setdefault(one, {})[other] = None
                apart.setdefault(other, {})[one] = None
        changes: list[Change] = []
        for ident, others in apart.items():
            site = existing(state, Site, ident)
            marked = tuple(dict.fromkeys((*site.distinct_from, *others)))
            changes += difference(site, {"distinct_from": marked})
        return Proposal(f"Keep {plural(len(apart), 'site')} apart", changes)


def settlement(groups: Sequence[tuple[str, Sequence[RecordId], str]]) -> Compose:
    """Many groups settled in one transaction, in the order given.

    Each is a decision (merge, shared, keep; any other leaves the group as it is), its sites with
    the one to keep first, and the building's name for a shared one ("" for the kept site's).
    """
    edits: list[Edit] = []
    for decision, sites, building in groups:
        keep, *others = sites
        if decision == "merge":
            edits.append(MergeSites(keep, others))
        elif decision == "shared":
            edits.append(ShareSite(keep, others, building))
        elif decision == "keep":
            edits.append(KeepApart([sites]))
    return Compose(f"Settle {plural(len(edits), 'group')} of look-alikes", edits)


def known_as(site: Site) -> tuple[str, ...]:
    """The references of the sites that this one took in."""
    return tuple(_entries(site.other, ALSO_KNOWN_AS))


def listed_as(site: Site) -> tuple[str, ...]:
    """The sites that this one took in as “name, postcode”, for lists without references."""
    return tuple(_entries(site.other, ALSO_LISTED_AS))


def is_shared(site: Site) -> bool:
    """Whether several users' sites were settled as this one building."""
    return any(heading == SHARED_BY for heading, _ in site.other)


def listing(site: Site) -> str:
    """A site as `listed_as` tells it: “name, postcode”, without the mark between entries."""
    return ", ".join(filter(None, (site.name.replace(";", ","), site.postcode)))


def taken_in_by_reference(state: State) -> dict[str, Site]:
    """The site that took in each reference, case folded: a later list still finds it."""
    return {text.casefold(): site for site in state.sites.values() for text in known_as(site)}


def _entries(other: Pairs, heading: str) -> list[str]:
    return [
        entry for name, text in other if name == heading for entry in text.split(_BETWEEN) if entry
    ]


def _members(
    state: State, keep: RecordId, others: Sequence[RecordId], done: str
) -> tuple[Site, list[Site]]:
    kept = existing(state, Site, keep)
    going = [existing(state, Site, ident) for ident in dict.fromkeys(others) if ident != keep]
    if not going:
        raise UserError(
            f"{title(kept)} stands alone: there is nothing to be {done} with.",
            remedy="Choose two sites or more.",
        )
    for site in going:
        _refuse_unsafe(state, kept, site, done)
    _refuse_two_locks(kept, going, done)
    return kept, going


def _refuse_unsafe(state: State, keep: Site, site: Site, done: str) -> None:
    if state.statuses[site.id] == "live" and state.statuses[keep.id] != "live":
        raise UserError(
            f"{title(site)} is live and {title(keep)} is not: it cannot be {done} into it.",
            where=f"{title(site)} {site.name}".strip(),
            remedy=f"Keep {title(site)}, and let it take in {title(keep)}.",
        )


def _refuse_two_locks(keep: Site, others: Sequence[Site], done: str) -> None:
    """A lock holds a site to its phase: it is carried to the kept site, never broken."""
    phase = _first("phase", keep, others)
    for site in others:
        if site.locked and site.phase != phase:
            raise UserError(
                f"{title(site)} is locked to a phase that {title(keep)} is not in: "
                f"it cannot be {done} into it.",
                where=f"{title(site)} {site.name}".strip(),
                remedy=f"Unlock {title(site)}, or keep it instead of {title(keep)}.",
            )


def _first(name: str, keep: Site, others: Iterable[Site]) -> Any:
    """The kept site's value of a field, else the first of the others that has one."""
    default = fields_of(Site)[name].default
    found = (getattr(site, name) for site in (keep, *others))
    return next((value for value in found if value != default), default)


def _merged_values(keep: Site, others: Sequence[Site]) -> dict[str, Any]:
    values = {name: _first(name, keep, others) for name in _FILLED}
    everyone = [keep, *others]
    ids = {site.id for site in everyone}
    values["locked"] = any(site.locked for site in everyone)
    values["sensitive"] = any(site.sensitive for site in everyone)
    values["sharing"] = _partners(values["partner"], everyone)
    values["note"] = "\n".join(dict.fromkeys(site.note for site in everyone if site.note))
    values["distinct_from"] = tuple(
        dict.fromkeys(i for site in everyone for i in site.distinct_from if i not in ids)
    )
    return values


def _partners(partner: RecordId | None, sites: Iterable[Site]) -> tuple[RecordId, ...]:
    """Everybody who uses these sites, but for the one whose site it is."""
    users = [ident for site in sites for ident in (site.partner, *site.sharing) if ident]
    return tuple(ident for ident in dict.fromkeys(users) if ident != partner)


def _merged_other(
    keep: Site, others: Sequence[Site], values: dict[str, Any], users: Sequence[str] = ()
) -> Pairs:
    """The kept site's columns, what the others say besides, and under which names they stood."""
    told = ALSO_KNOWN_AS, ALSO_LISTED_AS, SHARED_BY
    merged = {heading: text for heading, text in keep.other if heading not in told}
    for site in (keep, *others):
        own = () if site is keep else site.other
        for heading, text in (*own, *_unlike(site, values)):
            if heading in told or merged.get(heading) == text:
                continue
            merged[heading if heading not in merged else f"{heading} ({title(site)})"] = text
    names = [entry for s in (keep, *others) for entry in listed_as(s)]
    names += [listing(site) for site in others]
    entries = {
        ALSO_KNOWN_AS: [*_references(keep, others)],
        ALSO_LISTED_AS: [name for name in names if name and name != listing(keep)],
        SHARED_BY: [e for s in (keep, *others) for e in _entries(s.other, SHARED_BY)] + [*users],
    }
    for heading, found in entries.items():
        if found:
            merged[heading] = _BETWEEN.join(dict.fromkeys(found))
    return tuple(merged.items())


def _references(keep: Site, others: Sequence[Site]) -> list[str]:
    known = [ref for site in (keep, *others) for ref in (*known_as(site), site.reference)]
    own = _first("reference", keep, others)
    return [reference for reference in known if reference and reference != own]


def _unlike(site: Site, values: dict[str, Any]) -> Pairs:
    """What a site says otherwise than the outcome: noted, not lost."""
    result = []
    for name, heading in _NOTED.items():
        own = getattr(site, name)
        if own not in ("", None, values[name]):
            result.append((f"{heading} ({title(site)})", _shown(name, own)))
    return tuple(result)


def _shown(name: str, value: Any) -> str:
    if isinstance(value, date):
        return uk(value)
    return f"£{value / 100:,.2f}".removesuffix(".00") if name.endswith("_pence") else str(value)


def _shared_values(keep: Site, others: Sequence[Site]) -> dict[str, Any]:
    """What differs from a merge: each user's circuit is saved, and the first to end presses."""
    everyone = [keep, *others]
    costs = [s.annual_cost_pence for s in everyone if s.annual_cost_pence is not None]
    ends = [s.contract_ends_on for s in everyone if s.contract_ends_on is not None]
    priorities = [s.priority for s in everyone if s.priority in PRIORITIES]
    return {
        "annual_cost_pence": sum(costs) if costs else None,
        "contract_ends_on": min(ends, default=None),
        "priority": min(priorities, key=PRIORITIES.index, default=keep.priority),
    }


def _user(site: Site, state: State) -> str:
    """One more user of a shared site: “Millcroft Medical Centre (NHS Cheshire)”."""
    partner = state.partner_name(site.partner)
    name = site.name or title(site)
    return (f"{name} ({partner})" if partner else name).replace(";", ",")


def _taken_in(
    state: State, keep: Site, others: Sequence[Site], values: dict[str, Any]
) -> list[Change]:
    """The kept site as it becomes, its own records further on, and the others gone."""
    changes = difference(keep, values)
    changes += _moved_stages(state, keep, others)
    changes += _moved_wayleave(state, keep, others)
    changes += _moved_overrides(state, keep, others)
    going = {site.id for site in others}
    for site in state.sites.values():
        if site.id != keep.id and site.id not in going and going & set(site.distinct_from):
            apart = (keep.id if ident in going else ident for ident in site.distinct_from)
            changes += difference(site, {"distinct_from": tuple(dict.fromkeys(apart))})
    for table in ("stage", "wayleave", "override"):
        for record in state.tables[table].values():
            if getattr(record, "site", None) in going:
                changes.append(deletion(record))
    return changes + [deletion(site) for site in others]


def _moved_stages(state: State, keep: Site, others: Sequence[Site]) -> list[Change]:
    best = dict(state.stages_of(keep.id))
    for site in others:
        for key, record in state.stages_of(site.id).items():
            if key not in best or _rank(record.state) > _rank(best[key].state):
                best[key] = record
    changes: list[Change] = []
    for key, record in best.items():
        if record.site != keep.id:
            changes += _moved(state, record, StageRecord.id_for(keep.id, key), keep.id)
    return changes


def _moved_wayleave(state: State, keep: Site, others: Sequence[Site]) -> list[Change]:
    best = state.wayleave_of(keep.id)
    for site in others:
        record = state.wayleave_of(site.id)
        if record and (best is None or _wayleave_rank(record) > _wayleave_rank(best)):
            best = record
    if best is None or best.site == keep.id:
        return []
    return _moved(state, best, Wayleave.id_for(keep.id), keep.id)


def _moved_overrides(state: State, keep: Site, others: Sequence[Site]) -> list[Change]:
    going = {site.id for site in others}
    changes: list[Change] = []
    given: set[RecordId] = set(state.overrides)
    for record in state.overrides.values():
        if record.site in going and record.given_on is not None:
            ident = Override.id_for(keep.id, record.stage, record.gate, record.given_on)
            if ident not in given:
                given.add(ident)
                changes += _moved(state, record, ident, keep.id)
    return changes


def _moved(state: State, record: Record, ident: RecordId, site: RecordId) -> list[Change]:
    """A record as the kept site's own: over the one it has, or new to it."""
    values = {name: getattr(record, name) for name in fields_of(type(record))} | {"site": site}
    known = state.tables[record.ENTITY].get(ident)
    return [creation(type(record)(id=ident, **values))] if known is None else difference(
        known, values)  # fmt: skip


def _rank(state: str) -> int:
    return _FURTHER.index(state) if state in _FURTHER else 0


def _wayleave_rank(record: Wayleave) -> int:
    return _rank(WAYLEAVE_TO_STAGE.get(record.state, NOT_STARTED))


def _listed(sites: Sequence[Site]) -> str:
    if len(sites) > 3:
        return plural(len(sites), "site")
    return ", ".join(title(site) for site in sites)
