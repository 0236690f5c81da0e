"""The factors of a tissue: levels on the grid, how each is solved, and what cells exchange with them.

By default each factor has the solver that suits its numbers:

`constant`      nothing moves, breaks down or exchanges it: it costs nothing;
`quasi-steady`  it relaxes, even without cells, at least RELAXATIONS times within a step: the steady state is solved;
`implicit`      all others: one backward Euler step of any length, the uptake of cells included (paget.tissue.implicit);

and with the scheme of PhysiCell all that change are solved by `splitting` (paget.tissue.splitting) in short steps. The
rate of relaxation is decay plus diffusion to faces with a boundary level, (pi/L)^2 D for two such faces at distance L,
a quarter for one. A quasi-steady factor is solved when it is read: with the phenotype, or every FIELD_STEP where cells
crawl along its gradient. An implicit factor advances every FIELD_STEP.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from paget.errors import PagetError
from paget.tissue import implicit, splitting
from paget.tissue.cells import Cells
from paget.tissue.compile import Compiled
from paget.tissue.definition import FACES, Domain, Factor
from paget.tissue.exchange import Exchange, exchanged
from paget.tissue.tables import MODES, Bases

FIELD_STEP = 1.0
"""Step of the default solvers (min), where the definition does not say: cells cross a small part of a voxel in it."""
RELAXATIONS = 3.0
"""A factor that relaxes without cells in a third of a step or less is quasi-steady: 5 % of a change would be left."""
TOLERANCE = 1e-4
"""Largest error of a level by the default solvers, relative, in the root mean square over voxels."""
MOST_ITERATIONS = 5000


class Fields:
    """Levels of all factors. m factors on a grid of (nz, ny, nx) voxels."""

    def __init__(self, compiled: Compiled, scheme: str = "default", tolerance: float = TOLERANCE) -> None:
        """Raises PagetError for numbers that no diffusion has."""
        definition = compiled.definition
        self.definition, self.compiled, self.tolerance = definition, compiled, tolerance
        for factor in definition.factors:
            _check(factor)
        shape = definition.domain.shape
        self.level: npt.NDArray[np.float64] = np.empty((len(definition.factors), *shape))
        """Shape (m, nz, ny, nx)."""
        self.decay = np.array([factor.decay for factor in definition.factors])
        """Decay of each factor (1/min), shape (m,); may be changed while a simulation runs."""
        for number, factor in enumerate(definition.factors):
            self.level[number] = factor.initial
            _hold_faces(self.level[number], factor, definition.domain)
        b = compiled.vocabulary.behaviour
        self.bases, self.index = Bases(compiled.types.base, compiled.types.column), b
        self.exchanged = exchanged(compiled.types, b, len(definition.factors))
        """Numbers of the factors that cells exchange."""
        self.scheme = scheme
        self._maps: dict[int, tuple[npt.NDArray, npt.NDArray]] = {}
        self._sweeps: dict[int, tuple[float, splitting.Sweeps]] = {}
        self.iterations = 0
        """Iterations of the default solvers so far."""
        self._choose_solvers()

    def _choose_solvers(self) -> None:
        """Decide how and how often each factor is solved, and make room for it."""
        mechanics = self.definition.steps.mechanics
        chosen = [self._choose(number, self.scheme) for number in range(len(self.level))]
        self.solver = tuple(solver for solver, _ in chosen)
        """How each factor is solved."""
        self.every = tuple(max(round(step / mechanics), 1) for _, step in chosen)
        """Mechanics steps between two steps of the default solvers, factor by factor."""
        self._make_room(self.definition.domain.shape)

    def _make_room(self, shape: tuple[int, int, int]) -> None:
        _, ny, nx = shape
        if {"implicit", "quasi-steady"} & set(self.solver):
            self._work = implicit.Work(*(np.zeros(shape) for _ in range(4)))
            self._products = np.zeros((implicit.BLOCKS, nx))
        room = self._work.image.reshape(-1).view(np.int32) if hasattr(self, "_work") else None
        self.exchange = Exchange(math.prod(shape), self.definition.domain.voxel_volume, room)
        if "splitting" in self.solver:
            self._turned = np.zeros((splitting.PARTS, nx, ny))

    def _choose(self, number: int, scheme: str) -> tuple[str, float]:
        """Solver of a factor and its step (min)."""
        factor, steps = self.definition.factors[number], self.definition.steps
        short = steps.field or FIELD_STEP
        still = factor.decay == 0.0 and number not in self.exchanged
        uniform = bool((self.level[number] == self.level[number].flat[0]).all())
        if still and (factor.diffusion == 0.0 or uniform):
            return "constant", short
        if scheme == "physicell":
            return "splitting", steps.diffusion
        rate = relaxation_rate(factor, self.definition.domain)
        followed = number in followed_factors(self.compiled)
        candidates = [short] if steps.field or followed else [steps.phenotype, short]
        for step in candidates:
            if rate * step >= RELAXATIONS:
                return "quasi-steady", step
        return "implicit", short

    # ---- setting up ------------------------------------------------------------------------------------------------

    def set_initial(self, level: npt.NDArray[np.float64]) -> None:
        """Start from given levels, shape (m, nz, ny, nx), instead of uniform ones."""
        if level.shape != self.level.shape or not np.isfinite(level).all():
            raise PagetError(
                "initial levels must be numbers for every voxel", key="factors", found=level.shape,
                allowed=self.level.shape,
            )  # fmt: skip
        self.level[:] = level
        for number, factor in enumerate(self.definition.factors):
            _hold_faces(self.level[number], factor, self.definition.domain)
        self._choose_solvers()

    # ---- default solvers -------------------------------------------------------------------------------------------

    def advance(self, cells: Cells, tick: int) -> None:
        """Advance the factors whose step begins with mechanics step `tick`."""
        due = [
            number
            for number, solver in enumerate(self.solver)
            if solver in ("implicit", "quasi-steady") and tick % self.every[number] == 0
        ]
        if due and self.exchanged:
            self.exchange.sort(cells)
        for number in due:
            step = self.every[number] * self.definition.steps.mechanics
            self._solve(cells, number, self.solver[number], step)

    def set_decay(self, number: int, rate: float) -> None:
        """Change the decay of a factor (1/min) from now on."""
        self.decay[number] = rate

    def _solve(self, cells: Cells, number: int, solver: str, step: float) -> None:
        work, level = self._work, self.level[number]
        per_step = 1.0 / step if solver == "implicit" else 0.0
        grid = self._grid(number, per_step)
        for array in work:
            array[:] = 0.0
        trades = number in self.exchanged and len(self.exchange.voxel)
        if trades:
            sink, source = self.exchange.rates(self.bases, self.index, number)
            work.sink.reshape(-1)[self.exchange.voxel] = sink
            work.residual.reshape(-1)[self.exchange.voxel] = source
        implicit.prepare(level, work, grid, per_step)
        self._converge(number, level, grid, per_step)
        if trades and cells.has("held"):
            held = cells.arrays["held"]
            self.exchange.settle_step(self.bases, self.index, number, step, level, held)
        if solver == "implicit":
            implicit.close_account(level, work, grid, step)

    def _converge(self, number: int, level: npt.NDArray, grid: implicit.Grid, per_step: float) -> None:
        """Iterate until the level is certain to be within the tolerance of the solution, in the root mean square.

        An error is at most the residual over the smallest eigenvalue of the system: 1/dt plus the rate of relaxation.
        """
        work, factor = self._work, self.definition.factors[number]
        x, y, z = (slice(grid.free[2 * axis], grid.free[2 * axis + 1]) for axis in range(3))
        diagonal = grid.constant + 2.0 * (grid.x + grid.y + grid.z) + float(work.sink.max())
        slowest = per_step + relaxation_rate(
            replace(factor, decay=float(self.decay[number])), self.definition.domain
        )
        if (
            not slowest
        ):  # only the uptake of cells bounds a steady level: nothing is certain, the diagonal has to do
            slowest = diagonal
        allowed = (self.tolerance * slowest) ** 2 / diagonal
        size = float((level[z, y, x] ** 2).sum()) or float(((work.residual[z, y, x] / diagonal) ** 2).sum())
        left = MOST_ITERATIONS
        while left > 0:
            done, rest = implicit.solve(level, work, grid, allowed * size, left, self._products)
            self.iterations += done
            left -= max(done, 1)
            size = float((level[z, y, x] ** 2).sum())
            if rest <= allowed * size:
                return
        raise PagetError(
            "the level of a factor was not found: its diffusion, uptake or boundary is out of proportion",
            key=factor.name,
        )

    def _grid(self, number: int, per_step: float) -> implicit.Grid:
        factor, domain = self.definition.factors[number], self.definition.domain
        lengths = domain.shape[::-1]
        couplings = [
            factor.diffusion / d**2 if length > 1 else 0.0
            for d, length in zip(domain.spacing, lengths, strict=True)
        ]
        free = [
            (int(low is not None), length - int(high is not None)) if length > 1 else (0, 1)
            for low, high, length in zip(factor.boundary[::2], factor.boundary[1::2], lengths, strict=True)
        ]
        constant = per_step + float(self.decay[number])
        x, y, z = couplings
        return implicit.Grid(constant, x, y, z, np.array(free, dtype=np.int64).reshape(-1))

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
            before = np.zeros(len(gain))
            splitting.split_steps(
                self.level[number],
                self._sweeps_of(number, step),
                steps,
                self._turned,
                voxel,
                gain,
                gift,
                before,
            )
            if len(gain) and cells.has("held"):
                held = cells.arrays["held"]
                self.exchange.settle_split(self.bases, self.index, number, step, steps, before, held)

    def _sweeps_of(self, number: int, step: float) -> splitting.Sweeps:
        """Coefficients of the sweeps, made anew when the decay has changed."""
        factor, domain, decay = (
            self.definition.factors[number],
            self.definition.domain,
            float(self.decay[number]),
        )
        if number not in self._sweeps or self._sweeps[number][0] != decay:
            sweeps = splitting.sweeps_of(
                factor.diffusion, decay, step, domain.shape, domain.spacing, factor.boundary
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
        for number in range(len(self.level)):
            given = held[rows, number] * shares[:, number] * self.exchange.per_voxel
            np.add.at(self.level[number].reshape(-1), voxel, given)
        held[rows] = 0.0

    # ---- checkpoints -----------------------------------------------------------------------------------------------

    def state(self) -> dict[str, npt.NDArray]:
        """What a checkpoint needs."""
        return {
            "level": self.level.copy(),
            "decay": self.decay.copy(),
            "solver": np.array(self.solver, np.str_),
            "every": np.array(self.every),
        }

    def restore(self, state: Mapping[str, npt.NDArray]) -> None:
        """Take over the levels of a checkpoint."""
        self.level[:], self.decay[:] = state["level"], state["decay"]
        self.solver = tuple(str(solver) for solver in state["solver"])
        self.every = tuple(int(every) for every in state["every"])
        self._make_room(self.definition.domain.shape)


def relaxation_rate(factor: Factor, domain: Domain) -> float:
    """Rate at which a factor relaxes without cells (1/min)."""
    rate = factor.decay
    extents = [high - low for low, high in zip(domain.low, domain.high, strict=True)]
    for axis, (extent, voxels) in enumerate(zip(extents, domain.shape[::-1], strict=True)):
        held = sum(level is not None for level in factor.boundary[2 * axis : 2 * axis + 2])
        if held and voxels > 1:
            rate += factor.diffusion * (math.pi * held / (2.0 * extent)) ** 2
    return rate


def followed_factors(compiled: Compiled) -> set[int]:
    """Factors along whose gradient some cell may crawl."""
    types, b, followed = compiled.types, compiled.vocabulary.behaviour, set()
    for kind in np.flatnonzero(types.motile & (types.chemotaxis_mode > 0)):
        if MODES[types.chemotaxis_mode[kind]] == "simple":
            followed.add(int(types.chemotaxis_factor[kind]))
            continue
        for number in range(len(compiled.definition.factors)):
            response = b.chemotaxis + number
            if types.base[kind, response] != 0.0 or types.column[response] >= 0:
                followed.add(number)
    return followed


def _hold_faces(level: npt.NDArray[np.float64], factor: Factor, domain: Domain) -> None:
    """Set the voxels at faces with a boundary level to it."""
    for face, held in enumerate(factor.boundary):
        axis = 2 - face // 2
        if held is not None and domain.shape[axis] > 1:
            level[(slice(None),) * axis + (-(face % 2),)] = held


def _check(factor: Factor) -> None:
    numbers = {
        "diffusion coefficient": factor.diffusion,
        "decay": factor.decay,
        "initial level": factor.initial,
    }
    faces = {f"boundary {face}": level for face, level in zip(FACES, factor.boundary, strict=True)}
    for what, value in (numbers | faces).items():
        if value is not None and not (math.isfinite(value) and value >= 0.0):
            raise PagetError(
                f"the {what} of a factor must be a number that is not negative", key=factor.name, found=value
            )
