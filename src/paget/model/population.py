"""Populations of patients: what lets a tube of blood be drawn from each of them.

A patient has a tumour burden; it sheds aggregates by the same laws as the tumour of a mouse (surface-like shedding, one
more cell attached with the chance `cohesion`, leukocytes by affinity times share, first pass, half-lives by class).
Patients differ: every spread is a standard deviation of a natural logarithm between patients, and a tumour keeps the
junctions between its cells or has lost them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from paget.model.biology import Species
from paget.model.names import Item
from paget.model.quantity import BadValue, Entry, In, Quantity

SPREAD = In("1")


class Burden(Entry):
    """Tumour that sheds into blood, all sites of a patient together."""

    volume: Annotated[Quantity, In("mL", above=0)]
    """Median over patients [mL]."""
    spread: Annotated[Quantity, SPREAD]
    """SD of the log of the volume between patients [1]."""
    cell_density: Annotated[Quantity, In("cell/mL", above=0)]
    """Tumour cells per volume [cell/mL]."""


class Shedding(Entry):
    """From burden to aggregates that enter the blood, the assay's view of them included."""

    exponent: Annotated[Quantity, In("1")]
    """Events rise as tumour cells to this power [1]."""
    spread: Annotated[Quantity, SPREAD]
    """SD of the log between patients of the same burden [1]."""
    spread_in_time: Annotated[Quantity, SPREAD]
    """SD of the log within one patient from hour to hour [1]."""


class PatientCirculation(Entry):
    """Blood, and what becomes of aggregates in it."""

    blood_volume: Annotated[Quantity, In("mL", above=0)]
    """Volume of blood [mL]."""
    cardiac_output: Annotated[Quantity, In("mL/day", above=0)]
    """Blood that the heart moves [mL/day]."""
    first_pass_passage: Annotated[Quantity, In("1", at_most=1)]
    """Chance that a single tumour cell passes the lungs, its first bed [1]."""
    passage_size_exponent: Annotated[Quantity, In("1")]
    """First-pass passage of a cluster of n cells falls as n to minus this power [1]."""
    half_life_single: Annotated[Quantity, In("day", above=0)]
    """Half-life in blood of single cells that pass the first bed [day]."""
    half_life_cluster: Annotated[Quantity, In("day", above=0)]
    """Half-life in blood of clusters that pass the first bed [day]."""
    half_life_mixed: Annotated[Quantity, In("day", above=0)]
    """Half-life in blood of tumour cells with a partner that pass the first bed [day]."""
    lost_by_death: Annotated[Quantity, In("1", at_most=1)]
    """Share of what leaves the blood after the first bed that dies; the rest arrests [1]."""
    late_arrest_in_lung: Annotated[Quantity, In("1", at_most=1)]
    """Share of late arrests that fall to the lungs; the rest goes by flow [1]."""
    break_up: Annotated[Quantity, In("1", at_most=1)]
    """Chance per circuit that a cluster loses a cell [1]."""
    pick_up_in_blood: Annotated[Quantity, In("mL/cell/day")]
    """Leukocytes that a passer picks up in blood, per affinity of the pair and density of these leukocytes
    [mL/cell/day]."""


class OrganFlow(Entry):
    """Shares of cardiac output by arteries; the lungs take the whole venous return. What remains goes elsewhere."""

    bone: Annotated[Quantity, In("1", at_most=1)]
    """Bone and its marrow [1]."""
    brain: Annotated[Quantity, In("1", at_most=1)]
    """Brain [1]."""
    liver: Annotated[Quantity, In("1", at_most=1)]
    """Hepatic artery [1]."""
    gut: Annotated[Quantity, In("1", at_most=1)]
    """Organs whose blood reaches the liver by the portal vein [1]."""


class Leukocyte(Entry):
    """A type of leukocyte in blood."""

    density: Annotated[Quantity, In("cell/mL")]
    """Cells in blood [cell/mL]."""
    affinity: Annotated[Quantity, In("1")]
    """Affinity to tumour cells, relative to the other types [1]."""


class Tube(Entry):
    """The draw."""

    volume: Annotated[Quantity, In("mL", above=0)]
    """Blood that is drawn [mL]."""
    recovery: Annotated[Quantity, In("1", above=0, at_most=1)]
    """Share of the aggregates of the tube that are found [1]."""


class AssayState(Entry):
    """One reading of how the assay sees patients: published counts do not tell which holds.

    The free numbers belong to the state, because they are fitted to counts that the assay has seen.
    """

    silent_share: Annotated[Quantity, In("1", at_most=1)]
    """Share of draws in which the assay sees nothing, whatever is in the blood [1]."""
    shedding: Annotated[Quantity, In("event/day", above=0)]
    """Aggregates that leave 1e9 tumour cells and that the assay can see [event/day]."""
    visibility_spread: Annotated[Quantity, SPREAD]
    """SD of the log between patients by marker, phenotype and assay [1]."""
    cohesion: Annotated[Quantity, In("1", above=0, at_most=1)]
    """Chance that one more tumour cell stays attached to a shed aggregate, where tumours keep their junctions [1]."""
    cohesive_share: Annotated[Quantity, In("1", above=0, at_most=1)]
    """Share of patients whose tumours keep the junctions between their cells; tumours of the others shed single cells,
    with or without a leukocyte [1]."""
    attachment: Annotated[Quantity, In("1")]
    """Leukocytes that hold to a shed aggregate, in the median patient: with probability 1 - exp(-attachment) it takes
    one along [1]."""
    spread_of_attachment: Annotated[Quantity, SPREAD]
    """SD of the log of the attachment between patients [1]."""


class Population(Item):
    """Patients from whom blood is drawn."""

    schema_: Literal["population/1"] = Field(alias="schema")
    """`population/1`."""
    species: Species
    """Species."""
    summary: str = ""
    """What population this is, in a few sentences. Default: none."""
    state: str
    """Assay state that holds unless another is asked for: a name in `states`."""
    burden: Burden
    """Tumour burden."""
    shedding: Shedding
    """Shedding."""
    circulation: PatientCirculation
    """Blood, and what becomes of aggregates in it."""
    flow: OrganFlow
    """Where the blood goes."""
    leukocytes: dict[str, Leukocyte] = Field(default_factory=dict)
    """Leukocytes in blood, by name. Default: none."""
    tube: Tube
    """The draw."""
    states: Annotated[dict[str, AssayState], Field(min_length=1)]
    """Assay states, by name."""

    @model_validator(mode="after")
    def _shares_out_its_flow(self) -> Population:
        flow = self.flow
        total = sum(share.canonical for share in (flow.bone, flow.brain, flow.liver, flow.gut))
        if total > 1.0:
            raise BadValue(
                "organs take more than the cardiac output",
                at=("flow",),
                found=f"{total:g}",
                allowed="up to 1",
            )
        return self

    @model_validator(mode="after")
    def _has_its_state(self) -> Population:
        if self.state not in self.states:
            raise BadValue(
                "names no assay state of this file",
                at=("state",),
                found=self.state,
                allowed=sorted(self.states),
            )
        return self
