"""The command as a user has it: processes, folders, signals. Two mice an arm keep it quick."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import paget, paget_on_a_terminal

TRIAL = ("trial", "igf-paclitaxel", "--animals", "2", "--workers", "1")
FILES = (
    "report.html", "summary.json", "provenance.json", "methods.md", "references.bib", "tables.xlsx",
    "tables/endpoints.csv", "tables/endpoints.parquet", "figures/growth.png",
)  # fmt: skip


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder in which the trial has run into `first`, and what the command said."""
    folder = tmp_path_factory.mktemp("run")
    return folder, paget(*TRIAL, "--out", "first", folder=folder)


def values(summary: dict) -> dict:
    """All values of all animals."""
    return {
        (arm, name): endpoint["values"]
        for arm, content in summary["arms"].items()
        for name, endpoint in content["endpoints"].items()
    }


def test_a_trial_ends_with_a_table_and_a_folder(finished):
    folder, done = finished
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for word in ("lung foci", "Ki-67 index", "paclitaxel + xentuzumab", "first/report.html"):
        assert word in done.stdout
    for name in FILES:
        assert (folder / "first" / name).stat().st_size > 0
    assert not (folder / "first.partial").exists()


def test_the_summary_has_the_arms_and_endpoints_that_were_asked_for(finished):
    folder, _ = finished
    summary = json.loads((folder / "first" / "summary.json").read_text())
    assert list(summary["arms"]) == ["control", "paclitaxel", "xentuzumab", "paclitaxel + xentuzumab"]
    for endpoints in (arm["endpoints"] for arm in summary["arms"].values()):
        for name in (
            "Ki-67 index",
            "lung foci",
            "metastatic area",
            "CTC per mL",
            "primary volume",
            "residual tumour cells",
        ):
            assert len(endpoints[name]["values"]) == 2


def test_the_same_command_again_gives_the_same_and_simulates_nothing(finished):
    folder, done = finished
    stamp = (folder / "first" / "tables" / "endpoints.parquet").stat().st_mtime_ns
    again = paget(*TRIAL, "--out", "first", folder=folder)
    assert (again.returncode, again.stdout) == (0, done.stdout)
    assert (folder / "first" / "tables" / "endpoints.parquet").stat().st_mtime_ns == stamp


def test_json_is_the_summary(finished):
    folder, _ = finished
    done = paget(*TRIAL, "--out", "first", "--json", folder=folder)
    assert json.loads(done.stdout) == json.loads((folder / "first" / "summary.json").read_text())
    assert done.stderr == ""


def test_the_report_can_be_written_again(finished):
    folder, _ = finished
    page = folder / "first" / "report.html"
    page.unlink()
    again = paget("report", "first", folder=folder)
    assert again.returncode == 0, again.stderr
    assert page.stat().st_size > 0
    assert "lung foci" in again.stdout


def test_a_folder_with_another_run_is_left_alone(finished):
    folder, _ = finished
    before = {path: path.read_bytes() for path in (folder / "first").rglob("*") if path.is_file()}
    done = paget(*TRIAL, "--seed", "2", "--out", "first", folder=folder)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "seed" in done.stderr
    assert "first" in done.stderr
    assert "Traceback" not in done.stderr
    assert before == {path: path.read_bytes() for path in (folder / "first").rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["nowhere", "here"])
def test_a_report_of_what_is_no_run(name, tmp_path):
    (tmp_path / "here").mkdir()
    done = paget("report", name, folder=tmp_path)
    assert done.returncode == 2
    assert name in done.stderr
    assert "Traceback" not in done.stderr


def listen_to_ctrl_c() -> None:
    """A shell starts background jobs deaf to SIGINT, and children inherit it: a run under test must hear it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start_until_parts(folder: Path, arguments: tuple[str, ...], parts: int) -> subprocess.Popen[str]:
    """Start a run and return when some of its mice are stored."""
    running = subprocess.Popen(
        [sys.executable, "-m", "paget", *arguments],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=listen_to_ctrl_c,
    )  # fmt: skip
    store = folder / "cut.partial" / "parts"
    deadline = time.monotonic() + 400  # the kernels may have to be compiled first
    while time.monotonic() < deadline and running.poll() is None:
        if store.is_dir() and len(list(store.glob("*.part"))) >= parts:
            return running
        time.sleep(0.002)
    running.kill()
    raise AssertionError(f"no mouse was stored in time: {running.communicate()}")


MANY = ("trial", "igf-paclitaxel", "--animals", "15", "--workers", "1", "--out")


@pytest.fixture(scope="module")
def never_stopped(tmp_path_factory):
    """Summary of a run of sixty mice that nobody stopped."""
    folder = tmp_path_factory.mktemp("whole")
    assert paget(*MANY, "whole", folder=folder).returncode == 0
    return json.loads((folder / "whole" / "summary.json").read_text())


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill -9"])
def test_a_run_that_was_stopped_goes_on_with_the_same_bits(stop, never_stopped, tmp_path):
    """Stopped after two of sixty mice; the sixty of the resumed run are those of one that was never stopped."""
    running = start_until_parts(tmp_path, (*MANY, "cut"), parts=2)
    running.send_signal(stop)
    _, said = running.communicate(timeout=120)
    if stop == signal.SIGINT:
        assert running.returncode == 130
        assert "resume with the same command" in said
        assert "Traceback" not in said
    assert 2 <= len(list((tmp_path / "cut.partial" / "parts").glob("*.part"))) < 60
    assert not (tmp_path / "cut").exists()
    assert paget(*MANY, "cut", folder=tmp_path).returncode == 0
    resumed = json.loads((tmp_path / "cut" / "summary.json").read_text())
    assert values(resumed) == values(never_stopped)
    assert resumed == never_stopped


def test_progress_on_a_terminal_only(tmp_path):
    """Standard error on a pseudo-terminal shows the phases; the table still goes to the pipe."""
    table, shown = paget_on_a_terminal(*TRIAL, "--out", "here", folder=tmp_path)
    assert "lung foci" in table
    assert "simulating mice" in shown
    assert "figures and report" in shown
    assert "simulating mice" not in table
