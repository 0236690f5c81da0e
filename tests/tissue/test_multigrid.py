"""The preconditioner and the solver around it, against sparse matrices made independently of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import diags, identity, kron
from scipy.sparse.linalg import spsolve

from paget.tissue import implicit
from paget.tissue.implicit import Box, Exchanged
from paget.tissue.levels import room_for

FREE, HELD = (None,) * 6, (2.0,) * 6
CASES = [
    ((12, 14, 16), (20.0, 20.0, 20.0), HELD),
    ((13, 9, 17), (20.0, 20.0, 20.0), FREE),
    ((11, 10, 12), (20.0, 20.0, 20.0), (1.0, None, None, 2.0, None, 0.5)),
    ((6, 24, 24), (20.0, 20.0, 80.0), FREE),
    ((1, 40, 33), (20.0, 20.0, 20.0), (1.0, None, None, None, None, None)),
    ((1, 1, 30), (20.0, 20.0, 20.0), FREE),
]


def difference(length: int, spacing: float, held: tuple[bool, bool]):
    """-d2/dx2 between free voxels; the next voxel beyond an end is held at zero or mirrors the last."""
    middle = np.full(length, 2.0)
    middle[0] -= not held[0]
    middle[-1] -= not held[1]
    return diags([-np.ones(length - 1), middle, -np.ones(length - 1)], [-1, 0, 1]) / spacing**2


def matrix_of(box: Box, spacing: tuple[float, ...], boundary, diffusion: float, uptake: np.ndarray):
    """The matrix of the free voxels."""
    lengths = [part.stop - part.start for part in box.free]
    ends = [(boundary[n] is not None, boundary[n + 1] is not None) for n in (4, 2, 0)]
    parts = [
        difference(n, d, held) if n > 1 else diags([sum(held) / d**2])
        for n, d, held in zip(lengths, spacing[::-1], ends, strict=True)
    ]
    eyes = [identity(n) for n in lengths]
    laplace = kron(kron(parts[0], eyes[1]), eyes[2]) + kron(kron(eyes[0], parts[1]), eyes[2])
    laplace = laplace + kron(kron(eyes[0], eyes[1]), parts[2])
    return (diffusion * laplace + diags(uptake.ravel())).tocsr()


def scene(shape, boundary, seed: int = 0):
    """Start, and cells that take up much in the middle and secrete little in half of the voxels."""
    random = np.random.default_rng(seed)
    level = random.uniform(0.0, 5.0, shape)
    for face, value in enumerate(boundary):
        if value is not None and shape[2 - face // 2] > 1:
            level[(slice(None),) * (2 - face // 2) + (-(face % 2),)] = value
    voxel = np.flatnonzero(random.random(math.prod(shape)) < 0.5)
    return level, Exchanged(voxel, random.uniform(0, 20.0, len(voxel)), random.uniform(0, 3.0, len(voxel)))


def direct(
    level, box: Box, spacing, boundary, diffusion, decay, per_step, exchanged: Exchanged
) -> np.ndarray:
    """The solution for the free voxels, by a sparse direct solver."""
    sink, source = np.zeros((2, level.size))
    sink[exchanged.voxel], source[exchanged.voxel] = exchanged.sink, exchanged.source
    sink, source = sink.reshape(level.shape)[box.free], source.reshape(level.shape)[box.free]
    right = source + per_step * level[box.free]
    for face, value in enumerate(boundary):
        axis = 2 - face // 2
        if value is not None and level.shape[axis] > 1:
            index = (slice(None),) * axis + (-(face % 2),)
            right[index] += diffusion / spacing[face // 2] ** 2 * value
    matrix = matrix_of(box, spacing, boundary, diffusion, per_step + decay + sink)
    return spsolve(matrix.tocsc(), right.ravel()).reshape(right.shape)


@pytest.mark.parametrize("shape, spacing, boundary", CASES)
@pytest.mark.parametrize("diffusion, per_step", [(1e5, 0.0), (100.0, 1.0), (0.0, 1.0)])
def test_levels_are_those_of_a_direct_solution(shape, spacing, boundary, diffusion, per_step) -> None:
    level, exchanged = scene(shape, boundary)
    box = Box(shape, spacing, boundary)
    expected = direct(level, box, spacing, boundary, diffusion, 0.1, per_step, exchanged)
    held = level.copy()
    done = implicit.solve(level, box, room_for([box.levels]), diffusion, 0.1, per_step, exchanged, 1e-6)
    assert np.abs(level[box.free] - expected).max() < 3e-6 * max(expected.max(), 2.0), (
        "the estimated error holds"
    )
    assert 0 < done < 25, "a few iterations, whatever the grid"
    held[box.free] = level[box.free]
    np.testing.assert_array_equal(level, held)


@pytest.mark.parametrize("per_side", [8, 16, 32, 48])
def test_iterations_do_not_grow_with_the_grid(per_side: int) -> None:
    shape, boundary = (per_side,) * 3, HELD
    level, exchanged = scene(shape, boundary)
    box = Box(shape, (20.0,) * 3, boundary)
    done = implicit.solve(level, box, room_for([box.levels]), 1e5, 0.1, 0.0, exchanged, 1e-6)
    assert done <= 10


def one_cycle(box: Box, diffusion: float, uptake: float, residual: np.ndarray) -> np.ndarray:
    """What the preconditioner makes of a residual: the first direction of a solve that starts from zero."""
    room = room_for([box.levels])
    size = residual.size
    room.diagonal[:size], room.right[:size] = uptake, residual
    implicit.set_diagonals(box.levels, room, diffusion)
    level = np.zeros([part.stop for part in box.free])
    programs = (box.begin, box.again)
    implicit.iterate(level, box.bounds, box.levels, room, *programs, diffusion, 1e9, 1e9, 1e9, 1)
    return room.turned[:size].astype(float)


@pytest.mark.parametrize("shape, spacing, boundary", CASES)
def test_the_cycle_is_symmetric_and_positive(shape, spacing, boundary) -> None:
    """Conjugate gradients need that. Its largest arrays are in single precision."""
    box = Box(shape, spacing, boundary)
    size = math.prod(part.stop - part.start for part in box.free)
    a, b = np.random.default_rng(1).standard_normal((2, size))
    made_a, made_b = one_cycle(box, 1000.0, 0.5, a), one_cycle(box, 1000.0, 0.5, b)
    assert a @ made_b == pytest.approx(b @ made_a, abs=1e-5 * abs(a @ made_a))
    assert a @ made_a > 0.0


def test_a_start_that_is_the_solution_needs_no_iteration() -> None:
    shape, boundary = (10, 12, 14), HELD
    level, exchanged = scene(shape, boundary)
    box = Box(shape, (20.0,) * 3, boundary)
    room = room_for([box.levels])
    implicit.solve(level, box, room, 1e5, 0.1, 0.0, exchanged, 1e-8)
    before = level.copy()
    assert implicit.solve(level, box, room, 1e5, 0.1, 0.0, exchanged, 1e-6) == 0
    np.testing.assert_allclose(level, before, rtol=1e-7)


@given(
    seed=st.integers(0, 2**32 - 1),
    diffusion=st.floats(0.1, 1e6),
    decay=st.floats(1e-4, 10.0),
    per_step=st.sampled_from([0.0, 0.01, 1.0, 100.0]),
    boundary=st.tuples(*[st.none() | st.floats(0.0, 50.0)] * 6),
)
@settings(max_examples=40, deadline=None)
def test_what_enters_stays_or_leaves_and_nothing_is_negative(
    seed, diffusion, decay, per_step, boundary
) -> None:
    """To rounding, although the tolerance is coarse."""
    shape, spacing = (5, 6, 9), (20.0, 15.0, 30.0)
    level, exchanged = scene(shape, boundary, seed)
    box = Box(shape, spacing, boundary)
    before = level.copy()
    done = implicit.solve(level, box, room_for([box.levels]), diffusion, decay, per_step, exchanged, 1e-3)
    assert done >= 0
    assert level.min() >= 0.0
    free = np.zeros(shape, bool)
    free[box.free] = True
    present = free.ravel()[exchanged.voxel]
    taken = exchanged.sink[present] @ level.ravel()[exchanged.voxel[present]]
    gained = per_step * before[free].sum() + exchanged.source[present].sum()
    lost = (per_step + decay) * level[free].sum() + taken
    for face in box.faces:
        gained += diffusion * face.per_area * level[face.outside].sum()
        lost += diffusion * face.per_area * level[face.inside].sum()
    assert lost == pytest.approx(gained, rel=1e-11)


def test_exports_at_a_negative_rate_are_conserved_too() -> None:
    """Cells that remove a fixed amount may draw a level below zero, as they ask for."""
    shape = (1, 8, 8)
    box = Box(shape, (20.0,) * 3, FREE)
    level = np.ones(shape)
    exchanged = Exchanged(np.array([20]), np.zeros(1), np.array([-3.0]))
    implicit.solve(level, box, room_for([box.levels]), 100.0, 0.0, 1.0, exchanged, 1e-4)
    assert level.sum() == pytest.approx(64.0 - 3.0, rel=1e-12)
    assert level.reshape(-1)[20] < 1.0


@pytest.mark.parametrize("unit", [1e-200, 1e-30, 1e30, 1e200])
def test_the_unit_of_the_level_does_not_matter(unit: float) -> None:
    """The working arrays in single precision do not see it."""
    levels = []
    for scale in (1.0, unit):
        level, exchanged = scene((6, 8, 9), HELD)
        box = Box((6, 8, 9), (20.0,) * 3, HELD)
        level *= scale
        exchanged = exchanged._replace(source=exchanged.source * scale)
        assert implicit.solve(level, box, room_for([box.levels]), 1e4, 0.1, 0.0, exchanged, 1e-6) > 0
        levels.append(level / scale)
    np.testing.assert_allclose(levels[1], levels[0], rtol=1e-5)


def test_numbers_that_are_no_diffusion_are_noticed() -> None:
    shape = (1, 8, 8)
    box = Box(shape, (20.0,) * 3, FREE)
    exchanged = Exchanged(np.array([20]), np.array([math.nan]), np.ones(1))
    assert implicit.solve(np.ones(shape), box, room_for([box.levels]), 100.0, 0.1, 1.0, exchanged, 1e-6) == -1


def test_without_free_voxels_nothing_happens() -> None:
    box = Box((2, 1, 1), (20.0,) * 3, (None, None, None, None, 1.0, 2.0))
    level = np.array([1.0, 2.0]).reshape(2, 1, 1)
    assert box.levels is None
    assert implicit.solve(level, box, None, 100.0, 0.1, 1.0, implicit.NOTHING, 1e-6) == 0


def test_one_factor_needs_little_more_than_forty_bytes_a_voxel() -> None:
    """Level and working arrays of one factor with held faces; more factors share the latter."""
    box = Box((50, 50, 50), (20.0,) * 3, HELD)
    assert box.levels is not None
    arrays = [*box.levels, *room_for([box.levels])]
    assert (sum(array.nbytes for array in arrays) + 8 * 50**3) / 50**3 < 41.0
