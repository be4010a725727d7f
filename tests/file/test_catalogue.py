"""What stands beside the journal is checked too: the catalogue, the formats, the own devices."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pysqlite3
import pytest

from psnplanner.session import Session

SPOILT = [
    ("UPDATE gpkg_spatial_ref_sys SET definition = replace(definition, '6378137', '6378136')",
     "gpkg_spatial_ref_sys"),
    ("UPDATE gpkg_geometry_columns SET m = 1 WHERE table_name = 'sites'", "gpkg_geometry_columns"),
    ("UPDATE gpkg_contents SET identifier = 'nites' WHERE table_name = 'sites'", "gpkg_contents"),
    ("UPDATE gpkg_contents SET max_x = max_x + 1 WHERE table_name = 'nodes'", "extent of a layer"),
    ("UPDATE gpkg_contents SET last_change = '2034-06-02T09:00:00.000Z' WHERE table_name = 'sites'",
     "instant"),
    ("UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', last_change, "
     "'+0.004 seconds') WHERE table_name = 'stage_records'", "instant"),
    ("UPDATE _sqlite_migrations SET applied_at = 'x' || substr(applied_at, 2)", "instant"),
    ("UPDATE own SET dev = dev + 1", "names under which"),
    ("UPDATE own SET bound_to = 'z' || substr(bound_to, 2)", "names under which"),
]  # fmt: skip


# As an older version wrote it, and as a GIS adds to it.
HARMLESS = [
    "UPDATE own SET bound_to = substr(bound_to, 1, length(bound_to) - 13)",
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) "
    "VALUES ('layer_styles', 'attributes', 'layer_styles', '')",
    "UPDATE gpkg_contents SET max_x = max_x + 1e-12 WHERE table_name = 'sites'",
]


@pytest.fixture
def spoil(with_sites: Session, tmp_path: Path) -> Callable[[str], str]:
    """What `verify` says of a copy of the programme after a statement."""
    with_sites.close()

    def run(statement: str) -> str:
        path = Path(shutil.copy(with_sites.path, tmp_path / "spoilt.gpkg"))
        connection = pysqlite3.connect(path)
        assert connection.execute(statement).rowcount > 0
        connection.commit()
        connection.close()
        with Session.open(path, read_only=True) as session:
            return " ".join(session.verify())

    return run


def test_damage_beside_the_journal_is_found_and_what_is_none_is_not(
    spoil: Callable[[str], str],
) -> None:
    """In a sentence that says where."""
    for statement, words in SPOILT:
        assert words in spoil(statement), statement
    for statement in HARMLESS:
        said = spoil(statement)
        assert "names under which" not in said, statement
        assert "able gpkg" not in said, statement
        assert "extent" not in said, statement


def test_a_view_that_tells_another_column_is_found(with_sites: Session) -> None:
    """One bit makes another statement of it, and no page or value is wrong."""
    path = with_sites.path
    with_sites.close()
    data = path.read_bytes()
    assert data.count(b"s.name AS site_name, n.name AS node") == 1
    path.write_bytes(data.replace(b"s.name AS site_name, n.", b"s.name AS site_name, s."))
    with Session.open(path, read_only=True) as session:
        assert any("view “links” is damaged" in fault for fault in session.verify())


def test_the_device_goes_on_in_a_file_of_before(with_sites: Session, tmp_path: Path) -> None:
    """A file whose own devices have no proof yet is written to under the same device."""
    path = with_sites.path
    with_sites.close()
    connection = pysqlite3.connect(path)
    connection.execute("UPDATE own SET bound_to = substr(bound_to, 1, length(bound_to) - 13)")
    before = connection.execute("SELECT dev FROM own").fetchall()
    connection.commit()
    connection.close()
    Session.open(path).close()
    connection = pysqlite3.connect(path)
    assert connection.execute("SELECT dev FROM own").fetchall() == before
    connection.close()
