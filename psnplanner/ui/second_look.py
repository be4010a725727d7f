"""What a change makes stale and is too slow for the hand: phase areas and findings, by jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psnplanner.ui.map.phases_layer import PhasesLayer, outlines_of

if TYPE_CHECKING:
    from psnplanner.ui.main_window import MainWindow


def start(window: MainWindow) -> None:
    """Work both out off the window's thread and show them, if the programme is still open."""
    session, canvas = window.session, window.pane.canvas
    if session is None:
        return
    state, known = session.state, canvas.phases.outlines if canvas.phases else {}

    def areas(outlines: Any) -> None:
        if session is window.session:
            canvas.set_phases(PhasesLayer(outlines))

    def found(findings: Any) -> None:
        if session is window.session:
            window.findings.show_findings(findings)
            canvas.set_findings(findings)
            count = len(findings)
            words = f"Findings ({count:,})" if count else "Findings"
            window.places.name_tab(window.findings, words)

    def outline(progress: Any) -> Any:
        return outlines_of(state, known, progress)

    jobs = window.jobs
    jobs.start("Outlining phases", outline, areas, window.refuse, quiet=True)
    jobs.start("Findings", lambda _: session.findings(), found, window.refuse, quiet=True)
