"""The UPRN table: stored from any of its forms, looked up without loading it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from psnplanner.errors import UserError
from psnplanner.geography.uprn import UprnTable, add_table

HEAD = "UPRN,X_COORDINATE,Y_COORDINATE,LATITUDE,LONGITUDE\n"
ROWS = (
    "1,358260.66,172796.5,51.4526038,-2.6020703\n26,352967,181077,51.5266,-2.67934\n"
    "100012604936,340642.00,366925.00,53.1955123,-2.8893456\n"
)


def written(folder: Path, text: str, name: str = "osopenuprn.csv") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_table_is_kept_and_looked_up(tmp_path: Path) -> None:
    assert len(UprnTable.open()) == 0
    assert add_table(written(tmp_path, HEAD + ROWS)) == 3
    table = UprnTable.open()
    known, zeros, unknown, rubbish = table.positions(["100012604936", "0026", "27", "x"])
    assert known is not None
    assert zeros is not None
    assert known.latitude == pytest.approx(53.1955123, abs=1e-7)
    assert known.longitude == pytest.approx(-2.8893456, abs=1e-7)
    assert (known.source, known.accuracy_m) == ("UPRN table", 15.0)
    assert (unknown, rubbish) == (None, None)


def test_out_of_order_with_grid_only_and_quoted_in_a_zip(tmp_path: Path) -> None:
    text = (
        '\ufeff"Uprn","Name","X_Coordinate","Y_Coordinate"\r\n'
        '100012604936,"Hall, the",340642,366925\r\n7,,366000,377000\r\n7,,366000,377000'
    )
    path = tmp_path / "list.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("licence.txt", "Open Government Licence")
        archive.writestr("data/list.csv", text)
    told: list[int] = []
    assert add_table(path, lambda done, of: told.append(of - done)) == 2
    assert told[-1] == 0
    (found,) = UprnTable.open().positions(["100012604936"])
    assert found is not None
    assert found.latitude == pytest.approx(53.1965, abs=2e-3)


def test_many_pieces_are_one_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psnplanner.geography.uprn._CHUNK_BYTES", 1000)
    rows = "".join(f"{n * 3},1,2,53.{n:05},-2.5\n" for n in range(1, 500))
    assert add_table(written(tmp_path, HEAD + rows)) == 499
    (found,) = UprnTable.open().positions([str(3 * 250)])
    assert found is not None
    assert found.latitude == pytest.approx(53.0025)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Name,Postcode\nx,y\n", "columns UPRN"),
        (HEAD, "no UPRNs"),
        (HEAD + "12,1,2,x,y\n", "not rows of UPRNs"),
        (HEAD + "12,1,2,153.0,-2\n", "not in Great Britain"),
        (HEAD + "1e13,1,2,53.0,-2\n", "no number of 1 to 12 digits"),
    ],
)
def test_another_file_is_refused_and_leaves_what_was(tmp_path: Path, text: str, words: str) -> None:
    add_table(written(tmp_path, HEAD + ROWS))
    with pytest.raises(UserError, match=words):
        add_table(written(tmp_path, text, "bad.csv"))
    assert len(UprnTable.open()) == 3


def test_a_damaged_table_is_named(tmp_path: Path) -> None:
    from psnplanner import home

    add_table(written(tmp_path, HEAD + ROWS))
    kept = home.folder() / "gazetteer" / "uprn.table"
    kept.write_bytes(kept.read_bytes()[:-4])
    with pytest.raises(UserError, match="damaged"):
        UprnTable.open()
    assert [path.name for path in kept.parent.iterdir()] == ["uprn.table"]
