"""Verdicts: a table of findings and what they come to."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from paget.evidence.findings import Finding
from paget.evidence.verdicts import (
    AGREES,
    CONTRADICTS,
    NO_EVIDENCE_ABOVE,
    UNDECIDED,
    prior_pass_rate,
    verdict_of,
)


def finding(**changes: Any) -> Finding:
    """A ratio of 0.5 where "lower" was published, right in all of 40 draws."""
    words: dict[str, Any] = {
        "name": "x", "measure": "ratio of means", "unit": "1", "value": 0.5, "between_animals": (0.4, 0.6),
        "from_parameters": (0.3, 0.8), "by_seed": (0.5, 0.45, 0.55), "draws": np.full(40, 0.5), "no_effect": 1.0,
        "direction": "lower", "target": None, "animals": 120, "power": 0.99, "detectable": 0.8,
    }  # fmt: skip
    return Finding(**{**words, **changes})


def draws(right: int, wrong: int) -> np.ndarray:
    return np.array([0.5] * right + [2.0] * wrong)


@pytest.mark.parametrize(
    "changes, word, reason",
    [
        ({}, AGREES, "the direction comes out"),
        ({"direction": "higher", "draws": draws(40, 0)}, CONTRADICTS, "opposite"),
        ({"between_animals": (0.4, 1.1), "power": 0.31}, UNDECIDED, "power 0.31"),
        ({"by_seed": (0.5, 0.45, 1.05)}, UNDECIDED, "seeds"),
        ({"by_seed": (0.5, math.nan, 0.5)}, UNDECIDED, "one of the seeds"),
        ({"draws": draws(8, 32)}, UNDECIDED, "only 20%"),
        ({"draws": draws(18, 22)}, AGREES, "direction"),  # 45 % of 40: the interval reaches one half
        ({"direction": "higher", "draws": draws(8, 32)}, UNDECIDED, "80% of the parameter draws"),
        ({"draws": np.empty(0)}, AGREES, "direction"),
        ({"value": math.nan}, UNDECIDED, "no number"),
        ({"between_animals": (math.nan, math.nan)}, UNDECIDED, "no number"),
        ({"target": (0.3, 0.45), "no_effect": None}, AGREES, "meets"),
        ({"target": (0.7, 0.9), "no_effect": None}, CONTRADICTS, "below"),
        ({"target": (0.1, 0.3), "no_effect": None}, CONTRADICTS, "above"),
        ({"target": (0.45, 0.9), "no_effect": None, "within": True}, UNDECIDED, "too wide"),
        ({"target": (0.3, 0.9), "no_effect": None, "within": True}, AGREES, "meets"),
        ({"target": (0.7, 0.9), "no_effect": None, "within": True}, CONTRADICTS, "below"),
    ],
)
def test_verdict(changes: dict[str, Any], word: str, reason: str) -> None:
    verdict = verdict_of([finding(**changes)])
    assert verdict.word == word
    assert reason in verdict.reason


def test_one_that_contradicts_is_enough() -> None:
    wrong = finding(direction="higher", draws=draws(40, 0))
    unsure = finding(between_animals=(0.4, 1.2))
    assert verdict_of([finding(), unsure, wrong]).word == CONTRADICTS
    assert verdict_of([finding(), unsure]).word == UNDECIDED
    assert verdict_of([finding(), finding()]).word == AGREES


def test_pass_rate_of_levels() -> None:
    level = finding(
        target=(0.4, 0.6), no_effect=None, direction=None, draws=np.array([0.5, 0.7, math.nan, 0.4])
    )
    assert prior_pass_rate([level]).rate == 0.5
    assert prior_pass_rate([level]).draws == 4


def test_a_row_that_all_draws_get_right_is_no_evidence() -> None:
    assert prior_pass_rate([finding()]).rate > NO_EVIDENCE_ABOVE
    assert math.isnan(prior_pass_rate([]).rate)
