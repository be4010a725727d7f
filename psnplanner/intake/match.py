"""Which row is which site: within the list, and against the programme.

Strongest sign first over all rows (reference; UPRN and name; name and postcode; UPRN alone),
so that a weak match never takes the site that another row names outright.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from psnplanner.intake.rows import NOTE, WARNING, Draft
from psnplanner.programme.duplicate_edits import taken_in_by_reference
from psnplanner.programme.record import RecordId
from psnplanner.programme.site import Site
from psnplanner.programme.state import State

Key = tuple[str, ...] | None
_WORD = re.compile(r"[a-z0-9]+")
REFERENCE, NOTED, ALONE = "reference", "the reference this list has for it", "UPRN"
TAKEN_IN = "taken in"


@lru_cache(maxsize=65_536)
def plain_name(name: str) -> str:
    """A name for comparing: no case, punctuation, "and" or difference of Saint and St."""
    folded = name.casefold()
    simple = folded.isascii() and folded.replace(" ", "").isalnum() and "  " not in folded
    if simple and "saint" not in folded and "and" not in folded:
        return folded.strip()  # nine names in ten need no more
    words = _WORD.findall(folded.replace("'", "").replace("’", ""))
    return " ".join("st" if word == "saint" else word for word in words if word != "and")


def drop_repeated(drafts: Iterable[Draft]) -> None:
    """Leave out rows whose reference an earlier row of the list has already."""
    first: dict[str, int] = {}
    for draft in drafts:
        if draft.skipped or not draft.reference:
            continue
        earlier = first.setdefault(draft.reference.casefold(), draft.row)
        if earlier != draft.row:
            draft.skip(
                f"reference {draft.reference} stands in row {earlier} already.",
                "If it is another building, give it a reference of its own.",
            )


def tell_alike(drafts: Iterable[Draft]) -> None:
    """Say which rows may be one building: nothing is merged without being asked."""
    by_name: dict[tuple[str, str], Draft] = {}
    by_uprn: dict[str, Draft] = {}
    for draft in drafts:
        if draft.skipped:
            continue
        get = draft.values.get
        name, postcode, uprn = get("name", ""), get("postcode", ""), get("uprn", "").lstrip("0")
        named = name and postcode
        same = by_name.setdefault((plain_name(name), postcode), draft) if named else draft
        if same is not draft:
            _tell_same_name(draft, same, f"{name}, {postcode}")
        elif uprn and (same := by_uprn.setdefault(uprn, draft)) is not draft:
            draft.tell(
                "", uprn, f"Same UPRN as {_row(same)}: one building with two users?",
                "If they share the building it is dug once: note the sharing partner.", NOTE,
            )  # fmt: skip


def _tell_same_name(draft: Draft, same: Draft, shown: str) -> None:
    message = f"Same name and postcode as {_row(same)}"
    if draft.says_closed == same.says_closed:
        remedy = "If it is one building listed twice, take one off the list."
        draft.tell("", shown, f"{message}.", remedy, WARNING)
    else:
        # The closed one has its warning already; the other took its place.
        which = f"{_row(same)} is closed" if same.says_closed else "this row is closed"
        remedy = "If one took the other's place, leave the closed one out."
        draft.tell("", shown, f"{message}: {which}, the list says.", remedy, NOTE)


def _row(draft: Draft) -> str:
    return f"row {draft.row} ({draft.reference})" if draft.reference else f"row {draft.row}"


class Matches:
    """The site each row is; rows of no site yet are not in `site_of`."""

    def __init__(self, drafts: Sequence[Draft], state: State, reference_heading: str = "") -> None:
        self.site_of: dict[int, Site] = {}
        self.how: dict[int, str] = {}
        self._taken: set[RecordId] = set()
        self._drafts = [draft for draft in drafts if not draft.skipped]
        by_reference = state.site_by_reference
        for draft in self._drafts:
            site = by_reference.get(draft.reference.casefold()) if draft.reference else None
            if site is not None:
                self._take(draft, site, REFERENCE)
        self._taken_in(state)
        sites = list(state.sites.values())
        self._match(sites, lambda site: _noted(site, reference_heading), _draft_reference, NOTED)
        self._match(sites, _uprn_and_name, _draft_uprn_and_name, "UPRN and name")
        self._match(sites, _name_and_postcode, _draft_name_and_postcode, "name and postcode")
        self._match(sites, _uprn, _draft_uprn, ALONE)

    def _taken_in(self, state: State) -> None:
        """Rows of buildings that a person has merged into another site, or shares it with."""
        homes = taken_in_by_reference(state)
        for draft in self._drafts if homes else ():
            site = homes.get(draft.reference.casefold()) if draft.reference else None
            if site is not None and draft.row not in self.site_of:
                # The site stays free: its own row of the list may still come.
                self.site_of[draft.row], self.how[draft.row] = site, TAKEN_IN

    def _take(self, draft: Draft, site: Site, how: str) -> None:
        self.site_of[draft.row], self.how[draft.row] = site, how
        self._taken.add(site.id)

    def _match(
        self,
        sites: Iterable[Site],
        key_of: Callable[[Site], Key],
        wanted: Callable[[Draft], Key],
        how: str,
    ) -> None:
        """Give unmatched rows free sites of the same key; if ALONE, only where one is free."""
        open_rows = [draft for draft in self._drafts if draft.row not in self.site_of]
        if not open_rows:
            return
        free: dict[Key, list[Site]] = {}
        for site in sites:
            key = key_of(site)
            if key is not None and site.id not in self._taken:
                free.setdefault(key, []).append(site)
        for draft in open_rows if free else ():
            candidates = free.get(wanted(draft))
            if candidates and not (how == ALONE and len(candidates) > 1):
                self._take(draft, candidates.pop(0), how)


def _key(*parts: str) -> Key:
    return parts if all(parts) else None


def _noted(site: Site, heading: str) -> Key:
    """The reference another list gave a site, noted under that list's heading.

    A site that took others in has theirs under “heading (reference)”.
    """
    if not heading:
        return None
    noted = (t for n, t in site.other if n == heading or n.startswith(f"{heading} ("))
    return next((_key(text.casefold()) for text in noted), None)


def _draft_reference(draft: Draft) -> Key:
    return _key(draft.reference.casefold())


def _uprn_and_name(site: Site) -> Key:
    return _key(site.uprn.lstrip("0"), plain_name(site.name))


def _draft_uprn_and_name(draft: Draft) -> Key:
    return _key(
        str(draft.values.get("uprn", "")).lstrip("0"),
        plain_name(str(draft.values.get("name", ""))),
    )


def _name_and_postcode(site: Site) -> Key:
    return (plain_name(site.name), site.postcode) if site.name or site.postcode else None


def _draft_name_and_postcode(draft: Draft) -> Key:
    name, postcode = str(draft.values.get("name", "")), str(draft.values.get("postcode", ""))
    return (plain_name(name), postcode) if name or postcode else None


def _uprn(site: Site) -> Key:
    return _key(site.uprn.lstrip("0"))


def _draft_uprn(draft: Draft) -> Key:
    # A row with a reference of its own in a building already listed is a second user of it.
    return None if draft.reference else _key(str(draft.values.get("uprn", "")).lstrip("0"))
