"""Readings of a whole organ: metastases in the cleared organ, living tumour cells of the dissociated one.

A cleared organ shows every metastasis from a least diameter on, where sections show few of them. Lineage marks (colours
or barcodes given to the cells before they are mixed) tell whether a metastasis was founded by a cell that came alone,
by a cluster, or by cells that came with a partner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paget.assays.bench import Animal, Moment, Order, Reading, generator_for, log_error, number, state
from paget.assays.sections import sphere_diameters
from paget.host.record import AGGREGATE_KINDS, SITES
from paget.keyed_random import binomial

KIND_OF_FOUNDER = {"single cells": "single", "clusters": "cluster", "mixed clusters": "mixed"}
"""How the name of an endpoint ends, and the kind of aggregate in the engine's words."""


@dataclass(frozen=True)
class ClearedOrgan:
    """Numbers of the imaging."""

    least_diameter: float = number(0.05, "mm", "assumed", "assumed", "smallest metastasis that is seen")


@dataclass(frozen=True)
class DissociatedOrgan:
    """Numbers of the count."""

    aliquot: float = number(0.1, "1", "assumed", "assumed", "share of the organ that is counted")
    error: float = number(0.2, "1", "assumed", "assumed", "SD of the log of the yield")


def metastases(animal: Animal, moment: Moment, order: Order, numbers: ClearedOrgan) -> Reading:
    """Metastases of the organ, all or those of one kind of founder."""
    snapshot = moment.snapshot
    if snapshot is None:
        return Reading(math.nan, "lesions were not listed")
    seen = snapshot.site == SITES.index(order.endpoint.site)
    seen &= sphere_diameters(snapshot.volume) >= numbers.least_diameter
    _, _, founders = order.endpoint.pattern.partition(" from ")
    if founders:
        seen &= snapshot.kind == AGGREGATE_KINDS.index(KIND_OF_FOUNDER[founders])
    return Reading(float(np.count_nonzero(seen)))


def living_cells(animal: Animal, moment: Moment, order: Order, numbers: DissociatedOrgan) -> Reading:
    """Living tumour cells of the organ, scaled up from an aliquot, so that one cell seen is the limit."""
    site = order.endpoint.site
    cells = state(animal, moment, f"tumour cells in {site}") + state(
        animal, moment, f"solitary cells in {site}"
    )
    if math.isnan(cells):
        return Reading(cells, f"the engine keeps no cells of {site}")
    generator = generator_for(animal, moment, f"dissociated {site}")
    aliquot = min(1.0, numbers.aliquot * log_error(generator, numbers.error))
    found = int(binomial(generator, np.int64(cells), aliquot))
    note = "" if found else f"below the limit of {1.0 / numbers.aliquot:.0f} cells"
    return Reading(round(found / numbers.aliquot), note)
