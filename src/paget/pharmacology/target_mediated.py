"""An antibody and the ligands that it neutralises: target-mediated disposition at quasi-equilibrium.

A ligand is made at a constant rate and lost at k_free per day while off the antibody (free or on binding
proteins, at their fixed ratio) and at k_complex per day while on it. Neutralised ligand usually stays
longer in blood than free ligand, so the *total* rises under treatment, up to k_free / k_complex fold, while
the free part falls:

    T_i'   = k_free_i T0_i - k_free_i (T_i - X_i) - k_complex X_i
    A'     = ka depot - k_antibody A_free - k_complex sum_i X_i
    depot' = -ka depot

T_i total ligand, X_i ligand on antibody, A all antibody sites, depot what is still to be absorbed (in nM of
sites, bioavailability applied); all nM.

X_i and A_free follow from totals at every moment (`binding.bind`): binding takes minutes, turnover hours to
days. Method: classical Runge-Kutta of order 4, sub-steps bound by the fastest rate. Source of the form:
Mager and Krzyzanski, Pharm. Res. 22 (2005) 1589; of the buffering by binding proteins: an assumption, see
`binding`.

State array (float64): depot, antibody sites, then the total of each ligand. All nM, rates 1/day.
"""

from __future__ import annotations

import math

from paget.compiled import kernel
from paget.pharmacology.binding import bind

DEPOT, ANTIBODY, FIRST_LIGAND = 0, 1, 2
"""Places in the state array."""
WORK_ROWS = 4
"""Rows of the workspace (float64, WORK_ROWS x length of state): trial state, slope, sum of slopes, free ligand."""

LARGEST_STEP = 0.1
"""Fastest rate times sub-step."""


@kernel
def advance(state, system, dt, work):
    """Move the state forward by dt (day), in place.

    system is the tuple (absorption, antibody_loss, complex_loss, ligand_loss, baselines, constants, buffers):
    absorption (ka), antibody_loss (clearance / volume) and complex_loss are numbers (1/day); the other four are
    arrays over ligands: ligand_loss (k_free, 1/day), baselines (totals without antibody, nM), constants (K, nM)
    and buffers (baseline total / baseline free).
    """
    fastest = max(max(system[0], system[1]), system[2])
    for loss in system[3]:
        fastest = max(fastest, loss)
    advance_in_steps(state, system, dt, max(1, math.ceil(fastest * dt / LARGEST_STEP)), work)


@kernel
def advance_in_steps(state, system, dt, steps, work):
    """`advance` with a given number of sub-steps."""
    trial, slope, total = work[0], work[1], work[2]
    h = dt / steps
    for _ in range(steps):
        for place in range(state.shape[0]):
            trial[place], total[place] = state[place], 0.0
        for stage in range(4):
            _slopes(trial, system, slope, work[3])
            weight = 1.0 if stage == 0 or stage == 3 else 2.0
            ahead = h if stage == 2 else 0.5 * h
            for place in range(state.shape[0]):
                total[place] += weight * slope[place]
                trial[place] = state[place] + ahead * slope[place]
        for place in range(state.shape[0]):
            state[place] += h / 6.0 * total[place]


@kernel
def _slopes(state, system, slope, free):
    absorption, antibody_loss, complex_loss, ligand_loss, baselines, constants, buffers = system
    totals = state[FIRST_LIGAND : FIRST_LIGAND + baselines.shape[0]]
    left = bind(max(state[ANTIBODY], 0.0), totals, constants, buffers, free)
    bound_sites = 0.0
    for i in range(baselines.shape[0]):
        unbound = buffers[i] * free[i]
        bound_sites += totals[i] - unbound
        slope[FIRST_LIGAND + i] = ligand_loss[i] * (baselines[i] - unbound) - complex_loss * (
            totals[i] - unbound
        )
    slope[DEPOT] = -absorption * state[DEPOT]
    slope[ANTIBODY] = absorption * state[DEPOT] - antibody_loss * left - complex_loss * bound_sites


@kernel
def relax_ligands(totals, sites, complex_loss, ligand_loss, baselines, constants, buffers, dt, free):
    """Ligand totals after dt (day) under antibody sites (nM) that another model gives, in place; fills free ligand.

    Each total relaxes exactly to its steady state at the bound share of the start of the step: first order
    in dt, and exact in the two limits (nothing bound, all bound). For runs where the antibody's own
    kinetics come from `kinetics`.
    """
    left = bind(sites, totals, constants, buffers, free)
    for i in range(totals.shape[0]):
        bound = left / constants[i] / (buffers[i] + left / constants[i])
        loss = ligand_loss[i] * (1.0 - bound) + complex_loss * bound
        level = ligand_loss[i] * baselines[i] / loss if loss > 0.0 else totals[i]
        totals[i] = level + (totals[i] - level) * math.exp(-loss * dt)
    bind(sites, totals, constants, buffers, free)
