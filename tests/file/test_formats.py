"""A real old file of every format version, always opened: `formats/` only ever grows.

Each was written by `python -m tests.file.test_formats` when its format was the current one.
"""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from psnplanner.file import schema
from psnplanner.programme.edits import AddSites, Amend, Create, Delete
from psnplanner.programme.node import Node
from psnplanner.programme.partner import Certificate, Partner
from psnplanner.programme.phase import Phase
from psnplanner.programme.record import Position
from psnplanner.programme.stage_edits import RecordStage, SetWayleave
from psnplanner.session import Session, new_programme
from tests.conftest import Ticking, a_site, ident

FORMATS = Path(__file__).parent / "formats"
SITES = [a_site(number, tenure="leased", other=(("Notes", "as found"),)) for number in (1, 2, 3)]


def write(path: Path) -> None:
    """A small programme with something of everything, at its newest format."""
    clock = Ticking(datetime(2014, 6, 2, 9, tzinfo=UTC))
    halton = ident("Halton Council")
    with Session.create(
        path, new_programme(status_on=date(2014, 4, 1)), author="office", clock=clock
    ) as session:
        place = Position(53.33, -2.7, "test", 5.0)
        window = {"starts_on": date(2014, 4, 1), "ends_on": date(2014, 6, 30)}
        session.do(
            Create(
                [
                    Partner(id=halton, name="Halton Council"),
                    Certificate(id=ident("c"), partner=halton, valid_from=date(2014, 1, 1)),
                    Node(id=ident("Runcorn"), name="Runcorn", position=place),
                    Phase(id=ident("Phase 1"), name="Phase 1", capacity_days=9.5, **window),
                ]
            )
        )
        session.do(AddSites("list.csv", SITES, validated=frozenset(s.id for s in SITES)))
        for day, stage in enumerate(("desktop_survey", "order_placed", "site_survey")):
            session.do(RecordStage(SITES[0].id, stage, "done", date(2014, 5, day + 1)))
        session.do(
            SetWayleave(SITES[0].id, "granted", date(2014, 5, 8), landowner="Lord Daresbury")
        )
        session.do(RecordStage(SITES[1].id, "cpe", "done", date(2014, 5, 9), override="by order"))
        session.do(Amend("site", [SITES[1].id], {"name": "Changed"}))
        session.undo()
        session.do(Delete("site", [SITES[2].id]))


@pytest.mark.parametrize("path", sorted(FORMATS.glob("*.gpkg")), ids=lambda path: path.stem)
def test_every_format_still_opens(tmp_path: Path, path: Path) -> None:
    """It says what it said, is sound, and can be worked on."""
    mine = tmp_path / path.name
    shutil.copy(path, mine)
    with Session.open(mine) as session:
        state = session.state
        assert session.verify() == []
        assert [site.name for site in state.sites.values()] == ["Site 1", "Site 2"]
        assert state.sites[SITES[0].id] == SITES[0]
        assert state.stages_of(SITES[0].id)["wayleave"].actual_on == date(2014, 5, 8)
        assert [override.reason for override in state.overrides.values()] == ["by order"]
        assert len(session.as_at(date(2014, 4, 30)).sites) == 3
        assert session.undo_label == "Delete site S003"
        session.undo()
        assert SITES[2].id in session.state.sites
        assert session.verify() == []


def test_there_is_a_file_of_every_format() -> None:
    """A new migration brings its own file."""
    assert {path.stem for path in FORMATS.glob("*.gpkg")} == set(schema.names())


if __name__ == "__main__":
    write(FORMATS / f"{schema.names()[-1]}.gpkg")
