"""Passwords of hubs in the operating system's keyring, where `keyring` is installed.

Beside it there are the file that PGPASSFILE names, which libpq reads by itself, and being asked.
Nothing of ours ever keeps one.
"""

from __future__ import annotations

import importlib
from typing import Any

from psnplanner.errors import UserError
from psnplanner.hub.address import Address

_SERVICE = "psnplanner hub"


def _keyring() -> Any:
    try:
        return importlib.import_module("keyring")
    except ImportError:
        return None


def known_password(address: Address) -> str:
    """The password that the keyring has for this address; empty if none, or no keyring."""
    keyring = _keyring()
    if keyring is None or address.password:
        return address.password
    try:
        return keyring.get_password(_SERVICE, str(address)) or ""
    except Exception:  # a locked or absent keyring has errors of every kind of its own
        return ""


def keep_password(address: Address) -> None:
    """Put an address's password into the keyring. Raises UserError where there is none."""
    keyring = _keyring()
    try:
        if keyring is None:
            raise LookupError
        keyring.set_password(_SERVICE, str(address), address.password)
    except Exception as error:
        raise UserError("There is no keyring here to keep the password in.", str(address),
                        "Install “keyring”, or use the file that PGPASSFILE names."
                        ) from error  # fmt: skip
