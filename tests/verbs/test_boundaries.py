"""`psnplanner boundary`: add, list, remove, undo."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import ident
from tests.test_cli import Cli, run

__all__ = ["run"]  # a fixture


def _areas(path: Path, *names: str) -> Path:
    ring = [[-2.8, 53.3], [-2.6, 53.3], [-2.6, 53.4], [-2.8, 53.3]]
    features = [
        {"type": "Feature", "properties": {"code": f"E{at}", "name": name},
         "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for at, name in enumerate(names)
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_add_list_remove_and_undo(run: Cli, with_sites: object) -> None:
    """Areas are given to the partners of their names."""
    with_sites.close()  # type: ignore[attr-defined]
    file, areas = run.folder / "cm.gpkg", _areas(run.folder / "c.geojson", "Halton", "Sefton")
    said = run.json("boundary", "add", file, areas)
    assert said["change"] == "Add 2 boundaries from c.geojson"
    assert [(b["name"], b["partner"]) for b in said["added"]] == [
        ("Halton", "Halton Council"),
        ("Sefton", None),
    ]
    assert "already" in run("boundary", "add", file, areas)[1]
    assert [b["name"] for b in run.json("boundary", "list", file)] == ["Halton", "Sefton"]
    assert run.json("boundary", "remove", file, "SEFTON")["removed"] == ["Sefton"]
    run.json("undo", file)
    assert "Sefton" in run("boundary", "list", file)[1]
    assert ident("x")


def test_what_is_chosen_and_refused(run: Cli, with_sites: object) -> None:
    """One area, another column, and one message for what is not there."""
    with_sites.close()  # type: ignore[attr-defined]
    file, areas = run.folder / "cm.gpkg", _areas(run.folder / "c.geojson", "Halton", "Sefton")
    said = run.json("boundary", "add", file, areas, "--only", "halton", "--kind", "other")
    assert [(b["name"], b["kind"]) for b in said["added"]] == [("Halton", "other")]
    said = run.json("boundary", "add", file, areas, "--name-field", "CODE")
    assert [b["name"] for b in said["added"]] == ["E0", "E1"]
    assert "no area “wirral”" in run.refused("boundary", "add", file, areas, "--only", "Wirral")
    assert "no column “x”" in run.refused("boundary", "add", file, areas, "--name-field", "x")
    assert "no boundary “x”" in run.refused("boundary", "remove", file, "x")
    assert "cannot be read" in run.refused("boundary", "add", file, "nothing.geojson")
