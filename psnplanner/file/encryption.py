"""Programmes encrypted at rest, by SQLCipher: every page, the log beside it and every backup.

Source: the SQLCipher design (zetetic.net/sqlcipher/design): AES-256-CBC with an HMAC-SHA512 a
page, the key by PBKDF2 with 256,000 rounds. A file begins with its salt, 16 bytes of noise, which
tells it from every other: a backup has that of its original, and opens by the same passphrase.
The rounds are done here and once: the key is held in memory for as long as the program runs,
the passphrase is not.
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
from typing import Any, NamedTuple

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
          b"\x1f\x8b", b"RIFF", b"%PDF")  # fmt: skip
"""How other files of noise begin, and so no salt of ours does; text is no noise."""

_INSTALL = "Install what reads it: pip install 'psnplanner[encryption]'."


class Key(NamedTuple):
    """What opens a file: its salt, and the 32 bytes that its passphrase comes to with it."""

    salt: bytes
    secret: bytes

    @property
    def told(self) -> str:
        """The key as SQLCipher takes it, without its own rounds."""
        return f"x'{self.secret.hex()}{self.salt.hex()}'"


_held: dict[bytes, bytes] = {}
"""Secrets by their salt."""


def new_key(passphrase: str) -> Key:
    """A key for a new file. Raises UserError for a passphrase that is guessed too soon."""
    check_passphrase(passphrase)
    salt = secrets.token_bytes(_SALT)
    while salt.startswith(_PLAIN):  # the file would not be known for what it is
        salt = secrets.token_bytes(_SALT)
    return _key_of(passphrase, salt)


def _key_of(passphrase: str, salt: bytes) -> Key:
    words = passphrase.encode("utf-8")
    return Key(salt, hashlib.pbkdf2_hmac("sha512", words, salt, _ROUNDS, 32))


def opens(key: Key, passphrase: str) -> bool:
    """Whether a key is that of a passphrase; a quarter of a second."""
    return hmac.compare_digest(_key_of(passphrase, key.salt).secret, key.secret)


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
    """Keep what opens a file and its backups in memory; a quarter of a second.

    Raises UserError if the file cannot be read.
    """
    hold_key(_key_of(passphrase, _salt(path)))


def hold_key(key: Key) -> None:
    """Keep a key in memory for as long as the program runs."""
    _held[key.salt] = key.secret


def held(path: Path) -> Key | None:
    """The key of a file where it is known here, by itself or in the keyring."""
    salt = _salt(path)
    secret = _held.get(salt) or _in_keyring(salt)
    if not secret:
        return None
    _held[salt] = secret
    return Key(salt, secret)


def required(path: Path) -> Key:
    """The key of a file. Raises PassphraseNeeded where it is not known here."""
    known = held(path)
    if known is None:
        raise PassphraseNeeded(
            "This programme is encrypted.", str(path),
            "Give its passphrase: it is asked for on a terminal, or taken from the file that "
            "PSNPLANNER_PASSPHRASE_FILE names.",
        )  # fmt: skip
    return known


def all_held() -> dict[str, str]:
    """Every secret that is known by its salt, in hex: for a process that reads for us."""
    return {salt.hex(): secret.hex() for salt, secret in _held.items()}


def take_over(known: dict[str, str]) -> None:
    """Hold what another process of ours knows."""
    for salt, secret in known.items():
        hold_key(Key(bytes.fromhex(salt), bytes.fromhex(secret)))


def keep_in_keyring(path: Path) -> None:
    """Keep a file's key in the operating system's keyring, so that nobody is asked.

    Raises UserError where there is no keyring.
    """
    keyring = _keyring()
    try:
        if keyring is None:
            raise RuntimeError("keyring is not installed")
        key = required(path)
        keyring.set_password(_SERVICE, key.salt.hex(), key.secret.hex())
        if keyring.get_password(_SERVICE, key.salt.hex()) != key.secret.hex():
            raise LookupError("a keyring that keeps nothing, and says nothing of it")
    except Exception as error:  # a keyring's own errors are as many as there are keyrings
        raise UserError(
            f"The key cannot be kept in this computer's keyring ({type(error).__name__}).",
            str(path), "Type the passphrase each time.",
        ) from error  # fmt: skip


def connect(address: str, path: Path, *, uri: bool, alone: bool = False) -> Any:
    """A connection to an encrypted file that is there; `alone` as `connection.connect` has it.

    Raises PassphraseNeeded where it is not known or wrong, UserError without the library.
    """
    library, key = sqlcipher(str(path)), required(path)
    connection = library.connect(address, uri=uri)
    try:
        _give_key(connection, key)
        if alone:  # the first look at the file would already ask for the shared memory
            connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except library.DatabaseError as error:
        connection.close()
        if "not a database" not in str(error):
            raise
        raise _refused(path, key, "its first page is damaged") from error
    return connection


def _refused(path: Path, key: Key, otherwise: str) -> PassphraseNeeded:
    _held.pop(key.salt, None)
    return PassphraseNeeded(
        f"The passphrase is not that of this programme, or {otherwise}.",
        str(path), "Type it again; capitals and spaces count.",
    )  # fmt: skip


def begin(path: Path, key: Key) -> Any:
    """A connection to a new, encrypted file, whose key is held from now on."""
    connection = sqlcipher(str(path)).connect(str(path))
    _give_key(connection, key)
    connection.execute("PRAGMA auto_vacuum = NONE")
    hold_key(key)
    return connection


def in_memory(path: Path) -> Any:
    """A connection to an empty database in memory, under the key of a file."""
    connection = sqlcipher(str(path)).connect(":memory:")
    _give_key(connection, required(path))
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


def _give_key(connection: Any, key: Key) -> None:
    # It says on standard error what we say in a sentence.
    connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
    connection.set_key(key.told)
    # A later SQLCipher may have other defaults; files made by this one must open under it.
    connection.execute("PRAGMA cipher_compatibility = 4").fetchall()
    connection.execute("PRAGMA temp_store = MEMORY").fetchall()


def _salt(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_SALT)
    except OSError as error:
        raise UserError(f"The file cannot be read ({error.strerror}).", str(path),
                        "Check that you may read it.") from error  # fmt: skip


def _in_keyring(salt: bytes) -> bytes:
    keyring = _keyring()
    try:
        return bytes.fromhex(keyring.get_password(_SERVICE, salt.hex()) or "") if keyring else b""
    except Exception:  # locked, or none on this machine: the person is asked then
        return b""


def _keyring() -> Any:
    try:
        import keyring
    except ImportError:
        return None
    return keyring


# -- A damaged file, page by page: SQLCipher stops at the first bad one ----------------------


def pages(path: Path, data: bytes, log: bytes, key: Key) -> list[bytes]:
    """The content of each page, then of each of the log's; zeros for one that is damaged.

    Without what SQLCipher keeps at a page's end, so that they are like those of a plain file.
    Raises PassphraseNeeded where the key fits none of them.
    """
    masked = bytes(byte ^ _MAC_MASK for byte in key.salt)
    mac_key = hashlib.pbkdf2_hmac("sha512", key.secret, masked, _MAC_ROUNDS, 32)
    found = [
        _page(data[at : at + PAGE], at // PAGE + 1, key.secret, mac_key)
        for at in range(0, len(data), PAGE)
    ]
    found += [_page(page, number, key.secret, mac_key) for number, page in _frames(log)]
    if not any(map(any, found)):
        raise _refused(path, key, "all of it is damaged")
    return found


def _frames(log: bytes) -> Iterator[tuple[int, bytes]]:
    for at in range(_LOG_HEADER, len(log) - _FRAME - PAGE + 1, _FRAME + PAGE):
        yield int.from_bytes(log[at : at + 4], "big"), log[at + _FRAME : at + _FRAME + PAGE]


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
