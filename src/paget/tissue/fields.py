"""The factors of a tissue: levels on the grid, stepped in time, and what cells exchange with them.

How each is solved follows from its numbers (paget.tissue.solver_choice): implicitly or as quasi-steady by default
(paget.tissue.implicit), split into short steps with the scheme of PhysiCell (paget.tissue.splitting).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from paget.errors import PagetError
from paget.tissue import implicit, splitting
from paget.tissue.balance import ENTERED, GAVE, book_solve, counted_steps
from paget.tissue.cells import Cells
from paget.tissue.compile import Compiled
from paget.tissue.exchange import Exchange, exchanged
from paget.tissue.levels import room_for
from paget.tissue.solver_choice import check_factors, choose_solver
from paget.tissue.tables import Bases

TOLERANCE = 1e-6
"""Error of the default solvers, relative to the largest level."""


class Fields:
    """Levels of all factors. m factors on a grid of (nz, ny, nx) voxels."""

    def __init__(self, compiled: Compiled, scheme: str = "default", tolerance: float = TOLERANCE) -> None:
        """Raises PagetError for numbers that no diffusion has."""
        definition = compiled.definition
        self.definition, self.compiled = definition, compiled
        self.scheme, self.tolerance = scheme, tolerance
        check_factors(definition)
        shape = definition.domain.shape
        self.level: npt.NDArray[np.float64] = np.empty((len(definition.factors), *shape))
        """Shape (m, nz, ny, nx)."""
        self.decay = np.array([factor.decay for factor in definition.factors])
        """Decay of each factor (1/min), shape (m,); may be changed while a simulation runs."""
        for number, factor in enumerate(definition.factors):
            self.level[number] = factor.initial
            _hold_faces(self.level[number], self._boundary(number))
        b = compiled.vocabulary.behaviour
        self.bases, self.index = Bases(compiled.types.base, compiled.types.column), b
        self.exchanged = exchanged(compiled.types, b, len(definition.factors))
        """Numbers of the factors that cells exchange."""
        self._maps: dict[int, tuple[npt.NDArray, npt.NDArray]] = {}
        self._sweeps: dict[int, tuple[float, splitting.Sweeps]] = {}
        self._boxes: dict[tuple[bool, ...], implicit.Box] = {}
        self.iterations = 0
        """Iterations of the default solvers so far."""
        self.balance: npt.NDArray[np.float64] | None = None
        """Accounts of the factors, shape (m, 5), columns of `paget.tissue.balance`, in levels times voxels."""
        self._choose_solvers()

    def _choose_solvers(self) -> None:
        """Decide how and how often each factor is solved, and make room for it."""
        mechanics = self.definition.steps.mechanics
        chosen = [
            choose_solver(self.compiled, number, self.scheme, self._changes(number))
            for number in range(len(self.level))
        ]
        self.solver = tuple(solver for solver, _ in chosen)
        """How each factor is solved."""
        self.every = tuple(max(round(step / mechanics), 1) for _, step in chosen)
        """Mechanics steps between two steps of the default solvers, factor by factor."""
        self._make_room()

    def _changes(self, number: int) -> bool:
        """Whether anything moves, breaks down or exchanges a factor."""
        level, diffusion = self.level[number], self.definition.factors[number].diffusion
        spreads = diffusion > 0.0 and bool((level != level.flat[0]).any())
        return spreads or self.decay[number] != 0.0 or number in self.exchanged

    def _make_room(self) -> None:
        """Working arrays: factors with the same held faces share their grids, and all factors the large arrays."""
        solved = [n for n, solver in enumerate(self.solver) if solver in ("implicit", "quasi-steady")]
        systems = [levels for number in solved if (levels := self._box(number).levels) is not None]
        self._room = room_for(systems) if systems else None
        spare = self._room.value.view(np.int32) if self._room else np.empty(0, np.int32)
        voxels = math.prod(self.definition.domain.shape)
        room = spare if len(spare) > voxels else None
        self.exchange = Exchange(voxels, self.definition.domain.voxel_volume, room)

    def _boundary(self, number: int) -> splitting.Boundary:
        """Boundary levels of a factor; in two dimensions nothing is held along z."""
        boundary = self.definition.factors[number].boundary
        return (*boundary[:4], None, None) if self.definition.domain.two_dimensional else boundary

    def _box(self, number: int) -> implicit.Box:
        """Free voxels and grids of a factor."""
        domain, boundary = self.definition.domain, self._boundary(number)
        held = tuple(level is not None for level in boundary)
        if held not in self._boxes:
            self._boxes[held] = implicit.Box(domain.shape, domain.spacing, boundary)
        return self._boxes[held]

    # ---- setting up ------------------------------------------------------------------------------------------------

    def set_initial(self, level: npt.NDArray[np.float64]) -> None:
        """Start from given levels, shape (m, nz, ny, nx), instead of uniform ones."""
        if level.shape != self.level.shape:
            raise PagetError(
                "initial levels must be given for every factor and every voxel", key="factors",
                found=level.shape, allowed=str(self.level.shape),
            )  # fmt: skip
        for factor, own in zip(self.definition.factors, level, strict=True):
            wrong = ~(np.isfinite(own) & (own >= 0.0))
            if wrong.any():
                place = tuple(int(index[0]) for index in np.nonzero(wrong))
                raise PagetError(
                    f"an initial level must be a number that is not negative, in voxel (z, y, x) {place}",
                    key=factor.name, found=float(own[place]),
                )  # fmt: skip
        self.level[:] = level
        for number in range(len(self.level)):
            _hold_faces(self.level[number], self._boundary(number))
        self._choose_solvers()

    def keep_balance(self) -> None:
        """Keep account of every factor from now on, in `balance`."""
        self.balance = np.zeros((len(self.level), 5))

    # ---- default solvers -------------------------------------------------------------------------------------------

    def advance(self, cells: Cells, tick: int) -> None:
        """Bring the factors that are due up to the time of mechanics step `tick`.

        An implicit factor takes the step that ends there, with the cells as they are now; at tick 0 none has passed.
        """
        due = [
            number
            for number, solver in enumerate(self.solver)
            if solver == "quasi-steady" or (solver == "implicit" and tick > 0)
            if tick % self.every[number] == 0
        ]
        if due and self.exchanged:
            self.exchange.sort(cells)
        for number in due:
            step = self.every[number] * self.definition.steps.mechanics
            self._solve(cells, number, self.solver[number], step)

    def set_decay(self, number: int, rate: float) -> None:
        """Change the decay of a factor (1/min) from now on."""
        self.decay[number] = rate
        if rate > 0.0 and self.solver[number] == "constant":
            self._choose_solvers()

    def _solve(self, cells: Cells, number: int, solver: str, step: float) -> None:
        factor, level, box = self.definition.factors[number], self.level[number], self._box(number)
        traded = implicit.NOTHING
        if number in self.exchanged and len(self.exchange.voxel):
            rates = self.exchange.rates(self.bases, self.index, number)
            traded = implicit.Exchanged(self.exchange.voxel, *rates)
        if self._room is not None and box.levels is not None:
            per_step, decay = (1.0 / step if solver == "implicit" else 0.0), float(self.decay[number])
            before = float(level[box.free].sum()) if self.balance is not None else 0.0
            done = implicit.solve(
                level, box, self._room, factor.diffusion, decay, per_step, traded, self.tolerance
            )
            if done < 0:
                raise PagetError(
                    "the level of a factor was not found: its diffusion, uptake or boundary is out of proportion",
                    key=factor.name,
                )
            self.iterations += done
            if self.balance is not None:
                book = (before, level, box, step, factor.diffusion, decay, traded, not per_step)
                book_solve(self.balance[number], *book)
        if len(traded.voxel) and cells.has("held"):
            held = cells.arrays["held"]
            self.exchange.settle_step(self.bases, self.index, number, step, level, held)

    # ---- scheme of PhysiCell ---------------------------------------------------------------------------------------

    def refresh(self, cells: Cells) -> None:
        """Make the maps of exchange anew: once per mechanics step, when cells have moved or changed."""
        if not self.exchanged:
            return
        self.exchange.sort(cells)
        step = self.definition.steps.diffusion
        self._maps = {
            number: self.exchange.maps(self.bases, self.index, number, step) for number in self.exchanged
        }

    def split(self, cells: Cells, steps: int) -> None:
        """Take so many short steps with the maps of the last `refresh`."""
        step, none = self.definition.steps.diffusion, np.empty(0)
        for number, solver in enumerate(self.solver):
            if solver != "splitting" or not steps:
                continue
            gain, gift = self._maps.get(number, (none, none))
            voxel = self.exchange.voxel if len(gain) else np.empty(0, np.int64)
            trade = splitting.Trade(voxel, gain, gift, np.zeros(len(gain)))
            sweeps = self._sweeps_of(number, step)
            if self.balance is None:
                splitting.split_steps(self.level[number], sweeps, steps, trade)
            else:
                counted_steps(self.balance[number], self.level[number], sweeps, steps, trade)
            if len(gain) and cells.has("held"):
                held = cells.arrays["held"]
                self.exchange.settle_split(self.bases, self.index, number, step, steps, trade.found, held)

    def _sweeps_of(self, number: int, step: float) -> splitting.Sweeps:
        """Coefficients of the sweeps, made anew when the decay has changed."""
        decay, factors = float(self.decay[number]), self.definition.factors
        if number not in self._sweeps or self._sweeps[number][0] != decay:
            boundaries = [self._boundary(other) for other in range(len(factors))]
            sweeps = splitting.sweeps_of(
                factors[number].diffusion, decay, step, self.definition.domain, boundaries[number], boundaries
            )
            self._sweeps[number] = (decay, sweeps)
        return self._sweeps[number][1]

    # ---- cells that leave ------------------------------------------------------------------------------------------

    def release(self, cells: Cells, rows: npt.NDArray[np.int64]) -> None:
        """Give back to their voxels what removed cells held, as far as their type releases it."""
        if not cells.has("held") or not len(rows):
            return
        held, voxel = cells.arrays["held"], cells.arrays["voxel"][rows]
        shares = self.compiled.types.released[cells.arrays["kind"][rows]]
        for number, level in enumerate(self.level):
            given = held[rows, number] * shares[:, number] * self.exchange.per_voxel
            before = level.sum()
            np.add.at(level.reshape(-1), voxel, given)
            if self.scheme != "physicell":  # there the next step holds the faces
                _hold_faces(level, self._boundary(number))
            if self.balance is not None:
                self.balance[number, GAVE] += given.sum()
                self.balance[number, ENTERED] += level.sum() - before - given.sum()
        held[rows] = 0.0

    # ---- checkpoints -----------------------------------------------------------------------------------------------

    def state(self) -> dict[str, npt.NDArray]:
        """What a checkpoint needs."""
        kept = {
            "level": self.level.copy(),
            "decay": self.decay.copy(),
            "solver": np.array(self.solver, np.str_),
            "every": np.array(self.every),
        }
        return kept if self.balance is None else kept | {"balance": self.balance.copy()}

    def restore(self, state: Mapping[str, npt.NDArray]) -> None:
        """Take over the levels of a checkpoint."""
        self.level[:], self.decay[:] = state["level"], state["decay"]
        self.solver = tuple(str(solver) for solver in state["solver"])
        self.every = tuple(int(every) for every in state["every"])
        self.balance = state["balance"].copy() if "balance" in state else None
        self._make_room()


def _hold_faces(level: npt.NDArray[np.float64], boundary: splitting.Boundary) -> None:
    """Set the voxels at faces with a boundary level to it."""
    for face, held in enumerate(boundary):
        if held is not None:
            level[(slice(None),) * (2 - face // 2) + (-(face % 2),)] = held
