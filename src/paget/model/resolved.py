"""One tumour in one host: the model that is run, every number with its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from paget.model.biology import CellType, Factor, Receptor
from paget.model.drug import Drug
from paget.model.edits import Edit
from paget.model.host import Host
from paget.model.mechanism import Rule
from paget.model.quantity import Quantity
from paget.model.references import BibEntry
from paget.model.tumour import TUMOUR_CELL, Tumour
from paget.model.vocabulary import Vocabulary
from paget.model.walking import numbers

_TRANSFORMATION = "transformation to "


@dataclass(frozen=True)
class Ignored:
    """Something in the catalog that is not part of this model, and why."""

    what: str
    reason: str

    def __str__(self) -> str:
        return f"{self.what}: {self.reason}"


@dataclass(frozen=True)
class Model:
    """A tumour in a host with the mechanisms in use. All names that appear in it are known and present."""

    tumour: Tumour
    """The tumour, its composition without cell types that the host lacks."""
    host: Host
    """The host, its organs and plasma without cell types and factors that are not in use."""
    cell_types: dict[str, CellType]
    """Cell types that are present, the tumour cell first, with what mechanisms and edits make of them."""
    factors: dict[str, Factor]
    """Factors that some receptor or rule reads or some cell secretes."""
    receptors: dict[str, Receptor]
    """Receptors that some cell carries."""
    mechanisms: tuple[str, ...]
    """Mechanisms in use."""
    without: tuple[str, ...]
    """Mechanisms left out."""
    rules: list[Rule]
    """Rules in use."""
    drugs: dict[str, Drug]
    """Drugs with kinetics in this species."""
    correlations: list[tuple[str, str, float]]
    """Pairs of paths and the correlation of their logarithms between animals."""
    ignored: list[Ignored]
    """What of the catalog is not in this model, and why."""
    notes: list[str]
    """What a reader should know, for example a ligand that no receptor present answers to."""
    vocabulary: Vocabulary
    references: Mapping[str, BibEntry]
    edits: tuple[Edit, ...] = ()
    """Changes of genotype that are part of it."""
    _by_path: dict[str, Quantity] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for quantity in self._walk():
            self._by_path.setdefault(quantity.path, quantity)

    def quantities(self) -> Iterator[Quantity]:
        """All numbers in use, each once; `.path` tells them apart."""
        yield from self._by_path.values()

    def quantity(self, path: str) -> Quantity:
        """The number of that path (KeyError if it is not in use)."""
        return self._by_path[path]

    def has(self, path: str) -> bool:
        """Whether a number of that path is in use."""
        return path in self._by_path

    def species_of(self, cell_type: str) -> str:
        """Species of the cells of a type: the tumour's for tumour cells, the host's for all others."""
        return self.tumour.species if cell_type == TUMOUR_CELL else self.host.species

    def cell_types_of_primary(self) -> tuple[str, ...]:
        """Cell types that the primary can hold: it begins with them, recruits them, or has cells that become them."""
        there = {TUMOUR_CELL, *self.tumour.composition}
        there |= {name for name, one in self.cell_types.items() if "recruitment" in one.behaviours}
        while later := {kind for name in there for kind in _becomes(self.cell_types[name])} - there:
            there |= later
        return tuple(name for name in self.cell_types if name in there)

    def why_absent(self, cell_type: str) -> str | None:
        """Why this host lacks the cells of a type that the catalog knows; None if it has them."""
        for item in self.ignored:
            if item.what == f"cell type '{cell_type}'":
                return f"there is no {cell_type} here: {item.reason}"
        return None

    def source_keys(self) -> list[str]:
        """Keys of references.bib that the numbers in use name, in the order of the alphabet."""
        keys = {key for quantity in self.quantities() for key in quantity.sources}
        return sorted(keys & set(self.references))

    def _walk(self) -> Iterator[Quantity]:
        parts: list[Any] = [
            *({"behaviours": c.behaviours, "receptors": c.receptors} for c in self.cell_types.values()),
            *self.receptors.values(),
            *self.factors.values(),
            self.rules,
            *(getattr(self.tumour, name) for name in type(self.tumour).model_fields if name != "behaviours"),
            self.host,
            *self.drugs.values(),
        ]
        for part in parts:
            for _, quantity in numbers(part, ""):
                yield quantity


def _becomes(cell_type: CellType) -> Iterator[str]:
    """The cell types that such a cell can turn into."""
    for behaviour in cell_type.behaviours:
        if behaviour.startswith(_TRANSFORMATION):
            yield behaviour.removeprefix(_TRANSFORMATION)
