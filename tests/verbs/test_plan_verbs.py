"""`psnplanner plan`, `explain`, `wishes`, `scenarios`, and the forecast in the board's verbs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from psnplanner.session import Session
from psnplanner.verbs.text import scenario_lines
from tests.test_cli import Cli, loaded, run

__all__ = ["loaded", "run"]  # fixtures

QUICK = ("--seconds", "0.1")


@pytest.fixture(scope="module")
def planned_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sites planned, made once."""
    from psnplanner.planning.plan import Options
    from psnplanner.session import new_programme
    from tests.test_cli import LIST

    folder = tmp_path_factory.mktemp("planned")
    (folder / "list.csv").write_text(LIST)
    with Session.create(folder / "cm.gpkg", new_programme("CM")) as session:
        session.do(session.read_list(folder / "list.csv").edit)
        session.do(session.propose_plan(Options(seconds=0.001)).edit)
    return folder / "cm.gpkg"


@pytest.fixture
def planned(run: Cli, planned_file: Path) -> Cli:
    """The command line beside that programme."""
    shutil.copy(planned_file, run.folder / "cm.gpkg")
    return run


def test_a_plan_is_one_document_the_same_again(loaded: Cli) -> None:
    """Phases with windows, loads and sites; its price, proof, moves; nothing put in force."""
    # Long enough that no clock ends it, however busy the machine.
    words = ("plan", "cm.gpkg", "--seconds", "1")
    found = loaded.json(*words)
    assert set(found) >= {
        "phases", "nodes", "sites_planned", "unplanned", "shortfall", "cost", "greedy_total",
        "proof", "moved", "forced_moves", "changes", "moves", "seconds", "applied",
    }  # fmt: skip
    assert found["applied"] is False
    assert found["sites_planned"] + len(found["unplanned"]) == 3
    for phase in found["phases"]:
        assert phase["starts_on"] <= phase["ends_on"]
        assert phase["used_days"] <= phase["capacity_days"] + 1e-6
    proof, total = found["proof"], found["cost"]["total_pounds"]
    assert proof["bound_pounds"] <= total <= found["greedy_total"] + 0.01
    assert sum(found["cost"]["terms"].values()) == pytest.approx(total, abs=0.05)
    again = loaded.json(*words)
    assert {**again, "seconds": 0} == {**found, "seconds": 0}
    assert loaded.json("figures", "cm.gpkg")["by_phase"][0]["name"] == ""


def test_applied_it_is_in_force_and_undone_as_one(loaded: Cli) -> None:
    """The figures have its phases, then none."""
    made = loaded.json("plan", "cm.gpkg", *QUICK, "--apply")
    assert made["applied"]
    phases = [row["name"] for row in loaded.json("figures", "cm.gpkg")["by_phase"]]
    assert {p["name"] for p in made["phases"] if p["sites"]} <= set(phases)
    loaded.json("undo", "cm.gpkg")
    assert loaded.json("figures", "cm.gpkg")["by_phase"][0]["name"] == ""


def test_a_person_reads_a_table_and_sentences(loaded: Cli) -> None:
    """What it costs, what is proved, that nothing is changed yet."""
    code, out, _ = loaded("plan", "cm.gpkg", *QUICK)
    assert code == 0
    assert "Crew-days" in out.splitlines()[0]
    assert "proved gap" in out
    assert "add --apply to put it in force" in out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("plan", "none.gpkg"), 1, "no such file"),
        (("plan", "cm.gpkg", "--seconds", "0"), 2, "--seconds"),
        (("plan", "cm.gpkg", "--phases", "many"), 2, "--phases"),
        (("plan", "cm.gpkg", "--price", "miss_pounds"), 1, "is no price"),
        (("plan", "cm.gpkg", "--price", "luck=1"), 1, "There is no price luck"),
        (("plan", "cm.gpkg", "--price", "miss_pounds=-1"), 1, "below nothing"),
        (("plan", "cm.gpkg", "--crews", "0"), 1, "needs crews"),
        (("plan", "cm.gpkg", "--scenario", "Dreams"), 1, "There is no scenario"),
        (("plan", "cm.gpkg", "--scenario", "Dreams", "--apply"), 1, "not put in force"),
        (("explain", "cm.gpkg"), 1, "no plan to explain"),
        (("explain", "cm.gpkg", "Z9"), 1, "There is no site Z9"),
        (("explain", "cm.gpkg", "A1", "--to", "Nowhere"), 1, "There is no phase Nowhere"),
        (("wishes", "cm.gpkg", "--together", "--site", "A1"), 1, "two sites or more"),
        (("wishes", "cm.gpkg", "--not-before", "soon", "--site", "A1"), 2, "--not-before"),
        (("wishes", "cm.gpkg", "--not-after", "1/9/2014"), 1, "about a site"),
        (("wishes", "cm.gpkg", "--apart", "--site", "A1", "--site", "Z9"), 1, "no site Z9"),
        (("wishes", "cm.gpkg", "--delete", "1"), 1, "There is no wish 1"),
        (("scenarios", "cm.gpkg", "--delete", "Dreams"), 1, "There is no scenario"),
        (("network", "cm.gpkg", "--route-factor", "9"), 2, "--route-factor"),
        (("savings", "cm.gpkg", "--runs", "0"), 2, "--runs"),
    ],
)
def test_what_cannot_be_is_refused(
    loaded: Cli, words: tuple[str, ...], code: int, said: str
) -> None:
    """One message on standard error, nothing on standard output, nothing changed."""
    before = (loaded.folder / "cm.gpkg").read_bytes()
    found, out, err = loaded(*words)
    assert (found, out) == (code, "")
    assert said in err
    assert "Traceback" not in err
    assert (loaded.folder / "cm.gpkg").read_bytes() == before


def test_a_site_is_explained(planned: Cli) -> None:
    """Its phase, the reasons, the next best phases with their price and knock-on."""
    found = planned.json("explain", "cm.gpkg", "a1")
    assert found["reference"] == "A1"
    assert found["phase"]
    assert found["reasons"]
    for item in found["alternatives"]:
        assert set(item) == {"phase", "pounds", "moves", "sentence"}
        assert item["phase"] != found["phase"]
    out = planned("explain", "cm.gpkg", "A1")[1]
    assert out.startswith(f"A1 is in {found['phase']}; it costs £")
    for item in found["alternatives"]:
        price = planned.json("explain", "cm.gpkg", "A1", "--to", item["phase"])
        assert price["pounds"] == pytest.approx(item["pounds"], abs=0.02)
    out_of_all = planned("explain", "cm.gpkg", "A1", "--to", "none")[1]
    assert out_of_all.startswith(f"A1 is in {found['phase']}; it costs £")  # why it is there, too
    assert "\nOut of any phase: £" in out_of_all
    pressures = planned.json("explain", "cm.gpkg")["pressures"]
    assert all(row["crew_pounds"] >= 0 for row in pressures)


def test_wishes_are_made_listed_heeded_and_taken_back(planned: Cli) -> None:
    """By number; the next plan heeds them."""
    assert planned.json("wishes", "cm.gpkg") == []
    made = planned.json("wishes", "cm.gpkg", "--not-before", "1/12/2014", "--site", "A1",
                        "--reason", "Roof works")  # fmt: skip
    assert made == [{"number": 1, "kind": "not before", "on": "2014-12-01", "sites": ["A1"],
                     "reason": "Roof works"}]  # fmt: skip
    two = planned.json("wishes", "cm.gpkg", "--together", "--site", "A1", "--site", "A2")
    assert [row["kind"] for row in two] == ["not before", "together"]
    planned.json("plan", "cm.gpkg", *QUICK, "--apply")
    with Session.open(planned.folder / "cm.gpkg", read_only=True) as session:
        state = session.state
        one, other = (state.site_by_reference[name] for name in ("a1", "a2"))
        assert one.phase == other.phase
        starts_on = state.phases[one.phase or b""].starts_on
        assert starts_on
        assert starts_on.isoformat() >= "2014-12-01"
    assert "Roof works" in planned("wishes", "cm.gpkg")[1]
    assert [row["kind"] for row in planned.json("wishes", "cm.gpkg", "--delete", "1")] == [
        "together"
    ]
    assert planned("wishes", "cm.gpkg", "--delete", "1")[1] == "Nothing is wished.\n"


def test_scenarios_are_kept_compared_and_forgotten(planned: Cli) -> None:
    """Beside the programme as it is: pounds, sites late, moves."""
    kept = planned.json("scenarios", "cm.gpkg", "--add", "Two crews more", "--crews", "2")
    assert kept == [{"scenario": "Two crews more", "settings": {"extra_crews": 2.0},
                     "words": "2 crews more"}]  # fmt: skip
    rows = planned.json("scenarios", "cm.gpkg", "--compare", "--seconds", "0.1")
    assert [row["scenario"] for row in rows] == ["As it is", "Two crews more"]
    for row in rows:
        assert row["sites_late"] >= row["sites_left_out"]
        assert row["difference_pounds"] == row["total_pounds"] - rows[0]["total_pounds"]
    lines = scenario_lines(rows)
    assert lines[0].split() == [
        "Scenario",
        "Costs",
        "More",
        "Planned",
        "Late",
        "Moved",
        "Ends",
        "Gap",
    ]
    assert f"£{rows[1]['total_pounds']:,}" in "".join(lines)
    planned.json("scenarios", "cm.gpkg", "--add", "Go-live in May", "--go-live", "2015-05-01")
    assert "go-live on 1 May 2015" in planned("scenarios", "cm.gpkg")[1]
    left = planned.json("scenarios", "cm.gpkg", "--delete", "Two crews more")
    assert [row["scenario"] for row in left] == ["Go-live in May"]


def test_the_boards_figures_have_the_forecast_if_asked(planned: Cli) -> None:
    """The chance, the band at each month's end to come, and a rating by it."""
    plain = planned.json("figures", "cm.gpkg")
    assert plain["forecast"] is None
    assert plain["burn_up"]["likely"] is None
    found = planned.json("figures", "cm.gpkg", "--forecast")
    assert 0 <= found["forecast"]["probability"] <= 1
    assert found["burn_up"]["high"][-1] <= 3
    assert found["burn_up"]["likely"][-1] is not None
    assert "Every site live by go-live" in {row["measure"] for row in found["ratings"]}


def test_an_issued_snapshot_keeps_its_forecast(planned: Cli) -> None:
    """Made unless it is not wanted; the same bytes again from what was issued."""
    planned.json("snapshot", "cm.gpkg", "with.html", "--issue", "--by", "chair")
    planned.json("snapshot", "cm.gpkg", "without.html", "--no-forecast")
    texts = [(planned.folder / name).read_text("utf-8") for name in ("with.html", "without.html")]
    assert ["% likely" in text for text in texts] == [True, False]
    planned.json("reissue", "cm.gpkg", "1", "again.html")
    assert (planned.folder / "again.html").read_bytes() == (
        planned.folder / "with.html"
    ).read_bytes()


def test_a_board_counts_only_what_it_sees(planned: Cli) -> None:
    """A sensitive site is waited for, and in no count that a board is given."""
    planned.json("edit", "cm.gpkg", "site", "A2", "sensitive=yes")
    with Session.open(planned.folder / "cm.gpkg", read_only=True) as session:
        inside = session.forecast_for_board()
        board = session.forecast_for_board(audience="board")
        assert inside is not None
        assert board is not None
        assert (inside["by_day"][-1]["high"], board["by_day"][-1]["high"]) == (3, 2)
        assert board == session.forecast_for_board(audience="board")


def test_without_sites_there_is_no_forecast_for_the_board(run: Cli) -> None:
    """The pack is written without one."""
    run.json("new", "empty.gpkg")
    assert run.json("figures", "empty.gpkg", "--forecast")["forecast"] is None
    run.json("snapshot", "empty.gpkg", "out.html")
