"""The two kinds of failure: the world's (say it well) and ours (a bug)."""


class UserError(Exception):
    """Something a person or a file got wrong, in one message: what, where, what to do.

    Shown as it is, never with a traceback; nothing has been lost when it is raised.
    """

    def __init__(self, what: str, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(what, where, remedy)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f" {self.remedy}" if self.remedy else "")


class Cancelled(Exception):
    """The person cancelled long work; everything is as it was before it began."""


class Bug(AssertionError):
    """An invariant of ours does not hold: stop before anything is written."""


class PassphraseNeeded(UserError):
    """The file is encrypted, and its passphrase is not known here or is another."""
