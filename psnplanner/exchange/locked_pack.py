"""Packs under a passphrase: lost on a bus, they say nothing.

AES-256-GCM with a key by scrypt (RFC 7914: 128 MB and about half a second a guess), both from the
`cryptography` library. The file begins with what it is and its salt; nothing else is in the clear.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from psnplanner.errors import UserError

MAGIC = b"PSN locked pack 1\n"
LEAST_CHARACTERS = 8
MOST_BYTES = 395_000_000  # with what is put before and after, no more than is read back
_SALT, _NONCE = 16, 12
_COST, _BLOCK, _LANES = 2**17, 8, 1


def is_locked(start: bytes) -> bool:
    """Whether a file that begins so is a locked pack."""
    return start.startswith(MAGIC)


def locked(data: bytes, passphrase: str) -> bytes:
    """A pack's bytes under a passphrase. Raises UserError for one too short, or too many bytes."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(passphrase) < LEAST_CHARACTERS:
        raise UserError(
            f"The passphrase has fewer than {LEAST_CHARACTERS} characters.",
            remedy="Take four words that do not belong together.",
        )
    if len(data) > MOST_BYTES:
        raise UserError(
            "The pack is too large to be locked, at more than "
            f"{MOST_BYTES / 1e6:,.0f} MB.", remedy="Choose fewer sites, in several packs.",
        )  # fmt: skip
    salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
    head = MAGIC + salt + nonce
    return head + AESGCM(_key(passphrase, salt)).encrypt(nonce, data, head)


def read(path: Path) -> bytes:
    """A locked pack's bytes. Raises UserError for what is none, or far larger than any."""
    if path.exists() and not path.is_file():  # a pipe would be waited on for ever
        raise UserError("It is no file.", str(path), "Give the pack itself.")
    try:
        with path.open("rb") as file:
            data = file.read(len(MAGIC))
            if not is_locked(data):
                raise UserError("This is no locked pack.", str(path), "Open it as it is.")
            if path.stat().st_size > MOST_BYTES + 1_000:
                raise UserError("This is far larger than any pack.", str(path), "Ask for it again.")
            return data + file.read()
    except OSError as error:
        raise UserError(f"The pack cannot be read: {error.strerror or error}.", str(path),
                        "Check the name, or copy it to this machine first.") from error  # fmt: skip


def unlocked(data: bytes, passphrase: str, where: str = "") -> bytes:
    """The pack behind its lock. Raises UserError for a wrong passphrase or an altered file."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not is_locked(data):
        raise UserError("This is no locked pack.", where, "Open it as it is.")
    at = len(MAGIC)
    salt, nonce = data[at : at + _SALT], data[at + _SALT : at + _SALT + _NONCE]
    head, sealed = data[: at + _SALT + _NONCE], data[at + _SALT + _NONCE :]
    try:
        return AESGCM(_key(passphrase, salt)).decrypt(nonce, sealed, head)
    except (InvalidTag, ValueError) as error:
        raise UserError(
            "The passphrase is not that of this pack, or the file was altered or cut short.",
            where, "Type it again; capitals and spaces count.",
        ) from error  # fmt: skip


def _key(passphrase: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt, 32, _COST, _BLOCK, _LANES).derive(passphrase.encode("utf-8"))
