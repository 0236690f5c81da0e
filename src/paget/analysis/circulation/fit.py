"""Fit of a population's free numbers to published draws, to the partners in mixed clusters, and to sizes of clusters.

Six numbers (shedding and its spread by visibility, cohesion and the share of tumours that have any, attachment and its
spread) against six statistics of the draws and the shape of the sizes; each misfit is divided by the standard error of
the published statistic. Shares have their binomial errors. The published means come from heavy tails, where one patient
decides: a mean of 1,529 log-normal counts with an SD of the log above 2 is known to a factor of about 1.5, ratios of
two such means alike. Then the affinity of double-positive T cells is set for their published enrichment, which changes
none of the six: only ratios of affinities count. Each state of the assay is fitted by itself.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy import optimize

from paget.analysis.circulation.expectations import Expected, Free, expected_in
from paget.analysis.circulation.patients import Circulation, FloatArray, circulation_of
from paget.analysis.circulation.published import CLUSTER_SIZES, DRAWS, POSITIVE, TESTS
from paget.model.population import AssayState, Population

ERROR_OF_LOG_MEAN = 0.4
"""SE of the log of a published mean or ratio of means, see above."""

ERROR_OF_PICKING = 0.05
"""SE of the share of larger clusters, of which none of 40 was sequenced: who picks by hand may pass over them."""

LEAST_SPREAD = 0.05
"""Least SD that a fitted spread may have: where fewer would do, the others explain the draws."""

CHANCES = ("cohesion", "cohesive_share")
"""Free numbers between 0 and 1."""

ENRICHED = "double-positive T cell"


class Misfit(NamedTuple):
    """One statistic: published, of the model, and the error of the first."""

    name: str
    published: float
    model: float
    error: float

    @property
    def scaled(self) -> float:
        """Difference in standard errors."""
        return (self.model - self.published) / self.error


def fit_population(population: Population) -> dict[str, float]:
    """Values of the free numbers, by path, in their canonical units (event/day for shedding, otherwise 1)."""
    circulation = circulation_of(population)
    values: dict[str, float] = {}
    for state in population.states.values():
        found = _solve(circulation, population, state)
        values |= {getattr(state, name).path: value for name, value in found._asdict().items()}
    if ENRICHED in population.leukocytes:
        values[population.leukocytes[ENRICHED].affinity.path] = affinity_for(population, ENRICHED)
    return values


def _solve(circulation: Circulation, population: Population, state: AssayState) -> Free:
    """Least squares over the logs of the free numbers; the odds of a chance stand for it."""
    start = Free.of(state)

    def free_at(logs: FloatArray) -> Free:
        found = Free(*(float(value) for value in np.exp(logs)))
        chances = {name: getattr(found, name) / (1.0 + getattr(found, name)) for name in CHANCES}
        return found._replace(**chances)

    def residuals(logs: FloatArray) -> list[float]:
        return [m.scaled for m in misfits(expected_in(circulation, population, state, free_at(logs)))]

    odds = {name: getattr(start, name) / (1.0 - getattr(start, name)) for name in CHANCES}
    first = start._replace(**odds)
    least = [math.log(LEAST_SPREAD) if "spread" in name else -math.inf for name in Free._fields]
    begin = np.maximum(np.log(first), np.array(least) + 1e-6)
    found = optimize.least_squares(residuals, begin, bounds=(least, math.inf), xtol=1e-6, ftol=1e-6)
    return free_at(found.x)


def misfits(model: Expected) -> list[Misfit]:
    """All statistics of the fit."""
    shares = [
        ("homotypic in positive draws", model.homotypic_in_positive),
        ("mixed in positive draws", model.mixed_in_positive),
    ]
    rows = [
        _share("positive draws", model.positive, TESTS),
        *(_share(name, value, POSITIVE) for name, value in shares),
        Misfit(
            "singles, mean (log)",
            np.log(DRAWS["singles, mean"].value),
            np.log(model.singles),
            ERROR_OF_LOG_MEAN,
        ),
    ]
    for name, value in (("homotypic, mean", model.homotypic), ("mixed, mean", model.mixed)):
        published = np.log(DRAWS[name].value / DRAWS["singles, mean"].value)
        rows.append(Misfit(f"{name} per single", published, np.log(value / model.singles), ERROR_OF_LOG_MEAN))
    rows += _of_sizes(model.sizes)
    return rows


def _of_sizes(sizes: FloatArray) -> list[Misfit]:
    """Shares of two and of four among clusters of the sizes that were seen, and of larger ones among all."""
    counted, largest = sum(CLUSTER_SIZES.values()), max(CLUSTER_SIZES)
    within = float(sizes[: largest - 1].sum())
    rows = [Misfit("larger clusters", 0.0, 1.0 - within, ERROR_OF_PICKING)]
    for cells in (2, 4):
        seen = CLUSTER_SIZES[cells] / counted
        error = float(np.sqrt(seen * (1.0 - seen) / counted))
        rows.append(Misfit(f"clusters of {cells}", seen, float(sizes[cells - 2]) / within, error))
    return rows


def _share(name: str, model: float, counted: int) -> Misfit:
    published = DRAWS[name].value
    return Misfit(name, published, model, float(np.sqrt(published * (1.0 - published) / counted)))


def affinity_for(population: Population, name: str) -> float:
    """Affinity at which the share of a type among partners is the published multiple of its share of leukocytes."""
    enrichment = DRAWS["enrichment of double-positive T cells"].value
    total = sum(cell.density.canonical for cell in population.leukocytes.values())
    share = population.leukocytes[name].density.canonical / total
    others = sum(
        cell.affinity.canonical * cell.density.canonical / total
        for other, cell in population.leukocytes.items()
        if other != name
    )
    return enrichment * others / (1.0 - enrichment * share)
