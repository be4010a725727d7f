"""What each shape on the map stands for, in the words of the sites' own kinds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from psnplanner.style import kind_shape
from psnplanner.ui.wording import capital

SHAPE_FAMILIES = {
    "school": "Education",
    "academy": "Education",
    "college": "Education",
    "nursery": "Education",
    "library": "Library, leisure",
    "museum": "Library, leisure",
    "leisure": "Library, leisure",
    "police": "Police",
    "fire": "Fire",
    "ambulance": "Ambulance",
    "health": "Health",
    "hospital": "Health",
    "clinic": "Health",
    "surgery": "Health",
    "practice": "Health",
    "gp": "Health",
    "nhs": "Health",
    "council": "Council",
    "office": "Council",
    "depot": "Council",
    "hall": "Council",
    "centre": "Council",
}
_MOST_SHAPE_WORDS, _LONGEST = 2, 20


def shape_words(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """What each shape stands for among these kinds of site, the commonest shape first.

    A kind of one's own keeps its own name; kinds that share a shape are named together.
    """
    tally: dict[str, Counter[str]] = {}
    for kind, count in Counter(kinds).items():
        shape = kind_shape(kind)
        tally.setdefault(shape, Counter())[_family(kind)] += count
    order = sorted(tally, key=lambda shape: -tally[shape].total())
    return [(shape, _joined([name for name, _ in tally[shape].most_common()])) for shape in order]


def _family(kind: str) -> str:
    for word in re.findall(r"[a-z]+", kind.casefold()):
        for form in (word, word.removesuffix("s"), re.sub("ies$", "y", word)):
            if form in SHAPE_FAMILIES:
                return SHAPE_FAMILIES[form]
    return capital(kind) or "Other"


def _joined(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_SHAPE_WORDS])
    if len(shown) > _LONGEST:
        shown = names[0]
    return shown if len(shown) >= len(", ".join(names)) else f"{shown} …"
