"""From the values of all animals to the table of contrasts: which test, which family, Holm.

Declared contrasts come first; the primary ones are one family for Holm's correction and the secondary ones another.
Every other comparison of an arm with the first arm is exploratory: reported, marked, and not corrected with them.

The p values describe a simulated experiment of this size with the central parameters (draw 0). Where the trial has
parameter draws, `draws_low` and `draws_high` hold the middle 95 % of the same effect computed in every draw: that is
the uncertainty from parameters, and it is never mixed into the interval between animals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from paget.trial import count_statistics, statistics
from paget.trial.equivalence import EQUIVALENCE, equivalence, ratio_of_means
from paget.trial.estimate import NAN, Estimate, Values, finite, undefined
from paget.trial.survival import logrank

CONTRAST_COLUMNS = (
    "endpoint", "arm", "reference", "n_arm", "n_reference", "effect_name", "effect", "low", "high", "p", "p_holm",
    "test", "declared", "family", "note", "draws_low", "draws_high",
)  # fmt: skip

TWO_SAMPLE_TESTS: dict[str, Callable[[object, object], Estimate]] = {
    "welch": statistics.welch,
    "log-welch": statistics.log_welch,
    "mann-whitney": statistics.mann_whitney,
    "negative-binomial": count_statistics.negative_binomial,
    "poisson": count_statistics.poisson,
    "fisher": statistics.fisher,
}
# What `test = "..."` of a declared contrast may say.
TESTS = ("auto", *TWO_SAMPLE_TESTS, "log-rank", EQUIVALENCE)

# The effect alone, for parameter draws, where intervals and p values of single draws are not wanted.
_EFFECTS: dict[str, Callable[[Values, Values], float]] = {
    "welch": lambda a, b: float(a.mean() - b.mean()),
    "log-welch": lambda a, b: float(np.exp(np.log(a).mean() - np.log(b).mean())),
    "mann-whitney": lambda a, b: float(np.median(np.subtract.outer(a, b))),
    "negative-binomial": count_statistics.mean_ratio,
    "poisson": count_statistics.mean_ratio,
    "fisher": lambda a, b: float((a > 0).mean() - (b > 0).mean()),
    EQUIVALENCE: ratio_of_means,
}

SURVIVAL_ENDPOINT = "survival"
_FRACTION_UNITS = {"percent", "%", "fraction", "1", "dimensionless"}
_COUNT_UNITS = {
    "count",
    "counts",
    "cell",
    "cells",
    "focus",
    "foci",
    "event",
    "events",
    "lesion",
    "lesions",
    "1",
    "",
}
_LARGE_COUNT = 1000.0


def endpoint_kind(unit: str, values: object) -> str:
    """What an endpoint's numbers are where nobody said: "count", "fraction" or "continuous".

    unit decides first; values (all arms together, so that no comparison chooses its own test) settle the rest.
    """
    numbers = finite(values)
    whole = bool(numbers.size) and bool(np.all(numbers >= 0)) and np.array_equal(numbers, np.rint(numbers))
    if unit in _COUNT_UNITS and whole and (unit not in _FRACTION_UNITS or numbers.max() > 1):
        return "count"
    return "fraction" if unit in _FRACTION_UNITS else "continuous"


def choose_test(kind: str, values: object) -> str:
    """The test that `auto` stands for, given an endpoint's kind and its values in all arms.

    Counts: negative binomial, or log-Welch where every count is large. Fractions: Welch. Continuous: log-Welch where
    all values are above zero, Mann-Whitney where some are zero, Welch where some are negative. Survival: log-rank.
    """
    if kind == "survival":
        return "log-rank"
    if kind == "fraction":
        return "welch"
    numbers = finite(values)
    lowest = numbers.min() if numbers.size else 0.0
    if kind == "count":
        return "log-welch" if lowest > 0 and np.median(numbers) > _LARGE_COUNT else "negative-binomial"
    if lowest > 0:
        return "log-welch"
    return "mann-whitney" if lowest == 0 else "welch"


@dataclass(frozen=True)
class _Comparison:
    """One row of the table before it is computed."""

    endpoint: str
    arm: str
    reference: str
    test: str = "auto"
    family: str = "exploratory"
    margin: float = NAN


@dataclass
class _Data:
    """Values of every (endpoint, draw, arm), sorted by animal, and the survival table."""

    values: dict[tuple[str, int, str], Values]
    units: dict[str, str]
    survival: pd.DataFrame | None
    arms: list[str]
    draws: list[int]
    tests: dict[str, str] = field(default_factory=dict)

    def of(self, endpoint: str, arm: str, draw: int = 0) -> Values:
        return self.values.get((endpoint, draw, arm), np.empty(0))

    def auto_test(self, endpoint: str, kinds: Mapping[str, str]) -> str:
        if endpoint not in self.tests:
            everything = np.concatenate([np.empty(0), *(self.of(endpoint, arm) for arm in self.arms)])
            kind = kinds.get(endpoint) or endpoint_kind(self.units.get(endpoint, ""), everything)
            self.tests[endpoint] = choose_test(kind, everything)
        return self.tests[endpoint]


def analyse(result_frames: Any, design: Any, kinds: Mapping[str, str] | None = None) -> pd.DataFrame:
    """All contrasts of a trial, declared and exploratory, one row each with `CONTRAST_COLUMNS`.

    result_frames: a mapping or an object with the data frames `endpoints` and, optionally, `survival`.
    design: has `.arms` (each with `.name`; the first is the reference of exploratory contrasts) and `.contrasts`
        (each with `.endpoint`, `.arm`, `.reference`, and optionally `.test` and `.primary`).
    kinds: endpoint -> "continuous", "count", "fraction" or "survival"; guessed from the unit where not given.
    """
    data = _collect(_frame(result_frames, "endpoints"), _frame(result_frames, "survival"), design)
    comparisons = [*_declared(design), *_exploratory(data, design)]
    rows = [_row(comparison, data, kinds or {}) for comparison in comparisons]
    table = pd.DataFrame(rows, columns=list(CONTRAST_COLUMNS))
    for family in ("primary", "secondary"):
        members = table["family"] == family
        table.loc[members, "p_holm"] = statistics.holm(table.loc[members, "p"])
    return table.astype({"p_holm": float, "declared": bool})


def _frame(frames: Any, name: str) -> pd.DataFrame | None:
    if isinstance(frames, Mapping):
        return frames.get(name)
    return getattr(frames, name, None)


def _collect(endpoints: pd.DataFrame | None, survival: pd.DataFrame | None, design: Any) -> _Data:
    arms = [arm.name for arm in design.arms]
    if survival is not None and not len(survival):
        survival = None
    if endpoints is None or not len(endpoints):
        return _Data({}, {}, survival, arms, [0])
    table = endpoints.assign(draw=endpoints["draw"] if "draw" in endpoints.columns else 0)
    table = table.sort_values("animal", kind="stable")
    groups = table.groupby(["endpoint", "draw", "arm"], sort=False, observed=True)
    values = {key: rows.to_numpy(dtype=float) for key, rows in groups["value"]}
    units = table.drop_duplicates("endpoint").set_index("endpoint")["unit"].fillna("").astype(str).to_dict()
    return _Data(values, units, survival, arms, sorted(table["draw"].unique().tolist()))


def _declared(design: Any) -> list[_Comparison]:
    found = []
    for contrast in getattr(design, "contrasts", None) or ():
        test = str(getattr(contrast, "test", None) or "auto").replace("_", "-").replace(" ", "-").lower()
        family = "primary" if getattr(contrast, "primary", False) else "secondary"
        margin = float(getattr(contrast, "margin", None) or NAN)
        found.append(_Comparison(contrast.endpoint, contrast.arm, contrast.reference, test, family, margin))
    return found


def _exploratory(data: _Data, design: Any) -> list[_Comparison]:
    """Each arm against the first, for each endpoint, unless declared (in either direction)."""
    taken = {(c.endpoint, frozenset((c.arm, c.reference))) for c in _declared(design)}
    endpoints: Iterable[str] = data.units
    if data.survival is not None:
        endpoints = [*(name for name in endpoints if name != SURVIVAL_ENDPOINT), SURVIVAL_ENDPOINT]
    first = data.arms[0] if data.arms else ""
    return [
        _Comparison(endpoint, arm, first)
        for endpoint in endpoints
        for arm in data.arms[1:]
        if (endpoint, frozenset((arm, first))) not in taken
    ]


def _row(comparison: _Comparison, data: _Data, kinds: Mapping[str, str]) -> tuple[Any, ...]:
    estimate, low, high = _estimate(comparison, data, kinds)
    declared = comparison.family != "exploratory"
    if not declared:
        estimate = estimate.with_note("exploratory: not declared beforehand, p not corrected")
    return (
        comparison.endpoint, comparison.arm, comparison.reference, estimate.n_arm, estimate.n_reference,
        estimate.effect_name, estimate.effect, estimate.low, estimate.high, estimate.p, NAN,
        estimate.test, declared, comparison.family, estimate.note, low, high,
    )  # fmt: skip


def _estimate(
    comparison: _Comparison, data: _Data, kinds: Mapping[str, str]
) -> tuple[Estimate, float, float]:
    """The estimate of the central draw, and the range of the effect over the parameter draws."""
    endpoint, arm, reference = comparison.endpoint, comparison.arm, comparison.reference
    if comparison.test == "log-rank" or (endpoint == SURVIVAL_ENDPOINT and data.survival is not None):
        return _survival_estimate(arm, reference, data)
    if endpoint not in data.units:
        name = f"endpoint '{endpoint}' was not measured"
        return undefined(comparison.test, "", 0, 0, name), NAN, NAN
    test = data.auto_test(endpoint, kinds) if comparison.test == "auto" else comparison.test
    if test not in TESTS:
        return undefined(test, "", 0, 0, f"unknown test '{test}'"), NAN, NAN
    values, others = data.of(endpoint, arm), data.of(endpoint, reference)
    if test == EQUIVALENCE:
        is_count = data.auto_test(endpoint, kinds) == "negative-binomial"
        estimate = equivalence(values, others, comparison.margin, is_count)
    else:
        estimate = TWO_SAMPLE_TESTS[test](values, others)
    if lost := values.size + others.size - estimate.n_arm - estimate.n_reference:
        estimate = estimate.with_note(
            f"{lost} of {values.size + others.size} animals without a value left out"
        )
    effects = [
        _effect(test, data.of(endpoint, arm, d), data.of(endpoint, reference, d)) for d in data.draws if d
    ]
    return estimate, *_middle(effects)


def _effect(test: str, arm: Values, reference: Values) -> float:
    a, b = finite(arm), finite(reference)
    if not a.size or not b.size or (test == "log-welch" and min(a.min(), b.min()) <= 0):
        return NAN
    return _EFFECTS[test](a, b)


def _survival_estimate(arm: str, reference: str, data: _Data) -> tuple[Estimate, float, float]:
    if data.survival is None:
        return undefined("log-rank", "hazard ratio", 0, 0, "survival was not recorded"), NAN, NAN
    estimate = logrank(data.survival, arm, reference)
    effects = []
    if "draw" in data.survival.columns:
        pair = data.survival[data.survival["arm"].isin([arm, reference]) & (data.survival["draw"] > 0)]
        effects = [
            logrank(rows.assign(draw=0), arm, reference).effect
            for _, rows in pair.groupby("draw", observed=True)
        ]
    return estimate, *_middle(effects)


def _middle(effects: list[float]) -> tuple[float, float]:
    """The middle 95 % of effects over parameter draws; NaN without draws."""
    known = np.array([x for x in effects if not np.isnan(x)])
    if not known.size:
        return NAN, NAN
    low, high = np.quantile(known, [0.025, 0.975], method="nearest")
    return float(low), float(high)
