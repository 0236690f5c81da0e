"""`paget tissue` and `paget resume` around a run that is not simulated: options, output, folders, interruptions."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from paget.cli import main, progress
from paget.errors import PagetError
from paget.formats.population import NAME
from paget.runs import Interrupted

TABLE = """time_min,type,live,apoptotic,necrotic,total,max_radius_um,mean_pressure,oxygen mean,oxygen minimum
0.0,all,1200,0,0,1200,90.0,0.0,38.0,38.0
0.0,tumour cell,1000,0,0,1000,90.0,0.0,38.0,38.0
0.0,macrophage,200,0,0,200,88.0,0.0,38.0,38.0
0.0,neutrophil,0,0,0,0,,,,
720.0,all,1310,9,1,1320,99.0,0.5,20.5,11.25
720.0,tumour cell,1110,9,1,1120,99.0,0.5,20.5,11.25
720.0,macrophage,200,0,0,200,95.0,0.5,20.5,12.0
720.0,neutrophil,0,0,0,0,,,,
"""


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Runs with `run_tissue` and the figure replaced; `run.calls` says what they were given."""
    monkeypatch.chdir(tmp_path)
    calls = []
    outcome = SimpleNamespace(error=None)

    def run_tissue(job, out, **options):
        calls.append((job, Path(out), options))
        if outcome.error is not None:
            raise outcome.error
        Path(out).mkdir(parents=True)
        (Path(out) / NAME).write_text(TABLE)
        return Path(out)

    monkeypatch.setattr("paget.runs.run_tissue", run_tissue, raising=False)
    return SimpleNamespace(calls=calls, outcome=outcome)


def test_options_reach_the_run(run):
    arguments = ["--seed", "7", "--until", "90 minute", "--threads", "1", "--out", "here"]
    assert main(["tissue", "flat-tumour", *arguments]) == 0
    ((job, out, options),) = run.calls
    assert (job.name, job.seed, job.until, out, options["threads"]) == (
        "flat-tumour",
        7,
        90.0,
        Path("here"),
        1,
    )
    assert (
        options["command"] == "paget tissue flat-tumour --seed 7 --until '90 minute' --threads 1 --out here"
    )


def test_options_that_are_not_given_are_left_to_the_scene(run):
    assert main(["tissue", "flat-tumour"]) == 0
    ((job, out, options),) = run.calls
    assert (job.seed, job.until, options["threads"]) == (1, 2880.0, None)
    assert out == Path("results/flat-tumour")


def test_another_run_gets_another_folder(run):
    assert main(["tissue", "flat-tumour", "--seed", "2", "--until", "12 hour"]) == 0
    assert run.calls[0][1] == Path("results/flat-tumour-seed-2-until-12-hour")


def test_the_summary_goes_to_standard_output_and_nothing_else_into_a_pipe(run, capsys):
    assert main(["tissue", "flat-tumour"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    lines = [" ".join(line.split()) for line in shown.out.splitlines()]
    for line in (
        "After 12 hours:",
        "tumour cell 1,000 1,110 9 1",
        "macrophage 200 200 0 0",
        "all 1,200 1,310 9 1",
        "oxygen 38 20.5 11.2",
        "Folder: results/flat-tumour",
    ):
        assert line in lines
    assert "neutrophil" not in shown.out  # there never was one


def test_an_interruption_says_how_to_go_on(run, capsys):
    run.outcome.error = Interrupted(Path("my results/x"), 90.0)
    assert main(["tissue", "flat-tumour"]) == 130
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "interrupted at 1.5 h of simulated time" in shown.err
    assert "paget resume 'my results/x'" in shown.err


def test_a_second_ctrl_c_is_no_fault(run, capsys):
    run.outcome.error = KeyboardInterrupt()
    assert main(["tissue", "flat-tumour"]) == 130
    assert "paget resume results/flat-tumour" in capsys.readouterr().err


@pytest.mark.parametrize(
    "until, says",
    [
        ("12", "has no unit"),
        ("12 um", "wrong unit"),
        ("-1 hour", "must be above 0"),
        ("soon", "must be one number and its unit"),
    ],
)
def test_an_end_that_is_no_time(until, says, run, capsys):
    assert main(["tissue", "flat-tumour", f"--until={until}"]) == 2
    shown = capsys.readouterr().err
    assert "--until" in shown
    assert says in shown
    assert run.calls == []


def test_an_unknown_scene_is_refused_before_anything_runs(run, capsys):
    assert main(["tissue", "flat-tumor"]) == 2
    assert run.calls == []
    assert "Did you mean 'flat-tumour'?" in capsys.readouterr().err


def test_bad_input_is_one_message(run, capsys):
    run.outcome.error = PagetError("the folder holds another run", file="here")
    assert main(["tissue", "flat-tumour"]) == 2
    assert capsys.readouterr().err == "paget: error: here: the folder holds another run\n"


@pytest.mark.parametrize("folder, says", [("nowhere", "no such run"), ("odd", "provenance.json is missing")])
def test_nothing_to_resume(folder, says, run, capsys, tmp_path):
    (tmp_path / "odd.partial").mkdir()
    assert main(["resume", folder]) == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    "done, total, text",
    [
        (90.0, 720.0, "1.5 of 12 h"),
        (36.0, 90.0, "36.0 of 90 min"),
        (2160.0, 14400.0, "1.5 of 10 d"),
        (2.0, 2.0, "2.0 of 2 min"),
    ],
)
def test_simulated_time(done, total, text):
    assert progress.simulated(done, total) == text


def test_check_tells_what_it_read(capsys):
    assert main(["check", "igf-macrophages"]) == 0
    shown = capsys.readouterr().out
    for part in ("no errors", "lm2-4 in scid", "96 endothelial cell", "20 x 20 x 20 voxels", "oxygen"):
        assert part in shown


def test_check_finds_what_only_the_engine_knows(tmp_path, capsys):
    assert main(["new", "scene", str(tmp_path / "mine.toml")]) == 0
    text = (tmp_path / "mine.toml").read_text()
    (tmp_path / "mine.toml").write_text(text.replace('"oxygen uptake"', '"oxigen uptake"'))
    assert main(["check", str(tmp_path / "mine.toml")]) == 2
    shown = capsys.readouterr().err
    assert "Did you mean 'oxygen uptake'?" in shown
    assert "mine.toml:" in shown
