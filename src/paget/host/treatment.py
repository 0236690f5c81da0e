"""Drugs in a subject: doses, plasma, lingering exposure, plasma ligands, neutrophils, weight, effects in tissue."""

from __future__ import annotations

import math

from paget.compiled import kernel
from paget.host.environment import fill_unruled
from paget.host.state import DOSED, EXPOSURE_NODES, LESIONS, MARROW_STAGES
from paget.pharmacology import kinetics, marrow
from paget.pharmacology.binding import bind

LEAST_AMOUNT = 1e-12
"""Amount (mg/kg) below which a drug counts as gone."""


def fill_kinetics(drugs, parameters) -> None:
    """Write the kinetic parameters of all drugs, shape (D, kinetics.N_PARAMETERS), without a route yet.

    Bioavailability is applied when a dose is given.
    """
    parameters[:, kinetics.BIOAVAILABILITY] = 1.0
    parameters[:, kinetics.CLEARANCE] = drugs["clearance"]
    parameters[:, kinetics.VOLUME] = drugs["volume"]
    parameters[:, kinetics.EXCHANGE] = drugs["distribution_clearance"]
    parameters[:, kinetics.PERIPHERAL_VOLUME] = drugs["peripheral_volume"]
    parameters[:, kinetics.MAXIMUM_RATE] = drugs["maximum_elimination"]
    parameters[:, kinetics.HALF_SATURATION] = drugs["half_saturation"]


@kernel
def give_dose(tables, state, drug, route, dose):
    """Give one dose (mg/kg) by a route; the depot then empties at that route's rate."""
    absorption = tables.drugs.absorption[drug, route]
    arriving = tables.drugs.bioavailability[drug, route] * dose
    if absorption > 0.0:
        state.kinetics[drug, kinetics.ABSORPTION] = absorption
        kinetics.give(state.amounts[drug], state.kinetics[drug], arriving, kinetics.ABSORBED)
    else:
        kinetics.give(state.amounts[drug], state.kinetics[drug], arriving, kinetics.INTRAVENOUS)
    state.count[DOSED] = 1


@kernel
def advance_treatment(tables, state, dt):
    """Advance drugs, plasma ligands, marrow and weight by dt (day); set the effects that lesions feel in this step."""
    for drug in range(tables.count.drugs):
        _advance_drug(tables, state, drug, dt)
    _bind_ligands(tables, state, dt)
    _advance_marrow(tables, state, dt)
    _set_effects(tables, state)
    fill_unruled(tables, state)


@kernel
def _advance_drug(tables, state, drug, dt):
    """Plasma by its kinetics, lingering exposure at the middle of each third of the step."""
    amounts, parameters = state.amounts[drug], state.kinetics[drug]
    present = amounts[kinetics.DEPOT] + amounts[kinetics.CENTRAL] + amounts[kinetics.PERIPHERAL]
    if present < LEAST_AMOUNT:
        amounts[:] = 0.0
    nodes = EXPOSURE_NODES
    half = 0.5 * dt / nodes
    washout, total = tables.drugs.washout[drug], 0.0
    for node in range(nodes):
        total += _linger(state, amounts, parameters, drug, washout, half)
        state.exposure[drug, node] = state.lingering[drug]
        total += _linger(state, amounts, parameters, drug, washout, half)
    state.plasma_drug[drug] = total / dt
    lost = state.lost_weight[drug] + tables.drugs.weight_loss[drug] * total
    state.lost_weight[drug] = min(0.9, lost) * math.exp(-tables.drugs.weight_recovery[drug] * dt)


@kernel
def _linger(state, amounts, parameters, drug, washout, dt):
    """Advance plasma and lingering exposure by dt (day); returns the area under the plasma curve (ug day/mL)."""
    before = amounts[kinetics.EXPOSURE]
    kinetics.advance(amounts, parameters, dt)
    gained = amounts[kinetics.EXPOSURE] - before
    kept = math.exp(-0.5 * washout * dt)
    state.lingering[drug] = (state.lingering[drug] * kept + gained) * kept
    return gained


@kernel
def _bind_ligands(tables, state, dt):
    """Free and total ligand in plasma under all drugs that bind them.

    Each drug sees the ligand as buffered by binding proteins and by the other drugs' free sites. The total relaxes
    exactly to what turnover off and on the drugs allows at the bound share of this step.
    """
    drugs, signalling, factors = tables.drugs, tables.signalling, tables.count.factors
    for factor in range(tables.count.factors):
        free = signalling.plasma_free[factor]
        state.buffers[factor] = signalling.plasma_total[factor] / free if free > 0.0 else 1.0
    for drug in range(tables.count.drugs):
        sites = state.plasma_drug[drug] * drugs.binding_sites[drug]
        if sites > 0.0:
            for factor in range(tables.count.factors):
                state.effective[factor] = state.buffers[factor] + _held_by_others(tables, state, drug, factor)
            state.free_sites[drug] = bind(
                sites,
                state.plasma_total[:factors],
                drugs.binding_affinity[drug, :factors],
                state.effective[:factors],
                state.plasma_free[:factors],
            )
        else:
            state.free_sites[drug] = 0.0
    for factor in range(tables.count.factors):
        _turn_over(tables, state, factor, dt)


@kernel
def _held_by_others(tables, state, drug, factor):
    held = 0.0
    for other in range(tables.count.drugs):
        if other != drug:
            held += state.free_sites[other] / tables.drugs.binding_affinity[other, factor]
    return held


@kernel
def _turn_over(tables, state, factor, dt):
    """Relax the total of one plasma ligand (nM) exactly over dt (day), then set its free part."""
    signalling, drugs = tables.signalling, tables.drugs
    weight, loss = state.buffers[factor], signalling.bound_clearance[factor] * state.buffers[factor]
    for drug in range(tables.count.drugs):
        held = state.free_sites[drug] / drugs.binding_affinity[drug, factor]
        weight += held
        loss += held * drugs.complex_clearance[drug, factor]
    loss /= weight
    if loss > 0.0:
        rest = signalling.bound_clearance[factor] * signalling.plasma_total[factor] / loss
        kept = math.exp(-loss * dt)
        state.plasma_total[factor] = rest + (state.plasma_total[factor] - rest) * kept
    state.plasma_free[factor] = state.plasma_total[factor] / weight


@kernel
def _advance_marrow(tables, state, dt):
    body, effect = tables.body, 0.0
    for drug in range(tables.count.drugs):
        mean = 0.0
        for node in range(EXPOSURE_NODES):
            mean += state.exposure[drug, node] / EXPOSURE_NODES
        effect += tables.drugs.neutrophil_suppression[drug] * mean
    transit = marrow_transit(body)
    marrow.advance(state.marrow, 1.0, transit, body.neutrophil_loss, body.feedback, effect, 1.0, 1.0, dt)


@kernel
def marrow_transit(body):
    """Rate (1/day) at which each stage is passed."""
    return MARROW_STAGES / body.mean_maturation_time


@kernel
def _set_effects(tables, state):
    """Capture of ligands, antagonism, depletion and modified behaviours at this step's concentrations."""
    drugs = tables.drugs
    state.capture[:] = 0.0
    state.antagonism[:] = 0.0
    state.depletion[:] = 0.0
    state.modification[:] = 1.0
    for drug in range(tables.count.drugs):
        level = state.plasma_drug[drug]
        if level > 0.0:
            tissue = drugs.tissue_share[drug]
            for factor in range(tables.count.factors):
                state.capture[factor] += state.free_sites[drug] * tissue * drugs.on_rate[drug, factor]
            for receptor in range(tables.count.receptors):
                molar = level * tissue * drugs.molar[drug]
                state.antagonism[receptor] += molar / drugs.antagonism[drug, receptor]
            for cell_type in range(tables.count.types):
                share = level / (level + drugs.depletion_half[drug, cell_type])
                state.depletion[cell_type] += drugs.depletion_rate[drug, cell_type] * share
            for behaviour in range(tables.count.behaviours):
                share = level / (level + drugs.modification_half[drug, behaviour])
                state.modification[behaviour] *= 1.0 + (drugs.modification[drug, behaviour] - 1.0) * share


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
