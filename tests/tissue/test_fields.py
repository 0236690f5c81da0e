"""Diffusion, decay and exchange against analytic solutions, independent solvers, and the account of every molecule."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import diags, identity, kron
from scipy.sparse.linalg import spsolve
from tissues import cell_type, compiled_cells, definition, scattered

from paget import PagetError
from paget.compiled import thread_count
from paget.tissue import splitting
from paget.tissue.cells import DEAD, Cells
from paget.tissue.definition import Definition, Domain, Factor, Population, Steps
from paget.tissue.fields import Fields

NO_CELLS = Population(np.zeros((0, 3)), np.zeros(0, np.int32))


def line(voxels: int, length: float = 400.0, across: int = 1) -> Domain:
    """A domain that is one voxel thick across x, or `across` voxels."""
    step = length / voxels
    return Domain((0.0, 0.0, 0.0), (length, across * 20.0, across * 20.0), (step, 20.0, 20.0))


def centres(domain: Domain) -> np.ndarray:
    return domain.low[0] + (np.arange(domain.shape[2]) + 0.5) * domain.spacing[0]


def fields_of(
    made: Definition, population: Population = NO_CELLS, scheme: str = "default", tolerance: float = 1e-12
) -> tuple[Fields, Cells]:
    compiled, cells = compiled_cells(made, population)
    return Fields(compiled, scheme, tolerance), cells


def factor_of(domain: Domain, step: float = 1.0, **numbers) -> Definition:
    """One factor without exchange, solved by the default solvers every `step` min."""
    factor = Factor("oxygen", **({"diffusion": 1000.0, "decay": 0.1} | numbers))
    return definition(domain=domain, factors=(factor,), steps=Steps(field=step, mechanics=min(step, 0.1)))


# ---- closed forms ---------------------------------------------------------------------------------------------------


def cosine_error(scheme: str, voxels: int, step: float, minutes: float = 4.0) -> float:
    """Error of a decaying cosine between no-flux ends, relative to its height."""
    domain, decay, diffusion = line(voxels), 0.05, 2000.0
    steps = Steps(field=step, mechanics=step, diffusion=step)
    made = definition(domain=domain, factors=(Factor("oxygen", diffusion, decay, 1.0),), steps=steps)
    fields, cells = fields_of(made, scheme=scheme)
    wave = math.pi / 400.0
    start = 1.0 + np.cos(wave * centres(domain))
    fields.set_initial(start.reshape(1, 1, 1, -1))
    for tick in range(1, round(minutes / step) + 1):
        if scheme == "default":
            fields.advance(cells, tick)
        else:
            fields.split(cells, 1)
    exact = math.exp(-decay * minutes) * (
        1.0 + math.exp(-diffusion * wave**2 * minutes) * np.cos(wave * centres(domain))
    )
    return float(np.abs(fields.level[0, 0, 0] - exact).max())


@pytest.mark.parametrize("scheme", ["default", "physicell"])
def test_a_cosine_decays_with_first_order_in_time(scheme: str) -> None:
    errors = [cosine_error(scheme, 200, step) for step in (0.5, 0.25, 0.125)]
    orders = [math.log2(errors[n] / errors[n + 1]) for n in (0, 1)]
    assert orders == pytest.approx([1.0, 1.0], abs=0.1)


def slab_error(voxels: int) -> float:
    """Error of the steady level between two held faces with decay: cosh((x - L/2)/l) / cosh(L/2l)."""
    domain = line(voxels)
    fields, cells = fields_of(
        factor_of(domain, 1e4, boundary=(1.0, 1.0, None, None, None, None), initial=0.5)
    )
    assert fields.solver == ("quasi-steady",)
    fields.advance(cells, 0)
    reach = math.sqrt(1000.0 / 0.1)
    held = centres(domain)[[0, -1]]  # the level is held at the centres of the outer voxels
    middle, half = held.mean(), (held[1] - held[0]) / 2.0
    exact = np.cosh((centres(domain) - middle) / reach) / math.cosh(half / reach)
    return float(np.abs(fields.level[0, 0, 0] - exact).max())


def test_the_steady_level_of_a_slab_has_second_order_in_space() -> None:
    errors = [slab_error(voxels) for voxels in (20, 40, 80)]
    orders = [math.log2(errors[n] / errors[n + 1]) for n in (0, 1)]
    assert orders == pytest.approx([2.0, 2.0], abs=0.15)
    assert errors[-1] < 1e-4


def test_around_one_secreting_cell_the_level_falls_as_that_of_a_point_source() -> None:
    """u = E / (4 pi D r) exp(-r/l), away from the source and the faces."""
    secretes = cell_type(behaviours={"oxygen export": 1e6})
    domain = Domain((-610.0,) * 3, (610.0,) * 3, (20.0,) * 3)
    made = definition(
        secretes,
        domain=domain,
        factors=(Factor("oxygen", 1000.0, 0.1),),
        steps=Steps(field=1e4, mechanics=1.0),
    )
    fields, cells = fields_of(made, Population(np.zeros((1, 3)), np.zeros(1, np.int32)))
    fields.advance(cells, 0)
    distance = np.arange(4, 20) * 20.0
    exact = 1e6 / (4 * math.pi * 1000.0 * distance) * np.exp(-distance / 100.0)
    # The seven-point difference shortens the reach by (h/l)^2/24 and feels the voxels near the source.
    np.testing.assert_allclose(fields.level[0, 30, 30, 34:50], exact, rtol=0.04)


def test_decay_alone_and_uptake_alone_are_the_implicit_steps() -> None:
    fields, cells = fields_of(factor_of(line(4), 2.0, diffusion=0.0, initial=3.0))
    fields.advance(cells, 20)
    np.testing.assert_allclose(fields.level, 3.0 / 1.2, rtol=1e-12)
    takes = cell_type(behaviours={"oxygen uptake": 10.0})
    made = definition(
        takes, domain=line(4), factors=(Factor("oxygen", 0.0, 0.0, 3.0),), steps=Steps(field=2.0)
    )
    fields, cells = fields_of(made, Population(np.array([[50.0, 10.0, 10.0]]), np.zeros(1, np.int32)))
    fields.advance(cells, 20)
    rate = 10.0 * 2494.0 / made.domain.voxel_volume
    np.testing.assert_allclose(fields.level[0, 0, 0], [3.0 / (1 + 2 * rate), 3.0, 3.0, 3.0], rtol=1e-12)


# ---- independent solvers --------------------------------------------------------------------------------------------


def second_difference(length: int, spacing: float):
    """Matrix of -d2/dx2 with mirrored ends."""
    if length == 1:
        return identity(1) * 0.0
    ends = np.full(length, 2.0)
    ends[[0, -1]] = 1.0
    return diags([-np.ones(length - 1), ends, -np.ones(length - 1)], [-1, 0, 1]) / spacing**2


def exchanging(boundary: tuple[float | None, ...] = (5.0, None, None, 2.0, None, 1.0), **more) -> Definition:
    """Cells that secrete, take up and export a factor in a small box with held faces."""
    trades = cell_type(
        behaviours={
            "oxygen uptake": 4.0, "oxygen secretion": 2.0, "oxygen secretion target": 7.0, "oxygen export": 300.0,
        }
    )  # fmt: skip
    domain = Domain((-60.0, -50.0, -40.0), (60.0, 50.0, 40.0), (20.0, 25.0, 10.0))
    factor = Factor("oxygen", 800.0, 0.2, 3.0, boundary)
    return definition(trades, domain=domain, factors=(factor,), tracks_internalised=True, **more)


def crowd() -> Population:
    population = scattered(60, 4, half=39.0)
    return population


def plain_exchange(made: Definition, cells: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Sink and source of every voxel, cell by cell."""
    sink, source = np.zeros((2, *made.domain.shape))
    for i in range(cells.count):
        x, y, z = ((cells["place"][i, :3] - made.domain.low) / made.domain.spacing).astype(int)
        share = cells["volume"][i, 0] / made.domain.voxel_volume
        dead = bool(cells["flags"][i] & DEAD)
        uptake, secretion, export = (0.4, 0.0, 0.0) if dead else (4.0, 2.0, 300.0)
        sink[z, y, x] += share * (uptake + secretion)
        source[z, y, x] += share * secretion * 7.0 + export / made.domain.voxel_volume
    return sink, source


@pytest.mark.parametrize("quasi_steady", [False, True])
def test_the_default_solvers_agree_with_a_direct_sparse_solution(quasi_steady: bool) -> None:
    step = 1e5 if quasi_steady else 1.5
    made = exchanging(steps=Steps(field=step, mechanics=0.1 if not quasi_steady else 1.0))
    fields, cells = fields_of(made, crowd())
    cells["flags"][::5] |= DEAD
    assert fields.solver == (("quasi-steady" if quasi_steady else "implicit"),)
    before = fields.level[0].copy()
    fields.advance(cells, fields.every[0])
    sink, source = plain_exchange(made, cells)
    nz, ny, nx = made.domain.shape
    dx, dy, dz = made.domain.spacing
    laplace = (
        kron(identity(nz), kron(identity(ny), second_difference(nx, dx)))
        + kron(identity(nz), kron(second_difference(ny, dy), identity(nx)))
        + kron(second_difference(nz, dz), identity(ny * nx))
    )
    per_step = 0.0 if quasi_steady else 1.0 / step
    matrix = (800.0 * laplace + diags(per_step + 0.2 + sink.ravel())).tolil()
    right = source.ravel() + per_step * before.ravel()
    held = np.zeros(made.domain.shape, bool)
    held[:, :, 0], held[:, -1, :], held[-1] = True, True, True
    for voxel in np.flatnonzero(held):
        matrix[voxel] = 0.0
        matrix[voxel, voxel] = 1.0
        right[voxel] = before.ravel()[voxel]
    expected = spsolve(matrix.tocsr(), right).reshape(made.domain.shape)
    np.testing.assert_allclose(fields.level[0], expected, rtol=1e-8)


def plain_split_step(made: Definition, level: np.ndarray, cells: Cells, order: np.ndarray) -> None:
    """One step of the splitting in plain Python: dense solves along lines, then cell after cell."""
    factor, dt = made.factors[0], made.steps.diffusion

    def hold() -> None:
        for face, value in enumerate(factor.boundary):
            if value is not None:
                index: list = [slice(None)] * 3
                index[2 - face // 2] = -(face % 2)
                level[tuple(index)] = value

    for axis in range(3):
        hold()
        length = level.shape[2 - axis]
        matrix = (1.0 + dt * factor.decay / 3.0) * np.eye(length)
        matrix += dt * factor.diffusion * second_difference(length, made.domain.spacing[axis]).toarray()
        level[:] = np.moveaxis(np.linalg.solve(matrix, np.moveaxis(level, 2 - axis, 0).reshape(length, -1))
                               .reshape(np.moveaxis(level, 2 - axis, 0).shape), 0, 2 - axis)  # fmt: skip
    hold()
    for i in order:
        x, y, z = ((cells["place"][i, :3] - made.domain.low) / made.domain.spacing).astype(int)
        share = dt * cells["volume"][i, 0] / made.domain.voxel_volume
        u = (level[z, y, x] + share * 2.0 * 7.0) / (1.0 + share * 6.0)
        level[z, y, x] = u + dt * 300.0 / made.domain.voxel_volume


@pytest.mark.parametrize("threaded", [False, True])
def test_the_splitting_is_that_of_plain_python(threaded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if threaded:
        monkeypatch.setattr(splitting, "SMALL", 0)
    made = exchanging()
    fields, cells = fields_of(made, crowd(), scheme="physicell")
    level = fields.level[0].copy()
    fields.refresh(cells)
    fields.split(cells, 7)
    for _ in range(7):
        plain_split_step(made, level, cells, np.arange(cells.count))
    np.testing.assert_allclose(fields.level[0], level, rtol=1e-12)


# ---- accounts -------------------------------------------------------------------------------------------------------


def test_fast_diffusion_in_a_closed_box_leaves_no_noise() -> None:
    """The tolerance bounds the level, not the level times a huge D/dx^2: after mixing it is flat."""
    fields, cells = fields_of(factor_of(line(20, across=5), diffusion=1e9, decay=0.0), tolerance=1e-6)
    fields.set_initial(np.random.default_rng(2).uniform(0, 5, fields.level.shape))
    mean = fields.level.mean()
    for tick in range(0, 50, 10):
        fields.advance(cells, tick)
    np.testing.assert_allclose(fields.level, mean, rtol=1e-5)
    # Rounding of flows that are D dt/dx^2 = 2.5e6 times the level.
    assert fields.level.mean() == pytest.approx(mean, rel=2.5e6 * 1e-14)


@pytest.mark.parametrize("scheme", ["default", "physicell"])
def test_no_molecule_is_lost(scheme: str) -> None:
    """Without boundary levels and decay: what is in the tissue and in the cells changes by what cells export alone.

    Held amounts count exports as given, so that their sum and the content of the field stay the same.
    """
    made = exchanging(boundary=(None,) * 6)
    made = replace(made, factors=(replace(made.factors[0], decay=0.0),))
    fields, cells = fields_of(made, crowd(), scheme=scheme, tolerance=1e-6)

    def total() -> float:
        return fields.level[0].sum() * made.domain.voxel_volume + cells["held"][:, 0].sum()

    before, content = total(), fields.level[0].sum()
    for tick in range(0, 100, 10):
        if scheme == "default":
            fields.advance(cells, tick)
        else:
            fields.refresh(cells)
            fields.split(cells, 10)
    assert abs(fields.level[0].sum() / content - 1.0) > 0.01, "something was exchanged"
    assert total() == pytest.approx(before, rel=1e-10)


def test_decay_takes_what_it_must_in_an_implicit_step() -> None:
    """Content after n steps without cells and boundary levels: (1 + decay step)^-n of the start, to 1e-10."""
    made = factor_of(line(40), 1.0, initial=0.0)
    fields, cells = fields_of(made, tolerance=1e-4)
    fields.set_initial(np.random.default_rng(1).uniform(0, 5, fields.level.shape))
    before = fields.level.sum()
    for tick in range(60):
        fields.advance(cells, tick)
    assert fields.level.sum() == pytest.approx(before / 1.1**5, rel=1e-10)


def test_implicit_factors_are_where_the_clock_is() -> None:
    """At the start nothing has happened; after a step of the field, all of it: a cell exports 1 a minute."""
    exports = cell_type(behaviours={"oxygen export": 1.0})
    made = definition(exports, domain=line(4), factors=(Factor("oxygen", 10.0, 0.0),), steps=Steps(field=0.5))
    fields, cells = fields_of(made, Population(np.array([[50.0, 10.0, 10.0]]), np.zeros(1, np.int32)))
    seen = []
    for tick in range(11):
        fields.advance(cells, tick)
        seen.append(fields.level.sum() * made.domain.voxel_volume)
    np.testing.assert_allclose(seen, [0.0] * 5 + [0.5] * 5 + [1.0], rtol=1e-10)


def test_split_decay_is_the_product_of_three_thirds() -> None:
    fields, cells = fields_of(factor_of(line(40, across=3)), scheme="physicell")
    fields.set_initial(np.random.default_rng(1).uniform(0, 5, fields.level.shape))
    before = fields.level.sum()
    fields.split(cells, 20)
    assert fields.level.sum() == pytest.approx(before / (1.0 + 0.01 * 0.1 / 3.0) ** 60, rel=1e-10)


def test_cells_that_leave_give_back_what_their_type_releases() -> None:
    made = exchanging(boundary=(None,) * 6)
    made = replace(made, cell_types=(replace(made.cell_types[0], released_at_death={"oxygen": 0.25}),))
    fields, cells = fields_of(made, crowd())
    cells["held"][:] = 100.0
    before = fields.level[0].sum() * made.domain.voxel_volume
    fields.release(cells, np.array([3, 8]))
    assert fields.level[0].sum() * made.domain.voxel_volume == pytest.approx(before + 0.25 * 200.0)
    assert (cells["held"][[3, 8]] == 0).all()
    assert (cells["held"][[4, 9]] == 100.0).all()


# ---- which solver, same bits, bad input ---------------------------------------------------------------------------


def test_the_solver_follows_from_the_numbers() -> None:
    held = (38.0,) * 6
    trades = cell_type(behaviours={"fast uptake": 1.0})
    factors = (
        Factor("fast", 1e5, 0.1, 38.0, held),  # relaxes in seconds: read with the phenotype
        Factor("slow", 100.0, 0.01, 0.0, (1.0, *(None,) * 5)),
        Factor("closed", 1e5, 0.0, 1.0),  # nothing happens to it
        Factor("short-lived", 10.0, 5.0, 1.0),
    )
    fields, _ = fields_of(definition(trades, factors=factors))
    assert fields.solver == ("quasi-steady", "implicit", "constant", "quasi-steady")
    assert fields.every == (60, 10, 10, 60)
    fields, _ = fields_of(definition(trades, factors=factors), scheme="physicell")
    assert fields.solver == ("splitting", "splitting", "constant", "splitting")


@pytest.mark.parametrize("scheme", ["default", "physicell"])
@pytest.mark.parametrize("voxels", [10, 30])
def test_one_thread_and_two_give_the_same_bits(scheme: str, voxels: int) -> None:
    levels = []
    for threads in (1, 2):
        made = exchanging()
        made = replace(
            made, domain=replace(made.domain, spacing=(120.0 / voxels, 100.0 / voxels, 80.0 / voxels))
        )
        fields, cells = fields_of(made, crowd(), scheme=scheme)
        with thread_count(threads):
            for tick in range(0, 30, 10):
                fields.advance(cells, tick)
                if scheme == "physicell":
                    fields.refresh(cells)
                    fields.split(cells, 5)
        levels.append(fields.level.copy())
    np.testing.assert_array_equal(*levels)


@pytest.mark.parametrize(
    "numbers, says",
    [
        ({"diffusion": -1.0}, "diffusion coefficient"),
        ({"diffusion": math.nan}, "diffusion coefficient"),
        ({"decay": -0.1}, "decay"),
        ({"initial": math.inf}, "initial level"),
        ({"boundary": (-1.0, *(None,) * 5)}, "boundary xmin"),
    ],
)
def test_impossible_numbers_are_named(numbers: dict, says: str) -> None:
    with pytest.raises(PagetError, match=f"oxygen: the {says}"):
        fields_of(factor_of(line(4), **numbers))


@pytest.mark.parametrize(
    "level, says",
    [
        (np.zeros((1, 1, 1, 5)), "every voxel"),
        (np.full((1, 1, 1, 4), math.nan), "oxygen: an initial level"),
        (np.array([1.0, 2.0, -3.0, 4.0]).reshape(1, 1, 1, 4), r"\(0, 0, 2\) \(found -3.0"),
    ],
)
def test_initial_levels_must_fit(level: np.ndarray, says: str) -> None:
    fields, _ = fields_of(factor_of(line(4)))
    with pytest.raises(PagetError, match=says):
        fields.set_initial(level)


@pytest.mark.parametrize("step", [0.15, 0.01, -1.0, 0.0, math.nan, math.inf])
def test_the_step_of_the_fields_is_some_steps_of_the_mechanics(step: float) -> None:
    made = definition(domain=line(4), factors=(Factor("oxygen", 1.0, 1.0),), steps=Steps(field=step))
    with pytest.raises(PagetError, match="whole multiple"):
        fields_of(made)


@pytest.mark.parametrize("scheme", ["default", "physicell"])
def test_a_restored_state_goes_on_with_the_same_bits(scheme: str) -> None:
    made = exchanging()
    straight, cells = fields_of(made, crowd(), scheme=scheme)
    other, _ = fields_of(made, crowd(), scheme=scheme)
    for fields in (straight, other):
        fields.keep_balance()
    straight.set_decay(0, 0.7)

    def go_on(fields: Fields, first: int, last: int) -> None:
        for tick in range(first, last):
            fields.advance(cells, tick)
            if scheme == "physicell":
                fields.refresh(cells)
                fields.split(cells, 5)

    go_on(straight, 0, 25)
    other.restore(straight.state())
    go_on(straight, 25, 50)
    go_on(other, 25, 50)
    np.testing.assert_array_equal(straight.level, other.level)
    np.testing.assert_array_equal(straight.balance, other.balance)
