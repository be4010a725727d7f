"""A programme with nothing in it, a gazetteer of six postcodes, and a way to write lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psnplanner.geography.code_point import Positions, postcode_keys
from psnplanner.geography.gazetteer import Gazetteer, Release
from psnplanner.intake.lists import read_list
from psnplanner.intake.preview import Preview
from psnplanner.intake.reading import Reading
from psnplanner.programme.change import creation
from psnplanner.programme.state import PROGRAMME_ID, Programme, State

TODAY = date(2014, 5, 1)
POSTCODES = {
    "CH12HP": (340642, 366925),
    "CH411AA": (332000, 389000),
    "CH650EZ": (339973, 375792),
    "CW96HQ": (366000, 377000),
    "L318BW": (337800, 402500),
    "WA28HH": (360622, 389514),
}
_WORKFLOW = Path(__file__).parents[2] / "resources" / "workflow.toml"
ReadText = Callable[..., Preview]


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    """Six postcodes under the name of a release."""
    spots = sorted(POSTCODES.items(), key=lambda item: int(postcode_keys([item[0]])[0]))
    positions = Positions(
        keys=postcode_keys([postcode for postcode, _ in spots]),
        eastings=np.array([e for _, (e, _) in spots], dtype=np.int32),
        northings=np.array([n for _, (_, n) in spots], dtype=np.int32),
        quality=np.full(len(spots), 10, dtype=np.uint8),
    )
    return Gazetteer([(Release("2014-08", Path("none"), len(spots), 0), positions)])


@pytest.fixture(scope="session")
def empty() -> State:
    """A programme with the default workflow and no records."""
    workflow = _WORKFLOW.read_text("utf-8")
    programme = Programme(id=PROGRAMME_ID, name="Test", status_on=TODAY, workflow=workflow)
    return State().after([creation(programme)])


@pytest.fixture
def read(tmp_path: Path, gazetteer: Gazetteer, empty: State) -> ReadText:
    """Reads some text or bytes as a list file against a state (by default an empty one)."""

    def read(content: str | bytes, state: State | None = None, **options: Any) -> Preview:
        path = tmp_path / options.pop("name", "sites.csv")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        options.setdefault("gazetteer", gazetteer)
        said = {name: options.pop(name) for name in options.keys() & set(Reading.__slots__)}
        if "online" in said:  # a stand-in for the internet
            options["online"] = said.pop("online")
        options["reading"] = Reading(**said)
        return read_list(path, state or empty, today=TODAY, **options)

    return read


def imported(state: State, preview: Preview) -> State:
    """The state once the preview's edit is done."""
    return state.after(preview.edit.propose(state, TODAY).changes)
