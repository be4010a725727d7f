"""What a list may change of a site that is known: remarks, words, and the better position."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import Any

from psnplanner.intake.match import plain_name
from psnplanner.intake.place import DISTRICT, ONLINE, OWN, POSTCODE, UPRN
from psnplanner.programme.record import Position
from psnplanner.programme.site import Site

Pairs = tuple[tuple[str, str], ...]


def merged(known: Pairs, listed: Pairs, understood: Collection[str]) -> Pairs:
    """The pairs of a site with those of the list over them; headings the list lacks stay.

    A pair under an `understood` heading was a bad value: it goes once the list has a good one.
    """
    kept = {heading: text for heading, text in known if heading not in understood}
    return tuple({**kept, **dict(listed)}.items())


def same_words(one: object, other: object) -> bool:
    """Whether two texts differ in no more than case, punctuation, “and” and Saint."""
    return isinstance(one, str) and isinstance(other, str) and plain_name(one) == plain_name(other)


_OF_BUILDING, _BY_HAND = 3, 5


def _rank(position: Position | None) -> int:
    """How good the way is that a position came about.

    0 none, 1 district, 2 postcode or an address asked online, 3 UPRN, 4 a list's own, 5 by hand.
    """
    if position is None:
        return 0
    source = position.source
    if source.startswith(DISTRICT):
        return 1
    if source.startswith((POSTCODE, ONLINE)):
        return 2
    if source == UPRN:
        return 3
    return 4 if source.startswith(OWN) else _BY_HAND


def may_move(known: Site, values: Mapping[str, Any]) -> bool:
    """Whether the list's position replaces the site's: never one found by a person."""
    now, then = known.position, values.get("position")
    if then is None or _rank(now) == _BY_HAND:
        return False
    if values.get("postcode", known.postcode) != known.postcode:
        return _rank(now) < _OF_BUILDING or _rank(then) >= _OF_BUILDING
    return _rank(then) >= _rank(now)


def with_changes(site: Site, changes: Mapping[str, tuple[Any, Any]]) -> Site:
    """A site with these changes, {field: (now, then)}."""
    return dataclasses.replace(site, **{name: then for name, (_, then) in changes.items()})
