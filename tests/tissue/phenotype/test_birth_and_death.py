"""Clones that divide and die at constant rates, against the exact law of their size.

Each cell dies with chance p in a step and otherwise divides with chance q: a Galton-Watson process with offspring law
(p, (1 - p)(1 - q), (1 - p) q) on 0, 1, 2, whose sizes after n steps have the n-fold iterate of its generating
function. For short steps this is the linear birth-death process.

Statistical checks. Null: clone sizes have this law. Statistics: chi-square over sizes, z of the mean, z of the
variance. False-alarm rate 1e-3 each, fixed seed; a division rate 10 % too high must be caught.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from paget.tissue.cells import DEAD
from paget.tissue.definition import CellType, Death, Definition

BIRTH, DEATH, STEP, STEPS = 0.004, 0.0015, 6.0, 60
CLONES, LARGEST = 3000, 256
BRIEF = Death((1e-9,), (True,), 0.0, 0.0, 0.0, 0.0)


def size_law(birth: float, death: float, step: float, steps: int, linear: bool) -> np.ndarray:
    """Probability of each number of living cells of a clone, 0 .. LARGEST - 1."""
    p, q = (rate * step if linear else -math.expm1(-rate * step) for rate in (death, birth))
    roots = np.exp(2j * np.pi * np.arange(LARGEST) / LARGEST)
    values = roots
    for _ in range(steps):
        values = p + (1 - p) * (1 - q) * values + (1 - p) * q * values**2
    return np.maximum(np.fft.fft(values).real / LARGEST, 0.0)


def clone_sizes(phenotype, birth: float, linear: bool) -> np.ndarray:
    """Living cells of every clone after the steps."""
    cell_type = CellType(
        "cell", 0, phenotype.LIVE, {"exit from cycle phase 0": birth, "apoptosis": DEATH}, apoptosis=BRIEF
    )
    definition = Definition(phenotype.BOX, (), (cell_type,), custom={"clone": False})
    labels = {"custom:clone": np.arange(CLONES, dtype=float)}
    tissue = phenotype.Tissue(definition, [0] * CLONES, arrays=(), **labels)
    tissue.step(STEPS, STEP, linear)
    living = (tissue.cells["flags"] & DEAD) == 0
    return np.bincount(tissue.column("custom:clone")[living].astype(int), minlength=CLONES)


def chi_square(sizes: np.ndarray, law: np.ndarray) -> float:
    """p value that clones have the law, sizes of fewer than 20 expected clones pooled at the top."""
    top = int(np.flatnonzero(CLONES * np.cumsum(law[::-1])[::-1] > 20.0)[-1])
    expected = CLONES * np.append(law[:top], law[top:].sum())
    seen = np.bincount(np.minimum(sizes, top), minlength=top + 1)
    return float(stats.chisquare(seen, expected * CLONES / expected.sum()).pvalue)


@pytest.mark.parametrize("linear", [False, True])
def test_clone_sizes_have_the_exact_law(phenotype, linear: bool) -> None:
    law = size_law(BIRTH, DEATH, STEP, STEPS, linear)
    sizes = clone_sizes(phenotype, BIRTH, linear)
    assert chi_square(sizes, law) > 1e-3
    mean, second, third, fourth = (float((np.arange(LARGEST) ** k * law).sum()) for k in (1, 2, 3, 4))
    variance = second - mean**2
    central = fourth - 4 * mean * third + 6 * mean**2 * second - 3 * mean**4
    assert abs(sizes.mean() - mean) < 3.29 * math.sqrt(variance / CLONES)
    assert abs(sizes.var() - variance) < 3.29 * math.sqrt((central - variance**2) / CLONES)


def test_planted_fault_is_seen(phenotype) -> None:
    sizes = clone_sizes(phenotype, 1.1 * BIRTH, False)
    assert chi_square(sizes, size_law(BIRTH, DEATH, STEP, STEPS, False)) < 1e-3


def test_short_steps_give_the_linear_birth_death_process() -> None:
    """Mean exp((b - d) t); variance (b + d)/(b - d) m (m - 1): the law above is within O(step) of both."""
    time = STEP * STEPS
    mean = math.exp((BIRTH - DEATH) * time)
    variance = (BIRTH + DEATH) / (BIRTH - DEATH) * mean * (mean - 1)
    errors = []
    for steps in (600, 1200):
        law = size_law(BIRTH, DEATH, time / steps, steps, False)
        n = np.arange(LARGEST)
        first = float((n * law).sum())
        errors.append([first - mean, float((n**2 * law).sum()) - first**2 - variance])
    ratio = np.array(errors[0]) / np.array(errors[1])
    assert ratio == pytest.approx(2.0, rel=0.05)
    assert max(abs(error) for error in errors[1]) < 0.05
