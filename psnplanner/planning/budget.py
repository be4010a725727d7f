"""How much work a search may do."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass


def _never() -> bool:
    return False


@dataclass
class Budget:
    """How much work a search may do, in about seconds of one quiet core.

    `cancelled` and `ends_at` (an instant of `time.monotonic`) end it sooner: what is found then
    depends on the machine's load.
    """

    work: float
    cancelled: Callable[[], bool] = _never
    ends_at: float = math.inf
    spent: float = 0.0

    def spend(self, work: float) -> None:
        """Count work done."""
        self.spent += work

    def stop(self) -> bool:
        """Whether the search is to end at once, its work done or not."""
        return time.monotonic() >= self.ends_at or self.cancelled()

    def apart(self) -> Budget:
        """What a process of its own can be told of it: all but whether it is cancelled."""
        return Budget(self.work, ends_at=self.ends_at, spent=self.spent)

    @property
    def seconds_left(self) -> float:
        """Seconds of the clock until it ends."""
        return max(0.01, self.ends_at - time.monotonic())

    @property
    def over(self) -> bool:
        """Whether the search is to end."""
        return self.spent >= self.work or self.stop()
