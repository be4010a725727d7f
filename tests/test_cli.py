"""The command line as people and scripts use it: verbs, JSON, exit codes, one message."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from psnplanner import __main__, cli, console
from psnplanner.errors import UserError
from psnplanner.session import Session, new_programme
from tests.conftest import SHARED

LIST = """Site ref,Name,Partner,Kind,Address,Postcode,Latitude,Longitude,Access,Tenure
A1,Town Hall,Halton Council,Office,Kingsway Widnes,WA8 7QF,53.364,-2.731,Existing duct,Owned
A2,Library,Halton Council,Library,Kingsway Widnes,WA8 7QF,53.365,-2.732,Existing duct,Owned
A3,Depot,Halton Council,Depot,Somewhere,,,,New dig,Leased
"""


class Cli:
    """Runs verbs in a folder, as the installed command does."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys

    def __call__(self, *words: object) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        texts = [str(word) for word in words]
        self._capsys.readouterr()
        code = console.run(lambda: cli.cli.main(texts, standalone_mode=False))
        out, err = self._capsys.readouterr()
        return code, out, err

    def json(self, *words: object) -> Any:
        """The JSON document of a verb that must succeed."""
        code, out, err = self(*words, "--json")
        assert code == 0, err
        return json.loads(out)

    def refused(self, *words: object) -> str:
        """The one message of a verb that must be refused."""
        code, out, err = self(*words)
        assert (code, out) == (1, "")
        assert "Traceback" not in err
        assert err.count("\n") == 1
        return err


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """The command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return Cli(tmp_path, capsys)


@pytest.fixture
def loaded(run: Cli) -> Cli:
    """A programme with a list of three sites."""
    (run.folder / "list.csv").write_text(LIST)
    run.json("new", "cm.gpkg")
    run.json("import", "cm.gpkg", "list.csv")
    return run


def test_new_says_what_it_made(run: Cli) -> None:
    """Defaults are those of the default programme."""
    made = run.json("new", "cm.gpkg", "--name", "CMPSN")
    assert (made["name"], made["go_live_on"]) == ("CMPSN", "2015-04-01")
    assert (run.folder / "cm.gpkg").exists()
    assert "file of that name" in run.refused("new", "cm.gpkg")


def test_import_accounts_for_every_row(run: Cli) -> None:
    """Imported or listed with a reason."""
    (run.folder / "list.csv").write_text(LIST)
    run.json("new", "cm.gpkg")
    dry = run.json("import", "cm.gpkg", "list.csv", "--dry-run")
    assert run.json("figures", "cm.gpkg")["sites"] == 0
    report = run.json("import", "cm.gpkg", "list.csv")
    assert (report["read"], report["added"], report["placed"], report["unplaced"]) == (3, 3, 2, 1)
    assert report.pop("transaction")["label"] == "Import 3 sites from list.csv"
    assert {**report, "dry_run": True} == dry
    (problem,) = [p for p in report["problems"] if p["reference"] == "A3"]
    assert set(problem) >= {"row", "column", "value", "message", "remedy"}
    assert problem["row"] == 4
    again = run.json("import", "cm.gpkg", "list.csv")
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 3)


TWICE = """Site ref,Name,Partner,Kind,Address,Postcode,Latitude,Longitude
B1,Kingsway Library,Halton Council,Library,Kingsway,WA8 7QF,53.3650,-2.7320
B2,Kingsway Library,Halton Council,Library,Kingsway,WA8 7QF,53.3650,-2.7320
B3,St Mary's School,Halton Council,School,Far Lane,WA7 1AB,53.3300,-2.6900
B4,St Mary's School,Sefton Council,School,Other Road,PR8 6PN,53.6400,-3.0000
"""


def test_look_alikes_are_proposed_and_settled_never_silently(run: Cli) -> None:
    """Proposed with reasons by the import, settled on request, taken back by one undo."""
    (run.folder / "twice.csv").write_text(TWICE)
    run.json("new", "cm.gpkg")
    report = run.json("import", "cm.gpkg", "twice.csv")
    assert report["added"] == 4
    (group,) = report["duplicates"]
    assert {site["reference"] for site in group["sites"]} == {"B1", "B2"}
    assert group["proposal"] == "merge"
    assert group["reasons"]
    assert run.json("duplicates", "cm.gpkg", "--at-least", "1")["groups"] == []
    assert "; ".join(group["reasons"]) in run("duplicates", "cm.gpkg")[1]
    assert "1 building seems to be there twice: “dup" in run("import", "cm.gpkg", "twice.csv")[1]
    settled = run.json("duplicates", "cm.gpkg", "--settle", "proposed")["settled"]
    assert settled == "Settle 1 group of look-alikes"
    assert run.json("figures", "cm.gpkg")["sites"] == 3
    again = run.json("import", "cm.gpkg", "twice.csv")
    assert (again["added"], again["updated"], again["unchanged"]) == (0, 0, 4)
    assert "settled as one building" in str(again["problems"])
    run.json("undo", "cm.gpkg")
    assert run.json("figures", "cm.gpkg")["sites"] == 4
    run.json("duplicates", "cm.gpkg", "--settle", "keep", "--group", "1")
    assert run.json("duplicates", "cm.gpkg")["groups"] == []
    assert run.json("verify", "cm.gpkg")["sound"]


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "geojson", "kml", "gpkg", "zip"])
def test_what_goes_out_and_comes_back_changes_nothing(loaded: Cli, suffix: str) -> None:
    """Through the command line, in every format."""
    assert loaded.json("export", "cm.gpkg", f"out.{suffix}")["sites"] == 3
    report = loaded.json("import", "cm.gpkg", f"out.{suffix}", "--dry-run")
    assert (report["read"], report["unchanged"]) == (3, 3)


def test_a_list_is_mended_and_settled_as_it_is_imported(run: Cli) -> None:
    """Cells, rows and look-alikes on the command line as in the window; one transaction."""
    (run.folder / "l.csv").write_text(
        "Ref;Name;Partner;Address;Postcode;UPRN;Annual cost\n"
        "A1;Park Surgery;NHS;Health Centre, 1 High Street;CH1 2HP;100010001;lots\n"
        "A2;Hill Surgery;NHS;Health Centre, 1 High Street;CH1 2HP;100010001;£200\n"
        "A3;Town Hall;Halton;Square;CH41 1AA;100010002;£300\n"
    )
    run("new", "p.gpkg")
    told = run.json("import", "p.gpkg", "l.csv", "--dry-run")
    assert [row["verdict"] for row in told["rows"]] == ["shared", "shared", "insert"]
    assert told["rows"][0]["problems"][0]["column"] == "Annual cost"
    done = run.json(
        "import", "p.gpkg", "l.csv", "--cell", "2:Annual cost=£100", "--leave-out", 4,
        "--delimiter", ";", "--encoding", "utf-8", "--header-row", 1, "--settle", "proposed",
    )  # fmt: skip
    assert "Annual cost" not in {problem["column"] for problem in done["problems"]}
    assert done["transaction"]["label"] == "Import 2 sites from l.csv"
    assert run.json("figures", "p.gpkg")["sites"] == 1
    run.json("undo", "p.gpkg")
    assert run.json("figures", "p.gpkg")["sites"] == 0
    assert run("import", "p.gpkg", "l.csv", "--cell", "2=3")[0] == 2
    assert "no cell" in run.refused("import", "p.gpkg", "l.csv", "--cell", "99:Name=x")
    assert "utf-99" in run.refused("import", "p.gpkg", "l.csv", "--encoding", "utf-99")


def test_a_table_of_uprns_places_sites(run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loaded once for this user, used by the next import."""
    monkeypatch.setenv("PSNPLANNER_HOME", str(run.folder / "home"))
    (run.folder / "u.csv").write_text("UPRN,LATITUDE,LONGITUDE\n100010001,53.2,-2.9\n")
    (run.folder / "l.csv").write_text("Name,UPRN\nTown Hall,100010001\nLibrary,100010009\n")
    assert run.json("gazetteer", "add-uprn", "u.csv") == {"uprns": 1}
    run("new", "p.gpkg")
    told = run.json("import", "p.gpkg", "l.csv")
    assert [row["placed_by"] for row in told["rows"]] == ["UPRN table", ""]


def test_rows_to_mend_go_out_and_come_back_mended(loaded: Cli) -> None:
    """The partner gets the rows with their reasons, and sends them back put right."""
    report = loaded.json("import", "cm.gpkg", "list.csv", "--problems", "mend.xlsx", "--dry-run")
    assert report["rows_to_mend"] == 1
    headings, row = CalamineWorkbook.from_path("mend.xlsx").get_sheet_by_index(0).to_python()
    assert "postcode" in str(row[0]).casefold()
    row[headings.index("Latitude")], row[headings.index("Longitude")] = "53.36", "-2.74"
    with open("mended.csv", "w", newline="") as mended:
        csv.writer(mended).writerows([headings, row])
    back = loaded.json("import", "cm.gpkg", "mended.csv")
    assert (back["read"], back["updated"], back["unplaced"]) == (1, 1, 0)


def test_a_list_without_its_place_does_not_say_a_placed_site_is_lost(loaded: Cli) -> None:
    """The site stays where it is, and the report says that and nothing else."""
    (loaded.folder / "blank.csv").write_text("Site ref,Name\nA1,Town Hall\n")
    report = loaded.json("import", "cm.gpkg", "blank.csv")
    assert (report["unchanged"], report["placed"], report["unplaced"]) == (1, 1, 0)
    assert not any("Not on the map" in problem["message"] for problem in report["problems"])


def test_field_work_is_newer_than_an_old_list(loaded: Cli) -> None:
    """What a person changed since is kept, and said; unless the list is to overrule it."""
    loaded.json("edit", "cm.gpkg", "site", "A1", "name=The New Town Hall")
    kept = loaded.json("import", "cm.gpkg", "list.csv")
    assert (kept["unchanged"], kept["kept_as_field_work_is_newer"]) == (3, 1)
    taken = loaded.json("import", "cm.gpkg", "list.csv", "--take-list")
    assert taken["updated"] == 1


def test_record_and_undo(loaded: Cli) -> None:
    """A stage by the beginning of its name, case ignored; then taken back and done again."""
    said = loaded.json("record", "cm.gpkg", "a1", "desk", "Done", "--on", "1/5/2014", "--by", "Jo")
    assert (said["stage"], said["on"], said["status"]) == (
        "Desktop survey",
        "2014-05-01",
        "surveyed",
    )
    assert loaded.json("history", "cm.gpkg", "--site", "A1")[-1]["author"] == "Jo"
    assert "Undo: Desktop survey" in loaded.json("undo", "cm.gpkg")["label"]
    assert loaded.json("figures", "cm.gpkg")["by_status"]["surveyed"] == 0
    loaded.json("redo", "cm.gpkg")
    assert loaded.json("figures", "cm.gpkg")["by_status"]["surveyed"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("record", "cm.gpkg", "A1", "site", "done"), "could be “Site data validated” or “Site"),
        (("record", "cm.gpkg", "A1", "nonsense", "done"), "There is no stage “nonsense”"),
        (("record", "cm.gpkg", "ZZ", "desk", "done"), "There is no site “ZZ”"),
        (("record", "cm.gpkg", "A1", "desk", "finished"), "Use one of: not started"),
        (("record", "cm.gpkg", "A1", "Migrated", "done"), "comes first"),
        (("record", "cm.gpkg", "A1", "desk", "done", "--on", "2100-01-01"), "still to come"),
        (("record", "no.gpkg", "A1", "desk", "done"), "There is no such file"),
        (("record", "list.csv", "A1", "desk", "done"), "not a programme file"),
        (("import", "cm.gpkg", "missing.csv"), "missing.csv"),
        (("edit", "cm.gpkg", "phase", "Phase 9", "name=x"), "There is no phase"),
        (("edit", "cm.gpkg", "site", "A1", "name"), "Write FIELD=VALUE"),
        (("edit", "cm.gpkg", "site", "A1", "annual_cost_pence=lots"), "Give a whole number"),
        (("backup", "cm.gpkg", "cm.gpkg"), "file of that name"),
        (("edit", "cm.gpkg", "certificate", "Halton Council"), "needs its dates"),
        (("edit", "cm.gpkg", "certificate", "Halton Council", "--delete"), "0 such certificates"),
        (("edit", "cm.gpkg", "wayleave", "A1", "--delete"), "cannot be removed"),
        (("edit", "cm.gpkg", "programme", "x", "--delete"), "cannot be removed"),
        (("edit", "cm.gpkg", "programme", "x", "--new"), "exists already"),
        (("edit", "cm.gpkg", "site", "A1", "effort_days=inf"), "inf cannot be"),
        (("edit", "cm.gpkg", "site", "A1", "access=banana"), "Use one of: existing fibre"),
        (("new", "x" * 300 + ".gpkg"), "name too long"),
        (("snapshot", "cm.gpkg", "out.docx"), "docx"),
    ],
)
def test_a_mistake_gets_one_message(loaded: Cli, words: tuple[str, ...], said: str) -> None:
    """What, where, what to do; exit 1; nothing on standard output."""
    assert said in loaded.refused(*words)


def test_where_to_write_is_looked_at_before_any_work(loaded: Cli) -> None:
    """A folder, a missing folder, an ending that would mislead: one message each, and no file."""
    there = set(loaded.folder.iterdir())
    for words, said in (
        (("new", "plan.txt"), "End it with .gpkg"),
        (("demo", "demo.html"), "End it with .gpkg"),
        (("pack", "cm.gpkg", "ann.xyz", "--for", "Ann", "--site", "A1"), ".gpkg or .html"),
        (("import", "cm.gpkg", "list.csv", "--problems", "mend.doc"), "End it with .xlsx"),
        (("import", "cm.gpkg", "list.csv", "--problems", "none/mend.xlsx"), "no such folder"),
        (("backup", "cm.gpkg", "none/copy.gpkg"), "none: There is no such folder"),
        (("repair", "cm.gpkg", "none/copy.gpkg"), "none: There is no such folder"),
        (("restore", "cm.gpkg", "--to", "none/copy.gpkg"), "none: There is no such folder"),
        (("export", "cm.gpkg", "."), "That is a folder"),
        (("joiners", "cm.gpkg", "none.csv"), "none.csv: there is no such file"),
        (("unlock", "cm.gpkg", "plain.gpkg"), "This is no locked pack"),
    ):
        assert said in loaded.refused(*words)
    assert set(loaded.folder.iterdir()) == there


@pytest.mark.parametrize(
    "words",
    [
        ("recrod",),
        ("record",),
        ("new", "x.gpkg", "--go-live", "soon"),
        ("new", "x.gpkg", "--name", " "),
        ("pack", "x.gpkg", "y.gpkg", "--for", ""),
        ("plan", "--no"),
    ],
)
def test_wrong_usage_exits_2(run: Cli, words: tuple[str, ...]) -> None:
    """As command lines do."""
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert "Usage" in err


def test_edit_changes_everything_else(loaded: Cli) -> None:
    """Phases, nodes, certificates and wayleaves by their names, all the way to live."""
    loaded.json("edit", "cm.gpkg", "node", "Widnes", "position=53.36,-2.73", "--new")
    loaded.json("edit", "cm.gpkg", "node", "Widnes", "live_on=2014-04-01")
    window = ("starts_on=2014-04-01", "ends_on=2014-06-30", "capacity_days=20")
    loaded.json("edit", "cm.gpkg", "phase", "First", "--new", *window)
    loaded.json("edit", "cm.gpkg", "site", "A1", "node=Widnes", "phase=first", "locked=yes")
    for days, stage in enumerate(("desk", "order", "site s", "fibre", "cpe", "test")):
        loaded.json("record", "cm.gpkg", "A1", stage, "done", "--on", f"2014-05-{days + 1:02}")
    migrate = ("record", "cm.gpkg", "A1", "migrated", "done", "--on", "2014-05-20")
    assert "certificate of Halton Council is missing" in loaded.refused(*migrate)
    dates = ("valid_from=1/1/2014", "valid_to=31/12/2015")
    loaded.json("edit", "cm.gpkg", "certificate", "Halton Council", *dates)
    assert loaded.json(*migrate)["status"] == "live"
    said = loaded.json("edit", "cm.gpkg", "wayleave", "A3", "state=requested", "on=2014-05-02")
    assert said["label"] == "Wayleave requested at A3"
    assert loaded.json("verify", "cm.gpkg")["sound"]
    loaded.json("edit", "cm.gpkg", "phase", "First", "--delete")
    assert loaded.json("figures", "cm.gpkg")["by_phase"][0]["sites"] != 1


def test_a_fault_of_ours_shows_no_traceback(run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, and the particulars in a file without anybody's data."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("".join(["sec", "ret site name"]))

    monkeypatch.setattr("psnplanner.session.Session.open", fail)
    message = run.refused("figures", "cm.gpkg")
    assert "fault in PSN Planner" in message
    path = Path(message.split("with the file ")[1].strip().rstrip("."))
    assert "secret" not in path.read_text()
    assert "open_programme" in path.read_text()


def test_choices_are_taken_in_any_case(loaded: Cli) -> None:
    """What is typed is brought to the words the workflow knows."""
    loaded.json("edit", "cm.gpkg", "site", "A1", "tenure=Leased", "access=NEW DIG")
    assert (
        loaded.json("history", "cm.gpkg", "--site", "A1")[-1]["sentence"]
        == ("Access existing duct → new dig; Tenure owned → leased")
        or "leased" in loaded.json("history", "cm.gpkg", "--site", "A1")[-1]["sentence"]
    )


@pytest.mark.parametrize("key", ["", "9", "9.x", "9.²"])
def test_an_id_that_is_none_undoes_nothing(loaded: Cli, key: str) -> None:
    """An empty shell variable is not “the last one”."""
    code, _, _ = loaded("undo", "cm.gpkg", "--transaction", key)
    assert code == 2
    assert loaded.json("figures", "cm.gpkg")["sites"] == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_output_that_cannot_be_written_is_no_lost_change(loaded: Cli) -> None:
    """The message says that the command was carried out; a narrow code page is no fault."""
    import os
    import subprocess
    import sys

    def run(*words: str, encoding: str, out: str) -> subprocess.CompletedProcess[str]:
        with open(out, "w") as stdout:
            return subprocess.run(
                [sys.executable, "-m", "psnplanner", *words],
                stdout=stdout,
                stderr=subprocess.PIPE,
                text=True,
                env={
                    **os.environ,
                    "PYTHONIOENCODING": encoding,
                    "PYTHONPATH": os.pathsep.join(sys.path),
                },
            )

    done = run("edit", "cm.gpkg", "site", "A1", "name=Łódź →", encoding="utf-8", out="/dev/full")
    assert done.returncode == 1
    assert "the command was carried out" in done.stderr
    assert "Traceback" not in done.stderr
    told = run("history", "cm.gpkg", "--site", "A1", encoding="cp1252", out="told.txt")
    assert (told.returncode, told.stderr) == (0, "")
    assert "Łódź →" in Path("told.txt").read_text("utf-8")


def test_no_stream_and_an_early_ctrl_c_are_no_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    """`>&-` leaves no standard output; Ctrl+C can come before the command line is imported."""
    monkeypatch.setattr("sys.stdout", None)
    console.use_utf8()
    assert console.run(lambda: console.show(False, {}, lambda: ["said to nobody"])) == 0

    def cut_short(_: list[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("psnplanner.__main__._run", cut_short)
    with pytest.raises(SystemExit, match="Cancelled; nothing was changed"):
        __main__.main()


def test_rows_to_mend_are_written_before_the_import_and_told(
    loaded: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workbook that cannot be written leaves nothing imported behind its message."""
    (loaded.folder / "more.csv").write_text(LIST.replace("A3", "A4"))
    assert "to mend to mend.xlsx" in loaded("import", "cm.gpkg", "more.csv", "--dry-run",
                                            "--problems", "mend.xlsx")[1]  # fmt: skip

    def full(*_: object) -> int:
        raise UserError("The disk is full.")

    monkeypatch.setattr("psnplanner.session.Session.write_problem_rows", full)
    assert "full" in loaded.refused("import", "cm.gpkg", "more.csv", "--problems", "mend.xlsx")
    assert loaded.json("figures", "cm.gpkg")["sites"] == 3


def test_verify_exits_1_on_damage(loaded: Cli) -> None:
    """A script can rely on the exit code."""
    import sqlite3

    with sqlite3.connect("cm.gpkg") as connection:
        connection.execute("UPDATE site SET name = 'X' WHERE reference = 'A1'")
    connection.close()
    assert "A1 differs" in loaded.refused("verify", "cm.gpkg")


def test_help_names_every_verb() -> None:
    """The verbs of the design that this version has."""
    shown = CliRunner().invoke(cli.cli, ["--help"]).output
    for verb in ("demo", "new", "import", "gazetteer", "record", "plan", "findings", "figures"):
        assert verb in shown
    for verb in ("snapshot", "history", "undo", "verify", "backup"):
        assert verb in shown


def test_every_verb_speaks_plainly_too(loaded: Cli) -> None:
    """Without --json each says something, and exits 0."""
    loaded.json("edit", "cm.gpkg", "site", "A1", "phase=")
    verbs = [
        ("plan", "cm.gpkg", "--seconds", "0.2"),
        ("plan", "cm.gpkg", "--seconds", "0.2", "--apply"),
        ("record", "cm.gpkg", "A1", "desk", "waiting", "--on", "2014-05-01"),
        ("figures", "cm.gpkg"),
        ("figures", "cm.gpkg", "--as-at", "2014-04-01"),
        ("findings", "cm.gpkg"),
        ("history", "cm.gpkg"),
        ("history", "cm.gpkg", "--site", "A1"),
        ("import", "cm.gpkg", "list.csv", "--dry-run"),
        ("snapshot", "cm.gpkg", "out.svg"),
        ("export", "cm.gpkg", "out.xlsx"),
        ("duplicates", "cm.gpkg"),
        ("backup", "cm.gpkg", "copy.gpkg"),
        ("verify", "copy.gpkg"),
        ("edit", "cm.gpkg", "programme", "it", "status_on=2014-06-01"),
        ("undo", "cm.gpkg"),
        ("redo", "cm.gpkg"),
        ("new", "other.gpkg"),
    ]
    for words in verbs:
        code, out, err = loaded(*words)
        assert code == 0, (words, err)
        assert out.strip(), words
    assert "Updata" in loaded("figures", "cm.gpkg")[1]


def test_the_demo_without_a_display(run: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so, writes the board's snapshot beside the file, and exits 0."""
    monkeypatch.setattr("psnplanner.demo.write", lambda path, _progress: _small_demo(path))
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    code, out, _err = run("demo")
    assert code == 0
    assert "No window here" in out
    assert (run.folder / "cmpsn-demo.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert run.json("demo")["written"] is False


def _small_demo(path: Path) -> None:
    Session.create(path, new_programme("CMPSN (illustrative)")).close()


@pytest.mark.skipif(not SHARED.exists(), reason="the shared real data is not here")
def test_the_main_job_on_the_real_list(run: Cli) -> None:
    """A real list of 891 buildings, from the gazetteer to the board's snapshot."""
    data = SHARED / "data"
    run.json("gazetteer", "add", data / "postcodes" / "codepo_gb.zip")
    run.json("new", "cm.gpkg", "--name", "CMPSN")
    report = run.json("import", "cm.gpkg", data / "sites" / "cmpsn_sites.csv")
    assert report["read"] == 891
    assert report["added"] + report["updated"] + report["unchanged"] + report["skipped"] == 891
    assert report["placed"] >= 885
    plan = run.json("plan", "cm.gpkg", "--seconds", 0.1, "--apply")
    assert plan["applied"]
    assert plan["sites_planned"] + len(plan["unplanned"]) == 891
    record = ("record", "cm.gpkg", "CM0001", "Desktop survey", "done", "--on", "2014-05-01")
    run.json(*record, "--by", "tester")
    assert run.json("figures", "cm.gpkg")["by_status"]["surveyed"] == 1
    run.json("snapshot", "cm.gpkg", "cm.html")
    run.json("snapshot", "cm.gpkg", "cm.png")
    assert "CM0891" in (run.folder / "cm.html").read_text("utf-8")
    assert (run.folder / "cm.png").read_bytes().startswith(b"\x89PNG")
    assert any(
        "tester" in entry["author"] for entry in run.json("history", "cm.gpkg", "--site", "CM0001")
    )
    assert "Desktop survey" in run.json("undo", "cm.gpkg")["label"]
    assert run.json("verify", "cm.gpkg")["sound"]
