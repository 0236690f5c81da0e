"""Metastatic burden of an organ, by imaging or from tumour DNA."""

from __future__ import annotations

import math
from dataclasses import dataclass

from paget.assays.bench import Animal, Moment, Order, Reading, generator_for, log_error, number, state
from paget.host.record import SITES


@dataclass(frozen=True)
class OrganBurden:
    """Numbers of the burden."""

    error: float = number(0.2, "1", "assumed", "assumed", "SD of the log of a burden")
    limit: float = number(0.01, "mm^3", "assumed", "assumed", "smallest burden that is told from none")


def organ_burden(animal: Animal, moment: Moment, order: Order, numbers: OrganBurden) -> Reading:
    """Volume of all metastases of the organ (mm3); 0 below the limit."""
    site = order.endpoint.site
    burden = _true_burden(animal, moment, site)
    burden *= log_error(generator_for(animal, moment, f"burden of {site}"), numbers.error)
    if math.isnan(burden) or burden >= numbers.limit:
        return Reading(burden)
    return Reading(0.0, f"below the limit of {numbers.limit:g} mm3")


def _true_burden(animal: Animal, moment: Moment, site: str) -> float:
    snapshot = moment.snapshot
    if snapshot is None:
        return state(animal, moment, f"lesion volume in {site}")
    return float(snapshot.volume[snapshot.site == SITES.index(site)].sum())
