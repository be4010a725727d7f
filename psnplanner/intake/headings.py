"""Headings people give their columns, and the field of a site each means.

The words are those of asset registers, council returns and national registers; a heading
that could mean two things is *weak*: it counts only if the column's content agrees.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from psnplanner.intake.values import phrases

FIELDS = {
    "reference": "reference",
    "name": "name",
    "kind": "kind",
    "partner": "partner",
    "sharing": "sharing partners",
    "address": "address",
    "postcode": "postcode",
    "uprn": "UPRN",
    "easting": "easting",
    "northing": "northing",
    "latitude": "latitude",
    "longitude": "longitude",
    "point": "coordinates",
    "access": "access",
    "tenure": "tenure",
    "annual_cost": "annual cost",
    "contract_end": "contract end",
    "priority": "priority",
    "sensitive": "sensitive",
    "contact": "contact",
    "note": "note",
    "closed": "closed on",
}
"""Every field a column can fill, and what it is called in reports."""

SEVERAL = ("address", "contact", "note")
"""Fields that several columns fill together, joined in the order of the columns."""

IGNORED = "ignore"
"""In place of a field: keep the column with each site as it is written."""

_STRONG = {
    "reference": """ref|reference|site ref|site reference|ref no|reference no|reference number
        |site id|site code|site no|site number|asset id|asset no|asset number|asset ref|urn
        |unique reference number|property ref|property reference|building ref|building id|psn ref
        |object id|uid""",
    "name": """name|site name|building name|premises name|property name|school name|station name
        |practice name|library name|establishment name|site title|location name|name of site
        |name of building|name of premises|branch name|full name|description of site""",
    "kind": """kind|type|site type|building type|type of site|type of building|premises type
        |property type|establishment type|kind of site|site kind|kind of building""",
    "partner": """partner|partner name|partner organisation|organisation|organization
        |organisation name|authority|authority name|local authority|local authority name|council
        |la|la name|la name name|owner organisation|public body|body|owning organisation|customer
        |trust|frs|frs fullname|frs name|fire service|fire authority|force|police force|force name
        |org|org name|lead partner|owning partner""",
    "sharing": """sharing|shared with|sharing partners|shared by|other partners|other users
        |co located with|colocated with|also used by|other occupiers|shared|sharing partner""",
    "address": """address|full address|site address|postal address|addr|street|street name|road
        |locality|town|city|post town|posttown|village|county|area|district|building address
        |house number|address town|address street|address locality|town city|property|premises
        |address county|street address|building number|house no|building no|thoroughfare|house
        |dependent locality|dependent thoroughfare|house name|sub building|address postal""",
    "postcode": """postcode|post code|pcode|p code|postal code|zip|zip code|pc|site postcode
        |postcd|pstcd""",
    "uprn": """uprn|unique property reference number|unique property ref|nlpg uprn|uprn no
        |llpg uprn""",
    "easting": """easting|eastings|x|x coord|x coordinate|xcoord|osgb easting|grid easting|geo x
        |bng easting|x bng|eastng|east|geox|os easting|osgb x|gridgb1e|oseast1m""",
    "northing": """northing|northings|y|y coord|y coordinate|ycoord|osgb northing|grid northing
        |geo y|bng northing|y bng|nrthng|north|geoy|os northing|osgb y|gridgb1n|osnrth1m""",
    "latitude": """latitude|lat|lattitude|lat wgs84|latitude wgs84|wgs84 latitude|latitude deg""",
    "longitude": """longitude|long|longtitude|lng|lon|long wgs84|longitude wgs84|wgs84 longitude""",
    "point": """grid reference|grid ref|os grid reference|os grid ref|ngr|national grid reference
        |national grid ref|gridref|osgr|gridreference|wkt|wkt geometry|geom|the geom|geometry|point
        |coordinates|coords|lat long|latlong|lat lon|latitude longitude|grid coordinates
        |location coordinates|map reference|map ref|lat lng|geo point|geopoint""",
    "access": """access|access type|type of access|fibre access|connection route
        |access method|delivery method|route type|means of access|access route""",
    "tenure": """tenure|ownership|owned leased|owned or leased|leased owned|freehold leasehold
        |tenure type|ownership type|lease status|landlord or owned""",
    "annual_cost": """annual cost|current annual cost|annual charge|cost per annum|cost pa
        |cost p a|yearly cost|annual rental|annual line rental|current cost per annum|rental pa
        |cost per year|cost year|annual spend|current annual charge|charge pa|current cost pa
        |annual cost current|existing annual cost|per annum|rental p a|total annual cost
        |annual circuit cost|annual rent|cost annual|current annual spend|existing cost pa""",
    "contract_end": """contract end|contract ends|contract end date|contract expiry
        |contract expires|contract expiry date|end of contract|circuit end date|expiry date
        |contract termination|contract until|current contract ends|contract ends on|term end
        |existing contract end|contract end dt|expiry|contract finish|expires|term ends
        |contract end on|circuit contract end|current contract end date|renewal date""",
    "priority": """priority|site priority|importance|criticality|priority level|urgency|pri""",
    "sensitive": """sensitive|sensitive site|security sensitive|restricted|confidential
        |sensitivity|is sensitive|protected site""",
    "contact": """contact|contact name|site contact|email|e mail|contact email|telephone|phone
        |tel|contact number|contact phone|tel no|telephone no|telephone number|contact tel
        |email address|phone number|contact details|site contact name|key holder
        |site manager|contact telephone|caretaker""",
    "note": """note|notes|comment|comments|remarks|remark|site notes|additional information
        |other information|further information""",
    "closed": """closed|closed on|date closed|close date|closure date|closing date|closed date
        |date of closure|year closed|demolished|disposed on|disposal date""",
}
_WEAK = {
    "reference": """id|no|number|code|key|index|site|organisation code|practice code|item|estab
        |dfe no""",
    "name": "title|premises|building|school|library|practice|station|location|site|surgery",
    "kind": "class|category|use|usage|sector|building use|site category",
    "partner": """operating organisation|operator|owner|agency|service|reporting
        |provider|occupier""",
    "annual_cost": "cost|current cost|charge|rental|line rental|spend|cost gbp|price",
    "contract_end": "contract|end of term|contract date|term",
    "closed": """end date|date ended|status|site status|open closed|open or closed|open|operational
        |operational status|establishment status|building status|status code|current status""",
    "contact": "manager|head|headteacher|head teacher",
}
_NOISE = phrases(
    """site|building|premises|property|station|school|practice|library|branch|establishment|the
    |location|asset|current|existing|bng|osgb|os|primary|main|unique|gp|surgery|of|sch|prem|bldg
    |postal|gps|wgs84|decimal|gis|geo|centroid|dd"""
)
_LINE = re.compile(r"(address|addr|add|adr)( line)? ?[1-9]|line ?[1-9]( address)?|addr line [a-e]")
_KIND_WORDS = {"frs": "fire", "fire": "fire", "force": "police", "police": "police"}
_COUNCIL_WORDS = phrases("authority|council|la|borough")
_HEALTH_WORDS = phrases("nhs|trust|ccg")


def _phrases(table: dict[str, str]) -> dict[str, str]:
    return {phrase: name for name, text in table.items() for phrase in phrases(text)}


_STRONG_FIELD, _WEAK_FIELD = _phrases(_STRONG), _phrases(_WEAK)


@lru_cache(maxsize=4096)
def plain(heading: str) -> str:
    """A heading in plain words: no case, accents, punctuation, units or runTogetherWords."""
    text = unicodedata.normalize("NFKD", heading)
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", text)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text.casefold().replace("'", "")).split())


@lru_cache(maxsize=4096)
def meaning(heading: str) -> tuple[str, float]:
    """The field a heading names and how surely (0 to 1); ("", 0) for one not known."""
    text = plain(heading)
    if not text or len(text) > 60:
        return "", 0.0
    for words, sure in ((text, 1.0), (_without_noise(text), 0.9)):
        if words in _STRONG_FIELD:
            return _STRONG_FIELD[words], sure
        if words and _LINE.fullmatch(words):
            return "address", sure
        if words in _WEAK_FIELD:
            return _WEAK_FIELD[words], 0.6
    return "", 0.0


def alternatives(heading: str) -> list[str]:
    """Every field a weak heading may mean ("site": a reference or a name)."""
    text = plain(heading)
    return [name for name, words in _WEAK.items() if text in phrases(words)]


def _without_noise(text: str) -> str:
    return " ".join(word for word in text.split() if word not in _NOISE)


def field_named(words: str) -> str | None:
    """The field a user means by some words, IGNORED for none; None if they mean nothing."""
    text = plain(words)
    if text in ("ignore", "other", "none", "skip", "keep", ""):
        return IGNORED
    for name, title in FIELDS.items():
        if text in (plain(name), plain(title)):
            return name
    found, sure = meaning(words)
    return found if sure >= 0.9 else None


def recognised_in(cells: Iterable[str]) -> int:
    """How many different fields the cells name, if they could be a row of headings."""
    found = {meaning(cell)[0] for cell in cells if len(cell) <= 60}
    return len(found - {""})


def thousands(heading: str) -> int:
    """What a heading such as "Cost (£k)" or "Cost £000" multiplies its column by: 1 or 1000."""
    return 1000 if re.search(r"£\s?(k\b|0{3}\b|'0{3})|\bk£|\b0{3}s?\b", heading.casefold()) else 1


def partner_kind(heading: str) -> str:
    """The kind of organisation a column of partners says it lists: "Fire service" is "fire"."""
    words = plain(heading).split()
    for word in words:
        if word in _KIND_WORDS:
            return _KIND_WORDS[word]
    if _HEALTH_WORDS & set(words):
        return "health"
    return "council" if _COUNCIL_WORDS & set(words) else ""
