"""Drugs in a tissue: doses in time, plasma as in the host engine, copies and states; damage against plain Python.

Every single event is compared with its law and its random number; the means are compared with the host engine in
`tests/coupling`.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from paget.keyed_random import Purpose, uniform_at
from paget.model import load_catalog, resolve
from paget.pharmacology.plasma import EXPOSURE_NODES
from paget.rules import compile_model
from paget.tissue.cells import APOPTOTIC, DEAD, OUTSIDE, TARGET_NUCLEAR_SOLID, Cells
from paget.tissue.compile import compile_definition
from paget.tissue.definition import CellType, Cycle, Definition, Domain, Phase, Population
from paget.tissue.population import optional_arrays, place_population
from paget.tissue.treatment import (
    CYCLING,
    DAMAGED,
    QUIESCENT,
    Dose,
    Treatment,
    damage_cells,
    deaths_of,
    mortals_of,
)

STAGES = Cycle(
    "stages", 1, (Phase("Q", 3), Phase("C", 2, divides_at_exit=True, next=0), Phase("D", 9999, next=0))
)
KEY = np.uint64(99)


@pytest.fixture(scope="module")
def compiled():
    return compile_model(resolve(load_catalog(), "py230", "c57bl6"))


@pytest.fixture
def treatment(compiled):
    """treatment((minute, drug, route, mg/kg), ...)"""

    def make(*doses) -> Treatment:
        planned = [
            Dose(minute, compiled.drug_names.index(drug), compiled.routes.index(route), amount)
            for minute, drug, route, amount in doses
        ]
        return Treatment(compiled.tables, dict(compiled.axes), planned)

    return make


# ---- plasma ----------------------------------------------------------------------------------------------------------


def test_a_dose_is_given_at_the_nearest_step(treatment, compiled) -> None:
    drug = treatment(
        (20.0, "paclitaxel", "i.v.", 10.0), (2.9, "paclitaxel", "i.v.", 1.0), (3.1, "paclitaxel", "i.v.", 5.0)
    )
    given = []
    for step in range(5):
        drug.advance(6.0 * step, 6.0)
        given.append(drug.given)
    assert given == [1, 2, 2, 3, 3]


def test_plasma_follows_its_closed_form(treatment, compiled) -> None:
    """One compartment: C0 exp(-k t), the mean over each step."""
    drug = treatment((0.0, "paclitaxel", "i.v.", 10.0))
    number = compiled.drug_names.index("paclitaxel")
    numbers = compiled.tables["drugs"]
    volume = float(numbers["volume"][number])
    rate = float(numbers["clearance"][number]) / volume / 1440.0
    for step in range(100):
        drug.advance(6.0 * step, 6.0)
    mean = 10.0 / volume * math.exp(-rate * 594.0) * -math.expm1(-rate * 6.0) / (rate * 6.0)
    assert drug.now["plasma_drug"][number] == pytest.approx(mean, rel=1e-9)


def test_an_antibody_takes_ligand_from_plasma_and_tissue(treatment, compiled) -> None:
    drug = treatment((0.0, "xentuzumab", "i.v.", 20.0))
    free = drug.now["plasma_free"].copy()
    for step in range(240):
        drug.advance(6.0 * step, 6.0)
    factors = compiled.factors
    for name in ("IGF-1", "IGF-2"):
        assert drug.now["plasma_free"][factors.index(name)] < 0.2 * free[factors.index(name)]
        assert drug.now["capture"][factors.index(name)] > 1.0
    assert drug.now["plasma_free"][factors.index("insulin")] == free[factors.index("insulin")]
    assert drug.now["capture"][factors.index("insulin")] == 0.0
    assert not drug.damages()


def test_copies_and_states(treatment) -> None:
    """A copy and a restored one go on with the same bits, and neither changes the original."""
    drug = treatment((0.0, "paclitaxel", "i.p.", 10.0), (60.0, "xentuzumab", "i.p.", 5.0))
    drug.advance(0.0, 6.0)
    twin, other = drug.copy(), treatment((0.0, "paclitaxel", "i.p.", 10.0), (60.0, "xentuzumab", "i.p.", 5.0))
    kept = drug.state()
    other.restore(kept)
    for step in range(1, 30):
        twin.advance(6.0 * step, 6.0)
        other.advance(6.0 * step, 6.0)
    assert twin.now.tobytes() == other.now.tobytes()
    assert twin.given == other.given == 2
    assert drug.given == 1
    assert drug.state()["plasma"].tobytes() == kept["plasma"].tobytes()
    assert twin.damages()


# ---- damage ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def tissue():
    """Cells in all stages with drug sensitivities and death rates of their own, half of them of another type."""
    names = ("custom:drug sensitivity", "custom:death of damaged cells")
    domain = Domain((0.0, 0.0, 0.0), (100.0, 100.0, 100.0), (20.0, 20.0, 20.0))
    types = tuple(CellType(name, code, STAGES) for code, name in enumerate(("other", "tumour cell")))
    custom = dict.fromkeys((name.removeprefix("custom:") for name in names), False)
    built = compile_definition(Definition(domain, (), types, custom=custom), names)
    cells, count = Cells(len(built.columns), optional_arrays(built, {})), 400
    random = np.random.default_rng(3)
    values = {names[0]: random.uniform(0.0, 2.0, count), names[1]: random.uniform(0.0, 0.002, count)}
    place_population(
        built,
        cells,
        Population(random.uniform(0, 100, (count, 3)), random.integers(0, 2, count), None, values),
    )
    cells["phase"][:] = random.integers(0, 3, count)
    cells["flags"][::7] = DEAD
    cells["flags"][::11] = OUTSIDE
    return built, cells, [built.vocabulary.behaviour_number(name) for name in names], values


def hit_rate(tables, exposure: float, sensitivity: float, drug: int) -> float:
    """Damage per minute at a constant exposure."""
    numbers = tables["drugs"]
    felt = (exposure * sensitivity / numbers["damage_half"][drug]) ** numbers["damage_power"][drug]
    return float(numbers["damage_rate"][drug] * felt / (1.0 + felt)) / 1440.0


@pytest.mark.parametrize("linear", [False, True])
def test_damage_of_each_cell(treatment, compiled, tissue, linear: bool) -> None:
    built, cells, numbers, values = tissue
    drug, number, step, tick = treatment(), compiled.drug_names.index("paclitaxel"), 600.0, 5
    exposure = 1.3 * float(compiled.tables["drugs"]["damage_half"][number])
    drug.now["exposure"][number, :EXPOSURE_NODES] = exposure
    before = {name: cells[name].copy() for name in ("phase", "flags", "volume")}
    damage_cells(
        mortals_of(cells), deaths_of(built.types), built.vocabulary.behaviour, *numbers, 1, drug.tables, drug.now,
        KEY, tick, step, linear, cells.count,
    )  # fmt: skip
    changes = {"damaged": 0, "died": 0}
    for i in range(cells.count):
        asked, phase = cells["kind"][i] == 1 and before["flags"][i] == 0, before["phase"][i]
        sensitivity, lethal = (values[name][i] for name in values)
        rate = {
            QUIESCENT: 0.0,
            CYCLING: hit_rate(compiled.tables, exposure, sensitivity, number),
            DAMAGED: lethal,
        }
        chance = rate[phase] * step if linear else 1.0 - math.exp(-rate[phase] * step)
        draw = uniform_at(KEY, int(Purpose.DRUG_DAMAGE), tick, cells["lineage"][i], int(phase == DAMAGED))
        happens = asked and draw < chance
        if happens and phase == CYCLING:
            changes["damaged"] += 1
            assert cells["phase"][i] == DAMAGED
            halved = 0.5 * before["volume"][i, TARGET_NUCLEAR_SOLID]
            assert cells["volume"][i, TARGET_NUCLEAR_SOLID] == halved
            assert cells["elapsed"][i] == 0.0
        elif happens:
            changes["died"] += 1
            assert cells["model"][i] == APOPTOTIC
            assert cells["flags"][i] & DEAD
        else:
            assert cells["phase"][i] == phase
            assert cells["flags"][i] == before["flags"][i]
            assert (cells["volume"][i] == before["volume"][i]).all()
    assert min(changes.values()) > 5


def test_without_exposure_only_the_damaged_die(treatment, tissue) -> None:
    built, cells, numbers, _ = tissue
    phases = cells["phase"].copy()
    drug = treatment()
    assert not drug.damages()
    damage_cells(
        mortals_of(cells), deaths_of(built.types), built.vocabulary.behaviour, *numbers, 1, drug.tables, drug.now,
        KEY, 0, 600.0, False, cells.count,
    )  # fmt: skip
    died = cells["model"] == APOPTOTIC
    assert died.any()
    assert (phases[died] == DAMAGED).all()
    assert (cells["phase"][~died] == phases[~died]).all()
