"""Scenes as jobs, with the engine itself: files, options, resuming with receptors and drugs, the Python API."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import replace

import numpy as np
import pytest

import paget
from paget.errors import PagetError
from paget.formats.population import read_population
from paget.model import load_catalog
from paget.model.catalog import BUILT_IN
from paget.runs import Interrupted, resume, run_tissue
from paget.runs.named import load_scene
from paget.runs.outputs import WRITERS, output
from paget.runs.resuming import job_of_folder

SMALL = {
    '"400 um", "400 um", "400 um"': '"160 um", "160 um", "160 um"',
    'radius = "90 um"': 'radius = "45 um"',
    'duration = "24 hour"': 'duration = "2 hour"',
    'table = "1 hour"': 'table = "30 minute"',
    "[[vessels]]": (
        '[[treatments]]\ndrug = "paclitaxel"\ndose = "30 mg/kg"\nroute = "i.v."\ndays = [0, "1 hour"]\n'
        '[[treatments]]\ndrug = "xentuzumab"\ndose = "100 mg/kg"\nroute = "i.p."\ndays = [0]\n\n[[vessels]]'
    ),
}


@pytest.fixture(autouse=True)
def _no_project_of_the_user(monkeypatch, tmp_path):
    monkeypatch.delenv("PAGET_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def scene_file(tmp_path):
    """The scene with macrophages on a small domain, under two drugs."""
    text = (BUILT_IN / "scenes" / "igf-macrophages.toml").read_text()
    for old, new in SMALL.items():
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "igf-macrophages.toml"
    file.write_text(text)
    return file


def state_of(simulation):
    return {name: array for name, array in simulation.state().items() if array.dtype.kind != "U"}


def test_a_resumed_tissue_with_receptors_and_drugs_has_the_same_bits(scene_file, tmp_path):
    """Ctrl-C after half an hour; what the folder holds alone leads to the same end."""
    ends = {}

    def keep(name):
        return lambda simulation, folder: ends.update({name: state_of(simulation)})

    def stop(event):
        if event["phase"] == "simulating" and event.get("done", 0.0) > 30.0 and not stopped:
            stopped.append(event["done"])
            os.kill(os.getpid(), signal.SIGINT)

    stopped: list[float] = []
    job = load_scene(scene_file).job()
    run_tissue(job, tmp_path / "whole", threads=1, finish=keep("whole"))
    with pytest.raises(Interrupted):
        run_tissue(job, tmp_path / "cut", threads=2, progress=stop)
    assert 30.0 < stopped[0] < 120.0
    scene_file.unlink()
    resume(tmp_path / "cut", threads=1, finish=keep("cut"))
    assert ends["cut"].keys() == ends["whole"].keys()
    for name, array in ends["whole"].items():
        np.testing.assert_array_equal(ends["cut"][name], array, err_msg=name)
    whole, cut = (tmp_path / name / "population.csv" for name in ("whole", "cut"))
    assert whole.read_bytes() == cut.read_bytes()
    table = read_population(tmp_path / "whole")
    assert table["time_min"].unique().tolist() == [0.0, 30.0, 60.0, 90.0, 120.0]


def test_one_job_runs_twice_alike(scene_file):
    """The biology of a job stays as it was: each simulation has its own."""
    from paget.runs.execution import new_simulation

    job = load_scene(scene_file).job()
    one = new_simulation(job, threads=1).run(12.0)
    other = new_simulation(job, threads=1).run(12.0)
    for name, array in state_of(one).items():
        np.testing.assert_array_equal(state_of(other)[name], array, err_msg=name)


def test_the_scheme_of_physicell(tmp_path):
    """The same scene in the other scheme: other steps of the fields, the same tissue."""
    text = (BUILT_IN / "scenes" / "flat-tumour.toml").read_text()
    file = tmp_path / "flat-tumour.toml"
    file.write_text(text.replace("seed = 1", 'seed = 1\nscheme = "physicell"'))
    one, other = load_scene(file).simulation(threads=1), load_scene("flat-tumour").simulation(threads=1)
    assert (one.scheme, other.scheme) == ("physicell", "default")
    np.testing.assert_array_equal(one.cells["place"], other.cells["place"])
    one.run(3.0)
    other.run(3.0)
    np.testing.assert_allclose(one.cells["place"], other.cells["place"], atol=1e-3)
    np.testing.assert_allclose(one.fields.level.mean(), other.fields.level.mean(), rtol=0.1)


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_out_of_bounds(seed):
    with pytest.raises(PagetError, match="out of bounds"):
        load_scene("flat-tumour").job(seed=seed)


def test_seed_and_end_can_be_others(scene_file):
    scene = load_scene(scene_file)
    job = scene.job(seed=5, until=30.0)
    assert (job.seed, job.until) == (5, 30.0)
    assert job.recipe["seed"] == 5
    assert job.model_hash() == scene.job().model_hash()
    assert not np.array_equal(job.population.position, scene.job().population.position)


def test_a_dose_and_a_number_of_the_catalog_are_in_the_hash(scene_file):
    before = load_scene(scene_file).job().model_hash()
    scene_file.write_text(scene_file.read_text().replace("30 mg/kg", "31 mg/kg"))
    assert load_scene(scene_file).job().model_hash() != before


class TestPython:
    def test_load_run_look(self, tmp_path):
        scene = paget.load_scene("flat-tumour")
        assert "flat-tumour" in repr(scene)
        assert "malignant cell" in scene.describe()
        scene.check()
        simulation = scene.simulation(seed=3, threads=1)
        assert isinstance(simulation, paget.Simulation)
        simulation.run(until=6.0, stop_when=lambda tissue: tissue.time >= 3.0)
        assert simulation.time == pytest.approx(3.0)
        folder = scene.run(tmp_path / "out", until=12.0, threads=1)
        assert read_population(folder)["time_min"].max() == 12.0

    def test_it_runs_outside_the_main_thread(self, tmp_path):
        """Where Python allows no handler of Ctrl-C."""
        scene = paget.load_scene("flat-tumour")
        worker = threading.Thread(target=lambda: scene.run(tmp_path / "out", until=6.0, threads=1))
        worker.start()
        worker.join()
        assert (tmp_path / "out" / "population.csv").exists()


class TestFiles:
    @pytest.fixture
    def with_cells(self, tmp_path):
        """The flat scene with cells from a file; writes it with this file name and content."""

        def make(
            content: bytes | None = b"x,y,z,type,volume\n1,2,0,malignant cell,3000\n-5,9,0,malignant cell,\n",
            name="sub/c.csv",
        ):
            text = (BUILT_IN / "scenes" / "flat-tumour.toml").read_text()
            shape = 'shape = { kind = "disc", radius = "200 um" }\npacking = "hexagonal"\nspacing = "16 um"'
            group = f'type = "malignant cell"\n{shape}'
            assert group in text
            file = tmp_path / "flat-tumour.toml"
            file.write_text(text.replace(group, f'shape = {{ kind = "csv", file = "{name}" }}'))
            if content is not None:
                (tmp_path / "sub").mkdir(exist_ok=True)
                (tmp_path / "sub" / "c.csv").write_bytes(content)
            return load_scene(file)

        return make

    def test_cells_of_a_file(self, with_cells):
        job = with_cells().job()
        np.testing.assert_array_equal(job.population.position, [[1, 2, 0], [-5, 9, 0]])
        np.testing.assert_array_equal(job.population.volume, [3000, np.nan])
        assert set(job.inputs) == {"scene.toml", "sub/c.csv"}

    def test_the_copy_is_read_when_the_run_goes_on(self, with_cells, tmp_path, monkeypatch):
        job = replace(with_cells().job(), until=6.0)
        with monkeypatch.context() as patched:
            patched.setattr("paget.runs.execution.TELL_SECONDS", 0.0)

            def stop(event):
                if event.get("done"):
                    os.kill(os.getpid(), signal.SIGINT)

            with pytest.raises(Interrupted):
                run_tissue(with_cells().job(until=6.0), tmp_path / "cut", threads=1, progress=stop)
        (tmp_path / "sub" / "c.csv").unlink()
        again, target = job_of_folder(tmp_path / "cut")
        assert target == tmp_path / "cut"
        assert again.model_hash() == job.model_hash()
        assert again.design() == with_cells().job(until=6.0).design()

    @pytest.mark.parametrize(
        "content, says",
        [
            (None, r"flat-tumour\.toml:\d+: cells\[1\]\.shape\.file: cannot be read: No such file"),
            (b"x,y,z,type\n1,2,0,benign cell\n", r"c\.csv:2: .*unknown cell type.*malignant cell"),
            (b"x,y,z,type\n1,zwei,0,malignant cell\n", r"c\.csv:2: "),
            (
                b"x,y,z,type\n1,2,0,malignant cell\n1,2000,0,malignant cell\n",
                r"c\.csv:3: .*outside the domain.*2000",
            ),
            (b"\xff\xfe", "is not UTF-8 text"),
        ],
        ids=["missing", "unknown type", "no number", "outside", "binary"],
    )
    def test_a_bad_file(self, content, says, with_cells):
        with pytest.raises(PagetError, match=says):
            with_cells(content).job()

    @pytest.mark.parametrize("name", ["../c.csv", "/etc/hosts", "scene.toml"])
    def test_a_file_elsewhere(self, name, with_cells):
        with pytest.raises(PagetError, match="must lie in the folder of the scene"):
            with_cells(name=name).job()


class TestOutputs:
    @pytest.mark.parametrize("name", WRITERS)
    def test_every_format_is_written_and_written_again(self, name, tmp_path):
        simulation = load_scene("flat-tumour").simulation(threads=1)
        wanted = output(name, 60.0)
        for number in (0, 1, 1):
            wanted.write(simulation, tmp_path, number)
        assert any(path.is_file() for path in tmp_path.rglob("*"))

    def test_an_unknown_format(self):
        with pytest.raises(PagetError, match="Did you mean 'zarr'"):
            output("zar", 60.0)


def test_a_project_of_the_user_does_not_change_a_run_without_one(scene_file, tmp_path, monkeypatch):
    """A run that was begun without a project goes on without one, wherever it goes on."""
    (tmp_path / "elsewhere" / "paget-project" / "factors").mkdir(parents=True)
    text = (BUILT_IN / "factors" / "igf-1.toml").read_text()
    (tmp_path / "elsewhere/paget-project/factors/igf-1.toml").write_text(text.replace("0.002", "0.003"))
    recipe = load_scene(scene_file).job().recipe
    folder = tmp_path / "input"
    folder.mkdir()
    (folder / "scene.toml").write_text(scene_file.read_text())
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert load_catalog().project is not None
    from paget.runs.scene_job import job_of_recipe

    assert job_of_recipe(recipe, folder).recipe["project"] is None
