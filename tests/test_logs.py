"""What is written down about faults: enough to mend them, nothing about anybody."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from psnplanner import console, home, logs
from psnplanner.errors import UserError
from psnplanner.programme.gates import uk

NAME = "Zebedee Custody Suite"


def _fail() -> None:
    try:
        uk(NAME)  # type: ignore[arg-type]
    except AttributeError as error:
        raise ValueError(f"{NAME}, WA8 7QF, /home/zebedee/sites.gpkg") from error


def test_a_fault_is_written_by_its_place_and_kind_alone(capsys: pytest.CaptureFixture) -> None:
    """Not its words, nor those of its cause; nor the folders of whoever runs the program."""
    assert console.run(_fail) == 1
    log = logs.path().read_text("utf-8")
    assert "ValueError" in log
    assert "AttributeError" in log
    assert "psnplanner/programme/" in log
    assert "Zebedee" not in log
    assert "WA8" not in log
    assert str(Path(logs.__file__).parent) not in log
    assert str(Path(__file__).parent) not in log
    said = capsys.readouterr().err
    assert "Zebedee" not in said
    assert said.count("\n") == 1
    assert str(logs.path()) in said


def test_logs_are_written_over_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in a loop fills no disk."""
    monkeypatch.setattr(logs, "MOST_BYTES", 2_000)
    for _ in range(200):
        logs.fault(ZeroDivisionError(NAME))
    written = sorted(path.name for path in home.folder().glob("psnplanner.log*"))
    assert written == [logs.NAME, *(f"{logs.NAME}.{n}" for n in range(1, logs.OLD_ONES + 1))]
    sizes = [path.stat().st_size for path in home.folder().glob("psnplanner.log*")]
    assert max(sizes) <= 2_000


def test_a_person_is_told_even_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    """A home that is a file."""
    (tmp_path / "home").write_text("")
    monkeypatch.setenv("PSNPLANNER_HOME", str(tmp_path / "home"))
    assert console.run(_fail) == 1
    assert "This is a fault in PSN Planner" in capsys.readouterr().err


def test_what_a_person_got_wrong_is_not_logged() -> None:
    """It has names in it, and nobody else's business."""

    def refuse() -> None:
        raise UserError("There is no such site.", NAME)

    assert console.run(refuse) == 1
    assert not logs.path().exists()


def test_what_is_said_steers_no_terminal(capsys: pytest.CaptureFixture) -> None:
    """Neither a table, nor a line, nor a refusal with the name of a file from elsewhere."""
    name = "Hall\x1b[2J\x9b1m\u202egpj\u2066\r\x07"

    def tell() -> None:
        console.show(False, None, lambda: [*console.table(("Name",), [(name,)]), f"It is {name}."])
        raise UserError("There is no such site.", f"{name}\n.csv")

    assert console.run(tell) == 1
    said = capsys.readouterr()
    assert all(c == "\n" or c.isprintable() for c in said.out + said.err)
    assert "Hall" in said.out
    assert said.err.count("\n") == 1


def test_json_steers_no_terminal_and_stays_true(capsys: pytest.CaptureFixture) -> None:
    """What does not show is escaped, what does is left: £ is £, and read again it is the same."""
    told = {"name": "Hall £5 é\x1b\x7f\x9b1m\u200b\u202egpj\u2066\u2028\ud800\U000e0041 中"}
    console.show(True, told, list)
    said = capsys.readouterr().out
    assert all(c == "\n" or c.isprintable() for c in said)
    assert "£5 é" in said
    assert "中" in said
    assert json.loads(said) == told


def test_progress_steers_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says the name of a file, or of an area in it."""
    written = io.StringIO()
    written.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stderr", written)
    show = console.progress()
    assert show is not None
    show(0.5, "Opening \x1b]0;x\x07\u202egpj.csv")
    assert all(c.isprintable() for c in written.getvalue().removeprefix("\r\x1b[K"))
