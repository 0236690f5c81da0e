"""Half-life in blood, measured in a simulated animal as a laboratory does: inject, sample, fit the decay.

Single cells or clusters are injected into a tail vein; small samples are taken minute by minute; a line through the
logs of the counts gives the half-life (Poisson regression, so that empty samples count). What is arrested in the first
bed is gone before the first sample. Break-up and leukocytes picked up in blood change the class of an aggregate, and
shorten its measured half-life against the number that was put in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import stats

from paget.analysis.circulation.patients import FloatArray
from paget.errors import PagetError
from paget.host.blood import circulate, meet_bed
from paget.host.passages import ARRESTED_FIRST, MET
from paget.host.pools import kind_of
from paget.host.record import LARGEST_AGGREGATE
from paget.host.state import new_state
from paget.host.walk import FAT_PAD, LUNG
from paget.keyed_random import Purpose, binomial, new_generator, seek, subject_key
from paget.rules import CompiledModel

if TYPE_CHECKING:
    import pandas as pd

MINUTES_PER_DAY = 1440.0
KINDS = ("half_life_single", "half_life_cluster", "half_life_mixed")


@dataclass(frozen=True)
class Decay:
    """Counts of an injected class over time, and what follows from them."""

    minutes: FloatArray
    """Times of the samples (min)."""
    counts: FloatArray
    """Aggregates of the class in each sample."""
    half_life: float
    """Measured half-life (min)."""
    low: float
    high: float
    put_in: float
    """Half-life that the tumour's file states for the class (min)."""
    first_bed: float
    """Share that was arrested in the first bed."""


def measure_half_life(
    compiled: CompiledModel,
    *,
    tumour_cells: int = 1,
    partner: str | None = None,
    aggregates: int = 1_000_000,
    minutes: tuple[float, ...] = (2, 4, 6, 8, 10, 15, 20, 30, 45, 60),
    sample: float = 0.05,
    seed: int = 1,
) -> Decay:
    """Inject aggregates of one class into a tail vein and take samples of `sample` mL at these times (min).

    PagetError for a class that the model does not have.
    """
    size, column = _class(compiled, tumour_cells, partner)
    tables, state = compiled.tables, new_state(compiled.tables, compiled.axes)[0]
    key = subject_key(seed, "half-life", tumour_cells, column)
    seek(state["generator"], key, int(Purpose.INOCULATION), 0, np.uint64(0))
    passage = float(state["blood_behaviours"][2])
    meet_bed(tables, state, FAT_PAD, LUNG, size, column, aggregates, passage)
    met, arrested = (
        int(state["passages"][kind_of(tumour_cells, column), step]) for step in (MET, ARRESTED_FIRST)
    )
    state["circulating"][size, column] = state["entering"][size, column]  # all at once, not over a step
    state["entering"][:] = 0
    share = min(1.0, sample / float(tables["body"]["blood_volume"]))
    times = np.array(sorted(minutes), dtype=np.float64)
    counts = [
        _sample(tables, state, key, (size, column), before, after, share) for before, after in _steps(times)
    ]
    fitted = decay_rate(times, np.array(counts))
    kind = KINDS[int(kind_of(tumour_cells, column))]
    stated = float(tables["tumour"][kind]) * MINUTES_PER_DAY
    return Decay(times, np.array(counts), *fitted, put_in=stated, first_bed=arrested / met)


def half_life_table(compiled: CompiledModel, partner: str | None = None) -> pd.DataFrame:
    """One row per class: aggregate, measured, low, high, put_in (all in min), first_bed.

    Clusters are pairs; the mixed class is a single cell with `partner` [default: no such row].
    """
    import pandas as pd

    classes: list[tuple[str, int, str | None]] = [("single", 1, None), ("cluster", 2, None)]
    if partner is not None:
        classes.append(("mixed", 1, partner))
    rows = []
    for name, cells, with_partner in classes:
        decay = measure_half_life(compiled, tumour_cells=cells, partner=with_partner)
        rows.append((name, decay.half_life, decay.low, decay.high, decay.put_in, decay.first_bed))
    return pd.DataFrame(rows, columns=["aggregate", "measured", "low", "high", "put_in", "first_bed"])


def _class(compiled: CompiledModel, tumour_cells: int, partner: str | None) -> tuple[int, int]:
    if not 1 <= tumour_cells <= LARGEST_AGGREGATE:
        raise PagetError(
            "no such aggregate", found=f"{tumour_cells} cells", allowed=f"1 to {LARGEST_AGGREGATE}"
        )
    if partner is not None and partner not in compiled.partners:
        raise PagetError(
            "does not travel with tumour cells here", found=partner, allowed=sorted(compiled.partners)
        )
    return tumour_cells - 1, 0 if partner is None else 1 + compiled.partners.index(partner)


def _steps(times: FloatArray) -> list[tuple[float, float]]:
    return list(zip([0.0, *times[:-1]], times, strict=True))


def _sample(
    tables: Any, state: Any, key: np.uint64, place: tuple[int, int], before: float, after: float, share: float
) -> float:
    """Let time pass from minute `before` to `after`, then count the class in a sample; it is too small to be missed."""
    circulate(tables, state, key, round(60 * after), (after - before) / MINUTES_PER_DAY)
    generator = new_generator()
    seek(generator, key, int(Purpose.BLOOD_DRAW), round(60 * after), np.uint64(0))
    return float(binomial(generator, np.int64(state["circulating"][place]), share))


def decay_rate(minutes: FloatArray, counts: FloatArray) -> tuple[float, float, float]:
    """Half-life (min) and its 95 % interval from counts that are Poisson about a exp(-b t).

    Newton's method for the likelihood; the interval is that of b at its curvature. NaN where nothing decays.
    """
    if counts.sum() <= 0 or np.count_nonzero(counts) < 2:
        return np.nan, np.nan, np.nan
    design = np.column_stack([np.ones_like(minutes), -minutes])
    weights = counts + 0.5
    start = np.linalg.lstsq(
        design * np.sqrt(weights)[:, None], np.log(weights) * np.sqrt(weights), rcond=None
    )
    estimate = start[0]
    for _ in range(50):
        mean = np.exp(design @ estimate)
        information = design.T @ (design * mean[:, None])
        step = np.linalg.solve(information, design.T @ (counts - mean))
        estimate = estimate + step
        if np.abs(step).max() < 1e-10:
            break
    error = stats.norm.ppf(0.975) * float(np.sqrt(np.linalg.inv(information)[1, 1]))
    rate, log2 = float(estimate[1]), float(np.log(2.0))
    if rate <= 0.0:
        return np.nan, np.nan, np.nan
    return log2 / rate, log2 / (rate + error), log2 / (rate - error) if rate > error else np.inf
