"""The ladder of founder sizes: why most woken cells fail and why clusters do not.

A group of j tumour cells in a new organ divides at rate b per cell and dies at rate

    death_j = death + excess * exp(-(j - 1) / scale)      per cell,

so that single cells are precarious and company protects. With rho_j = death_j / b and Pi_k = rho_1 ...
rho_k the probability that a group of n is never extinct is, in closed form (a birth-death chain absorbed at
0),

    p_n = sum_{k < n} Pi_k / sum_{k >= 0} Pi_k.

Rates 1/day, scale in cells. The exponential form of the excess is an assumption; the closed form is textbook
(Karlin and Taylor, A First Course in Stochastic Processes, chapter 4).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from paget.compiled import kernel, law
from paget.keyed_random import uniform


@law
def group_death(size, death, excess, scale):
    """Death rate per cell (1/day) in a group of `size` cells."""
    return death + excess * math.exp(-(size - 1.0) / scale)


def establishment_probability(
    birth: float, death: float, excess: float, scale: float, top: int = 400
) -> NDArray[np.float64]:
    """Probability (length top + 1) that a group of n = 0 ... top cells is never extinct; see `fill_establishment`."""
    chance = np.zeros(top + 1)
    fill_establishment(birth, death, excess, scale, chance)
    return chance


@kernel
def fill_establishment(birth, death, excess, scale, chance):
    """Write into `chance` (float64, top + 1) the probability that n = 0 ... top cells are never extinct.

    Sizes above the last go on with the ratio reached there. All zero where the group declines in the long
    run.
    """
    top = chance.shape[0] - 1
    chance[:] = 0.0
    last = group_death(float(top), death, excess, scale) / birth if birth > 0.0 else 1.0
    if last >= 1.0:
        return
    total = _sum_of_products(birth, death, excess, scale, chance, last)
    for n in range(1, top + 1):
        chance[n] /= total


@kernel
def fill_ascent(birth, death, excess, scale, chance):
    """Write into `chance` (float64, top + 1) the probability that n = 0 ... top cells reach `top` before extinction."""
    top = chance.shape[0] - 1
    chance[:] = 0.0
    if birth > 0.0:
        _sum_of_products(birth, death, excess, scale, chance, 0.0)
        for n in range(1, top):
            chance[n] /= chance[top]
    chance[top] = 1.0


@kernel
def _sum_of_products(birth, death, excess, scale, chance, last_ratio):
    """Partial sums of Pi_k into `chance`; returns the sum with the geometric rest of ratio `last_ratio`."""
    top = chance.shape[0] - 1
    product = 1.0
    for n in range(1, top + 1):
        chance[n] = chance[n - 1] + product
        product *= group_death(float(n), death, excess, scale) / birth
    return chance[top] + product / (1.0 - last_ratio)


@kernel
def fill_deaths(death, excess, scale, deaths):
    """Write into `deaths` (float64) the death rate per cell (1/day) in groups of 1, 2 ... cells; place 0 is unused."""
    more, kept = excess, math.exp(-1.0 / scale)
    for size in range(1, deaths.shape[0]):
        deaths[size] = death + more
        more *= kept


@kernel
def climb(size, birth, deaths, dt, top, generator):
    """One group during dt (day) at constant rates: (size at the end, unused time in day).

    `deaths` holds the death rate per cell (1/day) by size. Exact event by event: one random number decides which event
    is next, and what is left of it, when. Stops at 0 or on reaching `top`, and then returns the time that is left.
    """
    left = dt
    while 0 < size < top:
        rate = birth + deaths[size]
        drawn = uniform(generator) * rate
        divides = drawn < birth
        part = drawn / birth if divides else (drawn - birth) / deaths[size]
        wait = -math.log(part) / (size * rate)
        if not wait < left:  # without rates it is not a number
            break
        left -= wait
        size += 1 if divides else -1
    if 0 < size < top:
        left = 0.0
    return np.int64(size), left
