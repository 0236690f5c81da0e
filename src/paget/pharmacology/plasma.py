"""Drugs in the plasma of one body and what they do in its tissues: for both engines.

Large tumours give factors to plasma (`give_to_plasma`), from where they reach every organ. With v V the perfused fluid
(vessel density times fluid, summed over lesions), e the rate of exchange and V_p the volume of plasma, the total obeys

    total' = clearance total_at_rest + sum e v V C / V_p - (clearance + e sum v V free / (V_p total)) total,

which is relaxed exactly over a step. Ligand that binding proteins hold is part of the total, so what a tumour gives is
held in the same proportion. Blood neutrophils may do a share s of the clearance, as they take G-CSF up with its
receptor (Quartino et al., Pharm. Res. 31 (2014) 3390): at N times their number in health it is 1 + s (N - 1) of that in
health, so that the ligand rises when they are few. Receptors do not fill up: doses of the ligand itself are beyond it.

Doses enter compartments (`kinetics`), antibodies bind the ligands in plasma (`binding`), exposure lingers in tissue,
and from the levels of a step follow its effects: capture of free ligand, antagonism at receptors, depletion of cell
types, modified behaviours, damage of cycling cells. Kernels read the tables of a model (`paget.rules.tables.Tables`)
and change any record with the fields of `Plasma`: the state of an animal, or that of the supply of a tissue.
D drugs, F factors, R receptors, K cell types, B behaviours.
"""

from __future__ import annotations

import math
from typing import Annotated

from paget.compiled import kernel, law
from paget.pharmacology import kinetics
from paget.pharmacology.binding import bind

LEAST_AMOUNT = 1e-12
"""Amount (mg/kg) below which a drug counts as gone."""

PLASMA_SHARE = 0.55
"""Share of the blood volume that is plasma (a haematocrit of 0.45)."""

EXPOSURE_NODES = 3
"""Times within a step at which drug exposure is read."""


class Plasma:
    """What changes. The fields of a record."""

    amounts: Annotated[float, "D", 5]
    """Depot, central, peripheral amount of each drug (mg/kg), effect, area under its curve; shape (D, 5)."""
    kinetics: Annotated[float, "D", 9]
    """Kinetic parameters of each drug, shape (D, 9)."""
    free_sites: Annotated[float, "D"]
    """Free binding sites of each drug in plasma (nM), shape (D,)."""
    buffers: Annotated[float, "F"]
    """Total over free ligand in plasma without drug, shape (F,)."""
    effective: Annotated[float, "F"]
    """The same with the other drugs, shape (F,)."""
    lingering: Annotated[float, "D"]
    """Lingering exposure of each drug (ug day/mL), shape (D,)."""
    exposure: Annotated[float, "D", 3]
    """Lingering exposure at the nodes of this step, shape (D, EXPOSURE_NODES)."""
    plasma_drug: Annotated[float, "D"]
    """Mean plasma concentration over the step (ug/mL), shape (D,)."""
    plasma_total: Annotated[float, "F"]
    """Total ligand in plasma (nM), shape (F,)."""
    plasma_free: Annotated[float, "F"]
    """Free ligand in plasma (nM), shape (F,)."""
    neutrophils: Annotated[float, 1]
    """Neutrophils of blood relative to health, shape (1,)."""
    # effects of drugs in this step
    capture: Annotated[float, "F"]
    """Capture of free ligand in tissue (1/day), shape (F,)."""
    inhibition: Annotated[float, "F"]
    """Sum of inhibitor over inhibition constant of each factor, shape (F,)."""
    antagonism: Annotated[float, "R", 2]
    """Sum of antagonist over inhibition constant at each receptor of tumour cells and of the host's, shape (R, 2)."""
    depletion: Annotated[float, "K"]
    """Added death rate of each cell type (1/day), shape (K,)."""
    modification: Annotated[float, "B"]
    """Factor on each behaviour, shape (B,)."""
    cytotoxic: Annotated[float, 1]
    """Lingering exposure to cytotoxic drugs, in multiples of that of half damage, mean over the step; shape (1,)."""
    # what large lesions give to plasma
    inflow: Annotated[float, "F"]
    """What lesions give per day (nM mm3/day), shape (F,)."""
    perfused: Annotated[float, 1]
    """Fluid of lesions that exchanges with plasma, times vessel density (mm3); shape (1,)."""


def fill_plasma(tables, state) -> None:
    """Plasma before any dose: ligands at rest, no effect."""
    state["plasma_free"][:] = tables["signalling"]["plasma_free"]
    state["plasma_total"][:] = tables["signalling"]["plasma_total"]
    state["modification"][:] = 1.0
    state["neutrophils"][:] = 1.0


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
def give(tables, state, drug, route, dose):
    """Give one dose (mg/kg) by a route; the depot then empties at that route's rate."""
    absorption = tables.drugs.absorption[drug, route]
    arriving = tables.drugs.bioavailability[drug, route] * dose
    if absorption > 0.0:
        state.kinetics[drug, kinetics.ABSORPTION] = absorption
        kinetics.give(state.amounts[drug], state.kinetics[drug], arriving, kinetics.ABSORBED)
    else:
        kinetics.give(state.amounts[drug], state.kinetics[drug], arriving, kinetics.INTRAVENOUS)


@kernel
def advance_drug(tables, state, drug, dt):
    """Advance a drug by dt (day): plasma by its kinetics, lingering exposure at the middle of each third of the step.

    Returns the area under the plasma curve (ug day/mL).
    """
    amounts, parameters = state.amounts[drug], state.kinetics[drug]
    present = amounts[kinetics.DEPOT] + amounts[kinetics.CENTRAL] + amounts[kinetics.PERIPHERAL]
    if present < LEAST_AMOUNT:
        amounts[:] = 0.0
        if state.lingering[drug] == 0.0:  # never given
            state.plasma_drug[drug] = 0.0
            return 0.0
    nodes = EXPOSURE_NODES
    half = 0.5 * dt / nodes
    washout, total = tables.drugs.washout[drug], 0.0
    for node in range(nodes):
        total += _linger(state, amounts, parameters, drug, washout, half)
        state.exposure[drug, node] = state.lingering[drug]
        total += _linger(state, amounts, parameters, drug, washout, half)
    state.plasma_drug[drug] = total / dt
    return total


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
def bind_ligands(tables, state, dt):
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
    weight = state.buffers[factor]
    followed = relative_clearance(signalling.cleared_by_neutrophils[factor], state.neutrophils[0])
    loss = signalling.bound_clearance[factor] * followed * weight
    for drug in range(tables.count.drugs):
        held = state.free_sites[drug] / drugs.binding_affinity[drug, factor]
        weight += held
        loss += held * drugs.complex_clearance[drug, factor]
    volume = plasma_volume(tables)
    loss += signalling.exchange[factor] * state.perfused[0] / volume
    loss /= weight
    if signalling.bound_clearance[factor] > 0.0:
        made = (
            signalling.bound_clearance[factor] * signalling.plasma_total[factor]
            + state.inflow[factor] / volume
        )
        rest = made / loss
        kept = math.exp(-loss * dt)
        state.plasma_total[factor] = rest + (state.plasma_total[factor] - rest) * kept
    state.plasma_free[factor] = state.plasma_total[factor] / weight


@law
def relative_clearance(share, neutrophils):
    """Clearance relative to health when neutrophils (relative to health) do `share` of it there."""
    return 1.0 + share * (neutrophils - 1.0)


@law
def plasma_volume(tables):
    """Volume of plasma (mm3)."""
    return 1e3 * PLASMA_SHARE * tables.body.blood_volume


@kernel
def take_back(tables, state):
    """Forget what lesions give to plasma, before all of them are asked again."""
    state.perfused[0] = 0.0
    for factor in range(tables.count.factors):
        state.inflow[factor] = 0.0


@kernel
def give_to_plasma(tables, state, levels, fluid, vessels):
    """Add what one lesion of so much fluid (mm3) at `levels` (nM, shape (F,)) exchanges with plasma per day."""
    state.perfused[0] += fluid * vessels
    for factor in range(tables.count.factors):
        state.inflow[factor] += tables.signalling.exchange[factor] * vessels * levels[factor] * fluid


@kernel
def set_effects(tables, state):
    """Capture and inhibition of ligands, antagonism, depletion and modified behaviours at the levels of this step."""
    drugs = tables.drugs
    state.capture[:] = 0.0
    state.inhibition[:] = 0.0
    state.antagonism[:] = 0.0
    state.depletion[:] = 0.0
    state.modification[:] = 1.0
    state.cytotoxic[0] = cytotoxic_exposure(tables, state)
    for drug in range(tables.count.drugs):
        level = state.plasma_drug[drug]
        if level > 0.0:
            molar = level * drugs.molar[drug]
            for factor in range(tables.count.factors):
                sites = state.free_sites[drug] * drugs.capture_share[drug, factor]
                state.capture[factor] += sites * drugs.on_rate[drug, factor]
                active = molar * drugs.inhibitor_share[drug, factor]
                state.inhibition[factor] += active / drugs.inhibition[drug, factor]
            for receptor in range(tables.count.receptors):
                active = molar * drugs.antagonist_share[drug, receptor]
                for side in range(2):
                    state.antagonism[receptor, side] += active / drugs.antagonism[drug, receptor, side]
            for cell_type in range(tables.count.types):
                share = level / (level + drugs.depletion_half[drug, cell_type])
                state.depletion[cell_type] += drugs.depletion_rate[drug, cell_type] * share
            for behaviour in range(tables.count.behaviours):
                share = level / (level + drugs.modification_half[drug, behaviour])
                state.modification[behaviour] *= 1.0 + (drugs.modification[drug, behaviour] - 1.0) * share


@kernel
def cytotoxic_exposure(tables, state):
    """Lingering exposure over that of half damage (no unit), summed over all drugs that damage; mean over the step."""
    total = 0.0
    for drug in range(tables.count.drugs):
        if tables.drugs.damage_rate[drug] > 0.0:
            for node in range(EXPOSURE_NODES):
                total += state.exposure[drug, node] / (tables.drugs.damage_half[drug] * EXPOSURE_NODES)
    return total


@kernel
def damage_rate(tables, state, sensitivity):
    """Rate at which cycling cells are damaged (1/day), the mean over the step, all cytotoxic drugs together."""
    rate = 0.0
    for drug in range(tables.count.drugs):
        largest = tables.drugs.damage_rate[drug]
        if largest > 0.0:
            nodes = EXPOSURE_NODES
            for node in range(nodes):
                felt = state.exposure[drug, node] * sensitivity
                if felt > 0.0:
                    response = (felt / tables.drugs.damage_half[drug]) ** tables.drugs.damage_power[drug]
                    rate += largest * response / (1.0 + response) / nodes
    return rate
