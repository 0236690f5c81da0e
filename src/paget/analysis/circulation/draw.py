"""Tubes of blood drawn from the patients of a population, and what is counted in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from paget.analysis.circulation.patients import (
    FloatArray,
    IntArray,
    circulation_of,
    draw_tube,
    patient_key,
    state_of,
    traits_of,
)
from paget.analysis.circulation.published import CLUSTER_SIZES, DRAWS, THRESHOLD
from paget.analysis.resampling import interval, resampling_weights, weighted_means
from paget.errors import PagetError
from paget.model.population import Population

if TYPE_CHECKING:
    import pandas as pd

ENRICHED = "double-positive T cell"
CLASSES = ("singles", "homotypic", "mixed")


@dataclass(frozen=True)
class Draws:
    """The tubes of all patients."""

    population: Population
    state: str
    """State of the assay."""
    seed: int
    volume: float
    """Blood drawn from each patient (mL)."""
    counts: IntArray
    """Aggregates found, shape (patients, LARGEST_AGGREGATE, 1 + partners)."""
    partners: tuple[str, ...]
    """Types of leukocytes, in the order of the columns behind the first."""

    @property
    def by_class(self) -> IntArray:
        """Single cells, homotypic clusters and mixed clusters of each patient, shape (patients, 3)."""
        singles, homotypic = self.counts[:, 0, 0], self.counts[:, 1:, 0].sum(axis=1)
        return np.column_stack([singles, homotypic, self.counts[:, :, 1:].sum(axis=(1, 2))])


def draw(
    population: Population,
    patients: int = 1529,
    seed: int = 1,
    volume: float | None = None,
    state: str | None = None,
) -> Draws:
    """Draw `volume` (mL; default that of the population) from so many patients.

    PagetError for an unknown state of the assay, or more blood than a patient has.
    """
    drawn = population.tube.volume.canonical if volume is None else volume
    whole = population.circulation.blood_volume.canonical
    if not 0.0 < drawn <= whole:
        raise PagetError("no such tube", key="--volume", found=f"{drawn:g} mL", allowed=f"up to {whole:g} mL")
    seen, circulation = state_of(population, state), circulation_of(population)
    share = drawn / whole * population.tube.recovery.canonical
    counts = []
    for patient in range(1, patients + 1):
        key = patient_key(population, seed, patient)
        counts.append(draw_tube(circulation, traits_of(population, seen, key), share, key))
    return Draws(population, state or population.state, seed, drawn, np.array(counts), circulation.partners)


def patient_table(draws: Draws) -> pd.DataFrame:
    """One row per patient: patient, singles, homotypic, mixed, tumour cells of the tube."""
    import pandas as pd

    sizes = np.arange(1, draws.counts.shape[1] + 1)
    table = pd.DataFrame(draws.by_class, columns=list(CLASSES))
    table.insert(0, "patient", np.arange(1, len(table) + 1))
    table["tumour cells"] = draws.counts.sum(axis=2) @ sizes
    return table


def summary_table(draws: Draws) -> pd.DataFrame:
    """One row per statistic: quantity, value, low, high (95 %), published, source, fitted.

    Shares and means: bootstrap over patients (expanded percentile). Medians: order statistics. The largest count is a
    matter of the number of draws. `fitted` says that the population was fitted to the published number, so that
    agreement says nothing.
    """
    import pandas as pd

    weights = resampling_weights(len(draws.counts), draws.seed)
    rows = [*_shares(draws, weights), *_counts(draws, weights), _enrichment_row(draws, weights)]
    table = pd.DataFrame(rows, columns=["quantity", "value", "low", "high"])
    known = [DRAWS.get(name) for name in table["quantity"]]
    table["published"] = [np.nan if row is None else row.value for row in known]
    table["source"] = ["" if row is None else row.source for row in known]
    table["fitted"] = [row is not None and row.fitted for row in known]
    return table


Row = tuple[str, float, float, float]


def _shares(draws: Draws, weights: FloatArray) -> list[Row]:
    singles, homotypic, mixed = draws.by_class.T
    positive = singles >= THRESHOLD
    marked = np.where(positive[:, None], np.column_stack([homotypic > 0, mixed > 0]), np.nan)
    return [
        _ratio("positive draws", weighted_means(weights, positive), len(singles)),
        _ratio("homotypic in positive draws", weighted_means(weights, marked[:, 0]), len(singles)),
        _ratio("mixed in positive draws", weighted_means(weights, marked[:, 1]), len(singles)),
        _ratio("draws with a homotypic cluster", weighted_means(weights, homotypic > 0), len(singles)),
        _ratio("draws with a mixed cluster", weighted_means(weights, mixed > 0), len(singles)),
        _ratio("mixed clusters of one tumour cell", _of_one(draws, weights), len(singles)),
    ]


def _of_one(draws: Draws, weights: FloatArray) -> FloatArray:
    """Share of one tumour cell with one leukocyte among the mixed clusters of all tubes, per row of weights."""
    mixed = draws.counts[:, :, 1:].sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (weights @ mixed[:, 0]) / (weights @ mixed.sum(axis=1))


def _counts(draws: Draws, weights: FloatArray) -> list[Row]:
    rows = []
    for name, count in zip(CLASSES, draws.by_class.T, strict=True):
        rows += [
            _ratio(f"{name}, mean", weighted_means(weights, count), len(count)),
            (f"{name}, median", float(np.median(count)), *_median_interval(count)),
            (f"{name}, largest", float(count.max()), np.nan, np.nan),
        ]
    return rows


def _ratio(name: str, resampled: FloatArray, patients: int) -> Row:
    return name, float(resampled[0]), *interval(resampled[1:], patients)


def _median_interval(count: IntArray) -> tuple[float, float]:
    """Distribution-free 95 % interval of a median: two order statistics by the binomial law."""
    ordered, number = np.sort(count), count.size
    below = int(stats.binom.ppf(0.025, number, 0.5))
    return float(ordered[max(below - 1, 0)]), float(ordered[min(number - below, number - 1)])


def partner_table(draws: Draws) -> pd.DataFrame:
    """One row per type of leukocyte: partner, count, share (among partners), in_blood, enrichment, low, high."""
    import pandas as pd

    weights = resampling_weights(len(draws.counts), draws.seed)
    resampled = _enrichments(draws, weights)
    held = draws.counts[:, :, 1:].sum(axis=(0, 1))
    share = held / max(held.sum(), 1)
    bounds = [interval(column[1:], len(draws.counts)) for column in resampled.T]
    return pd.DataFrame(
        {
            "partner": draws.partners,
            "count": held,
            "share": share,
            "in_blood": _in_blood(draws),
            "enrichment": resampled[0],
            "low": [low for low, _ in bounds],
            "high": [high for _, high in bounds],
        }
    )


def _in_blood(draws: Draws) -> FloatArray:
    density = np.array([cell.density.canonical for cell in draws.population.leukocytes.values()])
    shares: FloatArray = density / density.sum()
    return shares


def _enrichments(draws: Draws, weights: FloatArray) -> FloatArray:
    """Share among the partners of all tubes over the share in blood, shape (rows of weights, partners)."""
    held = weights @ draws.counts[:, :, 1:].sum(axis=1).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return held / held.sum(axis=1, keepdims=True) / _in_blood(draws)


def _enrichment_row(draws: Draws, weights: FloatArray) -> Row:
    name = f"enrichment of {ENRICHED}s"
    if ENRICHED not in draws.partners:
        return name, np.nan, np.nan, np.nan
    return _ratio(name, _enrichments(draws, weights)[:, draws.partners.index(ENRICHED)], len(draws.counts))


def size_table(draws: Draws) -> pd.DataFrame:
    """One row per number of tumour cells: cells, homotypic, mixed (counts in all tubes), published (of 40 clusters)."""
    import pandas as pd

    cells = np.arange(1, draws.counts.shape[1] + 1)
    homotypic = draws.counts[:, :, 0].sum(axis=0)
    homotypic[0] = 0
    mixed = draws.counts[:, :, 1:].sum(axis=(0, 2))
    published = [CLUSTER_SIZES.get(int(number), 0) for number in cells]
    return pd.DataFrame({"cells": cells, "homotypic": homotypic, "mixed": mixed, "published": published})


def tables(draws: Draws) -> dict[str, Any]:
    """All tables by name."""
    return {
        "summary": summary_table(draws),
        "patients": patient_table(draws),
        "sizes": size_table(draws),
        "partners": partner_table(draws),
    }
