"""The state of one subject, as one record that the kernels change in place.

S sites, K cell types, F factors, R receptors, D drugs, B behaviours, E expressions of receptors, P partner types,
L lesions, G founder groups, X signals.
Memory that is never touched costs nothing, so there is room for far more lesions than a mouse has.
"""

from __future__ import annotations

import mmap
from functools import cache
from typing import Annotated

import numpy as np
import numpy.typing as npt

from paget.host.record import AGGREGATE_KINDS, MICROMETASTASIS_CELLS, SITES
from paget.pharmacology.plasma import Plasma, fill_plasma
from paget.rules.records import dtype_of
from paget.rules.rule_table import WORKSPACE
from paget.rules.tables import BREAK_UP, FIRST_PASS_PASSAGE, LOSS_FROM_BLOOD

SITE_COUNT = len(SITES)
KIND_COUNT = len(AGGREGATE_KINDS)
MOST_LESIONS, MOST_GROUPS = 1 << 16, 1 << 16
"""Room for lesions and founder groups; a subject that needs more is refused."""

MARROW_STAGES = 4.0
"""Stages of a neutrophil before it enters the blood: one that proliferates and three that mature."""

# Entries of State.count.
LESIONS, GROUPS, FULL, DOSED = range(4)

BLOOD_BEHAVIOURS = [LOSS_FROM_BLOOD, BREAK_UP, FIRST_PASS_PASSAGE]
"""Behaviours that circulating cells keep from the tumour they left."""

# Entries of State.account: what became of shed tumour cells (cells).
SHED, DEAD_IN_BLOOD = range(2)


class State(Plasma):
    """Everything that changes."""

    count: Annotated[int, 4]
    """Lesions and founder groups in use, whether an array is full, whether a drug was ever given; shape (4,)."""
    # lesions
    site: Annotated[int, "L"]
    """Site of each lesion, shape (L,); lesion 0 is the primary."""
    small: Annotated[int, "L"]
    """1 while a lesion shares the niche and stages of its organ; its cells then stand in stage 0."""
    cells: Annotated[int, "L", 3]
    """Tumour cells by stage, shape (L, 3)."""
    stroma: Annotated[int, "L", "K"]
    """Other cells by type, shape (L, K); column 0 (tumour cells) is unused."""
    levels: Annotated[float, "L", "F"]
    """Free concentrations (nM), shape (L, F)."""
    expression: Annotated[float, "L", "E"]
    """Receptors relative to their stated number, shape (L, E); large lesions only."""
    matrix: Annotated[float, "L", 2]
    """Collagen density and alignment, shape (L, 2); large lesions only."""
    volume: Annotated[float, "L"]
    """Volume (mm3), shape (L,)."""
    lineage: Annotated[np.uint64, "L"]
    """Lineage id (uint64), shape (L,)."""
    founders: Annotated[int, "L"]
    """Tumour cells of the group that founded the lesion, shape (L,)."""
    reached: Annotated[int, "L"]
    """1 once the lesion has been counted as a macrometastasis, shape (L,)."""
    kind: Annotated[int, "L"]
    """Kind of aggregate (AGGREGATE_KINDS) that founded it, shape (L,)."""
    partner: Annotated[int, "L"]
    """Partner type of that aggregate, 0 for none and 1 + place otherwise, shape (L,)."""
    # founders on the ladder: groups of two cells and more
    group_site: Annotated[int, "G"]
    group_size: Annotated[int, "G"]
    group_founders: Annotated[int, "G"]
    group_pool: Annotated[int, "G"]
    group_lineage: Annotated[np.uint64, "G"]
    lone: Annotated[int, "S", "P + 2", 12]
    """Lone founders by site, pool and cells of their group when it woke, shape (S, 2 + P, 12)."""
    # niches
    niche: Annotated[float, "S", "K"]
    """Cells around small lesions and solitary cells (1/mm3), shape (S, K)."""
    niche_levels: Annotated[float, "S", "F"]
    """Free concentrations in the niche (nM), shape (S, F)."""
    niche_expression: Annotated[float, "S", "E"]
    """Receptors in the niche relative to their stated number, shape (S, E)."""
    niche_matrix: Annotated[float, "S", 2]
    """Collagen density and alignment in the niche, shape (S, 2)."""
    shares: Annotated[float, "S", 3]
    """Stage shares of the small lesions of a site, shape (S, 3)."""
    niche_behaviours: Annotated[float, "S", "B"]
    """Behaviours in the niche during this step, shape (S, B)."""
    niche_rest: Annotated[float, "S", "B"]
    """Behaviours of the resident cells without tumour cells, shape (S, B)."""
    # blood and pools
    circulating: Annotated[int, 12, "P + 1"]
    """Aggregates in blood that passed their first bed, by tumour cells - 1 and partner, shape (12, 1 + P)."""
    arrested: Annotated[int, "S", "P + 2", 12]
    """Aggregates in capillaries by site, pool and living cells, shape (S, 2 + P, 12).

    Pools are those of single cells, of clusters, and of what arrived with a partner of each type (`pool_of`)."""
    solitary: Annotated[int, "S", "P + 2", 12]
    """Resting groups in the organ by site, pool and living cells, shape (S, 2 + P, 12)."""
    funnel: Annotated[int, "S", 7, 3]
    """Counts, shape (S, len(CASCADE_STEPS), 3)."""
    account: Annotated[int, 2]
    """Tumour cells shed and dead in blood, shape (2,)."""
    arrested_cells: Annotated[int, "S"]
    """Tumour cells arrested so far by site, shape (S,)."""
    passages: Annotated[int, 3, 7]
    """Aggregates by kind and by what they met in blood (PASSAGE_STEPS), shape (3, len(PASSAGE_STEPS))."""
    blood_behaviours: Annotated[float, 3]
    """Loss from blood, cluster break-up and first-pass passage of tumour cells, as last read; shape (3,)."""
    blood_affinity: Annotated[float, "P"]
    """Affinity of circulating tumour cells and each partner type, as last read in a lesion, shape (P,)."""
    # marrow and weight
    marrow: Annotated[float, 5]
    """Neutrophils relative to those in blood at rest: proliferating, three maturing, circulating; shape (5,)."""
    marrow_drive: Annotated[float, 2]
    """Production in and release from marrow relative to those of the healthy host, shape (2,)."""
    marrow_at_rest: Annotated[float, 2]
    """What the two behaviours are in the healthy host, shape (2,)."""
    lost_weight: Annotated[float, "D"]
    """Share of body weight lost to each drug, shape (D,)."""
    # workspaces
    active: Annotated[int, "S"]
    """1 where a site holds tumour cells other than the primary, shape (S,)."""
    births: Annotated[float, "S"]
    """Births per cell in small lesions (1/day), shape (S,)."""
    deaths: Annotated[float, "S"]
    """Deaths per cell in small lesions (1/day), shape (S,)."""
    founder_deaths: Annotated[float, "S", MICROMETASTASIS_CELLS]
    """Deaths per cell in founder groups (1/day) by site and cells, shape (S, MICROMETASTASIS_CELLS); 0 is unused."""
    averages: Annotated[float, WORKSPACE[0], WORKSPACE[1]]
    """Workspace of averages over contacts, shape WORKSPACE."""
    binding: Annotated[float, "Y"]
    """1 over the dissociation constant (1/nM) that the ligand of each pair seems to have in this step, shape (Y,)."""
    free_share: Annotated[float, "F"]
    """Share of each factor that its inhibitors leave active in this step, shape (F,)."""
    intake: Annotated[float, "C"]
    """Receptors that a density of 1/mm3 of each carrier takes in when all are filled (nM/day), shape (C,)."""
    matrix_load: Annotated[float, "R"]
    """Collagen over the density that fills half of each receptor, shape (R,)."""
    generator: Annotated[np.uint64, 8]
    """Generator state (uint64)."""
    signals: Annotated[float, "X"]
    """Signals, shape (K + ...,)."""
    behaviours: Annotated[float, "B"]
    """Behaviours, shape (B,)."""
    densities: Annotated[float, "K"]
    """Cells per mm3 by type, shape (K,)."""
    production: Annotated[float, "F"]
    """Production of each factor (nM/day), shape (F,)."""
    uptake: Annotated[float, "F"]
    """Uptake of each factor (1/day), shape (F,)."""
    uptake_fall: Annotated[float, "F"]
    """Its fall with the level of the factor, times that level (1/day), shape (F,)."""
    activity: Annotated[float, "R", 2]
    """Share of each receptor that holds a ligand, in tumour cells and in the host's; shape (R, 2)."""
    receptor_density: Annotated[float, "R", 2]
    """Internalising receptors of tumour cells and of the host's (nM/day when all are filled), shape (R, 2)."""
    sizes: Annotated[int, 12, "P + 1"]
    """Aggregates by tumour cells - 1 and partner, shape (12, 1 + P)."""
    entering: Annotated[int, 12, "P + 1"]
    """Aggregates that start to circulate behind the lungs in this step, shape (12, 1 + P)."""
    entering_veins: Annotated[int, 12, "P + 1"]
    """The same for those whose first bed was not that of the lungs, shape (12, 1 + P)."""
    pull: Annotated[float, "P"]
    """Affinity to each partner type times its share of the cells, shape (P,)."""
    pick_up: Annotated[float, "P"]
    """Rate at which a passer picks up a leukocyte of each type in this step (1/day), shape (P,)."""
    fates: Annotated[float, 9]
    """Probabilities of the fates of an aggregate, shape (2 + S,)."""
    fate_counts: Annotated[int, 9]
    """Counts of fates, shape (2 + S,)."""


@cache
def _state_type(axes: tuple[tuple[str, int], ...]) -> np.dtype:
    lengths = dict(axes)
    signals = lengths["F"] + lengths["K"] * lengths["R"] + lengths["K"] + 5
    lengths |= {"L": MOST_LESIONS, "G": MOST_GROUPS, "X": signals}
    return dtype_of(State, lengths)


def untouched(length: int, dtype: npt.DTypeLike) -> np.ndarray:
    """Zeros, shape (length,), that cost nothing until they are touched.

    NumPy asks for huge pages, and each is cleared as a whole when its first byte is touched: a millisecond for an
    animal that uses a few rows of every array.
    """
    kind = np.dtype(dtype)
    return np.frombuffer(mmap.mmap(-1, kind.itemsize * length), dtype=kind)


def new_state(tables: np.void, axes: tuple[tuple[str, int], ...]) -> np.ndarray:
    """A state before inoculation, shape (1,), for the tables of a model with these capacities."""
    whole = untouched(1, _state_type(axes))
    state = whole[0]
    state["niche"][:] = tables["sites"]["cells"]
    state["niche_levels"][:] = tables["signalling"]["plasma_free"]
    state["niche_expression"][:] = 1.0
    state["niche_matrix"][:] = (1.0, 0.0)
    fill_plasma(tables, state)
    read = tables["behaviour"]["tumour"][BLOOD_BEHAVIOURS]
    state["blood_behaviours"][:] = tables["rules"]["base"][read]
    adhesion, back = tables["behaviour"]["adhesion"], tables["behaviour"]["adhesion_back"]
    base = tables["rules"]["base"]
    state["blood_affinity"][:] = np.where(adhesion >= 0, base[adhesion], 0.0)
    state["blood_affinity"][:] *= np.where(back >= 0, base[back], 1.0)
    time_in_stage = tables["body"]["mean_maturation_time"] / MARROW_STAGES
    state["marrow"][:] = (
        tables["body"]["neutrophil_loss"] * time_in_stage
    )  # what replaces the circulating ones
    state["marrow"][-1] = 1.0
    state["marrow_drive"][:] = 1.0
    state["marrow_at_rest"][:] = 1.0
    return whole
