"""What a drug does in the body: damage, binding, inhibition, antagonism, depletion, change of a behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from paget.model.biology import Species
from paget.model.quantity import BadValue, Entry, In, Quantity


class _OnTarget(Entry):
    """How a drug meets its target in one species; `bound = false` says that it does not, and then has no number."""

    bound: bool = True
    """False says that the drug does not meet the target of this species: a value, not an omission. Default: true."""

    def constant(self) -> Quantity | None:
        """The one number of this entry; None where the target is not met."""
        raise NotImplementedError

    @model_validator(mode="after")
    def _complete(self) -> _OnTarget:
        name = next(key for key in type(self).model_fields if key != "bound")
        given = getattr(self, name) is not None
        if self.bound and not given:
            raise BadValue(f"needs {name} (or bound = false)")
        if given and not self.bound:
            raise BadValue(f"bound = false has no {name}", at=(name,))
        return self


class Affinity(_OnTarget):
    """Affinity for the target of one species."""

    dissociation_constant: Annotated[Quantity, In("nM", above=0)] | None = None
    """Concentration that holds half of the target [nM]."""

    def constant(self) -> Quantity | None:
        """The dissociation constant."""
        return self.dissociation_constant


class Potency(_OnTarget):
    """Concentration that does half of what the drug can do to the cells of one species."""

    half_concentration: Annotated[Quantity, In("ug/mL", above=0)] | None = None
    """Concentration in plasma at half the effect [ug/mL]."""

    def constant(self) -> Quantity | None:
        """The half concentration."""
        return self.half_concentration


def constant_in(targets: Mapping[str, Affinity] | Mapping[str, Potency], species: str) -> Quantity | None:
    """The constant for the target of a species; None where it is not met, said or unsaid."""
    target = targets.get(species)
    return None if target is None else target.constant()


class Damages(Entry):
    """Damage of cells in one stage.

    rate = maximum_rate E^power / (half_exposure^power + E^power), with E the exposure that lingers in tissue.
    """

    kind: Literal["damages"]
    """Damage by exposure."""
    stage: Literal["cycling"]
    """Stage of the cells that are damaged."""
    maximum_rate: Annotated[Quantity, In("1/day")]
    """Largest rate of damage [1/day]."""
    half_exposure: Annotated[Quantity, In("ug*day/mL", above=0)]
    """Exposure at half the largest rate [ug*day/mL]."""
    power: Annotated[Quantity, In("1", above=0)]
    """Steepness [1]."""
    washout: Annotated[Quantity, In("1/day", above=0)]
    """Rate at which exposure wears off in tissue [1/day]."""

    @property
    def path_key(self) -> str:
        """Name of the action within paths."""
        return f"damages {self.stage}"


class Binds(Entry):
    """Binding of a free factor, which is then cleared with the drug: antibodies and traps."""

    kind: Literal["binds"]
    """Binding of a ligand."""
    factor: str
    """The factor."""
    bound: bool = True
    """False says that the drug does not bind this factor: a value, not an omission. Default: true."""
    binding_sites: Annotated[Quantity, In("1", above=0)] | None = None
    """Sites per molecule of drug [1]."""
    on_rate: Annotated[Quantity, In("1/nM/day", above=0)] | None = None
    """Rate constant of binding [1/nM/day]."""
    tissue_share: Annotated[Quantity, In("1", at_most=1)] | None = None
    """Concentration in tissue relative to plasma [1]."""
    complex_half_life: Annotated[Quantity, In("day", above=0)] | None = None
    """Half-life of ligand held by the drug [day]."""
    affinity: dict[Species, Affinity] = Field(default_factory=dict)
    """Affinity for the factor of each species; a species that is absent is not bound."""

    @property
    def path_key(self) -> str:
        """Name of the action within paths."""
        return f"binds {self.factor}"

    @model_validator(mode="after")
    def _complete(self) -> Binds:
        numbers = ("binding_sites", "on_rate", "tissue_share", "complex_half_life")
        for key in (*numbers, "affinity"):
            given = bool(getattr(self, key))
            if self.bound and not given:
                raise BadValue(f"a drug that binds {self.factor} needs {key} (or bound = false)")
            if given and not self.bound:
                raise BadValue(f"bound = false has no {key}", at=(key,))
        return self


class Inhibits(Entry):
    """Reversible inhibition of a factor: what is left acts as 1 / (1 + C / constant) of its level."""

    kind: Literal["inhibits"]
    """Inhibition of a factor, an enzyme for example, by a small molecule that lets go of it."""
    factor: str
    """The factor."""
    tissue_share: Annotated[Quantity, In("1", at_most=1)]
    """Active concentration in tissue relative to plasma [1]: free of protein, and distributed."""
    affinity: Annotated[dict[Species, Affinity], Field(min_length=1)]
    """Affinity for the factor of each species; a species that is absent is not inhibited."""

    @property
    def path_key(self) -> str:
        """Name of the action within paths."""
        return f"inhibits {self.factor}"


class Blocks(Entry):
    """Competition with the ligands of a receptor (Gaddum)."""

    kind: Literal["blocks"]
    """Antagonism at a receptor."""
    receptor: str
    """The receptor."""
    tissue_share: Annotated[Quantity, In("1", at_most=1)] | None = None
    """Active concentration in tissue relative to plasma [1]: free of protein, and distributed. Required unless the
    receptor is spared in all species."""
    affinity: Annotated[dict[Species, Affinity], Field(min_length=1)]
    """Affinity for the receptor of each species; a species that is absent is not blocked."""

    @model_validator(mode="after")
    def _complete(self) -> Blocks:
        blocked = any(target.bound for target in self.affinity.values())
        if blocked and self.tissue_share is None:
            raise BadValue(f"a drug that blocks {self.receptor} needs tissue_share")
        if not blocked and self.tissue_share is not None:
            raise BadValue("what blocks no receptor has no tissue_share", at=("tissue_share",))
        return self

    @property
    def path_key(self) -> str:
        """Name of the action within paths."""
        return f"blocks {self.receptor}"


class Depletes(Entry):
    """Death of one cell type: rate = maximum_rate C / (half_concentration + C), C in plasma."""

    kind: Literal["depletes"]
    """Depletion of a cell type."""
    cell_type: str
    """The cells."""
    maximum_rate: Annotated[Quantity, In("1/day")]
    """Largest additional death rate [1/day]."""
    affinity: Annotated[dict[Species, Potency], Field(min_length=1)]
    """Half concentration for the cells of each species; a species that is absent is not depleted."""

    @property
    def path_key(self) -> str:
        """Name of the action within paths."""
        return f"depletes {self.cell_type}"


class Modifies(Entry):
    """Change of one behaviour of one cell type: it is multiplied by 1 + (fold - 1) C / (half_concentration + C)."""

    kind: Literal["modifies"]
    """Change of a behaviour, an adhesion for example."""
    cell_type: str
    """The cells."""
    behaviour: str
    """Their behaviour, by name in the vocabulary."""
    fold: Annotated[Quantity, In("1")]
    """Factor on the behaviour at saturation [1]."""
    affinity: Annotated[dict[Species, Potency], Field(min_length=1)]
    """Half concentration for the cells of each species; a species that is absent is not affected."""

    @property
    def path_key(self) -> str:
        """Name of the action within paths."""
        return f"modifies {self.behaviour} of {self.cell_type}"


Action = Annotated[
    Damages | Binds | Inhibits | Blocks | Depletes | Modifies,
    Field(discriminator="kind"),
]
