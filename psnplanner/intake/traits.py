"""What of a site is compared to tell whether it is another one: words, building, service.

Spellings are made one first (St and Saint, Ctr and Centre, C of E), so that what is left
different is different.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import NamedTuple

from psnplanner.intake.values import day, phrases
from psnplanner.programme.gates import uk
from psnplanner.programme.site import Site

Words = tuple[str, ...]
"""The words of a name, in order."""

_SPELLINGS = {
    word: full
    for full, words in {
        "saint": "st sts saints", "school": "sch schl schools", "centre": "ctr center centr cen",
        "road": "rd", "avenue": "av ave", "lane": "ln", "drive": "dr", "crescent": "cres cresc",
        "close": "cl", "court": "crt", "square": "sq", "terrace": "terr", "gardens": "gdns",
        "place": "pl", "grove": "grv", "practice": "pract prac practise", "group": "grp",
        "surgery": "surg", "medical": "med", "health": "hlth hth", "hospital": "hosp hpl hp",
        "university": "uni univ", "building": "bldg build buildings", "house": "hse",
        "library": "lib", "community": "comm cmnty", "junior": "juniors jnr",
        "infant": "infants inf", "nursery": "nurseries", "station": "stn", "department": "dept",
        "children": "childrens", "recovery": "recov", "neighbourhood": "nhood neighborhood",
        "catholic": "rc", "ltd": "limited", "wellbeing": "wb hwb", "fire": "frs",
        "district": "dist", "general": "gen", "mount": "mt", "north": "nth", "south": "sth",
    }.items()
    for word in words.split()
}  # fmt: skip
_FAITH = re.compile(r"\b(?:c\.? ?(?:of|o) ?\.?e\b\.?|c\.?e\.? (?=primary|school|junior|infant|high"
                    r"|academy|aided|controlled)|church of england\b)")  # fmt: skip
_HEALTH_CENTRE = re.compile(r"\bh[./]?c\b\.?|\bh/ctr\b")
GENERIC = phrases(
    """the|of|and|for|at|in|on|a|by|with|dr|drs|doctor|doctors|partner|partners|group|practice
    |surgery|medical|health|healthcare|centre|clinic|primary|care|school|academy|county|community
    |library|static|station|building|house|hall|ltd|nhs|trust|foundation|ft|service|services
    |resource|wellbeing|hospital|university|neighbourhood|gp|unit|high|secondary|comprehensive
    |campus|cp|aided|controlled|voluntary|pct|ccg|children|mc|site|pcc|pcrc|pcr|phcc|hcrc|nhc|general|district|independent
    |specialist|infirmary|headquarters|hq|office|offices|college"""
)
"""Words that every organisation of a sort has: they tell none from another."""
PART = phrases("infant|junior|nursery|sixth|lower|upper|preparatory|prep|special|pru")
"""Words of a school for some of the ages only: an infant school is not the juniors'."""
_LEVELS = PART | phrases("primary|high|secondary|comprehensive|grammar")
COMPASS = phrases("north|south|east|west|eastern|western|northern|southern|central")
"""Words alike in spelling and opposite in meaning."""
FAITHS = phrases("cofe|catholic|methodist|saint")
"""Words that a school gains or drops as it changes hands."""
_STREETS = phrases(
    """road|street|avenue|lane|drive|crescent|close|square|terrace|gardens|place|grove|way|court
    |walk|row|parade|boulevard|hill|mount|green|rise|view|park|precinct|gate|brow|bank|fold
    |promenade|mews|vale|esplanade"""
)
INITIALS = phrases("h|w|r|n|a")
"""Letters that a building is shortened to: of “Eagle Bridge H & W Centre”."""
_BUILDINGS = phrases(
    """centre|hospital|school|house|library|surgery|clinic|hall|building|station|college|academy
    |infirmary|hub|campus|practice|health|hospice|pcrc|pcc|phcc|hcrc|nhc|resource|care|complex|offices|baths|unit"""
)
_NO_STREET = phrases("centre|library|surgery|clinic|building|college|hub|practice|health|house")
_STOREY = re.compile(r"\b(?:level|ward|suite|room|floor) \w{1,3}\b|\b\w+ (?:floor|flr)\b")
_SERVICES = (
    ("library", phrases("library|libraries|archive|archives")),
    ("fire station", phrases("fire")),
    ("police station", phrases("police|constabulary")),
    ("ambulance station", phrases("ambulance")),
    ("health service", phrases(
        """surgery|medical|health|healthcare|practice|clinic|hospital|infirmary|gp|nhs|ccg|dr|drs
        |hospice|dental|drug|ooh|midwifery|therapy|emergency|respiratory|palliative|ent|wic|care
        |cardiology|dermatology|mc"""
    )),
    ("school", phrases(
        """school|academy|college|nursery|infant|junior|primary|grammar|sixth|pupil|pru|education
        |educational"""
    )),
    ("leisure centre", phrases("leisure|sports|swimming|gym|baths")),
    ("council office", phrases("council|civic|offices|depot")),
)  # fmt: skip
_CLOSED = re.compile(r"\bclos(?:ed|ure|ing)\b|end date|date ended", re.IGNORECASE)
_NUMBER = re.compile(r"(\d+)([a-z]?)")
_CLEAN = str.maketrans({"'": "", "’": "", "‘": "", "`": "", ".": ""})
_SPACED = _CLEAN | str.maketrans(dict.fromkeys(",;:()[]&/-_–", " "))
_COMMON = GENERIC | PART | _STREETS | frozenset(_SPELLINGS) | {"saint"}


@lru_cache(maxsize=65_536)
def words_of(text: str) -> Words:
    """The words of a name or of one part of an address, every spelling made one."""
    plain = text.casefold()
    if "c" in plain:
        plain = _HEALTH_CENTRE.sub(" health centre ", plain)
    if "c" in plain and _FAITH.search(plain):
        plain = _FAITH.sub(" cofe ", plain)
    found = re.findall(r"[a-z0-9]+", plain.translate(_CLEAN).replace("roman catholic", "catholic"))
    words = [_SPELLINGS.get(word, word) for word in found]
    if len(found) > 1 and found[-1] == "st":  # at its end, St is a street
        words[-1] = "street"
    elif found and found[0] in ("dr", "drs"):  # at its beginning, Dr is no drive
        words[0] = "dr"
    return tuple(words)


def telling_words(site: Site) -> set[str]:
    """The words by which a neighbour under another postcode is found, at little cost."""
    first = site.address.partition(",")[0]
    # A street is shared by too many; a building's name by its users alone.
    named = first and not first[0].isdigit() and first.split()[-1].casefold() not in _STREETS
    text = f"{site.name} {first}" if named else site.name
    return set(text.casefold().translate(_SPACED).split()) - _COMMON


class Street(NamedTuple):
    """A street of an address: house numbers (0 for none), their letter, and as it is written."""

    words: Words
    first: int = 0
    last: int = 0
    letter: str = ""
    written: str = ""


@dataclass(frozen=True)
class Traits:
    """What of a site is compared. `new` are sites that a list is about to add."""

    site: Site
    on: date
    new: bool = False

    @cached_property
    def words(self) -> Words:
        """The words of its name."""
        return words_of(self.site.name)

    @cached_property
    def marks(self) -> frozenset[str]:
        """The words that tell it from others of its sort."""
        return frozenset(self.words) - GENERIC - PART

    @cached_property
    def service(self) -> str:
        """What it serves as, by its kind, else by its name; "" if neither tells."""
        for words in (set(words_of(self.site.kind)), set(self.words)):
            if words & {"school", "academy"}:  # a hospital school is a school
                return "school"
            for service, signs in _SERVICES:
                if words & signs:
                    return service
        return ""

    @cached_property
    def levels(self) -> frozenset[str]:
        """Which part of schooling a school is for, as far as its name tells."""
        if self.service != "school":
            return frozenset()
        found = frozenset(self.words) & _LEVELS
        return found - {"nursery"} or found  # a primary with a nursery is a primary

    @cached_property
    def _address(self) -> tuple[Street | None, dict[Words, str]]:
        return _read_address(self.site.address)

    @property
    def street(self) -> Street | None:
        """The street of its address."""
        return self._address[0]

    @property
    def buildings(self) -> dict[Words, str]:
        """The buildings its address names ahead of the street, and how each is written."""
        return self._address[1]

    @cached_property
    def closed(self) -> str:
        """What its list says of its end (“closed on 31 August 2009”), "" if it is open."""
        for heading, text in self.site.other:
            if _CLOSED.search(heading.replace("_", " ")):
                found = _passed(text, self.on)
                if found:
                    return found
        return ""

    @cached_property
    def is_hospital(self) -> bool:
        """Whether it is a hospital, not a practice that sits in one."""
        words = set(words_of(self.site.kind) or self.words)
        return bool(words & {"hospital", "infirmary"}) and not words & {"practice", "surgery", "gp"}

    @property
    def is_vehicle(self) -> bool:
        """Whether its name or kind says that it drives about."""
        return "mobile" in self.words or "mobile" in words_of(self.site.kind)


def building_of(members: list[Traits]) -> str:
    """What the building of these sites is called: the commonest name in their addresses."""
    named = [name for member in members for name in member.buildings.values()]
    return max(named, key=named.count) if named else ""


@lru_cache(maxsize=65_536)
def _read_address(address: str) -> tuple[Street | None, dict[Words, str]]:
    named: dict[Words, str] = {}
    loose: Words = ()
    for index, written in enumerate(re.split(r"[,;\n]", address)):
        part = words_of(_STOREY.sub(" ", written.casefold()))
        street = _street(loose + part, written)
        if street is not None:
            return street, named
        loose = part if len(part) == 1 and _NUMBER.fullmatch(part[0]) else ()
        if index < 3 and not _BUILDINGS.isdisjoint(part) and set(part) - GENERIC:
            named[part] = _spelt(written)
    return None, named


def _street(part: Words, written: str) -> Street | None:
    """The street that a part of an address is: “49-51 mere lane”."""
    numbers = []
    index = 0
    while index < len(part) and (found := _NUMBER.fullmatch(part[index])):
        numbers.append((int(found[1]), found[2]))
        index += 1
    rest = part[index:]
    while len(rest) > 2 and rest[-1] in COMPASS:
        rest = rest[:-1]
    if len(rest) < 2 or rest[-1] not in _STREETS:
        return None
    if not _NO_STREET.isdisjoint(rest[:-1]):
        return None
    first, letter = numbers[0] if numbers else (0, "")
    last = max(n for n, _ in numbers) if numbers else 0
    return Street(part[index:], first, last, letter, _spelt(written))


def _passed(text: str, on: date) -> str:
    if re.fullmatch(r"(?:19|20)\d\d", text):
        return f"closed in {text}" if int(text) < on.year else ""
    try:
        closed, _ = day(text)
    except ValueError:
        return ""
    if closed > on:
        return ""
    # 1 January 1900 is a register's way of not knowing when.
    return f"closed on {uk(closed)}" if closed.year > 1900 else "has closed"


def _spelt(written: str) -> str:
    """A part of an address for a sentence: lists in capitals shout."""
    text = written.strip()
    return " ".join(map(str.capitalize, text.split())) if text.isupper() else text
