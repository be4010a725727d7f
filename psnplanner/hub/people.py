"""Who may what at a hub: logins, their roles, and the sites of surveyors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import sql

from psnplanner.errors import UserError
from psnplanner.hub.address import Address
from psnplanner.hub.connection import Connection, one
from psnplanner.hub.making import PLANNER, READER, ROLES, SURVEYOR, role
from psnplanner.programme.record import RecordId


def grant(
    connection: Connection, address: Address, who: str, kind: str, sites: Sequence[RecordId],
    password: str = "",
) -> bool:  # fmt: skip
    """Give a login one of the hub's roles, and a surveyor these sites alone; whether it is new.

    With a password the login is made if there is none: the server gets only its SCRAM verifier,
    so that no log of it holds the password. Raises UserError if there is no such login.
    """
    with connection.transaction():
        known = one(connection, "SELECT count(*) FROM pg_roles WHERE rolname = %s", who)[0] > 0
        if not known and not password:
            raise UserError(f"The server has no login “{who}”.", str(address),
                            "Say --create to have it made, with a password asked for.")  # fmt: skip
        if password:
            _set_password(connection, who, password, known=known)
        for other in ROLES:
            words = "GRANT {} TO {}" if other == kind else "REVOKE {} FROM {}"
            if (
                other == kind
                or one(
                    connection, "SELECT pg_has_role(%s, %s, 'MEMBER')", who, role(connection, other)
                )[0]
            ):
                connection.execute(sql.SQL(words).format(
                    sql.Identifier(role(connection, other)), sql.Identifier(who)))  # fmt: skip
        connection.execute("DELETE FROM assignment WHERE who = %s", (who,))
        if kind == SURVEYOR:
            connection.execute(
                "INSERT INTO assignment SELECT %s, encode(s, 'hex')::uuid FROM unnest(%s::bytea[]) "
                "s", (who, list(sites)),
            )  # fmt: skip
    return not known


def _set_password(connection: Connection, who: str, password: str, *, known: bool) -> None:
    verifier = connection.pgconn.encrypt_password(
        password.encode(), who.encode(), b"scram-sha-256"
    ).decode()
    words = "ALTER ROLE {} PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}"
    connection.execute(sql.SQL(words).format(sql.Identifier(who), sql.Literal(verifier)))


def sites_named(
    connection: Connection, sites: Sequence[str], phases: Sequence[str], partners: Sequence[str]
) -> list[RecordId]:
    """The sites of these references, and all of these phases and partners.

    Raises UserError for a name that is not there.
    """
    found: dict[RecordId, None] = {}
    for what, column, names in (
        ("site", "id", sites), ("phase", "phase", phases), ("partner", "partner", partners)
    ):  # fmt: skip
        view, title = (f"{what}s", "reference" if what == "site" else "name")
        for name in names:
            known = connection.execute(
                f"SELECT id FROM {view} WHERE lower({title}) = lower(%s)".encode(), (name,)
            ).fetchall()
            if not known:
                raise UserError(f"The hub has no {what} “{name}”.",
                                remedy="Check the name, or sync first.")  # fmt: skip
            rows = connection.execute(
                f"SELECT id FROM sites WHERE {column} = ANY (%s)".encode(),
                ([ident for (ident,) in known],),
            )
            found.update((ident.bytes, None) for (ident,) in rows)
    return list(found)


def kind_of_user(connection: Connection) -> str:
    """What the user of this connection is at the hub; empty if nothing."""
    found = connection.execute(
        "SELECT kind FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS k (kind, role, at) "
        "WHERE pg_has_role(session_user, role, 'MEMBER') ORDER BY at LIMIT 1",
        (kinds := [PLANNER, READER, SURVEYOR], [role(connection, kind) for kind in kinds]),
    ).fetchone()
    return str(found[0]) if found else ""


def standing(connection: Connection) -> dict[str, Any]:
    """What a hub holds, as far as this user may see it."""
    name, version = one(connection, "SELECT programme, version FROM hub")
    devices, transactions = one(
        connection, "SELECT count(*), coalesce(sum(n), 0)::int8 FROM device WHERE n > 0"
    )
    return {
        "programme": name,
        "version": version,
        "you_are": kind_of_user(connection),
        "devices": devices,
        "transactions": transactions,
        "sites": one(connection, "SELECT count(*) FROM sites")[0],
        "photographs": one(connection, "SELECT count(*) FROM picture")[0],
        "bytes": one(connection, "SELECT pg_database_size(current_database())")[0],
    }
