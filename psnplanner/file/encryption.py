"""Programmes encrypted at rest, by SQLCipher: every page, the log beside it and every backup.

Source: the SQLCipher design (zetetic.net/sqlcipher/design): AES-256-CBC with an HMAC-SHA512 a
page, the key by PBKDF2 with 256,000 rounds. A file begins with its salt, 16 bytes of noise, which
tells it from every other: a backup has that of its original, and opens by the same passphrase.
The passphrases that were given are held in memory for as long as the program runs.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pysqlite3

from psnplanner.errors import PassphraseNeeded, UserError

LEAST_CHARACTERS = 8
_SERVICE = "psnplanner"
PAGE = 4096
_SALT, _IV, _MAC = 16, 16, 64
_ROUNDS, _MAC_ROUNDS, _MAC_MASK = 256_000, 2, 0x3A
_USABLE = PAGE - _IV - _MAC
_FRAME, _LOG_HEADER = 24, 32
_LEAST_BITS = 7.8
"""A page of noise has 7.95 bits a byte; of text, tables or pictures far fewer."""

_PLAIN = (b"SQLite format 3", b"PSN locked pack", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff",
          b"\x1f\x8b", b"RIFF", b"%PDF", b"{", b"<")  # fmt: skip
_INSTALL = "Install what reads it: pip install 'psnplanner[encryption]'."

_held: dict[bytes, str] = {}


def sql_errors(*others: type[Exception]) -> tuple[type[Exception], ...]:
    """What either library of SQLite raises, which share no class; and others beside."""
    ciphered = sys.modules.get("sqlcipher3.dbapi2")
    return (pysqlite3.Error, *others, *((ciphered.Error,) if ciphered else ()))


def is_encrypted(path: Path) -> bool:
    """Whether a file looks like an encrypted programme: whole pages of noise from the first on."""
    try:
        if not path.is_file() or not (size := path.stat().st_size) or size % PAGE:
            return False
        with path.open("rb") as file:
            page = file.read(PAGE)
    except OSError:
        return False
    if page.startswith(_PLAIN):
        return False
    shares = (count / len(page) for count in Counter(page).values())
    return -sum(share * math.log2(share) for share in shares) > _LEAST_BITS


def hold(path: Path, passphrase: str) -> None:
    """Keep a passphrase for this file and its backups in memory. Raises UserError if unreadable."""
    _held[_salt(path)] = passphrase


def held(path: Path) -> str:
    """The passphrase of a file as far as it is known here, by itself or in the keyring; else ""."""
    salt = _salt(path)
    known = _held.get(salt) or _in_keyring(salt)
    if known:
        _held[salt] = known
    return known


def required(path: Path) -> str:
    """The passphrase of a file. Raises PassphraseNeeded where it is not known here."""
    known = held(path)
    if not known:
        raise PassphraseNeeded(
            "This programme is encrypted.", str(path),
            "Give its passphrase: it is asked for on a terminal, or taken from the file that "
            "PSNPLANNER_PASSPHRASE_FILE names.",
        )  # fmt: skip
    return known


def all_held() -> dict[str, str]:
    """Every passphrase that is known, by salt in hex: for a process that reads for us."""
    return {salt.hex(): passphrase for salt, passphrase in _held.items()}


def take_over(known: dict[str, str]) -> None:
    """Hold what another process of ours knows."""
    _held.update({bytes.fromhex(salt): passphrase for salt, passphrase in known.items()})


def keep_in_keyring(path: Path) -> None:
    """Keep a file's passphrase in the operating system's keyring, so that nobody is asked.

    Raises UserError where there is no keyring.
    """
    keyring = _keyring()
    try:
        if keyring is None:
            raise RuntimeError("keyring is not installed")
        keyring.set_password(_SERVICE, _salt(path).hex(), _held[_salt(path)])
    except Exception as error:  # a keyring's own errors are as many as there are keyrings
        raise UserError(
            f"The passphrase cannot be kept in this computer's keyring ({type(error).__name__}).",
            str(path), "Type it each time, or write it down where it is safe.",
        ) from error  # fmt: skip


def connect(address: str, path: Path, *, uri: bool) -> Any:
    """A connection to an encrypted file that is there.

    Raises PassphraseNeeded where it is not known or wrong, UserError without the library.
    """
    library, passphrase = sqlcipher(str(path)), required(path)
    connection = library.connect(address, uri=uri)
    try:
        _give_key(connection, passphrase)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except library.DatabaseError as error:
        connection.close()
        if "not a database" not in str(error):
            raise
        _held.pop(_salt(path), None)
        raise PassphraseNeeded(
            "The passphrase is not that of this programme, or its first page is damaged.",
            str(path), "Type it again; capitals and spaces count.",
        ) from error  # fmt: skip
    return connection


def begin(path: Path, passphrase: str) -> Any:
    """A connection to a new, encrypted file, whose passphrase is held from now on."""
    check_passphrase(passphrase)
    salt = secrets.token_bytes(_SALT)
    connection = sqlcipher(str(path)).connect(str(path))
    _give_key(connection, passphrase)
    connection.execute(f"PRAGMA cipher_salt = \"x'{salt.hex()}'\"")
    connection.execute("PRAGMA auto_vacuum = NONE")
    _held[salt] = passphrase
    return connection


def check_passphrase(passphrase: str) -> None:
    """Raises UserError for one that is guessed too soon."""
    if len(passphrase) < LEAST_CHARACTERS:
        raise UserError(
            f"The passphrase has fewer than {LEAST_CHARACTERS} characters.",
            remedy="Take four words that do not belong together.",
        )


def sqlcipher(where: str = "") -> ModuleType:
    """The library. Raises UserError, saying how to install it, where it is missing."""
    try:
        from sqlcipher3 import dbapi2
    except ImportError as error:
        raise UserError("Encrypted programmes cannot be read or written here.", where, _INSTALL
                        ) from error  # fmt: skip
    library: ModuleType = dbapi2
    return library


def _give_key(connection: Any, passphrase: str) -> None:
    # It says on standard error what we say in a sentence.
    connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
    connection.set_key(passphrase)
    # A later SQLCipher may have other defaults; files made by this one must open under it.
    connection.execute("PRAGMA cipher_compatibility = 4").fetchall()
    connection.execute(f"PRAGMA kdf_iter = {_ROUNDS}").fetchall()
    connection.execute("PRAGMA temp_store = MEMORY").fetchall()


def _salt(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_SALT)
    except OSError as error:
        raise UserError(f"The file cannot be read ({error.strerror}).", str(path),
                        "Check that you may read it.") from error  # fmt: skip


def _in_keyring(salt: bytes) -> str:
    keyring = _keyring()
    try:
        return (keyring.get_password(_SERVICE, salt.hex()) or "") if keyring else ""
    except Exception:  # locked, or none on this machine: the person is asked then
        return ""


def _keyring() -> Any:
    try:
        import keyring
    except ImportError:
        return None
    return keyring


# -- A damaged file, page by page: SQLCipher stops at the first bad one ----------------------


def pages(data: bytes, log: bytes, passphrase: str) -> list[bytes]:
    """The content of each page, then of each of the log's; zeros for one that is damaged.

    Without what SQLCipher keeps at a page's end, so that they are like those of a plain file.
    """
    key, mac_key = _keys(passphrase, data[:_SALT])
    found = [
        _page(data[at : at + PAGE], at // PAGE + 1, key, mac_key)
        for at in range(0, len(data), PAGE)
    ]
    found += [_page(page, number, key, mac_key) for number, page in _frames(log)]
    return found


def _frames(log: bytes) -> Iterator[tuple[int, bytes]]:
    for at in range(_LOG_HEADER, len(log) - _FRAME - PAGE + 1, _FRAME + PAGE):
        yield int.from_bytes(log[at : at + 4], "big"), log[at + _FRAME : at + _FRAME + PAGE]


def _keys(passphrase: str, salt: bytes) -> tuple[bytes, bytes]:
    key = hashlib.pbkdf2_hmac("sha512", passphrase.encode("utf-8"), salt, _ROUNDS, 32)
    masked = bytes(byte ^ _MAC_MASK for byte in salt)
    return key, hashlib.pbkdf2_hmac("sha512", key, masked, _MAC_ROUNDS, 32)


def _page(page: bytes, number: int, key: bytes, mac_key: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    start = _SALT if number == 1 else 0
    proved, mac = page[start : _USABLE + _IV], page[_USABLE + _IV :]
    told = hmac.new(mac_key, proved + number.to_bytes(4, "little"), hashlib.sha512).digest()
    if len(page) != PAGE or not hmac.compare_digest(told, mac):
        return bytes(_USABLE)
    cipher = Cipher(algorithms.AES256(key), modes.CBC(page[_USABLE : _USABLE + _IV])).decryptor()
    head = b"SQLite format 3\0" if number == 1 else b""
    return head + cipher.update(page[start:_USABLE]) + cipher.finalize()
