"""Field packs: one person's sites with all that belongs to them, and nothing of the others."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from psnplanner.errors import UserError
from psnplanner.geography.inside import points_inside
from psnplanner.geography.near import near
from psnplanner.programme.edits import plural
from psnplanner.programme.field_pack import FieldPack
from psnplanner.programme.record import Position, Record, RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

_OF_SITES = ("stage", "wayleave", "override", "photograph")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which sites go into a pack: all that any of these names, and those nearest to a place.

    `areas` are boundaries of the programme: the sites that lie in them. `near` is (latitude,
    longitude) with `count` sites. Sensitive sites go only if said so.
    """

    phases: Sequence[RecordId] = ()
    partners: Sequence[RecordId] = ()
    sites: Sequence[RecordId] = ()
    areas: Sequence[RecordId] = ()
    near: tuple[float, float] | None = None
    count: int = 20
    sensitive: bool = False


def chosen(state: State, choice: Choice) -> list[Site]:
    """The sites of a pack, in the order of their references.

    Raises UserError if there are none, or all of them are sensitive.
    """
    named = {*choice.sites}
    for area in choice.areas:
        named |= _inside(state, area)
    found = [
        site
        for site in state.sites.values()
        if site.id in named or site.phase in choice.phases or site.partner in choice.partners
    ]
    if choice.near is not None:
        known = {site.id for site in found}
        nearest = [site for site in _nearest(state, choice.near) if site.id not in known]
        found += nearest[: choice.count]
    kept = [site for site in found if choice.sensitive or not site.sensitive]
    if not kept:
        raise UserError(
            f"All {plural(len(found), 'site')} chosen are marked sensitive." if found
            else "No site is chosen for the pack.",
            remedy="Say that sensitive sites may go into it, if its bearer is vetted." if found
            else "Name sites, a phase, a partner, an area, or a place to be near.",
        )  # fmt: skip
    return sorted(kept, key=lambda site: site.reference)


def _inside(state: State, area: RecordId) -> set[RecordId]:
    """The sites that lie in a boundary; none where it is a line."""
    boundary = state.boundaries.get(area)
    placed = [(s.id, s.position) for s in state.sites.values() if s.position is not None]
    if boundary is None or not placed:
        return set()
    inside = points_inside(
        boundary.geometry, [p.latitude for _, p in placed], [p.longitude for _, p in placed]
    )
    return {ident for (ident, _), lies in zip(placed, inside, strict=True) if lies}


def place_by_sites(state: State, postcode: str) -> Position | None:
    """Where the programme's own sites with that postcode lie: their middle; None if it has none.

    With no gazetteer at hand, the sites themselves say where a postcode is.
    """
    wanted = _squeezed(postcode)
    found = [s.position for s in state.sites.values() if s.position and wanted
             and _squeezed(s.postcode) == wanted]  # fmt: skip
    if not found:
        return None
    middle = [sum(values) / len(found) for values in zip(*(p[:2] for p in found), strict=True)]
    return Position(middle[0], middle[1], "sites of that postcode")


def _squeezed(postcode: str) -> str:
    return "".join(postcode.split()).casefold()


def _nearest(state: State, place: tuple[float, float]) -> list[Site]:
    placed = [site for site in state.sites.values() if site.position is not None]
    latitudes = [site.position[0] for site in placed if site.position]
    longitudes = [site.position[1] for site in placed if site.position]
    return [placed[n.index] for n in near(*place, latitudes, longitudes, most=len(placed))]


def records(state: State, sites: Iterable[Site], pack: FieldPack) -> list[Record]:
    """All that a pack holds: its sites and what belongs to them; nothing of other sites.

    Links to what is not in the pack are left out of it, not of the programme: a field that the
    bearer does not change does not come back.
    """
    inside = {site.id: _alone(site) for site in sites}
    result: list[Record] = [dataclasses.replace(state.programme, list_columns=()), pack]
    partners = {i for s in inside.values() for i in (s.partner, *s.sharing)}
    result += [record for ident, record in state.partners.items() if ident in partners]
    result += [c for c in state.certificates.values() if c.partner in partners]
    result += _nodes(state, inside.values())
    phases = {site.phase for site in inside.values()}
    result += [
        dataclasses.replace(phase, base=None)
        for ident, phase in state.phases.items()
        if ident in phases
    ]
    windows = state.closed_windows.values()
    result += [w for w in windows if w.partner is None or w.partner in partners]
    result += inside.values()
    for table in _OF_SITES:
        result += [r for r in state.tables[table].values() if getattr(r, "site", None) in inside]
    return result


def _alone(site: Site) -> Site:
    return dataclasses.replace(site, distinct_from=())


def _nodes(state: State, sites: Iterable[Site]) -> list[Record]:
    """The nodes of these sites, with those above them up to the root."""
    found: dict[RecordId, Record] = {}
    for site in sites:
        ident = site.node
        while ident is not None and ident not in found:
            node = state.nodes.get(ident)
            if node is None:
                break
            found[ident] = node
            ident = node.parent
    return list(found.values())
