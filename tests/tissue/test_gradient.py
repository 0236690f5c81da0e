"""Gradients of a field: exact for a plane, second order inside, first at the faces, 0 along an axis of one voxel."""

from __future__ import annotations

import numpy as np
import pytest

from paget.tissue.gradient import gradient_at


def centres(shape: tuple[int, int, int], spacing: tuple[float, float, float]) -> list[np.ndarray]:
    """x, y and z of every voxel centre, shape (nz, ny, nx) each."""
    nz, ny, nx = shape
    z, y, x = np.meshgrid(np.arange(nz), np.arange(ny), np.arange(nx), indexing="ij")
    return [axis * step for axis, step in zip((x, y, z), spacing, strict=True)]


@pytest.mark.parametrize("shape", [(4, 5, 6), (1, 5, 6), (2, 2, 2), (1, 1, 3), (1, 1, 1)])
def test_of_a_plane_it_is_exact_everywhere(shape: tuple[int, int, int]) -> None:
    spacing = (20.0, 10.0, 5.0)
    x, y, z = centres(shape, spacing)
    level = np.stack([0.3 * x - 0.2 * y + 0.7 * z, np.ones(shape)])
    expected = [slope if n > 1 else 0.0 for slope, n in zip((0.3, -0.2, 0.7), shape[::-1], strict=True)]
    for voxel in range(level[0].size):
        assert gradient_at(level, 0, voxel, np.array(spacing)) == pytest.approx(expected, abs=1e-13)
        assert gradient_at(level, 1, voxel, np.array(spacing)) == (0.0, 0.0, 0.0)


def test_order_is_two_inside_and_one_at_the_faces() -> None:
    inside, face = [], []
    for n in (40, 80):
        step = 1.0 / n
        level = np.sin(np.arange(n + 1) * step).reshape(1, 1, 1, n + 1)
        inside.append(abs(gradient_at(level, 0, n // 2, np.full(3, step))[0] - np.cos(0.5)))
        face.append(abs(gradient_at(level, 0, n, np.full(3, step))[0] - np.cos(1.0)))
    assert np.log2(inside[0] / inside[1]) == pytest.approx(2.0, abs=0.05)
    assert np.log2(face[0] / face[1]) == pytest.approx(1.0, abs=0.05)


def test_voxels_count_x_first_then_y_then_z() -> None:
    level = np.zeros((1, 3, 4, 5))
    level[0, 1, 2, 4] = 1.0
    voxel = (1 * 4 + 2) * 5 + 3
    assert gradient_at(level, 0, voxel, np.ones(3)) == (0.5, 0.0, 0.0)
