"""Cell types with their behaviours and receptors, factors, and receptors."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, model_validator

from paget.model.names import Item, Name, OneOf
from paget.model.quantity import BadValue, Entry, In, Quantity

Faculty = Annotated[str, OneOf("T cells", "B cells", "NK cells", "macrophages", "neutrophils", "stroma")]
"""What a host can have or lack."""

Species = Annotated[str, OneOf("human", "mouse")]


class Behaviour(Entry):
    """What a cell of one type does: its base, and the limits that signals can bring it to.

    The unit is that of the behaviour in the vocabulary; rates are kept per day.
    """

    base: Quantity
    """Without any signal."""
    minimum: Quantity
    """Where decreasing signals lead."""
    maximum: Quantity
    """Where increasing signals lead."""

    def in_unit(self, limits: In) -> None:
        """Keep the three numbers in the unit of `limits`; BadValue (with the key in `at`) if they do not fit."""
        for key in ("base", "minimum", "maximum"):
            try:
                getattr(self, key).in_unit(limits)
            except BadValue as bad:
                bad.parts["at"] = (key,)
                raise
        base, low, high = (getattr(self, key).canonical for key in ("base", "minimum", "maximum"))
        if not low <= base <= high:
            unit = "" if limits.unit == "1" else f" {limits.unit}"
            raise BadValue(
                "minimum <= base <= maximum does not hold",
                found=f"{low:g}, {base:g}, {high:g}{unit}",
                at=("base",),
            )

    def scaled(self, fold: float, reason: str, at_most: float | None) -> Behaviour:
        """All three numbers times `fold`."""
        return Behaviour.model_construct(
            base=self.base.scaled(fold, reason),
            minimum=self.minimum.scaled(fold, reason, at_most),
            maximum=self.maximum.scaled(fold, reason, at_most),
        )


class ReceptorOnCell(Entry):
    """A receptor that cells of one type carry."""

    number: Annotated[Quantity, In("molecule/cell")]
    """Receptors per cell [molecule/cell]."""
    internalisation: Annotated[Quantity, In("1/day")]
    """Rate at which a filled receptor takes its ligand into the cell [1/day]."""

    _expression: float = PrivateAttr(default=1.0)

    @property
    def expression(self) -> float:
        """Number relative to the unedited cell, 0 after a knock-out; a factor on the activity that rules see."""
        return self._expression

    def scaled(self, fold: float, reason: str) -> ReceptorOnCell:
        """With `fold` times the number."""
        copy = self.model_copy(update={"number": self.number.scaled(fold, reason)})
        copy._expression = self._expression * fold
        return copy


class CellType(Item):
    """A kind of cell. Numbers that belong to one mechanism stand in that mechanism's file."""

    schema_: Literal["cell-type/1"] = Field(alias="schema")
    """`cell-type/1`."""
    lineage: Literal["tumour", "myeloid", "lymphoid", "stromal"]
    """Where the cell belongs."""
    requires: Faculty | None = None
    """What a host must have; without it these cells are zero. Default: nothing."""
    blood_leukocyte: bool = False
    """Whether it comes from blood (blocked entry and partners in blood concern it). Default: false."""
    behaviours: dict[str, Behaviour] = Field(default_factory=dict)
    """What it does, by name in the vocabulary."""
    receptors: dict[str, ReceptorOnCell] = Field(default_factory=dict)
    """Receptors it carries, by name."""


class Factor(Item):
    """A molecule that diffuses between cells and is carried by blood."""

    schema_: Literal["factor/1"] = Field(alias="schema")
    """`factor/1`."""
    unit: Literal["nM"]
    """Unit of its level: amount per interstitial volume."""
    molar_mass: Annotated[Quantity, In("g/mol", above=0)]
    """Molar mass [g/mol]."""
    decay: Annotated[Quantity, In("1/day")]
    """Rate of decay in tissue [1/day]."""
    exchange_with_blood: Annotated[Quantity, In("1/day")]
    """Rate of exchange between tissue and plasma [1/day]."""
    diffusion: Annotated[Quantity, In("mm^2/day")]
    """Diffusion coefficient in tissue [mm^2/day]."""
    human_acts_on_mouse: bool
    """Whether the human molecule acts on mouse receptors."""
    mouse_acts_on_human: bool
    """Whether the mouse molecule acts on human receptors."""

    def acts(self, source: str, target: str) -> bool:
        """Whether the molecule of species `source` acts on receptors of species `target`."""
        if source == target:
            return True
        return self.human_acts_on_mouse if source == "human" else self.mouse_acts_on_human


class Receptor(Item):
    """A receptor and its ligands."""

    schema_: Literal["receptor/1"] = Field(alias="schema")
    """`receptor/1`."""
    ligands: dict[Name, Annotated[Quantity, In("nM", above=0)]] = Field(default_factory=dict)
    """Dissociation constant for each activating factor [nM]: the concentration that fills half of the receptors.
    Default: none, for a receptor of collagen."""
    collagen: Annotated[Quantity, In("1", above=0)] | None = None
    """Collagen density, relative to the normal gland, that fills half of the receptors [1]. Default: not a ligand."""

    @model_validator(mode="after")
    def _has_ligand(self) -> Receptor:
        if not self.ligands and self.collagen is None:
            raise BadValue("a receptor needs a ligand: factors in `ligands`, or `collagen`", at=("ligands",))
        return self
