"""What a drug does in the body: damage, binding, inhibition, antagonism, depletion, change of a behaviour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from paget.model.biology import Species
from paget.model.quantity import BadValue, Entry, In, Quantity


def _stated_where_met(
    entry: Entry,
    keys: Iterable[str],
    met: bool,
    *,
    who: str = "",
    unmet: str = "bound = false",
    way_out: str = " (or bound = false)",
) -> None:
    """The law of all targets: what is met has its numbers, what is spared has none; BadValue otherwise.

    who: beginning of the message about a missing number. unmet: what has no such number. way_out: what else would do.
    """
    for key in keys:
        given = bool(getattr(entry, key))
        if met and not given:
            raise BadValue(f"{who}needs {key}{way_out}")
        if given and not met:
            raise BadValue(f"{unmet} has no {key}", at=(key,))


class _OnTarget(Entry):
    """How a drug meets its target in one species: `bound`, and one number, which is the field that a subclass adds.

    `bound = false` says that the target is not met, and then has no number.
    """

    bound: bool = True
    """False says that the drug does not meet the target of this species: a value, not an omission. Default: true."""

    @classmethod
    def _key(cls) -> str:
        (key,) = (name for name in cls.model_fields if name != "bound")
        return key

    def constant(self) -> Quantity | None:
        """The one number of this entry; None where the target is not met."""
        number: Quantity | None = getattr(self, self._key())
        return number

    @model_validator(mode="after")
    def _complete(self) -> _OnTarget:
        _stated_where_met(self, (self._key(),), self.bound)
        return self


class Affinity(_OnTarget):
    """Affinity for the target of one species."""

    dissociation_constant: Annotated[Quantity, In("nM", above=0)] | None = None
    """Concentration that holds half of the target [nM]."""


class Potency(_OnTarget):
    """Concentration that does half of what the drug can do to the cells of one species."""

    half_concentration: Annotated[Quantity, In("ug/mL", above=0)] | None = None
    """Concentration in plasma at half the effect [ug/mL]."""


Affinities = Annotated[dict[Species, Affinity], Field(min_length=1)]
"""Affinity by species, of one at least."""
Potencies = Annotated[dict[Species, Potency], Field(min_length=1)]
"""Potency by species, of one at least."""


def constant_in(targets: Mapping[str, Affinity] | Mapping[str, Potency], species: str) -> Quantity | None:
    """The constant for the target of a species; None where it is not met, said or unsaid."""
    target = targets.get(species)
    return None if target is None else target.constant()


class _Deed(Entry):
    """What all actions have: a kind, and something in the body to act on."""

    kind: str
    """Name of the action in files."""

    acts_on: ClassVar[tuple[str, ...]]
    """Keys whose values say what it acts on."""

    @property
    def path_key(self) -> str:
        """Name of the action within paths: `binds IGF-1`, `modifies adhesion of neutrophil`."""
        return f"{self.kind} {' of '.join(getattr(self, key) for key in self.acts_on)}"


class Damages(_Deed):
    """Damage of cells in one stage.

    rate = maximum_rate E^power / (half_exposure^power + E^power), with E the exposure that lingers in tissue.
    """

    acts_on: ClassVar[tuple[str, ...]] = ("stage",)

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


class Binds(_Deed):
    """Binding of a free factor, which is then cleared with the drug: antibodies and traps."""

    acts_on: ClassVar[tuple[str, ...]] = ("factor",)

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

    @model_validator(mode="after")
    def _complete(self) -> Binds:
        keys = ("binding_sites", "on_rate", "tissue_share", "complex_half_life", "affinity")
        _stated_where_met(self, keys, self.bound, who=f"a drug that binds {self.factor} ")
        return self


class Inhibits(_Deed):
    """Reversible inhibition of a factor: what is left acts as 1 / (1 + C / constant) of its level."""

    acts_on: ClassVar[tuple[str, ...]] = ("factor",)

    kind: Literal["inhibits"]
    """Inhibition of a factor, an enzyme for example, by a small molecule that lets go of it."""
    factor: str
    """The factor."""
    tissue_share: Annotated[Quantity, In("1", at_most=1)]
    """Active concentration in tissue relative to plasma [1]: free of protein, and distributed."""
    affinity: Affinities
    """Affinity for the factor of each species; a species that is absent is not inhibited."""


class Blocks(_Deed):
    """Competition with the ligands of a receptor (Gaddum)."""

    acts_on: ClassVar[tuple[str, ...]] = ("receptor",)

    kind: Literal["blocks"]
    """Antagonism at a receptor."""
    receptor: str
    """The receptor."""
    tissue_share: Annotated[Quantity, In("1", at_most=1)] | None = None
    """Active concentration in tissue relative to plasma [1]: free of protein, and distributed. Required unless the
    receptor is spared in all species."""
    affinity: Affinities
    """Affinity for the receptor of each species; a species that is absent is not blocked."""

    @model_validator(mode="after")
    def _complete(self) -> Blocks:
        blocked = any(target.bound for target in self.affinity.values())
        who, unmet = f"a drug that blocks {self.receptor} ", "what blocks no receptor"
        _stated_where_met(self, ("tissue_share",), blocked, who=who, unmet=unmet, way_out="")
        return self


class Depletes(_Deed):
    """Death of one cell type: rate = maximum_rate C / (half_concentration + C), C in plasma."""

    acts_on: ClassVar[tuple[str, ...]] = ("cell_type",)

    kind: Literal["depletes"]
    """Depletion of a cell type."""
    cell_type: str
    """The cells."""
    maximum_rate: Annotated[Quantity, In("1/day")]
    """Largest additional death rate [1/day]."""
    affinity: Potencies
    """Half concentration for the cells of each species; a species that is absent is not depleted."""


class Modifies(_Deed):
    """Change of one behaviour of one cell type: it is multiplied by 1 + (fold - 1) C / (half_concentration + C)."""

    acts_on: ClassVar[tuple[str, ...]] = ("behaviour", "cell_type")

    kind: Literal["modifies"]
    """Change of a behaviour, an adhesion for example."""
    cell_type: str
    """The cells."""
    behaviour: str
    """Their behaviour, by name in the vocabulary."""
    fold: Annotated[Quantity, In("1")]
    """Factor on the behaviour at saturation [1]."""
    affinity: Potencies
    """Half concentration for the cells of each species; a species that is absent is not affected."""


Action = Annotated[
    Damages | Binds | Inhibits | Blocks | Depletes | Modifies,
    Field(discriminator="kind"),
]
