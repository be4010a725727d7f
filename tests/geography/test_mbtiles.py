"""A user's own raster map: read as it is, and refused in one message where it is none."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import pysqlite3 as sqlite3
import pytest

from psnplanner.errors import UserError
from psnplanner.geography.mbtiles import MBTiles

PNG = b"\x89PNG\r\n\x1a\n and the rest"
TABLE = "CREATE TABLE tiles (zoom_level INT, tile_column INT, tile_row INT, tile_data BLOB)"
METADATA = "CREATE TABLE metadata (name TEXT, value TEXT)"


def mbtiles(
    path: Path,
    tiles: Sequence[tuple[int, int, int, bytes]] = ((10, 504, 693, PNG),),
    said: Sequence[tuple[str, object]] = (("name", "Town plan"),),
    schema: Sequence[str] = (TABLE, METADATA),
) -> Path:
    """A file with these rows; row numbers count from the south, as the format has it."""
    with contextlib.closing(sqlite3.connect(path)) as made:
        for statement in schema:
            made.execute(statement)
        if TABLE in schema:
            made.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", tiles)
        if METADATA in schema:
            made.executemany("INSERT INTO metadata VALUES (?, ?)", said)
        made.commit()
    return path


def test_tiles_are_counted_from_the_north(tmp_path: Path) -> None:
    """The format counts rows from the south; a tile that is not there is None."""
    path = mbtiles(tmp_path / "a.mbtiles", [(10, 504, 2**10 - 1 - 330, PNG)])
    before = path.read_bytes()
    with MBTiles(path) as found:
        assert found.tile(10, 504, 330) == PNG
        assert found.tile(10, 504, 331) is None
        assert found.tile(99, 0, 0) is None
        assert (found.lowest, found.highest, found.name) == (10, 10, "Town plan")
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["a.mbtiles"]


def test_metadata_is_used_where_it_is_sound(tmp_path: Path) -> None:
    """Levels and bounds as said; nonsense in them is passed over."""
    said = [("minzoom", 8), ("maxzoom", "14"), ("bounds", "-3.2,53.1,-2.4,53.7"),
            ("attribution", "© Us"), ("name", "")]  # fmt: skip
    with MBTiles(mbtiles(tmp_path / "a.mbtiles", said=said)) as found:
        assert (found.lowest, found.highest) == (8, 14)
        assert found.bounds == (-3.2, 53.1, -2.4, 53.7)
        assert (found.attribution, found.name) == ("© Us", "a")
    for at, text in enumerate(("", "1,2", "nan,0,1,2", "3,1,2,2", "a,b,c,d", "-999,0,1,1")):
        with MBTiles(mbtiles(tmp_path / f"{at}.mbtiles", said=[("bounds", text)])) as found:
            assert found.bounds is None
    bare = mbtiles(tmp_path / "bare.mbtiles", schema=(TABLE,))
    with MBTiles(bare) as found:
        assert (found.name, found.highest) == ("bare", 10)


def test_the_usual_view_over_map_and_images_is_read(tmp_path: Path) -> None:
    """Many writers keep equal pictures once."""
    schema = (
        METADATA,
        "CREATE TABLE map (zoom_level INT, tile_column INT, tile_row INT, tile_id TEXT)",
        "CREATE TABLE images (tile_data BLOB, tile_id TEXT)",
        "CREATE VIEW tiles AS SELECT map.zoom_level AS zoom_level, map.tile_column AS tile_column,"
        " map.tile_row AS tile_row, images.tile_data AS tile_data"
        " FROM map JOIN images ON images.tile_id = map.tile_id",
        "INSERT INTO map VALUES (3, 4, 5, 'x')",
        "INSERT INTO images VALUES (x'89504E470D0A', 'x')",
    )
    with MBTiles(mbtiles(tmp_path / "a.mbtiles", schema=schema)) as found:
        assert found.tile(3, 4, 2) == b"\x89PNG\r\n"


_ENDLESS = (
    "CREATE VIEW tiles AS WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) "
    "SELECT n AS zoom_level, n AS tile_column, n AS tile_row, n AS tile_data FROM t WHERE n < 0"
)


@pytest.mark.parametrize(
    ("tiles", "said", "schema", "words"),
    [
        ([], [], (TABLE, METADATA), "holds no tiles"),
        ([(5, 0, 0, b"\x1f\x8b\x08")], [], (TABLE, METADATA), "vectors, not pictures"),
        ([(5, 0, 0, PNG)], [("format", "pbf")], (TABLE, METADATA), "vectors, not pictures"),
        ([(5, 0, 0, b"hello")], [], (TABLE, METADATA), "no MBTiles map"),
        ([(5, 0, 0, None)], [], (TABLE, METADATA), "no MBTiles map"),
        ([(77, 0, 0, PNG)], [], (TABLE, METADATA), "no MBTiles map"),
        ([(5, 0, 0, PNG)], [("minzoom", "9"), ("maxzoom", "3")], (TABLE, METADATA), "no MBTiles"),
        ([], [], (METADATA,), "no MBTiles map"),
        ([], [], ("CREATE TABLE tiles (a)", METADATA), "no MBTiles map"),
    ],
)
def test_what_is_no_raster_map_is_refused(
    tmp_path: Path, tiles: list, said: list, schema: tuple, words: str
) -> None:
    """One message."""
    with pytest.raises(UserError, match=words):
        MBTiles(mbtiles(tmp_path / "a.mbtiles", tiles, said, schema))


_HUNDREDS = ", ".join(f"({number})" for number in range(300))
_JOINS = (
    "CREATE TABLE n (x)",
    f"INSERT INTO n VALUES {_HUNDREDS}",
    "CREATE VIEW tiles AS SELECT a.x AS zoom_level, b.x AS tile_column, c.x AS tile_row, "
    "d.x AS tile_data FROM n a, n b, n c, n d WHERE a.x + b.x + c.x + d.x < 0",
)


@pytest.mark.parametrize(
    ("views", "words"),
    [((_ENDLESS,), "computed"), (_JOINS, "no MBTiles map")],
)
def test_a_view_without_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, views: tuple[str, ...], words: str
) -> None:
    """Whatever a stranger's file makes SQLite do, it stops, or is not begun."""
    from psnplanner.geography import mbtiles as module

    monkeypatch.setattr(module, "_PATIENCE_S", 0.1)
    path = mbtiles(tmp_path / "a.mbtiles", schema=(METADATA, *views), said=[])
    with pytest.raises(UserError, match=words):
        MBTiles(path)


@pytest.mark.parametrize(
    "view",
    [
        "CREATE VIEW tiles AS SELECT map.zoom_level AS zoom_level, map.tile_column AS tile_column, "
        "map.tile_row AS tile_row, images.tile_data AS tile_data FROM map JOIN images ON "
        "(images.tile_id = map.tile_id)",
        'CREATE VIEW "tiles" ("zoom_level", "tile_column", "tile_row", "tile_data") AS SELECT '
        "zoom_level, tile_column, tile_row, tile_data FROM map, images WHERE images.tile_id = "
        "map.tile_id",
    ],
)
def test_a_view_that_keeps_equal_tiles_once_is_read(tmp_path: Path, view: str) -> None:
    """As the specification suggests, and most writers do."""
    schema = (
        METADATA,
        "CREATE TABLE map (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_id)",
        "CREATE TABLE images (tile_data BLOB, tile_id TEXT)",
        "INSERT INTO map VALUES (5, 0, 0, 'a')",
        f"INSERT INTO images VALUES (x'{PNG.hex()}', 'a')",
        view,
    )
    with MBTiles(mbtiles(tmp_path / "a.mbtiles", schema=schema, said=[])) as found:
        assert found.tile(5, 0, 31) == PNG


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\0" + b"\xff" * 5000])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    """Empty, text, damaged; missing; a folder."""
    path = tmp_path / "a.mbtiles"
    path.write_bytes(content)
    with pytest.raises(UserError, match="no MBTiles map"):
        MBTiles(path)
    for other in (tmp_path, tmp_path / "missing.mbtiles"):
        with pytest.raises(UserError, match="cannot be read"):
            MBTiles(other)


def test_damage_found_later_gives_no_tile(tmp_path: Path) -> None:
    """Pages of pictures overwritten: the rest of the map goes on."""
    rows = [(8, x, 100, PNG + bytes(3000)) for x in range(40)]
    path = mbtiles(tmp_path / "a.mbtiles", rows, [("minzoom", 8), ("maxzoom", 8)])
    data = bytearray(path.read_bytes())
    data[20_000:] = b"\xff" * (len(data) - 20_000)
    path.write_bytes(bytes(data))
    with MBTiles(path) as found:
        got = [found.tile(8, x, 155) for x in range(40)]
    assert None in got
    assert PNG + bytes(3000) in got
