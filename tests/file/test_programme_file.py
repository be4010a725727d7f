"""The file itself: a GeoPackage any tool reads, a journal nobody alters, versions, damage."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from psnplanner.cli import cli
from psnplanner.errors import UserError
from psnplanner.file import connection as connections
from psnplanner.file import encryption, schema, tables
from psnplanner.programme.edits import AddSites, Amend, Delete, MoveToPhase
from psnplanner.programme.record import Position
from psnplanner.programme.stage_edits import RecordStage
from psnplanner.session import Session, new_programme
from tests.conftest import a_site, ident

ONE = ident("site 1")
_KEY = {"PSNPLANNER_PASSPHRASE": "correct horse battery"}


def ask(path: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    """What another program, with its own SQLite, reads in the file."""
    with sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True) as connection:
        found = connection.execute(sql, values).fetchall()
    connection.close()
    return found


class TestGeoPackage:
    """Other programs open the live file as it is."""

    def test_it_says_what_it_is(self, with_sites: Session) -> None:
        """The application id and version of GeoPackage 1.3."""
        assert ask(with_sites.path, "PRAGMA application_id") == [(0x47504B47,)]
        assert ask(with_sites.path, "PRAGMA user_version") == [(10300,)]

    def test_layers_are_registered_in_wgs84(self, with_sites: Session) -> None:
        """Four spatial views, each with its type."""
        found = ask(
            with_sites.path,
            "SELECT c.table_name, g.geometry_type_name, g.srs_id FROM gpkg_contents c "
            "JOIN gpkg_geometry_columns g USING (table_name) ORDER BY 1",
        )
        assert found == [
            ("links", "LINESTRING", 4326),
            ("nodes", "POINT", 4326),
            ("phase_areas", "MULTIPOLYGON", 4326),
            ("sites", "POINT", 4326),
        ]

    def test_layers_follow_the_edits(self, with_sites: Session) -> None:
        """What is drawn is what is so, in the same transaction."""
        path = with_sites.path
        counts = "SELECT (SELECT count(*) FROM {0} WHERE geom IS NOT NULL)"
        drawn = {n: ask(path, counts.format(n))[0][0] for n in ("sites", "links", "phase_areas")}
        assert drawn == {"sites": 3, "links": 3, "phase_areas": 1}
        with_sites.do(MoveToPhase([ONE], ident("Phase 2")))
        assert ask(path, "SELECT name, sites FROM phase_areas ORDER BY 1") == [
            ("Phase 1", 2),
            ("Phase 2", 1),
        ]
        with_sites.do(Amend("site", [ONE], {"position": None}))
        assert ask(path, counts.format("links")) == [(2,)]
        assert ask(path, "SELECT count(*) FROM phase_areas") == [(1,)]
        with_sites.undo()
        assert ask(path, counts.format("links")) == [(3,)]

    def test_a_point_is_where_the_site_is(self, with_sites: Session) -> None:
        """Header, then well-known binary with longitude first."""
        shapely = pytest.importorskip("shapely")
        ((blob,),) = ask(with_sites.path, "SELECT geom FROM sites WHERE reference = 'S001'")
        assert isinstance(blob, bytes)
        point = shapely.from_wkb(blob[8:])
        place = with_sites.state.sites[ONE].position
        assert place is not None
        assert (point.y, point.x) == (place.latitude, place.longitude)

    def test_gdal_lists_the_layers(self, with_sites: Session) -> None:
        """The GIS world's own reader finds layers, counts and reference system."""
        pyogrio = pytest.importorskip("pyogrio", reason="pyogrio is not installed")
        layers = {str(row[0]): str(row[1]) for row in pyogrio.list_layers(with_sites.path)}
        assert layers["sites"] == "Point"
        info = pyogrio.read_info(with_sites.path, layer="sites", force_feature_count=True)
        assert (info["features"], info["crs"]) == (3, "EPSG:4326")


class TestJournal:
    """Rows of the journal can be added and nothing else."""

    @pytest.mark.parametrize("table", ["txn", "event"])
    @pytest.mark.parametrize("verb", ["UPDATE {} SET hlc = 1", "DELETE FROM {}"])
    def test_rows_can_neither_change_nor_go(
        self, with_sites: Session, table: str, verb: str
    ) -> None:
        """Not even by another program."""
        with_sites.close()
        with (
            sqlite3.connect(with_sites.path) as connection,
            pytest.raises(sqlite3.DatabaseError, match="append-only"),
        ):
            connection.execute(verb.format(table))
        connection.close()

    @pytest.mark.parametrize("table", ["txn", "event"])
    def test_rows_cannot_be_replaced(self, with_sites: Session, table: str) -> None:
        """Replacing removes the row in the way, which no trigger on DELETE hears of."""
        with_sites.close()
        with (
            sqlite3.connect(with_sites.path) as connection,
            pytest.raises(sqlite3.DatabaseError, match="append-only"),
        ):
            connection.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1")
        connection.close()

    def test_an_import_is_one_event_a_record(self, with_sites: Session) -> None:
        """Compact: all fields of a created record are one value."""
        found = ask(
            with_sites.path, "SELECT cnt FROM txn WHERE kind = 'import' ORDER BY arr DESC LIMIT 1"
        )
        assert found == [(6,)]  # three sites, three first stages

    def test_each_change_names_the_one_it_was_made_upon(self, with_sites: Session) -> None:
        """The base of a first edit is the creation, of a second the first."""
        with_sites.do(Amend("site", [ONE], {"name": "A"}))
        with_sites.do(Amend("site", [ONE], {"name": "B"}))
        rows = ask(
            with_sites.path,
            "SELECT fld, hlc, dev, bh, bd FROM event WHERE ent = 5 AND row = ? AND fld IN (0, 2) "
            "ORDER BY hlc",
            ONE,
        )
        (created, first, second) = rows
        assert created[3:] == (None, None)
        assert first[3:] == created[1:3]
        assert second[3:] == first[1:3]

    def test_numbers_are_dense_and_stamps_rise(self, with_sites: Session) -> None:
        """1, 2, 3 ... for the one device; the clock only goes forward."""
        with_sites.do(Amend("site", [ONE], {"name": "A"}))
        rows = ask(with_sites.path, "SELECT n, hlc FROM txn ORDER BY arr")
        assert [n for n, _ in rows] == list(range(1, len(rows) + 1))
        assert sorted(hlc for _, hlc in rows) == [hlc for _, hlc in rows]

    def test_a_copy_that_is_edited_gets_a_device_of_its_own(self, with_sites: Session) -> None:
        """A mailed copy or restored backup must not go on under its original's numbers."""
        copy = with_sites.path.with_name("copy.gpkg")
        with_sites.backup(copy)
        with_sites.do(Amend("site", [ONE], {"name": "here"}))
        with Session.open(copy) as other:
            other.do(Amend("site", [ONE], {"name": "there"}))
            assert other.verify() == []
        devices = {dev for (dev,) in ask(copy, "SELECT dev FROM txn")}
        assert len(devices) == 2
        assert len({dev for (dev,) in ask(with_sites.path, "SELECT dev FROM txn")}) == 1

    def test_names_behind_the_numbers_are_in_the_file(self, with_sites: Session) -> None:
        """A reader without this program can understand the journal."""
        found = ask(
            with_sites.path,
            "SELECT f.name FROM field f JOIN entity e USING (ent) "
            "WHERE e.name = 'site' AND f.fld = 7",
        )
        assert found == [("postcode",)]


class TestVerify:
    """What is wrong is found, whatever wrote it."""

    @pytest.mark.parametrize(
        ("damage", "said"),
        [
            ("UPDATE site SET name = 'X' WHERE reference = 'S001'", "S001 differs .* in name"),
            ("UPDATE site SET status = 'live' WHERE reference = 'S001'", "map entry of site S001"),
            ("DELETE FROM stage", "stage .* is only in the journal"),
            ("DROP TRIGGER txn_no_update; UPDATE txn SET author = 'me' WHERE n = 2", "altered"),
            (
                "DROP TRIGGER event_no_update; UPDATE event SET val = '\"x\"' WHERE seq = 2",
                "altered",
            ),
            ("DROP TRIGGER event_no_delete; DELETE FROM event WHERE seq = 3", "changes"),
            ("DROP TRIGGER txn_no_delete; DELETE FROM txn WHERE n = 2", "missing"),
            ("UPDATE dev SET n = 1", "list of devices"),
            ("UPDATE link SET geom = NULL", "links on the map"),
            ("DELETE FROM phase_area", "phase areas on the map"),
            (
                "UPDATE phase_area "
                "SET geom = CAST(substr(geom, 1, 50) || x'3ff0' || substr(geom, 53) AS BLOB)",
                "phase areas on the map",
            ),
            ("UPDATE phase_area SET geom = x'47500001'", "phase areas on the map"),
            ("UPDATE node SET geom = NULL", "map entries of the nodes"),
            ("DROP TRIGGER event_no_update", "guards are missing: event_no_update"),
            (
                "DROP TRIGGER txn_no_update; UPDATE txn SET received_at = '2014-06-01' WHERE n = 2",
                "When the transaction .* arrived",
            ),
            ("DELETE FROM seal WHERE arr = 2", "Seals of arrivals are missing"),
            ("UPDATE field SET name = 'x' WHERE ent = 5 AND fld = 7", "names of the kinds"),
        ],
    )
    def test_tampering_is_found(self, with_sites: Session, damage: str, said: str) -> None:
        """By the chain, or by replay."""
        assert with_sites.verify() == []
        with_sites.close()
        with sqlite3.connect(with_sites.path) as connection:
            connection.executescript(damage)
        connection.close()
        with Session.open(with_sites.path, read_only=True) as again:
            faults = again.verify()
        assert faults
        assert any(re.search(said, fault) for fault in faults), faults

    def test_what_does_not_open_is_not_sent_to_verify_by_verify(self, with_sites: Session) -> None:
        """The remedy of opening it names `verify`: there it names what comes after."""
        with_sites.close()
        data = bytearray(with_sites.path.read_bytes())
        data[100:4096] = bytes(3996)
        with_sites.path.write_bytes(data)
        done = CliRunner().invoke(cli, ["verify", str(with_sites.path)])
        assert isinstance(done.exception, UserError)
        assert "repair" in done.exception.remedy
        assert "verify" not in done.exception.remedy


class TestVersions:
    """Newer files are refused by name, older ones backed up and brought up to date."""

    def test_a_newer_file_is_refused(self, with_sites: Session) -> None:
        """The message names both formats; the file is untouched."""
        with_sites.close()
        with sqlite3.connect(with_sites.path) as connection:
            connection.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
                "VALUES ('psnplanner', '0042_of_the_future', 'then')"
            )
        connection.close()
        before = with_sites.path.read_bytes()
        with pytest.raises(UserError, match=r"newer PSN Planner .*0042_of_the_future"):
            Session.open(with_sites.path)
        assert with_sites.path.read_bytes() == before

    def test_an_older_file_is_backed_up_then_brought_up_to_date(
        self, with_sites: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A migration to come: the old file stays beside the new one."""
        with_sites.close()
        migrations = list(schema.migrations._migrations)
        monkeypatch.setattr(schema.migrations, "_migrations", migrations)

        @schema.migrations(name="0002_to_come")
        def _to_come(db: object) -> None:
            db.execute("CREATE TABLE to_come (x)")  # type: ignore[attr-defined]
            tables.rebuild(db, tables.load(db))  # type: ignore[arg-type]

        with Session.open(with_sites.path) as again:
            assert len(again.state.sites) == 3
            assert again.verify() == []
        assert ask(with_sites.path, "SELECT count(*) FROM to_come") == [(0,)]
        (kept,) = with_sites.path.parent.glob("cm.before-upgrade-*.gpkg")
        assert not ask(kept, "SELECT 1 FROM sqlite_master WHERE name = 'to_come'")
        assert ask(kept, "SELECT count(*) FROM sites") == [(3,)]

    @pytest.mark.parametrize("passphrase", ["", "correct horse battery"])
    def test_an_older_file_is_only_read(self, tmp_path: Path, passphrase: str) -> None:
        """By what only reads it, in memory; a copy that is made of it is no plainer."""
        if passphrase:
            pytest.importorskip("sqlcipher3", reason="SQLCipher is not installed: '.[encryption]'")
        path, out = tmp_path / "cm.gpkg", tmp_path / "backup.gpkg"
        Session.create(path, new_programme(), passphrase=passphrase).close()
        db = connections.connect(path)
        db.conn.execute("DROP INDEX event_value")
        db.conn.execute("DELETE FROM _sqlite_migrations WHERE name = '0008_second_copies'")
        db.conn.commit()
        db.conn.close()
        before = path.read_bytes()
        with Session.open(path, read_only=True) as session:
            assert session.state.programme.name == "CMPSN"
            assert session.verify() == []
            session.backup(out)
        assert path.read_bytes() == before
        assert encryption.is_encrypted(out) == bool(passphrase)
        assert {file.name for file in tmp_path.iterdir()} == {"cm.gpkg", "backup.gpkg"}
        with Session.open(out) as copy:
            assert len(copy.transactions()) == 1

    def test_another_geopackage_is_not_a_programme(self, tmp_path: Path) -> None:
        """What QGIS wrote is refused as what it is."""
        path = tmp_path / "other.gpkg"
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE gpkg_contents (table_name TEXT)")
        connection.close()
        with pytest.raises(UserError, match="not a programme"):
            Session.open(path)
        assert not list(tmp_path.glob("*-wal"))


class TestBackup:
    """Whole or not at all."""

    def test_a_backup_is_a_programme_that_says_the_same(self, with_sites: Session) -> None:
        """Taken while the file is open and its log not yet folded in."""
        with_sites.do(RecordStage(ONE, "desktop_survey", "done", date(2014, 5, 1)))
        out = with_sites.path.with_name("backup.gpkg")
        with_sites.backup(out)
        assert not out.with_name(out.name + "-wal").exists()
        with Session.open(out) as copy:
            assert copy.state.tables == with_sites.state.tables
            assert copy.verify() == []

    def test_it_never_writes_over_a_file(self, with_sites: Session) -> None:
        """Not even over an older backup."""
        with pytest.raises(UserError, match="file of that name"):
            with_sites.backup(with_sites.path)

    def test_a_refused_backup_leaves_nothing(self, with_sites: Session) -> None:
        """No partial file passes for a whole one."""
        folder = with_sites.path.parent
        with pytest.raises(UserError):
            with_sites.backup(folder / "missing" / "backup.gpkg")
        assert not list(folder.glob("**/*.part"))


def test_a_failed_write_leaves_file_and_session_as_they_were(
    with_sites: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Journal and tables go together: if the tables fail, the journal has nothing."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = with_sites.state
    monkeypatch.setattr(tables, "write", fail)
    with pytest.raises(UserError, match="No space left"):
        with_sites.do(Amend("site", [ONE], {"name": "lost"}))
    monkeypatch.undo()
    assert with_sites.state is before
    assert with_sites.verify() == []
    with_sites.do(Amend("site", [ONE], {"name": "kept"}))
    assert with_sites.verify() == []


def test_a_disk_that_is_full_is_said_plainly(with_sites: Session) -> None:
    """SQLite's own refusal, by a real limit on the file's pages."""
    with_sites._run(lambda: with_sites._file._db.execute("PRAGMA max_page_count=1").fetchall())
    many = [a_site(number) for number in range(100, 3000)]
    with pytest.raises(UserError, match="disk is full; nothing was changed"):
        with_sites.do(AddSites("big.csv", many))
    assert len(with_sites.state.sites) == 3
    assert with_sites.verify() == []


def test_read_only_media_with_a_leftover_log_or_journal_is_refused(
    with_sites: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last changes, or the way back from half of one, cannot be taken there."""
    folder = with_sites.path.parent / "media"
    folder.mkdir()
    for path in with_sites.path.parent.glob("cm.gpkg*"):
        shutil.copy(path, folder)
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    with pytest.raises(UserError, match="-wal file"):
        Session.open(folder / "cm.gpkg")
    (folder / "cm.gpkg-wal").unlink()
    (folder / "cm.gpkg-journal").write_bytes(b"half a change")
    with pytest.raises(UserError, match="-journal file"):
        Session.open(folder / "cm.gpkg")
    monkeypatch.undo()


def test_nothing_is_left_beside_a_closed_file(with_sites: Session) -> None:
    """Whoever leaves last takes the log and the lock along, a reader too."""
    folder = with_sites.path.parent
    with_sites.close()
    assert [path.name for path in folder.iterdir()] == ["cm.gpkg"]
    with Session.open(with_sites.path, read_only=True) as reader:
        assert len(reader.state.sites) == 3
    assert [path.name for path in folder.iterdir()] == ["cm.gpkg"]


def test_a_table_that_cannot_be_read_is_damage_not_a_fault_of_ours(with_sites: Session) -> None:
    """One message that names the file and the way back."""
    with_sites.close()
    with sqlite3.connect(with_sites.path) as connection:
        connection.execute("UPDATE site SET sharing = 'not json'")
    connection.close()
    with pytest.raises(UserError, match=r"cm\.gpkg: The file is damaged"):
        Session.open(with_sites.path)


def test_every_kind_of_value_comes_back(with_sites: Session) -> None:
    """Dates, positions, links, pairs, texts of any script: through the file and back."""
    rich = a_site(
        50,
        name="Ysgol “Cae’r Nant” 🏫 \u202e",
        sharing=(ident("Halton Council"),),
        position=Position(53.1, -2.9, "postcode (Code-Point Open 2014-08)", 75.0),
        contract_ends_on=date(2015, 1, 31),
        other=(("Notes", "two\nlines"), ("Köln", "=1+1")),
        effort_days=2.5,
        sensitive=True,
        uprn="000100012345",
        locked=True,
    )
    with_sites.do(AddSites("x.csv", [rich]))
    with_sites.do(Delete("site", [ONE]))
    with_sites.close()
    with Session.open(with_sites.path) as again:
        assert again.state.sites[rich.id] == rich
        assert ONE not in again.state.sites
        assert again.verify() == []


def test_a_list_of_formats_with_other_columns_is_damage(with_sites: Session) -> None:
    with_sites.close()
    with sqlite3.connect(with_sites.path) as connection:
        connection.execute("ALTER TABLE _sqlite_migrations RENAME COLUMN applied_at TO applied_bt")
    connection.close()
    with pytest.raises(UserError, match="damaged"):
        Session.open(with_sites.path)


def test_a_link_that_leads_to_itself_is_no_file(tmp_path: Path) -> None:
    """Whoever follows its name, to its log, its lock or its backups, must come back."""
    path = tmp_path / "loop.gpkg"
    path.symlink_to(path)
    for words in (["verify"], ["undo"], ["restore"], ["backup"], ["encrypt", "out.gpkg"]):
        done = CliRunner().invoke(cli, [words[0], str(path), *words[1:]], env=_KEY)
        assert isinstance(done.exception, UserError), words
    assert CliRunner().invoke(cli, ["backup", str(path), "--list"]).exit_code == 0
    for read_only in (True, False):
        with pytest.raises(UserError, match="no such file"):
            Session.open(path, read_only=read_only)
