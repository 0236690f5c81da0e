"""`paget tissue` and `paget resume` as a user has them: processes, folders, signals. A hundred cells keep it quick."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import paget, paget_on_a_terminal

SCENE = """
schema = "scene/1"
name = "small"
duration = "6 hour"
[domain]
size = ["200 um", "200 um"]
[factors.oxygen]
unit = "mmHg"
diffusion = { value = 1e5, unit = "um^2/minute", source = "assumed", kind = "assumed" }
decay = { value = 0.1, unit = "1/minute", source = "assumed", kind = "assumed" }
[[factors.oxygen.boundary]]
level = { value = 38, unit = "mmHg", source = "assumed", kind = "assumed" }
[cell_types."cell".behaviours]
"exit from cycle phase 0" = { value = 0.002, unit = "1/minute", source = "assumed", kind = "assumed" }
"apoptosis" = { value = 0.0005, unit = "1/minute", source = "assumed", kind = "assumed" }
"oxygen uptake" = { value = 10, unit = "1/minute", source = "assumed", kind = "assumed" }
"migration speed" = { value = 0.5, unit = "um/minute", source = "assumed", kind = "assumed" }
"migration persistence time" = { value = 10, unit = "minute", source = "assumed", kind = "assumed" }
"cell attachment rate" = { value = 0.01, unit = "1/minute", source = "assumed", kind = "assumed" }
"cell detachment rate" = { value = 0.005, unit = "1/minute", source = "assumed", kind = "assumed" }
[[rules]]
cell_type = "cell"
signal = "pressure"
direction = "decreases"
behaviour = "exit from cycle phase 0"
half_maximum = { value = 1, unit = "1", source = "assumed", kind = "assumed" }
power = { value = 4, unit = "1", source = "assumed", kind = "assumed" }
saturation = { value = 0, unit = "1/minute", source = "assumed", kind = "assumed" }
[[cells]]
type = "cell"
shape = { kind = "disc", radius = "50 um" }
areal_density = "5000 cell/mm^2"
[[cells]]
shape = { kind = "csv", file = "more.csv" }
[outputs]
table = "1 hour"
checkpoint = "30 minute"
[[outputs.snapshots]]
format = "vtk"
every = "3 hour"
"""
FILES = (
    "population.csv",
    "population.parquet",
    "provenance.json",
    "figures/tissue.png",
    "input/scene.toml",
    "vtk/cells.pvd",
)


def lay_out(folder: Path) -> Path:
    """A folder with the scene and its CSV file."""
    (folder / "small.toml").write_text(SCENE)
    (folder / "more.csv").write_text("x,y,z,type\n-80,-80,0,cell\n80,80,0,cell\n")
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder in which the scene has run into `whole`, and what the command said."""
    folder = lay_out(tmp_path_factory.mktemp("run"))
    return folder, paget("tissue", "small.toml", "--out", "whole", "--threads", 1, folder=folder)


def content(folder: Path) -> dict[str, bytes]:
    """What a run computes: table and snapshots."""
    files = [folder / "population.csv", *sorted((folder / "vtk").iterdir())]
    return {file.name: file.read_bytes() for file in files}


def test_a_tissue_ends_with_a_table_and_a_folder(finished):
    folder, done = finished
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    for word in ("After 6 hours", "live at end", "oxygen", "Folder: whole", "not for clinical decisions"):
        assert word in done.stdout
    for name in FILES:
        assert (folder / "whole" / name).stat().st_size > 0
    assert not (folder / "whole.partial").exists()
    assert not (folder / "whole" / "checkpoints").exists()


def test_the_same_command_again_gives_the_same_and_simulates_nothing(finished):
    folder, done = finished
    stamp = (folder / "whole" / "population.csv").stat().st_mtime_ns
    again = paget("tissue", "small.toml", "--out", "whole", folder=folder)
    assert (again.returncode, again.stdout) == (0, done.stdout)
    assert (folder / "whole" / "population.csv").stat().st_mtime_ns == stamp


def test_another_number_of_threads_gives_the_same_bits(finished):
    folder, _ = finished
    assert paget("tissue", "small.toml", "--out", "threads", "--threads", 2, folder=folder).returncode == 0
    assert content(folder / "threads") == content(folder / "whole")


def test_another_run_is_refused(finished):
    folder, _ = finished
    before = content(folder / "whole")
    done = paget("tissue", "small.toml", "--seed", 2, "--out", "whole", folder=folder)
    assert done.returncode == 2
    assert "another run" in done.stderr
    assert content(folder / "whole") == before
    done = paget("resume", "whole", folder=folder)
    assert done.returncode == 2
    assert "complete: there is nothing to resume" in done.stderr


def listen_to_ctrl_c() -> None:
    """A shell starts background jobs deaf to SIGINT, and children inherit it: a run under test must hear it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start_until_checkpoint(folder: Path) -> subprocess.Popen[str]:
    """Start a run and return when a state later than the first is stored."""
    running = subprocess.Popen(
        [sys.executable, "-m", "paget", "tissue", "small.toml", "--out", "cut", "--threads", "2"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=listen_to_ctrl_c,
    )  # fmt: skip
    store = folder / "cut.partial" / "checkpoints"
    deadline = time.monotonic() + 400  # the kernels may have to be compiled first
    while time.monotonic() < deadline and running.poll() is None:
        if store.is_dir() and max((path.name for path in store.glob("*.npz")), default="0") > "0000000001":
            return running
        time.sleep(0.002)
    running.kill()
    raise AssertionError(f"no checkpoint in time: {running.communicate()}")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill -9"])
def test_a_run_that_was_stopped_goes_on_with_the_same_bits(stop, finished, tmp_path):
    """Stopped after half an hour or a little more of six; resumed without its scene, from the folder alone."""
    running = start_until_checkpoint(lay_out(tmp_path))
    running.send_signal(stop)
    _, said = running.communicate(timeout=120)
    if stop == signal.SIGINT:
        assert running.returncode == 130
        assert "Go on with: paget resume cut" in said
        assert "Traceback" not in said
    assert not (tmp_path / "cut").exists()
    (tmp_path / "small.toml").unlink()
    (tmp_path / "more.csv").unlink()
    done = paget("resume", "cut", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "After 6 hours" in done.stdout
    assert content(tmp_path / "cut") == content(finished[0] / "whole")


def test_a_changed_scene_is_another_run(tmp_path):
    """Its copy in the folder was edited: the second half would not fit to the first."""
    running = start_until_checkpoint(lay_out(tmp_path))
    running.kill()
    running.communicate()
    copy = tmp_path / "cut.partial" / "input" / "scene.toml"
    copy.write_text(SCENE.replace("value = 0.0005", "value = 0.0006"))
    done = paget("resume", "cut", folder=tmp_path)
    assert done.returncode == 2
    assert "begun with another model" in done.stderr
    assert (tmp_path / "cut.partial").is_dir()


def test_progress_on_a_terminal_only(finished):
    """Standard error on a pseudo-terminal shows the phases; the table still goes to the pipe."""
    folder, _ = finished
    table, shown = paget_on_a_terminal(
        "tissue", "small.toml", "--out", "seen", "--until", "4 hour", folder=folder
    )
    assert "growing the tissue" in shown
    assert "of 4 h" in shown
    assert "cells" in shown
    assert "growing the tissue" not in table
