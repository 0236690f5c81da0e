"""The runner: what it writes when, and that a run that was cut anywhere ends with the same bits."""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from paget.errors import PagetError
from paget.formats.checkpoint import CheckpointStore
from paget.formats.population import read_population
from paget.runs import execution, resuming
from paget.runs.execution import Interrupted, run_tissue
from paget.runs.job import Output

pytestmark = pytest.mark.usefixtures("fake_engine")


def files(folder: Path) -> dict[str, bytes]:
    """All files of a folder but its provenance, which tells the time of day."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "provenance.json"
    }


@pytest.fixture
def whole(tmp_path, make_job):
    """Files of a run that nobody stopped."""
    return files(run_tissue(make_job(), tmp_path / "whole"))


def at_step(number, act):
    """A watcher of the engine that does something after one step."""

    def watch(simulation):
        if simulation.step_number == number:
            act()

    return watch


class TestAWholeRun:
    def test_the_folder_has_its_parts(self, whole):
        assert sorted(whole) == [
            "input/deep/cells.csv", "input/scene.toml", "population.csv", "population.parquet",
            *(f"snapshots/{number:04d}.bin" for number in range(5)),
        ]  # fmt: skip
        assert whole["input/deep/cells.csv"] == b"x,y,z\n"

    def test_the_table_has_rows_at_each_interval_from_start_to_end(self, whole, tmp_path):
        table = read_population(tmp_path / "whole")
        everything = table[table["type"] == "all"].set_index("time_min")
        by_type = (
            table[table["type"] != "all"]
            .groupby("time_min")[["live", "apoptotic", "necrotic", "total"]]
            .sum()
        )
        np.testing.assert_allclose(everything.index, np.arange(11.0))
        assert (everything["total"] == 30).all()
        assert (everything[by_type.columns] == by_type).all(axis=None)
        assert everything["oxygen mean"].is_monotonic_increasing

    def test_the_end_is_written_although_no_interval_ends_there(self, tmp_path, make_job):
        run_tissue(make_job(until=9.0), tmp_path / "r")
        numbers = sorted(path.name for path in (tmp_path / "r" / "snapshots").iterdir())
        assert numbers == [f"{number:04d}.bin" for number in range(5)]  # 0, 2.5, 5, 7.5 and 9 min
        table = read_population(tmp_path / "r")
        assert table["time_min"].iloc[-1] == pytest.approx(9.0)

    def test_times_between_two_steps_end(self, tmp_path, make_job):
        """An interval that is no multiple of the step, and one below it, are rounded to whole steps."""
        job = make_job(until=0.97, table_every=0.03, checkpoint_every=0.17)
        run_tissue(job, tmp_path / "r")
        np.testing.assert_allclose(read_population(tmp_path / "r")["time_min"].unique(), np.arange(11) * 0.1)

    def test_the_same_run_again_is_read(self, whole, tmp_path, fake_engine, make_job):
        fake_engine.watchers.append(lambda simulation: pytest.fail("it ran"))
        assert files(run_tissue(make_job(), tmp_path / "whole")) == whole

    def test_another_run_is_refused(self, whole, tmp_path, make_job):
        with pytest.raises(PagetError, match=r"another run \(seed differ\)"):
            run_tissue(make_job(seed=4), tmp_path / "whole")
        with pytest.raises(PagetError, match="model"):
            run_tissue(make_job(scheme="physicell"), tmp_path / "whole")
        assert files(tmp_path / "whole") == whole

    def test_progress_and_finish(self, tmp_path, monkeypatch, make_job):
        monkeypatch.setattr(execution, "TELL_SECONDS", 0.0)
        monkeypatch.setattr(execution, "kernels_are_cached", lambda engine: False)
        monkeypatch.setattr(execution, "mark_kernels_cached", lambda engine: events.append(engine))
        events: list = []
        run_tissue(
            make_job(), tmp_path / "r", progress=events.append,
            finish=lambda simulation, folder: (folder / "more").write_text(f"{simulation.time:g}"),
        )  # fmt: skip
        assert events[0] == {"phase": "compiling tissue"}
        assert events[1] == {"phase": "simulating", "done": 0.1, "total": 10.0, "cells": 30}
        assert events[-1] == "tissue"
        assert (tmp_path / "r" / "more").read_text() == "10"

    def test_a_user_may_end_it_early(self, tmp_path, make_job):
        run_tissue(make_job(), tmp_path / "r", stop_when=lambda simulation: simulation.step_number == 33)
        assert read_population(tmp_path / "r")["time_min"].unique().tolist() == [0.0, 1.0, 2.0, 3.0, 3.3]


class TestACutRun:
    @pytest.mark.parametrize("step", [1, 7, 25, 40, 99])
    def test_ctrl_c_writes_a_checkpoint_and_the_run_goes_on(
        self, step, whole, tmp_path, fake_engine, make_job
    ):
        fake_engine.watchers.append(at_step(step, lambda: os.kill(os.getpid(), signal.SIGINT)))
        before = signal.getsignal(signal.SIGINT)
        events: list = []
        with pytest.raises(Interrupted) as caught:
            run_tissue(make_job(), tmp_path / "cut", progress=events.append)
        assert events[-1] == {"phase": "stopping"}
        assert signal.getsignal(signal.SIGINT) is before
        assert caught.value.time == pytest.approx(step / 10)
        assert CheckpointStore(tmp_path / "cut.partial/checkpoints").newest().state["step_number"] == step
        fake_engine.watchers.clear()
        assert files(run_tissue(make_job(), tmp_path / "cut")) == whole

    @pytest.mark.parametrize("step", [1, 39, 40, 77])
    def test_a_crash_costs_what_came_after_the_last_checkpoint(
        self, step, whole, tmp_path, fake_engine, make_job
    ):
        """As after kill -9: nothing is said, the files lie as they are, the table has a torn last row."""

        def crash():
            raise RuntimeError("power cut")

        fake_engine.watchers.append(at_step(step, crash))
        with pytest.raises(RuntimeError):
            run_tissue(make_job(), tmp_path / "cut")
        with (tmp_path / "cut.partial/population.csv").open("a") as stream:
            stream.write("7.0,all,2")
        fake_engine.watchers.clear()
        started: list = []
        fake_engine.watchers.append(lambda simulation: started.append(simulation.step_number))
        assert files(run_tissue(make_job(), tmp_path / "cut")) == whole
        assert started[0] == (41 if step > 40 else 1)

    def test_a_second_ctrl_c_stops_at_once(self, tmp_path, fake_engine, make_job):
        def twice():
            first = signal.getsignal(signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
            for _ in range(500):  # a signal sent before the first is heard would be the same one
                if signal.getsignal(signal.SIGINT) is not first:
                    break
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5.0)

        fake_engine.watchers.append(at_step(5, twice))
        before = signal.signal(
            signal.SIGINT, signal.default_int_handler
        )  # ignored where tests run in the background
        try:
            with pytest.raises(KeyboardInterrupt) as caught:
                run_tissue(make_job(), tmp_path / "cut")
        finally:
            signal.signal(signal.SIGINT, before)
        assert not isinstance(caught.value, Interrupted)
        assert CheckpointStore(tmp_path / "cut.partial/checkpoints").newest().state["step_number"] == 0

    def test_ten_minutes_of_the_clock_are_never_lost(
        self, whole, tmp_path, monkeypatch, fake_engine, make_job
    ):
        stored: list = []
        monkeypatch.setattr(execution, "SAFE_SECONDS", 0.0)
        fake_engine.watchers.append(
            lambda simulation: stored.append(
                sorted(p.name for p in (tmp_path / "r.partial/checkpoints").iterdir())
            )
        )
        assert files(run_tissue(make_job(), tmp_path / "r")) == whole
        assert stored[-1] == ["0000000009.8000.npz", "0000000009.9000.npz"]


class TestTrouble:
    def test_a_full_disk_is_told_and_the_rest_stays(self, whole, tmp_path, make_job, write_places):
        full = [True]

        def write(simulation, folder, number):
            if number == 3 and full[0]:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            write_places(simulation, folder, number)

        job = make_job(outputs=(Output("places", 2.5, write),))
        with pytest.raises(
            PagetError, match=r"No space left on device; when this is mended: paget resume .*/r$"
        ):
            run_tissue(job, tmp_path / "r")
        left = files(tmp_path / "r.partial")
        assert all(left[f"snapshots/{n:04d}.bin"] == whole[f"snapshots/{n:04d}.bin"] for n in range(3))
        full[0] = False
        assert files(run_tissue(job, tmp_path / "r")) == whole

    def test_a_full_disk_leaves_the_last_checkpoint(self, tmp_path, monkeypatch, make_job):
        savez = np.savez

        def full_at_the_second(stream, **members):
            if int(members["array.step_number"]) == 40:
                stream.write(b"half of it")
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            savez(stream, **members)

        monkeypatch.setattr(np, "savez", full_at_the_second)
        with pytest.raises(PagetError, match="No space left on device"):
            run_tissue(make_job(), tmp_path / "r")
        assert [path.name for path in (tmp_path / "r.partial/checkpoints").iterdir()] == [
            "0000000000.0000.npz"
        ]

    def test_two_processes_do_not_write_one_run(self, tmp_path, fake_engine, make_job):
        def again():
            with pytest.raises(PagetError, match="another process is writing"):
                run_tissue(make_job(), tmp_path / "r")

        fake_engine.watchers.append(at_step(3, again))
        run_tissue(make_job(), tmp_path / "r")


class TestResume:
    @pytest.fixture
    def changes(self, monkeypatch, make_job):
        """Recipes of the kind `test` build the job of these tests, with these changes."""
        changes: dict = {}

        def build(recipe, folder):
            assert (folder / "scene.toml").read_bytes() == b"text"
            return make_job(**changes)

        monkeypatch.setitem(resuming._BUILDERS, "test", ("builder_of_this_test", "build"))
        monkeypatch.setitem(sys.modules, "builder_of_this_test", SimpleNamespace(build=build))
        return changes

    @pytest.fixture
    def cut(self, tmp_path, fake_engine, make_job):
        """A run that was interrupted after step 55."""
        fake_engine.watchers.append(at_step(55, lambda: os.kill(os.getpid(), signal.SIGINT)))
        with pytest.raises(Interrupted):
            run_tissue(make_job(), tmp_path / "cut")
        fake_engine.watchers.clear()
        return tmp_path / "cut"

    @pytest.mark.parametrize("ending", ["", ".partial"])
    def test_from_the_folder_alone(self, ending, whole, cut, changes):
        assert resuming.resume(f"{cut}{ending}") == cut
        assert files(cut) == whole

    def test_another_model_is_refused(self, cut, changes):
        before = files(Path(f"{cut}.partial"))
        changes["scheme"] = "physicell"
        with pytest.raises(PagetError, match=r"begun with another model \(catalog values and rules\)"):
            resuming.resume(cut)
        assert files(Path(f"{cut}.partial")) == before

    def test_another_version_is_refused(self, cut, changes, monkeypatch):
        monkeypatch.setattr("paget.provenance.__version__", "99.0")
        with pytest.raises(PagetError, match="begun with another version of Paget"):
            resuming.resume(cut)

    def test_what_cannot_be_resumed(self, whole, cut, tmp_path):
        with pytest.raises(PagetError, match="complete: there is nothing to resume"):
            resuming.resume(tmp_path / "whole")
        with pytest.raises(PagetError, match="no such run"):
            resuming.resume(tmp_path / "nowhere")
        with pytest.raises(PagetError, match="a kind that this version does not know"):
            resuming.resume(cut)
        (tmp_path / "odd.partial").mkdir()
        with pytest.raises(PagetError, match=r"its provenance\.json is missing"):
            resuming.resume(tmp_path / "odd")
