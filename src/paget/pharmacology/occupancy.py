"""What sits on a receptor: competing ligands and antagonists (Gaddum).

    occupancy_i = (C_i / K_i) / (1 + sum_j C_j / K_j)

where the sum runs over everything that binds the same site, ligands and antagonists alike. C is *free*
concentration (antibodies and plasma protein first, see `binding`), K the dissociation constant in the same
unit (nM); K = inf for what does not bind. Source: Gaddum, J. Physiol. 89 (1937) 7P.
"""

from __future__ import annotations

from paget.compiled import kernel, law


@law
def held_share(own_load, other_load):
    """Share of receptors (0-1) held by binders of load sum C / K, in competition with others of `other_load`."""
    return own_load / (1.0 + own_load + other_load)


@kernel
def active_load(levels, inhibition, constants, count):
    """sum C_j / (K_j (1 + I_j)) of the first `count` binders (no unit); I is inhibitor over its constant."""
    total = 0.0
    for index in range(count):
        total += levels[index] / (constants[index] * (1.0 + inhibition[index]))
    return total


@kernel
def load(levels, constants):
    """sum C_j / K_j of several binders (no unit)."""
    total = 0.0
    for index in range(levels.shape[0]):
        total += levels[index] / constants[index]
    return total
