"""Rare contact and killing in a well-mixed tissue follow the host engine.

Cells lie at random, anew in every step, and do not push each other: the number of neighbours of a type is then Poisson,
as the host engine takes it. Its mean is a known number (the chance that two places in a cube are within reach).

Rare contact. Null: the mean of a behaviour over the cells of the tissue, each with the neighbours that it has, is the
mean of the host engine over that Poisson law (`rules/rule_table.py`). Statistic: standardised deviation of the mean.

Killing. Null: the tumour cells that live after a time are binomial with the chance exp(- rate time), rate from the host
engine (`host/environment.py`). Statistic: standardised deviation.

False-alarm rate 1e-4 each, fixed seeds. Planted faults: the response at the mean number of contacts; a rate of killing
that is off by a tenth.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from paget.coupling.tissue_model import TissueModel, tissue_model
from paget.host.environment import killing_rate
from paget.host.state import new_state
from paget.model import resolve
from paget.rules.rule_table import WORKSPACE, mean_over_contacts
from paget.tissue.definition import Domain, Population, Steps
from paget.tissue.simulation import Simulation

LIMIT = 3.89  # two-sided 1e-4
SIDE = 2000.0
ROOM = Domain((0.0, 0.0, 0.0), (SIDE,) * 3, (SIDE,) * 3)
STEPS = Steps(mechanics=6.0, phenotype=6.0)
TUMOUR_CELLS, KILLERS = 12000, 10000
REACH = 2.0 * 1.25 * (3.0 * 2494.0 / (4.0 * math.pi)) ** (1.0 / 3.0)
"""Distance of contact (um): twice the adhesion distance of a cell."""


def mean_contacts() -> float:
    """Killers within reach of a tumour cell: the law of the distance of two random places in a cube."""
    r = REACH / SIDE
    return KILLERS * (4.0 / 3.0 * math.pi * r**3 - 1.5 * math.pi * r**4 + 1.6 * r**5 - r**6 / 6.0)


@pytest.fixture(scope="module")
def plain(catalog):
    """The mouse line without any mechanism."""
    return resolve(catalog, "py230", "c57bl6", without=list(catalog.mechanisms))


def still(model, but: str) -> dict[str, float]:
    """Values that switch off every rate of every cell type but one behaviour."""
    return {
        numbers.base.path: 0.0
        for cell_type in model.cell_types.values()
        for name, numbers in cell_type.behaviours.items()
        if name != but and numbers.base.canonical_unit == "1/day"
    }


def ghosts(built: TissueModel) -> TissueModel:
    """Cells that do not push each other."""
    off = {"cell-cell repulsion": 0.0, "cell-cell adhesion": 0.0}
    types = tuple(
        dataclasses.replace(t, behaviours={**t.behaviours, **off}) for t in built.definition.cell_types
    )
    return dataclasses.replace(
        built, definition=dataclasses.replace(built.definition, cell_types=types, walls=False)
    )


def shuffled(simulation: Simulation, random: np.random.Generator) -> None:
    """Put all cells somewhere else."""
    simulation.cells["place"][:, :3] = random.uniform(0.0, SIDE, (simulation.cells.count, 3))
    simulation.mechanics.neighbours.invalidate()


def mixture(built: TissueModel, killer: str, seed: int) -> Simulation:
    names = built.compiled.cell_types
    kinds = np.repeat([0, names.index(killer)], [TUMOUR_CELLS, KILLERS])
    places = np.random.default_rng(seed).uniform(0.0, SIDE, (len(kinds), 3))
    return Simulation(
        built.definition, Population(places, kinds), seed=seed, threads=1, biology=built.biology()
    )


# ---- rare contact ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def touchy(mouse, plain):
    """The plain model with one rule: contact with NK cells increases death, with a Hill power of 4."""
    rule = next(r for r in mouse.rules if r.behaviour == "death" and r.direction == "decreases")
    rule = rule.model_copy(
        update={
            "signal": "contact with NK cell",
            "direction": "increases",
            "power": rule.power.scaled(4.0, "for this test"),
        }
    )
    return dataclasses.replace(plain, rules=[rule])


def host_response(built: TissueModel, contacts: float, at_the_mean: bool = False) -> float:
    """Death per minute of a tumour cell with so many contacts on average, by the host engine."""
    tables, layout = built.compiled.record.copy()[0], built.compiled.layout
    place = layout.behaviours.index(("tumour cell", "death"))
    signals = np.zeros(int(tables["signal"]["cytotoxic_exposure"]) + 1)
    signals[tables["signal"]["contact"] + layout.cell_types.index("NK cell")] = contacts
    if at_the_mean:
        tables["rules"]["contacts"][place] = -1
    return mean_over_contacts(tables["rules"], place, signals, np.zeros(WORKSPACE)) / 1440.0


def test_response_to_rare_contact(touchy) -> None:
    built = ghosts(tissue_model(touchy, ROOM, values=still(touchy, "death"), steps=STEPS, recruitment=False))
    simulation = mixture(built, "NK cell", 1)
    simulation.run(until=6.0)
    column = simulation.types.column[simulation.vocabulary.behaviour_number("apoptosis")]
    values = simulation.cells["columns"][simulation.cells["kind"] == 0, column]
    contacts = mean_contacts()
    assert 0.02 < contacts < 0.1
    error = values.std() / math.sqrt(values.size)
    assert abs(values.mean() - host_response(built, contacts)) < LIMIT * error
    base = host_response(built, 0.0)
    faulty = host_response(built, contacts, at_the_mean=True)
    assert abs(values.mean() - faulty) > LIMIT * error
    assert (values.mean() - base) / (faulty - base) > 100.0  # the response at the mean is that much too small


# ---- killing ---------------------------------------------------------------------------------------------------------

ATTACK = "attack on tumour cell"
RATE, DAYS = 16.0, 1.0
"""Killings per day and contact, so many that few cells make many events; duration."""


def alive(plain, rate: float, seed: int) -> int:
    """Tumour cells that live among NK cells after DAYS."""
    attack = plain.cell_types["NK cell"].behaviours[ATTACK].base
    values = still(plain, ATTACK) | {attack.path: rate}
    built = ghosts(tissue_model(plain, ROOM, values=values, steps=STEPS, recruitment=False))
    simulation, random = mixture(built, "NK cell", seed), np.random.default_rng(seed + 100)
    simulation.run(until=1440.0 * DAYS, every=STEPS.mechanics, then=lambda tissue: shuffled(tissue, random))
    cells = simulation.cells
    return int(((cells["kind"] == 0) & (cells["flags"] == 0)).sum())


def host_chance(plain, rate: float) -> float:
    """Chance of a tumour cell to live, by the killing rate of the host engine at the same mean number of contacts.

    A contact lasts for one step here, in which it kills with chance 1 - exp(- rate step): 3 % less than rate times
    step, which the host engine has for contacts that change all the time.
    """
    lasting = -math.expm1(-rate * STEPS.mechanics / 1440.0) * 1440.0 / STEPS.mechanics
    assert lasting > 0.96 * rate
    built = tissue_model(plain, ROOM, recruitment=False)
    compiled, tables = built.compiled, built.compiled.record.copy()[0]
    state, killer = new_state(tables, compiled.axes)[0], compiled.cell_types.index("NK cell")
    state["densities"][0], state["densities"][killer] = TUMOUR_CELLS, KILLERS
    share = KILLERS / (TUMOUR_CELLS + KILLERS)
    tables["body"]["neighbours"] = mean_contacts() / share
    state["behaviours"][tables["behaviour"]["attack"][killer]] = lasting
    return math.exp(-killing_rate(tables, state) * DAYS)


def deviation(observed: int, chance: float) -> float:
    return (observed - TUMOUR_CELLS * chance) / math.sqrt(TUMOUR_CELLS * chance * (1.0 - chance))


def test_killing(plain) -> None:
    chance = host_chance(plain, RATE)
    assert 0.3 < chance < 0.8
    assert abs(deviation(alive(plain, RATE, 1), chance)) < LIMIT


def test_a_rate_of_killing_off_by_a_tenth_is_caught(plain) -> None:
    assert abs(deviation(alive(plain, 1.1 * RATE, 2), host_chance(plain, RATE))) > LIMIT
