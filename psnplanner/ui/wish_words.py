"""Wishes in words, and how they are taken back."""

from __future__ import annotations

from collections.abc import Sequence

from psnplanner.programme.edits import Compose, Delete, Edit
from psnplanner.programme.record import RecordId
from psnplanner.programme.state import State
from psnplanner.programme.wish import Wish
from psnplanner.programme.words import plural, uk

NAMED = 3


def wish_words(state: State, wish: Wish) -> str:
    """One wish as a line: “HA001 and 2 more together (one caretaker)”."""
    names = [
        state.sites[ident].reference or state.sites[ident].name
        for ident in wish.sites
        if ident in state.sites
    ]
    if not names:
        named = "sites that are gone"
    elif len(names) <= NAMED:
        named = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    else:
        named = f"{names[0]} and {plural(len(names) - 1, 'other', 'others')}"
    when = f" {uk(wish.on)}" if wish.on else ""
    why = f" ({wish.reason})" if wish.reason else ""
    return f"{named} {wish.kind}{when}{why}"


def take_back(wishes: Sequence[RecordId]) -> Edit:
    """Take wishes back."""
    words = plural(len(wishes), "wish", "wishes") if len(wishes) > 1 else "a wish"
    return Compose(f"Take back {words}", [Delete("wish", list(wishes))])
