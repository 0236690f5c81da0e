"""The cycle of tumour cells in the host engine: quiescent, cycling, damaged.

A quiescent cell enters the cycle, a cycling cell divides into two quiescent ones (the basic Ki-67 model). In the
mean that is the same as: a cycling cell gives birth to a cycling cell at the division rate and cycling cells
leave the cycle at twice that rate. In this form births follow the exact law of linear birth and death within
the cycling stage, and all changes of stage are binomial moves. A cytotoxic drug moves cycling cells to the
damaged stage, where they die or are repaired.

In balanced growth the cycling share c solves  division c^2 + (division + entry) c - entry = 0.
"""

from __future__ import annotations

import math

from paget.compiled import kernel, law
from paget.host.birth_death import two_state_exchange
from paget.keyed_random import binomial

QUIESCENT, CYCLING, DAMAGED = 0, 1, 2

LARGEST_SHARE = 0.95
"""Cycling share that the crowding law may ask for at most; the cycle entry of the model caps it far below."""
SMALLEST_SHARE = 1e-6


@law
def balanced_share(entry: float, division: float) -> float:
    """Cycling share in balanced growth at the given cycle entry and division (1/day)."""
    both = entry + division
    return 2.0 * entry / (both + math.sqrt(both * both + 4.0 * division * entry))


@law
def entry_for_share(share: float, division: float) -> float:
    """Cycle entry (1/day) that holds the given cycling share in balanced growth: inverse of `balanced_share`."""
    return division * share * (1.0 + share) / (1.0 - share)


@law
def crowding_pressure(volume, alpha, beta, division, reference_death, reference_entry):
    """Pressure (1 halves cycle entry) in a lesion of `volume` (mm3) under the Gompertz crowding law.

    The law asks for the net growth alpha - beta ln(volume / mm3); pressure is what must hold back the reference cycle
    entry so that an untreated tumour grows at that rate. It is 0 where even an unhindered cycle is slower, so
    that founders never grow faster than their cycle allows.
    """
    growth = alpha - beta * math.log(max(volume, 1e-12))
    share = min(max((growth + reference_death) / division, SMALLEST_SHARE), LARGEST_SHARE)
    return max(0.0, reference_entry / entry_for_share(share, division) - 1.0)


@kernel
def move_stages(cells, entry, division, damage, repair, dt, outward, generator):
    """Move cells (int64, shape (3,)) between stages during dt (day) at constant rates (1/day).

    `outward` gives the order of the three moves: a step of first outward, then inward moves is symmetric, hence of
    second order.
    """
    if outward:
        _exchange(cells, entry, division, dt, generator)
        _move(cells, CYCLING, DAMAGED, damage, dt, generator)
        _move(cells, DAMAGED, QUIESCENT, repair, dt, generator)
    else:
        _move(cells, DAMAGED, QUIESCENT, repair, dt, generator)
        _move(cells, CYCLING, DAMAGED, damage, dt, generator)
        _exchange(cells, entry, division, dt, generator)


@kernel
def _exchange(cells, entry, division, dt, generator):
    forth, back = two_state_exchange(entry, 2.0 * division, dt)
    entering = binomial(generator, cells[QUIESCENT], forth)
    leaving = binomial(generator, cells[CYCLING], back)
    cells[QUIESCENT] += leaving - entering
    cells[CYCLING] += entering - leaving


@kernel
def _move(cells, source, target, rate, dt, generator):
    if rate <= 0.0 or cells[source] == 0:
        return
    moved = binomial(generator, cells[source], -math.expm1(-rate * dt))
    cells[source] -= moved
    cells[target] += moved


@kernel
def advance_shares(shares, entry, division, death_of_damaged, damage, repair, dt):
    """Mean-field stage shares (float64, shape (3,), sum 1) after dt (day) at constant rates: small lesions share them.

    The same moves and births as for counts, in the mean, then rescaled; death that all stages share drops out.
    """
    half = 0.5 * dt
    forth, back = two_state_exchange(entry, 2.0 * division, half)
    hit, mend = -math.expm1(-damage * half), -math.expm1(-repair * half)
    for outward in (True, False):
        if outward:
            _share_exchange(shares, forth, back)
            _share_move(shares, CYCLING, DAMAGED, hit)
            _share_move(shares, DAMAGED, QUIESCENT, mend)
            shares[CYCLING] *= math.exp(division * dt)
            shares[DAMAGED] *= math.exp(-death_of_damaged * dt)
        else:
            _share_move(shares, DAMAGED, QUIESCENT, mend)
            _share_move(shares, CYCLING, DAMAGED, hit)
            _share_exchange(shares, forth, back)
    total = shares[QUIESCENT] + shares[CYCLING] + shares[DAMAGED]
    for stage in range(3):
        shares[stage] /= total


@law
def _share_exchange(shares, forth, back):
    entering, leaving = forth * shares[QUIESCENT], back * shares[CYCLING]
    shares[QUIESCENT] += leaving - entering
    shares[CYCLING] += entering - leaving


@law
def _share_move(shares, source, target, probability):
    moved = probability * shares[source]
    shares[source] -= moved
    shares[target] += moved
