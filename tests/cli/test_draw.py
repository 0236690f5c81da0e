"""`paget draw`: table, JSON, folder, and what is refused."""

from __future__ import annotations

import json

import pytest

from paget.cli import INPUT_ERROR, main

SMALL = ["draw", "stage-iii-iv", "--patients", "40", "--seed", "5"]


def test_table_json_and_folder(tmp_path, capsys) -> None:
    file, folder = tmp_path / "draw.json", tmp_path / "draw"
    assert main([*SMALL, "--json", str(file), "--out", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "positive draws" in told
    assert "not fitted" in told
    found = json.loads(file.read_text())
    assert found["schema"] == "draw/1"
    assert found["simulated"] is True
    assert len(found["patients"]) == 40
    rows = {row["quantity"]: row for row in found["summary"]}
    assert rows["positive draws"]["published"] == 0.4323
    assert rows["singles, largest"]["low"] is None
    for name in ("report.html", "tables/summary.csv", "tables/patients.parquet", "figures/tail.png"):
        assert (folder / name).exists(), name
    before = (folder / "report.html").read_bytes()
    assert main([*SMALL, "--out", str(folder)]) == 0  # read again, nothing written
    assert (folder / "report.html").read_bytes() == before
    assert capsys.readouterr().out == told


@pytest.mark.parametrize(
    "more, says",
    [
        (["--volume", "7.5"], "cannot be read"),
        (["--volume", "7.5 mg"], "cannot be read"),
        (["--volume", "9 L"], "no such tube"),
        (["--state", "blind"], "unknown assay state"),
        (["--patients", "2"], "--patients"),
    ],
)
def test_refused(more, says, capsys) -> None:
    assert main([*SMALL, *more]) == INPUT_ERROR
    assert says in capsys.readouterr().err


def test_unknown_population(capsys) -> None:
    assert main(["draw", "stage-iii"]) == INPUT_ERROR
    assert "stage-iii-iv" in capsys.readouterr().err
