"""The account of a factor: where every amount comes from and goes to, for those who want to see it closed.

    change of content = gave - took - decayed + entered + relaxed

Amounts are levels times voxels. `gave` is what cells secrete and export, `took` what they take up (of a cell that
secretes towards a target, what the present level holds back counts as taken), `entered` what voxels at faces with a
boundary level bring in, less what they carry away. A quasi-steady factor has no memory: its flows balance among
themselves, and what its content changes from one steady state to the next is `relaxed`.

Each entry is computed from its own law and the levels, none as the rest of the others. Keeping account of split steps
sums all voxels after each sweep and is several times slower than the steps.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from paget.tissue import splitting
from paget.tissue.implicit import Box, Exchanged

GAVE, TOOK, DECAYED, ENTERED, RELAXED = range(5)
"""Columns of an account."""


def book_solve(
    account: npt.NDArray[np.float64], before: float, level: npt.NDArray[np.float64], box: Box, step: float,
    diffusion: float, decay: float, traded: Exchanged, quasi_steady: bool,
) -> None:  # fmt: skip
    """Book one step of a default solver. `before`: content of the free voxels before it."""
    inside = level[box.free]
    found = level.reshape(-1)[traded.voxel]
    taken, given = step * traded.sink * found, step * traded.source
    account[GAVE] += given.sum()
    account[TOOK] += taken.sum()
    account[DECAYED] += step * decay * inside.sum()
    for face in box.faces:
        account[ENTERED] += (
            step * diffusion * face.per_area * (level[face.outside] - level[face.inside]).sum()
        )
    held = np.ones(level.shape, bool)
    held[box.free] = False
    there = held.reshape(-1)[traded.voxel]
    account[ENTERED] += taken[there].sum() - given[there].sum()  # held voxels are made good at once
    if quasi_steady:
        account[RELAXED] += inside.sum() - before


def counted_steps(
    account: npt.NDArray[np.float64], level: npt.NDArray[np.float64], sweeps: splitting.Sweeps, steps: int,
    trade: splitting.Trade,
) -> None:  # fmt: skip
    """The steps of `splitting.split_steps`, with the same bits, and their account."""
    flat = level.reshape(-1)
    nz, ny, nx = (int(n) for n in sweeps.shape)

    def hold() -> None:
        before = flat.sum()
        for k in range(nz):
            splitting.hold_layer(flat, sweeps, k)
        account[ENTERED] += flat.sum() - before

    def decayed(axis: int) -> None:
        account[DECAYED] += sweeps.share[axis] * flat.sum()

    for _ in range(steps):
        hold()
        splitting.sweep_x(flat, sweeps, 0, nz * ny)
        decayed(0)
        hold()
        for k in range(nz):
            splitting.sweep_y(flat, sweeps, k)
        decayed(1)
        hold()
        splitting.sweep_z(flat, sweeps, 0, ny * nx)
        decayed(2)
        hold()
        found = flat[trade.voxel]
        account[GAVE] += trade.gift.sum()
        account[TOOK] += ((1.0 - trade.gain) * found).sum()
        splitting.exchange_voxels(flat, trade, 0, len(trade.voxel))
