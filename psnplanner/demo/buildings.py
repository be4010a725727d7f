"""Made-up buildings: each partner's share of each town, with names, costs and tenures."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from psnplanner.demo.material import SOURCE, Town, ident, material, towns
from psnplanner.demo.places import scatter
from psnplanner.programme.partner import Partner
from psnplanner.programme.record import Position
from psnplanner.programme.site import Site

COUNTRY_WEIGHT = 10
"""A town of fewer thousands is country: more poles and digging, less fibre."""

NAMED_FOR_STREET = (
    "GP practice", "Health centre", "Office", "Depot", "Police station", "Police office",
)  # fmt: skip
CAMPUS_DAYS = 6.0
_FIRST_END, _LAST_END = date(2014, 8, 1), date(2015, 9, 30)


@dataclass(frozen=True, slots=True)
class Building:
    """A site with the town it is made up in."""

    site: Site
    town: Town


@dataclass(frozen=True, slots=True)
class _Plot:
    """A building before it has a place: whose, what, and in which town."""

    partner: str
    kind: str
    town: Town


def partners() -> dict[str, Partner]:
    """The thirteen partners by name."""
    return {
        entry["name"]: Partner(
            id=ident("partner", entry["name"]), name=entry["name"], kind=entry["kind"]
        )
        for entry in material()["partner"]
    }


def buildings(rng: Random) -> list[Building]:
    """All 934 buildings, by partner, in the order of their references."""
    plots = [plot for entry in material()["partner"] for plot in _plots(entry, rng)]
    counts = Counter(plot.town for plot in plots)
    places = {town: iter(found) for town, found in scatter(counts, rng).items()}
    names = _Names(rng)
    made = []
    for number, plot in enumerate(plots, start=1):
        position = Position(*next(places[plot.town]), SOURCE, None)
        made.append(Building(_site(f"DM{number:04}", plot, position, names, rng), plot.town))
    return _shared(made, rng)


def _plots(entry: Mapping[str, Any], rng: Random) -> list[_Plot]:
    """A partner's buildings, spread over the towns of its area by their people."""
    area = [town for town in towns() if not entry["area"] or town.council in entry["area"]]
    kinds = [kind for kind, count in entry["buildings"].items() for _ in range(count)]
    # Stations stand where they cover the ground; schools and surgeries where people live.
    power = 0.55 if entry["kind"] in ("police", "fire") else 0.9
    counts = _apportioned([town.weight**power for town in area], len(kinds))
    rng.shuffle(kinds)
    spots = [town for town, count in zip(area, counts, strict=True) for _ in range(count)]
    return [_Plot(entry["name"], k, t) for k, t in zip(kinds, spots, strict=True)]


def _apportioned(weights: Sequence[float], total: int) -> list[int]:
    """`total` shared out by weight: largest remainders."""
    exact = [weight * total / sum(weights) for weight in weights]
    counts = [int(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda i: (counts[i] - exact[i], i))
    for index in order[: total - sum(counts)]:
        counts[index] += 1
    return counts


def _site(reference: str, plot: _Plot, position: Position, names: _Names, rng: Random) -> Site:
    kind, town = plot.kind, plot.town
    street = names.street()
    name = names.building(kind, street)
    least, likeliest, most = material()["character"]["cost"][kind]
    return Site(
        id=ident("site", reference),
        reference=reference,
        name=name,
        kind=kind,
        partner=ident("partner", plot.partner),
        address=f"{rng.randint(1, 140)} {street}, {town.name}",
        postcode=town.district,
        position=position,
        access=_drawn("access", "country" if town.weight < COUNTRY_WEIGHT else kind, rng),
        tenure=_drawn("tenure", kind, rng),
        sensitive=kind in material()["care"]["sensitive"],
        annual_cost_pence=int(rng.triangular(least, most, likeliest) / 10) * 1000,
        contract_ends_on=_contract_end(rng),
        priority=_drawn("priority", kind, rng),
        effort_days=CAMPUS_DAYS if kind == "Hospital" else None,
        note=material()["site_note"],
        safety=_safety(kind, reference),
    )


def _drawn(trait: str, kind: str, rng: Random) -> str:
    choices = material()["character"][trait]
    weights = choices.get(kind, choices["usual"])
    return str(rng.choices(list(weights), list(weights.values()))[0])


def _safety(kind: str, reference: str) -> str:
    """What whoever goes there must know: drawn by the reference, whatever else is drawn."""
    return str(Random(reference).choice(material()["care"]["safety"].get(kind, [""])))


def _contract_end(rng: Random) -> date | None:
    if rng.random() < 0.12:
        return None
    return _FIRST_END + timedelta(days=rng.randint(0, (_LAST_END - _FIRST_END).days))


def _shared(made: list[Building], rng: Random) -> list[Building]:
    """The same buildings, a few of them used by a second partner too."""
    sharers = {
        entry["kind"]: entry for entry in material()["partner"] if entry["kind"] != "council"
    }
    result = list(made)
    for kind, by, count in material()["sharing"]["by_kind"]:
        # The last police force of the list is Cheshire's, as the fire service is.
        entry = sharers[by]
        fitting = [
            index
            for index, each in enumerate(made)
            if each.site.kind == kind and (not entry["area"] or each.town.council in entry["area"])
        ]
        for index in rng.sample(fitting, count):
            sharing = (ident("partner", entry["name"]),)
            site = dataclasses.replace(made[index].site, sharing=sharing)
            result[index] = dataclasses.replace(made[index], site=site)
    return result


class _Names:
    """Names that no two buildings of the demo share."""

    def __init__(self, rng: Random) -> None:
        words = material()["names"]
        self._words, self._rng, self._used = words, rng, set[str]()
        self._stems = [first + last for first in words["first"] for last in words["last"]]
        rng.shuffle(self._stems)

    def street(self) -> str:
        """A street, which others may stand in as well."""
        name, end = self._words["street"], self._words["street_end"]
        return f"{self._rng.choice(name)} {self._rng.choice(end)}"

    def building(self, kind: str, street: str) -> str:
        """A name for a building of that kind in that street."""
        endings = self._words["ending"][kind]
        name = f"{street} {self._rng.choice(endings)}"
        if kind not in NAMED_FOR_STREET or name in self._used:
            name = f"{self._stems.pop()} {self._rng.choice(endings)}"
        self._used.add(name)
        return name
