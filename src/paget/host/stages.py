"""The cycle of tumour cells in the host engine: quiescent, cycling, damaged.

A quiescent cell enters the cycle, a cycling cell divides into two quiescent ones (the basic Ki-67 model). A
cytotoxic drug moves cycling cells to the damaged stage, where they die or are repaired:

    Q' = 2 division C - entry Q + repair D
    C' = entry Q - (division + damage) C
    D' = damage C - (repair + lethal) D        and all three die at the common death rate.

Over a step the mean is exact whatever its length: it is the matrix exponential of these equations. Cells of each
stage multiply or die out by the law of linear birth and death with the mean growth of that stage, then their
progeny is shared out over the stages as the exponential says. What is lost is that both daughters of a division
start in the same stage: the spread of the total comes out a quarter too large without treatment (5 % instead of 4 % a
few days after 1,000 cells), and a handful of cells dies out a little too often (a single one in 0.47 instead of 0.40
of cases at entry 3.9, division 1, death 0.3 per day). For the numbers of a lesion neither matters.

In balanced growth the cycling share c solves  division c^2 + (division + entry) c - entry = 0.
"""

from __future__ import annotations

import math

from paget.compiled import kernel, law
from paget.host.birth_death import birth_death_step
from paget.keyed_random import binomial

QUIESCENT, CYCLING, DAMAGED = 0, 1, 2

LARGEST_SHARE = 0.95
"""Cycling share that the crowding law may ask for at most; the cycle entry of the model caps it far below."""
SMALLEST_SHARE = 1e-6

LONGEST_PIECE = 32.0
"""Largest fastest-rate times time of one sum of `stage_flow`: exp(-32) is far from underflow."""
LEAST_TERM = 1e-17
"""Share of the sum below which a term ends it."""


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
def crowding_loss(volume, alpha, beta, division, reference_death, reference_entry, loss_share):
    """Additional death rate (1/day) of tumour cells in a crowded lesion of `volume` (mm3): necrosis and cell loss.

    The Gompertz law asks for the net growth alpha - beta ln(volume / mm3). `loss_share` of what is missing to the
    growth of unhindered cells is death; the rest is a smaller cycling share (`crowding_pressure`).
    """
    unhindered = division * balanced_share(reference_entry, division) - reference_death
    growth = alpha - beta * math.log(max(volume, 1e-12))
    return loss_share * max(0.0, unhindered - growth)


@law
def crowding_pressure(volume, alpha, beta, division, reference_death, reference_entry, loss):
    """Pressure (1 halves cycle entry) in a lesion of `volume` (mm3) under the Gompertz crowding law.

    Pressure is what must hold back the reference cycle entry so that an untreated tumour with the additional death rate
    `loss` (1/day) grows at the rate of the law. It is 0 where even an unhindered cycle is slower, so that founders
    never grow faster than their cycle allows.
    """
    growth = alpha - beta * math.log(max(volume, 1e-12))
    share = min(max((growth + reference_death + loss) / division, SMALLEST_SHARE), LARGEST_SHARE)
    return max(0.0, reference_entry / entry_for_share(share, division) - 1.0)


@law
def stage_flow(quiescent, cycling, damaged, entry, division, damage, repair, lethal, dt):
    """Mean cells by stage after dt (day) from the given ones, at constant rates (1/day) and without common death.

    `lethal` is the death rate that only damaged cells have. The matrix exponential as a sum of positive terms
    (uniformisation): exact to rounding and never negative.
    """
    fastest = max(max(entry, division + damage), repair + lethal)
    pieces = max(1, math.ceil(fastest * dt / LONGEST_PIECE))
    for _ in range(pieces):
        quiescent, cycling, damaged = _flow_piece(
            quiescent, cycling, damaged, entry, division, damage, repair, lethal, fastest, dt / pieces
        )
    return quiescent, cycling, damaged


@law
def _flow_piece(q, c, d, entry, division, damage, repair, lethal, fastest, dt):
    span = fastest * dt
    weight = math.exp(-span)
    total_q, total_c, total_d = weight * q, weight * c, weight * d
    count = 0.0
    while count < span or weight * (q + c + d) > LEAST_TERM * (total_q + total_c + total_d):
        count += 1.0
        weight *= dt / count
        q, c, d = (
            (fastest - entry) * q + 2.0 * division * c + repair * d,
            entry * q + (fastest - division - damage) * c,
            damage * c + (fastest - repair - lethal) * d,
        )
        total_q += weight * q
        total_c += weight * c
        total_d += weight * d
    return total_q, total_c, total_d


@law
def undamaged_flow(entry, division, dt):
    """`stage_flow` where nothing is or will be damaged: cells by stage from one quiescent, then from one cycling cell.

    The exponential of a matrix of two rows: e^(m t) (cosh(w t) + sinh(w t) (M - m) / w), with m -+ w its eigenvalues.
    """
    mean = -0.5 * (entry + division)
    width = 0.5 * math.sqrt((entry + division) * (entry + division) + 4.0 * entry * division)
    if width * dt < 1e-9:
        return 1.0, 0.0, 0.0, 1.0
    grow, fall = math.exp((mean + width) * dt), math.exp((mean - width) * dt)
    even, odd = 0.5 * (grow + fall), 0.5 * (grow - fall) / width
    return even + odd * (-entry - mean), odd * entry, odd * 2.0 * division, even + odd * (-division - mean)


@kernel
def advance_stages(cells, entry, division, death, damage, repair, lethal, dt, generator):
    """Advance cells by stage (int64, shape (3,)) by dt (day) at constant rates (1/day)."""
    quiescent, cycling, damaged = cells[QUIESCENT], cells[CYCLING], cells[DAMAGED]
    cells[QUIESCENT], cells[CYCLING], cells[DAMAGED] = 0, 0, 0
    if damage <= 0.0 and damaged == 0:
        stay, enter, renew, cycle = undamaged_flow(entry, division, dt)
        _multiply_and_share(cells, quiescent, stay, enter, 0.0, death, dt, generator)
        _multiply_and_share(cells, cycling, renew, cycle, 0.0, death, dt, generator)
        return
    if quiescent > 0:
        q, c, d = stage_flow(1.0, 0.0, 0.0, entry, division, damage, repair, lethal, dt)
        _multiply_and_share(cells, quiescent, q, c, d, death, dt, generator)
    if cycling > 0:
        q, c, d = stage_flow(0.0, 1.0, 0.0, entry, division, damage, repair, lethal, dt)
        _multiply_and_share(cells, cycling, q, c, d, death, dt, generator)
    if damaged > 0:
        q, c, d = stage_flow(0.0, 0.0, 1.0, entry, division, damage, repair, lethal, dt)
        _multiply_and_share(cells, damaged, q, c, d, death, dt, generator)


@kernel
def _multiply_and_share(cells, number, q, c, d, death, dt, generator):
    """Let `number` cells of one stage multiply to a mean of (q, c, d) cells by stage each, common death apart."""
    if number == 0:
        return
    total = max(q + c + d, 1e-300)
    growth = math.log(total) / dt
    living = birth_death_step(number, max(growth, 0.0), death + max(-growth, 0.0), dt, generator)
    hit = binomial(generator, living, d / total)
    in_cycle = binomial(generator, living - hit, c / max(q + c, 1e-300))
    cells[QUIESCENT] += living - hit - in_cycle
    cells[CYCLING] += in_cycle
    cells[DAMAGED] += hit


@kernel
def advance_shares(shares, entry, division, damage, repair, lethal, dt):
    """Mean stage shares (float64, shape (3,), sum 1) after dt (day) at constant rates: small lesions share them.

    Returns the factor by which the cells grow, common death apart.
    """
    q, c, d = stage_flow(
        shares[QUIESCENT], shares[CYCLING], shares[DAMAGED], entry, division, damage, repair, lethal, dt
    )
    total = max(q + c + d, 1e-300)
    shares[QUIESCENT], shares[CYCLING], shares[DAMAGED] = q / total, c / total, d / total
    return total
