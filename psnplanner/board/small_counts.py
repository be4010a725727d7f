"""Groups that withholding left so small that their count would tell what is missing.

The rule is that of official statistics: a primary cell under the threshold is suppressed, and
with it a second one where the first could else be had by subtraction.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Set
from datetime import date
from typing import Any, Final

from psnplanner.programme.partner import Certificate
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Record, RecordId
from psnplanner.programme.site import Site

LEAST: Final = 5
"""Sites a group must have left to be shown by itself once some of it are withheld."""

OTHER_KIND = "Other building"
OTHER_PARTNER = "Other partners"
OTHER_PHASES = "Other phases"

_EVER: Final = date.max

Tables = dict[str, dict[RecordId, Record]]


def merged(left: Counter[Any], touched: set[Any]) -> set[Any]:
    """The groups to be shown as one: the small ones among the touched, and who hides them.

    Empty where no touched group is small. What is merged has `LEAST` sites or more, unless
    all groups together have fewer.
    """
    small = {group for group in touched if 0 < left[group] < LEAST}
    if not small:
        return set()
    others = sorted((g for g in left if g not in small), key=lambda g: (left[g], str(g)))
    # One group alone under another name is not hidden, and neither is a small sum.
    while others and (len(small) < 2 or sum(left[group] for group in small) < LEAST):
        small.add(others.pop(0))
    return small


def without_small(kept: Tables, gone: Iterable[Site]) -> Tables:
    """The tables with small groups merged: by kind, by partner and by phase."""
    gone = list(gone)
    sites = {i: site for i, site in kept["site"].items() if isinstance(site, Site)}
    kinds = merged(Counter(s.kind for s in sites.values()), {s.kind for s in gone})
    touched = {p for s in gone for p in (s.partner, *s.sharing)}
    partners = merged(Counter(s.partner for s in sites.values()), touched)
    phases = merged(Counter(s.phase for s in sites.values()), {s.phase for s in gone})
    keep_partner = _merge_partners(kept, partners - {None})
    first_phase = _merge_phases(kept, phases - {None})
    for ident, site in sites.items():
        kept["site"][ident] = dataclasses.replace(
            site,
            kind=OTHER_KIND if site.kind in kinds else site.kind,
            partner=keep_partner if site.partner in partners else site.partner,
            sharing=tuple(p for p in site.sharing if p not in partners),
            phase=first_phase if site.phase in phases else site.phase,
        )
    return kept


def _merge_partners(kept: Tables, small: set[RecordId]) -> RecordId | None:
    if not small:
        return None
    first = min(small)
    kept["partner"][first] = dataclasses.replace(
        kept["partner"][first],
        name=OTHER_PARTNER,
        kind="other",  # type: ignore[call-arg]
    )
    for ident in small - {first}:
        kept["partner"].pop(ident, None)
    soonest = _soonest_to_lapse(kept, small)
    for entity in ("certificate", "closed_window"):
        kept[entity] = {
            i: r for i, r in kept[entity].items() if getattr(r, "partner", None) not in small
        }
    if soonest is not None:
        kept["certificate"][soonest.id] = dataclasses.replace(soonest, partner=first)
    return first


def _soonest_to_lapse(kept: Tables, partners: Set[RecordId]) -> Certificate | None:
    """The certificate that partners told of as one have together; None if one has none."""
    last: dict[RecordId, Certificate] = {}
    for record in kept["certificate"].values():
        if isinstance(record, Certificate) and record.partner in partners and record.partner:
            known = last.get(record.partner)
            if known is None or (record.valid_to or _EVER) > (known.valid_to or _EVER):
                last[record.partner] = record
    if len(last) < len(partners):
        return None
    return min(last.values(), key=lambda certificate: certificate.valid_to or _EVER)


def _merge_phases(kept: Tables, small: set[RecordId]) -> RecordId | None:
    found = [p for i in small if isinstance(p := kept["phase"].get(i), Phase)]
    if not found:
        return None
    first = min(found, key=lambda p: (p.order is None, p.order or 0, p.id))
    starts = [p.starts_on for p in found if p.starts_on]
    ends = [p.ends_on for p in found if p.ends_on]
    kept["phase"][first.id] = dataclasses.replace(
        first, name=OTHER_PHASES, starts_on=min(starts, default=None),
        ends_on=max(ends, default=None), capacity_days=None, base=None,
    )  # fmt: skip
    for phase in found:
        if phase.id != first.id:
            del kept["phase"][phase.id]
    return first.id
