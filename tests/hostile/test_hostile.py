"""The quick part of the corpus, in one process: every file gets one message, or is harmless.

`python -m tests.benchmarks hostile` brings all of them to their doors in processes of their own,
and measures time and memory; `python -m tests.benchmarks fuzz --seconds N` makes more of them.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import socket
import zipfile
from itertools import islice
from pathlib import Path
from typing import Any, NoReturn

import pytest
from click.testing import CliRunner

from psnplanner import console
from psnplanner.cli import cli
from psnplanner.errors import UserError
from psnplanner.file import copies, read_copy, schema, sound
from psnplanner.file.database import Database
from psnplanner.session import Session
from tests.hostile.case import REFUSED, Bench, Case
from tests.hostile.corpus import CASES, judged, listing
from tests.hostile.databases import sql
from tests.hostile.doors import enter
from tests.hostile.lists import _READ as HARMLESS
from tests.hostile.mutate import mutations
from tests.hostile.targets import targets

_SLOW_WORDS = ("bomb", "pipe", "MB", "gigabyte", "million", "thousand", "endless", "without end",
               "crossing", "overlap", "two gigabytes", "a quotation mark a row", "star",
               "rows and cells", "within the bounds", "of frames", "profile")  # fmt: skip
_CONTROLS = {*map(chr, (*range(10), *range(11, 32), *range(127, 160))), "\u202e"}
QUICK = [
    case for case in CASES
    if not case.slow and not any(word in case.title for word in _SLOW_WORDS)
]  # fmt: skip


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The programme that is attacked."""
    return Bench.set_up(tmp_path_factory.mktemp("bench"))


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that has somebody called fails its test."""

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(autouse=True)
def copies_are_read_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As `apart_is_here` in `tests/conftest.py`: the benchmark has every copy read apart."""

    def answer(path: Path, asked: Any) -> tuple[bytes, int]:
        out = io.StringIO()
        read_copy.answer(path, asked["vector"], out)
        return out.getvalue().encode(), 0

    monkeypatch.setattr(copies, "_answer", answer)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("kind", sorted({case.kind for case in QUICK}))
def test_every_file_is_refused_in_one_message_or_harmless(
    kind: str, bench: Bench, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    """What each case must come to is said with it; a refused one changes and leaves nothing."""
    wrong = {}
    for number, case in enumerate(case for case in QUICK if case.kind == kind):
        work = tmp_path / str(number)
        work.mkdir()
        theirs = case.make(bench, work)
        ours = Path(shutil.copy(bench.programme, work / "ours.gpkg"))
        before, digest = listing(tmp_path), _digest(ours)
        code = enter(case.door, theirs, ours)
        left = list(listing(tmp_path) - before)
        said = capfd.readouterr()
        faults = judged(case, code, said.err, left, _digest(ours) != digest)
        if _CONTROLS & set(said.out + said.err):
            faults.append("it wrote to the terminal")
        if faults:
            wrong[case.name] = faults
        shutil.rmtree(work)
    assert wrong == {}


def test_the_verdict_is_no_rubber_stamp() -> None:
    """Each sort of fault is told."""
    case = Case("list", "a list", "import", lambda bench, folder: folder, REFUSED)
    one = "psnplanner: x.csv: this is no list. Give one.\n"
    assert judged(case, 1, one, [], changed=False) == []
    assert judged(case, 0, "", [], changed=False) == ["it was not refused"]
    assert judged(case, 1, one + one, [], changed=False) == ["not one message"]
    assert "our own fault" in judged(case, 1, "Traceback: x", [], changed=False)
    assert judged(case, 1, one, ["/tmp/x"], changed=True) == [
        "left behind: /tmp/x", "the programme was changed",
    ]  # fmt: skip
    assert "it ended with -9" in judged(case, -9, one, [], changed=False)


def test_a_message_ends(capfd: pytest.CaptureFixture) -> None:
    """What it quotes may be a stranger's."""

    def fail() -> NoReturn:
        raise UserError("x" * 5_000)

    assert console.run(fail) == 1
    assert len(capfd.readouterr().err) < 1_000


def test_recent_files_that_are_none_are_passed_over() -> None:
    """The window begins with them: whoever spoilt its settings must not keep it shut."""
    from psnplanner.ui.settings import recent_files, remembered_files, settings

    for kept, left in ((5, 0), ([["a"], "b", 7], 1), (["x\0y", "../.."], 2), ({"a": 1}, 0)):
        settings().setValue("recent", kept)
        assert len(remembered_files()) == left
        assert recent_files() == []


def test_what_other_programs_add_of_their_own_is_left_alone(bench: Bench, tmp_path: Path) -> None:
    """QGIS keeps its styles in a table, with whatever hangs on that."""
    path = sql(
        "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, styleQML TEXT)",
        "CREATE TRIGGER styled AFTER INSERT ON layer_styles BEGIN SELECT 1; END",
        "CREATE INDEX by_style ON layer_styles (styleQML)",
        "CREATE VIEW live AS SELECT * FROM sites WHERE status = 'live'",
    )(bench, tmp_path)
    with Session.open(path) as session:
        assert not session.read_only
        assert session.verify() == []


def test_what_this_version_makes_is_what_it_expects() -> None:
    """A migration that changes the shape changes what is expected of it."""
    db = Database(memory=True, execute_plugins=False)
    schema.create(db)
    sound.check_journal(db, "")
    sound.check_tables(db, "")
    db.conn.execute("CREATE TRIGGER t AFTER INSERT ON dev BEGIN DELETE FROM own; END")
    with pytest.raises(UserError, match="its trigger “t” is not of PSN Planner's making"):
        sound.check_journal(db, "")
    db.conn.close()


def test_formulas_that_came_in_go_out_as_texts(bench: Bench, tmp_path: Path) -> None:
    """Through the verbs: a list with formulas in, and both kinds of list out."""
    ours = Path(shutil.copy(bench.programme, tmp_path / "ours.gpkg"))
    names = tmp_path / "list.csv"
    names.write_bytes(HARMLESS["formulas"])
    ran = CliRunner()
    for words in (["import", ours, names], ["export", ours, tmp_path / "out.csv"],
                  ["export", ours, tmp_path / "out.xlsx"]):  # fmt: skip
        done = ran.invoke(cli, list(map(str, words)))
        assert done.exit_code == 0, done.exception
    rows = list(csv.reader((tmp_path / "out.csv").read_text("utf-8-sig").splitlines()))
    cells = [cell for row in rows for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not [c for c in cells if c.startswith(("=", "@", "\t", "+cmd", "-2+"))]
    with zipfile.ZipFile(tmp_path / "out.xlsx") as book:
        sheets = [book.read(n) for n in book.namelist() if n.startswith("xl/worksheets/")]
    assert not [sheet for sheet in sheets if b"<f>" in sheet or b"<hyperlink" in sheet]


@pytest.mark.parametrize("name", [target.name for target in targets()])
def test_nearly_right_bytes_are_refused_or_read(name: str) -> None:
    """A glance of what the fuzzer does for as long as it is let: nothing but refusals."""
    target = next(target for target in targets() if target.name == name)
    for data in islice(mutations(target.seeds, 20_150_401), len(target.seeds) + 12):
        try:
            target.run(data)
        except target.refuses:
            continue
