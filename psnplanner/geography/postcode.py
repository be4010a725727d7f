"""Spelling a UK postcode: the normal form, and the slips that can safely be mended.

Source: the forms of a postcode are those of BS 7666 / Royal Mail's Programmers'
Guide to the PAF (A9, A99, A9A, AA9, AA99, AA9A, then 9AA).
"""

import re
from itertools import product

_AREA_NAMES = """
    AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH
    DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE
    KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL
    PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW
    UB W WA WC WD WF WN WR WS WV YO ZE
"""
_AREAS = frozenset(_AREA_NAMES.split())
# Only central London puts a letter after the district's digit (W1A, EC1A, SE1P).
_LETTERED_AREAS = frozenset({"E", "EC", "N", "NW", "SE", "SW", "W", "WC"})
_FORM = re.compile(
    r"(?P<area>[A-Z]{1,2})(?:\d|[1-9]\d|\d(?P<letter>[ABCDEFGHJKMNPRSTUVWXY]))"
    r"(?P<inward>\d[ABD-HJLNP-UW-Z]{2})"
)
_LOOKALIKES = {"O": "0", "0": "O", "I": "1L", "L": "1", "1": "LI"}


def mend(text: str) -> tuple[str, str]:
    """The postcode in normal form ('CH41 1AA'), and what was mended to get there.

    Case, a missing space and a closing full stop are nobody's mistake: the mend is
    then "". A letter read as a digit or the reverse, or a stray space, is told in a
    sentence: "letter O read as the digit 0: CH65 OEZ -> CH65 0EZ".

    Raises ValueError, saying why, if it is no postcode or could be several.
    """
    written = " ".join(text.upper().replace("\u00a0", " ").split()).rstrip(" .,;")
    squeezed = written.replace(" ", "")
    if not squeezed:
        raise ValueError("there is no postcode")
    if not re.fullmatch(r"[A-Z0-9]{5,7}", squeezed):
        raise ValueError(f"{text.strip()!r} is not a postcode")
    found = squeezed if _is_valid(squeezed) else _reread(squeezed, text.strip())
    postcode = f"{found[:-3]} {found[-3:]}"
    return postcode, "; ".join(_slips(written, squeezed, postcode))


def outward(postcode: str) -> str:
    """The district of a postcode in normal form: 'CH65' of 'CH65 0EZ'."""
    return postcode.replace(" ", "")[:-3]


def compact(postcode: str) -> str:
    """A postcode without its space: 'CH411AA' of 'CH41 1AA'."""
    return postcode.replace(" ", "")


def _is_valid(squeezed: str) -> bool:
    form = _FORM.fullmatch(squeezed)
    if form is None or form["area"] not in _AREAS:
        return False
    return form["letter"] is None or form["area"] in _LETTERED_AREAS


def _reread(squeezed: str, text: str) -> str:
    """The one valid postcode with the fewest characters read as their lookalikes."""
    readings: dict[int, list[str]] = {}
    for characters in product(*(c + _LOOKALIKES.get(c, "") for c in squeezed)):
        reading = "".join(characters)
        if _is_valid(reading):
            changed = sum(a != b for a, b in zip(reading, squeezed, strict=True))
            readings.setdefault(changed, []).append(reading)
    if not readings:
        raise ValueError(f"{text!r} is not a postcode")
    nearest = readings[min(readings)]
    if len(nearest) > 1:
        choices = " or ".join(f"{c[:-3]} {c[-3:]}" for c in sorted(nearest))
        raise ValueError(f"{text!r} is not a postcode: it could be {choices}")
    return nearest[0]


def _slips(written: str, squeezed: str, postcode: str) -> list[str]:
    """A sentence for each kind of slip between what was written and the postcode."""
    found = compact(postcode)
    pairs = sorted({(a, b) for a, b in zip(squeezed, found, strict=True) if a != b})
    slips = [f"{_named(a)} read as the {_named(b)}: {written} -> {postcode}" for a, b in pairs]
    gap_is_normal = written in (squeezed, f"{squeezed[:-3]} {squeezed[-3:]}")
    if not gap_is_normal:
        slips.append(f"stray space put right: {written} -> {postcode}")
    return slips


def _named(character: str) -> str:
    return f"digit {character}" if character.isdigit() else f"letter {character}"
