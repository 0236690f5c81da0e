"""Mechanisms: rules, and what they add to cell types."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PrivateAttr

from paget.model.biology import Behaviour, ReceptorOnCell
from paget.model.names import Item
from paget.model.quantity import Entry, In, Quantity


class Rule(Entry):
    """A signal increases or decreases a behaviour of a cell type.

    The response is (signal / half_maximum)^power within the joint Hill response of the behaviour (Johnson 2025).
    """

    cell_type: str
    """The cells that sense and respond."""
    signal: str
    """What they sense, by name in the vocabulary."""
    direction: Literal["increases", "decreases"]
    """Direction of the effect."""
    behaviour: str
    """What changes, by name in the vocabulary."""
    half_maximum: Quantity
    """Signal at which this rule alone has half of its full effect, in the unit of the signal."""
    power: Annotated[Quantity, In("1", above=0)]
    """Hill power [1]."""
    note: str | None = None
    """Why. Default: none."""

    _mechanism: str = PrivateAttr(default="")

    @property
    def mechanism(self) -> str:
        """Name of the mechanism whose file holds the rule."""
        return self._mechanism

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What may stand only once in a model."""
        return (self.cell_type, self.signal, self.direction, self.behaviour)

    @property
    def path_key(self) -> str:
        """Name of the rule within paths; it does not depend on the order of rules."""
        return f"{self.cell_type}: {self.signal} {self.direction} {self.behaviour}"


class Addition(Entry):
    """What a mechanism adds to a cell type."""

    behaviours: dict[str, Behaviour] = Field(default_factory=dict)
    """Behaviours, by name in the vocabulary."""
    receptors: dict[str, ReceptorOnCell] = Field(default_factory=dict)
    """Receptors, by name."""


class Mechanism(Item):
    """A mechanism: a file of rules that can be left out of a run."""

    schema_: Literal["mechanism/1"] = Field(alias="schema")
    """`mechanism/1`."""
    summary: str
    """The mechanism in a few sentences."""
    cell_types: dict[str, Addition] = Field(default_factory=dict)
    """Behaviours and receptors that it adds to cell types."""
    rules: list[Rule] = Field(default_factory=list)
    """Its rules."""
