"""`psnplanner forecast`, `savings` and `network`."""

from __future__ import annotations

from datetime import date

import pytest

from tests.test_cli import Cli, loaded, run

__all__ = ["loaded", "run"]  # fixtures


def test_a_forecast_is_one_document_and_the_same_again(loaded: Cli) -> None:
    """Chance, days in order, phases, partners, burn-up, what to fix; by seed."""
    words = ("forecast", "cm.gpkg", "--runs", "300", "--seed", "7")
    found = loaded.json(*words)
    assert found == loaded.json(*words)
    assert found != loaded.json("forecast", "cm.gpkg", "--runs", "300", "--seed", "8")
    assert 0 <= found["probability"] <= 1
    days = [date.fromisoformat(found["all_live"][key]) for key in ("p50", "p80", "p95")]
    assert days == sorted(days)
    assert found["runs"] == 300
    assert found["sites"] == 3
    assert {row["name"] for row in found["partners"]} >= {"Halton Council"}
    assert found["burn_up"][0]["p90"] == 0
    assert {row["reference"] for row in found["site_chances"]} == {"A1", "A2", "A3"}
    assert found["what_to_fix"]
    # The leased depot that needs digging and a wayleave is what is last.
    assert max(found["site_chances"], key=lambda row: row["p95"])["reference"] == "A3"


def test_it_is_said_in_sentences_and_tables(loaded: Cli) -> None:
    """For a person."""
    code, out, err = loaded("forecast", "cm.gpkg", "--runs", "200")
    assert (code, err) == (0, "")
    assert out.startswith("The chance that all 3 sites are live by 1 April 2015 is ")
    assert "80 in 100 by" in out
    assert "What to fix first:\n 1. If " in out
    assert "Halton Council" in out


def test_savings_are_told_by_partner_and_month(loaded: Cli) -> None:
    """Sums agree between the parts."""
    loaded.json("edit", "cm.gpkg", "site", "A1", "annual_cost_pence=365000")
    found = loaded.json("savings", "cm.gpkg", "--runs", "100")
    assert found["in_the_end_pence_a_year"] == 365_000
    assert found["saved_so_far_pence"] == 0
    assert sum(p["in_the_end_pence_a_year"] for p in found["partners"]) == 365_000
    assert found["month_of_delay_pence"] == 30_000
    assert found["months"][-1]["rate_pence_a_year"] == 365_000
    out = loaded("savings", "cm.gpkg", "--runs", "100")[1]
    assert "A month's delay of what is not live would cost £300." in out


def test_the_network_is_measured(loaded: Cli) -> None:
    """Nodes of the plan, lengths with their range, cuts."""
    loaded.json("plan", "cm.gpkg", "--seconds", "0.2", "--apply")
    found = loaded.json("network", "cm.gpkg")
    km = found["branch_km"]
    assert 0 < km["straight"] <= km["least"] <= km["route"] <= km["most"]
    assert found["cuts"]
    wider = loaded.json("network", "cm.gpkg", "--route-factor", "3")
    assert wider["branch_km"]["route"] > km["route"]
    assert "of route" in loaded("network", "cm.gpkg")[1]


@pytest.mark.parametrize("words", [("--runs", "1"), ("--runs", "many")])
def test_runs_that_cannot_be_are_usage(loaded: Cli, words: tuple[str, ...]) -> None:
    """Exit code 2."""
    assert loaded("forecast", "cm.gpkg", *words)[0] == 2


def test_an_empty_programme_is_refused_in_one_line(run: Cli) -> None:
    """What, where, what to do."""
    run.json("new", "empty.gpkg")
    assert "Import a site list first" in run.refused("forecast", "empty.gpkg")
