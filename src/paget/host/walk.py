"""The walk of an aggregate through the blood, as an absorbing Markov chain on the vascular graph.

    veins -> lungs -> left heart -> the capillary bed of one organ, by its share of flow -> veins
    the gut's share of flow passes the liver before it reaches the veins (portal vein)

The first bed that an aggregate meets holds most of them (size decides); those that pass it circulate. Passers leave
the blood slowly: per circuit a share `loss` dies, arrests (late arrests fall to the lungs and, by flow, to the
organs) or, if they are clusters, loses a cell. A circuit is a sequence of beds, so the chance of each fate over all
circuits is that of one circuit divided by the chance of ending in it: the fundamental matrix of this cyclic chain in
closed form. The tests build the whole matrix and compare.
"""

from __future__ import annotations

import math

from paget.compiled import kernel, law
from paget.host.state import SITE_COUNT

# Fates of an aggregate; arrest at site s is FIRST_ARREST + s.
DIES, BREAKS, FIRST_ARREST = 0, 1, 2

# Index of sites in paget.host.record.SITES.
FAT_PAD, NODE, LUNG, BONE, LIVER, BRAIN, REST = range(7)

LEFT_HEART = -2
"""Source of what is injected into the left heart; a vein of the body counts as a source of the fat pad."""


@law
def first_pass_passage(passage, size, size_exponent):
    """Chance that an aggregate of `size` cells passes the first bed, from that of a single cell."""
    return min(1.0, passage * size ** (-size_exponent))


@law
def loss_per_circuit(half_life, circuit_time):
    """Share of passers lost per circuit for a half-life in blood and a circuit time (same unit)."""
    return -math.expm1(-math.log(2.0) * circuit_time / half_life)


@kernel
def systemic_flow(tables):
    """Sum of the organs' shares of cardiac output; the lungs, which take all of it, apart."""
    total = 0.0
    for site in range(SITE_COUNT):
        if site != LUNG:
            total += tables.sites.flow[site]
    return total


@kernel
def fill_first_bed(tables, source, fates):
    """Chance that the first bed met is that of each site, shape (2 + S,) from FIRST_ARREST, for blood from `source`.

    Sources are sites; LEFT_HEART for what is injected there. Blood of an organ meets the lungs first, blood
    of the lungs one of the organs.
    """
    fates[:] = 0.0
    if source != LUNG and source != LEFT_HEART:
        fates[FIRST_ARREST + LUNG] = 1.0
        return
    total = systemic_flow(tables)
    for site in range(SITE_COUNT):
        if site != LUNG:
            fates[FIRST_ARREST + site] = tables.sites.flow[site] / total


@kernel
def fill_fates(tables, loss, death_factor, break_up, after_lungs, fates):
    """Fates of a passer: probabilities, shape (2 + S,), sum 1; returns the share that leaves the blood per circuit.

    `loss` is the share lost per circuit by death and late arrest at a death factor of 1, `break_up` the chance per
    circuit to lose a cell, `after_lungs` whether the bed it passed was that of the lungs.
    """
    tumour = tables.tumour
    dying = 0.5 * loss * tumour.lost_by_death * death_factor
    breaking = 0.5 * break_up
    arresting = loss * (1.0 - tumour.lost_by_death)
    in_lung = arresting * tumour.late_arrest_in_lung
    in_organ = arresting - in_lung
    fates[:] = 0.0
    if after_lungs:
        alive = _organ_leg(tables, 1.0, dying, breaking, in_organ, fates)
        alive = _bed(LUNG, alive, dying, breaking, in_lung, fates)
    else:
        alive = _bed(LUNG, 1.0, dying, breaking, in_lung, fates)
        alive = _organ_leg(tables, alive, dying, breaking, in_organ, fates)
    left = 1.0 - alive
    if left <= 1e-15:  # nothing is ever lost: what circulates goes on circulating
        fates[:] = 0.0
        fates[DIES] = 1.0
        return 0.0
    for fate in range(fates.size):
        fates[fate] /= left
    return left


@law
def _bed(site, alive, dying, breaking, arresting, fates):
    """One capillary bed met by the share `alive`: books the fates, returns the share that passes."""
    fates[DIES] += alive * dying
    fates[BREAKS] += alive * breaking
    fates[FIRST_ARREST + site] += alive * arresting
    return alive * max(0.0, 1.0 - dying - breaking - arresting)


@kernel
def _organ_leg(tables, alive, dying, breaking, arresting, fates):
    """From the left heart to the veins: the bed of one organ by flow; blood of the gut meets the liver's as well.

    The chances per bed are divided by the mean number of beds, so that the loss per circuit stays what it is.
    """
    total = systemic_flow(tables)
    portal = tables.body.portal_share / total
    beds = 1.0 + portal
    dying, breaking, arresting = dying / beds, breaking / beds, arresting / beds
    passed = 0.0
    for site in range(SITE_COUNT):
        if site != LUNG:
            share = tables.sites.flow[site] / total
            if site == REST:
                share -= portal
            passed += _bed(site, alive * share, dying, breaking, arresting, fates)
    behind_gut = _bed(REST, alive * portal, dying, breaking, arresting, fates)
    return passed + _bed(LIVER, behind_gut, dying, breaking, arresting, fates)
