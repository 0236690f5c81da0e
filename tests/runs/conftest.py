"""A tissue that needs no compiler: cells that hop at random and die now and then, with the interface of the engine."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest

from paget.runs.job import Job, Output
from paget.tissue.cells import DEAD, Cells
from paget.tissue.definition import CellType, Cycle, Definition, Domain, Factor, Phase, Population, Steps


class FakeSimulation:
    """Each step moves every cell by a number that depends on seed, step and cell."""

    watchers: ClassVar[list] = []

    def __init__(self, definition, population, *, seed=0, scheme="default", threads=None, biology=None):
        self.definition, self.seed, self.scheme, self.threads = definition, seed, scheme, threads
        self.step_number = 0
        self.cells = Cells(0, {})
        if population is not None:
            rows = self.cells.append(len(population.kind))
            self.cells.arrays["place"][rows, :3] = population.position
            self.cells.arrays["kind"][rows] = population.kind
        self.fields = SimpleNamespace(level=np.ones((len(definition.factors), *definition.domain.shape)))

    @property
    def time(self):
        return self.step_number * self.definition.steps.mechanics

    def run(self, until, *, stop_when=None, every=None, then=None):
        last = round(until / self.definition.steps.mechanics)
        while self.step_number < last:
            self.step_number += 1
            noise = np.random.default_rng([self.seed, self.step_number])
            self.cells["place"][:, :3] += noise.normal(size=(self.cells.count, 3))
            self.cells["flags"][noise.random(self.cells.count) < 0.01] |= DEAD
            self.fields.level *= 1.0 + 0.1 * noise.random()
            for watcher in FakeSimulation.watchers:
                watcher(self)
            if stop_when is not None and stop_when(self):
                break
        return self

    def state(self):
        state = {f"cells/{name}": array for name, array in self.cells.state().items()}
        return state | {
            "level": self.fields.level.copy(),
            "step_number": np.array(self.step_number),
            "seed": np.array(self.seed),
        }

    @classmethod
    def from_state(cls, definition, state, *, threads=None, biology=None):
        new = cls(definition, None, seed=int(state["seed"]), threads=threads)
        new.cells.restore({k.removeprefix("cells/"): a for k, a in state.items() if k.startswith("cells/")})
        new.fields.level[:] = state["level"]
        new.step_number = int(state["step_number"])
        return new


def _write_places(simulation, folder, number):
    """A snapshot: places of the cells, as raw bytes."""
    (folder / "snapshots").mkdir(exist_ok=True)
    (folder / "snapshots" / f"{number:04d}.bin").write_bytes(simulation.cells["place"].tobytes())


def _make_job(**changes) -> Job:
    """Ten minutes of thirty cells, snapshots every two minutes and a half, a checkpoint every four."""
    cycle = Cycle("live", 5, (Phase("live", 14, divides_at_exit=True),))
    definition = Definition(
        Domain((-50.0,) * 3, (50.0,) * 3, (20.0,) * 3),
        (Factor("oxygen", 1e5, 0.1),),
        (CellType("tumour cell", 0, cycle), CellType("macrophage", 1, cycle)),
        steps=Steps(mechanics=0.1),
    )
    population = Population(np.zeros((30, 3)), np.arange(30, dtype=np.int32) % 2)
    given = {
        "name": "test", "recipe": {"kind": "test"}, "definition": definition, "population": population,
        "until": 10.0, "seed": 3, "outputs": (Output("places", 2.5, _write_places),), "table_every": 1.0,
        "checkpoint_every": 4.0, "inputs": {"scene.toml": b"text", "deep/cells.csv": b"x,y,z\n"},
    }  # fmt: skip
    return Job(**(given | changes))


@pytest.fixture
def fake_engine(monkeypatch):
    """The runner finds this tissue in the place of the engine."""
    module = ModuleType("paget.tissue.simulation")
    module.Simulation = FakeSimulation
    monkeypatch.setitem(sys.modules, "paget.tissue.simulation", module)
    monkeypatch.setattr(FakeSimulation, "watchers", [])
    return FakeSimulation


@pytest.fixture
def make_job():
    """Makes a job of this tissue; keywords change it."""
    return _make_job


@pytest.fixture
def write_places():
    """A format of snapshots: places of the cells."""
    return _write_places
