"""The rows that nothing better than a district has placed: asked for on the internet, if at all."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from psnplanner.geography.online import Online
from psnplanner.intake.coordinates import Heading
from psnplanner.intake.match import plain_name
from psnplanner.intake.rows import ERROR, NOTE, WARNING, Draft
from psnplanner.intake.table import Progress, no_progress
from psnplanner.programme.record import Position
from psnplanner.programme.state import State

DISTRICT = "postcode district"
ONLINE = "online address"
_ALIKE, _SHORTEST = 80, 8  # per cent, and characters


class _Guarded:
    """The sensitive sites of a programme and of the list: nobody outside is asked about one.

    A list need not say that a site is sensitive, and which site a row is, is told only after it
    is placed: so whatever has the reference, UPRN or postcode of one, or is called or lies much
    like it, however misspelt, is taken for it. What is so left out in error costs a look-up.
    """

    def __init__(self, state: State, drafts: Sequence[Draft]) -> None:
        self._signs: set[tuple[str, str]] = set()
        texts: set[str] = set()
        for s in state.sites.values():
            if s.sensitive:
                self._signs |= _signs(s.reference, s.uprn, s.postcode)
                texts |= {s.name, s.address}
        for draft in drafts:
            if draft.values.get("sensitive"):
                self._signs |= _signs_of(draft)
                texts |= _texts_of(draft)
        self._texts = sorted(filter(None, map(plain_name, texts)))

    def __contains__(self, draft: Draft) -> bool:
        if draft.values.get("sensitive") or not self._signs.isdisjoint(_signs_of(draft)):
            return True
        said = list(filter(None, map(plain_name, _texts_of(draft))))
        return any(_alike(one, other) for one in said for other in self._texts)


def _signs(reference: str, uprn: str, postcode: str) -> set[tuple[str, str]]:
    found = {
        "reference": reference.casefold(), "uprn": uprn.lstrip("0"),
        "postcode": postcode.replace(" ", "").upper(),
    }  # fmt: skip
    return {(kind, sign) for kind, sign in found.items() if sign}


def _signs_of(draft: Draft) -> set[tuple[str, str]]:
    uprn, postcode = (str(draft.values.get(name) or "") for name in ("uprn", "postcode"))
    return _signs(draft.reference, uprn, postcode)


def _texts_of(draft: Draft) -> set[str]:
    return {str(draft.values.get(name) or "") for name in ("address", "name")}


def _alike(one: str, other: str) -> bool:
    """Whether two texts may mean one place: words turned about, left out or misspelt."""
    if max(fuzz.token_sort_ratio(one, other), fuzz.token_set_ratio(one, other)) >= _ALIKE:
        return True
    # One within the other; a part as short as “hall” is within everything.
    return min(len(one), len(other)) >= _SHORTEST and fuzz.partial_ratio(one, other) >= _ALIKE


def place_online(
    drafts: Sequence[Draft],
    online: Online,
    state: State,
    heading: Heading,
    progress: Progress = no_progress,
) -> None:
    """Ask on the internet for the rows that nothing better than a district has placed.

    Never for a sensitive site: its address would go to strangers.
    """
    guarded = _Guarded(state, drafts)
    wanted = []
    for draft in drafts:
        if not _is_poor(draft.values.get("position")):
            continue
        if draft not in guarded:
            wanted.append(draft)
        else:
            draft.tell(heading("address"), "", "Its address was not asked for on the internet: "
                       "the site is sensitive, or much like one that is.",
                       "Give coordinates, or place it by hand on the map.", NOTE)  # fmt: skip
    try:
        for count, draft in enumerate(wanted):
            progress(0.7 + 0.1 * count / len(wanted), f"Asking {online.name} for addresses")
            _ask(draft, online, heading)
    finally:
        online.save()  # what was answered stays answered, even if the user has had enough


def _ask(draft: Draft, online: Online, heading: Heading) -> None:
    address = ", ".join(
        str(draft.values[name])
        for name in ("address" if draft.values.get("address") else "name", "postcode")
        if draft.values.get(name)
    )
    found, reason = online.find(address)
    now = draft.values.get("position")
    if found is None:
        still = "Still not on the map" if now is None else "Left in the middle of its district"
        draft.tell(heading("address"), address, f"{still}: {reason}.",
                   "Give coordinates, or place it by hand on the map.",
                   ERROR if now is None else NOTE)  # fmt: skip
    elif now is None or found.accuracy_m < now.accuracy_m:
        draft.values["position"] = Position(
            found.latitude, found.longitude, found.source, found.accuracy_m
        )
        within = f"{found.accuracy_m:,.0f} m"
        draft.tell(heading("address"), address,
                   f"Placed by its address, asked of {online.name}, up to {within} off.",
                   "Check it on the map: addresses are found by words.", WARNING)  # fmt: skip


def _is_poor(position: Position | None) -> bool:
    return position is None or position.source.startswith(DISTRICT)
