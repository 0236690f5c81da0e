"""Plasma kinetics of a drug: one or two compartments, any route, linear or saturable elimination.

    depot'      = -ka depot
    central'    =  ka depot - (CL + Q) C + Q C_p - Vmax C / (Km + C)
    peripheral' =  Q C - Q C_p
    effect'     =  ke0 (C - effect)                 (a concentration; where the drug acts with a delay)
    exposure'   =  C                                (area under the plasma curve)

with C = central / V and C_p = peripheral / V_p. Amounts are per body weight (mg/kg), volumes L/kg, clearances
L/(kg day), so that C is mg/L = ug/mL; rates 1/day; exposure ug day/mL.

Linear kinetics are advanced by their matrix exponential, as a sum of positive terms (uniformisation: with
the fastest rate q, exp(M t) = sum_k e^(-q t) (q t)^k / k! (1 + M / q)^k), which is exact to rounding,
cannot turn negative and does not mind equal rates. Saturable kinetics are advanced by the classical
Runge-Kutta method of order 4.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from paget.compiled import kernel, law
from paget.errors import PagetError

DEPOT, CENTRAL, PERIPHERAL, EFFECT, EXPOSURE = range(5)
"""Places in the array of amounts."""
N_AMOUNTS = 5

ABSORPTION, BIOAVAILABILITY, CLEARANCE, VOLUME, EXCHANGE, PERIPHERAL_VOLUME = range(6)
MAXIMUM_RATE, HALF_SATURATION, EFFECT_RATE = 6, 7, 8
"""Places in the array of parameters; units as in `drug_parameters`."""
N_PARAMETERS = 9

INTRAVENOUS, ABSORBED = 0, 1
"""Routes: into the central compartment at once, or through the depot (i.p., s.c., oral)."""

NEGLIGIBLE = 1e-12
"""Amount (mg/kg) below which a drug counts as gone: far below a picomolar level."""
LONGEST_PIECE = 32.0
"""Largest fastest-rate times time of one sum: exp(-32) is far from underflow."""
SATURABLE_STEP = 0.1
"""Fastest rate times sub-step of the Runge-Kutta method: error about 1e-6 of the amount a time constant."""


def drug_parameters(
    *,
    clearance: float,
    volume: float,
    absorption: float = 0.0,
    bioavailability: float = 1.0,
    exchange: float = 0.0,
    peripheral_volume: float = 1.0,
    maximum_rate: float = 0.0,
    half_saturation: float = 1.0,
    effect_rate: float = 0.0,
) -> NDArray[np.float64]:
    """The parameter array of one drug (float64, N_PARAMETERS).

    clearance L/(kg day), volume L/kg, absorption 1/day, bioavailability 0-1, exchange (intercompartmental
    clearance) L/(kg day), peripheral_volume L/kg, maximum_rate (Vmax) mg/(kg day), half_saturation (Km)
    ug/mL, effect_rate 1/day. Raises PagetError on a negative number, on a volume or Km that is not
    positive, or on bioavailability above 1.
    """
    values = np.array(
        [
            absorption,
            bioavailability,
            clearance,
            volume,
            exchange,
            peripheral_volume,
            maximum_rate,
            half_saturation,
            effect_rate,
        ]
    )
    positive = (volume, peripheral_volume, half_saturation)
    if not np.isfinite(values).all() or (values < 0).any() or min(positive) <= 0 or bioavailability > 1:
        raise PagetError(
            "kinetic parameters of a drug are not physical",
            found=", ".join(f"{value:g}" for value in values),
            allowed="finite, not negative, volumes and half-saturation above 0, bioavailability 0 to 1",
        )
    return values


@kernel
def give(amounts, parameters, dose, route):
    """Add one dose (mg/kg): INTRAVENOUS at once, ABSORBED through the depot after bioavailability."""
    if route == INTRAVENOUS:
        amounts[CENTRAL] += dose
    else:
        amounts[DEPOT] += parameters[BIOAVAILABILITY] * dose


@kernel
def concentration(amounts, parameters):
    """Plasma concentration (ug/mL)."""
    return amounts[CENTRAL] / parameters[VOLUME]


@kernel
def advance(amounts, parameters, dt):
    """Move the amounts forward by dt (day), in place."""
    if amounts[DEPOT] + amounts[CENTRAL] + amounts[PERIPHERAL] < NEGLIGIBLE:
        amounts[DEPOT], amounts[CENTRAL], amounts[PERIPHERAL] = 0.0, 0.0, 0.0
        amounts[EFFECT] *= math.exp(-parameters[EFFECT_RATE] * dt)
    elif parameters[MAXIMUM_RATE] > 0.0:
        fastest = _fastest_rate(parameters) + parameters[MAXIMUM_RATE] / (
            parameters[HALF_SATURATION] * parameters[VOLUME]
        )
        advance_saturable(amounts, parameters, dt, math.ceil(fastest * dt / SATURABLE_STEP))
    else:
        _advance_linear(amounts, parameters, dt)


@kernel
def _return_rate(parameters):
    """Rate (1/day) from the peripheral compartment back; 0 where there is none, whatever its volume."""
    if parameters[EXCHANGE] == 0.0:
        return 0.0
    return parameters[EXCHANGE] / parameters[PERIPHERAL_VOLUME]


@kernel
def _fastest_rate(parameters):
    central = (parameters[CLEARANCE] + parameters[EXCHANGE]) / parameters[VOLUME]
    return max(max(central, _return_rate(parameters)), max(parameters[ABSORPTION], parameters[EFFECT_RATE]))


@kernel
def _advance_linear(amounts, parameters, dt):
    fastest = _fastest_rate(parameters)
    if fastest == 0.0:
        amounts[EXPOSURE] += amounts[CENTRAL] / parameters[VOLUME] * dt
        return
    pieces = max(1, math.ceil(fastest * dt / LONGEST_PIECE))
    for _ in range(pieces):
        _advance_piece(amounts, parameters, fastest, fastest * dt / pieces)


@kernel
def _advance_piece(amounts, parameters, fastest, span):
    """One sum over exp(M t); `span` = fastest * t. Vectors are kept as scalars: nothing is allocated."""
    depot, central, peripheral = amounts[DEPOT], amounts[CENTRAL], amounts[PERIPHERAL]
    effect, exposure = amounts[EFFECT], amounts[EXPOSURE]
    weight = math.exp(-span)
    for place in range(N_AMOUNTS):
        amounts[place] *= weight
    into = parameters[ABSORPTION] / fastest
    out = parameters[CLEARANCE] / parameters[VOLUME] / fastest
    forth = parameters[EXCHANGE] / parameters[VOLUME] / fastest
    back = _return_rate(parameters) / fastest
    chase = parameters[EFFECT_RATE] / fastest
    count = 0.0
    while count <= span or weight > 1e-18:
        level = central / parameters[VOLUME]
        exposure += level / fastest
        effect += chase * (level - effect)
        central, peripheral = (
            central * (1.0 - out - forth) + into * depot + back * peripheral,
            peripheral * (1.0 - back) + forth * central,
        )
        depot *= 1.0 - into
        count += 1.0
        weight *= span / count
        amounts[DEPOT] += weight * depot
        amounts[CENTRAL] += weight * central
        amounts[PERIPHERAL] += weight * peripheral
        amounts[EFFECT] += weight * effect
        amounts[EXPOSURE] += weight * exposure


@law
def slopes(depot, central, peripheral, effect, ka, out, forth, back, chase, volume, vmax, km):
    """Time derivatives of depot, central, peripheral, effect, exposure; rates 1/day, vmax mg/(kg day), km ug/mL."""
    level = central / volume
    cleared = out * central + vmax * level / (km + level)
    exchanged = forth * central - back * peripheral
    return -ka * depot, ka * depot - cleared - exchanged, exchanged, chase * (level - effect), level


@kernel
def advance_saturable(amounts, parameters, dt, steps):
    """Runge-Kutta of order 4 in `steps` equal sub-steps over dt (day), in place."""
    if steps < 1:
        return
    volume = parameters[VOLUME]
    ka, chase = parameters[ABSORPTION], parameters[EFFECT_RATE]
    out, forth = parameters[CLEARANCE] / volume, parameters[EXCHANGE] / volume
    back = _return_rate(parameters)
    vmax, km = parameters[MAXIMUM_RATE], parameters[HALF_SATURATION]
    h = dt / steps
    d, c, p, e, x = amounts[0], amounts[1], amounts[2], amounts[3], amounts[4]
    for _ in range(steps):
        d1, c1, p1, e1, x1 = slopes(d, c, p, e, ka, out, forth, back, chase, volume, vmax, km)
        g = 0.5 * h
        d2, c2, p2, e2, x2 = slopes(
            d + g * d1, c + g * c1, p + g * p1, e + g * e1, ka, out, forth, back, chase, volume, vmax, km
        )
        d3, c3, p3, e3, x3 = slopes(
            d + g * d2, c + g * c2, p + g * p2, e + g * e2, ka, out, forth, back, chase, volume, vmax, km
        )
        d4, c4, p4, e4, x4 = slopes(
            d + h * d3, c + h * c3, p + h * p3, e + h * e3, ka, out, forth, back, chase, volume, vmax, km
        )
        g = h / 6.0
        d += g * (d1 + 2.0 * (d2 + d3) + d4)
        c += g * (c1 + 2.0 * (c2 + c3) + c4)
        p += g * (p1 + 2.0 * (p2 + p3) + p4)
        e += g * (e1 + 2.0 * (e2 + e3) + e4)
        x += g * (x1 + 2.0 * (x2 + x3) + x4)
    amounts[0], amounts[1], amounts[2], amounts[3], amounts[4] = d, c, p, e, x


# ---- closed forms: for tests, documentation and quick estimates --------------------------------------------------


@law
def one_compartment(t, dose, clearance, volume, absorption, bioavailability):
    """Plasma concentration (ug/mL) at t (day) after one dose (mg/kg); absorption = inf for an intravenous bolus."""
    elimination = clearance / volume
    if not absorption < math.inf:
        return dose / volume * math.exp(-elimination * t)
    difference = absorption - elimination
    if abs(difference) < 1e-9 * absorption:
        return bioavailability * dose / volume * absorption * t * math.exp(-absorption * t)
    rise = -math.expm1(-difference * t) / difference * math.exp(-elimination * t)
    return bioavailability * dose / volume * absorption * rise


@law
def two_compartment(t, dose, clearance, volume, exchange, peripheral_volume):
    """Plasma concentration (ug/mL) at t (day) after an intravenous bolus (mg/kg): the sum of two exponentials."""
    k10, k12, k21 = clearance / volume, exchange / volume, exchange / peripheral_volume
    half = 0.5 * (k10 + k12 + k21)
    root = math.sqrt(half * half - k10 * k21)
    fast, slow = half + root, half - root
    share = (fast - k21) / (fast - slow)
    return dose / volume * (share * math.exp(-fast * t) + (1.0 - share) * math.exp(-slow * t))


@law
def steady_state_average(dose, interval, clearance, bioavailability):
    """Average plasma concentration (ug/mL) when `dose` (mg/kg) is repeated every `interval` (day) for ever."""
    return bioavailability * dose / (clearance * interval)
