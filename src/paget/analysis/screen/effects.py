"""Effects and interactions of a screen, with intervals over twins.

Effect of an arm: e = log(mean of the endpoint in the arm / mean in the control); negative is fewer. For counts half a
count is added to the sum of every arm, so that an arm without any has a finite effect.

Bliss: two drugs that act independently multiply what they leave, so that on this scale e_ab = e_a + e_b. The *excess*
e_ab - (e_a + e_b) is negative where the pair does more than that (synergy), positive where it does less.

Highest single agent: the excess max(e_ab - e_a, e_ab - e_b) is negative where the pair beats both of its drugs. Its
interval is put together from those of the two differences, [max of the lower ends, max of the upper ends]: the pair is
said to beat both only where each difference is clear by itself (an intersection-union test, at most 2.5 % false).

Twins are resampled together in all arms. P values come from the ratio of an excess to its bootstrap standard error,
against Student's t; `q` is Benjamini and Hochberg's over all pairs of the screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtr

from paget.analysis.resampling import FEWEST_ANIMALS, RESAMPLES, FloatArray, interval, resampling_weights
from paget.analysis.screen.plan import Treated

HALF_A_COUNT = 0.5


class Logs(NamedTuple):
    """Logarithms of the means of all arms in all resamples."""

    control: FloatArray
    """Shape (1 + resamples,); entry 0 is the sample itself."""
    arms: dict[Treated, FloatArray]
    """Same shape, by arm."""
    animals: int
    """Twins with a reading in every arm."""


def log_means(
    control: FloatArray,
    arms: Mapping[Treated, FloatArray],
    seed: int,
    counts: bool,
    resamples: int = RESAMPLES,
) -> Logs:
    """Logs of the resampled means.

    control, arms: values by animal, NaN where lost. Only twins with a value in every arm are used.
    counts: whether the endpoint is a count.
    """
    table = np.column_stack([control, *arms.values()])
    table = table[np.isfinite(table).all(axis=1)]
    animals = len(table)
    weights = resampling_weights(max(animals, 1), seed, resamples)[:, :animals]
    with np.errstate(divide="ignore", invalid="ignore"):
        # A resample without any has the log minus infinity; against another such it is undefined (NaN).
        logs = np.log((weights @ table + (HALF_A_COUNT if counts else 0.0)) / animals)
    return Logs(logs[:, 0], dict(zip(arms, logs[:, 1:].T, strict=True)), animals)


def effects_table(logs: Logs) -> pd.DataFrame:
    """Columns: arm, drug, second, timing, fraction, effect, low, high, animals."""
    rows = []
    for arm, log in logs.arms.items():
        effect = difference(log, logs.control)
        low, high = interval(effect[1:], logs.animals)
        rows.append({**named(arm), "effect": effect[0], "low": low, "high": high, "animals": logs.animals})
    return pd.DataFrame(rows)


def named(arm: Treated) -> dict[str, object]:
    """The columns that say which arm a row is about."""
    second = arm.drugs[1] if len(arm.drugs) > 1 else ""
    names = {"arm": arm.name, "drug": arm.drugs[0], "second": second}
    return {**names, "timing": arm.timing, "fraction": arm.fraction}


_COLUMNS = ("expected", "effect", "bliss", "bliss_low", "bliss_high", "hsa", "hsa_low", "hsa_high", "p")


def interactions_table(logs: Logs) -> pd.DataFrame:
    """One row per pair and time: expected and found effect, excess over Bliss and over the better single, p, q."""
    rows = []
    for pair, log in logs.arms.items():
        if len(pair.drugs) == 2:
            singles = [logs.arms[Treated((drug,), pair.timing)] for drug in pair.drugs]
            rows.append({**named(pair), **interaction(log, singles, logs.control, logs.animals)})
    table = pd.DataFrame(rows, columns=[*named(Treated(("",), "")), *_COLUMNS])
    table["q"] = benjamini_hochberg(table["p"].to_numpy(dtype=float))
    return table


def interaction(
    pair: FloatArray, singles: Sequence[FloatArray], control: FloatArray, animals: int
) -> dict[str, float]:
    """Excess of a pair over Bliss and over the better single drug, with intervals."""
    found = difference(pair, control)
    effects = [difference(single, control) for single in singles]
    expected = effects[0] + effects[1]
    excess = difference(found, expected)
    low, high = interval(excess[1:], animals)
    over = [difference(pair, single) for single in singles]
    ends = [interval(more[1:], animals) for more in over]
    return {
        "expected": float(expected[0]),
        "effect": float(found[0]),
        "bliss": float(excess[0]),
        "bliss_low": low,
        "bliss_high": high,
        "hsa": float(max(more[0] for more in over)),
        "hsa_low": max(end[0] for end in ends),
        "hsa_high": max(end[1] for end in ends),
        "p": p_value(excess, animals),
    }


def difference(one: FloatArray, other: FloatArray) -> FloatArray:
    """Difference of logs; NaN where both are infinite."""
    with np.errstate(invalid="ignore"):
        return np.asarray(one - other)


def p_value(resampled: FloatArray, animals: int) -> float:
    """Two-sided p of "zero", from the estimate, its bootstrap standard error and Student's t."""
    known = resampled[1:][np.isfinite(resampled[1:])]
    if animals < FEWEST_ANIMALS or known.size < 0.95 * (resampled.size - 1) or not np.isfinite(resampled[0]):
        return float("nan")
    error = float(known.std(ddof=1)) * np.sqrt(animals / (animals - 1.0))
    if error == 0.0:
        return 1.0 if resampled[0] == 0.0 else 0.0
    return float(2.0 * stdtr(animals - 1, -abs(resampled[0]) / error))


def benjamini_hochberg(p: FloatArray) -> FloatArray:
    """Adjusted p values (false discovery rate); NaN stays NaN and does not count."""
    adjusted = np.full(p.shape, np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known])]
    scaled = p[order] * order.size / np.arange(1, order.size + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted
