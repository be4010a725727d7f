"""The clock of a copy only goes forward, whatever the machine's clock does."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from psnplanner.file.clock import Clock, instant

INSTANTS = st.datetimes(datetime(2014, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)


@given(st.lists(INSTANTS, min_size=1, max_size=20), st.integers(0, 1 << 60))
def test_stamps_rise_even_where_the_machine_s_clock_goes_back(
    instants: list[datetime], seen: int
) -> None:
    """And never fall behind what the file has seen."""
    clock = Clock(seen)
    stamps = [clock.next(at) for at in instants]
    assert all(later > earlier for earlier, later in zip([seen, *stamps], stamps, strict=False))


@given(INSTANTS)
def test_a_stamp_tells_its_instant(at: datetime) -> None:
    """To the millisecond."""
    assert instant(Clock(0).next(at)) == at
