"""How alike two sites are: the words of their names, the building, and what that adds up to.

Names are compared by rapidfuzz (Indel similarity, per cent). What tells two organisations
apart is the odd word out, not the percentage: “Surgery (Red)” and “Surgery (Green)” are 90 %
alike and are two practices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from psnplanner.intake.traits import (
    COMPASS,
    FAITHS,
    GENERIC,
    INITIALS,
    PART,
    Street,
    Traits,
    Words,
)

MERGE, SHARED, LOOK = "merge", "shared", "look"
REACH_M = 150.0
"""How far apart two points may lie that stand for one building: a postcode's extent in a town."""


class Likeness(NamedTuple):
    """What is proposed for a pair, how sure that is (0 to 1), and the sentences that say why."""

    proposal: str
    confidence: float
    place: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Pair:
    """Two sites that may be one building, and how far apart they lie (metres; None unknown)."""

    a: Traits
    b: Traits
    distance_m: float | None

    def likeness(self) -> Likeness | None:
        """What to propose, or None where nothing speaks for one building."""
        if not self.is_near:
            return None
        if self.is_same_name and not self._services_differ and not self._sorts_differ:
            return self._same_name()
        if self._apart():
            return None
        return self._one_building() if self.place else self._maybe()

    # What is cheap is found anew: a cache of each pair takes longer.
    @property
    def same_uprn(self) -> bool:
        """Whether both have the same unique property reference number."""
        return bool(self.a.site.uprn) and _uprn(self.a) == _uprn(self.b)

    @property
    def same_postcode(self) -> bool:
        """Whether both have the same postcode."""
        one, other = self.a.site.postcode, self.b.site.postcode
        return bool(one) and (one == other or _postcode(self.a) == _postcode(self.b))

    @property
    def is_near(self) -> bool:
        """Whether they can be one building at all."""
        if self.same_uprn or self.same_postcode:
            return True
        return self.distance_m is not None and self.distance_m <= REACH_M

    @cached_property
    def score(self) -> float:
        """How alike the names are, in per cent, the order of the words aside."""
        # A word repeated, as in “Barnton Barnton Library”, tells nothing.
        one, other = (" ".join(sorted(set(t.words) - {"the", "and"})) for t in (self.a, self.b))
        return fuzz.ratio(one, other)

    @cached_property
    def _odd(self) -> tuple[frozenset[str], frozenset[str]]:
        return _odd_words(self.a.marks, self.b.marks)

    @cached_property
    def is_same_name(self) -> bool:
        """Whether nothing in the names tells two organisations apart."""
        if not self.a.words or any(self._odd) or _levels_differ(self.a.levels, self.b.levels):
            return False
        return self.a.words == self.b.words or (bool(self.a.marks) and self.score >= 80)

    @property
    def _services_differ(self) -> bool:
        return bool(self.a.service and self.b.service) and self.a.service != self.b.service

    @property
    def _sorts_differ(self) -> bool:
        return self.a.is_hospital != self.b.is_hospital

    @property
    def _partners_differ(self) -> bool:
        one, other = self.a.site.partner, self.b.site.partner
        return one is not None and other is not None and one != other

    def _apart(self) -> str:
        """What speaks against one building: a sentence, or ""."""
        if self.same_uprn:
            return ""
        one, other = self.a.street, self.b.street
        if one and other and one.first and other.first and _same_street(one, other):
            clear = one.last < other.first or other.last < one.first
            if clear and not _common_building(self.a, self.b):
                return f"Different numbers: {one.written} and {other.written}"
        if self.distance_m is None:
            return ""
        if self.distance_m > 400 + 2 * (_accuracy_m(self.a) + _accuracy_m(self.b)):
            return f"Their positions lie {_far(self.distance_m)} apart: one of them is wrong"
        return ""

    @cached_property
    def place(self) -> str:
        """What shows that they are in one building: a sentence, or ""."""
        if self.same_uprn:
            return f"Same UPRN {self.a.site.uprn}"
        building = _common_building(self.a, self.b)
        if building:
            return f"Both at {self._postcodes}, “{building}”"
        one, other = self.a.street, self.b.street
        if one and other and one.first and _same_street(one, other) and _same_number(one, other):
            return f"Both at {one.written}, {self._postcodes}"
        return ""

    @property
    def _postcodes(self) -> str:
        one, other = self.a.site.postcode, self.b.site.postcode
        if self.same_postcode:
            return one
        return " or ".join(sorted(filter(None, (one, other)))) or "one spot"

    @property
    def _one_street(self) -> bool:
        one, other = self.a.street, self.b.street
        return bool(one and other and _same_street(one, other))

    @property
    def _near_sentence(self) -> str:
        if self.place:
            return self.place
        if self.same_postcode:
            street = self.a.street.written if self.a.street and self._one_street else ""
            return f"Both at {street}, {self.a.site.postcode}" if street else (
                f"Same postcode {self.a.site.postcode}")  # fmt: skip
        off_m = _accuracy_m(self.a) + _accuracy_m(self.b)
        away = "Close by" if self.distance_m is None else f"{_far(self.distance_m)} apart"
        return f"{away}, give or take {off_m:.0f} m ({self._postcodes})"

    @property
    def _names(self) -> str:
        one, other = sorted((self.a.site.name, self.b.site.name))
        if one.casefold() == other.casefold():
            return f"Both called “{one}”"
        return f"Names {self.score:.0f} % alike: “{one}” / “{other}”"

    def _say(self, proposal: str, confidence: float, reason: str = "") -> Likeness:
        alike = self._names if self.score >= 75 and self.a.words else ""
        return Likeness(
            proposal, confidence, tuple(filter(None, (self._near_sentence, alike))), reason
        )

    def _same_name(self) -> Likeness | None:
        apart = self._apart()
        if apart:
            return self._say(LOOK, 0.5, apart)
        if self._partners_differ:
            return self._say(SHARED, 0.85, "Different partners: one dig serves both")
        if self.a.site.uprn and self.b.site.uprn and not self.same_uprn:
            reason = f"UPRNs differ: {self.a.site.uprn} and {self.b.site.uprn}"
            return self._say(LOOK, 0.55, reason)
        if not self.a.marks and not self.place:
            return self._say(LOOK, 0.4, "A name that many have") if self.same_postcode else None
        if self.same_uprn or self.same_postcode:
            placed = bool(self.place) or self._one_street
            sure = 0.87 + 0.06 * (self.score > 90) + 0.06 * (placed and self.score > 99)
            return self._say(MERGE, sure, "Same name, same place: listed twice")
        if self.place or self._one_street:
            return self._say(MERGE, 0.8, "Same name and street under two postcodes")
        return self._say(LOOK, 0.5, "Same name close by, under another address")

    def _one_building(self) -> Likeness:
        if self.a.is_vehicle != self.b.is_vehicle:
            driving = self.a if self.a.is_vehicle else self.b
            reason = f"“{driving.site.name}” seems a vehicle kept there: it may need no fibre"
            return self._say(LOOK, 0.6, reason)
        services = {self.a.service, self.b.service}
        if self._services_differ:
            one, other = (_article(t.service) for t in (self.a, self.b))
            return self._say(SHARED, 0.88, f"{one.capitalize()} and {other}: one dig serves both")
        if services == {"school"}:
            return self._two_schools()
        if self._partners_differ:
            return self._say(SHARED, 0.88, "Different partners: one dig serves both")
        if self.a.is_hospital and self.b.is_hospital and not self.same_uprn:
            return self._say(LOOK, 0.5, "Two hospitals in the same grounds, or one by two names")
        if services == {"health service"}:
            return self._say(SHARED, 0.9, "Different practices or services: one dig serves all")
        if "" in services:
            return self._say(SHARED, 0.75, "Different names in one building: one dig serves all")
        return self._say(LOOK, 0.6, f"Two names for {_article(self.a.service)} in one building")

    def _two_schools(self) -> Likeness:
        closed = [t for t in (self.a, self.b) if t.closed]
        if len(closed) == 1:
            gone, stays = closed[0], self.b if closed[0] is self.a else self.a
            reason = (
                f"{gone.site.name} {gone.closed} by its list; {stays.site.name} is in the building"
            )
            # A successor keeps the school's own name; another name may be another story.
            own = gone.marks - FAITHS
            if own and not any(_odd_words(own, stays.marks - FAITHS)):
                return self._say(MERGE, 0.75, reason)
            return self._say(LOOK, 0.6, reason)
        if closed:
            return self._say(LOOK, 0.4, "Both have closed by their list")
        if self.a.marks and self.a.levels == self.b.levels and not any(self._odd):
            return self._say(MERGE, 0.85, "Two styles of one school's name")
        if _levels_differ(self.a.levels, self.b.levels):
            return self._say(SHARED, 0.78, "Two schools on one site: one dig serves both")
        return self._say(LOOK, 0.55, "Two schools on one site, or one under two names")

    def _maybe(self) -> Likeness | None:
        """No proof of one building: only what a person should look at."""
        one, other = self.a.street, self.b.street
        same_service = bool(self.a.service) and self.a.service == self.b.service
        alike = bool(self.a.words) and self.score >= 85 and not all(self._odd)
        if self._services_differ or not self.same_postcode:
            return None
        if same_service and self.a.service == "health service" and one and other:
            if _same_street(one, other):
                reason = "One street, but nothing says that it is one building"
                return self._say(LOOK, 0.5, reason)
        elif alike and not _levels_differ(self.a.levels, self.b.levels):
            return self._say(LOOK, 0.45, "Alike, but one name says more")
        return None


def is_apart(a: Traits, b: Traits, distance_m: float | None) -> bool:
    """Whether two sites must not stand in one group: too far, other numbers, or a person said."""
    if a.site.id in b.site.distinct_from or b.site.id in a.site.distinct_from:
        return True
    pair = Pair(a, b, distance_m)
    return not pair.is_near or bool(pair._apart())


@lru_cache(maxsize=65_536)
def _odd_words(one: frozenset[str], other: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The words of each that the other lacks, slips of the pen aside."""
    left, right = set(one - other), set(other - one)
    for word in sorted(left):
        match = next((w for w in sorted(right) if _same_word(word, w)), None)
        if match is not None:
            left.discard(word)
            right.discard(match)
    return frozenset(left), frozenset(right)


def _same_word(one: str, other: str) -> bool:
    short = min(len(one), len(other))
    if {one, other} & COMPASS or not (one + other).isalpha() or short < 4:
        return False
    return one.startswith(other) or other.startswith(one) or (
        short >= 5 and fuzz.ratio(one, other) >= 84)  # fmt: skip


def _levels_differ(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two schools are for different ages: infants and juniors, primary and high."""
    if one and other:
        return not one & other
    return bool((one | other) & PART)


def _same_street(one: Street, other: Street) -> bool:
    return one.words == other.words or (
        fuzz.ratio(" ".join(one.words), " ".join(other.words)) >= 90
    )


def _same_number(one: Street, other: Street) -> bool:
    return one.first <= other.last and other.first <= one.last and one.letter == other.letter


def _common_building(a: Traits, b: Traits) -> str:
    for one, written in a.buildings.items():
        for other in b.buildings:
            if _same_building(one, other, 65):
                return written
    for named, called in ((a, b), (b, a)):
        for one, written in named.buildings.items():
            # A hospital goes by shorter names than its own; nothing else does so safely.
            hospital = called.is_hospital and "hospital" in one
            if _same_building(one, called.words, 60 if hospital else 85):
                return written
    return ""


@lru_cache(maxsize=65_536)
def _same_building(one: Words, other: Words, least: float) -> bool:
    marks = [frozenset(words) - GENERIC - INITIALS for words in (one, other)]
    if not all(marks) or any(_odd_words(*marks)):
        return False
    return fuzz.token_sort_ratio(" ".join(one), " ".join(other)) >= least


def _accuracy_m(traits: Traits) -> float:
    position = traits.site.position
    return 20.0 if position is None or position.accuracy_m is None else position.accuracy_m


def _uprn(traits: Traits) -> str:
    return traits.site.uprn.lstrip("0")


def _postcode(traits: Traits) -> str:
    return traits.site.postcode.replace(" ", "").upper()


def _far(distance_m: float) -> str:
    return f"{distance_m / 1000:.1f} km" if distance_m > 1500 else f"{distance_m:.0f} m"


def _article(service: str) -> str:
    return f"{'an' if service[:1] in 'aeiou' else 'a'} {service}"
