"""Tumours: a line, its growth, dissemination and the behaviours of its cells."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from paget.model.biology import Behaviour, Species
from paget.model.names import Item
from paget.model.quantity import Entry, In, Quantity, as_pair

TUMOUR_CELL = "tumour cell"

REQUIRED_BEHAVIOURS = (
    "cycle entry",
    "division",
    "death",
    "death of damaged cells",
    "repair of damage",
    "drug sensitivity",
    "shedding",
    "cohesion",
    "first-pass passage",
    "loss from blood",
    "cluster break-up",
    "death after arrest",
    "extravasation",
    "death while solitary",
    "waking",
    "death of a lone founder",
)
"""Behaviours that every tumour must state: a missing one would silently be zero."""


class Crowding(Entry):
    """How growth slows with volume: an untreated tumour follows dV/dt = V (alpha - beta ln(V / 1 mm3))."""

    law: Literal["gompertz"]
    """The law."""
    alpha: Annotated[Quantity, In("1/day", above=0)]
    """Growth rate at 1 mm3 [1/day]."""
    beta: Annotated[Quantity, In("1/day", above=0)]
    """Loss of growth rate per e-fold of volume [1/day]."""
    reference_cycle_entry: Annotated[Quantity, In("1/day", above=0)]
    """Rate of cycle entry of an unhindered cell under the signals of an untreated tumour [1/day]."""
    reference_death: Annotated[Quantity, In("1/day", above=0)]
    """Death rate of tumour cells from all causes in an untreated tumour, cell loss by crowding apart [1/day]."""
    cell_loss_share: Annotated[Quantity, In("1", at_most=1)]
    """Share of the slowing of growth that is cell loss (necrosis); the rest is a smaller cycling share [1]."""


class Correlation(Entry):
    """Two numbers whose logarithms are correlated between animals."""

    quantities: Annotated[tuple[str, str], BeforeValidator(as_pair)]
    """The two numbers, as dotted keys of this file."""
    value: Annotated[Quantity, In("1", at_least=-1, at_most=1)]
    """Correlation of the logarithms [1]."""

    @property
    def path_key(self) -> str:
        """Name of the correlation within paths."""
        return ", ".join(self.quantities)


class Inoculation(Entry):
    """What is usual when this line is given to an animal; a trial may say otherwise."""

    cells: Annotated[Quantity, In("cell", above=0)]
    """Tumour cells given [cell]."""
    engrafted_share: Annotated[Quantity, In("1", above=0, at_most=1)]
    """Share of the cells that found the tumour [1]."""
    take_rate: Annotated[Quantity, In("1", at_most=1)]
    """Share of the animals in which a tumour grows [1]."""


class Dissemination(Entry):
    """From shedding to the first divisions in an organ."""

    shedding_exponent: Annotated[Quantity, In("1")]
    """Shed events rise as volume to this power [1]."""
    passage_size_exponent: Annotated[Quantity, In("1")]
    """First-pass passage of a cluster of n cells falls as n to minus this power [1]."""
    half_life_single: Annotated[Quantity, In("day", above=0)]
    """Half-life in blood of single cells that pass the first bed [day]."""
    half_life_cluster: Annotated[Quantity, In("day", above=0)]
    """Half-life in blood of clusters that pass the first bed [day]."""
    half_life_mixed: Annotated[Quantity, In("day", above=0)]
    """Half-life in blood of tumour cells with a partner that pass the first bed [day]."""
    pick_up_in_blood: Annotated[Quantity, In("mL/cell/day")]
    """Leukocytes that a passer picks up in blood, per affinity of the pair and density of these leukocytes
    [mL/cell/day]."""
    aggregation_in_blood: Annotated[Quantity, In("mL/cell/day")]
    """Rate at which a passer joins with single tumour cells in blood, per density of these [mL/cell/day]."""
    lost_by_death: Annotated[Quantity, In("1", at_most=1)]
    """Share of what leaves the blood after the first bed by dying; the rest arrests [1]."""
    late_arrest_in_lung: Annotated[Quantity, In("1", at_most=1)]
    """Share of late arrests that happen in the lungs [1]."""
    shedding_diameter: Annotated[Quantity, In("mm")]
    """Smaller lesions do not shed [mm]."""
    lymphatic_share: Annotated[Quantity, In("1", at_most=1)]
    """Share of shed aggregates that leave by lymph to the axillary node [1]."""
    company_factor: Annotated[Quantity, In("1", at_least=1)]
    """Death after arrest is this many times slower for a cell in a cluster [1]."""
    niche_tumour_share: Annotated[Quantity, In("1", at_most=1)]
    """Share of tumour cells among the cells around a small lesion [1]."""
    company_scale: Annotated[Quantity, In("cell", above=0)]
    """Death of a lone founder falls by e for every so many further cells [cell]."""


class Tumour(Item):
    """A tumour line."""

    schema_: Literal["tumour/1"] = Field(alias="schema")
    """`tumour/1`."""
    line: str
    """The cell line it is like."""
    species: Species
    """Species of the tumour cells."""
    strain: str
    """Strain of the tumour cells (`human` for human lines); decides whether a graft is syngeneic."""
    cell_density: Annotated[Quantity, In("cell/mm^3", above=0)]
    """Cells of all types per volume of tumour [cell/mm^3]."""
    crowding: Crowding
    """Growth law."""
    correlations: list[Correlation] = Field(default_factory=list)
    """Numbers that are correlated between animals. Default: none."""
    inoculation: Inoculation
    """Usual inoculation."""
    dissemination: Dissemination
    """From shedding to the first divisions in an organ."""
    behaviours: dict[str, Behaviour]
    """Behaviours of the tumour cell."""
    composition: dict[str, Annotated[Quantity, In("1")]] = Field(default_factory=dict)
    """Cells of other types per tumour cell at inoculation [1]. Default: none."""
