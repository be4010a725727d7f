"""What a hub can refuse in a way that callers tell apart."""

from __future__ import annotations

from psnplanner.errors import UserError


class Unreachable(UserError):
    """The hub does not answer; nothing is lost, and a later try may do better."""


class NeedsPassword(UserError):
    """The hub wants a password, and none is known or it is not the one."""


class Parted(UserError):
    """This copy and the hub hold different changes under one name."""


class NotAssigned(UserError):
    """The hub refused a change of what is not this surveyor's; nothing of the batch was taken."""


class ReadsOnly(UserError):
    """This user may take from the hub, and not send to it."""


def no_driver() -> UserError:
    """What to say where psycopg is not installed."""
    return UserError("Speaking with a hub needs psycopg, which is not installed here.",
                     remedy="Install it with “pip install psnplanner[hub]”.")  # fmt: skip
