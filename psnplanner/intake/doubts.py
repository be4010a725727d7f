"""Positions that cannot be right, or not both: at sea, far away, far from the postcode.

Nothing is moved in silence: each doubt is a problem of its row that says what is wrong, which
of two it probably is and why, and where the site was put meanwhile.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from psnplanner.geography import basemap
from psnplanner.geography.found import Found
from psnplanner.geography.land import offshore_m
from psnplanner.intake.coordinates import OWN, Heading, written
from psnplanner.intake.distances import Array, Pair, distances_m, from_point_m, shown
from psnplanner.intake.rows import WARNING, Draft
from psnplanner.programme.record import Position

_OFFSHORE_M = 500.0  # none of 215,246 postcodes of the region lies so far out of the base map
_FAR_M = 600.0  # from the postcode, and at least four times what its own position is good for
_AREA_M = 60_000.0
_AREA_FACTOR = 2.0
_AREA_SHARE = 90  # per cent
_FEWEST = 10
_ROUND_M = 1_000.0
_NEAR_M, _CLEARLY = 8_000.0, 3.0  # a sign counts if one of the two is near and the other far
_NEIGHBOURS = 3

Judged = tuple[bool, str]
"""Whether the coordinates are right (else the postcode), and the sign that says so."""


def at_sea(drafts: Sequence[Draft], heading: Heading) -> set[int]:
    """Tell the rows whose own coordinates lie in the sea, 500 m and more from any land.

    Piers, docks and estuaries are within that of the shore. Beyond the base map nothing is
    told. Gives the numbers of the rows.
    """
    own = [draft for draft in drafts if _source(draft).startswith(OWN)]
    if not own:
        return set()
    at = np.array([draft.values["position"][:2] for draft in own])
    wet = set()
    for draft, metres in zip(own, offshore_m(at[:, 0], at[:, 1]).tolist(), strict=True):
        if metres > _OFFSHORE_M:
            wet.add(draft.row)
            draft.tell(
                _columns(heading), written(draft),
                f"The coordinates are in the sea, {shown(metres)} from land.",
                "Correct them, or leave them blank: the postcode then places the site.",
            )  # fmt: skip
    return wet


def outside_area(drafts: Sequence[Draft], known: Sequence[Position], heading: Heading) -> None:
    """Tell the rows that lie outside the programme's area.

    The area is a circle about the median position of the programme's sites and the list's own,
    so that no stray site moves it: 60 km, or twice the distance within which nine in ten of
    them lie, whichever is more. With fewer than ten positions there is no telling.
    """
    placed = [draft for draft in drafts if "position" in draft.values]
    if not placed or len(placed) + len(known) < _FEWEST:
        return
    at = np.array([draft.values["position"][:2] for draft in placed])
    everything = np.vstack([at, np.array([place[:2] for place in known]).reshape(-1, 2)])
    middle = np.median(everything, axis=0)
    usual_m = float(np.percentile(from_point_m(tuple(middle), everything), _AREA_SHARE))
    limit_m = max(_AREA_M, _AREA_FACTOR * usual_m)
    away_m = from_point_m(tuple(middle), at)
    for index in np.flatnonzero(away_m > limit_m).tolist():
        draft = placed[index]
        by_own = _source(draft).startswith(OWN)
        draft.tell(
            _columns(heading) if by_own else heading("postcode"),
            written(draft) if by_own else str(draft.values.get("postcode", "")),
            f"Far outside the programme's area: {shown(float(away_m[index]))} from its middle, "
            f"and nine in ten sites lie within {shown(usual_m)}.",
            "Check the postcode and the coordinates; if it does belong, there is nothing to do.",
        )  # fmt: skip


def far_from_postcode(
    drafts: Sequence[Draft],
    found: Sequence[Found | None],
    ended: set[str],
    wet: set[int],
    known: Mapping[str, list[Pair]],
    heading: Heading,
) -> None:
    """Tell the rows whose position and postcode disagree, and judge which of them is wrong.

    `ended` are postcodes that only an older release has, `wet` the rows at sea, `known` the
    positions of the programme's sites by their partner's name, case folded. Where every sign
    speaks against the coordinates, the postcode places the site instead.
    """
    both = [
        (draft, answer)
        for draft, answer in zip(drafts, found, strict=True)
        if answer is not None and "position" in draft.values
    ]
    if not both:
        return
    points = np.array([(*d.values["position"][:2], a.latitude, a.longitude) for d, a in both])
    apart_m = distances_m(points)
    allowed_m = np.array([max(_FAR_M, 4 * answer.accuracy_m) for _, answer in both])
    far = np.flatnonzero(apart_m > allowed_m).tolist()
    if not far:
        return
    doubtful = {both[index][0].row for index in far}
    signs = _Signs(drafts, found, doubtful, known)
    for index in far:
        draft, answer = both[index]
        judged = signs.of(draft, answer)
        if str(draft.values["postcode"]) in ended:
            judged.append((True, "the postcode has ended since"))
        if draft.row in wet:
            judged.append((False, "the coordinates are in the sea"))
        _settle(draft, answer, float(apart_m[index]), judged, heading)


def _settle(
    draft: Draft, answer: Found, apart_m: float, judged: list[Judged], heading: Heading
) -> None:
    postcode = str(draft.values["postcode"])
    own = _source(draft).startswith(OWN)
    what = "coordinates" if own else "UPRN's position"
    verb = "lie" if own else "lies"
    right = {is_right for is_right, _ in judged}
    reasons = ", and ".join(dict.fromkeys(reason for _, reason in judged))
    if right == {True}:
        verdict = f"the postcode is probably the wrong one: {reasons}. Placed by the {what}"
        remedy = "Correct the postcode, once checked on the map."
    elif right == {False}:
        verdict = f"{what} probably wrong: {reasons}. Placed by the postcode"
        verdict = f"the {what} {'are' if own else 'is'}" + verdict.removeprefix(what)
        remedy = f"Correct the {what if own else 'UPRN'}, once checked on the map."
        place = (answer.latitude, answer.longitude, answer.source, answer.accuracy_m)
        draft.values["position"] = Position(*place)
    else:
        verdict = f"one of the two is wrong. Placed by the {what}"
        remedy = "Check on the map, then correct the postcode or the coordinates."
    message = f"The {what} {verb} {shown(apart_m)} from postcode {postcode}: {verdict}."
    draft.tell(heading("postcode"), postcode, message, remedy, WARNING)


class _Signs:
    """What the rest of the list and of the programme says about a doubtful row."""

    def __init__(
        self,
        drafts: Sequence[Draft],
        found: Sequence[Found | None],
        doubtful: set[int],
        known: Mapping[str, list[Pair]],
    ) -> None:
        self._by_partner: dict[str, list[Pair]] = defaultdict(list)
        self._by_town: dict[str, list[Pair]] = defaultdict(list)
        for partner, places in known.items():
            self._by_partner[partner] += places
        towns = {town for d in drafts if d.row in doubtful for town in _towns(d)}
        for draft, answer in zip(drafts, found, strict=True):
            place: Pair | None = None
            if draft.row in doubtful:
                continue
            if answer is not None:
                place = (answer.latitude, answer.longitude)
            elif "position" in draft.values:
                place = draft.values["position"][:2]
            if place is None:
                continue
            if draft.partner:
                self._by_partner[draft.partner.casefold()].append(place)
            for town in towns.intersection(_towns(draft)):
                self._by_town[town].append(place)
        self._mapped = {t.name.casefold(): (t.latitude, t.longitude) for t in basemap.load().towns}

    def of(self, draft: Draft, answer: Found) -> list[Judged]:
        """The signs for the coordinates or for the postcode."""
        position: Position = draft.values["position"]
        here, there = (position.latitude, position.longitude), (answer.latitude, answer.longitude)
        signs = []
        if (position.accuracy_m or 0) >= _ROUND_M:
            signs.append((False, "the coordinates are round figures"))
        if town := self._town(draft, here, there):
            signs.append(town)
        if partner := self._partner(draft, here, there):
            signs.append(partner)
        return signs

    def _town(self, draft: Draft, here: Pair, there: Pair) -> Judged | None:
        for town in reversed(_towns(draft)):
            places = self._by_town.get(town, [])
            if len(places) >= _NEIGHBOURS:
                middle = np.median(np.array(places), axis=0)
            elif town in self._mapped:
                middle = np.array(self._mapped[town])
            else:
                continue
            to = np.array([middle])
            right = _nearer(float(from_point_m(here, to)[0]), float(from_point_m(there, to)[0]))
            if right is not None:
                which = "the coordinates lie" if right else "the postcode lies"
                return right, f"{which} in or near {town.title()}, as the address says"
        return None

    def _partner(self, draft: Draft, here: Pair, there: Pair) -> Judged | None:
        others = self._by_partner.get(draft.partner.casefold(), [])
        if not draft.partner or len(others) < _NEIGHBOURS:
            return None
        places: Array = np.array(others)
        nth = _NEIGHBOURS - 1
        to_here, to_there = (
            float(np.partition(from_point_m(at, places), nth)[nth]) for at in (here, there)
        )
        right = _nearer(to_here, to_there)
        if right is None:
            return None
        which = "coordinates" if right else "postcode"
        return right, f"other sites of {draft.partner} are near the {which}"


def _nearer(here_m: float, there_m: float) -> bool | None:
    """Which of two is clearly the nearer; None where neither is."""
    if min(here_m, there_m) > _NEAR_M or max(here_m, there_m) < _NEAR_M:
        return None
    if max(here_m, there_m) < _CLEARLY * min(here_m, there_m):
        return None
    return here_m < there_m


def _towns(draft: Draft) -> list[str]:
    """The parts of an address that may be towns: those without a number, but for the first."""
    parts = [part.strip().casefold() for part in str(draft.values.get("address", "")).split(",")]
    return [part for part in parts[1:] if part and not re.search(r"\d", part)]


def _source(draft: Draft) -> str:
    position = draft.values.get("position")
    return position.source if position is not None else ""


def _columns(heading: Heading) -> str:
    names = [heading(name) for name in ("easting", "northing", "latitude", "longitude", "point")]
    return ", ".join(filter(None, names))
