"""Which solver suits a factor, from its numbers.

`constant`      nothing moves, breaks down or exchanges it: it costs nothing;
`quasi-steady`  it relaxes, even without cells, at least RELAXATIONS times within a step: the steady state is solved;
`implicit`      all others: one backward Euler step of any length, the uptake of cells included (paget.tissue.implicit);

and with the scheme of PhysiCell all that change are solved by `splitting` (paget.tissue.splitting) in short steps. The
rate of relaxation is decay plus diffusion to faces with a boundary level, (pi/L)^2 D for two such faces at distance L,
a quarter for one: a factor without either keeps its molecules and is implicit. A quasi-steady factor is solved when it
is read: with the phenotype, or every FIELD_STEP where cells crawl along its gradient. An implicit factor advances every
FIELD_STEP, with the cells as they are at the end of it.

What that costs in accuracy (benchmarks/field_solvers.py): against steps of 0.1 min, levels at crawling cells are off by
3 % while an implicit factor first spreads (6 min), by 1 % or less after 30 min, and half that with half the step.
"""

from __future__ import annotations

import math

import numpy as np

from paget.errors import PagetError
from paget.tissue.compile import Compiled
from paget.tissue.definition import FACES, Definition, Domain, Factor, Steps
from paget.tissue.tables import MODES

FIELD_STEP = 1.0
"""Step of the default solvers (min), where the definition does not say: cells cross a small part of a voxel in it."""
RELAXATIONS = 3.0
"""A factor that relaxes without cells in a third of a step or less is quasi-steady: 5 % of a change would be left."""


def choose_solver(compiled: Compiled, number: int, scheme: str, changes: bool) -> tuple[str, float]:
    """Solver of a factor and its step (min). `changes`: whether anything moves, breaks down or exchanges it."""
    definition = compiled.definition
    factor, steps = definition.factors[number], definition.steps
    short = steps.field or FIELD_STEP
    if not changes:
        return "constant", short
    if scheme == "physicell":
        return "splitting", steps.diffusion
    rate = relaxation_rate(factor, definition.domain)
    followed = number in followed_factors(compiled)
    candidates = [short] if steps.field or followed else [steps.phenotype, short]
    for step in candidates:
        if rate * step >= RELAXATIONS:
            return "quasi-steady", step
    return "implicit", short


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


def check_factors(definition: Definition) -> None:
    """Raises PagetError for numbers that no diffusion has, and steps of the fields that the clock does not meet."""
    for factor in definition.factors:
        _check_factor(factor)
    _check_step(definition.steps)


def _check_step(steps: Steps) -> None:
    """A step of the fields that is given must be some whole steps of the mechanics."""
    if steps.field is None:
        return
    ratio = steps.field / steps.mechanics
    if not (math.isfinite(ratio) and ratio >= 0.5 and abs(ratio - round(ratio)) < 1e-6 * ratio):
        raise PagetError(
            "the step of the fields must be a whole multiple of the mechanics step", key="steps.field",
            found=steps.field, allowed=f"a multiple of {steps.mechanics} min",
        )  # fmt: skip


def _check_factor(factor: Factor) -> None:
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
