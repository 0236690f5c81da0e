"""Which function takes which endpoint, and the numbers it works with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace
from typing import Any, NamedTuple

from paget.assays.bench import Animal, Moment, Order, Reading, described_numbers
from paget.assays.blood_draw import BloodDraw, cluster_size, clusters_per_ml, ctc_per_ml, with_partner_per_ml
from paget.assays.caliper import Caliper, caliper_volume
from paget.assays.dissociated import FlowCytometry, ResidualCells, composition, residual_tumour_cells
from paget.assays.elisa import Elisa, level_in_plasma, level_in_primary
from paget.assays.histology import (
    CollagenImaging,
    DamageStain,
    Ki67,
    ReceptorStain,
    collagen_alignment,
    damaged_cells,
    ki67_index,
    receptor_positive_cells,
)
from paget.assays.organ_burden import OrganBurden, organ_burden
from paget.assays.sections import Sections, foci, metastasis_size, metastatic_area
from paget.assays.survival import Nothing, survival
from paget.assays.whole_animal import (
    Bioluminescence,
    BloodCount,
    Scale,
    bioluminescence,
    blood_neutrophils,
    body_weight,
)
from paget.assays.whole_organ import ClearedOrgan, DissociatedOrgan, living_cells, metastases
from paget.errors import PagetError
from paget.model.endpoints import ENDPOINTS, Endpoint


class Assay(NamedTuple):
    """How an endpoint is read."""

    take: Callable[[Animal, Moment, Order, Any], Reading]
    """The reading of an animal at a moment."""
    numbers: Any
    """Its errors and limits: a dataclass whose fields carry unit, source and kind."""


ASSAYS: dict[str, Assay] = {
    "primary volume": Assay(caliper_volume, Caliper()),
    "bioluminescence": Assay(bioluminescence, Bioluminescence()),
    "body weight": Assay(body_weight, Scale()),
    "blood neutrophils": Assay(blood_neutrophils, BloodCount()),
    "Ki-67 index": Assay(ki67_index, Ki67()),
    "receptor-positive cells": Assay(receptor_positive_cells, ReceptorStain()),
    "composition: {cell type}": Assay(composition, FlowCytometry()),
    "collagen alignment": Assay(collagen_alignment, CollagenImaging()),
    "level of {factor}": Assay(level_in_primary, Elisa()),
    "plasma level of {factor}": Assay(level_in_plasma, Elisa()),
    "damaged tumour cells": Assay(damaged_cells, DamageStain()),
    "{site} foci": Assay(foci, Sections()),
    "metastatic area": Assay(metastatic_area, Sections()),
    "{site} burden": Assay(organ_burden, OrganBurden()),
    "{site} metastasis size": Assay(metastasis_size, Sections()),
    "{site} metastases": Assay(metastases, ClearedOrgan()),
    "{site} metastases from single cells": Assay(metastases, ClearedOrgan()),
    "{site} metastases from clusters": Assay(metastases, ClearedOrgan()),
    "{site} metastases from mixed clusters": Assay(metastases, ClearedOrgan()),
    "living cells in {site}": Assay(living_cells, DissociatedOrgan()),
    "residual tumour cells": Assay(residual_tumour_cells, ResidualCells()),
    "CTC per mL": Assay(ctc_per_ml, BloodDraw()),
    "CTC clusters per mL": Assay(clusters_per_ml, BloodDraw()),
    "CTC cluster size": Assay(cluster_size, BloodDraw()),
    "CTC with partner: {cell type}": Assay(with_partner_per_ml, BloodDraw()),
    "survival": Assay(survival, Nothing()),
}
"""Keyed by `Endpoint.pattern`; `composition` stands for one endpoint per cell type and has no row of its own."""


def take(animal: Animal, moment: Moment, order: Order) -> Reading:
    """The reading of one endpoint of one animal at one moment."""
    assay = ASSAYS[order.endpoint.pattern]
    return assay.take(animal, moment, order, assay.numbers if order.numbers is None else order.numbers)


def order_for(endpoint: Endpoint, receptors: Iterable[str] = (), **changes: float) -> Order:
    """An order with some numbers of the assay changed, for example `error=0.1` or `draw_volume=0.5`."""
    usual = ASSAYS[endpoint.pattern].numbers
    known = {field.name for field in fields(usual)}
    for name in changes:
        if name not in known:
            raise PagetError(
                f"{endpoint.name} has no {name.replace('_', ' ')} to set", key=name, allowed=known
            )
    return Order(endpoint, tuple(receptors), replace(usual, **changes))


def expanded(endpoint: Endpoint, cell_types: tuple[str, ...]) -> list[Endpoint]:
    """The endpoints that one name stands for: `composition` is one per cell type that the primary can hold."""
    if not endpoint.expands:
        return [endpoint]
    pattern = f"{endpoint.pattern}: {{cell type}}"
    return [
        replace(endpoint, name=f"{endpoint.name}: {name}", pattern=pattern, filling=name, expands=False)
        for name in cell_types
    ]


def assay_numbers() -> Iterator[dict[str, Any]]:
    """All numbers of all assays as rows like those of `paget.model.parameter_table`, with `endpoint` added."""
    for endpoint in ENDPOINTS:
        if endpoint.name in ASSAYS:
            for row in described_numbers(ASSAYS[endpoint.name].numbers):
                path = f"assays/{endpoint.name}/{row['name']}"
                yield {"path": path, "endpoint": endpoint.name, **row, "range": None, "between": None}
