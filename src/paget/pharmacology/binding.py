"""Free ligand first: one antibody, several ligands, binding proteins that buffer them.

Quasi-equilibrium. All concentrations are nM, antibody as *binding sites*. A ligand of total T is free (F), on binding
proteins, or on antibody. Binding proteins are in excess, so that free and protein-bound keep their baseline ratio:
buffer = T0 / F0 >= 1 (1 without binding proteins). With A free sites and dissociation constants K_i,

    T_i = F_i (buffer_i + A / K_i)
    A_total = A + sum_i A F_i / K_i = A + sum_i T_i A / (buffer_i K_i + A)

The right side of the second line rises with A and is concave, so that Newton's method from below never
overshoots. It starts from the root of the quadratic that puts all ligands at the tightest K, which is exact
for one ligand. A ligand that the antibody does not bind has K = inf.
"""

from __future__ import annotations

import math

from paget.compiled import kernel, law

MOST_ITERATIONS = 100
RELATIVE_TOLERANCE = 1e-15


@law
def sites(concentration, molar_mass, valence):
    """Binding sites (nM) of a protein at `concentration` (ug/mL) of `molar_mass` (kDa) with `valence` sites each."""
    return 1000.0 * concentration / molar_mass * valence


@law
def capture_rate(free_sites, on_rate):
    """Rate (1/day) at which free ligand meets antibody in tissue: sites (nM) times on-rate (1/(M s))."""
    return free_sites * 1e-9 * on_rate * 86400.0


@law
def free_sites_one_ligand(total_sites, total_ligand, apparent_constant):
    """Free sites (nM) with a single ligand; apparent_constant = buffer * K (nM). The stable root of the quadratic."""
    if not apparent_constant < math.inf:
        return total_sites
    if total_sites <= 0.0:
        return 0.0
    b = apparent_constant + total_ligand - total_sites
    root = math.sqrt(b * b + 4.0 * apparent_constant * total_sites)
    if b >= 0.0:
        return 2.0 * apparent_constant * total_sites / (b + root)
    return 0.5 * (root - b)


@law
def free_one_ligand(total_ligand, total_sites, constant, buffer):
    """Free ligand (nM) of a single ligand of total T under antibody; buffer = T0 / F0 without antibody."""
    free_sites = free_sites_one_ligand(total_sites, total_ligand, buffer * constant)
    return total_ligand / (buffer + free_sites / constant)


@kernel
def free_sites(total_sites, totals, constants, buffers):
    """Free antibody sites (nM) among several ligands: arrays of totals (nM), K (nM) and buffers (no unit)."""
    tightest, ligand = math.inf, 0.0
    for i in range(totals.shape[0]):
        if buffers[i] * constants[i] < math.inf:
            tightest = min(tightest, buffers[i] * constants[i])
            ligand += totals[i]
    free = free_sites_one_ligand(total_sites, ligand, tightest)
    for _ in range(MOST_ITERATIONS):
        missing, slope = total_sites - free, 1.0
        for i in range(totals.shape[0]):
            apparent = buffers[i] * constants[i]
            if apparent < math.inf:
                share = 1.0 / (apparent + free)
                missing -= totals[i] * free * share
                slope += totals[i] * apparent * share * share
        step = missing / slope
        free = min(max(free + step, 0.0), total_sites)
        if abs(step) <= RELATIVE_TOLERANCE * free:
            break
    return free


@kernel
def bind(total_sites, totals, constants, buffers, free):
    """Write free ligand (nM) into `free`; returns the free antibody sites (nM). Arrays of one length."""
    left = free_sites(total_sites, totals, constants, buffers)
    for i in range(totals.shape[0]):
        free[i] = totals[i] / (buffers[i] + left / constants[i])
    return left
