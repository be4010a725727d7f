"""Columns of sites in little room: whole numbers in fixed width, texts by their commonest words.

The page unpacks them with `resources/board/columns.js`, which is this module read backwards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np

DIGITS: Final = "".join(
    chr(c) for c in range(35, 126) if chr(c) not in "\\<>&`{|}"
)  # nothing that JSON or HTML must escape
BASE: Final = len(DIGITS)
WORD, NEXT, END = "`", "{", "|"
"""In a packed text: what comes before a word's number of one digit, of two, and between texts."""

_CODES = np.frombuffer(DIGITS.encode("ascii"), np.uint8)
_MARK = re.compile(r"[`{|]")
_ODD = re.compile(r'[`{|"\\]|[^\x00-\x7f]')
_WORTH_A_NUMBER = 4  # occurrences


def numbers(values: Sequence[int | None]) -> dict[str, Any]:
    """Whole numbers or None as {"w": width, "low": least, "d": digits}; None is the last code."""
    known = [value for value in values if value is not None]
    low = min(known, default=0)
    span = max(known, default=0) - low + 2
    width = 1
    while BASE**width < span:
        width += 1
    none = BASE**width - 1
    # All at once: a page has tens of thousands of them.
    left = np.array([none if v is None else v - low for v in values], np.int64)
    codes = np.empty((len(left), width), np.uint8)
    for place in reversed(range(width)):
        left, codes[:, place] = np.divmod(left, BASE)
    return {"w": width, "low": low, "d": _CODES[codes].tobytes().decode("ascii")}


def _digits(value: int, width: int) -> str:
    found = ""
    for _ in range(width):
        value, rest = divmod(value, BASE)
        found = DIGITS[rest] + found
    return found


def texts(values: Sequence[str]) -> dict[str, Any]:
    """Texts as {"words": [...], "d": one text}: words that recur are numbers in it."""
    counts = Counter(" ".join(values).split(" "))
    gain = {w: n * (len(w) + 1) for w, n in counts.items() if n >= _WORTH_A_NUMBER and w}
    # A word that holds one of our own marks has to travel as a number.
    odd = [word for word in counts if _ODD.search(word)] if _ODD.search("".join(values)) else []
    for word in odd:
        gain.setdefault(word, 0)
    ranked = sorted(gain, key=lambda word: (-gain[word], word))[: BASE + BASE * BASE]
    # A number stands for the word and the blank after it; the reader drops the last one.
    code = {word: WORD + DIGITS[k] if k < BASE else NEXT + _digits(k - BASE, 2)
            for k, word in enumerate(ranked)}  # fmt: skip
    # The reader drops the blank after a last word: one that was meant would go with it.
    if any(value.endswith(" ") for value in values):
        return {"list": list(values)}
    if any(word not in code and _MARK.search(word) for word in odd):
        return {"list": list(values)}
    spelt = {word: code.get(word, word + " ") for word in counts}
    coded = ("".join([spelt[word] for word in value.split(" ")]) for value in values)
    return {"words": ranked, "d": END.join(text.removesuffix(" ") for text in coded)}


def sorted_texts(values: Sequence[str]) -> dict[str, Any]:
    """Texts of which each begins much as the one before: what is alike is counted, not said."""
    parts, before = [], ""
    for value in values:
        alike = _alike(before, value)
        parts.append(DIGITS[alike] + value[alike:])
        before = value
    if END in (whole := "".join(values)) or '"' in whole:
        return {"list": list(values)}
    return {"front": END.join(parts)}


def _alike(before: str, value: str) -> int:
    """How many letters two texts begin with alike, as far as one digit can say it."""
    count = 0
    for one, other in zip(before, value, strict=False):
        if one != other or count == BASE - 1:
            break
        count += 1
    return count


def steps(line: Iterable[tuple[int, int]]) -> str:
    """A line as steps of two numbers each, in digits: one each where small, else marked by "~"."""
    found, last = [], (0, 0)
    for point in line:
        if point == last:
            continue
        for value, before in zip(point, last, strict=True):
            found.append(_step(value - before))
        last = point
    return "".join(found)


_HALF = BASE // 2


def _step(value: int) -> str:
    if -_HALF <= value < BASE - _HALF:
        return DIGITS[value + _HALF]
    return "~" + _digits(value + BASE**4 // 2, 4)


def plain_or(values: Sequence[str], packed: dict[str, Any], most_plain: int) -> Any:
    """The values as they are where they are few, so that a page can be read as it stands."""
    return list(values) if len(values) <= most_plain else packed
