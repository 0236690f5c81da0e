"""Small tissues whose phenotype alone is advanced: nothing moves, fields are given."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest

from paget.keyed_random import subject_key
from paget.tissue.cells import ABSENT, OPTIONAL, REMOVED, Cells
from paget.tissue.compile import compile_definition
from paget.tissue.definition import Cycle, Definition, Domain, Factor, Phase, Population
from paget.tissue.phenotype import phenotype_step, senses_contacts
from paget.tissue.population import place_population

LIVE = Cycle("live", 5, (Phase("live", 14, divides_at_exit=True, doubles_at_entry=True),))
FLOW = Cycle(
    "flow cytometry, separated",
    6,
    (
        Phase("G0/G1", 4),
        Phase("S", 10, fixed_duration=True, doubles_at_entry=True),
        Phase("G2", 12, fixed_duration=True),
        Phase("M", 13, fixed_duration=True, divides_at_exit=True),
    ),
)
BOX = Domain((-100.0, -100.0, -100.0), (100.0, 100.0, 100.0), (20.0, 20.0, 20.0))
SHEET = Domain((-100.0, -100.0, -10.0), (100.0, 100.0, 10.0), (20.0, 20.0, 20.0), two_dimensional=True)
OXYGEN = Factor("oxygen", 1e5, 0.1, 38.0)
WIDTHS = {"springs": 3}


class Tissue:
    """Cells of a definition, all optional arrays in use unless named otherwise, and the steps of their phenotype."""

    def __init__(
        self,
        definition: Definition,
        kind: Sequence[int] | np.ndarray,
        position: np.ndarray | None = None,
        arrays: Sequence[str] | None = None,
        seed: int = 1,
        **behaviours: np.ndarray,
    ) -> None:
        kind = np.asarray(kind, dtype=np.int32)
        position = np.zeros((len(kind), 3)) if position is None else position
        own = {name.replace("_", " "): values for name, values in behaviours.items()}
        self.compiled = compile_definition(definition, tuple(own))
        widths = WIDTHS | {"held": len(definition.factors), "activity": len(definition.receptors)}
        names = [name for name in OPTIONAL if name != "activity" or definition.receptors]
        names = names if arrays is None else list(arrays)
        optional = {name: widths.get(name, OPTIONAL[name][1]) for name in names}
        self.cells = Cells(len(self.compiled.columns), optional, capacity=16)
        place_population(self.compiled, self.cells, Population(position, kind, behaviours=own))
        self.level = np.ones((len(definition.factors), *definition.domain.shape))
        self.key, self.tick, self.time = subject_key(seed, "tissue", 0), 0, 0.0

    def step(
        self, times: int = 1, step: float = 6.0, linear: bool = False, drop: bool = True
    ) -> tuple[int, int]:
        """Advance, dropping cells at the end of their death unless told otherwise; births and removals."""
        births = removals = 0
        for _ in range(times):
            start, neighbour = self.neighbours()
            born, removed = phenotype_step(
                self.cells, self.compiled, self.level, start, neighbour,
                self.key, self.tick, self.time, step, linear,
            )  # fmt: skip
            births, removals = births + born, removals + removed
            if drop and removed:
                self.cells.take(np.flatnonzero((self.cells["flags"] & REMOVED) == 0))
            self.tick += 1
            self.time += step
        return births, removals

    def neighbours(self) -> tuple[np.ndarray, np.ndarray]:
        """All other cells as candidates for contacts, if a rule senses any."""
        n = self.cells.count
        if not senses_contacts(self.compiled):
            return np.zeros(1, dtype=np.int32), np.zeros(0, dtype=np.int32)
        others = [j for i in range(n) for j in range(n) if j != i]
        return np.arange(n + 1, dtype=np.int32) * (n - 1), np.array(others, dtype=np.int32)

    def column(self, name: str) -> np.ndarray:
        """The column of a behaviour (a view)."""
        number = self.compiled.vocabulary.behaviour_number(name)
        return self.cells["columns"][:, self.compiled.types.column[number]]

    @property
    def present(self) -> np.ndarray:
        """Whether each cell takes part."""
        return (self.cells["flags"] & ABSENT) == 0


@pytest.fixture(scope="session")
def phenotype() -> SimpleNamespace:
    """Tissue, and cycles, domains and a factor to define one."""
    return SimpleNamespace(Tissue=Tissue, LIVE=LIVE, FLOW=FLOW, BOX=BOX, SHEET=SHEET, OXYGEN=OXYGEN)
