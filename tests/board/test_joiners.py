"""Who may join after go-live: read like any list, set against the live network."""

from datetime import date
from pathlib import Path

from psnplanner.programme.edits import Create
from psnplanner.programme.node import Node
from psnplanner.programme.record import Position
from psnplanner.programme.site import Site
from psnplanner.session import Session
from tests.board.reading import data_of
from tests.board.sample import done_to, ident, programme

NODE = Node(id=ident(3), name="Runcorn exchange", position=Position(53.34, -2.73, "x"), ports=8,
            live_on=date(2014, 5, 1))  # fmt: skip
LIVE, PLANNED = (
    Site(id=ident(10 + k), reference=f"S{k}", name=name, node=NODE.id, position=at)
    for k, name, at in ((1, "Live Library", Position(53.35, -2.73, "x")),
                        (2, "Planned School", Position(53.40, -2.73, "x")))
)  # fmt: skip

LIST = """Reference,Name,Latitude,Longitude
J1,Hospice next door,53.3505,-2.73
J2,Housing trust,53.354,-2.73
J3,Museum far away,53.60,-2.20
J4,Nobody knows where,,
"""


def _session(folder: Path) -> Session:
    made = Session.create(folder / "p.gpkg", programme(), records=[])
    made.do(Create([NODE, LIVE, PLANNED]))
    made.do(Create(done_to(made.state, LIVE, "migrated", date(2014, 9, 1))))
    return made


def test_joiners_against_the_live_network(tmp_path: Path) -> None:
    prospects = tmp_path / "list.csv"
    prospects.write_text(LIST)
    with _session(tmp_path) as session:
        before = session.state
        found = {row["reference"]: row for row in session.joiners(prospects)}
        assert session.state is before
        hospice, trust, museum, lost = (found[f"J{k}"] for k in range(1, 5))
        assert (hospice["nearest"], hospice["access"]) == ("Live Library", "existing duct")
        assert abs((hospice["distance_m"] or 0) - 56) <= 1
        assert (hospice["node"], hospice["ports_left"]) == ("Runcorn exchange", 6)
        # The dig is 445 m: five crew-days and a tenth for every 10 m after the first 100.
        assert (trust["access"], trust["effort_days"]) == ("new dig", 8.4)
        assert (museum["access"], museum["effort_days"]) == ("survey first", None)
        assert (lost["distance_m"], lost["access"]) == (None, "not known")
        out = tmp_path / "j.html"
        session.snapshot(out, audience="board", joiners=session.joiners(prospects))
        assert data_of(out.read_text("utf-8"))["joiners"][0]["reference"] == "J1"
        session.snapshot(tmp_path / "j.pdf", joiners=session.joiners(prospects))
        assert (tmp_path / "j.pdf").read_bytes().startswith(b"%PDF")
