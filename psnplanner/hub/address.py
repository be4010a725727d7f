"""Where a hub is, and how it may be spoken to: TLS off this machine, the password never kept."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from psnplanner.errors import UserError

_KNOWN = ("host", "hostaddr", "port", "dbname", "user", "sslmode", "sslrootcert", "sslcert",
          "sslkey", "passfile", "connect_timeout")  # fmt: skip
_BEGINNINGS = ("postgresql://", "postgres://")
_LIKE_THIS = "Give it like postgresql://ann@hub.example.org/cheshire."
_LIVELINESS = {"keepalives_idle": "20", "keepalives_interval": "5", "keepalives_count": "3",
               "tcp_user_timeout": "30000"}  # fmt: skip
CHECKED = "verify-full"
"""The one way of TLS in which libpq checks that the server is the one that was named."""


@dataclass(frozen=True)
class Address:
    """A hub's address. `str()` of it holds no password, nor does its repr."""

    settings: Mapping[str, str]
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        given = dict(self.settings)
        user, host, port = given.pop("user", ""), given.pop("host", ""), given.pop("port", "")
        name = given.pop("dbname", "")
        place = f"[{host}]" if ":" in host else quote(host, safe="")
        text = f"postgresql://{quote(user, safe='')}{'@' if user else ''}{place}"
        text += f"{':' if port else ''}{port}/{quote(name, safe='')}"
        rest = "&".join(f"{key}={quote(value, safe='/')}" for key, value in given.items())
        return text + (f"?{rest}" if rest else "")

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine: a socket, or the loopback interface, whatever it says."""
        return _is_loopback(self.settings.get("hostaddr") or self.settings.get("host", ""))

    @property
    def user(self) -> str:
        """Who signs in; empty where that is left to the system."""
        return self.settings.get("user", "")

    def with_password(self, password: str) -> Address:
        """The same with a password, for as long as this lives."""
        return replace(self, password=password)

    def parameters(self) -> dict[str, str]:
        """What a connection is made with: nothing that matters is left to the environment."""
        given = {"connect_timeout": "10", "hostaddr": "", **_LIVELINESS, **self.settings}
        given["client_encoding"], given["application_name"] = "utf8", "psnplanner"
        if not self.is_here:
            given["sslmode"] = CHECKED
            if "sslrootcert" not in given and not _own_roots().exists():
                given["sslrootcert"] = "system"
        if self.password:
            given["password"] = self.password
        return given


def read(text: str) -> Address:
    """The address in a URL.

    Raises UserError, which never shows the password, if it is none, or asks to go without TLS
    to another machine.
    """
    if not text.startswith(_BEGINNINGS):
        raise UserError("That is no address of a hub.", remedy=_LIKE_THIS)
    try:
        found = {key: str(value) for key, value in conninfo_to_dict(text).items() if value != ""}
    except (ProgrammingError, UnicodeError):  # its words may hold the password
        raise UserError("That address of a hub cannot be read.", remedy=_LIKE_THIS) from None
    password = found.pop("password", "")
    strange = sorted(found.keys() - set(_KNOWN))
    if strange:
        raise UserError(f"The address of a hub has no setting “{strange[0]}”.",
                        remedy=f"It may have {', '.join(_KNOWN)}.")  # fmt: skip
    if not found.get("dbname"):
        raise UserError("That address names no database.", remedy=_LIKE_THIS)
    if not found.get("host") or "," in found["host"]:
        raise UserError("That address names no one machine.", remedy=_LIKE_THIS)
    address = Address(found, password)
    mode = found.get("sslmode", CHECKED)
    if not address.is_here and mode != CHECKED:
        raise UserError(
            f"The hub is on another machine, and “sslmode={mode}” does not prove which.",
            str(address),
            f"Leave sslmode out, or say sslmode={CHECKED}; sslrootcert names a certificate of "
            "your own authority.",
        )
    return address


def _own_roots() -> Path:
    return Path.home() / ".postgresql" / "root.crt"


def _is_loopback(host: str) -> bool:
    if host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
