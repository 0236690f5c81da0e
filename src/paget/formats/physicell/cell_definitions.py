"""Cell definitions and what they inherit.

A definition starts as a copy of its `parent_type`; without one, of the default definition (`name="default"` or
`ID="0"`) as it stands at that point of the file, except for motility and the rates of acting on others, which then
start at 0. Its own elements change the copy; absent elements keep it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from paget.errors import did_you_mean
from paget.formats.physicell.body import read_mechanics, read_motility, read_volume
from paget.formats.physicell.draft import Draft, Names, built_in, forget
from paget.formats.physicell.element import Element
from paget.formats.physicell.exchange import (
    mark_disabled,
    read_custom,
    read_integrity,
    read_interactions,
    read_intracellular,
    read_secretion,
    read_transformations,
)
from paget.formats.physicell.life_cycle import note_shared_deaths, read_cycle, read_death
from paget.tissue.definition import CellType


@dataclass(frozen=True)
class CellDefinitions:
    """All types of a project."""

    types: tuple[CellType, ...]
    custom: Mapping[str, bool]
    """Custom variables, and whether they are halved at division."""
    intracellular: Mapping[str, str]
    """Kind of intracellular model by type, where there is one."""
    distributions: Mapping[str, Element]
    """Elements with enabled distributions of initial parameters, by type."""
    asymmetric: frozenset[str]
    """Types for which asymmetric division is enabled."""


def read_cell_definitions(
    root: Element, factors: tuple[str, ...], two_dimensional: bool, walls: bool, legacy: bool
) -> CellDefinitions:
    """All cell definitions, in the order of the file."""
    nodes = _named(root)
    reader = _Reader(Names(factors, tuple(nodes)), two_dimensional, walls, legacy)
    for name, node in nodes.items():
        reader.read(name, node)
    note_shared_deaths(reader.drafts, nodes)
    return CellDefinitions(
        tuple(draft.finished() for draft in reader.drafts.values()),
        _custom(reader.drafts, nodes),
        reader.intracellular,
        {name: found for name, node in nodes.items() if (found := mark_disabled(node)) is not None},
        frozenset(name for name, draft in reader.drafts.items() if draft.divides_asymmetrically),
    )


def _named(root: Element) -> dict[str, Element]:
    """Definitions by name. Raises PagetError where one has no name or number, or two have the same."""
    found: dict[str, Element] = {}
    codes: dict[int, str] = {}
    defaults: list[str] = []
    for node in root.need("cell_definitions").all("cell_definition"):
        name = node.attribute("name")
        if not name:
            raise node.error("a cell definition needs a name")
        code = node.whole_attribute("ID")
        if name in found:
            raise node.error("the same cell type twice", found=name)
        if code in codes:
            raise node.error(
                "the same ID as another cell type", found=code, allowed=f"not that of {codes[code]}"
            )
        if name == "default" or code == 0:
            defaults.append(name)
        if len(defaults) > 1:
            raise node.error(
                "two default definitions: the one named 'default' and the one with ID 0 must be the same",
                found=", ".join(defaults),
            )
        found[name], codes[code] = node, name
    if not found:
        raise root.need("cell_definitions").error("has no cell_definition")
    return found


class _Reader:
    """Reads definitions one after the other; each may inherit from those before."""

    def __init__(self, names: Names, two_dimensional: bool, walls: bool, legacy: bool) -> None:
        self.names, self.two_dimensional, self.walls, self.legacy = names, two_dimensional, walls, legacy
        self.default = built_in(names, two_dimensional)
        self.drafts: dict[str, Draft] = {}
        self.intracellular: dict[str, str] = {}

    def read(self, name: str, node: Element) -> None:
        """Read one definition."""
        code = node.whole_attribute("ID")
        is_default = name == "default" or code == 0
        parent = self._parent(node)
        if parent is not None:
            draft = parent.inherited(name, code)
        else:
            draft = self.default.inherited(name, code)
            if not is_default and not self.legacy:
                forget(draft, self.names)
        draft.crawls_in_plane = draft.crawls_in_plane or self.two_dimensional
        self._phenotype(node, draft, has_parent=parent is not None or not is_default)
        read_custom(node, draft)
        if self.walls:
            draft.behaviours["cell-BM repulsion"] = 100.0
        self.drafts[name] = draft
        if is_default:
            self.default = draft

    def _parent(self, node: Element) -> Draft | None:
        name = node.attribute("parent_type")
        if name is None:
            return None
        if name not in self.drafts:
            later = name in self.names.types
            what = "parent_type must stand above in the file" if later else "unknown parent_type"
            near = None if later else did_you_mean(name, self.names.types)
            raise node.error(what, found=name, allowed=list(self.drafts), suggestion=near)
        return self.drafts[name]

    def _phenotype(self, node: Element, draft: Draft, has_parent: bool) -> None:
        phenotype = node.child("phenotype")
        if phenotype is None:
            return
        read_cycle(phenotype, draft, self.names)
        read_death(phenotype, draft, has_parent)
        read_volume(phenotype, draft)
        read_mechanics(phenotype, draft, self.names, self.walls)
        read_motility(phenotype, draft, self.names, self.two_dimensional)
        read_secretion(phenotype, draft, self.names)
        read_interactions(phenotype, draft, self.names)
        read_transformations(phenotype, draft, self.names)
        read_integrity(phenotype, draft)
        kind = read_intracellular(phenotype)
        if kind is not None:
            self.intracellular[draft.name] = kind


def _custom(drafts: Mapping[str, Draft], nodes: Mapping[str, Element]) -> dict[str, bool]:
    """All custom variables; one is halved at division if any type says so."""
    found: dict[str, bool] = {}
    for name, draft in drafts.items():
        for variable, conserved in draft.conserved.items():
            if found.setdefault(variable, conserved) != conserved:
                nodes[name].warn(
                    f"custom variable {variable} is conserved in some types only: taken so in all"
                )
                found[variable] = True
    return found
