"""The partners a list names, matched to those of the programme or made new."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from psnplanner.intake.values import phrases
from psnplanner.programme.partner import Partner
from psnplanner.programme.record import RecordId, new_id

_KINDS = (
    ("fire", re.compile(r"\bfire\b|\bfrs\b")),
    ("police", re.compile(r"\bpolice\b|\bconstabulary\b|\bpcc\b")),
    (
        "health",
        re.compile(r"\bnhs\b|\bccg\b|\bhealth\b|\bhospitals?\b|\bambulance\b|clinical commission"),
    ),
    ("council", re.compile(r"\bcouncil\b|\bborough\b|\bm?bc\b|\bmdc\b|\bcity of\b")),
)
_ORGANISATION_WORDS = phrases(
    """the|of|council|borough|city|county|metropolitan|district|unitary|authority|mbc|bc|cc|mdc
    |fire|rescue|service|services|frs|police|constabulary|force|nhs|foundation|trust|ccg|ft|pcc"""
)


def kind_of(name: str) -> str:
    """The kind of organisation its name tells ("council", "police", "fire", "health"), or ""."""
    return next((kind for kind, words in _KINDS if words.search(name.casefold())), "")


@lru_cache(maxsize=4096)
def stem(name: str) -> str:
    """What is left of a name without its organisation's words: "St. Helens Council" st helens."""
    text = name.casefold().replace("&", " and ").replace("'", "").replace("’", "")
    words = ["st" if word == "saint" else word for word in re.findall(r"[a-z0-9]+", text)]
    kept = [word for word in words if word not in _ORGANISATION_WORDS]
    while kept and kept[-1] == "and":  # of "Fire and Rescue"
        kept.pop()
    return " ".join(kept)


class Partners:
    """Finds a partner by what a list calls it, and remembers the new ones.

    `matched` are names that found a partner called otherwise, {as written: its name}.
    """

    def __init__(self, known: Iterable[Partner], hint: str = "") -> None:
        self._hint = hint
        self._by_name: dict[str, Partner] = {}
        self._by_stem: dict[str, list[Partner]] = {}
        self.new: list[Partner] = []
        self.matched: dict[str, str] = {}
        for partner in known:
            self._remember(partner)

    def find(self, written: str) -> RecordId:
        """The id of the partner meant; a new one where none is."""
        found = self._by_name.get(written.casefold())
        if found is None:
            found = self._variant(written)
            if found is None:
                kind = kind_of(written) or self._hint or "other"
                found = Partner(id=new_id(), name=written, kind=kind)
                self.new.append(found)
                self._remember(found)
            else:
                self.matched[written] = found.name
                self._by_name[written.casefold()] = found
        return found.id

    def _variant(self, written: str) -> Partner | None:
        """The one partner of the same stem and, as far as both tell, the same kind."""
        kind = kind_of(written) or self._hint
        same = [
            partner
            for partner in self._by_stem.get(stem(written), ())
            if not kind or _kind(partner) in ("", kind)
        ]
        return same[0] if len(same) == 1 else None

    def _remember(self, partner: Partner) -> None:
        self._by_name.setdefault(partner.name.casefold(), partner)
        if stem(partner.name):
            self._by_stem.setdefault(stem(partner.name), []).append(partner)


def _kind(partner: Partner) -> str:
    return kind_of(partner.name) or ("" if partner.kind == "other" else partner.kind)
