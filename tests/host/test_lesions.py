"""Lesions: volumes, other cell types, collagen, growth of small and large ones, and their list.

Statistical checks. Null: counts after a step follow the stated law (chi-square, binomial or normal test). False-alarm
rate 1e-5 per check; seeds are fixed. A planted fault must be rejected by the same check.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg, stats

from paget.host.environment import killing_rate
from paget.host.lesions import (
    MACROMETASTASIS,
    MACROMETASTASIS_VOLUME,
    SHARED_BELOW,
    _grow_matrix,
    _grow_stroma,
    ball_volume,
    count_macrometastases,
    fill_densities,
    grow_large,
    grow_small,
    lesion_crowding,
    make_large,
    matrix_rate,
    read_lesion,
    relax,
    remove_dead_lesions,
    small_volume,
    tumour_cells,
    update_volume,
)
from paget.host.record import SITES
from paget.host.stages import CYCLING, DAMAGED, QUIESCENT
from paget.host.state import LESIONS
from paget.keyed_random import subject_key
from paget.rules.tables import CYCLE_ENTRY, DEATH, DIVISION

FALSE_ALARM = 1e-5
KEY = subject_key(20260404, "lesions", 1)
LUNG = SITES.index("lung")


@pytest.fixture
def tissue(black6, rest):
    """Tables that may be changed, and a state with an empty primary."""
    _, state = rest(black6)
    state["count"][LESIONS] = 1
    state["lineage"][0] = 1
    return black6.record.copy()[0], state


@pytest.fixture
def place(black6):
    """place(name): index of a cell type."""
    return black6.cell_types.index


def put(state, lesion: int, cells, site: int = LUNG, small: int = 0, **fields) -> None:
    state["count"][LESIONS] = max(int(state["count"][LESIONS]), lesion + 1)
    state["site"][lesion], state["small"][lesion], state["lineage"][lesion] = site, small, 100 + lesion
    state["cells"][lesion] = cells
    for name, value in fields.items():
        state[name][lesion] = value


# ---- volume ----------------------------------------------------------------------------------------------------------


def test_volume_is_all_cells_over_their_density(tissue, place) -> None:
    tables, state = tissue
    density = float(tables["tumour"]["cell_density"])
    put(state, 0, (3e6, 1e6, 5e5), site=0)
    state["stroma"][0, place("fibroblast")] = 500_000
    update_volume(tables, state, 0)
    assert state["volume"][0] == pytest.approx(5e6 / density)
    fill_densities(tables, state, 0)
    assert state["densities"].sum() == pytest.approx(density)
    assert state["densities"][place("fibroblast")] == pytest.approx(0.1 * density)


def test_small_lesions_stand_among_the_cells_of_their_organ(tissue) -> None:
    tables, state = tissue
    free = float(tables["tumour"]["cell_density"]) - state["niche"][LUNG, 1:].sum()
    put(state, 1, (400, 0, 0), small=1)
    update_volume(tables, state, 1)
    assert state["volume"][1] == pytest.approx(400 / free)
    state["niche"][LUNG, 1] = 10 * float(tables["tumour"]["cell_density"])  # an organ fuller than a tumour
    assert small_volume(tables, state, LUNG, 400.0) == pytest.approx(400 / (0.1 * 1e5))


def test_an_empty_lesion_has_no_volume_and_no_pressure(tissue) -> None:
    tables, state = tissue
    put(state, 0, (0, 0, 0), site=0)
    update_volume(tables, state, 0)
    assert state["volume"][0] == 0.0
    assert lesion_crowding(tables, LUNG, 0.0) == (0.0, 0.0)


def test_ball() -> None:
    assert ball_volume(1.0) == pytest.approx(math.pi / 6)
    assert ball_volume(2.0) == pytest.approx(8 * ball_volume(1.0))


# ---- collagen --------------------------------------------------------------------------------------------------------


@given(st.floats(0, 5), st.floats(0, 2), st.floats(0, 2), st.floats(0.01, 30))
def test_relaxation_is_exact(value: float, source: float, loss: float, dt: float) -> None:
    expected = linalg.expm(np.array([[-loss, source], [0.0, 0.0]]) * dt) @ [value, 1.0]
    assert relax(value, source, loss, dt) == pytest.approx(expected[0], rel=1e-9, abs=1e-12)


def test_collagen_of_a_lesion(tissue, place) -> None:
    """Fibroblasts deposit, align and digest; density and order fade at the turnover of the host."""
    tables, state = tissue
    put(state, 0, (7e6, 2e6, 0), site=0)
    state["stroma"][0, place("fibroblast")] = 1_000_000
    state["matrix"][0] = (1.0, 0.2)
    update_volume(tables, state, 0)
    read_lesion(tables, state, 0)
    turnover = float(tables["body"]["collagen_turnover"])
    deposition, alignment, digestion = (
        matrix_rate(tables, state, state["behaviours"], row) for row in range(3)
    )
    assert deposition > 0.0
    assert alignment > 0.0
    assert digestion > 0.0
    _grow_matrix(tables, state, 0, 3.0)
    gone = turnover + digestion
    rest, kept = deposition / gone, math.exp(-3.0 * gone)
    assert state["matrix"][0, 0] == pytest.approx(rest + (1.0 - rest) * kept)
    loss = turnover + alignment
    expected = alignment / loss + (0.2 - alignment / loss) * math.exp(-3.0 * loss)
    assert state["matrix"][0, 1] == pytest.approx(expected)
    assert 0.0 <= state["matrix"][0, 1] <= 1.0


# ---- other cell types ------------------------------------------------------------------------------------------------


def stroma_runs(tables, state, place: int, start: int, dt: float, runs: int = 4000) -> np.ndarray:
    """Counts of one cell type after dt (day) from `start`, `runs` times."""
    counts = np.empty(runs)
    for tick in range(runs):
        state["stroma"][0] = 0
        state["stroma"][0, place] = start
        _grow_stroma(tables, state, 0, KEY, tick, dt)
        counts[tick] = state["stroma"][0, place]
    return counts


@pytest.mark.parametrize("dt", [0.25, 1.0, 7.0])
def test_recruitment_and_death_are_immigration_and_death(tissue, place, dt: float) -> None:
    """Mean and variance after dt from 500 cells against the closed form; 3 % more recruitment is rejected."""
    tables, state = tissue
    cell = place("NK cell")  # nothing transforms it, no rule changes it
    put(state, 0, (9e5, 0, 0), site=0)
    update_volume(tables, state, 0)
    read_lesion(tables, state, 0)
    arriving = float(state["behaviours"][tables["behaviour"]["recruitment"][cell]] * state["volume"][0])
    dying = float(state["behaviours"][tables["behaviour"]["death"][cell]])
    counts, kept = stroma_runs(tables, state, cell, 500, dt), math.exp(-dying * dt)
    newcomers = arriving * (1 - kept) / dying
    mean, variance = 500 * kept + newcomers, 500 * kept * (1 - kept) + newcomers
    limit = stats.norm.isf(FALSE_ALARM / 2)
    error = math.sqrt(variance / counts.size)
    assert abs(counts.mean() - mean) < limit * error
    assert (
        FALSE_ALARM / 2
        < stats.chi2(counts.size - 1).cdf(counts.var() / variance * counts.size)
        < 1 - FALSE_ALARM / 2
    )
    assert abs(counts.mean() - mean - 0.03 * newcomers) > limit * error


def test_neutrophils_come_as_the_blood_has_them(tissue, place) -> None:
    tables, state = tissue
    put(state, 0, (9e5, 0, 0), site=0)
    update_volume(tables, state, 0)
    read_lesion(tables, state, 0)
    cell = place("neutrophil")
    plain = stroma_runs(tables, state, cell, 0, 0.25, 1000).mean()
    state["marrow"][4] = 0.3
    assert stroma_runs(tables, state, cell, 0, 0.25, 1000).mean() == pytest.approx(0.3 * plain, rel=0.02)


def test_depletion_adds_to_death(tissue, place) -> None:
    tables, state = tissue
    cell = place("NK cell")
    put(state, 0, (9e5, 0, 0), site=0)
    update_volume(tables, state, 0)
    read_lesion(tables, state, 0)
    state["depletion"][cell] = 2.0
    dying = float(state["behaviours"][tables["behaviour"]["death"][cell]]) + 2.0
    state["behaviours"][tables["behaviour"]["recruitment"][cell]] = 0.0
    counts = stroma_runs(tables, state, cell, 1000, 1.0, 500)
    assert counts.mean() == pytest.approx(1000 * math.exp(-dying), rel=0.02)


def test_transformation_moves_cells_and_loses_none(tissue, place) -> None:
    tables, state = tissue
    put(state, 0, (9e5, 0, 0), site=0)
    state["behaviours"][:] = 0.0
    state["volume"][0] = 10.0
    source, target = place("macrophage"), place("tumour-associated macrophage")
    rows = tables["behaviour"]["transformation"][: tables["count"]["transformations"]]
    behaviour = next(row[2] for row in rows if (row[0], row[1]) == (source, target))
    state["behaviours"][behaviour] = 0.4
    state["stroma"][0, source] = 1_000_000
    _grow_stroma(tables, state, 0, KEY, 3, 1.0)
    moved = int(state["stroma"][0, target])
    assert moved + state["stroma"][0, source] == 1_000_000
    assert stats.binomtest(moved, 1_000_000, 1 - math.exp(-0.4)).pvalue > FALSE_ALARM
    assert stats.binomtest(moved, 1_000_000, 1 - math.exp(-0.41)).pvalue < FALSE_ALARM


# ---- growth ----------------------------------------------------------------------------------------------------------


def test_growth_of_a_large_lesion_in_the_mean(tissue, place) -> None:
    """Tumour cells after a step are those of the matrix exponential at the rates of its start, killing included."""
    tables, state = tissue
    tables["sites"]["stress"][LUNG] = 1.3
    start = (4_000_000, 5_000_000, 0)
    put(state, 1, start)
    state["stroma"][1, place("CD8 T cell")] = 200_000
    update_volume(tables, state, 1)
    for _ in range(30):  # secretion follows levels with a delay of one reading
        read_lesion(tables, state, 1)
    index, behaviours = tables["behaviour"]["tumour"], state["behaviours"].copy()
    killing = killing_rate(tables, state)
    assert killing > 0.02
    state["depletion"][0] = 0.1
    _, loss = lesion_crowding(tables, LUNG, float(state["volume"][1]))
    assert loss > 0.05
    entry, division, death = (behaviours[index[name]] for name in (CYCLE_ENTRY, DIVISION, DEATH))
    grow_large(tables, state, 1, KEY, 0, 0.25)
    rhythm = np.array([[-entry, 2 * division], [entry, -division]])
    expected = math.exp(-0.25 * (1.3 * death + killing + loss + 0.1)) * linalg.expm(rhythm * 0.25) @ start[:2]
    assert state["cells"][1, :2] == pytest.approx(expected, rel=3e-3)
    assert state["cells"][1, DAMAGED] == 0
    without = math.exp(-0.25 * (1.3 * death + loss + 0.1)) * linalg.expm(rhythm * 0.25) @ start[:2]
    assert state["cells"][1, :2] != pytest.approx(without, rel=3e-3)


def test_a_drug_damages_cycling_cells_only(tissue, black6) -> None:
    tables, state = tissue
    state["exposure"][black6.drug_names.index("paclitaxel"), :] = 1e9  # the largest rate of damage
    put(state, 0, (2_000_000, 0, 0), site=0)
    update_volume(tables, state, 0)
    tables["rules"]["maximum"][tables["behaviour"]["tumour"][CYCLE_ENTRY]] = 0.0
    tables["rules"]["base"][tables["behaviour"]["tumour"][CYCLE_ENTRY]] = 0.0
    grow_large(tables, state, 0, KEY, 0, 0.25)
    assert state["cells"][0, DAMAGED] == 0
    put(state, 0, (0, 2_000_000, 0), site=0)
    grow_large(tables, state, 0, KEY, 0, 0.25)
    assert state["cells"][0, DAMAGED] > 100_000


def test_growth_of_small_lesions(tissue) -> None:
    """Mean growth at the rates of the organ; a lesion of SHARED_BELOW cells becomes a large one."""
    tables, state = tissue
    sizes = []
    for tick in range(3000):
        put(state, 1, (100, 0, 0), small=1)
        grow_small(tables, state, 1, 0.7, 0.3, KEY, tick, 1.0)
        sizes.append(int(state["cells"][1, 0]))
    error = np.std(sizes) / math.sqrt(len(sizes))
    assert abs(np.mean(sizes) - 100 * math.exp(0.4)) < 4.5 * error
    assert abs(np.mean(sizes) - 100 * math.exp(0.42)) > 4.5 * error
    assert state["small"][1] == 1
    put(state, 1, (999, 0, 0), small=1)
    grow_small(tables, state, 1, 3.0, 0.0, KEY, 1, 1.0)
    assert state["small"][1] == 0
    assert tumour_cells(state, 1) >= SHARED_BELOW


def test_becoming_large_keeps_every_cell(tissue) -> None:
    """Cells are conserved, stages follow the organ's shares, other cells its densities, and the volume goes on."""
    tables, state = tissue
    state["shares"][LUNG] = (0.3, 0.6, 0.1)
    total = 1_000_000
    put(state, 1, (total, 0, 0), small=1)
    update_volume(tables, state, 1)
    before = float(state["volume"][1])
    make_large(tables, state, 1, KEY, 7)
    update_volume(tables, state, 1)
    assert tumour_cells(state, 1) == total
    shares = state["cells"][1] / total
    assert shares == pytest.approx([0.3, 0.6, 0.1], abs=3e-3)
    assert stats.binomtest(int(state["cells"][1, CYCLING]), total, 0.6).pvalue > FALSE_ALARM
    assert stats.binomtest(int(state["cells"][1, QUIESCENT]), total, 0.31).pvalue < FALSE_ALARM
    assert state["volume"][1] == pytest.approx(before, rel=1e-5)
    assert state["stroma"][1, 1:] == pytest.approx(state["niche"][LUNG, 1:] * before, abs=1)
    assert (state["levels"][1] == state["niche_levels"][LUNG]).all()
    assert state["matrix"][1].tolist() == state["niche_matrix"][LUNG].tolist()


# ---- the list of lesions ---------------------------------------------------------------------------------------------


def test_extinct_lesions_leave_no_gap(tissue) -> None:
    _, state = tissue
    for lesion, cells in enumerate([0, 50, 0, 70, 0, 0, 90]):
        put(
            state,
            lesion,
            (0, cells, 0),
            site=lesion % 7,
            founders=lesion,
            kind=lesion % 3,
            reached=lesion % 2,
        )
        for name in ("stroma", "levels", "matrix"):
            state[name][lesion] = lesion
        state["volume"][lesion] = 0.5 * lesion
    remove_dead_lesions(state)
    assert state["count"][LESIONS] == 4  # the primary stays, though it is empty
    for place, lesion in enumerate([0, 1, 3, 6]):
        assert tumour_cells(state, place) == (0, 50, 0, 70, 0, 0, 90)[lesion]
        assert (state["founders"][place], state["lineage"][place]) == (lesion, 100 + lesion)
        assert (state["site"][place], state["kind"][place], state["reached"][place]) == (
            lesion % 7,
            lesion % 3,
            lesion % 2,
        )
        assert state["volume"][place] == 0.5 * lesion
        for name in ("stroma", "levels", "matrix"):
            assert (state[name][place] == lesion).all()


def test_nothing_to_remove_before_inoculation(tissue) -> None:
    _, state = tissue
    state["count"][LESIONS] = 0
    remove_dead_lesions(state)
    assert state["count"][LESIONS] == 0


def test_a_macrometastasis_is_counted_once(tissue) -> None:
    _, state = tissue
    put(state, 0, (1, 0, 0), site=0, volume=1e3)
    put(state, 1, (1, 0, 0), volume=0.999 * MACROMETASTASIS_VOLUME, kind=2)
    put(state, 2, (1, 0, 0), volume=1.001 * MACROMETASTASIS_VOLUME, kind=1)
    count_macrometastases(state)
    count_macrometastases(state)
    assert state["funnel"][LUNG, MACROMETASTASIS].tolist() == [0, 1, 0]
    state["volume"][2] = 0.0  # it shrinks and grows again
    count_macrometastases(state)
    state["volume"][1:3] = 1.0
    count_macrometastases(state)
    assert state["funnel"][LUNG, MACROMETASTASIS].tolist() == [0, 1, 1]
    assert state["funnel"][0, MACROMETASTASIS].sum() == 0  # the primary is none
    assert ball_volume(0.5) == pytest.approx(MACROMETASTASIS_VOLUME)
