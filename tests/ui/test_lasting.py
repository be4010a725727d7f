"""Work that makes a great many objects: the collector keeps out of it."""

from __future__ import annotations

import gc

import pytest

from psnplanner.ui import lasting


def test_very_many_objects_are_never_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few are left to the collector, as ever; and it is on again afterwards."""
    before = gc.get_freeze_count()
    with lasting.lasting():
        assert not gc.isenabled()
        few = [[n] for n in range(100)]
    assert gc.isenabled()
    assert gc.get_freeze_count() <= before
    monkeypatch.setattr(lasting, "MANY", 1_000)
    try:
        with lasting.lasting():
            many = [[n] for n in range(5_000)]
        assert gc.get_freeze_count() > len(many)
        assert len(few) == 100
    finally:
        gc.unfreeze()
