"""The splitting against dense solves along lines and boundary nodes set one by one, as PhysiCell's documents say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from paget.compiled import thread_count
from paget.tissue import splitting
from paget.tissue.definition import Domain
from paget.tissue.splitting import Sweeps, Trade, sweeps_of

STEP = 0.02
HELD, FREE = (2.0, 3.0, 4.0, 5.0, 6.0, 7.0), (None,) * 6


def box(nx: int, ny: int, nz: int, flat: bool = False) -> Domain:
    spacing = (20.0, 25.0, 10.0)
    high = tuple(n * d for n, d in zip((nx, ny, nz), spacing, strict=True))
    return Domain((0.0, 0.0, 0.0), high, spacing, flat)  # type: ignore[arg-type]


def nodes_of(domain: Domain, boundary, others) -> tuple[np.ndarray, np.ndarray]:
    """Whether each voxel is held, and at which level: face after face, the later one decides."""
    held, level = np.zeros(domain.shape, bool), np.zeros(domain.shape)
    for face in range(6):
        if any(other[face] is not None for other in others):
            index = (slice(None),) * (2 - face // 2) + (-(face % 2),)
            held[index] = boundary[face] is not None
            level[index] = 0.0 if boundary[face] is None else boundary[face]
    return held, level


def plain_step(level: np.ndarray, domain: Domain, diffusion: float, decay: float, nodes) -> np.ndarray:
    held, value = nodes
    axes = (2, 1) if domain.two_dimensional else (2, 1, 0)
    for axis in axes:
        level = np.where(held, value, level)
        n, d = level.shape[axis], domain.spacing[2 - axis]
        matrix = np.eye(n) * (1.0 + STEP * decay / len(axes))
        for i in range(n - 1):
            pair = np.array([[1.0, -1.0], [-1.0, 1.0]]) * STEP * diffusion / d**2
            matrix[i : i + 2, i : i + 2] += pair
        lines = np.moveaxis(level, axis, 0)
        level = np.moveaxis(np.linalg.solve(matrix, lines.reshape(n, -1)).reshape(lines.shape), 0, axis)
    return np.where(held, value, level)


def traded(shape: tuple[int, ...], seed: int) -> Trade:
    random = np.random.default_rng(seed)
    voxel = np.flatnonzero(random.random(int(np.prod(shape))) < 0.4)
    count = len(voxel)
    return Trade(voxel, random.uniform(0.5, 1.0, count), random.uniform(0.0, 0.5, count), np.zeros(count))


faces = st.tuples(*[st.none() | st.floats(0.0, 9.0)] * 6)


@given(
    sizes=st.tuples(st.integers(1, 7), st.integers(1, 6), st.integers(1, 5)),
    flat=st.booleans(),
    boundary=faces,
    other=faces,
    diffusion=st.sampled_from([0.0, 100.0, 1e5]),
    seed=st.integers(0, 1000),
)
@example(
    (6, 5, 4), False, (1.0, *(None,) * 5), (None, None, 3.0, *(None,) * 3), 1e5, 0
)  # a corner freed by another
@example((6, 5, 1), True, HELD, FREE, 1e5, 0)
@example((1, 1, 1), False, (1.0, None, None, None, None, None), (None, 2.0, None, None, None, None), 1e5, 0)
@settings(max_examples=60, deadline=None)
def test_steps_are_those_of_plain_python(sizes, flat, boundary, other, diffusion, seed) -> None:
    domain = box(*sizes[:2], 1 if flat else sizes[2], flat)
    if flat:
        boundary, other = (*boundary[:4], None, None), (*other[:4], None, None)
    level = np.random.default_rng(seed).uniform(0.0, 5.0, domain.shape)
    trade, nodes = traded(domain.shape, seed), nodes_of(domain, boundary, [boundary, other])
    sweeps = sweeps_of(diffusion, 0.3, STEP, domain, boundary, [boundary, other])
    expected, found = level.copy(), np.zeros(len(trade.voxel))
    splitting.split_steps(level, sweeps, 3, trade)
    for _ in range(3):
        expected = plain_step(expected, domain, diffusion, 0.3, nodes)
        there = expected.reshape(-1)[trade.voxel]
        found += there
        expected.reshape(-1)[trade.voxel] = trade.gain * there + trade.gift
    np.testing.assert_allclose(level, expected, rtol=1e-12)
    np.testing.assert_allclose(trade.found, found, rtol=1e-12)


def stepped(domain: Domain, boundary, threads: int, calls: tuple[int, ...]) -> np.ndarray:
    level = np.random.default_rng(3).uniform(0.0, 5.0, domain.shape)
    trade = traded(domain.shape, 3)
    sweeps: Sweeps = sweeps_of(1e4, 0.3, STEP, domain, boundary, [boundary])
    with thread_count(threads):
        for steps in calls:
            splitting.split_steps(level, sweeps, steps, trade)
    return level


@pytest.mark.parametrize("domain", [box(31, 33, 29), box(201, 203, 1, flat=True)], ids=["3-D", "2-D"])
@pytest.mark.parametrize("boundary", [(*HELD[:4], None, None), FREE])
def test_large_grids_do_the_same_as_plain_python_with_any_number_of_threads(domain, boundary) -> None:
    assert np.prod(domain.shape) > splitting.SMALL
    one, two = (stepped(domain, boundary, threads, (3,)) for threads in (1, 2))
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(one, stepped(domain, boundary, 2, (1, 2)))
    level, nodes = (
        np.random.default_rng(3).uniform(0.0, 5.0, domain.shape),
        nodes_of(domain, boundary, [boundary]),
    )
    trade = traded(domain.shape, 3)
    for _ in range(3):
        level = plain_step(level, domain, 1e4, 0.3, nodes)
        level.reshape(-1)[trade.voxel] = trade.gain * level.reshape(-1)[trade.voxel] + trade.gift
    np.testing.assert_allclose(one, level, rtol=1e-12)


def test_the_error_falls_linearly_with_the_step() -> None:
    """A steady level with uptake, against itself at a finer step: the exchange after each step is of first order."""
    domain = box(24, 4, 4)
    boundary = (1.0, *(None,) * 5)
    ends = []
    for halvings in range(4):
        step = STEP / 2**halvings
        level = np.ones(domain.shape)
        sweeps = sweeps_of(1e3, 0.1, step, domain, boundary, [boundary])
        voxel = np.arange(level.size)
        trade = Trade(
            voxel, np.full(level.size, 1.0 / (1.0 + 2.0 * step)), np.zeros(level.size), np.zeros(level.size)
        )
        splitting.split_steps(level, sweeps, round(4.0 / step), trade)
        ends.append(level[1, 1].copy())
    changes = [np.abs(ends[n] - ends[n + 1]).max() for n in range(3)]
    assert np.log2(changes[0] / changes[1]) == pytest.approx(1.0, abs=0.2)
    assert np.log2(changes[1] / changes[2]) == pytest.approx(1.0, abs=0.1)
