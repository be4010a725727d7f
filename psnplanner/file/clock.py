"""The hybrid logical clock: wall time where it goes forward, a count where it does not.

Source: Kulkarni, Demirbas and others, "Logical Physical Clocks" (2014). A stamp is milliseconds
since 1970 (UTC) shifted left by 16, plus a counter.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_COUNTER_BITS = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock:
    """The hybrid clock of one copy: never behind what the file has seen."""

    def __init__(self, last: int) -> None:
        self._last = last

    def next(self, now: datetime) -> int:
        """The next stamp, greater than every one before it. `now` is aware (UTC)."""
        millis = (now - _EPOCH) // timedelta(milliseconds=1)
        self._last = max(millis << _COUNTER_BITS, self._last + 1)
        return self._last

    @property
    def last(self) -> int:
        """The last stamp given or seen."""
        return self._last

    def see(self, stamp: int) -> None:
        """Go on after a stamp of another copy."""
        self._last = max(self._last, stamp)


def stamp(at: datetime) -> int:
    """The first stamp of an instant. `at` is aware (UTC)."""
    return ((at - _EPOCH) // timedelta(milliseconds=1)) << _COUNTER_BITS


def instant(hlc: int) -> datetime:
    """The instant (UTC) within a stamp of the hybrid clock."""
    return _EPOCH + timedelta(milliseconds=hlc >> _COUNTER_BITS)
