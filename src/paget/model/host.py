"""Hosts: species, strain, what immune cells they have, body, blood, organs and plasma ligands."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from paget.model.biology import Faculty, Species
from paget.model.names import Item, OneOf
from paget.model.quantity import Entry, In, Quantity

SITES = ("mammary fat pad", "axillary node", "lung", "bone", "liver", "brain", "rest")
"""Sites of the vascular graph; every host states all of them."""

LARGEST_AGGREGATE = 12
"""Tumour cells in the largest aggregate that is told apart in blood."""

SiteName = Annotated[str, OneOf(*SITES)]


class Body(Entry):
    """Body weight."""

    weight: Annotated[Quantity, In("g", above=0)]
    """Weight on the day of inoculation [g]."""
    weight_gain: Annotated[Quantity, In("1/day", at_least=None)]
    """Relative growth of an animal without tumour [1/day]."""
    tumour_wasting: Annotated[Quantity, In("1/mm^3")]
    """Relative loss of own weight per volume of tumour [1/mm^3]."""
    surface_constant: Annotated[Quantity, In("m^2/kg^(2/3)", above=0)] | None = None
    """Body surface is this times weight^(2/3) (Meeh) [m^2/kg^(2/3)]; doses per body surface need it. Default: none."""
    interstitial_share: Annotated[Quantity, In("1", above=0, at_most=1)]
    """Share of tissue volume that is interstitial fluid, in which factors diffuse [1]."""
    neighbours: Annotated[Quantity, In("cell", above=0)]
    """Cells that a cell of a packed tissue touches [cell]."""
    collagen_turnover: Annotated[Quantity, In("1/day")]
    """Turnover of collagen and loss of its order [1/day]."""


class Circulation(Entry):
    """Blood and its flow."""

    blood_volume: Annotated[Quantity, In("mL", above=0)]
    """Volume of blood [mL]."""
    cardiac_output: Annotated[Quantity, In("mL/day", above=0)]
    """Blood that the heart moves [mL/day]."""
    portal_share: Annotated[Quantity, In("1", at_most=1)]
    """Share of cardiac output that reaches the liver by the portal vein, within `rest` [1]."""
    leukocytes: dict[str, Annotated[Quantity, In("cell/mL")]] = Field(default_factory=dict)
    """Leukocytes in blood by cell type, neutrophils apart, which the marrow makes [cell/mL]. Default: none."""
    other_leukocytes: Annotated[Quantity, In("cell/mL")] | None = None
    """Leukocytes in blood that are no cell type of the model: with the others they are all leukocytes, of which the
    partners of circulating tumour cells are a share [cell/mL]. Default: none."""


class Marrow(Entry):
    """Blood neutrophils: a proliferating, three maturing and one circulating compartment (Friberg 2002)."""

    neutrophils: Annotated[Quantity, In("cell/mL", above=0)]
    """Neutrophils in blood without treatment [cell/mL]."""
    mean_maturation_time: Annotated[Quantity, In("day", above=0)]
    """Mean time from proliferation to blood [day]."""
    feedback: Annotated[Quantity, In("1")]
    """Power of the feedback of low counts on proliferation [1]."""
    neutrophil_half_life: Annotated[Quantity, In("day", above=0)]
    """Half-life of neutrophils in blood [day]."""


class Site(Entry):
    """An organ in which tumour cells can arrest."""

    flow: Annotated[Quantity, In("1", at_most=1)]
    """Share of cardiac output that it receives; 1 for the lungs [1]."""
    volume: Annotated[Quantity, In("mm^3", above=0)]
    """Volume [mm^3]."""
    stress: Annotated[Quantity, In("1")]
    """Factor on the death rates of tumour cells that are new to the organ [1]."""
    confinement: Annotated[Quantity, In("1", above=0)]
    """A lesion here is as crowded as one in the fat pad of so many times its volume [1]."""
    receptivity: Annotated[Quantity, In("1")]
    """Soil: factor on waking [1]."""
    cells: dict[str, Annotated[Quantity, In("cell/mm^3")]]
    """Cells of each type in the tissue without tumour [cell/mm^3]."""


class PlasmaLigand(Entry):
    """A factor in plasma."""

    free: Annotated[Quantity, In("nM")]
    """Free concentration [nM]."""
    total: Annotated[Quantity, In("nM")]
    """Free and held by binding proteins [nM]."""
    half_life: Annotated[Quantity, In("day", above=0)]
    """Half-life of the whole pool [day]."""
    cleared_by_neutrophils: Annotated[Quantity, In("1", at_most=1)] | None = None
    """Share of that turnover which blood neutrophils do in health [1]; it follows their number. Default: none."""


class Host(Item):
    """A host."""

    schema_: Literal["host/1"] = Field(alias="schema")
    """`host/1`."""
    species: Species
    """Species."""
    strain: str
    """Strain."""
    competence: dict[Faculty, bool]
    """What it has; cell types that require what it lacks are zero."""
    body: Body
    """Body weight."""
    circulation: Circulation
    """Blood and its flow."""
    marrow: Marrow
    """Blood neutrophils."""
    sites: dict[SiteName, Site]
    """The organs."""
    plasma: dict[str, PlasmaLigand] = Field(default_factory=dict)
    """Factors in plasma, by name."""

    def has(self, faculty: str | None) -> bool:
        """Whether the host has what a cell type or drug requires; True if nothing is required."""
        return faculty is None or self.competence.get(faculty, False)
