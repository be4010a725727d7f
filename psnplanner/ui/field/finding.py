"""Which sites the field list shows: those a search finds, or those nearest to a place. Qt-free."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from psnplanner.geography.near import compass, distance_words, near
from psnplanner.programme.record import Position, RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

MOST = 60
"""More than a thumb will ever scroll through."""
_PLACE = re.compile(
    r"[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}"  # a whole postcode
    r"|[HJNOST][A-HJ-Z]\s*\d[\d\s]+"  # a grid reference by letters
    r"|[+-]?\d[\d.°]*\s*N?[\s,;]+[+-]?\d[\d.°]*\s*[EW]?"  # degrees, or metres of the grid
)


class Here(NamedTuple):
    """The place that distances are measured from, and what to call it."""

    position: Position
    name: str


class Found(NamedTuple):
    """A site of the list, and how far and which way it is ("" where that is not known)."""

    id: RecordId
    away: str


def is_place(words: str) -> bool:
    """Whether words look like a place rather than the name of a site."""
    return bool(_PLACE.fullmatch(" ".join(words.upper().split())))


class Finder:
    """Searches the sites of one state; made anew when sites come, go or change."""

    def __init__(self, state: State) -> None:
        self.sites = list(state.sites.values())
        places = [site.position for site in self.sites]
        self._latitudes = np.array([p.latitude if p else np.nan for p in places], np.float64)
        self._longitudes = np.array([p.longitude if p else np.nan for p in places], np.float64)
        self._texts = [_text_of(state, site) for site in self.sites]

    def find(self, words: str, here: Here | None) -> list[Found]:
        """Sites with every one of the words, nearest first; without a place, by name."""
        wanted = words.casefold().split()
        chosen = [i for i, text in enumerate(self._texts) if all(word in text for word in wanted)]
        if here is None:
            chosen.sort(key=lambda i: (self.sites[i].name.casefold(), self.sites[i].reference))
            return [Found(self.sites[i].id, "") for i in chosen[:MOST]]
        at = np.array(chosen, np.intp)
        placed = near(
            here.position.latitude,
            here.position.longitude,
            self._latitudes[at],
            self._longitudes[at],
            most=MOST,
        )
        found = [Found(self.sites[at[n.index]].id, _away(n.distance_m, n.bearing_deg))
                 for n in placed]  # fmt: skip
        # What a search found stays findable where nobody knows yet where it is.
        lost = [self.sites[i] for i in chosen if np.isnan(self._latitudes[i])] if wanted else []
        return [*found, *(Found(site.id, "not on the map yet") for site in lost)][:MOST]


def _text_of(state: State, site: Site) -> str:
    parts = (site.reference, site.name, site.kind, site.address, site.postcode,
             site.postcode.replace(" ", ""), state.partner_name(site.partner))  # fmt: skip
    return "\n".join(parts).casefold()


def _away(distance_m: float, bearing_deg: float) -> str:
    if distance_m < 1:
        return "here"
    return f"{distance_words(distance_m)} {compass(bearing_deg)}"
