"""Leaving mechanisms out, one by one and in pairs: how much of an effect is gone without them.

With E the effect (log ratio of the two arms) in the whole model and E(-i) the effect where mechanism i is left out of
both arms,

    drop_i        = E - E(-i)
    drop_ij       = E - E(-i, -j)
    interaction   = drop_ij - drop_i - drop_j.

A positive interaction means that the two mechanisms stand in for each other: each alone hides the loss of the other. A
negative one means that they need each other. Drops therefore do not add up to the effect; interactions say by how much.
The same twins are simulated in every model, and are resampled together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from paget.analysis.batches import Failed, Kept
from paget.analysis.resampling import FloatArray, interval, resampling_weights, weighted_means

Left = tuple[str, ...]
"""Mechanisms that are left out, in the order of the alphabet; () is the whole model."""


def sets_to_leave_out(mechanisms: Iterable[str], pairs: bool) -> list[Left]:
    """The whole model, each mechanism left out, and each pair."""
    names = sorted(mechanisms)
    singles: list[Left] = [(name,) for name in names]
    return [(), *singles, *(combinations(names, 2) if pairs else ())]


def log_effect(arm: FloatArray, reference: FloatArray, weights: FloatArray) -> FloatArray:
    """Log ratio of the means of two arms in each resample; values by animal, NaN where lost."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(weighted_means(weights, arm) / weighted_means(weights, reference)))


def mechanism_table(
    results: Mapping[Left, tuple[Kept | Failed, Kept | Failed]], seed: int, draw: int = 0
) -> pd.DataFrame:
    """Effects, drops and interactions with their intervals over twins.

    results: (arm, reference) for every set that was left out. Columns: without, second, effect (with low and high),
    drop, interaction (pairs only), reference_ratio (mean of the reference arm relative to the whole model: where it
    is far from 1, leaving out has made another mouse), note.
    """
    animals = len(next(kept for pair in results.values() for kept in pair if isinstance(kept, Kept)).values)
    weights = resampling_weights(animals, seed)
    effects = {left: _effect(*pair, weights) for left, pair in results.items()}
    whole = results[()][1]
    with np.errstate(invalid="ignore"):  # an effect may be infinite where an arm has none
        drops = {left: effects[()] - effect for left, effect in effects.items()}
    rows = []
    for left, pair in results.items():
        row: dict[str, object] = {
            "without": left[0] if left else "",
            "second": left[1] if len(left) > 1 else "",
        }
        row |= _estimate("effect", effects[left], animals)
        row |= _estimate("drop", drops[left] if left else None, animals)
        together = drops[left] - drops[left[:1]] - drops[left[1:]] if len(left) > 1 else None
        row |= _estimate("interaction", together, animals)
        row["reference_ratio"] = _reference_ratio(pair[1], whole)
        row["note"] = "; ".join(sorted({kept.reason for kept in pair if isinstance(kept, Failed)}))
        rows.append(row)
    return pd.DataFrame(rows).assign(draw=draw)


def _effect(arm: Kept | Failed, reference: Kept | Failed, weights: FloatArray) -> FloatArray:
    if isinstance(arm, Failed) or isinstance(reference, Failed):
        return np.full(len(weights), np.nan)
    return log_effect(arm.values[:, 0], reference.values[:, 0], weights)


def _reference_ratio(reduced: Kept | Failed, whole: Kept | Failed) -> float:
    if isinstance(reduced, Failed) or isinstance(whole, Failed):
        return np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.nanmean(reduced.values[:, 0]) / np.nanmean(whole.values[:, 0]))


def _estimate(name: str, resampled: FloatArray | None, animals: int) -> dict[str, float]:
    if resampled is None:
        return {name: np.nan, f"{name}_low": np.nan, f"{name}_high": np.nan}
    low, high = interval(resampled[1:], animals)
    return {name: float(resampled[0]), f"{name}_low": low, f"{name}_high": high}
