"""The cells of a project at the start: those that its C++ places as the template does, then those of its file.

What differs from cell to cell is then drawn for all of them, where a cell definition names distributions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from paget.errors import PagetError
from paget.formats.physicell.carried_over import DIFFERENT, OFF, CarriedOver
from paget.formats.physicell.cells_csv import join, population_of, read_cells
from paget.formats.physicell.custom_code import CustomCode
from paget.formats.physicell.dictionary import Dictionary
from paget.formats.physicell.distributions import (
    VOLUME,
    Distribution,
    draw_distributions,
    read_distributions,
)
from paget.formats.physicell.element import Element
from paget.formats.physicell.placement import place_uniformly
from paget.formats.physicell.settings import RunSettings
from paget.tissue.definition import Definition, Population

MOST_PLACED = 10_000_000
PARAMETER = "number_of_cells"
"""User parameter that the template's C++ reads."""


@dataclass(frozen=True)
class CellsAtStart:
    """What is known when the cells are read."""

    settings: Path
    definition: Definition
    dictionary: Dictionary
    defaults: Mapping[str, float]
    """Base of behaviours that a type does not state."""
    custom: CustomCode | None
    report: CarriedOver

    def population(
        self,
        root: Element,
        run: RunSettings,
        distributions: Mapping[str, Element],
        find: Callable[[Element], Path],
        seed: int,
    ) -> Population:
        """All cells; `distributions`: by cell type; `find` gives the path of the file that an element names."""
        population = join(self._placed(run, seed) + self._listed(root, find))
        return draw_distributions(population, self._drawn(distributions), seed)

    def _placed(self, run: RunSettings, seed: int) -> list[Population]:
        """Cells that the template's C++ would place."""
        parameter = run.user_parameters.get(PARAMETER)
        if parameter is None or (self.custom is not None and not self.custom.standard_placement):
            return []
        number = int(parameter.value) if isinstance(parameter.value, (int, float)) else 0
        if number <= 0:
            return []
        file, names = str(self.settings), [cell_type.name for cell_type in self.definition.cell_types]
        if number * len(names) > MOST_PLACED:
            raise PagetError(
                "too many cells",
                file=file,
                key=f"user_parameters/{PARAMETER}",
                found=number,
                allowed=str(MOST_PLACED),
            )
        note = (
            f"{number} of each type are placed uniformly in the domain, as PhysiCell's template does in C++"
        )
        self.report.add(DIFFERENT, file, None, PARAMETER, note)
        return [place_uniformly(self.definition.domain, names, number, seed)]

    def _listed(self, root: Element, find: Callable[[Element], Path]) -> list[Population]:
        """Cells of the file that the settings name."""
        conditions = root.child("initial_conditions")
        node = conditions.child("cell_positions") if conditions is not None else None
        if node is None:
            return []
        if not node.flag_attribute("enabled"):
            node.mark(OFF)
            return []
        kind = node.attribute("type") or ""
        if kind not in ("csv", "CSV"):
            raise node.error("unknown type of cell positions", found=kind, allowed=("csv",))
        if self.custom is not None and not self.custom.loads_cells:
            node.warn("this project's C++ does not call load_cells_from_pugixml; Paget reads the file")
        path = find(node)
        types = [(cell_type.name, cell_type.code) for cell_type in self.definition.cell_types]
        table = read_cells(path, types, self.dictionary)
        return [population_of(table, self.definition.domain, str(path), self.report)]

    def _drawn(self, nodes: Mapping[str, Element]) -> dict[int, list[Distribution]]:
        """Distributions by index of the cell type."""
        kinds = {}
        for at, cell_type in enumerate(self.definition.cell_types):
            node = nodes.get(cell_type.name)
            if node is None:
                continue
            bases = {**self.defaults, **cell_type.behaviours, VOLUME: cell_type.volume.total}
            kinds[at] = read_distributions(node, cell_type, bases, self.dictionary)
            if self.custom is not None and not self.custom.draws_parameters:
                node.warn(
                    "this project's C++ does not call set_parameters_from_distributions; Paget draws them"
                )
        return kinds
