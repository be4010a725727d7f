"""Connections to a hub, and what PostgreSQL says in plain words."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import errors

from psnplanner.errors import UserError
from psnplanner.hub.address import Address
from psnplanner.hub.refusals import NeedsPassword, NotAssigned, ReadsOnly, Unreachable

VERSION = 2
"""The version of the hub's tables that this program speaks with."""

SCHEMA = "psnplanner"
_SETTINGS = (
    f"SET search_path = {SCHEMA}, pg_temp; SET lock_timeout = '30s'; "
    "SET idle_in_transaction_session_timeout = '5min'; SET TimeZone = 'UTC'"
)
_TRIES = 5
_OURS = "PS"
Result = TypeVar("Result")
Connection = psycopg.Connection[tuple[Any, ...]]


@contextmanager
def connected(address: Address) -> Iterator[Connection]:
    """A connection to a hub, closed at the end; each `transaction()` on it is one.

    Raises Unreachable, NeedsPassword or UserError; no message ever holds the password.
    """
    with plain_words(address):
        given: dict[str, Any] = {**address.parameters()}
        connection: Connection = psycopg.connect(autocommit=True, prepare_threshold=None, **given)
        try:
            if not address.is_here and not connection.pgconn.ssl_in_use:
                raise UserError("The hub speaks without TLS.", str(address),
                                "Nothing was sent; have TLS set up there.")  # fmt: skip
            connection.execute(_SETTINGS)
            yield connection
        finally:
            with contextlib.suppress(psycopg.Error):
                connection.close()


def check_version(connection: Connection, address: Address) -> str:
    """The programme's name at this hub. Raises UserError unless its tables are of our version."""
    if not is_hub(connection):
        raise UserError("There is no hub in this database.", str(address),
                        "Make one there with “psnplanner hub init”.")  # fmt: skip
    version, name = one(connection, "SELECT version, programme FROM hub")
    if version > VERSION:
        raise UserError(
            f"The hub is of a newer PSN Planner (its version is {version}; this one speaks "
            f"{VERSION}).", str(address), "Update PSN Planner here; nothing was exchanged.",
        )  # fmt: skip
    if version < VERSION:
        raise UserError(
            f"The hub is of an older PSN Planner (its version is {version}; this one speaks "
            f"{VERSION}).", str(address), "Have its owner run “psnplanner hub init” once more.",
        )  # fmt: skip
    return str(name)


def is_hub(connection: Connection) -> bool:
    """Whether a database holds a hub."""
    return one(connection, "SELECT to_regclass(%s) IS NOT NULL", f"{SCHEMA}.hub")[0] is True


def one(connection: Connection, sql: str, *values: Any) -> tuple[Any, ...]:
    """The one row of a query."""
    found = connection.execute(sql, values or None).fetchone()
    assert found is not None
    return found


def again_if_crossed(work: Callable[[], Result]) -> Result:
    """Do a transaction anew where it crossed with another: PostgreSQL took all of it back."""
    for _ in range(_TRIES - 1):
        with contextlib.suppress(
            errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable
        ):
            return work()
    return work()


@contextmanager
def plain_words(address: Address) -> Iterator[None]:
    """Turn what PostgreSQL or the network refuse into a UserError, without the password."""
    try:
        yield
    except UserError:
        raise
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise _out_of_reach(error, address) from None
    except psycopg.Error as error:
        raise _refused(error, address) from None


def not_allowed(error: errors.InsufficientPrivilege, where: str = "") -> UserError:
    """What this user may not do at the hub, in words."""
    if "row-level security" in (error.diag.message_primary or ""):
        return NotAssigned(
            "The hub refused a change of what is not assigned to you.", where,
            "Have the site assigned to you.",
        )  # fmt: skip
    if "open_devices" in (error.diag.message_primary or ""):
        return ReadsOnly("You may read at this hub, not send to it: what you changed stays "
                         "here alone.", where, "Ask its owner for a planner's role, or undo it."
                         )  # fmt: skip
    return UserError("You have no right to do that at the hub.", where,
                     "Ask its owner for a role there: “psnplanner hub grant”.")  # fmt: skip


def _refused(error: psycopg.Error, address: Address) -> UserError:
    where, told = str(address), error.diag
    if (error.sqlstate or "").startswith(_OURS):
        return UserError(told.message_primary or "", where, told.message_hint or "")
    if isinstance(error, errors.InsufficientPrivilege):
        return not_allowed(error, where)
    words = _first_line(told.message_primary or type(error).__name__, address)
    return UserError(f"The hub refused: {words}.", where, "Nothing was changed there.")


def _out_of_reach(error: psycopg.Error, address: Address) -> UserError:
    where, said = str(address), str(error)
    if "no password supplied" in said:
        return NeedsPassword("The hub wants a password.", where,
                             "Put it into the file that PGPASSFILE names, or type it when asked."
                             )  # fmt: skip
    if error.sqlstate in ("28P01", "28000") or "authentication failed" in said:
        return NeedsPassword("The hub does not know this user and password.", where,
                             "Check both with whoever looks after the hub.")  # fmt: skip
    if error.sqlstate == "3D000" or ("does not exist" in said and "database" in said):
        return UserError("There is no such database at the hub.", where,
                         "Check the address, or have the database made.")  # fmt: skip
    # A connection that broke off says SSL too, and is only that.
    proof = ("certificate", "does not support SSL", "SSL error: tls", "SSL error: ssl")
    if error.sqlstate is None and any(word in said for word in proof):
        words = _first_line(said, address)
        return UserError(f"The hub could not prove that it is the one named: {words}.", where,
                         "Check the address, and the name and days of its certificate; "
                         "sslrootcert names its authority's."
                         )  # fmt: skip
    return Unreachable(f"The hub does not answer: {_first_line(said, address)}.", where,
                       "Go on working; sync again when it does.")  # fmt: skip


def _first_line(said: str, address: Address) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    words = lines[0] if lines else "the connection was lost"
    words = words.rsplit("failed: ", 1)[-1].removeprefix("FATAL:").strip().rstrip(".")
    return words.replace(address.password, "…") if address.password else words
