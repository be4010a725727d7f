"""Names on the map: short where that is clear, and clear of sites and of one another."""

import numpy as np

from psnplanner.board.labels import ATTENTION_WEIGHT, Room, around_point, beside_outline, in_lines
from psnplanner.board.words import short_names

FRAME = (0.0, 0.0, 400.0, 300.0)
RING = np.array([(100.0, 100.0), (200.0, 100.0), (200.0, 200.0), (100.0, 200.0), (100.0, 100.0)])
NONE = np.empty((0, 2))


def _room(sites: object = NONE, weight: float = 1.0) -> Room:
    spots = np.array(sites, dtype=float).reshape(-1, 2)
    return Room(FRAME, spots, np.full(len(spots), weight), NONE)


def test_the_part_before_a_colon_stands_for_the_name() -> None:
    assert short_names(["Phase 1: Warrington pilot", "Phase 2 – St Helens", "Pilot"]) == [
        "Phase 1", "Phase 2", "Pilot",
    ]  # fmt: skip


def test_a_name_is_whole_where_its_first_part_is_not_unique() -> None:
    names = ["Wirral: north", "Wirral: south", "Sefton: all", "sefton", ": odd", "At 10:30"]
    assert short_names(names) == names


def test_an_outline_is_named_on_top_when_nothing_is_in_the_way() -> None:
    x, y = _room().place(60, 14, beside_outline(RING, 60, 14)) or (0, 0)
    assert 100 <= x <= 200
    assert y > 200


def test_a_name_keeps_off_sites_of_attention() -> None:
    above = [(x, y) for x in range(0, 400, 8) for y in range(205, 295, 8)]
    x, y = _room(above, ATTENTION_WEIGHT).place(60, 14, beside_outline(RING, 60, 14)) or (0, 0)
    assert all(abs(x - a) > 30 or abs(y - b) > 7 for a, b in above)


def test_names_do_not_touch_and_stay_within_the_frame() -> None:
    room = _room()
    tried = beside_outline(RING + np.array([190.0, 90.0]), 80, 14)
    assert [room.place(80, 14, tried) for _ in range(6)].count(None) == 0
    for k, (left, bottom, right, top) in enumerate(room.taken):
        assert min(left, bottom) >= 0
        assert right <= 400
        assert top <= 300
        for other in room.taken[:k]:
            assert left >= other[2] or other[0] >= right or bottom >= other[3] or other[1] >= top


def test_a_town_among_too_many_sites_is_not_named() -> None:
    everywhere = [(x, y) for x in range(0, 400, 5) for y in range(0, 300, 5)]
    tried = around_point(200, 150, 60, 12)
    assert _room(everywhere).place(60, 12, tried, limit=4.5) is None
    assert _room().place(60, 12, tried, limit=4.5) == (200, 150)


def test_a_long_name_goes_on_lines() -> None:
    assert (
        in_lines(["Liverpool", "north", "and", "Knowsley"], 16) == "Liverpool north\nand Knowsley"
    )
