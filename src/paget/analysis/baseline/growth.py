"""The law of growth of a tumour, from caliper volumes of real animals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from paget.analysis.baseline.writing import Fitted
from paget.analysis.growth_data import read_volumes
from paget.analysis.growth_fit import fit_population
from paget.model import Catalog

TUMOUR = "lm2-4"
"""The tumour whose law the data are of."""
GROWTH_ROWS: dict[str, tuple[str, ...]] = {TUMOUR: ("lm2-growth",)}
SOURCE = "benzekry2014,vaghi2020"


def fitted_growth(data: Path, catalog: Catalog, tell: Callable[[str], None]) -> list[Fitted]:
    """Median and spread of alpha and beta, and the correlation of their logs, by maximum likelihood."""
    tell(f"law of growth of {TUMOUR} from {data}")
    fit = fit_population(read_volumes(data))
    tumour = catalog.get("tumour", TUMOUR)
    crowding, correlation = tumour.crowding, tumour.correlations[0].value
    found = ((crowding.alpha, fit.alpha, fit.sd_alpha), (crowding.beta, fit.beta, fit.sd_beta))
    return [
        *(Fitted(q.path, q.value, value, q.unit, GROWTH_ROWS[TUMOUR], SOURCE, sd) for q, value, sd in found),
        Fitted(correlation.path, correlation.value, fit.correlation, "1", GROWTH_ROWS[TUMOUR], SOURCE),
    ]
