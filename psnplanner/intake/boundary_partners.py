"""Which partner a boundary belongs to, told by its name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rapidfuzz import fuzz, process

from psnplanner.intake.partners import kind_of, stem
from psnplanner.programme.partner import Partner
from psnplanner.programme.record import RecordId

SURE = 100.0
_LIKELY = 86.0
"""Below this likeness of the names, in per cent, nothing is proposed."""


class PartnerMatch(NamedTuple):
    """A partner for a name, and how alike the two are in per cent; 100 is the same name."""

    partner: RecordId
    likeness: float


def match_partners(
    names: Iterable[str], partners: Iterable[Partner], hint: str = ""
) -> dict[str, PartnerMatch]:
    """The partner each name most likely means; names that fit none, or several, are left out.

    Names are compared without their organisation's words ("St. Helens" is "St Helens Council").
    `hint` is the kind of partner to prefer ("council") where several go by one name.
    """
    by_stem: dict[str, list[Partner]] = {}
    for partner in partners:
        by_stem.setdefault(stem(partner.name), []).append(partner)
    by_stem.pop("", None)
    found = {}
    for name in names:
        match = _match(name, by_stem, kind_of(name) or hint)
        if match is not None:
            found[name] = match
    return found


def _match(name: str, by_stem: dict[str, list[Partner]], hint: str) -> PartnerMatch | None:
    hits = process.extract(
        stem(name), list(by_stem), scorer=fuzz.ratio, score_cutoff=_LIKELY, limit=2
    )
    if not hits or (len(hits) > 1 and hits[0][1] == hits[1][1]):
        return None
    here = by_stem[hits[0][0]]
    fitting = [partner for partner in here if _kind(partner) in ("", hint)] if hint else here
    return PartnerMatch(fitting[0].id, float(hits[0][1])) if len(fitting) == 1 else None


def _kind(partner: Partner) -> str:
    return kind_of(partner.name) or ("" if partner.kind == "other" else partner.kind)
