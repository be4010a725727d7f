"""Encrypted programmes: their passphrases, and whole copies with and without one."""

from __future__ import annotations

from pathlib import Path

from psnplanner.file import encryption, recrypt

hold = encryption.hold
keep_in_keyring = encryption.keep_in_keyring
check_passphrase = encryption.check_passphrase
is_encrypted = encryption.is_encrypted
held = encryption.held


def check_available() -> None:
    """Raises UserError, saying how to install it, where the library is missing."""
    encryption.sqlcipher()


def encrypt(path: Path, out: Path, passphrase: str) -> None:
    """Write a programme to a new file, encrypted. The plain one stays as it is."""
    recrypt.encrypt(path, out, passphrase)


def decrypt(path: Path, out: Path) -> None:
    """Write an encrypted programme to a new file that any SQLite tool and GIS can read."""
    recrypt.decrypt(path, out)
