"""After go-live: organisations that may join, set against the network that is there.

The likely access follows from the distance to the nearest live site or node as the crow flies:
within `DUCT_M` the building very likely shares a duct, beyond it is a dig. A dig's effort is
that of its access type and a further crew-day for every `DIG_M_A_DAY` beyond the first. Both
figures are estimates, to be replaced by a survey's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final, TypedDict

import numpy as np

from psnplanner.board.betrayal import beside, betrays
from psnplanner.geography.distance import local_metres
from psnplanner.programme.record import Position, RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

DUCT_M: Final = 100.0
DIG_M_A_DAY: Final = 100.0
FAR_M: Final = 5_000.0
"""Metres beyond which only a survey can say what a connection would take."""


class Joiner(TypedDict):
    """One prospective building. Distances in metres to the nearest live site or node.

    `effort_days` None means too far, or unplaced. `ports_left` is what the serving node, the
    nearest one, has left with every planned site connected; None where its ports are not known.
    """

    reference: str
    name: str
    kind: str
    organisation: str
    latitude: float | None
    longitude: float | None
    nearest: str
    nearest_kind: str
    distance_m: int | None
    access: str
    effort_days: float | None
    node: str
    node_m: int | None
    ports_left: int | None


class _Place(TypedDict):
    name: str
    kind: str
    at: Position
    node: RecordId | None


def joiners(state: State, prospects: State) -> list[Joiner]:
    """Each site of the prospects beside the live network of the state, the nearest first."""
    network, nodes = list(_network(state)), list(_nodes(state))
    used = _used(state)
    rows = [_row(state, prospects, s, network, nodes, used) for s in prospects.sites.values()]
    far = float("inf")
    return sorted(
        rows,
        key=lambda r: (
            far if r["distance_m"] is None else r["distance_m"], r["reference"], r["name"],
        ),
    )  # fmt: skip


def shown(rows: Iterable[Joiner], gone: Sequence[Site], words: list[str]) -> list[Joiner]:
    """The rows that neither name a withheld site nor stand where one does.

    `words` are what may not be read (`betrayal.words_of` of those that are `gone`).
    """
    return [row for row in rows if not _tells(row, gone, words)]


def _tells(row: Joiner, gone: Sequence[Site], words: list[str]) -> bool:
    if any(betrays(value, words) for value in row.values() if isinstance(value, str)):
        return True
    latitude, longitude = row["latitude"], row["longitude"]
    if latitude is None or longitude is None:
        return False
    return beside(Position(latitude, longitude, ""), gone)


def _network(state: State) -> Iterable[_Place]:
    for site in state.sites.values():
        if state.statuses[site.id] == "live" and _placed(site.position):
            assert site.position is not None
            yield _Place(
                name=site.name or site.reference, kind="site", at=site.position, node=site.node
            )
    yield from (place for place in _nodes(state) if _is_live(state, place["node"]))


def _nodes(state: State) -> Iterable[_Place]:
    for node in state.nodes.values():
        if _placed(node.position):
            assert node.position is not None
            yield _Place(name=node.name, kind="node", at=node.position, node=node.id)


def _is_live(state: State, node: RecordId | None) -> bool:
    return node is not None and state.nodes[node].live_on is not None


def _placed(at: Position | None) -> bool:
    return at is not None and math.isfinite(at.latitude) and math.isfinite(at.longitude)


def _used(state: State) -> dict[RecordId, int]:
    counts: dict[RecordId, int] = {}
    for site in state.sites.values():
        if site.node is not None:
            counts[site.node] = counts.get(site.node, 0) + 1
    return counts


def _row(
    state: State,
    prospects: State,
    site: Site,
    network: list[_Place],
    nodes: list[_Place],
    used: dict[RecordId, int],
) -> Joiner:
    at = site.position if _placed(site.position) else None
    near, distance_m = _nearest(at, network)
    node, node_m = _nearest(at, nodes)
    ident = node["node"] if node else None
    ports = state.nodes[ident].ports if ident is not None else None
    access, effort_days = _work(state, site, distance_m)
    return Joiner(
        reference=site.reference,
        name=site.name,
        kind=site.kind,
        organisation=prospects.partner_name(site.partner),
        latitude=at.latitude if at else None,
        longitude=at.longitude if at else None,
        nearest=near["name"] if near else "",
        nearest_kind=near["kind"] if near else "",
        distance_m=distance_m,
        access=access,
        effort_days=effort_days,
        node=node["name"] if node else "",
        node_m=node_m,
        ports_left=None if ports is None or ident is None else max(0, ports - used.get(ident, 0)),
    )


def _nearest(at: Position | None, places: list[_Place]) -> tuple[_Place | None, int | None]:
    if at is None or not places:
        return None, None
    latitudes = np.array([place["at"].latitude for place in places])
    longitudes = np.array([place["at"].longitude for place in places])
    xs, ys = local_metres(latitudes, longitudes, (at.latitude, at.longitude))
    metres = np.hypot(xs, ys)
    best = int(np.argmin(metres))
    return places[best], round(float(metres[best]))


def _work(state: State, site: Site, distance_m: int | None) -> tuple[str, float | None]:
    if distance_m is None:
        return "not known", None
    if distance_m > FAR_M:
        return "survey first", None
    access = site.access or ("existing duct" if distance_m <= DUCT_M else "new dig")
    days = state.workflow.effort_days(access)
    if access == "new dig":
        days += max(0.0, distance_m - DIG_M_A_DAY) / DIG_M_A_DAY
    return access, round(days, 1)
