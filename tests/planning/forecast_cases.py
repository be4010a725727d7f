"""Programmes to forecast: of one stage, of a chain, and small ones with everything in them."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from psnplanner.planning import forecast_model
from psnplanner.programme.change import Change
from psnplanner.programme.node import Node
from psnplanner.programme.phase import ClosedWindow, Phase
from psnplanner.programme.record import Record
from psnplanner.programme.site import ACCESS_TYPES
from psnplanner.programme.state import PROGRAMME_ID, State
from tests.planning.programmes import CALENDAR, ident, partner, programme, site

PRESENT = date(2014, 2, 24)


def stages(*days: tuple[float, float, float]) -> str:
    """A workflow of these stages, one after the other; the last one makes a site live."""
    text = ""
    for place, (low, likely, high) in enumerate(days):
        after = f'"stage_{place - 1}"' if place else ""
        live = "true" if place == len(days) - 1 else "false"
        text += (
            f'[[stage]]\nkey = "stage_{place}"\nname = "Stage {place}"\nowner = "Updata"\n'
            f"after = [{after}]\nworking_days = [{low}, {likely}, {high}]\n"
            f'status = "live"\ngoes_live = {live}\n'
        )
    return text


def plain_programme(count: int, *days: tuple[float, float, float], **values: object) -> State:
    """So many sites that pass through these stages, and nothing else."""
    sites = [site(number + 1) for number in range(count)]
    state = programme(partner(0), *sites, **values)
    return state.after([Change("programme", PROGRAMME_ID, "workflow", "", stages(*days))])


def nothing_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave every stage to its own luck, as the closed forms do."""
    for kind in list(forecast_model.SPREAD):
        monkeypatch.setitem(forecast_model.SPREAD, kind, 0.0)


def whole_programme(count: int, seed: int = 1, crews: int = 2) -> State:
    """Everything at once: partners, leased land, phases with crews, nodes, closed windows."""
    luck = Random(seed)
    windows = [(date(2014, 5, 5), date(2014, 5, 30)), (date(2014, 6, 2), date(2014, 6, 27))]
    phases: list[Record] = [
        Phase(
            id=ident(500 + k), name=f"Phase {k + 1}", starts_on=first, ends_on=last, order=k,
            capacity_days=float(crews * CALENDAR.count(first, last)),
        )
        for k, (first, last) in enumerate(windows)
    ]  # fmt: skip
    nodes = [
        Node(id=ident(600), name="Root", planned_on=date(2014, 5, 1)),
        Node(id=ident(601), name="Leaf", planned_on=date(2014, 6, 10), parent=ident(600)),
    ]
    shut = [
        ClosedWindow(id=ident(700), name="Examinations", kind="School",
                     starts_on=date(2014, 5, 12), ends_on=date(2014, 6, 6)),
        ClosedWindow(id=ident(701), name="Term", kind="School, new dig",
                     starts_on=date(2014, 6, 16), ends_on=date(2014, 7, 18)),
    ]  # fmt: skip
    sites = [
        site(
            number + 1,
            partner=partner(number % 2).id,
            access=luck.choice(ACCESS_TYPES),
            tenure=luck.choice(["owned", "leased"]),
            kind=luck.choice(["School", "Library"]),
            phase=ident(500 + number % 2),
            node=ident(600 + number % 2),
        )
        for number in range(count)
    ]
    return programme(partner(0), partner(1), *phases, *nodes, *shut, *sites,
                     go_live_on=date(2014, 10, 1))  # fmt: skip
