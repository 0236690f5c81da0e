"""Quantities of blood draws: a made-up series of tubes, counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from paget.analysis.circulation.draw import ENRICHED, Draws
from paget.evidence.statistics.patients import ENRICHMENT, quantities
from paget.model import Catalog


@pytest.fixture
def draws(catalog: Catalog) -> Draws:
    """Four tubes: 10 single cells with a pair and a mixed cluster, 6 with nothing else, 2, and none."""
    population = catalog.populations["stage-iii-iv"]
    partners = tuple(population.leukocytes)
    counts = np.zeros((4, 12, 1 + len(partners)), dtype=np.int64)
    counts[:, 0, 0] = (10, 6, 2, 0)
    counts[0, 1, 0] = 1
    counts[0, 2, 0] = 1
    counts[0, 0, 1 + partners.index(ENRICHED)] = 3
    counts[0, 1, 1 + partners.index("neutrophil")] = 1
    return Draws(population, population.state, 1, 7.5, counts, partners)


def test_quantities(draws: Draws) -> None:
    found = quantities(draws)
    assert found["positive draws"] == 0.5
    assert found["homotypic in positive draws"] == 0.5
    assert found["mixed in positive draws"] == 0.5
    assert found["mixed clusters of one tumour cell"] == 0.75
    assert found["singles, median"] == 4.0
    assert found["clusters of 2 tumour cells"] == 0.5
    assert found["clusters of 4 tumour cells"] == 0.0
    leukocytes = draws.population.leukocytes
    share = leukocytes[ENRICHED].density.canonical / sum(
        cell.density.canonical for cell in leukocytes.values()
    )
    assert found[ENRICHMENT] == pytest.approx(0.75 / share)


def test_nothing_to_divide_by(draws: Draws) -> None:
    empty = Draws(draws.population, draws.state, 1, 7.5, 0 * draws.counts, draws.partners)
    found = quantities(empty)
    assert found["positive draws"] == 0.0
    for name in ("homotypic in positive draws", "clusters of 2 tumour cells", ENRICHMENT):
        assert math.isnan(found[name])
