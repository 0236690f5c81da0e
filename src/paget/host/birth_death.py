"""Linear birth and death over a step, sampled from its exact law.

Each of n cells divides at rate b and dies at rate d (1/day), independently. With

    rho(t) = int_0^t (d - b) ds
    I = int_0^T d(t) e^rho(t) dt
    J = int_0^T b(t) e^rho(t) dt = 1 + I - e^rho(T)

the line of one founder is extinct at T with probability alpha = I / (1 + I); given that it is not, its size
is geometric on 1, 2, ... with parameter beta = J / (1 + I). So over a step the number of surviving lines is
binomial(n, 1 - alpha) and their further progeny is negative binomial. For constant rates I = d T phi and
J = b T phi with phi = (e^rho - 1) / rho.

Exact for any step length as long as the rates do not depend on the counts; rates that vary in time enter
through (rho, I), which `accumulate` builds from pieces of constant rate. Source: Kendall, Ann. Math. Stat.
19 (1948) 1.
"""

from __future__ import annotations

import math

import numpy as np

from paget.compiled import kernel, law
from paget.keyed_random import LARGEST_COUNT, binomial, negative_binomial, poisson, rounded_normal

NORMAL_ABOVE_CELLS = 1_000_000_000
"""Founders above which one rounded normal with the exact mean and variance replaces the two samplers."""


@law
def relative_growth(x):
    """(e^x - 1) / x, 1 at x = 0."""
    if abs(x) < 1e-8:
        return 1.0 + 0.5 * x
    return math.expm1(x) / x


@law
def _growth_and_decay(x):
    """(relative_growth(x), e^x) for x <= 0: near zero one exponential serves both."""
    if x > -1e-8:
        return 1.0 + 0.5 * x, 1.0 + x
    less = math.expm1(x)
    return less / x, 1.0 + less if x > -1.0 else math.exp(x)


@law
def survival_and_stop(birth, death, dt):
    """(1 - alpha, 1 - beta) for constant rates (1/day) over dt (day), accurate also where either is tiny.

    1 - alpha is the probability that a founder's line lives, 1 - beta the success probability of the
    geometric size.
    """
    rho = (death - birth) * dt
    scale, decay = _growth_and_decay(-abs(rho))
    scale *= dt
    if rho <= 0.0:
        total = 1.0 + death * scale
        return 1.0 / total, decay / total
    total = decay + death * scale  # the same law divided by e^rho, which may be huge
    return decay / total, 1.0 / total


@law
def survivor_law(birth, death, dt):
    """(alpha, beta): probability that a founder's line is extinct after dt, and geometric parameter of its size.

    P(size = k) = (1 - alpha) (1 - beta) beta**(k - 1) for k >= 1. Rates 1/day, dt day.
    """
    survival, stop = survival_and_stop(birth, death, dt)
    rho = (death - birth) * dt
    if rho <= 0.0:
        scale = dt * relative_growth(rho)
        return death * scale * survival, birth * scale * survival
    scale = dt * relative_growth(-rho)
    return death * scale * stop, birth * scale * stop


@law
def kendall_law(rho, integral):
    """(alpha, beta) from rho = int (death - birth) and I = int e^rho death over the step (both without unit)."""
    total = 1.0 + integral
    return integral / total, max(0.0, (integral - math.expm1(rho)) / total)


@law
def accumulate(rho, integral, birth, death, dt):
    """(rho, I) after a further piece dt (day) of constant rates (1/day); start from (0, 0)."""
    step = (death - birth) * dt
    return rho + step, integral + math.exp(rho) * death * dt * relative_growth(step)


@kernel
def birth_death_step(n, birth, death, dt, generator):
    """Cells (int64) after dt (day) from n cells at constant rates birth and death (1/day)."""
    if n <= 0:
        return np.int64(0)
    survival, stop = survival_and_stop(birth, death, dt)
    return _sample(np.int64(n), survival, stop, generator)


@kernel
def kendall_step(n, rho, integral, generator):
    """Cells (int64) after a step of varying rates, from n cells; rho and I as built by `accumulate`."""
    if n <= 0:
        return np.int64(0)
    survival = 1.0 / (1.0 + integral)
    stop = min(1.0, math.exp(rho) * survival)
    return _sample(np.int64(n), survival, stop, generator)


@kernel
def _sample(n, survival, stop, generator):
    if n > NORMAL_ABOVE_CELLS:
        mean = n * survival / stop
        variance = mean * (2.0 - survival - stop) / stop
        return rounded_normal(generator, mean, variance, LARGEST_COUNT)
    survivors = binomial(generator, n, survival)
    progeny = negative_binomial(generator, float(survivors), stop)
    return min(survivors + progeny, np.int64(LARGEST_COUNT))


@kernel
def immigration_death_step(n, immigration_per_day, death, dt, generator):
    """Cells (int64) after dt (day): n cells dying at rate death (1/day), newcomers arriving as a Poisson stream.

    Exact: binomial survivors plus a Poisson number of newcomers that are alive at the end.
    """
    growth, stays = _growth_and_decay(-death * dt)
    stayed = binomial(generator, np.int64(n), stays)
    arrived = poisson(generator, immigration_per_day * dt * growth)
    return stayed + arrived
