"""Potency of clusters, and the share of metastases that comes from them, measured as in the publications.

    potency = (foci from clusters / foci from single cells) / (clusters in blood / single cells in blood)
    share   = foci from clusters / all foci

Potency is per event in blood at the end of the experiment, where an experimenter counts: clusters leave the blood
sooner than single cells do, so a cluster that is shed need be less potent than one that is counted (Aceto 2014).

Intervals are by bootstrap over animals (expanded percentile), not by a law of counts: foci of one animal are far from
Poisson, because animals differ in what they shed and what wakes; and foci and blood of one animal go together. An
animal brings both along when it is drawn, so that their common part cancels in the ratio as it does in the experiment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from paget.analysis.circulation.patients import FloatArray
from paget.analysis.resampling import interval, resampling_weights
from paget.host.record import AGGREGATE_KINDS

if TYPE_CHECKING:
    import pandas as pd

SINGLE = AGGREGATE_KINDS.index("single")
GROUPS = {"cluster": (1,), "mixed": (2,), "cluster or mixed": (1, 2)}
"""Kinds of aggregate that are compared with single cells."""


def odds_table(foci: FloatArray, blood: FloatArray, seed: int) -> pd.DataFrame:
    """One row per group of kinds: aggregates, quantity, value, low, high.

    foci, blood: counts by animal and kind, shape (animals, 3), of the same animals. NaN where a count is 0 that
    would be divided by.
    """
    import pandas as pd

    weights = resampling_weights(len(foci), seed)
    founded, present = weights @ foci, weights @ blood
    rows = []
    for name, kinds in GROUPS.items():
        for quantity, values in _quantities(founded, present, list(kinds)).items():
            low, high = interval(values[1:], len(foci))
            rows.append((name, quantity, float(values[0]), low, high))
    return pd.DataFrame(rows, columns=["aggregates", "quantity", "value", "low", "high"])


def _quantities(founded: FloatArray, present: FloatArray, kinds: list[int]) -> dict[str, FloatArray]:
    """Share of events in blood, share of foci, and potency, one value per resample."""
    of_foci, of_blood = founded[:, kinds].sum(axis=1), present[:, kinds].sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        potency = (of_foci / founded[:, SINGLE]) / (of_blood / present[:, SINGLE])
        return {
            "share of events in blood": of_blood / present.sum(axis=1),
            "share of metastases": of_foci / founded.sum(axis=1),
            "potency": np.where(np.isfinite(potency), potency, np.nan),
        }
