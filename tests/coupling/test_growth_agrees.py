"""Growth in a well-mixed tissue follows the host engine: counts by stage under the same rates, with and without a drug.

Null: counts of quiescent, cycling and damaged cells have the means of the host engine (`host/stages.py`, the drug from
`host/treatment.py`) and the covariance of independent lines. Statistic: their squared distance from the mean in the
metric of the covariance, chi square with as many degrees of freedom as there are stages. False-alarm rate 1e-4 each,
fixed seeds. Planted faults: rates that are off by a tenth are caught.
"""

from __future__ import annotations

import numpy as np
import pytest
from branching import moments, p_value

from paget.coupling.tissue_model import PlannedDose, tissue_model
from paget.host.stages import stage_flow
from paget.host.state import new_state
from paget.host.treatment import advance_treatment, fill_shared, give_dose
from paget.model import resolve
from paget.pharmacology.plasma import damage_rate, fill_kinetics
from paget.rules import compile_model
from paget.tissue.definition import Domain, Population, Steps
from paget.tissue.simulation import Simulation

FALSE_ALARM = 1e-4
FOUNDERS = 10000
ROOM = Domain((0.0, 0.0, 0.0), (1500.0, 1500.0, 1500.0), (500.0, 500.0, 500.0))
"""So large that cells hardly ever meet."""
STEPS = Steps(mechanics=6.0, phenotype=6.0)


@pytest.fixture(scope="module")
def line(catalog):
    """The mouse line without any mechanism: all rates are those of the cell type."""
    return resolve(catalog, "py230", "c57bl6", without=list(catalog.mechanisms))


def rates(line) -> dict[str, float]:
    """Rates of a tumour cell (1/day)."""
    names = ("cycle entry", "division", "death", "death of damaged cells", "repair of damage")
    return {name: line.cell_types["tumour cell"].behaviours[name].base.canonical for name in names}


def grow(line, days: float, seed: int, doses=(), values=None) -> list[int]:
    """Quiescent, cycling and damaged cells after some days, from quiescent and cycling ones in equal parts."""
    built = tissue_model(line, ROOM, doses=doses, values=values, steps=STEPS, recruitment=False)
    random = np.random.default_rng(seed)
    population = Population(random.uniform(0.0, 1500.0, (FOUNDERS, 3)), np.zeros(FOUNDERS, dtype=np.int32))
    simulation = Simulation(built.definition, population, seed=seed, threads=1, biology=built.biology())
    simulation.cells["phase"][: FOUNDERS // 2] = 1
    simulation.run(until=1440.0 * days)
    cells = simulation.cells
    return np.bincount(cells["phase"][cells["flags"] == 0], minlength=3).tolist()


def events(rate: dict[str, float], damage: float):
    """Events of each stage: entry, division, damage, repair, death."""
    common = rate["death"]
    return [
        (0, rate["cycle entry"], (-1, 1, 0)),
        (1, rate["division"], (2, -1, 0)),
        (1, damage, (0, -1, 1)),
        (2, rate["repair of damage"], (1, 0, -1)),
        (2, rate["death of damaged cells"], (0, 0, -1)),
        (0, common, (-1, 0, 0)),
        (1, common, (0, -1, 0)),
        (2, common, (0, 0, -1)),
    ]


def host_mean(rate: dict[str, float], days: float, damage: list[float]) -> np.ndarray:
    """Mean cells by stage after equal steps with the given damage rates, by the law of the host engine."""
    stages, step = (0.5 * FOUNDERS, 0.5 * FOUNDERS, 0.0), days / len(damage)
    for hit in damage:
        stages = stage_flow(
            *stages, rate["cycle entry"], rate["division"], hit,
            rate["repair of damage"], rate["death of damaged cells"], step,
        )  # fmt: skip
    return np.array(stages) * np.exp(-rate["death"] * days)


# ---- without a drug --------------------------------------------------------------------------------------------------

DAYS = 1.0


def untreated(line) -> tuple[np.ndarray, np.ndarray]:
    start, rate = (0.5 * FOUNDERS, 0.5 * FOUNDERS, 0.0), rates(line)
    mean, covariance = moments(start, lambda _: events(rate, 0.0), DAYS, 200)
    assert mean == pytest.approx(host_mean(rate, DAYS, [0.0]), rel=1e-9)
    return mean, covariance


def test_growth(line) -> None:
    assert p_value(grow(line, DAYS, 1), *untreated(line)) > FALSE_ALARM


@pytest.mark.parametrize("fault", ["division", "cycle entry", "death"])
def test_planted_faults_are_caught(line, fault: str) -> None:
    """A rate of the tissue that is off by a tenth; a death, which is slow, by a half."""
    path, fold = line.cell_types["tumour cell"].behaviours[fault].base.path, 1.5 if fault == "death" else 1.1
    counts = grow(line, DAYS, 2, values={path: rates(line)[fault] * fold})
    assert p_value(counts, *untreated(line)) < FALSE_ALARM


# ---- with a cytotoxic drug -------------------------------------------------------------------------------------------

DOSE = 40.0
TREATED_DAYS = 1.5


def damage_in_the_host(line, step: float, days: float) -> list[float]:
    """Damage rate (1/day) in each step of the host engine after a dose of paclitaxel, drug sensitivity 1."""
    compiled = compile_model(line, drugs=["paclitaxel"])
    tables, state = compiled.tables, new_state(compiled.tables, compiled.axes)[0]
    fill_kinetics(tables["drugs"], state["kinetics"])
    fill_shared(tables, state)
    give_dose(tables, state, 0, compiled.routes.index("i.v."), DOSE)
    hits = []
    for _ in range(round(days / step)):
        advance_treatment(tables, state, step)
        hits.append(damage_rate(tables, state, 1.0))
    return hits


def treated(line) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance with the damage of the host engine at steps of 6 min."""
    start, rate, step = (0.5 * FOUNDERS, 0.5 * FOUNDERS, 0.0), rates(line), 6.0 / 1440.0
    hits = damage_in_the_host(line, step, TREATED_DAYS)

    def at(day: float):
        return events(rate, hits[min(int(day / step), len(hits) - 1)])

    mean, covariance = moments(start, at, TREATED_DAYS, len(hits))
    assert mean == pytest.approx(host_mean(rate, TREATED_DAYS, hits), rel=0.003)
    return host_mean(rate, TREATED_DAYS, hits), covariance


def test_the_steps_of_the_host_are_short_enough(line) -> None:
    """At its steps of six hours the host engine has nearly the same means."""
    rate = rates(line)
    fine = host_mean(rate, TREATED_DAYS, damage_in_the_host(line, 6.0 / 1440.0, TREATED_DAYS))
    coarse = host_mean(rate, TREATED_DAYS, damage_in_the_host(line, 0.25, TREATED_DAYS))
    assert coarse == pytest.approx(fine, rel=0.02)


def test_growth_under_paclitaxel(line) -> None:
    counts = grow(line, TREATED_DAYS, 3, [PlannedDose(0.0, "paclitaxel", "i.v.", DOSE)])
    assert counts[2] > 1000
    assert p_value(counts, *treated(line)) > FALSE_ALARM


def test_a_smaller_dose_is_caught(line) -> None:
    """Four fifths of the dose."""
    counts = grow(line, TREATED_DAYS, 4, [PlannedDose(0.0, "paclitaxel", "i.v.", 0.8 * DOSE)])
    assert p_value(counts, *treated(line)) < FALSE_ALARM
