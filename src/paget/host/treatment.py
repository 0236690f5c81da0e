"""Drugs in a subject: doses, what they do (`paget.pharmacology.plasma`), and their price: neutrophils and weight."""

from __future__ import annotations

import math

from paget.compiled import kernel
from paget.host.environment import fill_shared
from paget.host.plasma_sense import drive_marrow
from paget.host.state import DOSED, LESIONS, MARROW_STAGES
from paget.pharmacology import marrow, plasma
from paget.pharmacology.plasma import EXPOSURE_NODES

LEAST_WEIGHT = 1e-3
"""Weight (kg) below which no dose is scaled up any further."""


@kernel
def give_dose(tables, state, drug, route, dose):
    """Give one dose (mg/kg) by a route."""
    plasma.give(tables, state, drug, route, dose)
    state.count[DOSED] = 1


@kernel
def dose_per_weight(tables, state, dose, basis, day):
    """A dose as mg/kg of this animal on this day; `basis` is an index into `regimen.DOSE_BASES`."""
    if basis == 0:
        return dose
    weight = max(body_weight(tables, state, day) / 1000.0, LEAST_WEIGHT)
    if basis == 1:
        return dose * tables.body.surface_constant * weight ** (-1.0 / 3.0)
    return dose / weight


@kernel
def advance_treatment(tables, state, dt):
    """Advance drugs, plasma ligands, marrow and weight by dt (day); set the effects that lesions feel in this step."""
    for drug in range(tables.count.drugs):
        exposure = plasma.advance_drug(tables, state, drug, dt)
        lost = state.lost_weight[drug] + tables.drugs.weight_loss[drug] * exposure
        state.lost_weight[drug] = min(0.9, lost) * math.exp(-tables.drugs.weight_recovery[drug] * dt)
    state.neutrophils[0] = state.marrow[marrow.BLOOD]
    plasma.bind_ligands(tables, state, dt)
    plasma.set_effects(tables, state)
    fill_shared(tables, state)
    drive_marrow(tables, state)
    _advance_marrow(tables, state, dt)


@kernel
def _advance_marrow(tables, state, dt):
    """Neutrophils by dt (day): chemotherapy stops precursors, signals drive them, depletion takes those in blood."""
    body, effect = tables.body, 0.0
    for drug in range(tables.count.drugs):
        mean = 0.0
        for node in range(EXPOSURE_NODES):
            mean += state.exposure[drug, node] / EXPOSURE_NODES
        effect += tables.drugs.neutrophil_suppression[drug] * mean
    neutrophil = tables.behaviour.neutrophil
    loss = body.neutrophil_loss + (state.depletion[neutrophil] if neutrophil >= 0 else 0.0)
    stimulus, release = state.marrow_drive[0], state.marrow_drive[1]
    marrow.advance(
        state.marrow, 1.0, marrow_transit(body), loss, body.feedback, effect, stimulus, release, dt
    )


@kernel
def marrow_transit(body):
    """Rate (1/day) at which each stage is passed."""
    return MARROW_STAGES / body.mean_maturation_time


@kernel
def weight_lost(tables, state):
    """Share of body weight lost to drugs and to tumours."""
    volume = 0.0
    for lesion in range(state.count[LESIONS]):
        volume += state.volume[lesion]
    lost = tables.body.tumour_wasting * volume
    for drug in range(tables.count.drugs):
        lost += state.lost_weight[drug]
    return min(lost, 1.0)


@kernel
def body_weight(tables, state, day):
    """Body weight without tumour (g): growth of a healthy animal, less what is lost."""
    body = tables.body
    return body.weight * (1.0 + body.weight_gain * day) * (1.0 - weight_lost(tables, state))
