"""The model as plain arrays: what the engines read instead of objects, names and units.

Units inside: day, mm3, nM, mg/kg, ug/mL, cells. Every array is made by `compile.py`; which numbers fill which entry
stands there.
"""

from __future__ import annotations

from typing import Annotated

from paget.model.tumour import REQUIRED_BEHAVIOURS

Real = float
Whole = int

TUMOUR_CELL = 0
"""Index of the tumour cell among the cell types."""

TUMOUR_SIDE, HOST_SIDE = 0, 1
"""Whose cells carry a receptor: an antagonist may know the receptor of one species only."""

TUMOUR_BEHAVIOURS = REQUIRED_BEHAVIOURS
"""Behaviours of the tumour cell that the host engine reads, in the order of `BehaviourIndex.tumour`."""

(
    CYCLE_ENTRY,
    DIVISION,
    DEATH,
    DEATH_OF_DAMAGED,
    REPAIR,
    DRUG_SENSITIVITY,
    SHEDDING,
    COHESION,
    FIRST_PASS_PASSAGE,
    LOSS_FROM_BLOOD,
    BREAK_UP,
    DEATH_AFTER_ARREST,
    EXTRAVASATION,
    DEATH_WHILE_SOLITARY,
    WAKING,
    DEATH_OF_LONE_FOUNDER,
) = range(len(TUMOUR_BEHAVIOURS))


class RuleTable:
    """Behaviours 0..B-1 and their rules, sorted by behaviour."""

    base: Annotated[Real, "B"]
    """Value without signals, shape (B,), in the unit of the behaviour."""
    minimum: Annotated[Real, "B"]
    """Value under full inhibition, shape (B,)."""
    maximum: Annotated[Real, "B"]
    """Value under full promotion, shape (B,)."""
    first_rule: Annotated[Whole, "B + 1"]
    """Rules of behaviour b are first_rule[b] .. first_rule[b + 1] - 1; shape (B + 1,)."""
    signal: Annotated[Whole, "Q"]
    """Signal of each rule, shape (Q,)."""
    increases: Annotated[Whole, "Q"]
    """1 where the signal increases the behaviour, 0 where it decreases it; shape (Q,)."""
    half: Annotated[Real, "Q"]
    """Half-maximum of each rule, in the unit of its signal; shape (Q,)."""
    power: Annotated[Real, "Q"]
    """Hill power of each rule; shape (Q,)."""
    contacts: Annotated[Whole, "B", 2]
    """Contact signals that a behaviour senses, -1 where none; shape (B, 2)."""


class BehaviourIndex:
    """Where each behaviour stands in the rule table; -1 where a cell type has none. K cell types, F factors."""

    tumour: Annotated[Whole, 16]
    """Behaviours of the tumour cell, shape (len(TUMOUR_BEHAVIOURS),)."""
    secretion: Annotated[Whole, "N", 3]
    """Secretions as rows (cell type, factor, behaviour), shape (N, 3); behaviours of those with rules stand first."""
    recruitment: Annotated[Whole, "K"]
    """Recruitment of each cell type, shape (K,)."""
    death: Annotated[Whole, "K"]
    """Death of each cell type, shape (K,)."""
    transformation: Annotated[Whole, "T", 3]
    """Transformations as rows (from, to, behaviour), shape (T, 3)."""
    attack: Annotated[Whole, "K"]
    """Attack of each cell type on tumour cells, shape (K,)."""
    adhesion: Annotated[Whole, "P"]
    """Adhesion of tumour cells to each partner type, shape (P,)."""
    partner: Annotated[Whole, "P"]
    """Cell type of each partner, shape (P,)."""
    matrix: Annotated[Whole, 3, "K"]
    """Deposition, alignment and digestion of collagen by each cell type, shape (3, K)."""
    endothelial: int
    """Index of the endothelial cell among the cell types, -1 without."""
    neutrophil: int
    """Index of the neutrophil among the cell types, -1 without."""
    marrow: Annotated[Whole, 2]
    """Production in and release from marrow of the neutrophil, shape (2,)."""
    adhesion_back: Annotated[Whole, "P"]
    """Adhesion of each partner type to tumour cells, shape (P,)."""
    shielding: Annotated[Whole, "P"]
    """Shielding of escorted cells by each partner type, shape (P,)."""
    stimulation: Annotated[Whole, "P"]
    """Stimulation of escorted cells by each partner type, shape (P,)."""


class ReceptorIndex:
    """Who binds and who carries which receptor, as lists: most pairs of receptor and factor do not meet.

    R receptors, Y pairs of receptor and ligand, C pairs of receptor and carrier, both in the order of receptors.
    """

    first_ligand: Annotated[Whole, "R + 1"]
    """Ligands of receptor r are first_ligand[r] .. first_ligand[r + 1] - 1; shape (R + 1,)."""
    ligand: Annotated[Whole, "Y"]
    """Factor of each pair, shape (Y,)."""
    first_carrier: Annotated[Whole, "R + 1"]
    """Carriers of receptor r are first_carrier[r] .. first_carrier[r + 1] - 1; shape (R + 1,)."""
    carrier: Annotated[Whole, "C"]
    """Cell type of each pair, shape (C,)."""
    expression: Annotated[Whole, "C"]
    """Its behaviour `expression of ...`, -1 where it keeps the stated number; shape (C,)."""
    first_competitor: Annotated[Whole, "F + 1"]
    """Factors of competition g are first_competitor[g] .. first_competitor[g + 1] - 1; shape (F + 1,).

    Factors compete that share a receptor, directly or through others; one that shares none stands alone."""
    competitor: Annotated[Whole, "F"]
    """Factors in the order of competitions, shape (F,)."""
    first_sought: Annotated[Whole, "F + 1"]
    """Receptors that competition g is for are first_sought[g] .. first_sought[g + 1] - 1; shape (F + 1,)."""
    sought: Annotated[Whole, "R"]
    """Receptors in the order of competitions, those without a ligand among the factors left out; shape (R,)."""


class SignalIndex:
    """Where each signal stands in the vector of signals."""

    activity: int
    """First of K * R receptor activities (row of cell types); factor levels stand before it."""
    contact: int
    """First of K contact signals."""
    pressure: int
    vessel_density: int
    collagen_density: int
    collagen_alignment: int
    cytotoxic_exposure: int


class Signalling:
    """Factors and receptors. F factors, R receptors."""

    decay: Annotated[Real, "F"]
    """Decay of each factor (1/day), shape (F,)."""
    exchange: Annotated[Real, "F"]
    """Exchange with blood at reference vessel density (1/day), shape (F,)."""
    crosses: Annotated[Real, "F"]
    """1 where the tumour's molecule counts for the host's receptors and back, shape (F,)."""
    affinity: Annotated[Real, "R", "F"]
    """Dissociation constant of each receptor and factor (nM), infinite where it does not bind; shape (R, F)."""
    collagen: Annotated[Real, "R"]
    """Collagen density that fills half of each receptor, infinite where it does not bind; shape (R,)."""
    receptors: Annotated[Real, "K", "R"]
    """Receptors per cell, shape (K, R)."""
    expression: Annotated[Real, "K", "R"]
    """Receptors relative to the unedited cell type, 0 where it has none: scales its activity signal; shape (K, R)."""
    internalisation: Annotated[Real, "K", "R"]
    """Internalisation of occupied receptors (1/day), shape (K, R)."""
    plasma_free: Annotated[Real, "F"]
    """Free ligand in plasma without drug (nM), shape (F,)."""
    plasma_total: Annotated[Real, "F"]
    """Total ligand in plasma without drug (nM), shape (F,)."""
    bound_clearance: Annotated[Real, "F"]
    """Turnover of ligand bound in plasma (1/day), shape (F,)."""
    cleared_by_neutrophils: Annotated[Real, "F"]
    """Share of that turnover which blood neutrophils do in health, shape (F,)."""


class Tumour:
    """Numbers of the tumour that are not behaviours."""

    cell_density: float
    """Cells of all types per volume (1/mm3)."""
    alpha: float
    """Gompertz growth rate at 1 mm3 (1/day)."""
    beta: float
    """Fall of the growth rate per e-fold of volume (1/day)."""
    reference_cycle_entry: float
    """Cycle entry of an unhindered cell under the signals of an untreated tumour (1/day)."""
    reference_death: float
    """Death by all causes in an untreated tumour (1/day)."""
    cell_loss_share: float
    """Share of the crowding that is cell loss."""
    division: float
    """Division rate of a cycling cell (1/day)."""
    shedding_exponent: float
    passage_size_exponent: float
    half_life_single: float
    """Half-life in blood of single passers (day)."""
    half_life_cluster: float
    half_life_mixed: float
    pick_up_in_blood: float
    """Leukocytes picked up in blood per affinity and density (mL/day)."""
    aggregation_in_blood: float
    """Passers joining with singles, per density of these (mL/day)."""
    lost_by_death: float
    late_arrest_in_lung: float
    shedding_diameter: float
    """Smaller lesions do not shed (mm)."""
    lymphatic_share: float
    company_factor: float
    company_scale: float
    niche_tumour_share: float
    """Share of tumour cells among the cells around a small lesion."""
    composition: Annotated[Real, "K"]
    """Cells of each type per tumour cell at inoculation, shape (K,)."""


class Body:
    """Numbers of the host that are not sites."""

    weight: float
    """Body weight (g)."""
    weight_gain: float
    """Relative gain (1/day)."""
    surface_constant: float
    """Body surface per weight^(2/3) (m2/kg^(2/3)), 0 where it is not stated."""
    tumour_wasting: float
    """Relative loss per tumour volume (1/mm3)."""
    interstitial_share: float
    neighbours: float
    blood_volume: float
    """Blood volume (mL)."""
    cardiac_output: float
    """Cardiac output (mL/day)."""
    portal_share: float
    """Share of cardiac output that reaches the liver by the portal vein, within the flow of the rest."""
    neutrophils: float
    """Blood neutrophils (1/mL)."""
    mean_maturation_time: float
    """Marrow transit (day)."""
    neutrophil_loss: float
    """Rate at which neutrophils leave the blood (1/day)."""
    feedback: float
    collagen_turnover: float
    """Turnover of collagen and loss of its order (1/day)."""


class Sites:
    """Organs. S sites in the order of `paget.host.record.SITES`."""

    flow: Annotated[Real, "S"]
    """Share of cardiac output by arteries, shape (S,)."""
    volume: Annotated[Real, "S"]
    """Volume (mm3), shape (S,)."""
    stress: Annotated[Real, "S"]
    """Factor on the death of tumour cells new to the organ, shape (S,)."""
    confinement: Annotated[Real, "S"]
    """A lesion here is as crowded as one in the fat pad of so many times its volume, shape (S,)."""
    receptivity: Annotated[Real, "S"]
    """Factor on waking, shape (S,)."""
    cells: Annotated[Real, "S", "K"]
    """Resident cells of the wild type (1/mm3), shape (S, K)."""
    kept_recruitment: Annotated[Real, "S", "K"]
    """Recruitment at rest relative to the wild type, shape (S, K); 1 in a host that is not edited."""
    kept_deposition: Annotated[Real, "S"]
    """Deposition of collagen at rest relative to the wild type, shape (S,)."""
    lost_digestion: Annotated[Real, "S"]
    """Digestion of collagen at rest that the wild type has more (1/day), shape (S,); 0 in a host that is not edited."""


class Drugs:
    """Drugs of the model. D drugs, O routes, F factors, R receptors, K cell types, B behaviours."""

    clearance: Annotated[Real, "D"]
    """Linear clearance (L/kg/day), shape (D,)."""
    volume: Annotated[Real, "D"]
    """Central volume (L/kg), shape (D,)."""
    peripheral_volume: Annotated[Real, "D"]
    """Peripheral volume (L/kg), 0 for one compartment; shape (D,)."""
    distribution_clearance: Annotated[Real, "D"]
    """Exchange between the compartments (L/kg/day), shape (D,)."""
    maximum_elimination: Annotated[Real, "D"]
    """Saturable elimination (mg/kg/day), 0 for linear; shape (D,)."""
    half_saturation: Annotated[Real, "D"]
    """Concentration of half-maximal elimination (mg/L), shape (D,)."""
    bioavailability: Annotated[Real, "D", "O"]
    """Share of a dose that arrives, shape (D, O); NaN where the route is unknown."""
    absorption: Annotated[Real, "D", "O"]
    """First-order absorption (1/day), 0 for i.v.; shape (D, O)."""
    damage_rate: Annotated[Real, "D"]
    """Largest rate of damage to cycling cells (1/day), 0 for drugs that do none; shape (D,)."""
    damage_half: Annotated[Real, "D"]
    """Lingering exposure of half that rate (ug day/mL), shape (D,)."""
    damage_power: Annotated[Real, "D"]
    """Hill power, shape (D,)."""
    washout: Annotated[Real, "D"]
    """Loss of the lingering exposure (1/day), shape (D,)."""
    binding_sites: Annotated[Real, "D"]
    """Ligand-binding sites per plasma concentration (nM per ug/mL), shape (D,)."""
    binding_affinity: Annotated[Real, "D", "F"]
    """Dissociation constant from each factor in this host (nM), infinite where it does not bind; shape (D, F)."""
    on_rate: Annotated[Real, "D", "F"]
    """Association (1/nM/day), shape (D, F)."""
    capture_share: Annotated[Real, "D", "F"]
    """Concentration in tissue relative to plasma, for each factor that the drug binds; shape (D, F)."""
    complex_clearance: Annotated[Real, "D", "F"]
    """Turnover of ligand held by the drug (1/day), shape (D, F)."""
    molar: Annotated[Real, "D"]
    """Molar concentration per mass concentration (nM per ug/mL), shape (D,)."""
    antagonism: Annotated[Real, "D", "R", 2]
    """Inhibition constant at each receptor of tumour cells and of the host's (nM), infinite where none; (D, R, 2)."""
    antagonist_share: Annotated[Real, "D", "R"]
    """Active concentration in tissue relative to plasma, for each receptor that the drug blocks; shape (D, R)."""
    inhibition: Annotated[Real, "D", "F"]
    """Inhibition constant of each factor (nM), infinite where none; shape (D, F)."""
    inhibitor_share: Annotated[Real, "D", "F"]
    """Active concentration in tissue relative to plasma, for each factor that the drug inhibits; shape (D, F)."""
    depletion_rate: Annotated[Real, "D", "K"]
    """Largest added death rate of each cell type (1/day), shape (D, K)."""
    depletion_half: Annotated[Real, "D", "K"]
    """Plasma concentration of half that rate (ug/mL), shape (D, K)."""
    modification: Annotated[Real, "D", "B"]
    """Factor on each behaviour at saturation, 1 where none; shape (D, B)."""
    modification_half: Annotated[Real, "D", "B"]
    """Plasma concentration of half that change (ug/mL), shape (D, B)."""
    weight_loss: Annotated[Real, "D"]
    """Relative loss of weight per exposure (1/(ug day/mL)), shape (D,)."""
    weight_recovery: Annotated[Real, "D"]
    """Recovery of the lost weight (1/day), shape (D,)."""
    neutrophil_suppression: Annotated[Real, "D"]
    """Inhibition of neutrophil precursors per lingering exposure (1/(ug day/mL)), shape (D,)."""


class Blood:
    """Leukocytes in blood. P partner types."""

    leukocytes: Annotated[Real, "P"]
    """Cells of each partner type in blood (1/mL), neutrophils apart, which come from the marrow; shape (P,)."""


class Count:
    """How many of each there are; arrays are as long as their capacity."""

    types: int
    factors: int
    receptors: int
    drugs: int
    partners: int
    behaviours: int
    secretions: int
    """Secretions, with rules or without."""
    competitions: int
    """Groups of factors that compete for receptors."""
    secreting: int
    """End of the secretions with rules."""
    early: int
    """End of these and the expressions of receptors: they follow the signals of the step before."""
    always: int
    """End of the ruled behaviours that every sensing needs."""
    daily: int
    """End of those of other cells and of collagen: metastases need them once a day."""
    resting: int
    """End of those of cells that are arrested, rest or found a lesion: only niches need them."""
    leaving: int
    """End of those of cells on their way into blood: only lesions that shed need them."""
    ruled: int
    """End of the ruled behaviours; those in marrow are read in plasma only. All others keep their base."""
    transformations: int


class Tables:
    """One model, ready to run."""

    count: Count

    rules: RuleTable
    behaviour: BehaviourIndex
    receptor: ReceptorIndex
    signal: SignalIndex
    signalling: Signalling
    tumour: Tumour
    body: Body
    sites: Sites
    drugs: Drugs
    blood: Blood
