"""The kinetics of each drug of the catalog against a figure that was published for it.

Doses go through the kernels with the numbers of the file. The bounds of a row are those of its source where that gives
a spread, and otherwise a factor of 1.5 to 2 around its mean; what was used to derive a number of the file is
marked so: such a row shows that the file says what it means to say, the others that it predicts something.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest

from paget.model import Catalog, load_catalog
from paget.model.dose import per_weight
from paget.model.drug import Drug
from paget.model.drug_actions import Blocks, Inhibits, constant_in
from paget.pharmacology import kinetics

HOUR = 1 / 24
STEPS = 400
"""Readings in an interval between doses."""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(built_in_only=True)


def parameters_of(drug: Drug, species: str, route: str) -> np.ndarray:
    """Parameters of the kernels from the file."""
    numbers = drug.kinetics[species]
    named = {
        "clearance": numbers.clearance,
        "volume": numbers.volume,
        "exchange": numbers.distribution_clearance,
        "peripheral_volume": numbers.peripheral_volume,
        "maximum_rate": numbers.maximum_rate,
        "half_saturation": numbers.half_saturation,
        "absorption": numbers.routes[route].absorption_rate,
        "bioavailability": numbers.routes[route].bioavailability,
    }
    return kinetics.drug_parameters(
        **{"clearance": 0.0, **{key: q.canonical for key, q in named.items() if q is not None}}
    )


class Curve(NamedTuple):
    """Plasma after the last of several doses: hours since it, level (ug/mL)."""

    hours: np.ndarray
    level: np.ndarray

    @property
    def auc(self) -> float:
        """Area under the curve until the last reading (ug h/mL)."""
        return float(np.trapezoid(self.level, self.hours))

    @property
    def half_life(self) -> float:
        """Half-life over the last tenth of the readings (h)."""
        tail = slice(-STEPS // 10, None)
        slope = np.polyfit(self.hours[tail], np.log(self.level[tail]), 1)[0]
        return -math.log(2) / float(slope)


def curve(
    drug: Drug, species: str, route: str, dose: float, hours: float, doses: int = 1, infused: int = 0
) -> Curve:
    """Levels over the interval (h) after the last of `doses` (mg/kg), each given in `infused` hourly parts if any."""
    parameters, amounts = parameters_of(drug, species, route), np.zeros(kinetics.N_AMOUNTS)
    way = kinetics.INTRAVENOUS if parameters[kinetics.ABSORPTION] == 0.0 else kinetics.ABSORBED
    times = np.linspace(0.0, hours, STEPS + 1)
    for _ in range(doses):
        parts = max(1, infused)
        due = list(range(parts))
        level = np.empty(STEPS + 1)
        for place, time in enumerate(times):
            if place:
                kinetics.advance(amounts, parameters, (time - times[place - 1]) * HOUR)
            while due and due[0] <= time + 1e-9:
                kinetics.give(amounts, parameters, dose / parts, way)
                due.pop(0)
            level[place] = kinetics.concentration(amounts, parameters)
    return Curve(times, level)


def occupancy(drug: Drug, species: str, level: float, target: str | None = None) -> float:
    """Share of the receptor that is held at a level in plasma (ug/mL) without ligand, or of the factor inhibited."""
    action = next(
        a
        for a in drug.actions
        if isinstance(a, Blocks | Inhibits)
        and a.tissue_share is not None
        and target in (None, getattr(a, "receptor", None))
    )
    constant, share = constant_in(action.affinity, species), action.tissue_share
    assert constant is not None
    assert share is not None
    load = level * 1e6 / drug.molar_mass.canonical * share.canonical / constant.canonical
    return load / (1.0 + load)


class Row(NamedTuple):
    """One published figure."""

    drug: str
    species: str
    route: str
    dose: float  # mg/kg
    hours: float  # between doses, or until the last reading
    doses: int
    figure: str  # peak, trough, mean (ug/mL), auc (ug h/mL), half-life (h), occupancy at trough, at the mean
    low: float
    high: float
    source: str
    infused: int = 0


PER_M2 = 1 / 40.5
"""mg/m2 as mg/kg in a human of 70 kg and 1.73 m2."""

PUBLISHED = [
    # Saturable: the label's exposure within a factor of two.
    Row("paclitaxel", "human", "i.v.", 175 * PER_M2, 48, 1, "auc", 7.5, 30.0, "label: 15.0", infused=3),
    Row("paclitaxel", "human", "i.v.", 175 * PER_M2, 48, 1, "peak", 1.8, 7.3, "label: 3.65", infused=3),
    Row(
        "paclitaxel",
        "mouse",
        "i.v.",
        22.5,
        24,
        1,
        "auc",
        74.0,
        91.0,
        "Eiseman 1994: 4.54 mL/min/kg (derived from)",
    ),
    Row(
        "paclitaxel",
        "mouse",
        "i.v.",
        22.5,
        6,
        1,
        "half-life",
        0.68,
        0.76,
        "Eiseman 1994: 43 min (derived from)",
    ),
    Row(
        "doxorubicin",
        "human",
        "i.v.",
        50 * PER_M2,
        96,
        1,
        "auc",
        1.1,
        3.6,
        "Gabizon 1994: 3.5; label: 1.0 to 2.6",
    ),
    Row("doxorubicin", "human", "i.v.", 50 * PER_M2, 96, 1, "half-life", 20, 48, "label: 20 to 48 h"),
    Row("cyclophosphamide", "human", "i.v.", 10.0, 48, 1, "half-life", 5.97, 12.37, "Juma 1979: 6 to 12.4 h"),
    Row(
        "cyclophosphamide",
        "human",
        "oral",
        10.0,
        24,
        1,
        "peak",
        7.0,
        14.0,
        "nearly complete uptake into 0.71 L/kg",
    ),
    Row(
        "digoxin",
        "human",
        "oral",
        0.25 / 70,
        24,
        30,
        "mean",
        0.7e-3,
        1.4e-3,
        "Kurzeder 2025: 0.7 to 1.4 ng/mL",
    ),
    Row("digoxin", "human", "i.v.", 0.5 / 70, 120, 1, "half-life", 36, 48, "label: 1.5 to 2 days"),
    Row(
        "digoxin",
        "mouse",
        "i.v.",
        2.0,
        12,
        1,
        "half-life",
        2.0,
        3.0,
        "Harrison 1976: 2.5 h in rats (derived from)",
    ),
    Row("AZD5069", "human", "oral", 45 / 70, 12, 20, "occupancy", 0.96, 1.0, "AstraZeneca: > 96 % at trough"),
    Row(
        "AZD5069",
        "human",
        "oral",
        45 / 70,
        60,
        1,
        "half-life",
        8.0,
        14.0,
        "Cullberg 2018: 11 h (derived from)",
    ),
    Row(
        "reparixin",
        "human",
        "oral",
        17.0,
        12,
        1,
        "half-life",
        1.2,
        1.8,
        "abstract CT057: 1.5 h (derived from)",
    ),
    Row("anti-TNF", "human", "i.v.", 5.0, 24 * 56, 1, "peak", 106, 130, "label: 118 (derived from)"),
    Row("anti-TNF", "human", "i.v.", 10.0, 24 * 56, 1, "peak", 185, 300, "label: 277"),
    Row(
        "anti-TNF", "human", "i.v.", 3.0, 24 * 56, 1, "half-life", 24 * 7, 24 * 12, "Klotz 2007: 7 to 12 days"
    ),
    Row(
        "anti-VLA-4",
        "human",
        "i.v.",
        300 / 70,
        24 * 28,
        8,
        "trough",
        23,
        29,
        "label: 23 to 29 (derived from)",
    ),
    Row("anti-VLA-4", "human", "i.v.", 300 / 70, 24 * 28, 8, "peak", 58, 162, "label: 110 +- 52"),
    Row("anti-VLA-4", "mouse", "i.p.", 5.0, 24 * 7 / 3, 20, "mean", 70, 150, "assumed: near 100"),
    Row("anti-PD-1", "human", "i.v.", 200 / 76.8, 24 * 21, 8, "trough", 20, 40, "label: near 30"),
    Row(
        "anti-PD-1",
        "human",
        "i.v.",
        200 / 76.8,
        24 * 60,
        1,
        "half-life",
        24 * 23,
        24 * 28.5,
        "Ahamadi 2017: 25.8 days",
    ),
    Row("dasatinib", "mouse", "oral", 10.0, 6, 1, "auc", 0.75, 1.29, "Lagas 2009: 1.02 +- 0.27"),
    Row(
        "dasatinib",
        "mouse",
        "oral",
        10.0,
        6,
        1,
        "peak",
        0.29,
        0.45,
        "Lagas 2009: 0.37 +- 0.08 (derived from)",
    ),
    Row("dasatinib", "mouse", "i.p.", 5.0, 6, 1, "peak", 0.8, 1.08, "Lagas 2009: 0.94 +- 0.07"),
    Row(
        "dasatinib", "mouse", "i.p.", 5.0, 6, 1, "auc", 1.43, 1.75, "Lagas 2009: 1.59 +- 0.10 (derived from)"
    ),
    Row(
        "dasatinib",
        "human",
        "oral",
        100 / 70,
        24,
        1,
        "peak",
        0.078,
        0.14,
        "Christopher 2008: 0.105 (derived from)",
    ),
    Row("dasatinib", "human", "oral", 100 / 70, 12, 1, "half-life", 2.6, 4.6, "Christopher 2008: 3.6 +- 1.0"),
    Row("tasquinimod", "human", "oral", 1 / 70, 120, 1, "half-life", 24, 56, "40 +- 16 h"),
    Row(
        "marimastat",
        "human",
        "oral",
        50 / 70,
        12,
        10,
        "peak",
        0.13,
        0.29,
        "Wojtowicz 1998: 0.196 (derived from)",
    ),
    Row("marimastat", "human", "oral", 50 / 70, 24, 1, "half-life", 4.0, 5.0, "Wojtowicz 1998: 4 to 5 h"),
]


def figure_of(row: Row, drug: Drug) -> float:
    """The simulated figure of a row."""
    found = curve(drug, row.species, row.route, row.dose, row.hours, row.doses, row.infused)
    level = found.level
    if row.figure == "occupancy":
        return occupancy(drug, row.species, float(level[-1]))
    figures = {"peak": level.max(), "trough": level[-1], "mean": found.auc / row.hours, "auc": found.auc}
    return float(figures[row.figure]) if row.figure in figures else found.half_life


@pytest.mark.parametrize(
    "row", PUBLISHED, ids=lambda row: f"{row.drug}-{row.species}-{row.figure}-{row.dose:.3g}"
)
def test_published_exposure(row: Row, catalog: Catalog) -> None:
    figure = figure_of(row, catalog.drugs[row.drug])
    assert row.low <= figure <= row.high, f"{figure:.4g}, published {row.source}"


def test_every_drug_is_compared(catalog: Catalog) -> None:
    """A drug without a row here, or with doses of mice only, is listed by name with the reason."""
    without = {
        "xentuzumab": "only that kinetics are proportional to dose was read",
        "anti-CSF1R": "target-mediated; no level was read",
        "anti-Ly6G": "no level was read",
        "SB-265610": "no kinetics were read",
        "DDR2 inhibitor": "no kinetics were read",
        "anti-PLXNB2": "never given to patients; no level was read",
    }
    assert {row.drug for row in PUBLISHED} | set(without) == set(catalog.drugs)


OCCUPANCIES = [
    # drug, species, level (ug/mL), occupancy, tolerance, source
    ("anti-VLA-4", "human", 35.7, 0.874, 0.01, "natalizumab every four weeks"),
    ("anti-VLA-4", "human", 18.2, 0.782, 0.01, "natalizumab with longer intervals"),
]


@pytest.mark.parametrize("drug, species, level, held, tolerance, source", OCCUPANCIES)
def test_published_occupancy(drug, species, level, held, tolerance, source, catalog: Catalog) -> None:
    assert occupancy(catalog.drugs[drug], species, level) == pytest.approx(held, abs=tolerance), source


USUAL_OCCUPANCY = {
    # Usual course in mice: lowest and highest share of the target that is held at the mean level, without ligand.
    "AZD5069": (0.95, 1.0),
    "reparixin": (0.7, 1.0),
    "SB-265610": (0.6, 1.0),
    "tasquinimod": (0.9, 1.0),
    "marimastat": (0.9, 1.0),
    "dasatinib": (0.5, 1.0),
    "DDR2 inhibitor": (0.2, 1.0),
    "anti-CSF1R": (0.95, 1.0),
    "anti-VLA-4": (0.9, 1.0),
    "anti-PD-1": (0.8, 1.0),
    "anti-PLXNB2": (0.9, 1.0),
}


@pytest.mark.parametrize("name", USUAL_OCCUPANCY)
def test_usual_course_reaches_its_target_in_mice(name: str, catalog: Catalog) -> None:
    """At the mean level of the last interval of the usual course, doses of mice fill most of what they aim at."""
    drug = catalog.drugs[name]
    usual = drug.usual["mouse"]
    assert usual.every is not None
    last = curve(
        drug,
        "mouse",
        usual.route,
        usual.dose.canonical,
        24 * usual.every.canonical,
        round(usual.doses.canonical),
    )
    low, high = USUAL_OCCUPANCY[name]
    assert low <= occupancy(drug, "mouse", float(last.level.mean())) <= high


def repeated_treatments(catalog: Catalog) -> dict[tuple[str, str], tuple]:
    """Repeated doses of the trials that block or inhibit something: drug, dose (mg/kg), route, interval (h)."""
    found = {}
    for design in catalog.trials.values():
        host = catalog.hosts[design.host]
        for arm in design.arms:
            for given in arm.treatments:
                drug = catalog.drugs[given.drug]
                if given.every is not None and any(isinstance(a, Blocks | Inhibits) for a in drug.actions):
                    dose = per_weight(given.dose, host.body)
                    row = (drug, host.species, given.route, dose, 24.0 * float(given.every))
                    found[design.name, drug.name] = row
    return found


HELD_BY_TRIALS = {"SB-265610": 0.50, "DDR2 inhibitor": 0.34, "dasatinib": 0.24}
"""Share of the receptors that once a day holds on average, of drugs that come and go within hours."""


def test_doses_of_the_trials_reach_their_targets(catalog: Catalog) -> None:
    """Averaged over the interval between doses at rest, without ligand.

    Antibodies hold almost all of their target. Small molecules with a half-life of hours, given once a day, hold it for
    part of the day: a trial that wants more gives more.
    """
    rows = repeated_treatments(catalog)
    assert {drug for _, drug in rows} >= {"SB-265610", "anti-CSF1R", "anti-VLA-4", "anti-PD-1"}
    for (trial, name), (drug, species, route, dose, hours) in rows.items():
        last = curve(drug, species, route, dose, hours, 12)
        held = np.mean([occupancy(drug, species, level) for level in last.level])
        if drug.drug_class == "antibody":
            assert held > 0.9, f"{name} in {trial}: {held:.2f}"
        elif hours == 24.0:
            assert held == pytest.approx(HELD_BY_TRIALS[name], abs=0.06), f"{name} in {trial}: {held:.2f}"
