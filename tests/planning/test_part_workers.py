"""Work sent to processes of our own comes back the same, whatever becomes of the process."""

import operator
import os
import time
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from psnplanner.planning.budget import Budget
from psnplanner.planning.drawn_areas import DrawnArea
from psnplanner.planning.part_workers import PartWorkers
from tests.planning.small_groupings import phased
from tests.planning.test_engine import nothing_planned


def never() -> bool:
    return False


@pytest.fixture(scope="module")
def workers() -> Iterator[PartWorkers]:
    with closing(PartWorkers(1)) as some:
        yield some


def test_what_is_sent_is_done_in_another_process(workers: PartWorkers) -> None:
    there = workers.result(workers.submit(os.getpid), never)
    assert there != os.getpid()
    assert workers.result(workers.submit(os.getpid), never) == there


def test_what_it_raises_is_raised_here(workers: PartWorkers) -> None:
    with pytest.raises(ZeroDivisionError):
        workers.result(workers.submit(operator.truediv, 1, 0), never)
    assert workers.result(workers.submit(operator.truediv, 1, 2), never) == 0.5


def test_a_part_comes_to_the_same_there_as_here(workers: PartWorkers) -> None:
    problem = phased(np.random.default_rng(2), 60, 6, 8)
    everyone = np.arange(60), np.arange(6), np.arange(8)
    leaning, crowd = np.ones((6, 8)), np.full(8, 60)
    area = DrawnArea(problem, nothing_planned(problem), *everyone, leaning, crowd, 10, 5, 0)
    budget = Budget(1.0, cancelled=lambda: False)
    here = area.solve(budget).plan
    there = workers.result(workers.submit(area.solve, budget.apart()), never).plan
    assert (here.group == there.group).all()
    assert (here.base == there.base).all()


def test_what_a_process_dies_of_is_done_here() -> None:
    with closing(PartWorkers(1)) as some:
        there = some.result(some.submit(os.getpid), never)
        for child in some.children:
            child.kill()
            child.wait()
        assert there != os.getpid()
        assert some.result(some.submit(os.getpid), never) == os.getpid()


def test_stopped_it_leaves_no_process_behind() -> None:
    with closing(PartWorkers(1)) as some:
        assert some.result(some.submit(time.sleep, 600), lambda: bool(some.children)) is None
        assert some.result(some.submit(os.getpid), never) is None
    assert [child.poll() is not None for child in some.children] == [True]
