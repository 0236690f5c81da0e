"""Keyed random numbers: a number depends on what is asked, never on what was asked before.

The generator is Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC11): a block cipher that turns a 128-bit
counter under a 64-bit key into 128 random bits. The key names the subject (seed, arm, animal, parameter
draw); the counter names the question:

    word 0    block     number of the block within one question, counts up by itself
    word 1    purpose (8 bits) and tick (24 bits): what for, and when (absolute time, not a step count)
    word 2-3  lineage   64 bits: which lesion, group, site or cell

In a kernel one small array carries the state; `seek` puts the question, the samplers below draw answers:

    seek(generator, key, Purpose.SHEDDING, tick, lineage)
    shed = poisson(generator, mean)

Adding an arm, an animal or a lesion therefore changes no other number. Samplers are exact (inversion for
small means, Hormann's transformed rejection for large ones); where the smaller of the two outcomes has a
variance above 1e9 a rounded, clipped normal is used, whose relative error is below 1e-5. Nothing here uses
numpy.random.
"""

from __future__ import annotations

import hashlib
import math
from enum import IntEnum

import numpy as np

from paget.compiled import kernel, law

GENERATOR_LENGTH = 8
"""Words of the state array: key, block with purpose and tick, lineage, spare word, spare flag; the rest is reserved."""

LARGEST_COUNT = 1 << 62
"""Counts are clipped here (4.6e18), so that sums of two never overflow 64 bits."""

NORMAL_ABOVE = 1.0e9
"""Variance of a count above which the rounded normal replaces the exact sampler."""

FEW_TRIALS = 3
"""Trials up to which a count is drawn one by one."""


class Purpose(IntEnum):
    """Every use of a random number in Paget, listed once. Values are part of results: never renumber, only append."""

    SUBJECT_DRAW = 1  # differences between animals of one arm
    PARAMETER_DRAW = 2  # uncertain numbers of a parameter draw
    INOCULATION = 3  # cells delivered
    TAKE = 4  # inoculated cells that take
    STAGE_MOVES = 5  # moves between stages of the cycle and of damage
    BIRTH_DEATH = 6  # births and deaths of a lesion over a step
    STROMA = 7  # recruitment and loss of non-tumour cells
    SHEDDING = 8  # aggregates that leave a lesion
    COHESION = 9  # number of tumour cells in an aggregate
    PARTNERS = 10  # leukocytes that travel with an aggregate
    WALK = 11  # the walk through the vascular graph
    ARREST_POOL = 12  # arrested cells: exit, death, waking
    DORMANT_POOL = 13  # cells asleep in an organ
    WAKING = 14  # cells that wake
    LADDER = 15  # a woken group on the ladder of precarious sizes
    GRADUATION = 16  # a group that becomes a lesion
    SURGERY = 17  # what a resection leaves behind
    BLOOD_DRAW = 18  # cells in a sample of blood
    ASSAY = 19  # error of a measurement
    CANDIDATE = 20  # candidates for enrolment
    RANDOMISATION = 21  # allocation to arms
    WEIGHT = 22  # body weight
    MARROW = 23  # leukocytes released from the marrow
    HAZARD = 24  # death of the subject
    MOTILITY = 25  # tissue engine: direction and speed of a crawling cell
    CELL_EVENT = 26  # tissue engine: division, death, phase change of a cell
    CONTACT = 27  # tissue engine: attack, fusion, phagocytosis among neighbours
    PLACEMENT = 28  # tissue engine: where cells are put, orientation of division
    PRIORITY = 29  # not used: rivals come in the order of the times of their events (CONTACT)
    INFERENCE = 30  # resampling in the statistics of a trial
    SEARCH = 31  # fits, screens and sweeps
    SITE_DRAW = 32  # differences between organs or lesions of one subject
    TRANSFORMATION = 33  # tissue engine: a cell becomes one of another type
    DIVISION = 34  # tissue engine: direction in which daughters part, type of an asymmetric daughter
    ATTACHMENT = 35  # tissue engine: springs that form and break
    RECRUITMENT = 36  # tissue engine: cells that enter through vessels
    DRUG_DAMAGE = 37  # tissue engine: a drug damages a cycling cell, a damaged cell dies


def subject_key(seed: int, arm: str, animal: int, draw: int = 0) -> np.uint64:
    """Key of one subject: a stable 64-bit hash of seed, arm name (or `twin`), animal number and parameter draw."""
    text = "\x1f".join((str(int(seed)), arm, str(int(animal)), str(int(draw))))
    digest = hashlib.blake2b(text.encode("utf-8"), digest_size=8, person=b"paget subject").digest()
    return np.uint64(int.from_bytes(digest, "little"))


def new_generator() -> np.ndarray:
    """A state array (uint64, GENERATOR_LENGTH); `seek` before the first draw."""
    return np.zeros(GENERATOR_LENGTH, dtype=np.uint64)


# ---- Philox4x32-10 -------------------------------------------------------------------------------------------------

_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)


@law
def philox(counter_low, counter_high, key):
    """128 random bits, as two uint64, for a 128-bit counter (two uint64) under a 64-bit key (uint64)."""
    c0, c1 = counter_low & _LOW, counter_low >> _32
    c2, c3 = counter_high & _LOW, counter_high >> _32
    k0, k1 = key & _LOW, key >> _32
    for _ in range(10):
        product_0, product_1 = _MULTIPLIER_0 * c0, _MULTIPLIER_1 * c2
        c0, c1 = (product_1 >> _32) ^ c1 ^ k0, product_1 & _LOW
        c2, c3 = (product_0 >> _32) ^ c3 ^ k1, product_0 & _LOW
        k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    return c0 | (c1 << _32), c2 | (c3 << _32)


@law
def uniform_at(key, purpose, tick, lineage, draw):
    """Uniform in (0, 1) for one question, without a state array: number `draw` (0, 1, 2 ...) of its answers.

    The same number as the draw-th `uniform` after `seek(generator, key, purpose, tick, lineage)`.
    """
    question = (np.uint64(purpose) << np.uint64(24)) | (np.uint64(tick) & np.uint64(0xFFFFFF))
    block = np.uint64(draw) >> np.uint64(1)
    first, second = philox((question << _32) + block, np.uint64(lineage), np.uint64(key))
    word = second if draw & 1 else first
    return float((word >> np.uint64(11)) | np.uint64(1)) * 1.1102230246251565e-16


@law
def daughter_lineage(parent, division):
    """Lineage id (uint64) of what descends from `parent` as its `division`-th offspring: a hash of both."""
    first, _ = philox(np.uint64(parent), np.uint64(division), np.uint64(0x50616765746C696E))
    return first


@kernel
def seek(generator, key, purpose, tick, lineage):
    """Put a question: who (key), what for (purpose), when (tick < 2**24) and which lesion, group or site (lineage)."""
    question = (np.uint64(purpose) << np.uint64(24)) | (np.uint64(tick) & np.uint64(0xFFFFFF))
    generator[0] = np.uint64(key)
    generator[1] = question << _32
    generator[2] = np.uint64(lineage)
    generator[4] = np.uint64(0)


@kernel
def next_word(generator):
    """The next 64 random bits; a Philox block gives two words, the second waits in the state."""
    if generator[4] != np.uint64(0):
        generator[4] = np.uint64(0)
        return generator[3]
    first, second = philox(generator[1], generator[2], generator[0])
    generator[1] += np.uint64(1)
    generator[3] = second
    generator[4] = np.uint64(1)
    return first


# ---- continuous laws ------------------------------------------------------------------------------------------------


@kernel
def uniform(generator):
    """Uniform in the open interval (0, 1): odd multiples of 2**-53."""
    return float((next_word(generator) >> np.uint64(11)) | np.uint64(1)) * 1.1102230246251565e-16


@kernel
def normal(generator):
    """Standard normal (Box and Muller, one branch: two uniforms a number, no state to carry)."""
    radius = math.sqrt(-2.0 * math.log(uniform(generator)))
    return radius * math.cos(2.0 * math.pi * uniform(generator))


@kernel
def exponential(generator):
    """Exponential of mean 1."""
    return -math.log(uniform(generator))


@kernel
def gamma(generator, shape):
    """Gamma of the given shape and scale 1 (Marsaglia and Tsang 2000); shape <= 0 gives 0."""
    if shape <= 0.0:
        return 0.0
    boost = 1.0
    if shape < 1.0:
        boost = math.exp(math.log(uniform(generator)) / shape)
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = normal(generator)
        v = 1.0 + c * x
        if v <= 0.0:
            continue
        v = v * v * v
        u = uniform(generator)
        if u < 1.0 - 0.0331 * x * x * x * x or math.log(u) < 0.5 * x * x + d * (1.0 - v + math.log(v)):
            return boost * d * v


# ---- counts ---------------------------------------------------------------------------------------------------------


@law
def stirling_tail(k):
    """ln k! minus Stirling's formula for it: ln k! - [(k + 1/2) ln(k + 1) - (k + 1) + ln(2 pi)/2]."""
    x = k + 1.0
    if x < 8.0:  # few calls come here: the mode of a large-mean law is large
        return math.lgamma(x) - ((x - 0.5) * math.log(x) - x + 0.9189385332046727)
    y = 1.0 / (x * x)
    return (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - y / 1680.0) * y) * y) / x


@kernel
def rounded_normal(generator, mean, variance, largest):
    """A normal rounded to an integer count and clipped to [0, largest] (int64)."""
    value = mean + math.sqrt(variance) * normal(generator) + 0.5
    if not value >= 1.0:
        return np.int64(0)
    if value >= float(largest):
        return np.int64(largest)
    return np.int64(value)


@kernel
def poisson(generator, mean):
    """Poisson count (int64) of the given mean; mean <= 0 gives 0, above 1e9 a rounded normal."""
    if not mean > 0.0:
        return np.int64(0)
    if mean < 10.0:
        return _poisson_by_inversion(generator, mean)
    if mean > NORMAL_ABOVE:
        return rounded_normal(generator, mean, mean, LARGEST_COUNT)
    return _poisson_by_rejection(generator, mean)


@kernel
def _poisson_by_inversion(generator, mean):
    left = uniform(generator)
    probability = math.exp(-mean)
    count = 0
    while left > probability and count < 200:  # P(X > 200) < 1e-180 below mean 10
        left -= probability
        count += 1
        probability *= mean / count
    return np.int64(count)


@kernel
def _poisson_by_rejection(generator, mean):
    """PTRS (Hormann 1993, Insurance: Mathematics and Economics 12): transformed rejection, mean >= 10."""
    b = 0.931 + 2.53 * math.sqrt(mean)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)
    squeeze = 0.9277 - 3.6224 / (b - 2.0)
    while True:
        u = uniform(generator) - 0.5
        v = uniform(generator)
        s = 0.5 - abs(u)
        k = math.floor((2.0 * a / s + b) * u + mean + 0.43)
        if s >= 0.07 and v <= squeeze:
            return np.int64(k)
        if k < 0.0 or (s < 0.013 and v > s):
            continue
        if math.log(v * inverse_alpha / (a / (s * s) + b)) <= _log_poisson(mean, k):
            return np.int64(k)


@law
def _log_poisson(mean, k):
    """ln of the Poisson probability of k, written so that no two large numbers are subtracted."""
    log_factorial_rest = 0.9189385332046727 + 0.5 * math.log(k + 1.0) + stirling_tail(k)
    return k * math.log(mean / (k + 1.0)) + (k + 1.0 - mean) - log_factorial_rest


@kernel
def binomial(generator, n, p):
    """Binomial count (int64) of n trials (int64) of probability p; p is clipped to [0, 1], n <= 0 gives 0."""
    if n <= 0 or not p > 0.0:
        return np.int64(0)
    if p >= 1.0:
        return np.int64(n)
    if p > 0.5:
        return np.int64(n) - _binomial_half(generator, np.int64(n), 1.0 - p)
    return _binomial_half(generator, np.int64(n), p)


@kernel
def _binomial_half(generator, n, p):
    """Binomial for 0 < p <= 1/2."""
    if n <= FEW_TRIALS:
        return _binomial_of_few(generator, n, p)
    mean = n * p
    if mean < 10.0:
        return _binomial_by_inversion(generator, n, p)
    if mean * (1.0 - p) > NORMAL_ABOVE:
        return rounded_normal(generator, mean, mean * (1.0 - p), n)
    return _binomial_by_rejection(generator, n, p)


@kernel
def _binomial_of_few(generator, n, p):
    """Trial by trial: a uniform each is quicker than the powers that inversion needs."""
    count = 0
    for _ in range(n):
        if uniform(generator) < p:
            count += 1
    return np.int64(count)


@kernel
def _binomial_by_inversion(generator, n, p):
    left = uniform(generator)
    odds = p / (1.0 - p)
    probability = math.exp(n * math.log1p(-p))
    last = min(n, 200)  # P(X > 200) < 1e-180 below mean 10
    count = 0
    while left > probability and count < last:
        left -= probability
        count += 1
        probability *= odds * ((n - count + 1.0) / count)
    return np.int64(count)


@kernel
def _binomial_by_rejection(generator, n, p):
    """BTRS (Hormann 1993, J. Stat. Comput. Simul. 46): transformed rejection, n p >= 10, p <= 1/2."""
    size = float(n)
    odds = p / (1.0 - p)
    deviation = math.sqrt(size * p * (1.0 - p))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * p
    centre = size * p + 0.5
    squeeze = 0.92 - 4.2 / b
    while True:
        u = uniform(generator) - 0.5
        v = uniform(generator)
        s = 0.5 - abs(u)
        k = math.floor((2.0 * a / s + b) * u + centre)
        if s >= 0.07 and v <= squeeze:
            return np.int64(k)
        if k < 0.0 or k > size:
            continue
        alpha = (2.83 + 5.1 / b) * deviation
        if math.log(v * alpha / (a / (s * s) + b)) <= _log_binomial_ratio(size, odds, p, k):
            return np.int64(k)


@law
def _log_binomial_ratio(size, odds, p, k):
    """ln of the probability of k over that of the mode; log1p keeps the digits when `size` is large."""
    mode = math.floor((size + 1.0) * p)
    rest = size - k + 1.0
    return (
        (mode + 0.5) * math.log((mode + 1.0) / (odds * (size - mode + 1.0)))
        + (size + 1.0) * math.log1p((k - mode) / rest)
        + (k + 0.5) * math.log(odds * rest / (k + 1.0))
        + (stirling_tail(mode) + stirling_tail(size - mode) - stirling_tail(k) - stirling_tail(size - k))
    )


@kernel
def negative_binomial(generator, size, success):
    """Failures (int64) before the `size`-th success (real size > 0), each trial succeeding with `success`."""
    if not size > 0.0 or success >= 1.0:
        return np.int64(0)
    odds = (1.0 - success) / success
    mean = size * odds
    if not mean < 4.0e18:
        return np.int64(LARGEST_COUNT)
    if mean < 10.0:
        return _negative_binomial_by_inversion(generator, size, success)
    return poisson(generator, gamma(generator, size) * odds)


@kernel
def _negative_binomial_by_inversion(generator, size, success):
    left = uniform(generator)
    failure = 1.0 - success
    probability = math.exp(size * math.log1p(-failure))
    count = 0
    while left > probability and probability > 1e-18 * left:
        left -= probability
        probability *= failure * (size + count) / (count + 1.0)
        count += 1
    return np.int64(count)


@kernel
def multinomial(generator, n, probabilities, out):
    """Share n (int64) over classes of the given probabilities, by conditional binomials, into `out` (int64).

    `probabilities` need not sum to 1: what is missing is a last, unnamed fate, and its count is returned.
    Within 1e-12 of 1 nothing is missing, and the last class takes all that is left.
    """
    classes = probabilities.shape[0]
    total = 0.0
    for index in range(classes):
        total += probabilities[index]
    if n <= FEW_TRIALS:
        return _multinomial_of_few(generator, n, probabilities, total, out)
    left = np.int64(n)
    probability_left = max(total, 1.0)
    for index in range(classes):
        share = 0.0
        if probabilities[index] > 0.0:
            share = (
                probabilities[index] / probability_left if probabilities[index] < probability_left else 1.0
            )
        if index == classes - 1 and total > 1.0 - 1e-12:
            share = 1.0
        out[index] = binomial(generator, left, share)
        left -= out[index]
        probability_left -= probabilities[index]
    return left


@kernel
def _multinomial_of_few(generator, n, probabilities, total, out):
    """One by one: a uniform each, which finds its class along the sums of the probabilities."""
    last = -1
    for index in range(probabilities.shape[0]):
        out[index] = 0
        if probabilities[index] > 0.0:
            last = index
    left = np.int64(0)
    for _ in range(n):
        height, index = uniform(generator) * max(total, 1.0), 0
        while index <= last and height >= probabilities[index]:
            height -= probabilities[index]
            index += 1
        if index <= last:
            out[index] += 1
        elif total > 1.0 - 1e-12 and last >= 0:  # rounding has left the last class
            out[last] += 1
        else:
            left += 1
    return left
