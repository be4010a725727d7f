"""The readers of what comes from elsewhere, each as a function of bytes, with seeds to begin from.

A target may do its work or refuse it by a UserError; a small parser also by the ValueError that
its docstring promises. Anything else is a finding.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from psnplanner.errors import UserError
from psnplanner.programme.state import State
from tests.hostile import databases, layers, lists, pictures
from tests.hostile.case import Bench

TODAY = date(2014, 6, 2)


@dataclass(frozen=True)
class Target:
    """A reader. `refuses` is what it may raise."""

    name: str
    run: Callable[[bytes], object]
    seeds: Sequence[bytes]
    refuses: tuple[type[Exception], ...] = (UserError,)


@cache
def _folder() -> Path:
    keep = tempfile.TemporaryDirectory(prefix="psn-fuzz-")
    _kept.append(keep)
    return Path(keep.name)


_kept: list[tempfile.TemporaryDirectory[str]] = []


@cache
def _bench() -> Bench:
    place = _folder() / "bench"
    place.mkdir()
    return Bench.set_up(place)


@cache
def _state() -> State:
    from psnplanner.session import Session

    with Session.open(_bench().programme, read_only=True) as session:
        return session.state


def _file(name: str, data: bytes) -> Path:
    path = _folder() / name
    path.write_bytes(data)
    return path


def _programme(data: bytes) -> None:
    from psnplanner.file.store import ProgrammeFile

    path = _file("fuzz.gpkg", data)
    for beside in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    found = ProgrammeFile.open(path, read_only=True)
    try:
        found.load()
        found.headers()
        found.verify()
    finally:
        found.close(lambda _kept: None)


def _copy(data: bytes) -> None:
    from psnplanner.file import read_copy

    for _ in read_copy._answer(_file("copy.gpkg", data), {}):
        pass


def _transaction(data: bytes) -> None:
    from psnplanner.exchange.returned_work import sent
    from psnplanner.file.sound import check_readable

    try:
        item = sent(json.loads(data))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return  # what `returned_work.read` takes for no transaction
    check_readable([item])


def _return(data: bytes) -> None:
    from psnplanner.exchange import returned_work

    returned_work.read(_file("work.psnreturn", data), _state())


def _locked(data: bytes) -> None:
    from psnplanner.exchange import locked_pack

    locked_pack._COST = 2  # half a second a guess is for attackers
    locked_pack.unlocked(data, "four words of four")


def _list(name: str) -> Callable[[bytes], object]:
    def run(data: bytes) -> None:
        from psnplanner.geography.gazetteer import Gazetteer
        from psnplanner.intake.lists import read_list

        read_list(_file(name, data), _state(), today=TODAY, gazetteer=Gazetteer())

    return run


def _within(part: str, make: Callable[[], bytes], run: Callable[[bytes], object]) -> Target:
    """A target whose bytes are one part of an archive, so that its checksums hold."""
    with zipfile.ZipFile(io.BytesIO(make())) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return Target(part, lambda data: run(lists.archive({**members, part: data})), [members[part]])


def _words(data: bytes) -> None:
    from psnplanner.geography import postcode
    from psnplanner.intake import content, values
    from psnplanner.programme.day_text import typed_day

    text = data.decode("utf-8", "replace")
    for read in (typed_day, values.day, values.money, values.number, values.yes_no, values.point):
        with suppress(ValueError):
            read(text)
    with suppress(ValueError):
        postcode.mend(text)
    for name in dir(content):
        if name.startswith("is_") and name not in ("is_listed",):
            getattr(content, name)(text)


def _layer(name: str) -> Callable[[bytes], object]:
    def run(data: bytes) -> None:
        from psnplanner.intake.read import read_table

        read_table(_file(name, data))

    return run


def _areas(data: bytes) -> None:
    from psnplanner.geography.boundaries import read_areas

    areas = read_areas(_file("areas.geojson", data), None, lambda _share, _what: None)
    areas.outlines(areas.name_field, lambda _share, _what: None)


def _gazetteer(data: bytes) -> None:
    from psnplanner.geography.code_point import read_zip

    members = layers._codepoint(data)
    read_zip(_file("codepoint.zip", lists.archive(members)))


def _zip(data: bytes) -> None:
    from psnplanner.geography.code_point import read_zip

    read_zip(_file("codepoint.zip", data))


def _uprns(data: bytes) -> None:
    from psnplanner.geography.uprn import add_table

    add_table(_file("uprn.csv", data))


def _picture(data: bytes) -> None:
    from psnplanner.exchange.photographs import read_picture

    read_picture(data, "fuzz")


def _workflow(data: bytes) -> None:
    from psnplanner.programme.stage import Workflow

    Workflow.parse(data.decode("utf-8", "replace"))


def _view(data: bytes) -> None:
    from psnplanner.ui.saved_views import ViewSettings

    ViewSettings.from_json(data.decode("utf-8", "replace"))


def _map(data: bytes) -> None:
    from psnplanner.geography.mbtiles import MBTiles

    with MBTiles(_file("map.mbtiles", data)) as found:
        found.tile(found.lowest, 0, 0)


_WORDS = [b"WA8 7QF", b"1/5/2014", b"3 June 2014", b"\xc2\xa3 1,234.50", b"SJ 512 853",
          b"POINT (-2.7 53.3)", b"53\xc2\xb018'12\"N 2\xc2\xb042'W", b"5128 8534"]  # fmt: skip
_CSV = lists.HEAD + b'"Town Hall, Widnes",WA8 7QF,53.3,-2.7\nLibrary;CH65 0BA,,\n'


@cache
def targets() -> tuple[Target, ...]:
    """Every target with its seeds; a small programme is made for some of them."""
    from psnplanner import resource_files

    bench, folder = _bench(), _folder() / "seeds"
    folder.mkdir()
    programme, pack = bench.programme.read_bytes(), bench.pack.read_bytes()
    back = pictures._with()(bench, folder).read_bytes()

    tile = "INSERT INTO tiles VALUES (1, 0, 0, x'89504e470d0a1a0a')"
    raster = databases._map(databases._TILES, tile)(bench, folder).read_bytes()
    from psnplanner.exchange import locked_pack

    locked_pack._COST = 2
    locked = locked_pack.locked(b"SQLite format 3\0 and more", "four words of four")
    book = lists.workbook(lists._ROWS)
    kml = layers._kml(layers._LINK, *map(layers._PLACE.format, (1, 2)), layers._AREA)
    polygon = {"type": "Polygon", "coordinates": [[[-2, 53], [-2.1, 53], [-2, 53.1], [-2, 53]]]}
    geojson = layers._feature(polygon)
    sheet = _within("xl/worksheets/sheet1.xml", lambda: book, _list("list.xlsx"))
    rows = "".join(
        "<table:table-row>"
        + "".join(lists._CELL.format("").replace(">x<", f">{cell}<") for cell in row)
        + "</table:table-row>"
        for row in lists._ROWS
    )
    ods = lists._ods(rows)
    content = _within("content.xml", lambda: ods, _list("list.ods"))
    gpkg = layers._gpkg()(bench, folder).read_bytes()
    return (
        Target("programme", _programme, [programme, pack]),
        Target("copy", _copy, [programme, pack]),
        Target("transaction", _transaction, [pictures._line(bench), back.split(b"\n")[1]]),
        Target("return", _return, [back]),
        Target("locked pack", _locked, [locked]),
        Target("CSV", _list("list.csv"), [_CSV, _CSV.decode().encode("utf-16")]),
        Target("XLSX", _list("list.xlsx"), [book]),
        Target("XLSX sheet", sheet.run, sheet.seeds),
        Target("ODS content", content.run, content.seeds),
        Target("dates, money, postcodes, WKT", _words, _WORDS, (UserError,)),
        Target("KML", _layer("theirs.kml"), [kml]),
        Target("GeoJSON", _layer("theirs.geojson"), [geojson]),
        Target("GeoPackage", _layer("theirs.gpkg"), [gpkg]),
        Target("boundaries", _areas, [geojson]),
        Target("gazetteer rows", _gazetteer, [layers._ROW * 3]),
        Target("gazetteer zip", _zip, [lists.archive(layers._codepoint(layers._ROW * 3))]),
        Target("UPRN table", _uprns, [layers._UPRN + b"1,351000,385000,53.3,-2.7\n" * 3]),
        Target("picture and EXIF", _picture, [
            pictures._picture("JPEG"), pictures._exif_loop(), pictures._picture("PNG"),
            pictures._picture("WEBP"),
        ]),
        Target("raster map", _map, [raster]),
        Target("workflow", _workflow, [resource_files.read_text("workflow.toml").encode()]),
        Target("saved view", _view, [b'{"words":"x","extent":[0,1,2,3],"columns":["a"],'
                                     b'"sorting":[["a",true]],"widths":[["a",5]]}']),
    )  # fmt: skip
