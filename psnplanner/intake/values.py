"""Reading one cell: money, dates, UPRNs, yes or no, and the words for access and tenure.

Each reader gives the value, or raises ValueError with the reason in words a person can act on.
Blank cells and the usual ways of writing nothing ("n/a", "TBC", "-") are `is_blank`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from psnplanner.geography.grid import grid_position
from psnplanner.programme.day_text import day

__all__ = [
    "cleaned", "day", "is_blank", "listed", "money", "number", "phrases", "point", "uprn", "yes_no",
]  # fmt: skip


def phrases(text: str) -> frozenset[str]:
    """The phrases of a text that stand between bars, over as many lines as it takes."""
    return frozenset(" ".join(phrase.split()) for phrase in text.split("|"))


_BLANKS = phrases(
    """-|--|.|..|?|n/a|na|#n/a|none|null|tbc|tba|tbd|unknown|unk|[unknown]|(blank)|blank|n.a.|n\\a
    |nan|not known|not applicable|to be confirmed|not available|not yet known"""
)
_MOST_PENCE = 100_000_000_000
_MONEY = re.compile(
    r"(?:gbp|£)?\s*(\d{1,3}(?:[, ]\d{3})+|\d+)(\.\d+)?\s*(k|m)?\s*(?:gbp|£)?"
    r"\s*(?:p\.?\s?a\.?|per\s+(?:annum|year)|/\s?(?:yr|year|annum)|a year|\+\s?vat|ex\.?\s?vat)?"
)
_NO_MONEY = re.compile(r"£\s*[-\u2013]+")  # how a spreadsheet's accounts show nothing
_SCIENTIFIC = re.compile(r"\d+(\.\d+)?e\+?\d+", re.IGNORECASE)
_ACCESS = {
    "existing fibre": """fibre|existing fiber|fiber|on net|fibre in place|fibre present|on net fibre
        |fibre already|fibre existing|lit fibre|dark fibre""",
    "existing duct": """duct|ducted|existing ducts|duct available|duct existing|bt duct|ducts
        |openreach duct|duct in place|underground duct""",
    "overhead": """pole|poles|aerial|overhead line|overhead cable|overhead pole|over head|o h|oh
        |telegraph pole""",
    "new dig": """dig|new duct|civils|trench|excavation|new trench|soft dig|hard dig|dig required
        |new civils|civils required|new build|new duct required|newdig""",
}
_TENURE = {
    "owned": "own|freehold|owner|council owned|freehold owned|owner occupied|owned freehold|fh|f h",
    "leased": "lease|leasehold|rented|tenant|licence|rent|lease held|leased in|tenancy|lh|l h",
    "third party": """3rd party|thirdparty|landlord|other landlord|third party owned
        |third party land""",
}
_PRIORITY = {
    "high": "h|hi|urgent|critical|p1|priority 1|very high|top|essential|high priority",
    "medium": "m|med|mid|normal|p2|priority 2|moderate|standard|medium priority",
    "low": "l|lo|p3|priority 3|minor|very low|low priority",
}
_YES = phrases("yes|y|true|t|1|x|sensitive|restricted|confidential|high|✓|✔")
_NO = phrases("no|n|false|f|0|none|normal|open|public|low")


def is_blank(text: str) -> bool:
    """Whether a cell says nothing."""
    return not text or (len(text) < 18 and text.casefold() in _BLANKS)


def cleaned(text: str) -> str:
    """A cell's text on one line, with single ordinary spaces."""
    return text if text.isprintable() and "  " not in text else " ".join(text.split())


@lru_cache(maxsize=65_536)
def money(text: str) -> int:
    """An amount of pounds ("£1,230", "1230.50 pa", "£1.2k") in pence."""
    amount = text.casefold().strip()
    if amount in ("nil", "free", "zero") or _NO_MONEY.fullmatch(amount):
        return 0
    if re.search(r"[€$]|eur|usd", amount):
        raise ValueError("not an amount in pounds")
    if amount.startswith(("-", "(", "£-")):
        raise ValueError("an amount below nothing")
    found = _MONEY.fullmatch(amount)
    if found is None:
        damaged = _SCIENTIFIC.fullmatch(amount.removeprefix("£"))
        reason = "a spreadsheet shortened the number" if damaged else "not an amount of money"
        raise ValueError(reason)
    factor = {"k": 1_000, "m": 1_000_000, None: 1}[found[3]]
    pence = round(
        Decimal(found[1].replace(",", "").replace(" ", "") + (found[2] or "")) * 100 * factor
    )
    if pence > _MOST_PENCE:
        raise ValueError("more than a thousand million pounds a year")
    return pence


def uprn(text: str) -> str:
    """A UPRN as text of up to 12 digits, leading zeros kept."""
    if 5 < len(text) < 11 and text[0] != "0" and text.isascii() and text.isdigit():
        return text
    squeezed = text.replace(" ", "")
    if _SCIENTIFIC.fullmatch(squeezed):
        raise ValueError("a spreadsheet shortened the number and its last digits are lost")
    squeezed = squeezed.removesuffix(".0")
    if not (squeezed.isascii() and squeezed.isdigit()):
        raise ValueError("a UPRN has digits only")
    if len(squeezed.lstrip("0")) > 12:
        raise ValueError("a UPRN has at most 12 digits")
    if not squeezed.strip("0"):
        raise ValueError("a UPRN of nothing but zeros")
    if len(squeezed) >= 11 and squeezed.endswith("0000000"):
        raise ValueError("a spreadsheet rounded the number and its last digits are lost")
    return squeezed


@lru_cache(maxsize=4_096)
def yes_no(text: str) -> bool:
    """Yes or no in any of their spellings."""
    word = text.casefold().strip()
    if word in _YES or word in _NO:
        return word in _YES
    raise ValueError("neither yes nor no")


def _words(table: dict[str, str]) -> dict[str, str]:
    return {phrase: value for value, text in table.items() for phrase in phrases(f"{value}|{text}")}


_LISTS = {"access": _words(_ACCESS), "tenure": _words(_TENURE), "priority": _words(_PRIORITY)}


@lru_cache(maxsize=4_096)
def listed(field: str, text: str) -> str:
    """The value of "access", "tenure" or "priority" that some words mean."""
    words = " ".join(re.sub(r"[^a-z0-9]+", " ", text.casefold()).split())
    if words not in _LISTS[field]:
        choices = ", ".join(dict.fromkeys(_LISTS[field].values()))
        raise ValueError(f"not one of {choices}")
    return _LISTS[field][words]


@lru_cache(maxsize=65_536)
def number(text: str) -> float:
    """A coordinate: a plain number, or degrees, minutes and seconds.

    Thousands commas, a unit behind and the letter of a compass point are allowed.
    """
    if found := _SIXTIETHS.fullmatch(text.casefold()):
        size = int(found[2]) + int(found[3]) / 60 + float(found[4] or 0) / 3600
        return -size if found[5] in ("w", "s") or found[1] == "-" else size
    words = text.casefold().replace("°", "").removesuffix("m").strip().replace("\u2212", "-")
    west = -1.0 if words.endswith("w") else 1.0
    words = words.strip("nwe ")
    if re.fullmatch(r"\d{1,3}(,\d{3})+", words):
        words = words.replace(",", "")
    if not re.fullmatch(r"[+-]?\d{1,9}(\.\d*)?", words):
        raise ValueError("not a number")
    return west * float(words)


_SIXTIETHS = re.compile(
    r"([+-]?)\s*(\d{1,2})\s*[°d:]\s*([0-5]?\d)\s*['\u2019\u2032m:]\s*"
    r"(?:([0-5]?\d(?:\.\d+)?)\s*(?:\"|''|[\u201d\u2033s])?)?\s*([nsew])?"
)
_LABELLED = re.compile(r"e(?:asting)?s?\s*[:=]?\s*(\d{6})\W+n(?:orthing)?s?\s*[:=]?\s*(\d{6})")
_PAIR = re.compile(r"[(\[]?\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*[)\]]?")
_WKT = re.compile(
    r"(?:srid=\d+;\s*)?point\s*(?:z|m|zm)?\s*\(\s*(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)"
    r"(?:\s+-?\d+(?:\.\d+)?)*\s*\)"
)
_LEAST_METRES = 1_000.0


def point(text: str) -> dict[str, float]:
    """Coordinates in one cell: a grid reference, a WKT point, or two numbers with a comma.

    {"easting", "northing", "step_m"} of the middle of a grid reference's square; else the two
    numbers under the names that their form suggests, for `place` to tell by their size.
    """
    words = text.casefold().strip()
    if found := _WKT.fullmatch(words):  # x is across, y is up
        return {"easting": float(found[1]), "northing": float(found[2])}
    if found := _LABELLED.fullmatch(words):
        return {"easting": float(found[1]), "northing": float(found[2])}
    if found := _PAIR.fullmatch(words):
        one, two = float(found[1]), float(found[2])
        if min(one, two) > _LEAST_METRES:
            return {"easting": one, "northing": two}
        return {"latitude": one, "longitude": two}
    try:
        easting, northing, step_m = grid_position(text)
    except ValueError as error:
        raise ValueError("neither a grid reference nor a pair of numbers") from error
    return {"easting": easting, "northing": northing, "step_m": step_m}
