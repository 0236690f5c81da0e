"""The answer of one two-arm comparison, whatever test gave it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95
ALPHA = 1.0 - CONFIDENCE
NAN = math.nan

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """Effect of an arm against a reference, with its 95 % interval.

    effect_name: what the number is, for example "ratio of means".
    effect, low, high: estimate and interval; NaN where the data cannot say, 0 or inf where a ratio has an empty side.
    p: two-sided p value. n_arm, n_reference: animals with a value.
    note: in words, why a number is missing or unusual.
    """

    test: str
    effect_name: str
    effect: float
    low: float
    high: float
    p: float
    n_arm: int
    n_reference: int
    note: str = ""

    @property
    def is_ratio(self) -> bool:
        """True where "no effect" is 1 rather than 0."""
        return "ratio" in self.effect_name

    def with_note(self, note: str) -> Estimate:
        """The same estimate with one more remark."""
        return replace(self, note="; ".join(part for part in (self.note, note) if part))


def undefined(test: str, effect_name: str, n_arm: int, n_reference: int, note: str) -> Estimate:
    """The estimate that says "these data cannot tell", with the reason."""
    return Estimate(test, effect_name, NAN, NAN, NAN, NAN, n_arm, n_reference, note)


def finite(values: object) -> Values:
    """The finite numbers among `values`, as float64, in their order."""
    array = np.asarray(values, dtype=np.float64).ravel()
    return array[np.isfinite(array)]


def too_few(arm: Values, reference: Values, least: int = 2) -> str:
    """Why these two samples are too small to compare, or an empty string."""
    if min(arm.size, reference.size) >= least:
        return ""
    if min(arm.size, reference.size) == 0:
        return "no animal with a value in one arm"
    return f"fewer than {least} animals with a value in one arm"
