"""`paget screen`, `attribute` and `sensitivity`: what is wrong gives one message, code 2, and no files."""

import json

import pytest

from paget.analysis.sensitivity.parameters import parameters_of
from paget.cli import main

ATTRIBUTE = [
    "attribute",
    "igf-paclitaxel",
    "--arms",
    "paclitaxel",
    "control",
    "--mechanisms",
    "none",
    "--animals",
    "5",
]
SCREEN = [
    "screen",
    "--tumour",
    "py230",
    "--host",
    "c57bl6",
    "--drugs",
    "paclitaxel",
    "--animals",
    "5",
    "--draws",
    "0",
]


def changed(command, **options):
    """The command with some options replaced; of --arms the first is."""
    words = list(command)
    for name, value in options.items():
        if f"--{name}" in words:
            words[words.index(f"--{name}") + 1] = value
        else:
            words += [f"--{name}", value]
    return words


SENSITIVITY = [
    "sensitivity",
    "--tumour",
    "py230",
    "--host",
    "c57bl6",
    "--animals",
    "5",
    "--trajectories",
    "2",
]

BAD = [
    (changed(SENSITIVITY, tumour="py320"), ("unknown tumour", "Did you mean 'py230'?")),
    (changed(SENSITIVITY, endpoint="lung focus"), ("unknown endpoint", "Did you mean 'lung foci'?")),
    (changed(SENSITIVITY, span="1.5"), ("--span",)),
    (changed(SENSITIVITY, trajectories="1"), ("--trajectories",)),
    (changed(SENSITIVITY, arm="control"), ("--arm", "no arms")),
    (["sensitivity", "--tumour", "py230"], ("needs a trial, or --tumour and --host",)),
    (["sensitivity", "igf-paclitaxel", "--host", "scid"], ("leave --tumour and --host out",)),
    (["sensitivity", "igf-paclitaxol"], ("igf-paclitaxol", "Did you mean 'igf-paclitaxel'?")),
    (["sensitivity", "igf-paclitaxel", "--arm", "paclitaxol"], ("unknown arm", "Did you mean 'paclitaxel'?")),
    (["sensitivity", "igf-paclitaxel", "--against", "control"], ("--against", "--arm")),
    (["attribute", "igf-paclitaxol", *ATTRIBUTE[2:]], ("igf-paclitaxol", "Did you mean 'igf-paclitaxel'?")),
    (changed(ATTRIBUTE, arms="paclitaxol"), ("unknown arm", "Did you mean 'paclitaxel'?")),
    (changed(ATTRIBUTE, endpoint="lung focus"), ("unknown endpoint", "Did you mean 'lung foci'?")),
    (changed(ATTRIBUTE, mechanisms="IGF axes"), ("unknown mechanism", "Did you mean 'IGF axis'?")),
    (changed(ATTRIBUTE, animals="2"), ("--animals", "greater than or equal to 5")),
    (changed(ATTRIBUTE, draws="-1"), ("--draws", "greater than or equal to 0")),
    (ATTRIBUTE[:2], ("--arms",)),
    (changed(SCREEN, tumour="py320"), ("unknown tumour", "Did you mean 'py230'?")),
    (changed(SCREEN, drugs="paclitaxol"), ("unknown drug", "Did you mean 'paclitaxel'?")),
    (changed(SCREEN, endpoint="lung focus"), ("unknown endpoint", "Did you mean 'lung foci'?")),
    (changed(SCREEN, timings="adjuvent"), ("unknown time", "Did you mean 'adjuvant'?")),
    (changed(SCREEN, days="10"), ("--surgery", "after the end")),
    (SCREEN[:3], ("--host",)),
]


@pytest.mark.parametrize("command, says", BAD)
def test_bad_commands(command, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(command) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    for text in says:
        assert text in told
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "command", [ATTRIBUTE, SCREEN, SENSITIVITY], ids=["attribute", "screen", "sensitivity"]
)
def test_a_file_that_exists_is_not_overwritten(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.json").write_text("mine")
    assert main([*command, "--json", "mine.json"]) == 2
    assert "exists already" in capsys.readouterr().err
    assert (tmp_path / "mine.json").read_text() == "mine"


@pytest.mark.parametrize(
    "command, tables",
    [
        (ATTRIBUTE, ("steps", "mechanisms")),
        ([*SCREEN, "--no-ladder", "--timings", "neoadjuvant"], ("effects", "ranking", "tolerability")),
    ],
    ids=["attribute", "screen"],
)
def test_a_study_from_end_to_end(command, tables, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([*command, "--endpoint", "lung burden", "--json", "study.json", "--out", "study"]) == 0
    assert "report.html" in capsys.readouterr().out
    found = json.loads((tmp_path / "study.json").read_text())
    assert found["schema"] == f"{'attribution' if command[0] == 'attribute' else 'screen'}/1"
    page = (tmp_path / "study" / "report.html").read_text()
    assert "<svg" in page
    assert "not for clinical decisions" in page
    for name in tables:
        assert found[name]
        assert (tmp_path / "study" / "tables" / f"{name}.csv").stat().st_size > 0
    (tmp_path / "study.json").unlink()
    assert main([*command, "--endpoint", "lung burden", "--json", "study.json", "--out", "study"]) == 0
    assert json.loads((tmp_path / "study.json").read_text()) == found


def test_sensitivity_from_end_to_end(tmp_path, monkeypatch, capsys):
    """Few numbers: those of the catalog take minutes."""
    monkeypatch.chdir(tmp_path)
    whole = parameters_of

    def few(model, catalog, span):
        return [p for p in whole(model, catalog, span) if p.path.startswith("tumours/py230/behaviours/s")]

    monkeypatch.setattr("paget.analysis.sensitivity.study.parameters_of", few)
    command = [*SENSITIVITY, "--days", "30", "--json", "study.json", "--out", "study"]
    assert main(command) == 0
    assert "shedding" in capsys.readouterr().out
    found = json.loads((tmp_path / "study.json").read_text())
    assert found["schema"] == "sensitivity/1"
    assert found["parameters"][0]["path"] == "tumours/py230/behaviours/shedding/base"
    assert "<svg" in (tmp_path / "study" / "report.html").read_text()
    assert (tmp_path / "study" / "figures" / "sensitivity.png").stat().st_size > 0
