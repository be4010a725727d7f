"""What is done to the cells of the table: typed, filled, cleared, copied and pasted.

Every one of them is a single edit of the session, and a single undo.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication

from psnplanner.errors import UserError
from psnplanner.programme.words import plural

if TYPE_CHECKING:
    from psnplanner.programme.record import RecordId
    from psnplanner.ui.main_window import MainWindow
    from psnplanner.ui.panels.site_table import SiteTable
    from psnplanner.ui.panels.table_view import Block
    from psnplanner.ui.pasting import Given, Paste
    from psnplanner.ui.site_rows import SiteRows
    from psnplanner.ui.table_columns import Column

_KEYS = QKeySequence.StandardKey
Way = Callable[..., Any]
"""Makes a Paste of what is pasted: whether blanks clear, and optionally the progress."""

_MANY_CELLS = 200
"""More are written by a job, off the window's thread."""

_MUCH_CELLS = 2_000
"""More are looked at by a job."""

_FOLLOWS = {
    "status": "The status follows from the stages: record one in the site's form.",
    "waiting_on": "Whom a site waits on is recorded with its stage, in the site's form.",
    "place": "Place the site on the map (Ctrl+M), or type its place (F3).",
    "sharing": "Partners that share a site are changed in the site's form.",
}


class TableCommands:
    """The commands of the table, and what writes its cells."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._table: SiteTable | None = None

    def attach(self, table: SiteTable) -> None:
        """Serve this table."""
        from psnplanner.ui.panels.views_menu import ViewsMenu

        self._table = table
        table.model.writer = self
        table.view.clear_wanted.connect(self.clear)
        table.view.fill_wanted.connect(self.fill)
        table.view.locked_cell.connect(self._say_why_not)
        self.views = ViewsMenu(self._window, table)
        table.line.insertWidget(0, self.views.button)

    def add_actions(self, add: Callable[..., Any], menu: Any) -> None:
        """The Edit menu's lines about cells."""
        add(menu, "copy", "&Copy cells", self.copy, _KEYS.Copy)
        add(menu, "copy_headed", "Copy with &headings", self._copy_headed, "Ctrl+Shift+C")
        add(menu, "paste", "&Paste cells…", self.paste, _KEYS.Paste)
        add(menu, "fill_down", "Fill &down", self.fill_down, "Ctrl+D")
        # The key Delete is the table's own: a command of the window would take it from others.
        add(menu, "clear_cells", "Clear c&ells", self.clear)
        menu.addSeparator()

    def refresh_actions(self, actions: Mapping[str, QAction]) -> None:
        """Grey what cannot be done now."""
        writable = self._session is not None and not self._session.read_only
        for name in ("paste", "fill_down", "clear_cells"):
            actions[name].setEnabled(writable)
        for name in ("copy", "copy_headed"):
            actions[name].setEnabled(self._session is not None)
        if self._table is not None:
            self.views.refresh()

    def _copy_headed(self) -> None:
        self.copy(headings=True)

    @property
    def _session(self) -> Any:
        return self._window.session

    @property
    def _rows(self) -> SiteRows:
        assert self._window.roster is not None
        return self._window.roster.rows

    # Typing

    def why_not(self, column: Column | None = None) -> str:
        """Why cells cannot be changed now; an empty text where they can."""
        if self._session is None:
            return "Open a programme first."
        if self._session.read_only:
            return f"Read only. {self._session.notice}".strip()
        if column is not None and not column.editable:
            usual = f"{column.heading} follows from other facts."
            return _FOLLOWS.get(column.key, usual)
        return ""

    def _say_why_not(self, at: int) -> None:
        assert self._table is not None
        words = self.why_not(self._table.model.columns[at])
        self._window.say(words)
        self._table.say_at_cell(words)

    def words(self, ident: RecordId, column: Column) -> str:
        """A cell as somebody would type it."""
        from psnplanner.ui.cell_reading import edit_words

        rows = self._rows
        return edit_words(rows.facts, column, rows.sites[rows.index_of[ident]])

    def type_in(self, ident: RecordId, column: Column, words: str) -> UserError | None:
        """Write what was typed into a cell; the refusal, if it is refused."""
        from psnplanner.programme.cell_edits import SetCells
        from psnplanner.ui.cell_reading import read, value_words

        state = self._session.state
        site = state.sites[ident]
        try:
            value = read(state, column, words)
            then = value_words(self._rows.facts, column, value)
            label = _label(site.reference or site.name, column, then)
            self._session.do(SetCells({ident: {column.key: value}}, label))
        except UserError as error:
            return error
        return None

    # Fill and clear

    def fill_down(self) -> None:
        """Give the cells of the block what its first line holds."""
        block = self._block("Select the cell to copy, and those under it to fill.")
        if block is not None and block.top == block.bottom:
            if block.top == 0:
                self._window.say("There is nothing above to fill from.")
                return
            block = block._replace(top=block.top - 1)  # one line takes over the one above
        if block is not None:
            self.fill(block)

    def fill(self, block: Block) -> None:
        """Give the lines of a block what its first line holds."""
        from psnplanner.ui.pasting import Given

        assert self._table is not None
        model = self._table.model
        columns = model.columns[block.left : block.right + 1]
        first = [self.words(model.ident(block.top), column) for column in columns]
        idents = [model.ident(line) for line in range(block.top + 1, block.bottom + 1)]
        given = [
            Given(ident, column, words)
            for ident in idents
            for column, words in zip(columns, first, strict=True)
        ]
        self._write("Fill down", given)

    def clear(self) -> None:
        """Empty the cells of the block."""
        from psnplanner.ui.pasting import Given

        block = self._block("Select the cells to clear.")
        if block is None or self._table is None:
            return
        model = self._table.model
        lines = range(block.top, block.bottom + 1)
        columns = [c for c in model.columns[block.left : block.right + 1] if c.editable]
        if not columns:
            self._say_why_not(block.left)
            return
        given = [Given(model.ident(line), column, "") for line in lines for column in columns]
        self._write("Clear", given)

    def _block(self, otherwise: str) -> Block | None:
        block = self._table.view.block() if self._table and self._window.roster else None
        reason = self.why_not() or ("" if block else otherwise)
        if reason:
            self._window.say(reason)
            return None
        return block

    def _write(self, verb: str, given: list[Given]) -> None:
        from psnplanner.ui.pasting import paste_of

        rows, today = self._rows, self._session.today
        self._after(
            verb,
            len(given),
            lambda progress: paste_of(rows, today, given, progress=progress),
            lambda paste: self._written(verb, paste),
        )

    def _after(self, verb: str, cells: int, work: Any, then: Callable[[Any], object]) -> Any:
        """Look at the cells, and go on: at once, or when a job has looked at very many."""
        if cells <= _MUCH_CELLS:
            return then(work(None))
        window = self._window
        return window.jobs.start(f"{verb}: {cells:,} cells", work, then, window.refuse)

    def _written(self, verb: str, paste: Paste) -> None:
        if not paste.changes:
            self._window.say("Those cells hold that already.")
        elif paste.refused:
            self._ask(verb, [("", lambda blanks, progress=None: paste)])
        else:
            self._make(verb, paste)

    def _make(self, verb: str, paste: Paste) -> None:
        edit, window, session = paste.edit(verb), self._window, self._session
        if len(paste.sound) <= _MANY_CELLS:
            window.do(edit)
            return
        window.jobs.start(
            f"{verb} {plural(len(paste.sound), 'cell')}",
            lambda progress: session.do(edit, progress=progress),
            None,
            window.refuse,
        )

    def _ask(self, verb: str, ways: list[tuple[str, Way]], **how: bool) -> Any:
        from psnplanner.ui.dialogs.paste_dialog import PasteDialog

        dialog = PasteDialog(self._rows, ways, self._window, **how)
        dialog.accepted.connect(lambda: self._make(verb, dialog.paste))
        if verb != "Paste":
            dialog.setWindowTitle(verb)
            dialog.blanks.hide()
        dialog.open()
        return dialog

    # Copy

    def copy(self, headings: bool = False) -> None:
        """Put the block, or the chosen sites under the shown columns, on the clipboard."""
        from psnplanner.ui.clipboard import as_html, as_tabs

        grid, lines = self._copied(headings)
        if not grid:
            self._window.say("Select cells or sites to copy.")
            return
        data = QMimeData()
        data.setText(as_tabs(grid))
        data.setHtml(as_html(grid, headings=headings))
        QApplication.clipboard().setMimeData(data)
        self._window.say(f"Copied {plural(len(grid[0]), 'column')} of {plural(lines, 'site')}.")

    def _copied(self, headings: bool) -> tuple[list[list[str]], int]:
        if self._table is None or self._window.roster is None:
            return [], 0
        from psnplanner.ui.cell_reading import copy_words

        model, block = self._table.model, self._table.view.block()
        lines = list(range(block.top, block.bottom + 1)) if block else model.chosen_lines()
        columns = model.columns[block.left : block.right + 1] if block else model.columns
        if not lines:
            return [], 0
        rows = self._rows
        grid = [
            [copy_words(rows.facts, column, rows.sites[place]) for column in columns]
            for place in model.order[lines].tolist()
        ]
        top = [[column.heading for column in columns]] if headings else []
        return top + grid, len(lines)

    # Paste

    def paste(self) -> Any:
        """Read the clipboard, show what it would change, and change it as one."""
        from psnplanner.ui.clipboard import grid_of

        reason = self.why_not()
        if reason or self._table is None:
            self._window.say(reason)
            return None
        try:
            grid = grid_of(QApplication.clipboard().text())
        except UserError as error:
            self._window.say(str(error))
            return None
        ways, clear_blanks = self._ways(grid)
        if not ways:
            self._window.say(
                "Select the cell to paste from, or copy a column of references as well."
            )
            return None
        return self._consider(ways, grid, clear_blanks)

    def _consider(self, ways: Any, grid: Any, clear_blanks: bool) -> Any:
        """A single cell without a doubt is pasted; anything more is shown first."""
        if len(grid) == len(grid[0]) == 1 and len(ways) == 1:
            paste = ways[0][1](True)
            if len(paste.sound) == 1 and not paste.refused and not paste.problems:
                self._make("Paste", paste)
                return None
            if not paste.changes and not paste.problems:
                self._window.say("The cell holds that already.")
                return None
        return self._after(
            "Paste",
            len(grid) * len(grid[0]),
            lambda progress: ways[0][1](clear_blanks, progress),
            lambda _paste: self._ask("Paste", ways, clear_blanks=clear_blanks),
        )

    def _ways(self, grid: list[list[str]]) -> tuple[list[tuple[str, Way]], bool]:
        from psnplanner.ui import pasting

        rows, table = self._rows, self._table
        assert table is not None
        headed = pasting.headings_of(grid[0], rows.columns) if len(grid) > 1 else None
        body = grid[1:] if headed else grid
        at = pasting.reference_column(body, rows)
        ways: list[tuple[str, Way]] = []
        if at >= 0 and len(grid[0]) > 1:
            columns = headed or self._beside(at, len(grid[0]))
            words = "To the sites whose references it holds"
            words += f", under its headings ({_listed(headed)})" if headed else ""
            ways.append((words, self._way(*pasting.to_references(body, rows, at, columns))))
        block = table.view.block()
        if block is not None:
            idents = [table.model.ident(n) for n in range(block.top, table.model.rowCount())]
            site = rows.sites[rows.index_of[idents[0]]]
            words = f"Onto the cells from {site.reference or site.name} down"
            lines, wide = block.bottom - block.top + 1, block.right - block.left + 1
            columns = table.model.columns[block.left :]
            ways.append((words, self._way(*pasting.onto_cells(body, idents, columns, lines, wide))))
        return ways, not (at >= 0 and len(grid[0]) > 1)

    def _beside(self, at: int, wide: int) -> list[Column | None]:
        """The columns of a block without headings: the reference's, and those shown after it."""
        assert self._table is not None
        model, block = self._table.model, self._table.view.block()
        begin = model.column_at("reference") - at
        if block is not None and model.columns[block.left].key != "reference":
            begin = block.left - (1 if at == 0 else 0)
        shown = range(begin, begin + wide)
        found = [model.columns[n] if 0 <= n < len(model.columns) else None for n in shown]
        return [None if n == at else column for n, column in enumerate(found)]

    def _way(self, given: list[Given], problems: list[str]) -> Way:
        from psnplanner.ui.pasting import paste_of

        rows, today = self._rows, self._session.today
        known: dict[bool, Paste] = {}

        def made(clear_blanks: bool, progress: Any = None) -> Paste:
            if clear_blanks not in known:
                known[clear_blanks] = paste_of(
                    rows, today, given, problems, clear_blanks=clear_blanks, progress=progress
                )
            return known[clear_blanks]

        return made


def _listed(columns: list[Column | None]) -> str:
    names = [column.heading for column in columns if column and column.key != "reference"]
    return ", ".join(names[:5]) + (" …" if len(names) > 5 else "")


def _label(site: str, column: Column, then: str) -> str:
    """What undo will say: Move CM0012 to Pilot; Change priority of CM0012 to High."""
    if column.key == "phase":
        return f"Move {site} to {then or 'no phase'}"
    heading = column.heading if column.heading.isupper() else column.heading.lower()
    if not then:
        return f"Clear {heading} of {site}"
    return f"Change {heading} of {site}" + (f" to {then}" if len(then) < 40 else "")
