"""Newcomers against plain Python: where they come up, how many are kept, and what their number depends on.

Statistical check. Null: the number of newcomers over many steps is Poisson with the mean of the law. Statistic: its
standardised deviation; false-alarm rate 1e-4, fixed keys. A mean that is a tenth too large is caught (planted fault).
"""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from paget.keyed_random import Purpose, uniform_at
from paget.model import load_catalog, resolve
from paget.rules import compile_model
from paget.rules.rule_table import WORKSPACE
from paget.tissue.cells import DEAD, REMOVED, Cells
from paget.tissue.compile import compile_definition
from paget.tissue.definition import CellType, Cycle, Definition, Domain, Factor, Phase, Population
from paget.tissue.motion import direction_at
from paget.tissue.population import optional_arrays, place_population
from paget.tissue.receptors import Receptors
from paget.tissue.recruitment import Recruited, Recruitment, place_newcomers
from paget.tissue.treatment import Treatment

KEY = np.uint64(5)
LIMIT = 3.9  # two-sided 1e-4
DOMAIN = Domain((0.0, 0.0, 0.0), (200.0, 200.0, 200.0), (20.0, 20.0, 20.0))
RECRUITMENT = int(Purpose.RECRUITMENT)


@pytest.fixture(scope="module")
def compiled():
    return compile_model(resolve(load_catalog(), "py230", "c57bl6"), drugs=())


def receptors_of(compiled) -> Receptors:
    signalling = compiled.tables["signalling"]
    types, count, factors = len(compiled.cell_types), len(compiled.receptors), len(compiled.factors)
    return Receptors(
        signalling["affinity"][:count, :factors].copy(),
        signalling["expression"][:types, :count].copy(),
        np.zeros((types, count)),
    )


@pytest.fixture
def tissue(compiled):
    """tissue(counts by type, level): what `Recruitment` sees of a simulation."""

    def make(counts: dict[str, int], level: float = 0.05) -> SimpleNamespace:
        live = Cycle("live", 5, (Phase("live", 14),))
        factors = tuple(Factor(name, 1000.0, 0.01) for name in compiled.factors)
        types = tuple(CellType(name, code, live) for code, name in enumerate(compiled.cell_types))
        definition = Definition(DOMAIN, factors, types)
        built = compile_definition(definition)
        cells, random = Cells(0, optional_arrays(built, {})), np.random.default_rng(1)
        kinds = np.repeat([compiled.cell_types.index(name) for name in counts], list(counts.values()))
        place_population(built, cells, Population(random.uniform(0, 200, (len(kinds), 3)), kinds))
        return SimpleNamespace(
            compiled=built, definition=definition, types=built.types, cells=cells, key=KEY, tick=0,
            fields=SimpleNamespace(level=np.full((len(factors), *DOMAIN.shape), level)),
            mechanics=SimpleNamespace(neighbours=SimpleNamespace(invalidate=lambda: None)),
        )  # fmt: skip

    return make


def let_in(tissue, compiled, names: list[str], steps: int, minutes: float = 60.0) -> np.ndarray:
    """Let newcomers in for some steps and take them away again; counts by step and name."""
    treatment, receptors = Treatment(compiled.tables, dict(compiled.axes)), receptors_of(compiled)
    types = tuple(recruited(compiled, name) for name in names)
    vessels = compiled.cell_types.index("endothelial cell")
    newcomers = Recruitment(types, float(compiled.tables["tumour"]["cell_density"]), vessels)
    counts, before = np.zeros((steps, len(names))), tissue.cells.count
    for step in range(steps):
        tissue.tick = step
        came = newcomers.advance(tissue, treatment.tables, treatment.now, receptors, minutes)
        kinds = tissue.cells["kind"][before:]
        assert len(kinds) == came
        counts[step] = [(kinds == compiled.cell_types.index(name)).sum() for name in names]
        tissue.cells.take(np.arange(before))
    return counts


def recruited(compiled, name: str) -> Recruited:
    kind = compiled.cell_types.index(name)
    place = int(compiled.tables["behaviour"]["recruitment"][kind])
    return Recruited(kind, place, name not in ("fibroblast", "endothelial cell"))


def expected(compiled, name: str, level: float, vessels: float = 0.0) -> float:
    """Cells per mm3 and day that are recruited at the same level of every factor, written by hand."""
    tables, kind, layout = compiled.tables, compiled.cell_types.index(name), compiled.layout
    place = layout.behaviours.index((name, "recruitment"))
    base, least, most = (float(tables["rules"][of][place]) for of in ("base", "minimum", "maximum"))
    total = {"increases": 0.0, "decreases": 0.0}
    for number, rule in enumerate(layout.rules):
        if (rule.cell_type, rule.behaviour) == (name, "recruitment"):
            signal = {"vessel density": vessels}.get(
                rule.signal, level if rule.signal in compiled.factors else 0.0
            )
            if rule.signal.endswith(" activity"):
                receptor = compiled.receptors.index(rule.signal.removesuffix(" activity"))
                load = (level / tables["signalling"]["affinity"][receptor, : len(compiled.factors)]).sum()
                signal = float(tables["signalling"]["expression"][kind, receptor] * load / (1.0 + load))
            ratio = signal / float(tables["rules"]["half"][number])
            total[rule.direction] += ratio ** float(tables["rules"]["power"][number])
    promoted = base + (most - base) * total["increases"] / (1.0 + total["increases"])
    return promoted + (least - promoted) * total["decreases"] / (1.0 + total["decreases"])


@pytest.mark.parametrize("name", ["macrophage", "fibroblast", "NK cell"])
def test_numbers(tissue, compiled, name: str) -> None:
    """3,000 living cells; the dead do not count as tissue."""
    world, level = tissue({"tumour cell": 2900, "endothelial cell": 100, "fibroblast": 500}, 0.05), 0.05
    world.cells["flags"][3000:] = DEAD
    steps, minutes = 300, 240.0
    total = let_in(world, compiled, [name], steps, minutes).sum()
    volume = 3000.0 / float(compiled.tables["tumour"]["cell_density"])
    mean = expected(compiled, name, level, 100.0 / volume / 1.5e3) * volume * steps * minutes / 1440.0
    assert mean > 50.0
    assert abs(total - mean) < LIMIT * math.sqrt(mean)


def test_planted_fault_is_caught(tissue, compiled) -> None:
    world = tissue({"tumour cell": 3000, "endothelial cell": 100})
    total = let_in(world, compiled, ["fibroblast"], 300, 360.0).sum()
    mean = (
        expected(compiled, "fibroblast", 0.05)
        * 3100.0
        / float(compiled.tables["tumour"]["cell_density"])
        * 75.0
    )
    assert abs(total - 1.1 * mean) > LIMIT * math.sqrt(mean)


def test_leukocytes_need_a_vessel(tissue, compiled) -> None:
    world = tissue({"tumour cell": 3000})
    counts = let_in(world, compiled, ["neutrophil", "fibroblast"], 20, 360.0).sum(axis=0)
    assert counts[0] == 0
    assert counts[1] > 0


def test_nothing_comes_where_nothing_is(tissue, compiled) -> None:
    world = tissue({"tumour cell": 10})
    world.cells["flags"][:] = REMOVED
    assert let_in(world, compiled, ["neutrophil", "fibroblast"], 5, 1e5).sum() == 0


def test_places(tissue, compiled) -> None:
    """Each newcomer touches its site: drawn, kept and placed as the law says with its own random numbers."""
    world, name = tissue({"tumour cell": 50, "endothelial cell": 20}), "macrophage"
    treatment, newcomer = Treatment(compiled.tables, dict(compiled.axes)), recruited(compiled, name)
    sites, found = np.arange(50, 70), np.empty((300, 3))
    low, high = np.zeros(3), np.full(3, 200.0)
    signals = np.zeros(int(compiled.tables["signal"]["cytotoxic_exposure"]) + 1)
    kept = place_newcomers(
        world.cells["place"][sites], world.cells["voxel"][sites], world.fields.level, compiled.tables,
        treatment.now, receptors_of(compiled), newcomer.kind, newcomer.place, 8.0, low, high, False,
        KEY, 3, signals, np.zeros(WORKSPACE), found,
    )  # fmt: skip
    most = float(compiled.tables["rules"]["maximum"][newcomer.place])
    chance, places = expected(compiled, name, 0.05) / most, []
    for number in range(300):
        lineage = np.uint64((1 << 63) + (newcomer.kind << 40) + number)
        draws = [uniform_at(KEY, RECRUITMENT, 3, lineage, draw) for draw in range(2)]
        if draws[1] < chance:
            site = world.cells["place"][sites[int(draws[0] * 20)]]
            way = np.array(direction_at(KEY, RECRUITMENT, 3, lineage, 2, False))
            places.append(np.clip(site[:3] + (site[3] + 8.0) * way, low, high))
    assert kept == len(places) > 100
    assert found[:kept] == pytest.approx(np.array(places), abs=1e-12)


def test_newcomers_have_lineages_of_their_own(tissue, compiled) -> None:
    """Also where rows are used again: a lineage is named by the identifier."""
    world = tissue({"tumour cell": 2000, "endothelial cell": 100})
    world.cells.take(np.arange(1000, 2100))
    treatment, receptors = Treatment(compiled.tables, dict(compiled.axes)), receptors_of(compiled)
    newcomers = Recruitment((recruited(compiled, "fibroblast"),), 1e5, -1)
    came = newcomers.advance(world, treatment.tables, treatment.now, receptors, 1440.0 * 10)
    assert came > 100
    assert len(set(world.cells["lineage"].tolist())) == world.cells.count
