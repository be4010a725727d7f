"""Layers are read in a process of its own: it can be stopped, and may die."""

from __future__ import annotations

import functools
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pysqlite3
import pytest

from psnplanner import apart
from psnplanner.errors import Cancelled, UserError
from psnplanner.geography import vector_file
from psnplanner.intake.read import read_table
from psnplanner.intake.reading import Reading
from tests.intake.test_read import ROWS, SHEET, with_part, workbook
from tests.intake.test_vector import layer

DIGITS = "WITH n(i) AS (VALUES(0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) "
ENDLESS = (
    DIGITS
    + "SELECT n0.i AS fid, (SELECT geom FROM sites) AS geom, 'x' AS Name FROM "
    + (", ".join(f"n n{k}" for k in range(14)))
)
APART = apart.call
PLAIN = "SELECT fid, geom, Name, UPRN FROM sites"


@pytest.fixture(autouse=True)
def truly_apart(monkeypatch: pytest.MonkeyPatch, apart_is_here: None) -> None:
    """Here the process is what is tested."""
    monkeypatch.setattr(apart, "call", APART)


def with_view(path: Path, select: str) -> Path:
    layer(path)
    base = pysqlite3.connect(path)
    base.execute(f"CREATE VIEW v AS {select}")
    base.execute(
        "INSERT INTO gpkg_contents(table_name, data_type, identifier, srs_id) "
        "VALUES('v', 'features', 'v', 4326)"
    )
    base.execute("INSERT INTO gpkg_geometry_columns VALUES('v', 'geom', 'POINT', 4326, 0, 0)")
    base.commit()
    base.close()
    return path


def test_a_view_is_read_elsewhere_and_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = read_table(layer(tmp_path / "here.gpkg"))
    told: list[str] = []
    monkeypatch.setattr(vector_file, "_LEAST_SECONDS", 100.0)
    path = with_view(tmp_path / "sites.gpkg", PLAIN)
    there = read_table(path, Reading(sheet="v"), lambda _, words: told.append(words))
    assert (there.rows, there.known, there.kind) == (here.rows, here.known, "layer")
    assert there.sheets == ("sites", "v")
    assert "Reading the layer" in told
    with pytest.raises(UserError, match="no layer “w”"):
        read_table(path, Reading(sheet="w"))


def test_a_view_without_end_is_not_opened(tmp_path: Path) -> None:
    path = with_view(tmp_path / "endless.gpkg", ENDLESS)
    begun = time.process_time()
    with pytest.raises(UserError, match="instructions that no list of sites needs") as refusal:
        read_table(path, Reading(sheet="v"))
    assert time.process_time() - begun < 6, "seconds of the processor, not of the clock"
    assert refusal.value.remedy


def spin(**_: object) -> None:
    """For the process apart: work without end."""
    while True:
        pass


def swell(**_: object) -> int:
    """For the process apart: all the memory there is, and more."""
    return len(bytes(apart.MOST_MEMORY_BYTES + 1))


def die(**_: object) -> None:
    """For the process apart: what a fault in a library of C comes to."""
    os.kill(os.getpid(), signal.SIGSEGV)


GIVES_UP = UserError("It takes too long.", "x", "Leave it.")


@pytest.mark.parametrize("work", ["spin", "swell"])
def test_work_that_takes_more_than_it_may_is_given_up(work: str) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(UserError, match="takes too long"):
        apart.call(f"{__name__}:{work}", {}, seconds=0.1, gives_up=GIVES_UP,
                   progress=lambda _share, _words: None)  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < 6


def test_the_other_process_ends_with_a_cancel() -> None:
    def stop(_fraction: float, _words: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        apart.call(f"{__name__}:spin", {}, seconds=60.0, gives_up=GIVES_UP, progress=stop)


def test_what_brings_gdal_down_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window lives on, and says that the layer is damaged."""
    path = layer(tmp_path / "a.geojson")
    assert len(read_table(path).rows) == 3
    assert "pyogrio" not in modules_after(f"from psnplanner.intake.read import read_table; "
                                          f"read_table(Path({str(path)!r}))")  # fmt: skip
    crash = functools.partial(APART, f"{__name__}:die")
    monkeypatch.setattr(apart, "call", lambda _function, given, **named: crash(given, **named))
    with pytest.raises(UserError, match="the layer is damaged"):
        read_table(path)


def modules_after(statement: str) -> list[str]:
    """What a process has loaded when a statement is done."""
    code = f"import sys; from pathlib import Path; {statement}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_workbook_that_asks_for_all_memory_ends_its_own_process_alone(tmp_path: Path) -> None:
    """calamine makes a rectangle that holds every cell; where it gets none, it aborts."""
    made = _far_cell(tmp_path / "list.xlsx")
    with pytest.raises(UserError, match="unpacks to far more than a list of sites needs"):
        read_table(made)


def test_a_workbook_is_read_elsewhere_and_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(workbook(A=ROWS, B=[["Other"], ["sheet"]]))
    table = read_table(path, Reading(sheet="A"))
    assert (table.sheet, set(table.sheets), table.kind) == ("A", {"A", "B"}, "workbook")
    assert [cells for _, cells in table.rows] == [[str(cell) for cell in row] for row in ROWS]
    with pytest.raises(UserError, match="there is no sheet “C”"):
        read_table(path, Reading(sheet="C"))


def _far_cell(path: Path) -> Path:
    plain = workbook(A=ROWS)
    path.write_bytes(with_part(plain, SHEET, b'<c r="B2"', b"<c r='XFD1048576'"))
    return path


def test_a_process_of_ours_is_not_told_the_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    """What reads a stranger's file has everything else of our surroundings."""
    monkeypatch.setenv("PSNPLANNER_PASSPHRASE", "four words of it's kind")
    refusal = UserError("It took too long.")
    told = APART(
        f"{__name__}:_surroundings", {}, seconds=20, gives_up=refusal, progress=lambda *_: None
    )
    assert "PSNPLANNER_HOME" in told
    assert "PSNPLANNER_PASSPHRASE" not in told


def _surroundings() -> list[str]:
    return sorted(os.environ)
