"""What if: scenarios made, changed, planned and compared side by side."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from psnplanner.errors import UserError
from psnplanner.planning.scenario import AS_IT_IS, Settings, settings_words
from psnplanner.programme.edits import plural
from psnplanner.programme.words import uk
from psnplanner.ui import look
from psnplanner.ui.dialogs.roomy_tree import RoomyTree
from psnplanner.ui.dialogs.scenario_dialog import ScenarioDialog
from psnplanner.ui.job_bar import JobBar
from psnplanner.ui.jobs import Jobs
from psnplanner.ui.prices import kept_prices

HEADINGS = ("Scenario", "What is different", "Costs", "Against as it is", "Sites late", "Moves",
            "Last phase ends", "Gap")  # fmt: skip
_WIDTHS = (180, 240, 90, 120, 80, 60, 130, 60)
_NUMBERS = (2, 3, 4, 5, 7)
_ROLE = Qt.ItemDataRole.UserRole
TIGHTEST = 2
_INTRO = (
    "A scenario is the programme with something changed: crews, go-live, a partner, prices. It is "
    "kept in the file and planned beside the programme as it is; nothing else is altered by it."
)


class ScenariosDialog(QDialog):
    """A table of scenarios; planning them is a job that can be stopped."""

    def __init__(self, session: Any, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self._job: Any = None
        self._bound_of: Any = None
        self._known: dict[str, tuple[Any, dict[str, Any]]] = {}
        """What was compared: by name, of which programme and settings, and the row."""
        self.setWindowTitle("What if")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.said = QLabel(_INTRO)
        self.said.setWordWrap(True)
        self.tree = RoomyTree("Scenarios", HEADINGS, _WIDTHS)
        self.tree.setRootIsDecorated(False)
        self.add, self.change, self.remove = (
            QPushButton(words) for words in ("&Add…", "C&hange…", "&Delete")
        )
        self.seconds = QSpinBox()
        self.seconds.setRange(1, 600)
        self.seconds.setValue(5)
        self.seconds.setSuffix(" s each")
        self.compare = QPushButton("&Plan and compare")
        self.compare.setProperty("primary", True)
        self.bar = JobBar()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.tight = QLabel(objectName="faint")
        self.tight.setWordWrap(True)
        self.tight.setAccessibleName("What binds most")
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        for button in (self.add, self.change, self.remove):
            line.addWidget(button)
        line.addStretch(1)
        label = QLabel("&Think for")
        label.setBuddy(self.seconds)
        line.addWidget(label)
        line.addWidget(self.seconds)
        line.addWidget(self.compare)
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addWidget(self.said)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.tight)
        layout.addLayout(line)
        layout.addWidget(self.bar)
        layout.addWidget(self.buttons)
        room = self.screen().availableGeometry()
        self.resize(min(1060, room.width() - 60), min(460, room.height() - 60))

    def _connect(self) -> None:
        self.add.clicked.connect(lambda: self._edit(""))
        self.change.clicked.connect(lambda: self._edit(self._name()))
        self.remove.clicked.connect(self._forget)
        self.compare.clicked.connect(self.start)
        self.tree.itemSelectionChanged.connect(self._refresh_buttons)
        self.tree.itemDoubleClicked.connect(lambda *_: self._edit(self._name()))
        self.buttons.rejected.connect(self.reject)
        # Told in whatever thread makes a change: the window's own signal brings it here.
        bridge = getattr(self.parent(), "_bridge", None)
        if bridge is not None:
            bridge.happened.connect(self.refresh)

    # Showing

    def refresh(self, _happened: object = None) -> None:
        """Show the scenarios as they are now; figures of another programme are faint."""
        chosen = self._name()
        self.tree.clear()
        kept = sorted(self._session.state.scenarios.values(), key=lambda s: s.name.casefold())
        self._item(AS_IT_IS, Settings())
        for scenario in kept:
            try:
                settings = Settings.from_json(scenario.settings)
            except UserError:
                settings = Settings()
            self._item(scenario.name, settings)
        for row in range(self.tree.topLevelItemCount()):
            if self.tree.topLevelItem(row).data(0, _ROLE) == chosen:
                self.tree.setCurrentItem(self.tree.topLevelItem(row))
        self._refresh_buttons()
        self._ask_what_binds()

    def _ask_what_binds(self) -> None:
        """Which phases' crews are worth most: where a scenario is worth a try."""
        session, state = self._session, self._session.state
        if state is self._bound_of:
            return
        self._bound_of = state

        def done(found: list[dict[str, Any]]) -> None:
            if isValid(self) and state is self._bound_of:
                said = [item["sentence"] for item in found[:TIGHTEST]]
                self.tight.setText(" ".join(said) or "No phase is so full that it costs money.")

        def failed(error: UserError) -> None:
            if isValid(self):
                self.tight.setText(error.what)

        self._jobs.start("What binds", lambda _: session.pressures(), done, failed, quiet=True)

    def _item(self, name: str, settings: Settings) -> None:
        state = self._session.state
        words = settings_words(settings) if name != AS_IT_IS else "nothing"
        of, row = self._known.get(name, (None, None))
        cells = [name, words, *(row_cells(row) if row else [""] * 6)]
        item = QTreeWidgetItem(self.tree, cells)
        item.setData(0, _ROLE, "" if name == AS_IT_IS else name)
        for column, cell in enumerate(cells):
            item.setToolTip(column, cell)
            if column in _NUMBERS:
                right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                item.setTextAlignment(column, right)
            if row and of != (_planned_on(state), settings.to_json()):
                item.setForeground(column, look.colour("faint"))
                item.setToolTip(column, f"{cell}\nPlanned before the last change: compare again")
        if row and row["shortfall"]:
            item.setToolTip(4, row["shortfall"])

    def _name(self) -> str:
        item = self.tree.currentItem()
        return str(item.data(0, _ROLE)) if item is not None else ""

    def _refresh_buttons(self) -> None:
        writable = not self._session.read_only
        self.add.setEnabled(writable)
        self.change.setEnabled(writable and bool(self._name()))
        self.remove.setEnabled(writable and bool(self._name()))
        self.compare.setEnabled(self._job is None)

    # Making and forgetting

    def _edit(self, name: str) -> Any:
        if self._session.read_only:
            return None
        dialog = ScenarioDialog(self._session, name, self)
        dialog.accepted.connect(self.refresh)
        dialog.open()
        return dialog

    def _forget(self) -> None:
        try:
            self._session.forget_scenario(self._name())
        except UserError as error:
            self._refuse(error)
        self.refresh()

    # Comparing

    def start(self) -> None:
        """Plan each and the programme as it is, off the window's thread."""
        session, seconds, prices = self._session, float(self.seconds.value()), kept_prices()
        state = session.state
        settings = {s.name: s.settings for s in state.scenarios.values()}

        def work(progress: Any) -> Any:
            from psnplanner.planning.plan import Options
            from psnplanner.planning.prices import Prices, with_prices

            options = Options(seconds=seconds, prices=with_prices(Prices(), prices))
            return session.compare_scenarios(options, progress)

        def done(rows: list[dict[str, Any]]) -> None:
            if isValid(self):
                day = _planned_on(state)
                plain = Settings().to_json()
                for row in rows:
                    name = row["scenario"]
                    kept = settings.get(name, plain)
                    self._known[name] = ((day, kept), row)
                self.said.setText(compared_words(rows))
                self.refresh()

        self._job = self._jobs.start("Comparing scenarios", work, done, self._refuse, quiet=True)
        self._job.ended.connect(self._ended)
        self.bar.watch(self._job)
        self._refresh_buttons()

    def _ended(self) -> None:
        self._job = None
        if isValid(self):
            self._refresh_buttons()

    def _refuse(self, error: UserError) -> None:
        if isValid(self):
            colour = look.colour("danger").name()
            self.said.setText(f"<span style='color:{colour}'>{escape(str(error))}</span>")

    def reject(self) -> None:
        if self._job is not None:
            self._job.cancel()
        super().reject()


def _planned_on(state: Any) -> Any:
    """What plans depend on: a scenario kept or forgotten leaves all of it as it was."""
    return [state.tables[e] for e in ("programme", "site", "phase", "node", "stage", "wayleave",
                                      "wish", "closed_window", "partner")]  # fmt: skip


def row_cells(row: dict[str, Any]) -> list[str]:
    """A compared scenario's figures."""
    more, ends = row["difference_pounds"], row["last_phase_ends_on"]
    sign = "+" if more > 0 else "−"
    return [
        f"£{row['total_pounds']:,.0f}",
        f"{sign}£{abs(more):,.0f}" if more else "",
        f"{row['sites_late']:,}",
        f"{row['moved']:,}",
        uk(date.fromisoformat(ends)) if ends else "",
        f"{row['gap_percent']:.1f} %",
    ]


def compared_words(rows: list[dict[str, Any]]) -> str:
    """What the comparison comes to, in a sentence or two."""
    if len(rows) < 2:
        return "The programme is planned as it is. Add a scenario to set beside it."
    first, best = rows[0], min(rows[1:], key=lambda row: row["total_pounds"])
    less = first["total_pounds"] - best["total_pounds"]
    name = escape(best["scenario"])
    if less > 0:
        said = f"<b>{name}</b> would cost £{less:,.0f} less than the programme as it is."
    else:
        said = f"No scenario costs less than the programme as it is; nearest is <b>{name}</b>, "
        said += f"£{-less:,.0f} dearer."
    late = min(rows, key=lambda row: row["sites_late"])
    if late["sites_late"] < first["sites_late"]:
        said += (
            f" Fewest late: <b>{escape(late['scenario'])}</b>, "
            f"{plural(late['sites_late'], 'site')} instead of {first['sites_late']:,}."
        )
    return said
