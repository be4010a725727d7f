"""The tree of what changed: a line for each thing, with its sites and their days under it."""

from __future__ import annotations

from typing import Any

from psnplanner.ui.dialogs.comparison_view import KINDS, ComparisonView

_ROW = {
    "site": "S1", "name": "Elm Library", "partner": "", "on": None, "was_on": None,
    "now_on": None, "working_days": None, "was": "", "now": "", "cause": "",
}  # fmt: skip


def _told(view: ComparisonView) -> list[Any]:
    tops = [view.topLevelItem(k) for k in range(view.topLevelItemCount())]
    return [
        (top.text(0), top.text(1), [(c.text(0), c.text(1)) for c in map(top.child, range(9)) if c])
        for top in tops
    ]


def test_sites_stand_under_what_became_of_them(qtbot: Any) -> None:
    slip = {"was_on": "2014-10-01", "now_on": "2014-10-02", "working_days": 1, "cause": "flood"}
    found = {key: [] for key in KINDS} | {
        "from": "2014-10-01", "to": "2014-10-06",
        "live_was": 1, "sites_was": 3, "live_now": 2, "sites_now": 3,
        "newly_live": [{**_ROW, "on": "2014-10-03"}],
        "slipped": [{**_ROW, "name": "Oak\u202e" + "x" * 900, **slip}],
        "moved_phase": [{**_ROW, "name": "", "was": "One", "now": "Two"}],
        "money": [
            {"what": "saved a year", "was_pence": 0, "now_pence": 123_400,
             "difference_pence": 123_400},
            {"what": "paid twice", "was_pence": 5, "now_pence": 5, "difference_pence": 0},
        ],
    }  # fmt: skip
    view = ComparisonView()
    qtbot.addWidget(view)
    view.say("Comparing…")
    view.show_comparison(found)
    first, live, slipped, moved, money = _told(view)
    assert first == ("1 of 3 sites live on 1 Oct 2014, 2 of 3 on 6 Oct 2014", "", [])
    assert live == ("1 went live", "", [("Elm Library (S1)", "on 3 Oct 2014")])
    assert slipped[:2] == ("1 slipped", "1 working day in all")
    ((name, days),) = slipped[2]
    assert days == "1 working day, to 2 Oct 2014, flood"
    assert len(name) == 120
    assert "\u202e" not in name
    assert moved[2] == [("S1", "from One to Two")]
    assert money == ("Saved a year: £1,234", "up £1,234", [])
