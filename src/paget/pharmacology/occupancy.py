"""What sits on a receptor: competing ligands and antagonists (Gaddum).

    occupancy_i = (C_i / K_i) / (1 + sum_j C_j / K_j)

where the sum runs over everything that binds the same site, ligands and antagonists alike. C is *free*
concentration (antibodies and plasma protein first, see `binding`), K the dissociation constant in the same
unit (nM); K = inf for what does not bind. Source: Gaddum, J. Physiol. 89 (1937) 7P.
"""

from __future__ import annotations

from paget.compiled import kernel, law


@law
def gaddum(level, constant, other_load):
    """Occupancy (0-1) by one ligand; other_load = sum C / K of all its competitors (0 without any)."""
    own = level / constant
    return own / (1.0 + own + other_load)


@kernel
def load(levels, constants):
    """sum C_j / K_j of several binders (no unit)."""
    total = 0.0
    for index in range(levels.shape[0]):
        total += levels[index] / constants[index]
    return total


@kernel
def receptor_activity(ligands, ligand_constants, antagonists, antagonist_constants):
    """Share of receptors (0-1) held by any ligand, in competition with the antagonists."""
    active = load(ligands, ligand_constants)
    return active / (1.0 + active + load(antagonists, antagonist_constants))


@kernel
def fill_occupancy(levels, constants, occupied):
    """Write the occupancy by each binder into `occupied`; returns the share of receptors that stay free."""
    free = 1.0 / (1.0 + load(levels, constants))
    for index in range(levels.shape[0]):
        occupied[index] = levels[index] / constants[index] * free
    return free
