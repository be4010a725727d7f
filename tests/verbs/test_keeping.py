"""The verbs that keep a file safe, as a person or a script calls them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from psnplanner.cli import cli
from psnplanner.errors import UserError
from psnplanner.programme.edits import Amend
from psnplanner.session import Session
from tests.conftest import ident

ONE = ident("site 1")


@pytest.fixture
def run() -> Callable[..., Any]:
    """Run a verb in this process; its JSON document."""

    def call(*words: object) -> Any:
        done = CliRunner().invoke(cli, [*map(str, words), "--json"])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    return call


def test_backups_are_made_listed_and_restored(
    with_sites: Session, run: Callable[..., Any], tmp_path: Path
) -> None:
    """In its place, the present file kept; or as a new file."""
    path = with_sites.path
    assert run("backup", path, "--list") == []
    made = run("backup", path)
    assert made["bytes"] == Path(made["file"]).stat().st_size
    with_sites.do(Amend("site", [ONE], {"name": "later"}))
    (listed,) = run("backup", path, "--list")
    assert (listed["file"], listed["changes_behind"]) == (made["file"], 1)
    assert run("restore", path, "--to", tmp_path / "new.gpkg")["kept"] is None
    with_sites.close()
    restored = run("restore", path, Path(made["file"]).name)
    assert restored["from"] == made["file"]
    for file, name in (
        (path, "Site 1"),
        (restored["kept"], "later"),
        (tmp_path / "new.gpkg", "Site 1"),
    ):
        with Session.open(Path(file)) as session:
            assert session.state.sites[ONE].name == name


def test_the_list_says_what_there_is(with_sites: Session) -> None:
    """A table for people; without any, the way to one."""
    path = str(with_sites.path)
    assert "no backups" in CliRunner().invoke(cli, ["backup", path, "--list"]).output
    with_sites.back_up()
    said = CliRunner().invoke(cli, ["backup", path, "--list"]).output
    assert "changes behind" in said
    assert CliRunner().invoke(cli, ["backup", path, "x.gpkg", "--list"]).exit_code == 2


def test_nothing_to_restore_is_refused(with_sites: Session, run: Callable[..., Any]) -> None:
    """In words."""
    with pytest.raises(UserError, match="no backup of this programme"):
        run("restore", with_sites.path)


def test_verify_says_what_is_affected_in_a_file_that_does_not_open(
    with_sites: Session, run: Callable[..., Any]
) -> None:
    """Which site, and the way back."""
    with_sites.close()
    with sqlite3.connect(with_sites.path) as connection:
        connection.execute("DROP TRIGGER event_no_update")
        connection.execute("UPDATE event SET val = 'not json' WHERE seq = 10")
        connection.execute("UPDATE site SET sharing = 'not json'")
    connection.close()
    with pytest.raises(UserError) as refused:
        run("verify", with_sites.path)
    assert "tables hold what cannot be read" in refused.value.what
    assert "has been altered or damaged. It is about" in refused.value.what
    assert "restore" in refused.value.remedy
