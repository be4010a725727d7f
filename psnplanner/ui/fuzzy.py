"""How well a few typed letters fit a name. Qt-free."""

from __future__ import annotations

import re
from functools import lru_cache

_BEGINS, _WITHIN, _INITIALS, _SCATTERED, _PLACE = 100, 80, 70, 30, 20
_WORD = re.compile(r"[^\W_]+")


def score(words: list[str], name: str, place: str = "") -> int:
    """From 0 (does not fit) to 100; every word must fit the name, or failing that the place.

    Best is a beginning of a word of the name, then letters within, then its initials, then
    letters scattered over it in order, last a word of the place it is in.
    """
    plain, parts = _parts(name)
    marks = []
    for word in words:
        mark = _mark(word, plain, parts)
        if not mark and word in place.casefold():
            mark = _PLACE
        if not mark:
            return 0
        marks.append(mark)
    whole = " ".join(words)
    bonus = 5 if plain.startswith(whole) else 0
    return min(100, sum(marks) // len(marks) - (0 if bonus else 5))


@lru_cache(maxsize=8192)
def _parts(name: str) -> tuple[str, tuple[str, ...]]:
    plain = name.casefold()
    return plain, tuple(_WORD.findall(plain))


def _mark(word: str, plain: str, parts: tuple[str, ...]) -> int:
    if any(part.startswith(word) for part in parts):
        return _BEGINS
    if word in plain:
        return _WITHIN
    if len(word) > 1 and "".join(part[0] for part in parts).startswith(word):
        return _INITIALS
    return _SCATTERED if len(word) > 2 and _in_order(word, plain) else 0


def _in_order(word: str, plain: str) -> bool:
    """Whether the letters occur in this order, over a stretch not much longer than they are."""
    begin = plain.find(word[0])
    while begin >= 0:
        at = begin
        for letter in word[1:]:
            at = plain.find(letter, at + 1)
            if at < 0:
                return False
        if at - begin < 3 * len(word):
            return True
        begin = plain.find(word[0], begin + 1)
    return False
