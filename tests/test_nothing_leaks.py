"""What must not leave the programme does not: sensitive sites byte by byte, and nothing by wire."""

from __future__ import annotations

import os
import socket
import zipfile
from pathlib import Path
from typing import Any, NoReturn

import pytest
from click.testing import CliRunner

from psnplanner import console, home
from psnplanner.cli import cli
from psnplanner.exchange.pack import Choice
from psnplanner.programme.edits import AddSites, Amend
from psnplanner.session import Session
from tests.conftest import a_site, ident

WORDS = ("Zebedee", "ZX-909", "CH99 9ZZ", "Quux Lane", "hidden remark")


@pytest.fixture
def secret(with_sites: Session) -> Session:
    """A programme with three plain sites and one that is sensitive."""
    hidden = a_site(
        99, name="Zebedee Custody Suite", reference="ZX-909", postcode="CH99 9ZZ",
        address="7 Quux Lane", note="hidden remark", sensitive=True,
    )  # fmt: skip
    with_sites.do(AddSites("police.csv", [hidden]))
    with_sites.do(Amend("site", [hidden.id], {"contact": "Zebedee"}))
    return with_sites


def _telling(path: Path) -> list[str]:
    """The words that a file gives away, be it an archive or none."""
    data = path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            data += b"".join(archive.read(name) for name in archive.namelist())
    found = []
    for word in WORDS:
        forms = {word.encode(), word.encode("utf-16-le"), word.upper().encode(),
                 word.encode().hex().encode()}  # fmt: skip
        if any(form in data for form in forms):
            found.append(word)
    return found


def test_the_scan_finds_what_is_there(secret: Session, tmp_path: Path) -> None:
    """An internal list has all of it."""
    secret.export(tmp_path / "all.xlsx")
    secret.export(tmp_path / "all.csv")
    assert _telling(tmp_path / "all.csv") == list(WORDS)
    assert _telling(tmp_path / "all.xlsx") == list(WORDS)


@pytest.mark.parametrize("name", ["pack.gpkg", "sheet.html"])
def test_a_pack_holds_nothing_of_sensitive_sites_unless_its_bearer_is_vetted(
    secret: Session, tmp_path: Path, name: str
) -> None:
    """Not the site, and not what the history or the list of packs says of it."""
    phase = Choice(phases=[ident("Phase 1")])
    secret.make_pack(tmp_path / name, phase, "Ann")
    assert _telling(tmp_path / name) == []
    vetted = tmp_path / f"vetted-{name}"
    secret.make_pack(vetted, Choice(phases=[ident("Phase 1")], sensitive=True), "Bob")
    assert "Zebedee" in _telling(vetted)


@pytest.mark.parametrize("audience", ["public", "board"])
def test_a_snapshot_for_others_holds_nothing_of_them(
    secret: Session, tmp_path: Path, audience: str
) -> None:
    """The page, with its data."""
    out = tmp_path / "snapshot.html"
    secret.snapshot(out, audience=audience)
    assert _telling(out) == []


def test_neither_the_log_nor_what_the_window_remembers_names_them(
    secret: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in the midst of work on one, and a look at the person's whole folder."""
    from psnplanner.ui import recent_programmes
    from psnplanner.ui.settings import remember_file

    monkeypatch.setenv("PSNPLANNER_HOME", str(home.folder() / "made by us"))

    def fail() -> None:
        site = next(s for s in secret.state.sites.values() if s.sensitive)
        raise KeyError(site.name, site.note)

    assert console.run(fail) == 1
    remember_file(secret.path)
    recent_programmes.note(secret)
    kept = [path for path in home.folder().rglob("*") if path.is_file()]
    assert {"psnplanner.log", "window.ini"} <= {path.name for path in kept}
    assert {path.name: _telling(path) for path in kept if _telling(path)} == {}
    if os.name != "nt":
        assert home.folder().stat().st_mode & 0o077 == 0  # nobody else's to look into
    recent_programmes.forget(secret.path)
    assert secret.path.stem.encode() not in (home.folder() / "window.ini").read_bytes()


def test_a_usual_day_opens_no_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list in, figures, a plan and a snapshot out: nobody is called, asked or told."""

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise AssertionError("a connection was opened")

    for name in ("connect", "connect_ex", "sendto", "bind"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    names = tmp_path / "list.csv"
    names.write_text("Name,Postcode,Latitude,Longitude\nHall,WA8 7QF,53.36,-2.73\n", "utf-8")
    path = str(tmp_path / "cm.gpkg")
    for words in (
        ["new", path],
        ["import", path, str(names)],
        ["edit", path, "phase", "Phase 1", "--new", "capacity_days=50",
         "starts_on=2014-04-01", "ends_on=2014-06-30"],
        ["plan", path, "--seconds", "0.2"],
        ["findings", path],
        ["snapshot", path, str(tmp_path / "out.html")],
    ):  # fmt: skip
        done = CliRunner().invoke(cli, words)
        assert done.exit_code == 0, (words, done.output, done.exception)
