"""Small tissues for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from paget.tissue.cells import Cells
from paget.tissue.compile import Compiled, compile_definition
from paget.tissue.definition import CellType, Cycle, Definition, Domain, Factor, Phase, Population, Steps
from paget.tissue.population import optional_arrays, place_population
from paget.tissue.tables import Bases

LIVE = Cycle("Live", 5, (Phase("live", 14, divides_at_exit=True, doubles_at_entry=True),))
BOX = Domain((-200.0, -200.0, -200.0), (200.0, 200.0, 200.0), (20.0, 20.0, 20.0))
SHEET = Domain((-200.0, -200.0, -10.0), (200.0, 200.0, 10.0), (20.0, 20.0, 20.0), two_dimensional=True)


def cell_type(name: str = "tumour", behaviours: dict[str, float] | None = None, **more: Any) -> CellType:
    """A cell type of reference size with the `live` cycle that does nothing unless asked."""
    return CellType(name, more.pop("code", 0), more.pop("cycle", LIVE), behaviours or {}, **more)


def definition(*types: CellType, domain: Domain = BOX, **more: Any) -> Definition:
    """A definition with one inert factor."""
    numbered = tuple(replace(one, code=code) for code, one in enumerate(types or (cell_type(),)))
    factors = more.pop("factors", (Factor("oxygen", 1e5, 0.1, 38.0),))
    return Definition(domain, factors, numbered, steps=more.pop("steps", Steps()), **more)


def scattered(count: int, seed: int, half: float = 60.0, kinds: int = 1, flat: bool = False) -> Population:
    """Cells at random places of a box, of random types and sizes."""
    random = np.random.default_rng(seed)
    position = random.uniform(-half, half, (count, 3))
    if flat:
        position[:, 2] = 0.0
    return Population(
        position, random.integers(0, kinds, count).astype(np.int32), random.uniform(500, 5000, count)
    )


def compiled_cells(made: Definition, population: Population, **needs: int) -> tuple[Compiled, Cells]:
    """A compiled definition and the cells of a population."""
    compiled = compile_definition(made, tuple(population.behaviours))
    cells = Cells(len(compiled.columns), optional_arrays(compiled, needs))
    place_population(compiled, cells, population)
    return compiled, cells


def bases_of(compiled: Compiled) -> Bases:
    """What kernels need to read behaviours."""
    return Bases(compiled.types.base, compiled.types.column)
