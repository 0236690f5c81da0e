"""Tubes of blood of virtual patients against published counts.

Between patients: bootstrap over the patients of one series, as large as the published one. From parameters: populations
whose uncertain numbers are drawn over their ranges, with fewer patients each, so that these draws hold some chance
between patients too. All are kept on the disk by the hash of the population.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from paget.analysis.circulation.draw import (
    ENRICHED,
    Draws,
    draw,
    size_table,
    summary_table,
)
from paget.analysis.circulation.published import TESTS, THRESHOLD
from paget.compiled import source_hash
from paget.errors import PagetError, did_you_mean
from paget.evidence.findings import Finding, wilson, without_animals
from paget.evidence.statistics.animals import Animals
from paget.formats.parts import PartStore
from paget.model.counterpart import PatientDraws, PatientLevel
from paget.model.listing import content_of
from paget.model.population import Population
from paget.model.walking import numbers
from paget.provenance import content_hash
from paget.trial.subjects import parameter_draw

SERIES = 3
"""Seeds: that many series of patients, of which the first is told."""
PATIENTS_PER_DRAW = 150
SIZE = "clusters of {} tumour cells"
"""Name of the share of one size among homotypic clusters of two to four cells."""
ENRICHMENT = f"enrichment of {ENRICHED}s"

Values = dict[str, float]


def ask_patient_draws(part: PatientDraws, animals: Animals) -> list[Finding]:
    """One finding per level."""
    population: Population = animals.catalog.get("population", part.population)
    central = _kept("central", population, animals, lambda: _central(population, animals.seed))
    drawn = _kept("draws", population, animals, lambda: _over_draws(population, animals))
    return [_finding(level, central, drawn) for level in part.levels]


def _kept(
    kind: str, population: Population, animals: Animals, make: Callable[[], list[Values]]
) -> list[Values]:
    """What `make` gives, from the disk if nothing has changed."""
    words = [
        kind,
        content_of(population),
        animals.seed,
        animals.number_of_draws,
        PATIENTS_PER_DRAW,
        source_hash(),
    ]
    key = content_hash(words)
    store = PartStore(animals.store / "patients")
    part = store.get(key[:32])
    if part is not None:
        return list(part.note["rows"])
    rows: list[Values] = make()
    store.put(key[:32], {}, {"rows": rows})
    return rows


def _central(population: Population, seed: int) -> list[Values]:
    """Values of every series; the ends of the intervals of the first as `NAME, low` and `NAME, high`."""
    series = [draw(population, TESTS, seed + repeat) for repeat in range(SERIES)]
    found = [quantities(draws) for draws in series]
    for row in summary_table(series[0]).to_dict("records"):
        found[0][f"{row['quantity']}, low"], found[0][f"{row['quantity']}, high"] = row["low"], row["high"]
    for cells, (low, high) in _size_intervals(series[0]).items():
        found[0][f"{SIZE.format(cells)}, low"], found[0][f"{SIZE.format(cells)}, high"] = low, high
    return found


def _over_draws(population: Population, animals: Animals) -> list[Values]:
    """Values of a series of every parameter draw."""
    return [
        quantities(draw(drawn_population(population, animals.seed, number), PATIENTS_PER_DRAW, animals.seed))
        for number in range(1, animals.number_of_draws + 1)
    ]


def drawn_population(population: Population, seed: int, draw: int) -> Population:
    """The population with the uncertain numbers of one parameter draw."""
    values = parameter_draw([quantity for _, quantity in numbers(population, population.path)], seed, draw)
    other = population.model_copy(deep=True)
    for _, quantity in numbers(other, population.path):
        quantity._canonical = values.get(quantity.path, quantity.canonical)
    return other


def quantities(draws: Draws) -> Values:
    """What a row may ask for, without intervals; NaN where there is nothing to divide by."""
    singles, homotypic, mixed = draws.by_class.T
    positive = singles >= THRESHOLD
    pairs = draws.counts[:, 0, 1:].sum()
    sizes = _sizes(draws)
    found = {
        "positive draws": float(positive.mean()),
        "homotypic in positive draws": _share((homotypic > 0)[positive].sum(), positive.sum()),
        "mixed in positive draws": _share((mixed > 0)[positive].sum(), positive.sum()),
        "mixed clusters of one tumour cell": _share(pairs, mixed.sum()),
        "singles, mean": float(singles.mean()),
        "singles, median": float(np.median(singles)),
    }
    found |= {SIZE.format(cells): _share(count, sum(sizes.values())) for cells, count in sizes.items()}
    if ENRICHED in draws.partners:
        held = draws.counts[:, :, 1:].sum(axis=(0, 1))
        density = np.array([cell.density.canonical for cell in draws.population.leukocytes.values()])
        place = draws.partners.index(ENRICHED)
        found[ENRICHMENT] = _share(held[place], held.sum()) / float(density[place] / density.sum())
    return found


def _share(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole > 0 else math.nan


def _sizes(draws: Draws) -> dict[int, int]:
    """Homotypic clusters of two, three and four tumour cells."""
    table = size_table(draws).set_index("cells")["homotypic"]
    return {cells: int(table.loc[cells]) for cells in (2, 3, 4)}


def _size_intervals(draws: Draws) -> dict[int, tuple[float, float]]:
    sizes = _sizes(draws)
    return {cells: wilson(count, sum(sizes.values())) for cells, count in sizes.items()}


def _finding(level: PatientLevel, central: list[Values], drawn: list[Values]) -> Finding:
    name = level.quantity
    if name not in central[0]:
        known = [key for key in central[0] if not key.endswith((", low", ", high"))]
        near = did_you_mean(name, known)
        raise PagetError("unknown quantity of a draw", found=name, allowed=known, suggestion=near)
    values = [found[name] for found in (central[0], *drawn)]
    found = without_animals(name, "of patients' draws", values, (level.low, level.high))
    low, high = (central[0].get(f"{name}, {end}", math.nan) for end in ("low", "high"))
    by_seed = tuple(series[name] for series in central)
    return replace(found, between_animals=(low, high), by_seed=by_seed, animals=TESTS)
