"""Keyed random numbers against published vectors and against their laws.

Statistical checks. Null: the sampler follows the stated law. Statistic: Pearson's chi-square over cells of expected
count >= 20, or Kolmogorov-Smirnov for continuous laws. False-alarm rate: 1e-4 per check; seeds are fixed, so a check
that passes once passes always. Every family has a planted fault that the same check must catch.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from paget.compiled import kernel
from paget.keyed_random import (
    LARGEST_COUNT,
    Purpose,
    binomial,
    daughter_lineage,
    exponential,
    gamma,
    multinomial,
    negative_binomial,
    new_generator,
    normal,
    philox,
    poisson,
    seek,
    subject_key,
    uniform,
    uniform_at,
)

FALSE_ALARM = 1e-4
SAMPLES = 40_000


@kernel
def _fill_binomial(generator, n, p, out):
    for index in range(out.shape[0]):
        out[index] = binomial(generator, n, p)


@kernel
def _fill_poisson(generator, mean, out):
    for index in range(out.shape[0]):
        out[index] = poisson(generator, mean)


@kernel
def _fill_negative_binomial(generator, size, success, out):
    for index in range(out.shape[0]):
        out[index] = negative_binomial(generator, size, success)


@kernel
def _fill_continuous(generator, which, shape, out):
    for index in range(out.shape[0]):
        if which == 0:
            out[index] = uniform(generator)
        elif which == 1:
            out[index] = normal(generator)
        elif which == 2:
            out[index] = exponential(generator)
        else:
            out[index] = gamma(generator, shape)


@kernel
def _fill_lineages(generator, key, purpose, tick, out):
    for lineage in range(out.shape[0]):
        seek(generator, key, purpose, tick, lineage)
        out[lineage] = uniform(generator)


def _generator(name: str) -> np.ndarray:
    generator = new_generator()
    seek(generator, subject_key(20260101, name, 1), Purpose.ASSAY, 7, 0)
    return generator


def _chi_square_p(counts: np.ndarray, law) -> float:
    """p value of integer samples under a frozen scipy law; about 40 cells of nearly equal probability."""
    edges = np.unique(law.ppf(np.linspace(0, 1, 41)[1:-1]))
    probability = np.diff(np.concatenate([[0.0], law.cdf(edges), [1.0]]))
    keep = probability * counts.size >= 20
    observed = np.bincount(np.searchsorted(edges, counts, side="left"), minlength=probability.size)
    observed = np.append(observed[keep], observed[~keep].sum())
    expected = np.append(probability[keep], probability[~keep].sum()) * counts.size
    if expected[-1] < 20:  # what is too rare for a cell of its own joins its neighbour
        observed, expected = (
            np.append(observed[:-2], observed[-2:].sum()),
            np.append(expected[:-2], expected[-2:].sum()),
        )
    statistic = ((observed - expected) ** 2 / expected).sum()
    return float(stats.chi2.sf(statistic, len(expected) - 1))


def _words(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


@pytest.mark.parametrize(
    "counter, key, expected",
    [
        ("0 0 0 0", "0 0", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        (
            "ffffffff ffffffff ffffffff ffffffff",
            "ffffffff ffffffff",
            "408f276d 41c83b0e a20bc7c6 6d5451fd",
        ),
        (
            "243f6a88 85a308d3 13198a2e 03707344",
            "a4093822 299f31d0",
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
)
def test_philox_gives_the_published_vectors(counter: str, key: str, expected: str) -> None:
    """Known-answer vectors of Random123 (philox4x32, 10 rounds)."""
    c, k = _words(counter), _words(key)
    low, high = philox(
        np.uint64(c[0] | c[1] << 32), np.uint64(c[2] | c[3] << 32), np.uint64(k[0] | k[1] << 32)
    )
    words = [int(low) & 0xFFFFFFFF, int(low) >> 32, int(high) & 0xFFFFFFFF, int(high) >> 32]
    assert words == _words(expected)


def test_the_counter_is_purpose_tick_lineage_block() -> None:
    """The first two uniforms of a question are the two words of the block that the documentation states."""
    generator, key = new_generator(), subject_key(1, "control", 2, 3)
    seek(generator, key, Purpose.WALK, 99, 12345)
    drawn = [uniform(generator) for _ in range(4)]
    counter = (int(Purpose.WALK) << 24 | 99) << 32
    blocks = [philox(np.uint64(counter + block), np.uint64(12345), key) for block in (0, 1)]
    assert drawn == [((int(word) >> 11) | 1) * 2.0**-53 for block in blocks for word in block]


def test_purposes_are_distinct_and_fit_their_byte() -> None:
    values = [int(purpose) for purpose in Purpose]
    assert len(values) == len(set(values))
    assert min(values) > 0
    assert max(values) < 256
    frozen = {
        "SUBJECT_DRAW": 1,
        "BIRTH_DEATH": 6,
        "WALK": 11,
        "LADDER": 15,
        "RANDOMISATION": 21,
        "WEIGHT": 22,
    }
    assert {name: int(Purpose[name]) for name in frozen} == frozen


def test_keys_are_stable_and_distinct() -> None:
    assert subject_key(1, "control", 1) == subject_key(1, "control", 1, 0)
    questions = [
        (s, a, i, d) for s in (0, 1) for a in ("control", "twin", "é") for i in (1, 11) for d in (0, 1)
    ]
    assert len({int(subject_key(*question)) for question in questions}) == len(questions)
    assert int(subject_key(1, "control", 1)) == 16625471017006782752  # keys never change


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1), st.integers(1, 200), st.integers(0, 2**24 - 1))
def test_a_number_depends_on_what_is_asked_not_when(key: int, lineage: int, purpose: int, tick: int) -> None:
    one, other = new_generator(), new_generator()
    seek(one, np.uint64(key), purpose, tick, lineage)
    expected = [uniform(one), uniform(one), normal(one)]
    seek(other, np.uint64(key), purpose, tick ^ 1, lineage)
    for _ in range(3):  # an odd number of words leaves a spare that must not leak
        uniform(other)
    seek(other, np.uint64(key), purpose, tick, lineage)
    assert [uniform(other), uniform(other), normal(other)] == expected


def test_streams_of_neighbouring_questions_are_uncorrelated() -> None:
    """Null: correlation 0 between any two streams that differ in one part of the question.

    Statistic: sqrt(n) r, compared with a normal; 10 pairs, false-alarm rate 1e-4 for all together. Planted fault: a
    stream compared with itself shifted by no lineage at all.
    """
    n = 20_000
    base, limit = _lineage_stream(n), stats.norm.isf(FALSE_ALARM / 20)
    others = [
        _lineage_stream(n, tick=6),
        _lineage_stream(n, tick=5 + 2**23),
        _lineage_stream(n, purpose=Purpose.LADDER),
        _lineage_stream(n, animal=2),
        _lineage_stream(n, arm="treated"),
        _lineage_stream(n, draw=1),
        _lineage_stream(n, seed=5),
        np.roll(base, 1),
        np.roll(base, 2),
        np.roll(base, 64),
    ]
    for other in others:
        assert abs(np.corrcoef(base, other)[0, 1]) * np.sqrt(n) < limit
    assert abs(np.corrcoef(base, _lineage_stream(n))[0, 1]) * np.sqrt(n) > limit
    assert stats.kstest(base, "uniform").pvalue > FALSE_ALARM


def _lineage_stream(
    n, *, seed=4, arm="control", animal=1, draw=0, purpose=Purpose.WALK, tick=5
) -> np.ndarray:
    out = np.empty(n)
    _fill_lineages(new_generator(), subject_key(seed, arm, animal, draw), int(purpose), tick, out)
    return out


def test_daughter_lineages_differ_by_parent_and_division() -> None:
    ids = {int(daughter_lineage(parent, division)) for parent in range(50) for division in range(50)}
    assert len(ids) == 2500


CONTINUOUS = [
    (0, 0.0, stats.uniform()),
    (1, 0.0, stats.norm()),
    (2, 0.0, stats.expon()),
    (3, 0.3, stats.gamma(0.3)),
    (3, 1.0, stats.gamma(1.0)),
    (3, 7.5, stats.gamma(7.5)),
    (3, 1e5, stats.gamma(1e5)),
]


@pytest.mark.parametrize("which, shape, law", CONTINUOUS)
def test_continuous_laws(which: int, shape: float, law) -> None:
    out = np.empty(SAMPLES)
    _fill_continuous(_generator("continuous"), which, shape, out)
    assert stats.kstest(out, law.cdf).pvalue > FALSE_ALARM
    assert stats.kstest(out * 1.03 + 0.01, law.cdf).pvalue < FALSE_ALARM  # planted fault


def test_uniform_is_open() -> None:
    assert ((0 >> 11) | 1) * 2.0**-53 > 0.0
    assert float(((2**64 - 1) >> 11) | 1) * 2.0**-53 < 1.0


BINOMIALS = [
    (1, 0.3),
    (2, 0.7),
    (3, 0.4),  # the most that are drawn one by one
    (4, 0.4),
    (7, 0.5),
    (20, 0.45),
    (30, 0.9),
    (300, 0.02),
    (25, 0.4),  # mean 10: the smallest of the rejection method
    (100, 0.5),
    (1000, 0.97),
    (10**6, 1e-6),
    (10**6, 0.3),
    (999_999_999, 0.4),
    (3 * 10**9, 2e-9),
    (10**12, 1e-10),
    (10**13, 0.5),
]


@pytest.mark.parametrize("n, p", BINOMIALS)
def test_binomial(n: int, p: float) -> None:
    out = np.empty(SAMPLES, dtype=np.int64)
    _fill_binomial(_generator("binomial"), n, p, out)
    assert out.min() >= 0
    assert out.max() <= n
    assert _chi_square_p(out, stats.binom(n, p)) > FALSE_ALARM


@pytest.mark.parametrize("n, p", [(20, 0.45), (300, 0.02), (1000, 0.3), (10**6, 0.01)])
def test_binomial_planted_fault(n: int, p: float) -> None:
    """A probability off by 3 % is caught with ten times the samples."""
    out = np.empty(10 * SAMPLES, dtype=np.int64)
    _fill_binomial(_generator("binomial fault"), n, p * 1.03, out)
    assert _chi_square_p(out, stats.binom(n, p)) < FALSE_ALARM


@pytest.mark.parametrize("mean", [0.05, 1.0, 9.99, 10.0, 31.7, 1e3, 1e6, 9.9e8, 1e11])
def test_poisson(mean: float) -> None:
    out = np.empty(SAMPLES, dtype=np.int64)
    _fill_poisson(_generator("poisson"), mean, out)
    law = stats.poisson(mean) if mean < 1e10 else stats.norm(mean, np.sqrt(mean))  # beyond scipy's quantiles
    assert _chi_square_p(out, law) > FALSE_ALARM


@pytest.mark.parametrize("mean", [1.0, 31.7, 1e4])
def test_poisson_planted_fault(mean: float) -> None:
    out = np.empty(10 * SAMPLES, dtype=np.int64)
    _fill_poisson(_generator("poisson fault"), mean * 1.03, out)
    assert _chi_square_p(out, stats.poisson(mean)) < FALSE_ALARM


NEGATIVE_BINOMIALS = [(1.0, 0.5), (1.0, 0.02), (3.0, 0.9), (0.4, 0.1), (50.0, 0.5), (1e4, 0.999), (1e6, 0.7)]


@pytest.mark.parametrize("size, success", NEGATIVE_BINOMIALS)
def test_negative_binomial(size: float, success: float) -> None:
    out = np.empty(SAMPLES, dtype=np.int64)
    _fill_negative_binomial(_generator("negative binomial"), size, success, out)
    assert _chi_square_p(out, stats.nbinom(size, success)) > FALSE_ALARM


@pytest.mark.parametrize("size, success", [(3.0, 0.9), (50.0, 0.5)])
def test_negative_binomial_planted_fault(size: float, success: float) -> None:
    out = np.empty(10 * SAMPLES, dtype=np.int64)
    _fill_negative_binomial(_generator("negative binomial fault"), size * 1.03, success, out)
    assert _chi_square_p(out, stats.nbinom(size, success)) < FALSE_ALARM


def test_multinomial_margins_and_sum() -> None:
    """Each margin is binomial (chi-square at 1e-4 each) and nothing is lost; a shifted margin is caught."""
    shares = np.array([0.5, 0.0, 0.2, 0.3])
    table, generator = np.empty((20_000, 4), dtype=np.int64), _generator("multinomial")
    for row in table:
        assert multinomial(generator, 40, shares, row) == 0
    assert (table.sum(axis=1) == 40).all()
    for column in (0, 2, 3):
        assert _chi_square_p(table[:, column], stats.binom(40, shares[column])) > FALSE_ALARM
    assert not table[:, 1].any()
    assert np.corrcoef(table[:, 0], table[:, 3])[0, 1] == pytest.approx(-np.sqrt(0.3 / 0.7), abs=0.03)
    assert _chi_square_p(table[:, 0], stats.binom(40, shares[0] * 1.03)) < FALSE_ALARM


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_multinomial_of_few(n: int) -> None:
    """All joint outcomes, an unnamed fate among them, against the multinomial law; one wrong probability is caught."""
    shares, samples = np.array([0.45, 0.0, 0.25, 0.1]), 200_000
    generator, table = _generator("few"), np.empty((samples, 5), dtype=np.int64)
    for row in table:
        row[4] = multinomial(generator, n, shares, row[:4])
    assert (table.sum(axis=1) == n).all()
    outcomes, counts = np.unique(table, axis=0, return_counts=True)

    def p_value(first: float) -> float:
        law = stats.multinomial(n, [first, 0.0, 0.25, 0.1, 0.65 - first])
        expected = samples * law.pmf(outcomes)
        assert expected.sum() == pytest.approx(samples)
        return float(stats.chisquare(counts, expected).pvalue)

    assert p_value(0.45) > FALSE_ALARM
    assert p_value(0.46) < FALSE_ALARM


def test_few_that_must_all_be_named_are() -> None:
    """Shares that add up to one but for rounding leave nobody over, and none to a class of no share."""
    shares, out = np.array([0.1] * 10 + [0.0]), np.zeros(11, dtype=np.int64)
    generator = _generator("all of few")
    for _ in range(20_000):
        assert multinomial(generator, 2, shares, out) == 0
        assert out.sum() == 2
        assert out[10] == 0


def test_multinomial_returns_the_unnamed_fate() -> None:
    out = np.zeros(2, dtype=np.int64)
    left = multinomial(_generator("unnamed"), 10_000_000, np.array([0.25, 0.25]), out)
    assert left + out.sum() == 10_000_000
    assert left == pytest.approx(5_000_000, rel=0.01)


@given(st.integers(-3, 10**15), st.floats(-0.1, 1.1))
def test_binomial_stays_in_range(n: int, p: float) -> None:
    count = binomial(_generator("range"), n, p)
    assert 0 <= count <= max(n, 0)


@pytest.mark.parametrize(
    "n, p, expected",
    [(0, 0.5, 0), (-2, 0.5, 0), (9, 0.0, 0), (9, -1.0, 0), (9, 1.0, 9), (9, 1.5, 9), (9, np.nan, 0)],
)
def test_binomial_edges(n: int, p: float, expected: int) -> None:
    assert binomial(_generator("edge"), n, p) == expected


def test_other_edges_and_clipping() -> None:
    generator = _generator("edges")
    assert [poisson(generator, mean) for mean in (0.0, -1.0, np.nan)] == [0, 0, 0]
    assert poisson(generator, 1e30) == LARGEST_COUNT
    assert [negative_binomial(generator, size, 0.5) for size in (0.0, -1.0)] == [0, 0]
    assert negative_binomial(generator, 3.0, 1.0) == 0
    assert negative_binomial(generator, 3.0, 0.0) == LARGEST_COUNT
    assert gamma(generator, 0.0) == 0.0
    large = binomial(generator, LARGEST_COUNT, 0.25)
    assert large / LARGEST_COUNT == pytest.approx(0.25, rel=1e-6)


@pytest.mark.parametrize("draw", range(5))
def test_a_single_answer_is_the_one_that_a_sought_generator_gives(draw: int) -> None:
    key = subject_key(3, "arm", 1)
    generator = new_generator()
    seek(generator, key, Purpose.CELL_EVENT, 17, np.uint64(2**63 + 5))
    answers = [uniform(generator) for _ in range(draw + 1)]
    assert uniform_at(key, Purpose.CELL_EVENT, 17, np.uint64(2**63 + 5), draw) == answers[draw]
