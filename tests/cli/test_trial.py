"""`paget trial` around a run that is not simulated: options, output, folders, interruptions, faults."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from paget.cli import main
from paget.cli.trial import default_folder
from paget.errors import PagetError


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Runs of the command with `run_trial` and the report replaced; `run.calls` says what they were given."""
    monkeypatch.chdir(tmp_path)
    calls = []
    outcome = SimpleNamespace(error=None)

    def run_trial(design, catalog, **options):
        calls.append((design, options))
        if outcome.error is not None:
            raise outcome.error
        for event in (
            {"phase": "compiling"},
            {"phase": "subjects", "done": 1, "total": 2},
            {"phase": "analysis"},
        ):
            options["progress"](event)
        return SimpleNamespace(design=design)

    def write_report(result, folder, **options):
        Path(folder).mkdir(parents=True)
        (Path(folder) / "summary.json").write_text(json.dumps({"trial": result.design.name}))

    monkeypatch.setattr("paget.trial.run_trial", run_trial)
    monkeypatch.setattr("paget.report.write_report", write_report, raising=False)
    monkeypatch.setattr(
        "paget.report.terminal_summary", lambda result, **_: f"table of {result.design.name}", raising=False
    )
    return SimpleNamespace(calls=calls, outcome=outcome)


def test_options_reach_the_run(run):
    arguments = ["--seed", "7", "--animals", "3", "--draws", "2", "--workers", "1", "--out", "here"]
    assert main(["trial", "igf-paclitaxel", *arguments]) == 0
    ((design, options),) = run.calls
    assert design.name == "igf-paclitaxel"
    given = {key: options[key] for key in ("seed", "animals", "draws", "workers", "out")}
    assert given == {"seed": 7, "animals": 3, "draws": 2, "workers": 1, "out": Path("here")}
    assert options["command"] == f"paget trial igf-paclitaxel {' '.join(arguments)}"


def test_options_that_are_not_given_are_left_to_the_trial(run):
    assert main(["trial", "igf-paclitaxel"]) == 0
    ((_, options),) = run.calls
    assert options["seed"] is options["animals"] is options["draws"] is None
    assert options["out"] == Path("results/igf-paclitaxel")


def test_the_table_goes_to_standard_output_and_nothing_else_into_a_pipe(run, capsys):
    assert main(["trial", "igf-paclitaxel"]) == 0
    shown = capsys.readouterr()
    assert "table of igf-paclitaxel" in shown.out
    assert "results/igf-paclitaxel/report.html" in shown.out
    assert shown.err == ""


def test_json_is_all_there_is(run, capsys):
    assert main(["trial", "igf-paclitaxel", "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"trial": "igf-paclitaxel"}
    assert shown.err == ""


@pytest.mark.parametrize(
    "name, options, folder",
    [
        ("igf-paclitaxel", {}, "igf-paclitaxel"),
        ("some/where/mine.toml", {"seed": None}, "mine"),
        ("mine.toml", {"seed": 2, "animals": None, "draws": 10}, "mine-seed-2-draws-10"),
    ],
)
def test_another_run_gets_another_folder(name, options, folder):
    assert default_folder(name, options) == Path("results") / folder


def test_an_interruption_says_how_to_go_on(run, capsys):
    run.outcome.error = KeyboardInterrupt()
    assert main(["trial", "igf-paclitaxel"]) == 130
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "resume with the same command" in shown.err
    assert "Traceback" not in shown.err


def test_bad_input_is_one_message(run, capsys):
    run.outcome.error = PagetError("the folder holds another run", file="here")
    assert main(["trial", "igf-paclitaxel"]) == 2
    assert capsys.readouterr().err == "paget: error: here: the folder holds another run\n"


def test_trouble_with_a_file_is_one_message(run, capsys):
    run.outcome.error = OSError(28, "No space left on device", "results/x")
    assert main(["trial", "igf-paclitaxel"]) == 2
    assert capsys.readouterr().err == "paget: error: results/x: No space left on device\n"


def test_a_fault_of_ours_keeps_its_traceback(run, capsys):
    run.outcome.error = ZeroDivisionError("ours")
    assert main(["trial", "igf-paclitaxel"]) == 1
    shown = capsys.readouterr().err
    assert "ZeroDivisionError: ours" in shown
    assert "a fault in Paget" in shown


def test_an_unknown_trial_is_refused_before_anything_runs(run, capsys):
    assert main(["trial", "igf-paclitaxl"]) == 2
    assert run.calls == []
    assert "Did you mean 'igf-paclitaxel'?" in capsys.readouterr().err
