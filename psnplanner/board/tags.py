"""What each piece of a PDF is, for those who have it read out: headings, tables, figures.

Tagged PDF (ISO 32000-1, 14.8): pieces of a page's content are numbered, and a tree says which of
them make a heading, a paragraph, a cell or a figure. What no element owns is an artifact: rules,
running heads, page numbers.
"""

from __future__ import annotations

from typing import Any, Final

from matplotlib.backends.backend_pdf import Name

from psnplanner.board.font_file import FontsInUse

ARTIFACT: Final = b"/Artifact BMC"
END: Final = b"EMC"


class Element:
    """A node of the tree: its role (H1, P, Table, TR, TH, TD, Figure), what is in it, in order.

    `alt` says in words what a figure shows; `pieces` are (page from 0, number there).
    """

    def __init__(self, role: str, alt: str = "") -> None:
        self.role, self.alt = role, alt
        self.kids: list[Element] = []
        self.pieces: list[tuple[int, int]] = []

    def add(self, role: str, alt: str = "") -> Element:
        """A new last child."""
        self.kids.append(Element(role, alt))
        return self.kids[-1]


class TaggedFile(FontsInUse):
    """A PDF whose pages say what their pieces are; all else on them is an artifact."""

    def __init__(self, *how: Any) -> None:
        self._owners: list[list[Element]] = []
        super().__init__(*how)

    def writeObject(self, object: Any, contents: Any) -> None:
        """Called by matplotlib; a page is told where its pieces are listed."""
        if isinstance(contents, dict) and "MediaBox" in contents:
            contents = {**contents, "StructParents": len(self.pageList), "Tabs": Name("S")}
        super().writeObject(object, contents)

    def newPage(self, width: float, height: float) -> None:
        """Begin a page, as an artifact until an element begins."""
        super().newPage(width, height)
        self._owners.append([])
        self.write(ARTIFACT + b"\n")

    def endPage(self) -> None:
        """End the page that was begun last."""
        self.write(END + b"\n")
        self.endStream()

    def piece(self, element: Element) -> bytes:
        """The operator that begins a piece of an element on this page; END ends it."""
        owners = self._owners[-1]
        element.pieces.append((len(self._owners) - 1, len(owners)))
        owners.append(element)
        return b"/%s <</MCID %d>> BDC" % (element.role.encode(), len(owners) - 1)

    def tree(self, root: Element) -> dict[str, Any]:
        """Write the tree, and give what the catalogue says of it."""
        top, numbers = self.reserveObject("tree"), self.reserveObject("pieces")
        known: dict[Element, Any] = {}
        self._write(root, top, known)
        listed = [[known[owner] for owner in owners] for owners in self._owners]
        nums = [item for page, owners in enumerate(listed) for item in (page, owners)]
        self.writeObject(numbers, {"Nums": nums})
        self.writeObject(top, {
            "Type": Name("StructTreeRoot"), "K": known[root], "ParentTree": numbers,
            "ParentTreeNextKey": len(listed),
        })  # fmt: skip
        return {"StructTreeRoot": top, "MarkInfo": {"Marked": True}}

    def _write(self, element: Element, parent: Any, known: dict[Element, Any]) -> None:
        own = known[element] = self.reserveObject("element")
        for kid in element.kids:
            self._write(kid, own, known)
        entry: dict[str, Any] = {"S": Name(element.role), "P": parent}
        page = element.pieces[0][0] if element.pieces else None
        if page is not None:
            entry["Pg"] = self.pageList[page]
        within = [n if at == page else self._elsewhere(at, n) for at, n in element.pieces]
        if within or element.kids:
            entry["K"] = [*within, *(known[kid] for kid in element.kids)]
        if element.alt:
            entry["Alt"] = element.alt
        if element.role == "TH":
            entry["A"] = {"O": Name("Table"), "Scope": Name("Column")}
        self.writeObject(own, entry)

    def _elsewhere(self, page: int, number: int) -> dict[str, Any]:
        return {"Type": Name("MCR"), "Pg": self.pageList[page], "MCID": number}
