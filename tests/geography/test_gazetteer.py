"""The gazetteer: made-up zips for every trap, the real one for size and speed."""

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from psnplanner import home
from psnplanner.errors import UserError
from psnplanner.geography import code_point
from psnplanner.geography.code_point import postcode_keys, postcode_of
from psnplanner.geography.distance import geodesic_m
from psnplanner.geography.gazetteer import Gazetteer, add_release
from psnplanner.geography.grid import bng_to_wgs84

REAL = Path(__file__).parents[3] / "shared/data/postcodes/codepo_gb.zip"
ROWS = {
    "CH1 1AA": (10, 340_745, 366_280),
    "CH411AA": (10, 332_500, 388_500),
    "CH650EZ": (50, 339_900, 376_100),
    "L1  1AA": (60, 335_000, 390_000),
    "CH419ZZ": (90, 0, 0),
}
METADATA = "PRODUCT: OS CODE-POINT_OPEN\nDATASET VERSION NUMBER: {}\nCOPYRIGHT DATE: 20140729\n"


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSNPLANNER_HOME", str(tmp_path / "home"))


def rows_text(rows: dict[str, tuple[int, int, int]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    for postcode, (quality, east, north) in rows.items():
        writer.writerow([postcode, quality, east, north, "E92000001", "", "", "", "", ""])
    return out.getvalue()


def make_zip(
    path: Path,
    rows: dict[str, tuple[int, int, int]] = ROWS,
    version: str = "2014.3.0",
    data: str = "Data/CSV/ch.csv",
) -> Path:
    top = data.lower().rpartition("data/csv")[0]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(data, rows_text(rows))
        archive.writestr(f"{top}Doc/metadata.txt", METADATA.format(version))
    return path


def test_positions_with_their_source_and_accuracy(tmp_path: Path) -> None:
    release = add_release(make_zip(tmp_path / "a.zip"))
    assert (release.month, release.postcodes, release.without_position) == ("2014-08", 5, 1)
    gazetteer = Gazetteer.open()
    assert gazetteer.releases == [release]
    asked = ["ch1 1aa", "CH41 1AA", "CH65 0EZ", "L1 1AA", "CH41 9ZZ", "CH1 1AB", "", "no such", "€"]
    found = gazetteer.positions(asked)
    assert [f and f.accuracy_m for f in found] == [75, 75, 200, 1000, *[None] * 5]
    latitudes, longitudes = bng_to_wgs84(340_745, 366_280)
    assert found[0] is not None
    assert found[0].source == "postcode (Code-Point Open 2014-08)"
    assert (found[0].latitude, found[0].longitude) == (latitudes[0], longitudes[0])


@pytest.mark.parametrize(
    "data", ["codepo_gb/Data/CSV/ch.csv", "DATA/csv/CH.CSV", "a/b/data/Csv/x.csv"]
)
def test_other_layouts_of_the_same_product(tmp_path: Path, data: str) -> None:
    assert add_release(make_zip(tmp_path / "a.zip", data=data)).month == "2014-08"


def test_columns_go_by_the_publishers_own_names(tmp_path: Path) -> None:
    path = tmp_path / "old.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Data/CSV/ch.csv", '"CH1 1AA",10,"N",17,340745,366280\n')
        archive.writestr(
            "Doc/Code-Point_Open_Column_Headers.csv", "PC,PQ,PR,TP,EA,NO\nlong names\n"
        )
    assert add_release(path).postcodes == 1
    assert Gazetteer.open().positions(["CH1 1AA"])[0] is not None


def test_latest_release_first_and_older_for_ended_postcodes(tmp_path: Path) -> None:
    add_release(make_zip(tmp_path / "old.zip", version="2013.2.0"))
    moved = {"CH1 1AA": (10, 340_800, 366_300), "CH650EZ": (90, 0, 0)}
    add_release(make_zip(tmp_path / "new.zip", moved, version="2014.1.0"))
    gazetteer = Gazetteer.open()
    assert [release.month for release in gazetteer.releases] == ["2014-02", "2013-05"]
    sources = [
        f and f.source[-8:-1] for f in gazetteer.positions(["CH1 1AA", "CH41 1AA", "CH65 0EZ"])
    ]
    assert sources == ["2014-02", "2013-05", "2013-05"]


def test_the_same_release_again_replaces_it(tmp_path: Path) -> None:
    add_release(make_zip(tmp_path / "a.zip"))
    add_release(make_zip(tmp_path / "b.zip", {"CH1 1AA": (10, 340_745, 366_280)}))
    assert [release.postcodes for release in Gazetteer.open().releases] == [1]
    assert [path.name for path in (home.folder() / "gazetteer").iterdir()] == [
        "code-point-2014-08.npz"
    ]


def test_district_centre_and_nearest(tmp_path: Path) -> None:
    rows = {f"CH6 {i}AA": (10, 325_000 + 100 * i, 375_000) for i in range(10)}
    add_release(make_zip(tmp_path / "a.zip", {**ROWS, **rows}))
    gazetteer = Gazetteer.open()
    middle = gazetteer.outward_centroid("ch6")
    assert middle is not None
    assert middle.source == "postcode district"
    assert 350 < middle.accuracy_m <= 450
    latitudes, longitudes = bng_to_wgs84(325_450, 375_000)
    assert geodesic_m(middle.latitude, middle.longitude, latitudes[0], longitudes[0]) < 0.1
    assert gazetteer.outward_centroid("CH9") is None
    assert gazetteer.outward_centroid("C%") is None
    nearest = gazetteer.nearest_postcode(middle.latitude, middle.longitude)
    assert nearest is not None
    assert nearest[0] in {"CH6 4AA", "CH6 5AA"}
    assert nearest[1] == pytest.approx(50, abs=0.1)
    assert gazetteer.nearest_postcode(40.0, -74.0) is None


def test_is_a_geopy_geocoder(tmp_path: Path) -> None:
    add_release(make_zip(tmp_path / "a.zip"))
    with Gazetteer.open() as gazetteer:
        location = gazetteer.geocode("Town Hall, Hamilton Square, Birkenhead CH41 1AA, England")
        assert location.address == "CH41 1AA"
        assert location.raw["accuracy_m"] == 75
        assert gazetteer.geocode("CH65 OEZ").address == "CH65 0EZ"
        assert gazetteer.geocode("CH65 9ZZ").address == "CH65"
        assert gazetteer.geocode("nowhere") is None
        assert len(gazetteer.geocode("CH41 1AA", exactly_one=False)) == 1
        assert gazetteer.reverse(location.point).address == "CH41 1AA"


def test_empty_gazetteer_answers_nothing() -> None:
    gazetteer = Gazetteer.open()
    assert gazetteer.releases == []
    assert gazetteer.positions(["CH1 1AA"]) == [None]
    assert gazetteer.geocode("CH1 1AA") is None
    assert gazetteer.reverse((53.4, -3.0)) is None


@pytest.mark.parametrize("kept", [0.0, 0.4, 0.99])
def test_a_damaged_store_says_which_file(tmp_path: Path, kept: float) -> None:
    path = add_release(make_zip(tmp_path / "a.zip")).path
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(
        UserError, match=r"code-point-2014-08\.npz.*(?s:.*)damaged(?s:.*)2014-08 again"
    ):
        Gazetteer.open()


def test_a_flipped_byte_anywhere_is_noticed_or_harmless(tmp_path: Path) -> None:
    path = add_release(make_zip(tmp_path / "a.zip")).path
    content = path.read_bytes()
    right, told = Gazetteer.open().positions(list(ROWS)), list[str]()
    for at in range(0, len(content), 7):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        try:
            found = Gazetteer.open().positions(list(ROWS))
        except UserError as error:
            told.append(str(error))
        else:
            assert found == right
    assert len(told) > 20
    assert all(path.name in text for text in told)


def written(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"readme.txt": "hello"}, "no Data/CSV"),
        ({"Data/CSV/ch.csv": ""}, "no postcodes"),
        ({"Data/CSV/ch.csv": "CH1 1AA,10,here,there\n"}, "not rows of Code-Point Open"),
        ({"Data/CSV/ch.csv": "CH1 1AA,10\n"}, "not rows of Code-Point Open"),
        ({"Data/CSV/ch.csv": "CH1 1AA,10,340745,9366280\n"}, "outside Great Britain"),
        ({"Data/CSV/ch.csv": "CH1 1AA,10,-5,366280\n"}, "negative"),
        ({"Data/CSV/ch.csv": "Chester,The,1,2\nWest Kirby,10,1,1"}, "5 to 7 characters"),
        ({"../../Data/CSV/ch.csv": "CH1 1AA,10,340745,366280\n"}, "outside itself"),
        ({"/Data/CSV/ch.csv": "CH1 1AA,10,340745,366280\n"}, "outside itself"),
        ({f"Data/CSV/{i}.csv": "" for i in range(2_001)}, "far larger"),
    ],
)
def test_what_is_not_code_point_open_is_refused(
    tmp_path: Path, members: dict[str, str], says: str
) -> None:
    with pytest.raises(UserError, match=says):
        add_release(written(tmp_path / "x.zip", members))
    assert not (home.folder() / "gazetteer").exists()


def test_a_zip_bomb_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_point, "_MOST_BYTES", 1_000_000)
    bomb = written(tmp_path / "x.zip", {"Data/CSV/ch.csv": "0" * 1_000_001})
    with pytest.raises(UserError, match="far larger"):
        add_release(bomb)


def test_files_that_are_no_zip(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_text("a page saying that the download has moved")
    with pytest.raises(UserError, match="not a zip file"):
        add_release(path)
    with pytest.raises(UserError, match="No such file"):
        add_release(tmp_path / "absent.zip")
    good = make_zip(tmp_path / "good.zip").read_bytes()
    path.write_bytes(good[:50] + b"\0\0\0\0" + good[54:])
    with pytest.raises(UserError, match=r"can(not)? be read|not rows"):
        add_release(path)


def test_keys_sort_by_district_and_read_back() -> None:
    squeezed = ["L11AA", "CH11AA", "CH411AA", "EC1A1BB", "M11AA"]
    keys = postcode_keys(squeezed)
    assert [postcode_of(int(key)).replace(" ", "") for key in keys] == squeezed
    assert np.argsort(keys).tolist() == [1, 2, 3, 0, 4]


@pytest.mark.skipif(not REAL.exists(), reason=f"the real Code-Point Open is not at {REAL}")
def test_the_real_release() -> None:
    told: list[tuple[int, int]] = []
    release = add_release(REAL, lambda done, of: told.append((done, of)))
    assert (release.month, release.postcodes) == ("2014-08", 215_246)
    assert told[-1][0] == told[-1][1]
    assert release.path.stat().st_size < 5_000_000
    gazetteer = Gazetteer.open()
    with zipfile.ZipFile(REAL) as archive:
        text = archive.read("Data/CSV/l.csv").decode()
    rows = list(csv.reader(io.StringIO(text)))[:10_000]
    found = gazetteer.positions([row[0] for row in rows])
    latitudes, longitudes = bng_to_wgs84([int(r[2]) for r in rows], [int(r[3]) for r in rows])
    assert [f and (f.latitude, f.longitude) for f in found] == list(
        zip(latitudes.tolist(), longitudes.tolist(), strict=True)
    )
    chester = gazetteer.outward_centroid("CH1")
    assert chester is not None
    assert geodesic_m(chester.latitude, chester.longitude, 53.20, -2.90) < 4_000
