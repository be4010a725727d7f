"""Programmes shared by the board's tests."""

import pytest

from psnplanner.programme.state import State
from tests.board.sample import true_scale


@pytest.fixture(scope="session")
def half_way() -> State:
    """The programme at true scale, about half way."""
    return true_scale()
