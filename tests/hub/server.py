"""A PostgreSQL server of our own on loopback, in a folder that goes with it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import sql

OWNER, SECRET = "owner", "Correct-Horse-77"
_PATIENCE_S = 120.0


OLDEST = 15
"""The first PostgreSQL that knows views with the rights of whoever reads them."""


def programs() -> Path | None:
    """The folder of initdb and pg_ctl of the newest PostgreSQL installed; None if there is none."""
    named = shutil.which("initdb")
    found = {path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")}
    found |= {Path(named).resolve().parent} if named else set()
    known = sorted((_version(folder), folder) for folder in found)
    return known[-1][1] if known and known[-1][0] >= OLDEST else None


def _version(folder: Path) -> int:
    told = subprocess.run([folder / "initdb", "--version"], capture_output=True, text=True,
                          check=False).stdout  # fmt: skip
    found = re.search(r"\) (\d+)", told)
    return int(found[1]) if found else 0


class Server:
    """One server; `kill` ends it as a power cut would, `start` brings it back."""

    def __init__(self, *, durable: bool = False, settings: Sequence[str] = ()) -> None:
        programs_ = programs()
        assert programs_ is not None
        self._bin = programs_
        # Root may not run it, and nobody else reaches into pytest's own folders.
        self._folder = Path(tempfile.mkdtemp(prefix="psnhub", dir=None if durable else _memory()))
        self._data = self._folder / "data"
        self._user = "postgres" if hasattr(os, "getuid") and os.getuid() == 0 else None
        if self._user:
            shutil.chown(self._folder, self._user, self._user)
        self.port = _free_port()
        secret = self._folder / "secret"
        secret.write_text(SECRET, "ascii")
        secret.chmod(0o644)
        self._run(
            "initdb", "-D", str(self._data), "-U", OWNER, f"--pwfile={secret}", "--no-sync",
            "--auth=scram-sha-256", "-E", "UTF8", "--no-locale",
        )  # fmt: skip
        given = [
            f"port={self.port}", "listen_addresses='127.0.0.1'", "unix_socket_directories=''",
            "log_statement=all", "shared_buffers=32MB", "max_connections=60", *settings,
        ]  # fmt: skip
        if not durable:
            given += ["fsync=off", "full_page_writes=off"]
        with (self._data / "postgresql.conf").open("a", encoding="ascii") as conf:
            conf.write("\n" + "\n".join(given) + "\n")
        self.start()

    @property
    def data(self) -> Path:
        """Its folder, for certificates."""
        return self._data

    @property
    def log(self) -> str:
        """All that it has logged: every statement is."""
        return (self._folder / "log").read_text("utf-8", "replace")

    def _run(self, name: str, *words: str, check: bool = True) -> None:
        subprocess.run(
            [str(self._bin / name), *words], check=check, user=self._user, cwd=self._folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._run("pg_ctl", "start", "-D", str(self._data), "-l", str(self._folder / "log"), "-w",
                  "-t", str(int(_PATIENCE_S)))  # fmt: skip
        give_up = time.monotonic() + _PATIENCE_S
        while True:
            try:
                self.admin("SELECT 1")
                return
            except psycopg.OperationalError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.05)

    def use_certificate(self, certificate: bytes, key: bytes) -> None:
        """Speak TLS too, from now on."""
        for name, data in (("server.crt", certificate), ("server.key", key)):
            path = self._data / name
            path.write_bytes(data)
            path.chmod(0o600)
            if self._user:
                shutil.chown(path, self._user, self._user)
        self.admin("ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()")
        give_up = time.monotonic() + _PATIENCE_S
        while not self.asked("SELECT setting = 'on' FROM pg_settings WHERE name = 'ssl'"):
            if time.monotonic() > give_up:
                raise TimeoutError("the server took up no certificate")
            time.sleep(0.05)

    def asked(self, question: str, database: str = "postgres") -> object:
        """What a query gives, as the server's owner."""
        with psycopg.connect(self.url(database)) as connection:
            row = connection.execute(question.encode()).fetchone()
            return row[0] if row else None

    def asked_all(self, question: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """All rows of a query, as the server's owner."""
        with psycopg.connect(self.url(database)) as connection:
            return connection.execute(question.encode()).fetchall()

    def kill(self) -> None:
        """Stop it at once, in the middle of whatever it does."""
        self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "immediate", "-w")

    def end(self) -> None:
        """Stop it and remove what it had."""
        self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "immediate", "-w", check=False)
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str, user: str = OWNER, password: str = SECRET) -> str:
        """The address of a database, as people type it."""
        secret = f":{password}" if password else ""
        return f"postgresql://{user}{secret}@127.0.0.1:{self.port}/{database}"

    def admin(self, *statements: str, database: str = "postgres") -> None:
        """Do something as the server's owner."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def database(self, name: str) -> str:
        """A fresh database; its address for its owner."""
        made = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)).as_string()
        self.admin(made)
        return self.url(name)


def _memory() -> str | None:
    """Memory that passes for a disk, where there is enough: each database is 8 MB to write."""
    place = Path("/dev/shm")
    room = shutil.disk_usage(place).free if os.access(place, os.W_OK) else 0
    return str(place) if room > _ROOM else None


_ROOM = 4e9


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
