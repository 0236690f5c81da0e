"""The account of every factor closes, for every solver, each entry from its own law."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tissues import cell_type, compiled_cells, definition, scattered

from paget.tissue.balance import DECAYED, ENTERED, GAVE, RELAXED, TOOK
from paget.tissue.cells import Cells
from paget.tissue.definition import Definition, Domain, Factor, Steps
from paget.tissue.fields import Fields

BOX = Domain((-60.0, -50.0, -40.0), (60.0, 50.0, 40.0), (20.0, 25.0, 10.0))
SHEET = Domain((-60.0, -50.0, -10.0), (60.0, 50.0, 10.0), (20.0, 25.0, 20.0), True)


def trading(domain: Domain, boundary, step: float = 1.0, decay: float = 0.2) -> Definition:
    """Cells that take up, secrete and export a factor, and release a part of what they hold when removed."""
    numbers = {"uptake": 4.0, "secretion": 2.0, "secretion target": 7.0, "export": 300.0}
    trades = cell_type(
        behaviours={f"oxygen {name}": value for name, value in numbers.items()},
        released_at_death={"oxygen": 0.5},
    )
    factor = Factor("oxygen", 800.0, decay, 3.0, boundary)
    steps = Steps(field=step, mechanics=min(step, 1.0))
    return definition(trades, domain=domain, factors=(factor,), tracks_internalised=True, steps=steps)


def run(made: Definition, scheme: str, rounds: int) -> tuple[Fields, Cells, float]:
    """Some steps with an account; and the content before."""
    compiled, cells = compiled_cells(made, scattered(60, 4, half=39.0, flat=made.domain.two_dimensional))
    fields = Fields(compiled, scheme)
    fields.keep_balance()
    before = float(fields.level.sum())
    for tick in range(rounds):
        if scheme == "physicell":
            fields.refresh(cells)
            fields.split(cells, 5)
        else:
            fields.advance(cells, (tick + 1) * fields.every[0])
        fields.release(cells, np.array([tick]))
    return fields, cells, before


faces = st.tuples(*[st.none() | st.floats(0.5, 9.0)] * 6)


@given(boundary=faces, flat=st.booleans(), decay=st.sampled_from([0.0, 0.2]), solver=st.integers(0, 2))
@settings(max_examples=30, deadline=None)
def test_the_account_closes(boundary, flat, decay, solver) -> None:
    scheme = "physicell" if solver == 0 else "default"
    quasi_steady = solver == 2 and (
        decay > 0.0 or any(value is not None for value in boundary[: 4 if flat else 6])
    )
    made = trading(SHEET if flat else BOX, boundary, 1e5 if quasi_steady else 1.0, decay)
    fields, _, before = run(made, scheme, 4)
    assert fields.solver == (
        ("splitting",) if solver == 0 else ("quasi-steady" if quasi_steady else "implicit",)
    )
    assert fields.balance is not None
    entries = fields.balance[0]
    flows = entries[GAVE] - entries[TOOK] - entries[DECAYED] + entries[ENTERED]
    largest = max(np.abs(entries).max(), before)
    assert fields.level.sum() - before == pytest.approx(flows + entries[RELAXED], abs=1e-10 * largest)
    assert (entries[RELAXED] != 0.0) == quasi_steady
    assert entries[TOOK] > 0.0
    assert entries[GAVE] > 0.0
    assert (entries[DECAYED] > 0.0) == (decay > 0.0)


@pytest.mark.parametrize("scheme", ["default", "physicell"])
def test_cells_hold_what_the_account_says(scheme: str) -> None:
    made = trading(BOX, (5.0, None, None, 2.0, None, 1.0))
    made = replace(made, cell_types=(replace(made.cell_types[0], released_at_death={"oxygen": 1.0}),))
    fields, cells, _ = run(made, scheme, 4)
    assert fields.balance is not None
    taken = (fields.balance[0, TOOK] - fields.balance[0, GAVE]) * made.domain.voxel_volume
    assert cells["held"].sum() == pytest.approx(taken, rel=1e-10)


@pytest.mark.parametrize("domain", [BOX, SHEET])
def test_keeping_account_changes_no_bit(domain: Domain) -> None:
    levels = []
    for keep in (False, True):
        made = trading(domain, (5.0, None, None, 2.0, None, 1.0))
        compiled, cells = compiled_cells(made, scattered(60, 4, half=39.0, flat=domain.two_dimensional))
        for scheme in ("default", "physicell"):
            fields = Fields(compiled, scheme)
            if keep:
                fields.keep_balance()
            fields.refresh(cells)
            fields.split(cells, 7)
            fields.advance(cells, fields.every[0])
            levels.append(fields.level.copy())
    np.testing.assert_array_equal(levels[0], levels[2])
    np.testing.assert_array_equal(levels[1], levels[3])


def test_what_is_released_next_to_a_held_face_does_not_change_the_boundary() -> None:
    made = trading(BOX, (5.0,) * 6)
    compiled, cells = compiled_cells(made, scattered(60, 4, half=39.0))
    fields = Fields(compiled)
    cells["held"][:] = 1e6
    cells["voxel"][:] = 0  # a corner
    fields.release(cells, np.arange(60))
    assert (fields.level[0, 0] == 5.0).all()
