"""From the counts of the cascade funnel to shares of the effect.

The chain of an endpoint ends with *reading*: what the assay saw per micrometastasis (foci large enough and cut by a
section, area, burden), or with macrometastases where these are the endpoint. Shedding and survival in blood are those
of all organs together; from arrest on only the organ of the endpoint counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from paget.analysis.attribution.chain import contributions
from paget.analysis.batches import Kept
from paget.analysis.resampling import FloatArray, interval, resampling_weights, weighted_means
from paget.host.record import AGGREGATE_KINDS, CASCADE_STEPS, SITES
from paget.model.endpoints import Endpoint

READING = "reading"
"""The last link of a chain: from micrometastases to what the assay reads."""
ALL_KINDS = "all"
TOTAL = "total"
_ARRESTED = CASCADE_STEPS.index("arrested")
_MICRO, _MACRO = CASCADE_STEPS.index("micrometastasis"), CASCADE_STEPS.index("macrometastasis")


@dataclass(frozen=True)
class Chain:
    """The steps that lead to an endpoint."""

    site: str
    """Organ of the endpoint."""
    steps: tuple[str, ...]
    """Steps of the funnel, in order."""
    read: bool
    """Whether a reading by an assay follows; otherwise the last step is the endpoint."""

    @property
    def links(self) -> tuple[str, ...]:
        """Everything that the effect is booked on."""
        return (*self.steps, READING) if self.read else self.steps

    def counts(self, funnel: FloatArray) -> FloatArray:
        """Counts by kind and step, shape (animals, kinds, steps), from (animals, sites, steps, kinds)."""
        upstream = funnel[:, :, :_ARRESTED].sum(axis=1)
        here = funnel[:, SITES.index(self.site), _ARRESTED : len(self.steps)]
        return np.concatenate([upstream, here], axis=1).transpose(0, 2, 1)


def chain_of(endpoint: Endpoint | None, site: str) -> Chain | None:
    """The chain of an endpoint (None: macrometastases of the organ); None where it is not read from lesions."""
    if endpoint is None:
        return Chain(site, CASCADE_STEPS[: _MACRO + 1], read=False)
    if not endpoint.of_lesions:
        return None
    return Chain(endpoint.site, CASCADE_STEPS[: _MICRO + 1], read=True)


def step_table(chain: Chain, arm: Kept, reference: Kept, seed: int, draw: int = 0) -> pd.DataFrame:
    """What each link and kind of aggregate adds to the log ratio of arm to reference, with intervals over animals.

    Columns: link, aggregate ("all", "single", ...), contribution, low, high, draw; the row "total" is the log ratio.
    The animals of both arms are twins and are resampled together.
    """
    lost = ~(np.isfinite(arm.values[:, 0]) & np.isfinite(reference.values[:, 0]))
    means = []
    weights = resampling_weights(len(lost), seed)
    for kept in (arm, reference):
        counts, values = chain.counts(kept.funnel).copy(), kept.values[:, 0].copy()
        counts[lost], values[lost] = np.nan, np.nan
        means.append((weighted_means(weights, counts), weighted_means(weights, values)))
    (counts_a, read_a), (counts_r, read_r) = means
    parts = contributions(counts_a, counts_r)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.log(read_a / read_r)
        reading = total - np.log(counts_a[..., -1].sum(axis=1) / counts_r[..., -1].sum(axis=1))
    if not chain.read:
        total = parts.sum(axis=(1, 2))
    rows = [_row(TOTAL, ALL_KINDS, total, int((~lost).sum()))]
    for index, step in enumerate(chain.steps):
        rows.append(_row(step, ALL_KINDS, parts[:, :, index].sum(axis=1), int((~lost).sum())))
        rows += [
            _row(step, kind, parts[:, k, index], int((~lost).sum())) for k, kind in enumerate(AGGREGATE_KINDS)
        ]
    if chain.read:
        rows.append(_row(READING, ALL_KINDS, reading, int((~lost).sum())))
    return pd.DataFrame(rows).assign(draw=draw)


def _row(link: str, kind: str, resampled: FloatArray, animals: int) -> dict[str, object]:
    low, high = interval(resampled[1:], animals)
    return {
        "link": link,
        "aggregate": kind,
        "contribution": float(resampled[0]),
        "low": low,
        "high": high,
        "animals": animals,
    }
