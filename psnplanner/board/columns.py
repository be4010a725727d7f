"""Columns of sites in little room: whole numbers in fixed width, texts by their commonest words.

The page unpacks them with `resources/board/columns.js`, which is this module read backwards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
_JOINED = WORD + NEXT  # what no text and no code holds: the blank after it is not meant


def numbers(values: ArrayLike | Sequence[int | None]) -> dict[str, Any]:
    """Whole numbers as {"w": width, "low": least, "d": digits}; None or NaN is the last code."""
    found = np.asarray(values, np.float64)  # where None is NaN
    gap = np.isnan(found)
    low = int(found.min(initial=np.inf, where=~gap)) if not gap.all() else 0
    span = int(found.max(initial=-np.inf, where=~gap)) - low + 2 if not gap.all() else 2
    width = 1
    while BASE**width < span:
        width += 1
    # All at once: a page has tens of thousands of them.
    left = np.where(gap, BASE**width - 1, found - low).astype(np.int64)
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
    # All texts as one, between two of them what none of them has.
    between, whole = END, "".join(values)
    while between in whole:
        between += END
    # The reader drops the blank after a last word: one that was meant would go with it.
    if f" {between}" in between.join([*values, ""]):
        return {"list": list(values)}
    times = Counter(values)
    often = len(values) > 2 * len(times)  # of texts that recur, each is looked at once
    told = list(times) if often else values
    words = f" {between} ".join(told).split(" ")
    counts = Counter(words)
    del counts[between]
    for text, more in times.items() if often else ():
        for word in text.split(" "):
            counts[word] += more - 1
    ranked = _ranked(counts, is_odd=_is_odd(whole))
    if ranked is None:
        return {"list": list(values)}
    spelt = _spelt(words, ranked, between)
    if often:
        spelt_of = dict(zip(told, spelt.split(END), strict=True))
        spelt = END.join(map(spelt_of.__getitem__, values))
    return {"words": ranked, "d": spelt}


def _ranked(counts: Mapping[str, int], *, is_odd: bool) -> list[str] | None:
    """The words that travel as numbers, what gains most first; None if more have to than can."""
    gain = {w: n * (len(w) + 1) for w, n in counts.items() if n >= _WORTH_A_NUMBER and w}
    # A word that holds one of our own marks has to travel as a number.
    odd = [word for word in counts if _ODD.search(word)] if is_odd else []
    for word in odd:
        gain.setdefault(word, 0)
    ranked = sorted(gain, key=lambda word: (-gain[word], word))
    kept, left = ranked[: BASE + BASE * BASE], ranked[BASE + BASE * BASE :]
    return None if any(map(_MARK.search, left)) else kept


def _spelt(words: Sequence[str], ranked: Sequence[str], between: str) -> str:
    """The words as one text, those that are ranked as numbers, END where `between` stands."""
    # A number stands for the word and the blank after it; the reader drops the last one.
    code = {word: f"{WORD}{DIGITS[k]}{_JOINED}" if k < BASE else
            f"{NEXT}{_digits(k - BASE, 2)}{_JOINED}" for k, word in enumerate(ranked)}  # fmt: skip
    code[between] = END + _JOINED
    told = " ".join(map(code.get, words, words)).replace(_JOINED + " ", "")
    return told.removesuffix(_JOINED).replace(" " + END, END)


def _is_odd(whole: str) -> bool:
    # Many times as fast as the pattern, and nearly always the answer is no.
    return not whole.isascii() or any(mark in whole for mark in (WORD, NEXT, END, '"', "\\"))


def sorted_texts(values: Sequence[str]) -> dict[str, Any]:
    """Texts of which each begins much as the one before: what is alike is counted, not said."""
    if END in (whole := "".join(values)) or '"' in whole:
        return {"list": list(values)}
    alike = _alike(values).tolist()
    parts = [DIGITS[k] + value[k:] for k, value in zip(alike, values, strict=True)]
    return {"front": END.join(parts)}


def _alike(values: Sequence[str]) -> NDArray[np.intp]:
    """How many letters each begins with as the one before, as far as one digit can say it."""
    if not values:
        return np.empty(0, np.intp)
    lengths = np.fromiter(map(len, values), np.intp, len(values))
    width = min(max(int(lengths.max()), 1), BASE - 1)
    letters = np.array(values, f"U{width}").view(np.uint32).reshape(len(values), width)
    differ = letters[1:] != letters[:-1]
    counts = np.zeros(len(values), np.intp)
    counts[1:] = np.where(differ.any(axis=1), differ.argmax(axis=1), width)
    # Short ones are filled up with nothing, which is alike as well.
    counts[1:] = np.minimum(counts[1:], np.minimum(lengths[1:], lengths[:-1]))
    return counts


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


def plain_or(
    values: Sequence[str], pack: Callable[[Sequence[str]], dict[str, Any]], most_plain: int
) -> Any:
    """The values as they are where they are few, so that a page can be read as it stands."""
    return list(values) if len(values) <= most_plain else pack(values)
