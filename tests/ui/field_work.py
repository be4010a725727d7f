"""Packs taken out of the sample programme and worked in, for the tests of merging in the window."""

from __future__ import annotations

from pathlib import Path

from psnplanner.exchange.pack import Choice
from psnplanner.programme.edits import Amend
from psnplanner.session import Session
from tests.exchange.test_photographs import jpeg
from tests.ui.sample import ident

ONE, TWO, THREE = (ident(f"site {number}") for number in (1, 2, 3))


def brought_back(office: Session, folder: Path, who: str = "Ann", note: str = "") -> Path:
    """The return of a pack of three sites: a note on each of two, a contact and a photograph."""
    out = folder / f"{who}.gpkg"
    office.make_pack(out, Choice(sites=[ONE, TWO, THREE], sensitive=True), who)
    with Session.open(out, author=who) as pack:
        pack.do(Amend("site", [ONE], {"note": note or f"{who} was here"}))
        pack.do(Amend("site", [TWO], {"contact": f"{who}'s contact"}))
        pack.add_photograph(ONE, jpeg(), caption="Riser")
        back = folder / f"{who}.psnreturn"
        pack.write_return(back)
    return back
