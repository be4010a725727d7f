"""Where each row is: by its own coordinates, its UPRN, its postcode, or what is left.

All rows go through each source in one call, the best first; every position says its source and
accuracy, and a row that has none says why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from psnplanner.geography import postcode as spelling
from psnplanner.geography.found import Found
from psnplanner.geography.gazetteer import Gazetteer
from psnplanner.geography.online import Online
from psnplanner.geography.uprn import UprnTable
from psnplanner.intake.coordinates import OWN, Heading, place_by_own
from psnplanner.intake.distances import Pair
from psnplanner.intake.doubts import at_sea, far_from_postcode, outside_area
from psnplanner.intake.place_online import DISTRICT, ONLINE, place_online
from psnplanner.intake.rows import ERROR, NOTE, WARNING, Draft
from psnplanner.intake.table import Progress, no_progress
from psnplanner.programme.record import Position
from psnplanner.programme.state import State

__all__ = ["ADD_GAZETTEER", "DISTRICT", "ONLINE", "OWN", "POSTCODE", "UPRN", "Sources", "place"]

NOT_PLACED = "Not on the map: "
UPRN = "UPRN table"
POSTCODE = "postcode"
ADD_GAZETTEER = (
    "Download Code-Point Open (CSV) from Ordnance Survey, add it (File, Postcode gazetteer; or "
    "“psnplanner gazetteer add codepo_gb.zip”), and read the list again."
)


@dataclass(frozen=True)
class Sources:
    """What positions are taken from; `online` None asks nobody on the internet."""

    gazetteer: Gazetteer
    uprns: UprnTable
    online: Online | None = None
    _districts: dict[str, Found | None] = field(default_factory=dict)

    @property
    def releases(self) -> str:
        """The gazetteer's releases by name, "" if there is none."""
        return " or ".join(release.title for release in self.gazetteer.releases)

    def district(self, outward: str) -> Found | None:
        """The middle of a district."""
        if outward and outward not in self._districts:
            self._districts[outward] = self.gazetteer.outward_centroid(outward)
        return self._districts.get(outward)


def place(
    drafts: Sequence[Draft],
    sources: Sources,
    heading: Heading,
    state: State,
    progress: Progress = no_progress,
) -> None:
    """Give each draft its position, or a problem that says why it has none.

    `heading` gives the heading of the column that fills a field, for the problems; the sites
    of `state` help to tell which of two contradicting positions is right.
    """
    found, positions = _by_postcode(drafts, sources.gazetteer)
    place_by_own(drafts, found, heading)
    _place_by_uprn(drafts, sources.uprns)
    ended = _tell_ended(drafts, found, sources.gazetteer, heading)
    wet = at_sea(drafts, heading)
    far_from_postcode(drafts, found, ended, wet, _partners_places(state), heading)
    progress(0.7, "Placing the sites")
    for draft, position in zip(drafts, positions, strict=True):
        values = draft.values
        if "position" not in values:
            if position is not None:
                values["position"] = position
            else:
                _place_otherwise(draft, sources, heading)
        elif position is None and sources.releases and values.get("postcode"):
            postcode = str(values["postcode"])
            by = "UPRN" if values["position"].source == UPRN else "coordinates"
            draft.tell(heading("postcode"), postcode,
                       f"{_unknown(postcode, sources.releases)}. Placed by the {by}.",
                       "Check the postcode against the address.")  # fmt: skip
    if sources.online is not None:
        place_online(drafts, sources.online, state, heading, progress)
    outside_area(drafts, [s.position for s in state.sites.values() if s.position], heading)


def _by_postcode(
    drafts: Sequence[Draft], gazetteer: Gazetteer
) -> tuple[list[Found | None], list[Position | None]]:
    """What the gazetteer says of each draft's postcode; each different one is asked once."""
    texts = [draft.values.get("postcode", "") for draft in drafts]
    wanted = list({text: None for text in texts if text})
    answers = dict(zip(wanted, gazetteer.positions(wanted), strict=True))
    places = {text: _position(answer) for text, answer in answers.items() if answer}
    return [answers.get(text) for text in texts], [places.get(text) for text in texts]


def _position(found: Found) -> Position:
    return Position(found.latitude, found.longitude, found.source, found.accuracy_m)


def _place_by_uprn(drafts: Sequence[Draft], table: UprnTable) -> None:
    wanted = [d for d in drafts if "position" not in d.values and "uprn" in d.values]
    if not len(table) or not wanted:
        return
    answers = table.positions([draft.values["uprn"] for draft in wanted])
    for draft, answer in zip(wanted, answers, strict=True):
        if answer is not None:
            draft.values["position"] = _position(answer)


def _tell_ended(
    drafts: Sequence[Draft], found: Sequence[Found | None], gazetteer: Gazetteer, heading: Heading
) -> set[str]:
    """Tell of postcodes that only an older release still has; gives them."""
    if len(gazetteer.releases) < 2:
        return set()
    newest = gazetteer.releases[0].title
    ended = set()
    for draft, answer in zip(drafts, found, strict=True):
        if answer is not None and newest not in answer.source:
            postcode = str(draft.values["postcode"])
            ended.add(postcode)
            release = answer.source.removeprefix("postcode (").removesuffix(")")
            draft.tell(
                heading("postcode"), postcode,
                f"Postcode {postcode} is in {release} but no longer in {newest}: it has ended.",
                "Ask for the building's postcode of today.", NOTE,
            )  # fmt: skip
    return ended


def _partners_places(state: State) -> Mapping[str, list[Pair]]:
    names = {ident: partner.name.casefold() for ident, partner in state.partners.items()}
    result: dict[str, list[Pair]] = {}
    for site in state.sites.values():
        if site.position and site.partner in names:
            place = (site.position.latitude, site.position.longitude)
            result.setdefault(names[site.partner], []).append(place)
    return result


def _place_otherwise(draft: Draft, sources: Sources, heading: Heading) -> None:
    """By the postcode's district, or not at all."""
    known = sources.releases
    postcode = str(draft.values.get("postcode", ""))
    district = spelling.outward(postcode) if postcode else draft.district
    column = heading("postcode") or heading("address")
    if not known:
        _unplaced_without_gazetteer(draft, column, postcode or district)
        return
    answer = sources.district(district)
    unknown = _unknown(postcode, known)
    if answer is None:
        message = f"{unknown}, nor is its district." if postcode else _nowhere(draft)
        draft.tell(column, postcode or district, f"{NOT_PLACED}{_lower(message)}",
                   "Give a valid postcode, or coordinates.", ERROR)  # fmt: skip
        return
    draft.values["position"] = _position(answer)
    within = f"{answer.accuracy_m / 1000:.1f} km"
    reason = f"{unknown}: placed" if postcode else "Placed"
    draft.tell(column, postcode or district,
               f"{reason} in the middle of {district}, up to {within} off.",
               "Check the postcode against the address, or give coordinates.", WARNING)  # fmt: skip


def _unknown(postcode: str, known: str) -> str:
    return f"Postcode {postcode} is not in {known} (mistyped, ended, or newer)"


def _nowhere(draft: Draft) -> str:
    if draft.district:
        return f"District {draft.district} is not known either."
    given = any(problem.severity == WARNING for problem in draft.problems)
    return "No postcode that can be used." if given else "No postcode and no coordinates."


def stays_where_it_is(draft: Draft) -> None:
    """Take back that a row is not on the map: its site is, and the list has no place for it."""
    lost = [p for p in draft.problems if p.message.startswith(NOT_PLACED)]
    draft.problems = [p for p in draft.problems if p not in lost]
    for problem in lost:
        draft.tell(
            problem.column, problem.value, "The list has no place for it: it stays where it is.",
            "Give a valid postcode, or coordinates, if it should move.", NOTE,
        )  # fmt: skip


def _unplaced_without_gazetteer(draft: Draft, column: str, postcode: str) -> None:
    if postcode:
        message, remedy = (
            f"{NOT_PLACED}no gazetteer is loaded.",
            "Add a gazetteer, and read the list again.",
        )
    else:
        message = f"{NOT_PLACED}{_lower(_nowhere(draft))}"
        remedy = "Give a valid postcode, or coordinates."
    draft.tell(column, postcode, message, remedy, ERROR)


def _lower(sentence: str) -> str:
    # “CH65” and its like keep their capitals.
    return sentence if re.match(r"[A-Z]{2}", sentence) else sentence[:1].lower() + sentence[1:]
