"""A programme under a passphrase says nothing without it, and all there is with it."""

from __future__ import annotations

import json
import os
import random
import sys
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner

from psnplanner.cli import cli
from psnplanner.errors import PassphraseNeeded, UserError
from psnplanner.exchange.pack import Choice
from psnplanner.file import encryption
from psnplanner.programme.edits import AddSites, Amend
from psnplanner.session import Session, new_programme, passphrases, repair
from psnplanner.session.backups import backups_of, restore_backup
from tests.conftest import Ticking, a_site

pytest.importorskip("sqlcipher3", reason="SQLCipher is not installed: '.[encryption]'")

WORDS = "four words of it's kind"
NAME = "Zanzibar Hall"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing held from another test, and a key in a moment: the rounds are for attackers."""
    monkeypatch.setattr(encryption, "_ROUNDS", 1_000)
    monkeypatch.setattr(encryption, "_held", {})
    monkeypatch.setitem(sys.modules, "keyring", None)


def _sites(count: int = 3) -> AddSites:
    return AddSites(f"{NAME}.csv", [a_site(n, name=f"{NAME} {n}") for n in range(count)])


def _made(path: Path, clock: Ticking, count: int = 3) -> Session:
    programme = new_programme(status_on=date(2014, 6, 2))
    made = Session.create(path, programme, passphrase=WORDS, author="office", clock=clock)
    made.do(_sites(count))
    return made


def _telling(folder: Path) -> list[str]:
    """The files that give a name, or the passphrase, away."""
    words = (NAME.encode(), NAME.encode("utf-16-le"), WORDS.encode())
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(word in path.read_bytes() for word in words)
    ]


def test_no_name_is_in_the_file_its_log_its_backups_or_beside_them(
    tmp_path: Path, clock: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every byte of every file, while it is open and after."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    (tmp_path / "tmp").mkdir()
    with _made(tmp_path / "cm.gpkg", clock, 200) as session:
        assert (tmp_path / "cm.gpkg-wal").stat().st_size > 10_000
        session.undo()
        session.redo()
        session.backup(tmp_path / "backup.gpkg")
        assert session.verify() == []
        assert _telling(tmp_path) == []
    assert _telling(tmp_path) == []
    assert (tmp_path / "cm.gpkg").stat().st_size > 100_000
    with Session.open(tmp_path / "backup.gpkg", read_only=True) as back:
        assert {site.name for site in back.state.sites.values()} >= {f"{NAME} 0", f"{NAME} 199"}


def test_without_the_passphrase_it_is_told_in_one_sentence(tmp_path: Path, clock: Ticking) -> None:
    """Not known, wrong, then right."""
    path = tmp_path / "cm.gpkg"
    _made(path, clock).close()
    encryption._held.clear()
    with pytest.raises(PassphraseNeeded, match="is encrypted"):
        Session.open(path)
    passphrases.hold(path, "another passphrase")
    with pytest.raises(PassphraseNeeded, match="not that of this programme"):
        Session.open(path)
    passphrases.hold(path, WORDS)
    with Session.open(path) as session:
        assert len(session.state.sites) == 3


@pytest.mark.parametrize("start", [b"{", b"<", b"\x1f\x8b", b"\xff\xd8\xff", b"RIFF"])
def test_whatever_its_salt_a_programme_is_known_for_encrypted(
    tmp_path: Path, clock: Ticking, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    """One in 128 began like JSON or XML, and could not be opened again."""
    salts = iter([start + bytes(range(16 - len(start)))])
    chosen = encryption.secrets.token_bytes

    def given(size: int) -> bytes:
        return (next(salts, None) if size == 16 else None) or chosen(size)

    monkeypatch.setattr(encryption.secrets, "token_bytes", given)
    path = tmp_path / "cm.gpkg"
    _made(path, clock).close()
    assert next(salts, None) is None
    encryption._held.clear()
    passphrases.hold(path, WORDS)
    with Session.open(path, read_only=True) as session:
        assert len(session.state.sites) == 3


def test_a_short_passphrase_is_none(tmp_path: Path) -> None:
    """And nothing is made."""
    with pytest.raises(UserError, match="fewer than 8"):
        Session.create(tmp_path / "cm.gpkg", new_programme(), passphrase="short")
    assert not (tmp_path / "cm.gpkg").exists()


def test_copies_and_packs_of_it_merge(tmp_path: Path, clock: Ticking) -> None:
    """A copy is read in a process of its own, which is given the key, not asked for it."""
    with _made(tmp_path / "cm.gpkg", clock) as session:
        site = next(iter(session.state.sites))
        session.backup(tmp_path / "copy.gpkg")
        session.make_pack(tmp_path / "pack.gpkg", Choice(sites=[site]), "Ann")
        with Session.open(tmp_path / "copy.gpkg", author="Bob", clock=clock) as copy:
            copy.do(Amend("site", [site], {"note": "From the copy"}))
        assert session.merge_file(tmp_path / "copy.gpkg").transactions == 1
        with Session.open(tmp_path / "pack.gpkg", author="Ann", clock=clock) as pack:
            pack.do(Amend("site", [site], {"contact": "Ann of the pack"}))
        assert session.merge_file(tmp_path / "pack.gpkg").transactions == 1
        found = session.state.sites[site]
        assert (found.note, found.contact) == ("From the copy", "Ann of the pack")
        assert session.verify() == []


def test_what_is_damaged_is_salvaged_page_by_page_and_stays_encrypted(
    tmp_path: Path, clock: Ticking
) -> None:
    """SQLCipher itself stops at the first page whose seal is broken."""
    path, out = tmp_path / "cm.gpkg", tmp_path / "saved.gpkg"
    _made(path, clock, 400).close()
    data = bytearray(path.read_bytes())
    pages = len(data) // 4096
    for page in random.Random(1).sample(range(5, pages), pages // 30):
        data[page * 4096 + 100] ^= 1
    path.write_bytes(data)
    held = encryption.held(path)
    passphrases.hold(path, "another passphrase")
    with pytest.raises(PassphraseNeeded, match="not that of this programme"):
        repair(path, out)
    encryption.hold_key(held)
    found = repair(path, out)
    assert 0.7 < found.share <= 1.0
    assert passphrases.is_encrypted(out)
    assert _telling(tmp_path) == []
    with Session.open(out, read_only=True) as saved:
        assert saved.verify() == []


def test_the_verbs_encrypt_and_decrypt_whole_copies(
    tmp_path: Path, with_sites: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The passphrase comes from a file or a prompt; what QGIS reads is read again after."""
    with_sites.do(_sites())
    with_sites.close()
    key, locked, plain = tmp_path / "key", tmp_path / "locked.gpkg", tmp_path / "plain.gpkg"
    key.write_text(f"{WORDS}\n", "utf-8")
    ran = CliRunner()
    done = ran.invoke(
        cli, ["encrypt", str(with_sites.path), str(locked), "--passphrase-file", str(key)]
    )
    assert done.exit_code == 0, done.exception
    assert NAME.encode() not in locked.read_bytes()
    encryption._held.clear()
    refused = ran.invoke(cli, ["verify", str(locked)])
    assert isinstance(refused.exception, PassphraseNeeded)
    monkeypatch.setenv("PSNPLANNER_PASSPHRASE_FILE", str(key))
    assert ran.invoke(cli, ["verify", str(locked)]).exit_code == 0
    assert ran.invoke(cli, ["decrypt", str(locked), str(plain)]).exit_code == 0
    from pyogrio import list_layers

    assert "sites" in {str(name) for name, _ in list_layers(plain)}
    with Session.open(plain, read_only=True) as session:
        assert session.verify() == []
        assert session.state.sites == with_sites.state.sites


def test_a_new_programme_is_encrypted_where_that_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the verb, which refuses to begin without a passphrase; plain unless asked."""
    ran, path = CliRunner(), tmp_path / "cm.gpkg"
    assert isinstance(ran.invoke(cli, ["new", str(path), "--encrypt"]).exception, UserError)
    assert not path.exists()
    monkeypatch.setenv("PSNPLANNER_PASSPHRASE", WORDS)
    assert ran.invoke(cli, ["new", str(path), "--encrypt"]).exit_code == 0
    assert ran.invoke(cli, ["new", str(tmp_path / "plain.gpkg")]).exit_code == 0
    assert passphrases.is_encrypted(path)
    assert not passphrases.is_encrypted(tmp_path / "plain.gpkg")
    assert ran.invoke(cli, ["verify", str(path)]).exit_code == 0


def test_the_verbs_that_keep_a_file_take_its_passphrase_and_give_it_another(
    tmp_path: Path, clock: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each as if nothing else had been done before; the new file does not open by the old one."""
    path, key, ran = tmp_path / "cm.gpkg", tmp_path / "key", CliRunner()
    _made(path, clock).close()
    key.write_text("quite another passphrase", "utf-8")

    def said(*words: object) -> Any:
        encryption._held.clear()
        done = ran.invoke(cli, [*map(str, words), "--json"])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return json.loads(done.output)

    monkeypatch.setenv("PSNPLANNER_PASSPHRASE", WORDS)
    made = said("backup", path)["file"]
    (listed,) = said("backup", path, "--list")
    assert (listed["file"], listed["changes_behind"]) == (made, 0)
    assert said("restore", path, "--to", tmp_path / "back.gpkg")["from"] == made
    assert said("merge", path, tmp_path / "back.gpkg")["merged"][0]["changes"] == 0
    assert said("repair", path, tmp_path / "saved.gpkg")["share"] == 1.0
    changed = ("encrypt", path, tmp_path / "new.gpkg")
    with pytest.raises(UserError, match="has that passphrase already"):
        said(*changed)
    said(*changed, "--passphrase-file", key)
    assert said("verify", path)["sound"]
    with pytest.raises(PassphraseNeeded):
        said("verify", tmp_path / "new.gpkg")
    monkeypatch.setenv("PSNPLANNER_PASSPHRASE", "quite another passphrase")
    assert said("verify", tmp_path / "new.gpkg")["sound"]
    with pytest.raises(PassphraseNeeded, match="not that of"):  # and not: there is no backup
        said("restore", path)
    path.unlink()
    monkeypatch.setenv("PSNPLANNER_PASSPHRASE", WORDS)
    assert said("restore", path)["from"] == made
    assert _telling(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such modes")
def test_copies_are_no_more_open_than_the_programme(
    tmp_path: Path, clock: Ticking, with_sites: Session
) -> None:
    """And what was encrypted is in the clear for its owner alone; a broken-off one is cleared."""

    def mode(path: Path) -> int:
        return path.stat().st_mode & 0o777

    path, plain = tmp_path / "locked.gpkg", tmp_path / "plain.gpkg"
    _made(path, clock).close()
    left = [tmp_path / f".plain.0123abcd.part.gpkg{end}" for end in ("", "-journal")]
    for piece in left:
        piece.write_bytes(NAME.encode())
    passphrases.decrypt(path, plain)
    assert [mode(plain), *(piece.exists() for piece in left)] == [0o600, False, False]
    with_sites.path.chmod(0o600)
    rolling = with_sites.back_up().path
    with_sites.backup(tmp_path / "copy.gpkg")
    with_sites.close()
    rolling.chmod(0o644)
    kept = restore_backup(rolling, with_sites.path, replace=True)
    made = [tmp_path / "copy.gpkg", kept, with_sites.path]
    assert [mode(copy) for copy in made if copy] == [0o600] * 3


def test_the_keyring_knows_it_for_the_file_and_its_backups(
    tmp_path: Path, clock: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the file's salt, wherever it lies; a keyring that fails is told, and nobody is stopped."""
    monkeypatch.delitem(sys.modules, "keyring")
    import keyring
    from keyring.backend import KeyringBackend

    class Ring(KeyringBackend):
        """A keyring of the library's own kind, in memory."""

        priority = 1
        kept: ClassVar[dict[tuple[str, str], str]] = {}

        def set_password(self, service: str, username: str, password: str) -> None:
            self.kept[service, username] = password

        def get_password(self, service: str, username: str) -> str | None:
            return self.kept.get((service, username))

        def delete_password(self, service: str, username: str) -> None:
            del self.kept[service, username]

    # By its module: a package imported a second time knows nothing of its parts by name.
    monkeypatch.setattr(import_module("keyring.core"), "_keyring_backend", Ring())
    assert isinstance(keyring.get_keyring(), Ring)
    with _made(tmp_path / "cm.gpkg", clock) as session:
        passphrases.keep_in_keyring(session.path)
        session.backup(tmp_path / "elsewhere.gpkg")
    assert not any(WORDS in words for words in Ring.kept.values())
    null = import_module("keyring.backends.null").Keyring()
    with monkeypatch.context() as context:
        context.setattr(import_module("keyring.core"), "_keyring_backend", null)
        with pytest.raises(UserError, match="cannot be kept"):
            passphrases.keep_in_keyring(tmp_path / "cm.gpkg")
    encryption._held.clear()
    with Session.open(tmp_path / "elsewhere.gpkg", read_only=True) as back:
        assert len(back.state.sites) == 3
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(UserError, match="cannot be kept"):
        passphrases.keep_in_keyring(tmp_path / "cm.gpkg")


def test_rolling_backups_of_it_are_encrypted_checked_and_put_back(
    tmp_path: Path, clock: Ticking
) -> None:
    """By the same passphrase, in a folder that says nothing; one that is damaged is refused."""
    path = tmp_path / "cm.gpkg"
    with _made(path, clock, 40) as session:
        first = session.back_up_if_due()
        assert first is not None
        assert passphrases.is_encrypted(first.path)
        clock.now += timedelta(hours=2)
        site = next(iter(session.state.sites))
        session.do(Amend("site", [site], {"note": "later"}))
        second = session.back_up_if_due()
        assert second is not None
        assert [item.behind for item in session.backups()] == [0, 1]
    assert _telling(tmp_path) == []
    spoilt = bytearray(second.path.read_bytes())
    spoilt[5 * 4096 + 100] ^= 1
    second.path.write_bytes(spoilt)
    with pytest.raises(UserError):
        restore_backup(second.path, path, replace=True)
    kept = restore_backup(first.path, path, replace=True)
    assert kept is not None
    encryption._held.clear()
    assert [item.behind for item in backups_of(path)] == [None, None]
    passphrases.hold(path, WORDS)
    with Session.open(path, read_only=True) as now, Session.open(kept, read_only=True) as before:
        assert now.state.sites[site].note == ""
        assert before.state.sites[site].note == "later"
        assert now.verify() == []
    assert _telling(tmp_path) == []


def test_without_the_library_it_is_said_what_to_install(
    tmp_path: Path, clock: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening, and making one."""
    _made(tmp_path / "cm.gpkg", clock).close()
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    for work in (
        lambda: Session.open(tmp_path / "cm.gpkg"),
        lambda: Session.create(tmp_path / "new.gpkg", new_programme(), passphrase=WORDS),
    ):
        with pytest.raises(UserError) as refusal:
            work()
        assert "pip install 'psnplanner[encryption]'" in refusal.value.remedy


def test_other_files_are_not_taken_for_encrypted_ones(tmp_path: Path, with_sites: Session) -> None:
    """Nobody is asked for the passphrase of a picture."""
    noise = random.Random(2).randbytes(8192)
    for start in (b"PK\x03\x04", b"\x89PNG", b"PSN locked pack 1\n", b"SQLite format 3\0"):
        path = tmp_path / "other"
        path.write_bytes((start + noise)[:8192])
        assert not passphrases.is_encrypted(path)
    path.write_bytes(noise[:-1])
    assert not passphrases.is_encrypted(path)
    path.write_bytes(b"Name,Postcode\n" * 4096)
    assert not passphrases.is_encrypted(path)
    path.write_text(json.dumps([random.Random(3).random() for _ in range(900)])[:8192], "utf-8")
    assert not passphrases.is_encrypted(path)
    path.write_bytes(noise)
    assert passphrases.is_encrypted(path)
    assert not passphrases.is_encrypted(with_sites.path)
    assert not passphrases.is_encrypted(tmp_path / "missing")


def test_a_passphrase_file_without_an_end_is_refused(tmp_path: Path) -> None:
    made = ["new", str(tmp_path / "a.gpkg"), "--encrypt", "--passphrase-file", "/dev/zero"]
    if not Path("/dev/zero").exists():
        pytest.skip("this system has no such device")
    done = CliRunner().invoke(cli, made)
    assert isinstance(done.exception, UserError)
    assert "passphrase cannot be read" in str(done.exception)
