"""A tissue in time: one object with cells, fields and a clock.

    simulation = Simulation(definition, population, seed=1)
    simulation.run(until=1440.0)
    simulation.cells["place"]

The unit step is the mechanics step. In one step: factors diffuse and are exchanged with the cells; if the phenotype
is due, cells sense, follow their rules, grow, die, advance in their cycle, divide; then forces, crawling, contacts,
motion. With the scheme `physicell` factors take many short split steps and chances are linear in the rate, in the order
in which PhysiCell does it; with `default` every factor has the solver that suits its numbers, and chances are exact.

The state after a step is a function of definition, population, seed and scheme: not of the number of threads, not of
checkpoints in between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

from paget.compiled import thread_count
from paget.errors import PagetError
from paget.keyed_random import subject_key
from paget.tissue.cells import REMOVED, Cells
from paget.tissue.compile import Compiled, compile_definition
from paget.tissue.definition import Definition, Population
from paget.tissue.fields import Fields
from paget.tissue.interactions import Interactions
from paget.tissue.mechanics import Mechanics
from paget.tissue.phenotype import phenotype_step
from paget.tissue.population import optional_arrays, place_population
from paget.tissue.tables import RuleArrays, TypeTable
from paget.tissue.vocabulary import Vocabulary

SCHEMES = ("default", "physicell")
SMALL_TISSUE, SMALL_FIELDS = 3000, 50_000
"""Cells, and voxels times factors, below which a run uses one thread unless it is told otherwise."""


class Biology(Protocol):
    """What a model adds to the engine: receptors, drugs, recruitment. It changes bases, limits and cells in place."""

    own: tuple[str, ...]
    """Behaviours that need a column in the cells although no rule writes them."""

    def begin(self, simulation: Simulation) -> None:
        """Called once, when cells and fields exist."""

    def advance(self, simulation: Simulation, minutes: float) -> None:
        """Called before each phenotype step of so many minutes."""

    def copy(self) -> Biology:
        """A copy for a branch."""

    def state(self) -> dict[str, npt.NDArray]:
        """What a checkpoint must keep of it."""

    def restore(self, simulation: Simulation, state: Mapping[str, npt.NDArray]) -> None:
        """Take over the state of a checkpoint."""


class Simulation:
    """Cells in a tissue, from a definition and a population."""

    def __init__(
        self,
        definition: Definition,
        population: Population,
        *,
        seed: int = 0,
        scheme: str = "default",
        threads: int | None = None,
        biology: Biology | None = None,
    ) -> None:
        """`seed`: of all random numbers; `scheme`: `default` or `physicell`; `threads`: None for all cores, or one for
        a small tissue (the result does not depend on it).

        Raises PagetError for what cannot run: unknown names, numbers out of bounds, cells outside the domain.
        """
        own = (*population.behaviours, *(biology.own if biology else ()))
        self._set_up(definition, own, scheme, seed, threads, biology)
        place_population(self.compiled, self.cells, population)
        if biology is not None:
            biology.begin(self)

    def _set_up(
        self,
        definition: Definition,
        own: tuple[str, ...],
        scheme: str,
        seed: int,
        threads: int | None,
        biology: Biology | None,
    ) -> None:
        if scheme not in SCHEMES:
            raise PagetError("unknown scheme", key="scheme", found=scheme, allowed=SCHEMES)
        self.definition, self.scheme, self.seed, self.own = definition, scheme, seed, own
        self.threads, self.biology = threads, biology
        self.key = subject_key(seed, "tissue", 0)
        self.compiled: Compiled = compile_definition(definition, own)
        self.step_number = 0
        """Mechanics steps done."""
        self.interactions = Interactions(definition, self.compiled)
        arrays = optional_arrays(self.compiled, self.interactions.needs)
        self.cells = Cells(len(self.compiled.columns), arrays)
        self.fields = Fields(self.compiled, scheme)
        self.mechanics = Mechanics(self.compiled)
        self._releases = self.cells.has("held") and bool(self.types.released.any())
        steps = definition.steps
        self._splits = _ratio(steps.mechanics, steps.diffusion, "the diffusion step")
        self._phenotype_every = _ratio(steps.phenotype, steps.mechanics, "the mechanics step")

    # ---- what it is ------------------------------------------------------------------------------------------------

    @property
    def linear(self) -> bool:
        """Whether the chance of an event is rate times step, instead of 1 - exp(-rate step)."""
        return self.scheme == "physicell"

    @property
    def time(self) -> float:
        """Simulated time (min)."""
        return self.step_number * self.definition.steps.mechanics

    @property
    def vocabulary(self) -> Vocabulary:
        """Names and numbers of signals and behaviours."""
        return self.compiled.vocabulary

    @property
    def types(self) -> TypeTable:
        """Numbers of the cell types, as kernels see them; the simulation's own."""
        return self.compiled.types

    @property
    def rules(self) -> RuleArrays:
        """Rules, as kernels see them; the simulation's own."""
        return self.compiled.rules

    @property
    def tick(self) -> int:
        """Number of the present step, the clock of random numbers."""
        return self.step_number

    # ---- running ---------------------------------------------------------------------------------------------------

    def run(
        self,
        until: float,
        *,
        stop_when: Callable[[Simulation], bool] | None = None,
        every: float | None = None,
        then: Callable[[Simulation], None] | None = None,
    ) -> Simulation:
        """Advance to `until` (min), or until `stop_when` says so after a step; `then` is called every so many minutes.

        `until` and `every` are rounded to whole mechanics steps. Calls of `then` happen at multiples of `every` of the
        simulated time, not of this call, so that a resumed run makes the same ones.
        """
        last = round(until / self.definition.steps.mechanics)
        period = max(round(every / self.definition.steps.mechanics), 1) if every else 0
        with thread_count(self.threads or self._threads_worth_while()):
            while self.step_number < last:
                self.advance()
                if then is not None and period and self.step_number % period == 0:
                    then(self)
                if stop_when is not None and stop_when(self):
                    break
        return self

    def _threads_worth_while(self) -> int | None:
        """One thread for a small tissue, where waiting for each other costs more than it brings; else all (None)."""
        small = self.cells.count < SMALL_TISSUE and self.fields.level.size < SMALL_FIELDS
        return 1 if small else None

    def advance(self) -> None:
        """One mechanics step, with the phenotype where it is due.

        In PhysiCell's scheme one split step comes before everything and the others follow each mechanics step, so that
        the phenotype at time t has seen all steps up to t, that one included.
        """
        splits = self.scheme == "physicell"
        if not splits:
            self.fields.advance(self.cells, self.step_number)
        elif self.step_number == 0:
            self._split(1)
        if self.step_number % self._phenotype_every == 0:
            self._phenotype()
        level = self.fields.level
        if self.mechanics.advance(
            self.cells, self.interactions, level, self.key, self.step_number, self.linear
        ):
            self._release_removed()
        if splits:
            self._split(self._splits)
        self.step_number += 1

    def _split(self, steps: int) -> None:
        """Short steps of diffusion and exchange with the cells where they are now."""
        self.fields.refresh(self.cells)
        self.fields.split(self.cells, steps)

    def _phenotype(self) -> None:
        step = self.definition.steps.phenotype
        if self.biology is not None:
            self.biology.advance(self, step)
        self.mechanics.refresh_neighbours(self.cells)
        neighbours = self.mechanics.neighbours
        start = neighbours.start
        if (
            self.linear and self.step_number == 0
        ):  # in PhysiCell nobody has neighbours before the first forces
            start = np.zeros_like(start)
        radius = self.cells["place"][:, 3].copy()
        changes = phenotype_step(
            self.cells, self.compiled, self.fields.level, start, neighbours.neighbour,
            self.key, self.step_number, self.time, step, self.linear,
        )  # fmt: skip
        if any(changes):
            self._release_removed()
            neighbours.invalidate()
        else:
            self.mechanics.note_growth(self.cells, radius)

    def _release_removed(self) -> None:
        """Give back to the tissue what cells held that are gone."""
        if self._releases:
            self.fields.release(self.cells, np.flatnonzero(self.cells["flags"] & REMOVED))

    # ---- copies ----------------------------------------------------------------------------------------------------

    def branch(self) -> Simulation:
        """A copy that goes its own way from here; run unchanged, it does what this one does."""
        biology = self.biology.copy() if self.biology is not None else None
        return Simulation.from_state(self.definition, self.state(), threads=self.threads, biology=biology)

    def state(self) -> dict[str, npt.NDArray]:
        """Everything that decides what comes next, as arrays: what a checkpoint stores."""
        parts = {
            "cells": self.cells.state(),
            "fields": self.fields.state(),
            "neighbours": self.mechanics.neighbours.state(self.cells.count),
            "biology": self.biology.state() if self.biology is not None else {},
        }
        state = {f"{part}/{name}": array for part, arrays in parts.items() for name, array in arrays.items()}
        return state | {
            "step_number": np.array(self.step_number),
            "seed": np.array(self.seed),
            "scheme": np.array(self.scheme),
            "own": np.array(self.own, dtype=np.str_),
        }

    @classmethod
    def from_state(
        cls,
        definition: Definition,
        state: Mapping[str, npt.NDArray],
        *,
        threads: int | None = None,
        biology: Biology | None = None,
    ) -> Simulation:
        """A simulation that goes on from a state of the same definition."""
        simulation = cls.__new__(cls)
        own = tuple(str(name) for name in state["own"])
        simulation._set_up(definition, own, str(state["scheme"]), int(state["seed"]), threads, biology)
        simulation.step_number = int(state["step_number"])
        simulation.cells.restore(_part(state, "cells"))
        simulation.fields.restore(_part(state, "fields"))
        with thread_count(threads):
            simulation.mechanics.neighbours.restore(_part(state, "neighbours"))
        if biology is not None:
            biology.restore(simulation, _part(state, "biology"))
        return simulation


def _part(state: Mapping[str, npt.NDArray], name: str) -> dict[str, npt.NDArray]:
    prefix = f"{name}/"
    return {key.removeprefix(prefix): array for key, array in state.items() if key.startswith(prefix)}


def _ratio(longer: float, shorter: float, what: str) -> int:
    ratio = round(longer / shorter)
    if ratio < 1 or abs(ratio * shorter - longer) > 1e-9 * longer:
        raise PagetError(
            f"a step must be a whole multiple of {what}", key="steps", found=longer,
            allowed=f"a multiple of {shorter} min",
        )  # fmt: skip
    return ratio
