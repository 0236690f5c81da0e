"""From findings to a verdict, and why.

A direction is *decided* when the 95 % interval between animals excludes no effect, all seeds point the same way, and
the parameter draws do not point the other way: the 95 % interval of the share of draws with the right answer must not
lie below one half for `agrees`, nor above it for `contradicts`. A level agrees when its interval between animals
meets the published range. A verdict never exceeds what was seen of the paper: where only the ordering was seen, sizes
are not compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from paget.evidence.findings import Finding, wilson

AGREES, CONTRADICTS, UNDECIDED = "agrees", "contradicts", "undecided"
NOT_SIMULATED = "not simulated"
NO_EVIDENCE_ABOVE = 0.9
"""A row that more than this share of all parameter draws gets right says nothing about the model."""


class Verdict(NamedTuple):
    """What a row comes to."""

    word: str
    reason: str


class PassRate(NamedTuple):
    """Share of parameter draws that give the right answer, with its 95 % interval."""

    rate: float
    low: float
    high: float
    draws: int


def prior_pass_rate(findings: Sequence[Finding]) -> PassRate:
    """Share of draws in which every finding of the row is right."""
    if not findings or not findings[0].draws.size:
        return PassRate(math.nan, math.nan, math.nan, 0)
    right = np.logical_and.reduce([finding.right() for finding in findings])
    hits, total = int(right.sum()), int(right.size)
    return PassRate(hits / total, *wilson(hits, total), total)


def verdict_of(findings: Sequence[Finding], overgrown: int = 0) -> Verdict:
    """The verdict on a row: all findings must agree, one that contradicts is enough to contradict.

    overgrown: animals that outgrew what can be simulated. Without them the arms cannot be compared.
    """
    if overgrown:
        return Verdict(UNDECIDED, f"{overgrown} animals grew more lesions than can be simulated")
    single = [(finding, _of_one(finding)) for finding in findings]
    for word in (CONTRADICTS, UNDECIDED):
        told = [f"{finding.name}: {verdict.reason}" for finding, verdict in single if verdict.word == word]
        if told:
            return Verdict(word, "; ".join(told))
    return Verdict(AGREES, "; ".join(dict.fromkeys(verdict.reason for _, verdict in single)))


def _of_one(finding: Finding) -> Verdict:
    if not math.isfinite(finding.value) or not all(map(math.isfinite, finding.between_animals)):
        return Verdict(UNDECIDED, "the simulated animals give no number")
    if finding.target is not None:
        return _of_level(finding, *finding.target)
    return _of_direction(finding)


def _of_level(finding: Finding, low: float, high: float) -> Verdict:
    own_low, own_high = finding.between_animals
    if finding.within and not ((low <= own_low and own_high <= high) or own_high < low or own_low > high):
        return Verdict(UNDECIDED, "the interval between animals is too wide to call the arms equal")
    if own_high < low:
        return Verdict(CONTRADICTS, "below the published range")
    if own_low > high:
        return Verdict(CONTRADICTS, "above the published range")
    return Verdict(AGREES, "the interval between animals meets the published range")


def _of_direction(finding: Finding) -> Verdict:
    assert finding.no_effect is not None
    if not all(map(math.isfinite, finding.by_seed)):
        return Verdict(UNDECIDED, "with one of the seeds the simulated animals give no number")
    signs = {_side(value, finding.no_effect) for value in finding.by_seed}
    sides = {_side(edge, finding.no_effect) for edge in finding.between_animals}
    if sides == {0}:
        return Verdict(UNDECIDED, "no animal differs between the arms")
    if len(sides) > 1 or 0 in sides:
        return Verdict(
            UNDECIDED, f"the interval between animals includes no effect (power {finding.power:.2f})"
        )
    if len(signs) > 1:
        return Verdict(UNDECIDED, "the seeds point in different directions")
    right = sides == {-1 if finding.direction == "lower" else 1}
    rate = prior_pass_rate([finding])
    if right and rate.high < 0.5:
        return Verdict(UNDECIDED, f"only {rate.rate:.0%} of the parameter draws give this direction")
    if not right and rate.low > 0.5:
        return Verdict(UNDECIDED, f"{rate.rate:.0%} of the parameter draws give the published direction")
    if right:
        return Verdict(AGREES, "the direction comes out")
    return Verdict(CONTRADICTS, "the opposite direction comes out")


def _side(value: float, null: float) -> int:
    return int(np.sign(value - null))
