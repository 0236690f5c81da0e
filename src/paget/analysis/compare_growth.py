"""Untreated growth of the engine against measured volumes: `python -m paget.analysis.compare_growth FILE`.

Three comparisons. *Medians*: the engine's median over all animals beside the drop-out-aware estimate from the data.
*The law re-estimated*: simulated animals are read with calipers on the days of the data, animal by animal, and the same
fit gives alpha and beta. *Each animal by itself*: the same with the two-stage fit. The engine sees none of the volumes
here.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from paget.analysis.growth_data import Volumes, read_volumes
from paget.analysis.growth_fit import (
    PopulationFit,
    fit_each,
    fit_population,
    population_medians,
    summarise_each,
)
from paget.analysis.untreated import SimulatedGrowth, simulate_growth
from paget.errors import PagetError

DAYS = (14, 21, 28, 35)
ANIMALS = 440
"""Simulated animals: ten for each of the 44 of the data."""


@dataclass(frozen=True)
class Comparison:
    """Data and engine side by side."""

    data: PopulationFit
    """Fit to the measured volumes."""
    engine: PopulationFit
    """The same fit to simulated caliper readings on the same days, several simulated animals for each measured one."""
    medians: pd.DataFrame
    """day, median, low, high of the data; engine; ratio (engine over data)."""
    each: pd.DataFrame
    """Two-stage estimates, one row for data and engine."""


def compare(
    volumes: Volumes, growth: SimulatedGrowth, days: Sequence[int] = DAYS, times: int = 4
) -> Comparison:
    """Compare measured volumes with simulated growth; `times` simulated animals are read like each measured one."""
    data = fit_population(volumes)
    read = growth.read_like(_repeated(volumes, times))
    medians = population_medians(data, days)
    medians["engine"] = np.median(growth.volumes[:, list(days)], axis=0)
    medians["ratio"] = medians["engine"] / medians["median"]
    rows = {"data": summarise_each(fit_each(volumes)), "engine": summarise_each(fit_each(read))}
    return Comparison(data, fit_population(read), medians, pd.DataFrame(rows).T)


def _repeated(volumes: Volumes, times: int) -> Volumes:
    return volumes.of_animals(list(range(len(volumes.animals))) * times)


def main(arguments: Sequence[str]) -> int:
    """Print the comparison of a file of volumes with LM2-4 in SCID mice, or with the TUMOUR HOST given."""
    if len(arguments) not in (1, 3):
        sys.stderr.write("usage: python -m paget.analysis.compare_growth FILE [TUMOUR HOST]\n")
        return 2
    tumour, host = arguments[1:] or ("lm2-4", "scid")
    try:
        result = compare(read_volumes(arguments[0]), simulate_growth(tumour, host, ANIMALS), times=10)
    except PagetError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    both = result.data.table().assign(engine=result.engine.table()["estimate"])
    left_out = f"({result.data.readings} readings, {result.data.not_felt} at which nothing was felt left out)"
    for title, table in (
        (f"Law over animals, data {left_out} and engine read on the same days", both),
        ("Median volume over all animals (mm3)", result.medians),
        ("Each animal by itself", result.each),
    ):
        sys.stdout.write(f"{title}\n{table.to_string(float_format='%.4g')}\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
