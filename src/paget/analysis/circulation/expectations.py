"""What draws from a population show on average, without sampling: integrals over the differences between patients.

The stock of each class is Poisson with the mean of `patients.mean_stock`, which is proportional to the rate of
shedding. The rate and the attachment are log-normal: two Gauss-Hermite sums. Tumours keep their junctions or do not: a
sum over two cases.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy import stats

from paget.analysis.circulation.patients import (
    Circulation,
    FloatArray,
    circulation_of,
    mean_stock,
    median_rate,
    spread_of_rate,
)
from paget.analysis.circulation.published import THRESHOLD
from paget.model.population import AssayState, Population

RATE_NODES, ATTACHMENT_NODES = 80, 11


class Free(NamedTuple):
    """The free numbers of an assay state, in the order in which the fit has them."""

    shedding: float
    visibility_spread: float
    cohesion: float
    cohesive_share: float
    attachment: float
    spread_of_attachment: float

    @classmethod
    def of(cls, state: AssayState) -> Free:
        """Those that the file states."""
        return cls(*(getattr(state, name).canonical for name in cls._fields))


class Expected(NamedTuple):
    """What draws show on average."""

    positive: float
    """Share of draws with THRESHOLD single cells and more."""
    homotypic_in_positive: float
    """Share of these with a homotypic cluster."""
    mixed_in_positive: float
    """Share of these with a mixed cluster."""
    singles: float
    """Mean number of single cells per draw."""
    homotypic: float
    mixed: float
    sizes: FloatArray
    """Shares of homotypic clusters by tumour cells, from 2 on."""


def expected(population: Population, state: AssayState, free: Free | None = None) -> Expected:
    """The averages for the numbers of the file, or for other free numbers."""
    numbers = Free.of(state) if free is None else free
    return expected_in(circulation_of(population), population, state, numbers)


def expected_in(circulation: Circulation, population: Population, state: AssayState, free: Free) -> Expected:
    """`expected` with the engine's records at hand."""
    share = population.tube.volume.canonical / population.circulation.blood_volume.canonical
    share *= population.tube.recovery.canonical
    rate, weight = _rates(population, state, free)
    at_unit, weights = _classes(circulation, free, share)
    single, homotypic, mixed = (
        at_unit[:, 0, 0],
        at_unit[:, 1:, 0].sum(axis=1),
        at_unit[:, :, 1:].sum(axis=(1, 2)),
    )
    here = weights[:, None] * weight[None, :]
    positive = here * stats.poisson.sf(THRESHOLD - 1, single[:, None] * rate[None, :])
    total = float(positive.sum())
    visible, mean_rate = 1.0 - state.silent_share.canonical, float(weight @ rate)
    sizes = weights @ at_unit[:, 1:, 0]

    def among_positive(part: FloatArray) -> float:
        return float((positive * -np.expm1(-part[:, None] * rate[None, :])).sum()) / total

    def mean(part: FloatArray) -> float:
        return visible * mean_rate * float(weights @ part)

    return Expected(
        positive=visible * total,
        homotypic_in_positive=among_positive(homotypic),
        mixed_in_positive=among_positive(mixed),
        singles=mean(single),
        homotypic=mean(homotypic),
        mixed=mean(mixed),
        sizes=sizes / sizes.sum(),
    )


def _rates(population: Population, state: AssayState, free: Free) -> tuple[FloatArray, FloatArray]:
    """Nodes of the rate (1/day) and their weights."""
    spread = spread_of_rate(population, state) ** 2 - state.visibility_spread.canonical**2
    spread = np.sqrt(spread + free.visibility_spread**2)
    median = median_rate(population, state) * free.shedding / state.shedding.canonical
    node, weight = _normal(RATE_NODES)
    return median * np.exp(spread * node), weight


def _classes(circulation: Circulation, free: Free, share: float) -> tuple[FloatArray, FloatArray]:
    """Aggregates in the tube per unit of the rate, by class, for each cohesion and node of attachment; weights."""
    node, weight = _normal(ATTACHMENT_NODES)
    attachment = free.attachment * np.exp(free.spread_of_attachment * node)
    stocks = [mean_stock(circulation, 1.0, c, a) for c in (0.0, free.cohesion) for a in attachment]
    return share * np.array(stocks), np.outer(
        [1.0 - free.cohesive_share, free.cohesive_share], weight
    ).ravel()


def _normal(nodes: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights for means over a standard normal."""
    node, weight = hermegauss(nodes)
    return node, weight / weight.sum()
