"""What is exported opens elsewhere, runs nothing, and comes back without a change."""

from __future__ import annotations

import dataclasses
import gc
import tempfile
import zipfile
from datetime import date
from pathlib import Path

import pytest
import python_calamine as calamine
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyogrio import list_layers, read_info
from pyogrio.raw import read

from psnplanner.errors import Cancelled, UserError
from psnplanner.exchange.export import SUFFIXES, export
from psnplanner.exchange.site_columns import COLUMNS, INFORMATION
from psnplanner.intake.headings import FIELDS
from psnplanner.intake.returned import INFORMATION as PASSED_OVER
from psnplanner.programme.partner import Partner
from psnplanner.programme.record import Position
from psnplanner.programme.site import Site
from psnplanner.programme.state import State
from tests.exchange.sample import changes, full_site, ident, programme, read_back, some_sites

LISTED = {column.heading.casefold(): column for column in COLUMNS}


@pytest.fixture(scope="module")
def state() -> State:
    """A full site, and one with nothing but its reference and name."""
    return programme([full_site(), Site(id=ident("bare"), reference="B1", name="Bare")])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's disk that is full")
def test_a_full_disk_is_told_once() -> None:
    """What the library of zips says by itself when a file was cut off would be a second message."""
    from psnplanner.exchange import lists
    from psnplanner.exchange.site_columns import Sites

    sites = Sites(programme([full_site()]))
    with pytest.raises(OSError, match="No space"):
        lists.write_xlsx(sites, Path("/dev/full"), lambda _share, _what: None)
    gc.collect()  # what complains then fails the test


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_list_comes_back_without_a_change(state: State, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out{suffix}"
    assert export(state, out) == 2
    assert changes(out, state) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(sites=some_sites())
def test_any_list_comes_back_without_a_change(suffix: str, sites: list[Site]) -> None:
    state = programme(sites)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"out{suffix}"
        export(state, out)
        assert changes(out, state) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_list_carries_every_field_to_another_programme(
    state: State, tmp_path: Path, suffix: str
) -> None:
    """Read into a programme that has no sites, the sites are the same again."""
    out = tmp_path / f"out{suffix}"
    export(state, out)
    fresh = programme([])
    preview = read_back(out, fresh)
    assert [row.action for row in preview.rows] == ["insert", "insert"]
    then, now = preview.rows[0].site, full_site()
    assert then is not None
    for name in (
        *("reference", "kind", "partner", "sharing", "postcode", "uprn", "access", "tenure"),
        *("sensitive", "annual_cost_pence", "contract_ends_on", "priority", "contact"),
    ):
        assert getattr(then, name) == getattr(now, name), name
    assert then.name == 'The "Grange", North'
    assert then.position
    assert now.position
    assert then.position[:2] == pytest.approx(now.position[:2], abs=1e-7)
    if suffix not in (".shp", ".zip"):
        assert dict(then.other) == {"Floors": "007", "Town": "Widnes", "=Odd": "-1+2"}
    assert then.phase is None


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_edited_list_changes_what_was_edited(state: State, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out{suffix}"
    site = dataclasses.replace(full_site(), tenure="owned", position=Position(53.4, -2.8),
                               name="Grange House", contact="=tom")  # fmt: skip
    export(programme([site]), out)
    known = Position(53.3, -2.8, "coordinates of the list (WGS84)")
    (row,) = read_back(out, programme([dataclasses.replace(full_site(), position=known)])).rows
    assert row.action == "update"
    # The bad postcode of an earlier list goes with the first correction, as intake has it.
    assert set(row.changes) - {"other"} == {"tenure", "position", "name", "contact"}


def test_the_headings_are_those_that_intake_knows() -> None:
    assert INFORMATION.strip() == PASSED_OVER
    titles = {title.casefold() for title in FIELDS.values()}
    for column in COLUMNS:
        assert column.heading.endswith(INFORMATION) or column.heading.casefold() in titles
        assert len(column.short) <= 10
        assert column.short.startswith("i_") == column.heading.endswith(INFORMATION)
    missing = titles - set(LISTED) - {"easting", "northing", "closed on", "coordinates"}
    assert not missing


def test_a_csv_opens_in_excel_and_runs_nothing(state: State, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    export(state, out)
    data = out.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfReference,Name,")
    assert b"\n'=007," in data
    assert b"'+44 key" in data
    assert b",'@mary," in data
    assert b",-2.7312346," in data
    assert b",790.15,23/11/2014," in data


def test_a_workbook_has_dates_amounts_and_texts(state: State, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    export(state, out)
    rows = calamine.CalamineWorkbook.from_path(str(out)).get_sheet_by_name("Sites").to_python()
    first = dict(zip(rows[0], rows[1], strict=True))
    assert first["Contract end"] == date(2014, 11, 23)
    assert first["Annual cost"] == 790.15
    assert first["Reference"] == "=007"
    assert first["UPRN"] == "000123456789"
    assert first["Status (for information)"] == "planned"
    assert first["Node (for information)"] == "Runcorn"
    with zipfile.ZipFile(out) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        styles = archive.read("xl/styles.xml")
    assert b"<f>" not in sheet
    assert b"<autoFilter" in sheet
    assert b'state="frozen"' in sheet
    assert b'quotePrefix="1"' in styles


def test_a_gis_finds_sites_and_nodes(state: State, tmp_path: Path) -> None:
    for suffix in (".gpkg", ".kml"):
        out = tmp_path / f"out{suffix}"
        export(state, out)
        assert [str(name) for name, _ in list_layers(out)] == ["sites", "nodes"]
        assert read_info(out, layer="sites")["crs"] == "EPSG:4326"
        meta, _, shapes, columns = read(out, layer="nodes")
        named = dict(zip(meta["fields"], columns, strict=True))
        assert list(named["Node"]) == ["Runcorn"]
        assert shapes[0] is not None
    meta = read_info(tmp_path / "out.gpkg", layer="sites")
    kinds = dict(zip(meta["fields"], meta["ogr_types"], strict=True))
    assert kinds["Contract end"] == "OFTDate"
    assert kinds["Annual cost"] == "OFTReal"
    assert kinds["UPRN"] == "OFTString"


def test_a_shapefile_explains_itself_and_cuts_openly(tmp_path: Path) -> None:
    note = "Ärger mit dem Schlüssel, " * 40
    state = programme([dataclasses.replace(full_site(), note=note)])
    out = tmp_path / "sites.shp"
    export(state, out)
    assert {part.suffix for part in tmp_path.iterdir()} >= {".shp", ".shx", ".dbf", ".prj", ".cpg"}
    about = (tmp_path / "sites_fields.txt").read_text("utf-8")
    assert "annualcost  Annual cost, pounds a year" in about
    assert "Town" in about
    assert "1 texts longer than 254 bytes were cut" in about
    assert changes(out, state) == []


def test_partners_who_would_not_be_found_again_are_not_named(tmp_path: Path) -> None:
    """A name with a semicolon would come back as two new partners; it stands for reading only."""
    twice = Partner(id=ident("again"), name="halton council")
    odd = Partner(id=ident("odd"), name="Fire/Rescue")
    site = Site(id=ident("s"), reference="S1", name="One", partner=ident("again"),
                sharing=(ident("odd"), ident("Cheshire Police")))  # fmt: skip
    state = programme([site], twice, odd)
    out = tmp_path / "out.csv"
    export(state, out)
    assert changes(out, state) == []
    assert "halton council; Fire/Rescue; Cheshire Police" in out.read_text("utf-8-sig")


def _cancel(fraction: float, doing: str) -> None:
    if fraction > 0.3:
        raise Cancelled


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_appears_whole_or_not_at_all(tmp_path: Path, suffix: str) -> None:
    sites = [Site(id=ident(str(n)), reference=f"S{n}", name=f"Site {n}") for n in range(1200)]
    out = tmp_path / f"out{suffix}"
    out.write_bytes(b"as it was")
    with pytest.raises(Cancelled):
        export(programme(sites), out, _cancel)
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    assert out.read_bytes() == b"as it was"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_folder_that_is_not_there_is_said(state: State, tmp_path: Path, suffix: str) -> None:
    with pytest.raises(UserError, match="Choose a folder"):
        export(state, tmp_path / "no" / f"out{suffix}")


def test_a_suffix_not_known_is_said_with_those_that_are(state: State, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"End its name with one of: \.csv, \.xlsx"):
        export(state, tmp_path / "out.doc")


@pytest.mark.parametrize("suffix", sorted({*SUFFIXES} - {".kml"}))  # it keeps no columns then
def test_a_programme_without_sites_is_a_file_without_rows(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out{suffix}"
    assert export(programme([]), out) == 0
    assert out.stat().st_size
    with pytest.raises(UserError, match="no rows"):
        read_back(out, programme([]))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
@example("\t")
@example("\t=1")
@example("'")
def test_a_guarded_text_comes_back_as_it_was(text: str) -> None:
    from psnplanner.exchange.lists import safe
    from psnplanner.exchange.site_columns import printable
    from psnplanner.intake.returned import without_information
    from psnplanner.intake.table import Table, trimmed

    table = Table("list.csv", [(1, trimmed([safe(text), "x"]))], delimiter=",")
    (row,) = without_information(table).rows
    assert row[1] == trimmed([printable(text), "x"])
    assert safe(text)[:1] not in tuple("=+-@\t\r") or not safe(text)
