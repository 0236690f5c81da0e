"""Gradient of a factor at a voxel: central differences, one-sided at the faces of the domain.

    d level / dx = (level[i + 1] - level[i - 1]) / (2 dx),   at a face (level[1] - level[0]) / dx

Along an axis of one voxel the gradient is 0. Second order inside, first order at the faces; these are the differences
that PhysiCell takes (BioFVM; Ghaffarizadeh et al., Bioinformatics 2016).
"""

from __future__ import annotations

from paget.compiled import law


@law
def _slope(below, here, above, place, length, step):
    """Difference quotient at voxel `place` of `length` along an axis, from the levels around it."""
    if length == 1:
        return 0.0
    if place == 0:
        return (above - here) / step
    if place == length - 1:
        return (here - below) / step
    return (above - below) / (2.0 * step)


@law
def gradient_at(level, factor, voxel, spacing):
    """Gradient of a factor (level/um) along x, y and z at a voxel.

    `level`, shape (m, nz, ny, nx); `voxel`, flat index with x fastest; `spacing`, edges of a voxel along x, y, z (um).
    """
    nz, ny, nx = level.shape[1], level.shape[2], level.shape[3]
    i = voxel % nx
    j = (voxel // nx) % ny
    k = voxel // (nx * ny)
    here = level[factor, k, j, i]
    x = _slope(
        level[factor, k, j, max(i - 1, 0)], here, level[factor, k, j, min(i + 1, nx - 1)], i, nx, spacing[0]
    )
    y = _slope(
        level[factor, k, max(j - 1, 0), i], here, level[factor, k, min(j + 1, ny - 1), i], j, ny, spacing[1]
    )
    z = _slope(
        level[factor, max(k - 1, 0), j, i], here, level[factor, min(k + 1, nz - 1), j, i], k, nz, spacing[2]
    )
    return x, y, z
