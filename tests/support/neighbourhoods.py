"""Tissues in which cells touch, for tests: lists of neighbours, states by identifier, draws in plain Python."""

from __future__ import annotations

import math

import numpy as np
from tissues import definition

from paget.keyed_random import Purpose, uniform_at
from paget.tissue.cells import NOBODY, Cells
from paget.tissue.compile import Compiled, compile_definition
from paget.tissue.definition import CellType, Definition, Domain, Population
from paget.tissue.interactions import Interactions
from paget.tissue.population import optional_arrays, place_population

KEY = np.uint64(20240607)
WIDE = Domain((-5000.0, -5000.0, -5000.0), (5000.0, 5000.0, 5000.0), (100.0, 100.0, 100.0))
DRAWS = {"eat": 0, "fuse": 1, "kill": 2, "attack": 3, "end": 4, "part": 5, "join": 6}
"""Numbers of the draws, as documented in `paget.tissue.contacts`."""
MASK = (1 << 64) - 1


class World:
    """Cells, their interactions, and a list of neighbours; `step` takes all through a step."""

    def __init__(self, made: Definition, population: Population, pairs: bool = False) -> None:
        """`pairs`: cells 2n and 2n + 1 are neighbours, and nobody else; otherwise everybody is listed for everybody."""
        self.compiled = compile_definition(made, tuple(population.behaviours))
        self.interactions = Interactions(made, self.compiled)
        arrays = optional_arrays(self.compiled, self.interactions.needs)
        self.cells = Cells(len(self.compiled.columns), arrays)
        place_population(self.compiled, self.cells, population)
        self.pairs = pairs
        self.tick = 0

    def neighbours(self) -> tuple[np.ndarray, np.ndarray]:
        count = self.cells.count
        if self.pairs:
            return np.arange(count + 1, dtype=np.int32), np.arange(count, dtype=np.int32) ^ 1
        others = np.tile(np.arange(count, dtype=np.int32), (count, 1))
        others = others[~np.eye(count, dtype=bool)]
        return np.arange(count + 1, dtype=np.int32) * np.int32(count - 1), others

    def contact(self, dt: float = 0.1, linear: bool = False, ticks: int = 1) -> int:
        removed = 0
        for _ in range(ticks):
            removed += self.interactions.contact_step(
                self.cells, *self.neighbours(), self.tick, dt, KEY, linear
            )
            self.tick += 1
        return removed

    def springs(self, dt: float = 0.1, linear: bool = False) -> None:
        self.interactions.springs_step(self.cells, *self.neighbours(), self.tick, dt, KEY, linear)
        self.tick += 1

    def value(self, row: int, name: str) -> float:
        return value(self.compiled, self.cells, row, name)


def value(compiled: Compiled, cells: Cells, row: int, name: str) -> float:
    """Value of a behaviour, by name, in the cell of a row."""
    number = compiled.vocabulary.behaviour_number(name)
    column = compiled.types.column[number]
    return float(
        cells["columns"][row, column] if column >= 0 else compiled.types.base[cells["kind"][row], number]
    )


def couples(number: int, one: CellType, other: CellType, apart: float = 15.0, **more) -> World:
    """So many isolated pairs of cells, `apart` (um); even rows are of the first type."""
    side = int(np.ceil(number ** (1 / 3)))
    grid = np.stack(np.meshgrid(*[np.arange(side) * 100.0] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    position = np.repeat(grid[:number] - 50.0 * side, 2, axis=0)
    position[1::2, 0] += apart
    population = Population(position, np.tile(np.array([0, 1], np.int32), number))
    return World(definition(one, other, domain=WIDE, **more), population, pairs=True)


def triples(number: int, kinds: tuple[int, int, int], *types: CellType) -> World:
    """So many isolated rows of three cells in contact, 12 um between neighbours in the row."""
    position = np.zeros((3 * number, 3))
    position[:, 0] = np.repeat(100.0 * np.arange(number), 3) + np.tile([-12.0, 0.0, 12.0], number)
    domain = Domain((-100.0,) * 3, (100.0 * number, 100.0, 100.0), (100.0,) * 3)
    population = Population(position, np.tile(np.array(kinds, np.int32), number))
    world = World(definition(*types, domain=domain), population)
    others = np.array([[1, 2], [0, 2], [0, 1]]) + 3 * np.arange(number)[:, None, None]
    start = np.arange(0, 6 * number + 1, 2, dtype=np.int32)
    world.neighbours = lambda: (start, others.reshape(-1).astype(np.int32))  # type: ignore[method-assign]
    return world


def partners(cells: Cells) -> dict[int, list[int]]:
    """Identifiers that each cell lists, by its own."""
    lists = cells["springs"]
    return {
        int(own): [int(k) for k in row if k != NOBODY]
        for own, row in zip(cells["identifier"], lists, strict=True)
    }


def check_lists(cells: Cells) -> None:
    """Attachments are mutual; lists ascend, name nobody twice and not their owner, and have no holes."""
    lists = partners(cells)
    for own, row in lists.items():
        assert row == sorted(set(row) - {own})
        assert all(own in lists[partner] for partner in row)
    used = (cells["springs"] != NOBODY).sum(axis=1)
    assert all((cells["springs"][i, : used[i]] != NOBODY).all() for i in range(cells.count))


def by_identifier(cells: Cells) -> dict[str, np.ndarray]:
    """Copies of all arrays in the order of identifiers; those of springs without trailing free slots."""
    order = np.argsort(cells["identifier"])
    state = {name: cells[name][order] for name in cells.arrays if cells.has(name)}
    if "springs" in state:
        used = int((state["springs"] >= 0).sum(axis=1).max(initial=0))
        state["springs"] = state["springs"][:, :used]
    return state


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    """Whether two states have the same bits."""
    return one.keys() == other.keys() and all(one[name].tobytes() == other[name].tobytes() for name in one)


def _scrambled(word: int) -> int:
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & MASK
    return word ^ (word >> 31)


def draw(
    cells: Cells, purpose: Purpose, tick: int, what: str, actor: int, partner: int | None = None
) -> float:
    """The random number of one cell (its row), or of two, as documented in `paget.tissue.contacts`."""
    lineage = int(cells["lineage"][actor])
    if partner is not None:
        other = int(cells["lineage"][partner])
        lineage = _scrambled((lineage + 0x9E3779B97F4A7C15) & MASK) ^ _scrambled(
            (other + 0xD1B54A32D192ED03) & MASK
        )
    return float(uniform_at(KEY, int(purpose), tick, np.uint64(lineage), DRAWS[what]))


def hazard(rate: float, dt: float, linear: bool) -> float:
    """Minus the logarithm of the chance that nothing happens within the step."""
    if not linear:
        return rate * dt
    return -math.log(1 - rate * dt) if rate * dt < 1 else 100.0


def events(
    cells: Cells, purpose: Purpose, tick: int, what: str, actor: int, hazards: dict[int, float]
) -> list[tuple[float, int]]:
    """Times within the step, and partners, of what one cell does to others (rows) at these hazards."""
    hazards = {partner: one for partner, one in hazards.items() if one > 0}
    if not hazards:
        return []
    begin = -math.log(draw(cells, purpose, tick, what, actor)) / sum(hazards.values())
    clocks = {
        partner: -math.log(draw(cells, purpose, tick, what, actor, partner)) / one
        for partner, one in hazards.items()
    }
    times = [(begin + rings - min(clocks.values()), partner) for partner, rings in clocks.items()]
    return [(time, partner) for time, partner in sorted(times) if time < 1]
