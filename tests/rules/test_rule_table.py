"""The table of all rules against plain Python, and behaviours that sense rare contacts against the Poisson series."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from paget.rules.rule_table import WORKSPACE, evaluate, mean_over_contacts

CONTACT_0, CONTACT_1 = 90, 91
SIGNALS = 100
WORK = np.full(WORKSPACE, np.nan)


def by_hand(limits, rules, signals, behaviour: int) -> float:
    """One behaviour, written as in Johnson et al. 2025 and independently of the engine."""
    base, minimum, maximum = limits[behaviour]
    total = {1: 0.0, 0: 0.0}
    for owner, signal, increases, half, power in rules:
        if owner == behaviour:
            total[increases] += (signals[signal] / half) ** power
    promoted = base + (maximum - base) * total[1] / (1 + total[1])
    return promoted + (minimum - promoted) * total[0] / (1 + total[0])


def signals_with(**values: float) -> np.ndarray:
    signals = np.zeros(SIGNALS)
    for name, value in values.items():
        signals[int(name[1:])] = value
    return signals


limit = st.tuples(st.floats(0, 5), st.floats(0, 5), st.floats(0, 5))
rule = st.tuples(
    st.integers(0, 3), st.integers(0, 7), st.integers(0, 1), st.floats(0.05, 20), st.floats(0.5, 6)
)


@settings(max_examples=200)
@given(
    st.lists(limit, min_size=4, max_size=4),
    st.lists(rule, max_size=12),
    st.lists(st.floats(0, 10), min_size=8, max_size=8),
)
def test_table_is_the_formula(table_of, limits, rules, levels) -> None:
    signals, out = np.zeros(SIGNALS), np.full(192, np.nan)
    signals[:8] = levels
    evaluate(table_of(limits, rules), signals, 0, 4, out, WORK)
    expected = [by_hand(limits, rules, signals, behaviour) for behaviour in range(4)]
    assert out[:4] == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert np.isnan(out[4:]).all()


def test_planted_fault_is_seen(table_of) -> None:
    """A half-maximum off by a part in a million is seen by the comparison above."""
    limits, rules = [(1.0, 0.0, 3.0)], [(0, 2, 1, 0.5, 2.0), (0, 3, 0, 0.5, 1.0)]
    faulty = [(0, 2, 1, 0.5 * (1 + 1e-6), 2.0), rules[1]]
    signals, out = signals_with(_2=0.4, _3=0.2), np.zeros(192)
    evaluate(table_of(limits, rules), signals, 0, 1, out, WORK)
    assert out[0] == pytest.approx(by_hand(limits, rules, signals, 0), rel=1e-12)
    assert out[0] != pytest.approx(by_hand(limits, faulty, signals, 0), rel=1e-12)


def test_only_the_asked_behaviours_are_written(table_of) -> None:
    out = np.full(192, np.nan)
    evaluate(table_of([(1.0, 0, 2)] * 5, []), np.zeros(SIGNALS), 1, 3, out, WORK)
    assert out[1:3].tolist() == [1.0, 1.0]
    assert np.isnan(out[0])
    assert np.isnan(out[3:]).all()


# ---- rare contact ----------------------------------------------------------------------------------------------------


def series(limits, rules, signals, means: dict[int, float]) -> float:
    """Mean of behaviour 0 over independent Poisson numbers of contacts, by a direct sum."""
    counts = [range(int(stats.poisson.isf(1e-15, mean)) + 2) for mean in means.values()]
    total = 0.0
    for numbers in itertools.product(*counts):
        signals = signals.copy()
        weight = 1.0
        for (contact, mean), number in zip(means.items(), numbers, strict=True):
            signals[contact] = number
            weight *= stats.poisson.pmf(number, mean)
        total += weight * by_hand(limits, rules, signals, 0)
    return total


def test_rare_contact_is_not_the_response_of_the_mean(table_of) -> None:
    """At 0.05 contacts, power 4 and half-maximum 0.5 the response of the mean is about 460 times too small."""
    limits, rules = [(0.0, 0.0, 1.0)], [(0, CONTACT_0, 1, 0.5, 4.0)]
    signals = signals_with(_90=0.05)
    mean = mean_over_contacts(table_of(limits, rules), 0, signals, WORK)
    assert mean == pytest.approx(series(limits, rules, signals, {CONTACT_0: 0.05}), rel=1e-10)
    assert 400 < mean / by_hand(limits, rules, signals, 0) < 600


@settings(max_examples=60)
@given(st.floats(0, 12), st.floats(0.2, 8), st.floats(0.5, 6), st.integers(0, 1), st.floats(0, 3))
def test_one_contact_signal(
    table_of, mean: float, half: float, power: float, direction: int, level: float
) -> None:
    limits = [(1.0, 0.2, 3.0)]
    rules = [(0, CONTACT_0, direction, half, power), (0, 4, 1, 1.0, 1.0)]
    signals = signals_with(_90=mean, _4=level)
    expected = series(limits, rules, signals, {CONTACT_0: mean})
    assert mean_over_contacts(table_of(limits, rules), 0, signals, WORK) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=25)
@given(st.floats(0, 6), st.floats(0, 6), st.floats(0.5, 4), st.floats(0.5, 4))
def test_two_contact_signals(table_of, one: float, other: float, half: float, power: float) -> None:
    """One contact promotes, another inhibits; and one of them may do both."""
    limits = [(1.0, 0.0, 4.0)]
    rules = [(0, CONTACT_0, 1, half, power), (0, CONTACT_1, 0, 1.0, 2.0), (0, CONTACT_0, 0, 3.0, 1.0)]
    signals = signals_with(_90=one, _91=other)
    expected = series(limits, rules, signals, {CONTACT_0: one, CONTACT_1: other})
    assert mean_over_contacts(table_of(limits, rules), 0, signals, WORK) == pytest.approx(expected, rel=1e-9)


@settings(max_examples=60)
@given(
    st.floats(0, 4),
    st.floats(0, 4),
    st.lists(st.integers(0, 1), min_size=3, max_size=3),
    st.sampled_from([0.7, 1.0, 2.0]),
    st.floats(0, 3),
)
def test_two_contact_signals_and_others(
    table_of, one: float, other: float, directions: list[int], power: float, level: float
) -> None:
    """Whatever promotes and inhibits, and whichever of the two is the more frequent contact."""
    limits = [(1.0, 0.2, 4.0)]
    rules = [
        (0, CONTACT_0, directions[0], 3.0, power),
        (0, CONTACT_1, directions[1], 1.5, 1.0),
        (0, 5, directions[2], 2.0, 1.0),
    ]
    signals = signals_with(_90=one, _91=other, _5=level)
    expected = series(limits, rules, signals, {CONTACT_0: one, CONTACT_1: other})
    mean = mean_over_contacts(table_of(limits, rules), 0, signals, WORK)
    assert mean == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("half", [1e-160, 1e160])
def test_two_contact_signals_at_the_ends_of_the_response(table_of, half: float) -> None:
    """A signal far above or far below its half-maximum: the response is complete, or there is none."""
    limits = [(1.0, 0.5, 4.0)]
    rules = [(0, CONTACT_0, 1, half, 2.0), (0, CONTACT_1, 1, 1.0, 1.0), (0, CONTACT_0, 0, half, 1.0)]
    signals = signals_with(_90=0.3, _91=0.8)
    mean = mean_over_contacts(table_of(limits, rules), 0, signals, WORK)
    alone = mean_over_contacts(table_of(limits, rules[1:2]), 0, signals, WORK)
    met = 1.0 - np.exp(-0.3) if half < 1.0 else 0.0
    assert mean == pytest.approx(met * 0.5 + (1.0 - met) * alone, rel=1e-11)


def test_no_contacts_is_the_response_without_signal(table_of) -> None:
    table = table_of([(1.5, 0.0, 4.0)], [(0, CONTACT_0, 1, 1.0, 2.0)])
    assert mean_over_contacts(table, 0, np.zeros(SIGNALS), WORK) == 1.5


def test_linear_response_of_many_contacts_approaches_that_of_the_mean(table_of) -> None:
    """At 12 contacts the Poisson law is narrow: the mean response is 2 % below the response of the mean."""
    limits, rules = [(0.0, 0.0, 1.0)], [(0, CONTACT_0, 1, 12.0, 1.0)]
    mean = mean_over_contacts(table_of(limits, rules), 0, signals_with(_90=12.0), WORK)
    assert mean == pytest.approx(0.5, rel=0.03)
    assert mean < 0.5  # concave
