"""Words that may not be read anywhere, found however they are spelt: “CW9 9ZZ” in cw9-9zz.html.

Thousands of texts are searched for hundreds of words: a text that has no four letters in a row
with which a word begins is passed over without a search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

SHORTEST: Final = 4
"""Letters of a word that is looked for within words as well; shorter ones must stand alone."""

_FEWEST = 2
_LETTERS: Final = re.compile(r"[^\W_]+")


def tells(word: str) -> bool:
    """Whether a word is one to look for: not a single letter, nor a number of a few digits."""
    letters = _squeezed(word)
    return len(letters) >= SHORTEST or (len(letters) >= _FEWEST and not letters.isdigit())


class HiddenWords:
    """Some words to look for, whatever stands between their parts and in whichever case."""

    def __init__(self, words: tuple[str, ...]) -> None:
        longest_first = sorted(filter(tells, words), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_however_spaced, longest_first)), re.IGNORECASE)
        self._starts = frozenset(_start(_squeezed(word)) for word in longest_first)
        self._sizes = sorted({len(start) for start in self._starts})
        self._known: dict[str, bool] = {}  # a programme says “Openreach” thousands of times

    @staticmethod
    @lru_cache(maxsize=8)
    def of(words: tuple[str, ...]) -> HiddenWords:
        """Those of some words; asked again, the same."""
        return HiddenWords(words)

    def within(self, text: str) -> bool:
        """Whether a text holds one of them."""
        found = self._known.get(text)
        if found is None:
            starts = not self._starts.isdisjoint(self._runs(text))
            found = self._known[text] = starts and bool(self._pattern.search(text))
        return found

    def taken_out(self, text: str) -> str:
        """The text with a blank for each of them."""
        return self._pattern.sub(" ", text)

    def _runs(self, text: str) -> Iterator[str]:
        letters = _squeezed(text)
        for size in self._sizes:
            yield from (letters[k : k + size] for k in range(len(letters) - size + 1))


def _squeezed(text: str) -> str:
    return "".join(_LETTERS.findall(text)).casefold()


def _start(letters: str) -> str:
    return letters[:SHORTEST] if len(letters) >= SHORTEST else letters[:_FEWEST]


def _however_spaced(word: str) -> str:
    parts = _LETTERS.findall(word)
    found = r"[\W_]*".join(map(re.escape, parts))
    return found if len(_squeezed(word)) >= SHORTEST else rf"(?<![^\W_]){found}(?![^\W_])"
