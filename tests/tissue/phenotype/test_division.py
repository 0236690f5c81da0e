"""Division: where daughters lie, what they share and inherit, whose lineage they have, which type they are.

Statistical checks. Nulls: directions are uniform on the sphere; types have their probabilities. Statistics:
Kolmogorov-Smirnov of each axis; chi-square. False-alarm rate 1e-3 each, fixed seed; planted faults must be caught.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from paget.keyed_random import daughter_lineage
from paget.tissue.cells import ALWAYS, DIVIDES, NOBODY, OPTIONAL, OUTSIDE
from paget.tissue.definition import CellType, Definition, Rule
from paget.tissue.division import COPIED, divide
from paget.tissue.phenotype import conserved_columns

RADIUS = 8.412710547954228


def tissue_of(phenotype, n: int, domain=None, behaviours=None, custom=None, position=None):
    """n cells of the first of three types."""
    types = [CellType(name, k, phenotype.LIVE, behaviours or {}) for k, name in enumerate("abc")]
    definition = Definition(domain or phenotype.BOX, (phenotype.OXYGEN,), tuple(types), custom=custom or {})
    return phenotype.Tissue(definition, [0] * n, position)


def split(tissue, rows=slice(None)) -> int:
    """Divide some cells now."""
    tissue.cells["flags"][rows] |= DIVIDES
    return divide(tissue.cells, tissue.compiled, conserved_columns(tissue.compiled), tissue.key, tissue.tick)


def test_daughters_part_in_a_uniform_direction(phenotype) -> None:
    n = 3000
    tissue = tissue_of(phenotype, n)
    assert split(tissue) == n
    place = tissue.cells["place"]
    assert np.linalg.norm(place[n:, :3], axis=1) == pytest.approx(np.full(n, RADIUS), rel=1e-12)
    assert place[:n, :3] == pytest.approx(-0.5 * place[n:, :3], rel=1e-12)
    assert place[:, 3] == pytest.approx(RADIUS / 2 ** (1 / 3), rel=1e-12)
    for axis in range(3):
        assert stats.kstest(place[n:, axis] / RADIUS, "uniform", (-1, 2)).pvalue > 1e-3
    towards_the_pole = np.cos(np.pi * np.random.default_rng(0).random(n))
    assert stats.kstest(towards_the_pole, "uniform", (-1, 2)).pvalue < 1e-3, "planted fault"


def test_in_two_dimensions_the_direction_is_projected(phenotype) -> None:
    n = 3000
    tissue = tissue_of(phenotype, n, phenotype.SHEET)
    split(tissue)
    place = tissue.cells["place"]
    assert not place[:, 2].any()
    height = np.sqrt(1 - np.minimum((place[n:, :3] ** 2).sum(axis=1) / RADIUS**2, 1.0))
    assert stats.kstest(height, "uniform").pvalue > 1e-3
    angle = np.arctan2(place[n:, 1], place[n:, 0])
    assert stats.kstest(angle, "uniform", (-np.pi, 2 * np.pi)).pvalue > 1e-3


def test_voxels_follow_and_cells_beyond_a_face_are_outside(phenotype) -> None:
    rng = np.random.default_rng(4)
    tissue = tissue_of(phenotype, 500, position=rng.uniform(-100, 100, (500, 3)))
    split(tissue)
    place, flags = tissue.cells["place"][:, :3], tissue.cells["flags"]
    beyond = (abs(place) > 100.0).any(axis=1)
    assert beyond.any()
    assert np.array_equal((flags & OUTSIDE) != 0, beyond)
    i, j, k = np.clip(((place + 100.0) / 20.0).astype(int), 0, 9).T
    assert np.array_equal(tissue.cells["voxel"][~beyond], ((k * 10 + j) * 10 + i)[~beyond])
    assert not (flags & DIVIDES).any()


def test_what_is_shared_and_what_is_inherited(phenotype) -> None:
    tissue = tissue_of(
        phenotype, 2, custom={"charge": True, "label": False}, behaviours={"custom:charge": 6.0}
    )
    cells = tissue.cells
    cells["held"][:] = 4.0
    cells["damage"][:] = 0.7
    cells["attack"][:] = (3.0, 2.0)
    cells["target"][:] = (1, 0)
    cells["calcified"][:] = 0.2
    cells["pressure"][:] = 1.5
    cells["nuclei"][:] = 2
    cells["previous_velocity"][:] = 1.0
    cells["springs"][:, 0] = (1, 0)
    split(tissue, slice(0, 1))
    cells = tissue.cells
    assert cells["held"][:, 0].tolist() == [2.0, 4.0, 2.0]
    assert tissue.column("custom:charge").tolist() == [3.0, 6.0, 3.0]
    assert cells["damage"].tolist() == [0.7] * 3
    assert cells["attack"].tolist() == [[0.0, 2.0], [3.0, 2.0], [0.0, 2.0]]
    assert cells["target"].tolist() == [1, 0, 1]
    assert cells["calcified"].tolist() == [0.2] * 3
    assert cells["pressure"].tolist() == [1.5, 1.5, 0.0]
    assert cells["nuclei"].tolist() == [2, 2, 1]
    assert cells["previous_velocity"][:, 0].tolist() == [1.0, 1.0, 0.0]
    assert (cells["springs"] == NOBODY).all(), "both ends of the spring are free"
    assert cells["identifier"].tolist() == [0, 1, 2]


def test_lineages_never_repeat(phenotype) -> None:
    tissue = tissue_of(phenotype, 1)
    first = tissue.cells["lineage"][0]
    for _ in range(10):
        split(tissue)
    lineage = tissue.cells["lineage"]
    assert len(np.unique(lineage)) == 1024
    assert lineage[0] == first
    assert lineage[1] == np.uint64(daughter_lineage(first, 1))
    assert lineage[2] == np.uint64(daughter_lineage(first, 2))
    assert tissue.cells["divisions"][0] == 10
    assert tissue.cells["divisions"][1] == 9


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0)),
        ((0.2, 0.3, 0.5), (0.2, 0.3, 0.5)),
        ((0.0, 0.3, 0.1), (0.6, 0.3, 0.1)),
        ((0.9, 0.3, 0.1), (0.6, 0.3, 0.1)),
    ],
)
def test_types_of_daughters(phenotype, shares, expected) -> None:
    """What is left to 1 keeps the type of the mother; what is too much is taken from her own type."""
    n = 4000
    behaviours = {f"asymmetric division to {name}": share for name, share in zip("abc", shares, strict=True)}
    tissue = tissue_of(phenotype, n, behaviours=behaviours)
    split(tissue)
    kind = tissue.cells["kind"]
    assert not kind[:n].any(), "mothers stay what they are"
    seen = np.bincount(kind[n:], minlength=3)
    possible = np.array(expected) > 0
    assert not seen[~possible].any()
    if possible.sum() > 1:
        assert stats.chisquare(seen[possible], n * np.array(expected)[possible]).pvalue > 1e-3
        skewed = n * (np.array(expected) + np.array([0.05, -0.05, 0.0]))
        assert stats.chisquare(seen, skewed).pvalue < 1e-3, "planted fault"


def test_every_array_is_accounted_for() -> None:
    """What a daughter does not have from her mother is hers from the start, or begins at 0. For who adds an array."""
    own = {"identifier", "lineage", "voxel", "springs", "nuclei"}
    at_zero = {"flags", "divisions", "pressure", "previous_velocity"}
    assert set(COPIED) | own | at_zero == {*ALWAYS, *OPTIONAL, "columns"}
    assert not set(COPIED) & (own | at_zero)


def test_without_a_flag_nothing_happens(phenotype) -> None:
    tissue = tissue_of(phenotype, 5)
    before = tissue.cells.state()
    assert divide(tissue.cells, tissue.compiled, conserved_columns(tissue.compiled), tissue.key, 0) == 0
    assert all(np.array_equal(before[name], value) for name, value in tissue.cells.state().items())


def test_a_rule_may_choose_the_type(phenotype) -> None:
    """An asymmetric division that only a rule brings about."""
    types = [
        CellType(name, k, phenotype.LIVE, {"exit from cycle phase 0": 9.0}) for k, name in enumerate("ab")
    ]
    rule = Rule("a", "pressure", True, "asymmetric division to b", 1e-9, 1.0, 1.0)
    tissue = phenotype.Tissue(Definition(phenotype.BOX, (), tuple(types), (rule,)), [0] * 20)
    tissue.cells["pressure"][:] = 1.0
    assert tissue.step() == (20, 0)
    assert tissue.cells["kind"].tolist() == [0] * 20 + [1] * 20
