"""The verbs of field work: each way to choose, what is said, and what is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from psnplanner import cli
from psnplanner.programme.boundary import Boundary
from psnplanner.programme.edits import Amend, Create
from psnplanner.session import Session
from tests.conftest import a_site, ident
from tests.exchange.test_field_work import ONE, office, returned, taken_out
from tests.exchange.test_photographs import jpeg
from tests.test_cli import Cli, run

__all__ = ["office", "run"]  # fixtures


def test_a_dry_run_lists_the_changes_in_force(run: Cli, office: Session) -> None:
    """Site, field, now and then; said alike when it is done."""
    with taken_out(office, "ann.gpkg", ONE) as pack:
        pack.do(Amend("site", [ONE], {"note": "riser blocked"}))
        back = returned(pack)
    office.close()
    expected = [{"site": "S001", "field": "Note", "now": "", "then": "riser blocked"}]
    would = run.json("merge", office.path, back, "--dry-run")
    assert would["dry_run"]
    assert would["merged"][0]["in_force"] == expected
    with Session.open(office.path) as again:
        assert again.state.sites[ONE].note == ""
    assert run.json("merge", office.path, back)["merged"][0]["in_force"] == expected
    assert run.json("merge", office.path, back)["merged"][0]["in_force"] == []


def outline(west: float, south: float, east: float, north: float) -> str:
    """A rectangle as a boundary keeps it."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--phase", "Phase 1"], {"S001", "S002", "S003", "S004"}),
        (["--phase", "Phase 1", "--sensitive"], {"S001", "S002", "S003", "S004", "S005"}),
        (["--partner", "halton council"], {"S001", "S002", "S003", "S004"}),
        (["--site", "S002", "--site", "s004"], {"S002", "S004"}),
        (["--list", "wanted.txt"], {"S001", "S003"}),
        (["--area", "Runcorn west"], {"S001", "S002"}),
        (["--near", "53.34, -2.72", "--count", "2"], {"S001", "S002"}),
        (["--near", "wa71ab", "--count", "1"], {"S003"}),
    ],
)
def test_each_way_to_choose(
    run: Cli, office: Session, words: list[str], expected: set[str]
) -> None:
    """What is asked for goes, sensitive sites only when that is said."""
    west = Boundary(
        id=ident("west"), name="Runcorn west", geometry=outline(-2.8, 53, -2.65, 53.355)
    )
    office.do(Create([west]))
    office.do(Amend("site", [a_site(3).id], {"postcode": "WA7 1AB"}))
    office.close()
    (run.folder / "wanted.txt").write_text("S001\n\n S003\n", "utf-8")
    made = run.json(
        "pack", office.path, "a.gpkg", "--for", "Ann", *words, "--expires", "3 July 2014"
    )
    with Session.open(run.folder / "a.gpkg", author="Ann") as pack:
        assert {site.reference for site in pack.state.sites.values()} == expected
        assert made["sites"] == len(expected)
        assert pack.pack is not None
        assert (pack.pack.person, pack.pack.expires_on) == ("Ann", date(2014, 7, 3))
        assert all(site.safety for site in pack.state.sites.values())


def test_what_cannot_be_chosen(run: Cli, office: Session) -> None:
    """One message each, and no file."""
    office.close()
    for words, said in (
        ((), "No site is chosen"),
        (("--site", "S005"), "sensitive"),
        (("--site", "S009"), "S009"),
        (("--area", "Runcorn"), "There is no boundary yet"),
        (("--list", "none.txt"), "cannot be read"),
        (("--near", "ZZ99 9ZZ"), "no postcode that is known"),
    ):
        assert said in run.refused("pack", office.path, "a.gpkg", "--for", "Ann", *words)
    assert not (run.folder / "a.gpkg").exists()


def test_a_locked_pack_and_back(run: Cli, office: Session) -> None:
    """The passphrase is asked for, twice; unlocked, it opens."""
    office.close()
    secret = "four words are best\n"
    words = ["pack", str(office.path), "a.gpkg", "--for", "Ann", "--site", "S001", "--passphrase"]
    done = CliRunner().invoke(cli.cli, words, input=secret * 2)
    assert done.exit_code == 0, done.output
    assert "locked with a passphrase" in run.refused("conflicts", "a.gpkg")
    assert not CliRunner().invoke(cli.cli, ["unlock", "a.gpkg", "b.gpkg"], input=secret).exit_code
    assert run.json("conflicts", "b.gpkg") == []


def test_photographs_into_a_folder(run: Cli, office: Session) -> None:
    """As they were taken; for the board without notes of the camera, and no sensitive site's."""
    office.add_photograph(ONE, jpeg("red"))
    office.add_photograph(a_site(5).id, jpeg("blue"))
    office.close()
    assert run.json("photographs", office.path, "all")["photographs"] == 2
    kept = Path("all/S001 2014-06-03 1.jpg")
    assert kept.read_bytes() == jpeg("red")
    told = run.json("photographs", office.path, "board", "--audience", "board")
    assert told["photographs"] == 1
    (shown,) = Path("board").iterdir()
    assert shown.name == "S001 1.jpg"
    with Image.open(shown) as image, Image.open(kept) as original:
        assert image.size == original.size
        assert (len(image.getexif()), "exif" in image.info) == (0, False)
        assert len(original.getexif()) > 0
    assert "already" in run.refused("photographs", office.path, "all")


def test_conflicts_settled_and_taken_back(run: Cli, office: Session) -> None:
    """Listed with base, values, who and when; settled by number; undone, it is open again."""
    with taken_out(office, "ann.gpkg", ONE) as pack:
        pack.do(Amend("site", [ONE], {"note": "field"}))
        back = returned(pack)
    office.do(Amend("site", [ONE], {"note": "desk"}))
    office.close()
    said = "brought 1 of 1 change; 1 in conflict.\n1 conflict to settle"
    code, out, _ = run("merge", office.path, back)
    assert (code, said in out) == (0, True)
    assert "(Ann, " in run("conflicts", office.path)[1]
    (conflict,) = run.json("conflicts", office.path)
    assert (conflict["site"], conflict["field"], conflict["base"]) == ("S001", "note", "")
    assert {(v["value"], v["by"]) for v in conflict["values"]} == {("field", "Ann"),
                                                                   ("desk", "office")}  # fmt: skip
    assert all(v["at"] for v in conflict["values"])
    assert run.json("settle", office.path, "1", "2")["left"] == 0
    run.json("undo", office.path)
    assert run.json("conflicts", office.path) == [conflict]
    assert run.json("settle", office.path, "1", "--both")["left"] == 0
    with Session.open(office.path) as again:
        assert set(again.state.sites[ONE].note.splitlines()) == {"field", "desk"}
    assert "no such conflict" in run.refused("settle", office.path, "1", "1")
