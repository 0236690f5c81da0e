"""The state of one subject, as arrays that the kernels change in place.

S sites, K cell types, F factors, R receptors, D drugs, B behaviours, P partner types, L lesions, G founder groups.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from paget.host.record import AGGREGATE_KINDS, CASCADE_STEPS, LARGEST_AGGREGATE, SITES
from paget.pharmacology.kinetics import N_AMOUNTS, N_PARAMETERS
from paget.rules.rule_table import FloatArray, IntArray
from paget.rules.tables import BREAK_UP, FIRST_PASS_PASSAGE, LOSS_FROM_BLOOD, Tables

EXPOSURE_NODES = 3
"""Times within a step at which drug exposure is read."""

# Entries of State.count.
LESIONS, GROUPS, FULL = range(3)

BLOOD_BEHAVIOURS = [LOSS_FROM_BLOOD, BREAK_UP, FIRST_PASS_PASSAGE]
"""Behaviours that circulating cells keep from the tumour they left."""

# Entries of State.account: what became of shed tumour cells (cells).
SHED, DEAD_IN_BLOOD, ARRESTED = range(3)


class State(NamedTuple):
    """Everything that changes."""

    count: IntArray
    """Lesions and founder groups in use, whether an array is full; shape (3,)."""
    # lesions
    site: IntArray
    """Site of each lesion, shape (L,); lesion 0 is the primary."""
    small: IntArray
    """1 while a lesion shares the niche and stages of its organ; its cells then stand in stage 0."""
    cells: IntArray
    """Tumour cells by stage, shape (L, 3)."""
    stroma: IntArray
    """Other cells by type, shape (L, K); column 0 (tumour cells) is unused."""
    levels: FloatArray
    """Free concentrations (nM), shape (L, F)."""
    matrix: FloatArray
    """Collagen density and alignment, shape (L, 2)."""
    volume: FloatArray
    """Volume (mm3), shape (L,)."""
    lineage: np.ndarray
    """Lineage id (uint64), shape (L,)."""
    founders: IntArray
    """Tumour cells of the group that founded the lesion, shape (L,)."""
    reached: IntArray
    """1 once the lesion has been counted as a macrometastasis, shape (L,)."""
    kind: IntArray
    """Kind of aggregate (AGGREGATE_KINDS) that founded it, shape (L,)."""
    # founder groups on the ladder
    group_site: IntArray
    group_size: IntArray
    group_founders: IntArray
    group_kind: IntArray
    group_lineage: np.ndarray
    # niches
    niche: FloatArray
    """Cells around small lesions and solitary cells (1/mm3), shape (S, K)."""
    niche_levels: FloatArray
    """Free concentrations in the niche (nM), shape (S, F)."""
    shares: FloatArray
    """Stage shares of the small lesions of a site, shape (S, 3)."""
    niche_behaviours: FloatArray
    """Behaviours in the niche during this step, shape (S, B)."""
    # blood and pools
    circulating: IntArray
    """Aggregates in blood that passed their first bed, by tumour cells - 1 and partner, shape (12, 1 + P)."""
    arrested: IntArray
    """Aggregates in capillaries by site, kind and living cells, shape (S, 3, 12)."""
    solitary: IntArray
    """Resting groups in the organ by site, kind and living cells, shape (S, 3, 12)."""
    funnel: IntArray
    """Counts, shape (S, len(CASCADE_STEPS), 3)."""
    account: IntArray
    """What became of shed cells, shape (3,)."""
    arrested_cells: IntArray
    """Tumour cells arrested so far by site, shape (S,)."""
    blood_behaviours: FloatArray
    """Loss from blood, cluster break-up and first-pass passage of tumour cells, as last read; shape (3,)."""
    # drugs, plasma, marrow, weight
    amounts: FloatArray
    """Depot, central, peripheral amount of each drug (mg/kg), effect, area under its curve; shape (D, 5)."""
    kinetics: FloatArray
    """Kinetic parameters of each drug, shape (D, 9)."""
    free_sites: FloatArray
    """Free binding sites of each drug in plasma (nM), shape (D,)."""
    buffers: FloatArray
    """Total over free ligand in plasma without drug, shape (F,)."""
    effective: FloatArray
    """The same with the other drugs, shape (F,)."""
    lingering: FloatArray
    """Lingering exposure of each drug (ug day/mL), shape (D,)."""
    exposure: FloatArray
    """Lingering exposure at the nodes of this step, shape (D, EXPOSURE_NODES)."""
    plasma_drug: FloatArray
    """Mean plasma concentration over the step (ug/mL), shape (D,)."""
    plasma_total: FloatArray
    """Total ligand in plasma (nM), shape (F,)."""
    plasma_free: FloatArray
    """Free ligand in plasma (nM), shape (F,)."""
    marrow: FloatArray
    """Neutrophils relative to rest: proliferating, three maturing, circulating; shape (5,)."""
    lost_weight: FloatArray
    """Share of body weight lost to each drug, shape (D,)."""
    # effects of drugs in this step
    capture: FloatArray
    """Capture of free ligand in tissue (1/day), shape (F,)."""
    antagonism: FloatArray
    """Sum of antagonist over inhibition constant at each receptor, shape (R,)."""
    depletion: FloatArray
    """Added death rate of each cell type (1/day), shape (K,)."""
    modification: FloatArray
    """Factor on each behaviour, shape (B,)."""
    # workspaces
    active: IntArray
    """1 where a site holds tumour cells other than the primary, shape (S,)."""
    births: FloatArray
    """Births per cell in small lesions (1/day), shape (S,)."""
    deaths: FloatArray
    """Deaths per cell in small lesions (1/day), shape (S,)."""
    generator: np.ndarray
    """Generator state (uint64)."""
    signals: FloatArray
    """Signals, shape (K + ...,)."""
    behaviours: FloatArray
    """Behaviours, shape (B,)."""
    densities: FloatArray
    """Cells per mm3 by type, shape (K,)."""
    production: FloatArray
    """Production of each factor (nM/day), shape (F,)."""
    uptake: FloatArray
    """Uptake of each factor (1/day), shape (F,)."""
    activity: FloatArray
    """Activity of each receptor, shape (R,)."""
    receptor_density: FloatArray
    """Internalising receptors of each kind (molecules per mm3 and day), shape (R,)."""
    sizes: IntArray
    """Aggregates by tumour cells - 1 and partner, shape (12, 1 + P)."""
    entering: IntArray
    """Aggregates that start to circulate behind the lungs in this step, shape (12, 1 + P)."""
    entering_veins: IntArray
    """The same for those whose first bed was not that of the lungs, shape (12, 1 + P)."""
    fates: FloatArray
    """Probabilities of the fates of an aggregate, shape (2 + S,)."""
    fate_counts: IntArray
    """Counts of fates, shape (2 + S,)."""
    moved: IntArray
    """Workspace of the pools, shape (12,)."""


def new_state(tables: Tables, lesions: int, groups: int) -> State:
    """A state with room for so many lesions and founder groups, all empty."""
    types, receptors = tables.signalling.receptors.shape
    factors, drugs = tables.signalling.decay.size, tables.drugs.clearance.size
    behaviours, partners = tables.rules.base.size, tables.behaviour.partner.size
    sites, kinds = len(SITES), len(AGGREGATE_KINDS)
    signals = factors + types * receptors + types + 4

    def whole(*shape: int) -> IntArray:
        return np.zeros(shape, dtype=np.int64)

    def real(*shape: int) -> FloatArray:
        return np.zeros(shape, dtype=np.float64)

    def ids(*shape: int) -> np.ndarray:
        return np.zeros(shape, dtype=np.uint64)

    classes = (LARGEST_AGGREGATE, 1 + partners)
    return State(
        count=whole(3),
        site=whole(lesions),
        small=whole(lesions),
        cells=whole(lesions, 3),
        stroma=whole(lesions, types),
        levels=real(lesions, factors),
        matrix=real(lesions, 2),
        volume=real(lesions),
        lineage=ids(lesions),
        founders=whole(lesions),
        reached=whole(lesions),
        kind=whole(lesions),
        group_site=whole(groups),
        group_size=whole(groups),
        group_founders=whole(groups),
        group_kind=whole(groups),
        group_lineage=ids(groups),
        niche=tables.sites.cells.copy(),
        niche_levels=np.tile(tables.signalling.plasma_free, (sites, 1)),
        shares=real(sites, 3),
        niche_behaviours=real(sites, behaviours),
        circulating=whole(*classes),
        arrested=whole(sites, kinds, LARGEST_AGGREGATE),
        solitary=whole(sites, kinds, LARGEST_AGGREGATE),
        funnel=whole(sites, len(CASCADE_STEPS), kinds),
        account=whole(3),
        arrested_cells=whole(sites),
        blood_behaviours=tables.rules.base[tables.behaviour.tumour[BLOOD_BEHAVIOURS]],
        amounts=real(drugs, N_AMOUNTS),
        kinetics=real(drugs, N_PARAMETERS),
        free_sites=real(drugs),
        buffers=real(factors),
        effective=real(factors),
        lingering=real(drugs),
        exposure=real(drugs, EXPOSURE_NODES),
        plasma_drug=real(drugs),
        plasma_total=tables.signalling.plasma_total.copy(),
        plasma_free=tables.signalling.plasma_free.copy(),
        marrow=np.ones(5),
        lost_weight=real(drugs),
        capture=real(factors),
        antagonism=real(receptors),
        depletion=real(types),
        modification=np.ones(behaviours),
        active=whole(sites),
        births=real(sites),
        deaths=real(sites),
        generator=ids(8),
        signals=real(signals),
        behaviours=real(behaviours),
        densities=real(types),
        production=real(factors),
        uptake=real(factors),
        activity=real(receptors),
        receptor_density=real(receptors),
        sizes=whole(*classes),
        entering=whole(*classes),
        entering_veins=whole(*classes),
        fates=real(2 + sites),
        fate_counts=whole(2 + sites),
        moved=whole(LARGEST_AGGREGATE),
    )
