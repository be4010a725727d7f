"""Words on the screen: dates short enough for their place, and never ambiguous."""

from __future__ import annotations

from datetime import date

import pytest

from psnplanner.programme.phase import Phase
from psnplanner.ui.wording import window


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        (date(2014, 3, 3), date(2014, 4, 30), "3 Mar – 30 Apr 2014"),
        (date(2014, 12, 15), date(2015, 1, 23), "15 Dec – 23 Jan 2015"),
        (date(2014, 3, 3), date(2015, 3, 27), "3 Mar 2014 – 27 Mar 2015"),
        (date(2014, 3, 3), None, "3 Mar 2014"),
        (None, None, "no dates yet"),
    ],
)
def test_a_phase_s_window(starts: date | None, ends: date | None, said: str) -> None:
    """One year is enough where there is no doubt."""
    assert window(Phase(id=b"p" * 16, starts_on=starts, ends_on=ends)) == said
