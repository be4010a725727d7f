"""The same building, twice: sites to merge, to share or to look at, proposed as groups.

Only sites that meet in a block are compared: same UPRN, same postcode, or a word that tells
names apart in common within neighbouring 150 m squares. A big block is sorted and compared
through a window (the sorted neighbourhood of Hernández and Stolfo, 1995). Nothing is changed
here: `programme.duplicate_edits` settles what a person agrees to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from math import hypot, isfinite
from typing import Any

import numpy as np

from psnplanner.geography.distance import local_metres
from psnplanner.intake.likeness import (
    LOOK,
    MERGE,
    REACH_M,
    SHARED,
    Likeness,
    Pair,
    is_apart,
)
from psnplanner.intake.traits import Traits, building_of, telling_words
from psnplanner.programme.duplicate_edits import (
    ALSO_KNOWN_AS,
    ALSO_LISTED_AS,
    known_as,
    listed_as,
    listing,
)
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

_WINDOW, _CROWD, _CROWDS_WINDOW = 8, 500, 2  # a postcode has some 15 addresses, and 100 at most
_MOST_TOGETHER = 30  # thousands of one name would be compared each with each, for minutes
_ALL_PAIRS_UP_TO = 40
_KNOWN_TO_M = 500.0  # a worse position says nothing of which building it is
_MOST_REASONS = 6

Couple = tuple[int, int]


@dataclass(frozen=True)
class Group:
    """Sites that may be one building, the one to keep first.

    `proposal` is "merge" (one organisation listed twice), "shared" (one building, several
    users) or "look" (alike, but unclear); `confidence` is 0 to 1; `building` is what the
    addresses call it, if they do.
    """

    sites: tuple[RecordId, ...]
    proposal: str
    confidence: float
    reasons: tuple[str, ...]
    building: str = ""

    @property
    def keep(self) -> RecordId:
        """The site that stays, unless the user says otherwise."""
        return self.sites[0]

    @property
    def others(self) -> tuple[RecordId, ...]:
        """The sites that would go into it."""
        return self.sites[1:]


def groups(state: State, new_sites: Sequence[Site] = ()) -> list[Group]:
    """Groups to settle, merges first, the surest first, a programme's sites against each other.

    With `new_sites`, those a list is about to add (or, by their id, as it would correct them),
    only groups with one of them in it are given. A site that merges may head a shared group
    too: settle in the order given, and its merge is done by then.
    """
    sites = {**state.sites, **{site.id: site for site in new_sites}}
    new = {site.id for site in new_sites}
    on = state.programme.status_on or date.today()
    look = _Comparison([Traits(s, on, s.id in new) for s in sites.values()], state)
    found = look.groups()
    return [group for group in found if not new or new.intersection(group.sites)]


def report(
    found: Iterable[Group], state: State, new_sites: Sequence[Site] = ()
) -> list[dict[str, Any]]:
    """Groups as a JSON-ready list: every site told by reference, name, address and partner."""
    new = {site.id: site for site in new_sites}
    sites = {**state.sites, **new}
    return [
        {
            "proposal": group.proposal,
            "confidence": group.confidence,
            "building": group.building,
            "keep": sites[group.keep].reference,
            "reasons": list(group.reasons),
            "sites": [_told(sites[i], state, i not in state.sites) for i in group.sites],
        }
        for group in found
    ]


def _told(site: Site, state: State, is_new: bool) -> dict[str, Any]:
    told = {name: getattr(site, name) for name in ("reference", "name", "kind", "address")}
    return {
        "id": site.id.hex(),
        **told,
        "postcode": site.postcode,
        "uprn": site.uprn,
        "partner": state.partner_name(site.partner),
        "status": state.statuses.get(site.id, ""),
        "new": is_new,
    }


class _Comparison:
    """Sites by number, the pairs of them that are alike, and how those fall into groups."""

    def __init__(self, traits: list[Traits], state: State) -> None:
        self._traits, self._state = traits, state
        self._xs, self._ys = _metres(traits)
        self._settled = _settled(traits)
        self._postcodes = [t.site.postcode.replace(" ", "").upper() for t in traits]
        self._alike: dict[Couple, Likeness] = {}
        self._seen: set[Couple] = set()
        self._words: dict[int, set[str]] = {}

    def groups(self) -> list[Group]:
        """Merges, then shared sites of what is left, then what to look at."""
        self._compare()
        keeper = list(range(len(self._traits)))
        found: list[Group] = []
        for proposal in (MERGE, SHARED, LOOK):
            found += self._joined(proposal, keeper)
        return found

    def _compare(self) -> None:
        for block in self._blocks():
            for one, other in block:
                couple = (one, other) if one < other else (other, one)
                if couple in self._seen:
                    continue
                self._seen.add(couple)
                likeness = self._pair(*couple).likeness()
                if likeness is not None and not self._is_settled(couple):
                    self._alike[couple] = likeness

    def _pair(self, one: int, other: int) -> Pair:
        return Pair(self._traits[one], self._traits[other], self._distance_m(one, other))

    def _distance_m(self, one: int, other: int) -> float | None:
        away = hypot(self._xs[one] - self._xs[other], self._ys[one] - self._ys[other])
        return away if isfinite(away) else None

    def _blocks(self) -> Iterator[Iterable[Couple]]:
        by_uprn: dict[str, list[int]] = {}
        by_postcode: dict[str, list[int]] = {}
        for number, traits in enumerate(self._traits):
            if traits.site.uprn:
                by_uprn.setdefault(traits.site.uprn.lstrip("0"), []).append(number)
            if self._postcodes[number]:
                by_postcode.setdefault(self._postcodes[number], []).append(number)
        for held in (*by_uprn.values(), *by_postcode.values()):
            if len(held) > 1:
                yield self._couples(held)
        yield from self._squares()

    def _couples(self, held: list[int]) -> Iterable[Couple]:
        if len(held) <= _ALL_PAIRS_UP_TO:
            return combinations(held, 2)
        return self._windowed(held)

    def _windowed(self, held: list[int]) -> Iterator[Couple]:
        """Neighbours by name and by address: of thousands at one postcode, not every pair."""
        by_name: Callable[[int], object] = lambda n: self._traits[n].words  # noqa: E731
        by_address: Callable[[int], object] = lambda n: self._traits[n].site.address  # noqa: E731
        window = _WINDOW if len(held) <= _CROWD else _CROWDS_WINDOW
        for key in (by_name, by_address):
            ordered = sorted(held, key=key)  # type: ignore[arg-type]
            for place, one in enumerate(ordered):
                for other in ordered[place + 1 : place + 1 + window]:
                    yield one, other

    def _squares(self) -> Iterator[Iterable[Couple]]:
        """Couples of neighbouring squares whose names or buildings share a telling word."""
        squares: dict[tuple[int, int], list[int]] = {}
        for number, (x, y) in enumerate(zip(self._xs, self._ys, strict=True)):
            if isfinite(x):
                squares.setdefault((int(x // REACH_M), int(y // REACH_M)), []).append(number)
        for (column, row), held in squares.items():
            around = [
                number
                for step in ((1, -1), (1, 0), (1, 1), (0, 1))
                for number in squares.get((column + step[0], row + step[1]), ())
            ]
            if len(held) > 1 or around:
                yield self._telling(held, around)

    def _telling(self, held: list[int], around: list[int]) -> Iterator[Couple]:
        by_word: dict[str, list[int]] = {}
        own = set(held)
        if len({self._postcodes[number] for number in (*held, *around)}) == 1:
            return  # compared already
        for number in (*held, *around):
            for word in self._telling_words(number):
                by_word.setdefault(word, []).append(number)
        for numbers in by_word.values():
            if len(numbers) > 1:
                for one, other in self._couples(numbers):
                    if self._postcodes[one] != self._postcodes[other] and (
                        one in own or other in own
                    ):
                        yield one, other

    def _telling_words(self, number: int) -> set[str]:
        found = self._words.get(number)
        if found is None:
            found = self._words[number] = telling_words(self._traits[number].site)
        return found

    def _is_settled(self, couple: Couple) -> bool:
        """Whether a person has decided on these two: distinct, or one took the other in."""
        one, other = (self._traits[number].site for number in couple)
        if one.id in other.distinct_from or other.id in one.distinct_from:
            return True
        return any(
            name in self._settled.get(site.id, ())
            for site, name in (
                (one, other.reference.casefold()), (one, listing(other).casefold()),
                (other, one.reference.casefold()), (other, listing(one).casefold()),
            )
            if name
        )  # fmt: skip

    def _joined(self, proposal: str, keeper: list[int]) -> list[Group]:
        """Groups of one proposal; `keeper` says which site stands for each, and learns."""
        edges = [
            (couple, likeness)
            for couple, likeness in self._alike.items()
            if likeness.proposal == proposal
        ]
        edges.sort(key=lambda edge: (-edge[1].confidence, edge[0]))
        members: dict[int, list[int]] = {}
        root: dict[int, int] = {}
        used: dict[int, list[tuple[Couple, Likeness]]] = {}
        for (a, b), likeness in edges:
            one, other = _top(keeper, a), _top(keeper, b)
            if one == other:
                continue
            left, right = root.setdefault(one, one), root.setdefault(other, other)
            mine = members.setdefault(left, [one])
            theirs = members.setdefault(right, [other])
            if left != right:
                if not self._may_join(mine, theirs, proposal):
                    continue
                for number in theirs:
                    root[number] = left
                mine += members.pop(right)
                used.setdefault(left, []).extend(used.pop(right, []))
            used.setdefault(left, []).append(((a, b), likeness))
        found = [
            self._group(proposal, members[top], why, keeper) for top, why in used.items() if why
        ]
        return sorted(found, key=lambda group: -group.confidence)

    def _may_join(self, mine: list[int], theirs: list[int], proposal: str) -> bool:
        """Whether every two of both may stand together: a chain of likes has unlike ends."""
        if len(mine) + len(theirs) > _MOST_TOGETHER:
            return False
        for one in mine:
            for other in theirs:
                known = self._alike.get((min(one, other), max(one, other)))
                if known is not None and known.proposal == proposal:
                    continue
                if proposal == MERGE:
                    likeness = self._pair(one, other).likeness()
                    if likeness is None or likeness.proposal != MERGE:
                        return False
                a, b = self._traits[one], self._traits[other]
                if is_apart(a, b, self._distance_m(one, other)):
                    return False
        return True

    def _group(
        self,
        proposal: str,
        held: list[int],
        why: Sequence[tuple[Couple, Likeness]],
        keeper: list[int],
    ) -> Group:
        ordered = sorted(held, key=self._standing)
        if proposal != LOOK:
            for number in ordered[1:]:
                keeper[number] = ordered[0]
        # The surest edge of each site: a group is as sure as its least sure member.
        best: dict[int, float] = {}
        for couple, likeness in why:
            for number in couple:
                best[number] = max(best.get(number, 0.0), likeness.confidence)
        traits = [self._traits[number] for number in ordered]
        return Group(
            tuple(t.site.id for t in traits),
            proposal,
            round(min(best.values()), 2),
            _reasons([likeness for _, likeness in why]),
            building_of(traits),
        )

    def _standing(self, number: int) -> tuple[Any, ...]:
        """The order in which sites of a group are to be kept: open, begun, known, well told."""
        traits = self._traits[number]
        site = traits.site
        told = sum(
            bool(value)
            for value in (
                site.partner, site.kind, site.uprn, site.access, site.tenure, site.phase,
                site.node, site.annual_cost_pence, site.contract_ends_on, site.address,
            )
        )  # fmt: skip
        live = self._state.statuses.get(site.id) == "live"
        stages = len(self._state.stages_of(site.id))
        return (
            not live, traits.is_vehicle, not site.locked, traits.new, -stages,
            site.partner is None, bool(traits.closed), -told, site.reference,
        )  # fmt: skip


def _top(keeper: list[int], number: int) -> int:
    while keeper[number] != number:
        number = keeper[number]
    return number


def _reasons(found: Sequence[Likeness]) -> tuple[str, ...]:
    """What was said most, once each: the place first, then the verdict."""
    places = Counter(sentence for likeness in found for sentence in likeness.place)
    verdicts = Counter(likeness.reason for likeness in found if likeness.reason)
    told = [sentence for sentence, _ in places.most_common(_MOST_REASONS)]
    told += [sentence for sentence, _ in verdicts.most_common(_MOST_REASONS)]
    left = max(0, len(places) - _MOST_REASONS) + max(0, len(verdicts) - _MOST_REASONS)
    if left:
        told.append(f"and {left} more signs of the same kind")
    return tuple(told)


def _settled(traits: Iterable[Traits]) -> Mapping[RecordId, set[str]]:
    """What each site has taken in already: references and names with postcode, case folded."""
    result = {}
    for t in traits:
        if any(heading in (ALSO_KNOWN_AS, ALSO_LISTED_AS) for heading, _ in t.site.other):
            names = {name.casefold() for name in (*known_as(t.site), *listed_as(t.site))}
            result[t.site.id] = names
    return result


def _metres(traits: Sequence[Traits]) -> tuple[list[float], list[float]]:
    """Local metres of every site; NaN for one without a position that tells a building."""
    nowhere = (np.nan, np.nan)
    spots = np.array(
        [
            p[:2] if (p := t.site.position) and (p.accuracy_m or 0.0) <= _KNOWN_TO_M else nowhere
            for t in traits
        ]
    ).reshape(-1, 2)
    if not np.isfinite(spots).any():
        return [np.nan] * len(spots), [np.nan] * len(spots)
    xs, ys = local_metres(spots[:, 0], spots[:, 1])
    return xs.tolist(), ys.tolist()
