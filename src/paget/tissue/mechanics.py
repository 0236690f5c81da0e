"""Mechanics of one step: neighbour list, forces, crawling, contacts, motion."""

from __future__ import annotations

import numpy as np

from paget.tissue.cells import Cells
from paget.tissue.compile import Compiled
from paget.tissue.forces import BY_CELL, BY_TYPE, PAIR_ROWS, UNIFORM, Bodies, add_forces, pair_table
from paget.tissue.interactions import Interactions
from paget.tissue.motion import Crawlers, Crawling, Movers, banish, crawl, move
from paget.tissue.neighbours import BLOCKS, Neighbours
from paget.tissue.tables import Bases


class Mechanics:
    """Moves the cells of a tissue."""

    def __init__(self, compiled: Compiled) -> None:
        definition, self.types = compiled.definition, compiled.types
        self.bases = Bases(self.types.base, self.types.column)
        self.crawling = Crawling(*(getattr(self.types, name) for name in Crawling._fields))
        self.index = compiled.vocabulary.behaviour
        domain = definition.domain
        self.low = np.array(domain.low, dtype=np.float64)
        self.high = np.array(domain.high, dtype=np.float64)
        self.spacing = np.array(domain.spacing, dtype=np.float64)
        self.voxels = domain.shape[::-1]
        self.flat = domain.two_dimensional
        self.walls = definition.walls
        self.step = definition.steps.mechanics
        self.neighbours = Neighbours(2 if self.flat else 3)
        self.mode = self._mode()
        kinds = len(definition.cell_types)
        self.table = np.zeros((2, kinds, kinds))
        self._largest = np.zeros(BLOCKS)
        self._pairs = np.zeros((BLOCKS, PAIR_ROWS, 64))

    def _mode(self) -> int:
        """Whether pairs differ in their strengths by cell, by type, or not at all."""
        index, kinds = self.index, self.types.base.shape[0]
        strengths = [index.repulsion, index.adhesion, *range(index.affinity, index.affinity + kinds)]
        if (self.types.column[strengths] >= 0).any():
            return BY_CELL
        strengths.append(index.adhesion_distance)
        strengths.append(index.adhesion_distance)
        same = all((self.types.base[:, s] == self.types.base[0, s]).all() for s in strengths)
        affinities = self.types.base[:, index.affinity : index.affinity + kinds]
        return UNIFORM if same and (affinities == affinities.flat[0]).all() else BY_TYPE

    def refresh_neighbours(self, cells: Cells) -> None:
        """Make sure that the neighbour list knows all cells and holds for their present places."""
        self.neighbours.refresh(cells, self.bases, self.index.adhesion_distance)

    def note_growth(self, cells: Cells, before: np.ndarray) -> None:
        """Count what radii have grown, from `before`, shape (n,) (um), as travelled distance of the neighbour list."""
        growth = float((cells["place"][:, 3] - before).max(initial=0.0))
        distance = self.types.base[:, self.index.adhesion_distance].max()
        column = self.types.column[self.index.adhesion_distance]
        if column >= 0:
            distance = max(distance, cells["columns"][:, column].max(initial=0.0))
        self.neighbours.travelled += growth * float(distance)

    def _workspace(self) -> np.ndarray:
        """Room for the pairs of one cell in each block."""
        if self._pairs.shape[2] < self.neighbours.most:
            self._pairs = np.zeros((BLOCKS, PAIR_ROWS, 2 * self.neighbours.most))
        return self._pairs

    def advance(
        self,
        cells: Cells,
        interactions: Interactions,
        level: np.ndarray,
        key: np.uint64,
        tick: int,
        linear: bool,
    ) -> int:
        """One step: velocities, crawling, springs, contacts, places. Returns the number of cells that were removed."""
        if not cells.count:
            return 0
        self.refresh_neighbours(cells)
        count, neighbours = cells.count, self.neighbours
        if self.mode != BY_CELL:
            pair_table(self.bases, self.index, self.table)
        add_forces(
            cells.part(Bodies), self.bases, self.index, neighbours.start, neighbours.neighbour, self.table, self.mode,
            self.low, self.high, self.walls, 2 if self.flat else 3, count,
            self._workspace(),
        )  # fmt: skip
        if cells.has("motility"):
            crawl(
                cells.part(Crawlers),
                self.crawling,
                self.index,
                level,
                self.spacing,
                key,
                tick,
                self.step,
                count,
            )
        contacts = (cells, neighbours.start, neighbours.neighbour, tick, self.step, key, linear)
        interactions.springs_step(*contacts)
        removed = interactions.contact_step(*contacts)
        if removed:
            banish(cells.arrays["place"], cells.arrays["velocity"], cells.arrays["flags"], count)
        move(
            cells.part(Movers), self.bases, self.index, neighbours.reference, self.low, self.high, self.spacing,
            *self.voxels, self.flat, self.step, count, self._largest,
        )  # fmt: skip
        neighbours.steps += 1
        neighbours.travelled = float(self._largest.max())
        return removed
