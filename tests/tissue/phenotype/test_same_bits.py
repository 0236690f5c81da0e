"""The same bits for any number of threads, any partition of the cells, any order of rows."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paget.compiled import thread_count
from paget.tissue import phenotype as phenotype_step
from paget.tissue.definition import CellType, Definition, Rule
from paget.tissue.phenotype_arrays import Moment, Selves, kinds_of


def tissue_of(phenotype, n: int = 300):
    """Cells of two types that do everything, in a random field."""
    behaviours = {"apoptosis": 0.001, "necrosis": 0.001, "damage rate": 0.01, "asymmetric division to b": 0.3}
    types = (
        CellType(
            "a", 0, phenotype.LIVE, behaviours | {"exit from cycle phase 0": 0.01, "transform to b": 0.002}
        ),
        CellType("b", 1, phenotype.LIVE, behaviours | {"exit from cycle phase 0": 0.02}),
    )
    rules = (
        Rule("a", "oxygen", True, "exit from cycle phase 0", 20.0, 4.0, 0.03),
        Rule("a", "oxygen gradient", False, "exit from cycle phase 0", 1.0, 2.0, 0.0),
        Rule("b", "contact with a", True, "transform to a", 3.0, 2.0, 0.05),
        Rule("b", "contact with dead cell", True, "apoptosis", 1.0, 1.0, 0.05),
    )
    rng = np.random.default_rng(8)
    definition = Definition(phenotype.BOX, (phenotype.OXYGEN,), types, rules)
    tissue = phenotype.Tissue(definition, rng.integers(0, 2, n), rng.uniform(-60, 60, (n, 3)))
    tissue.level[:] = rng.uniform(0, 38, tissue.level.shape)
    return tissue


def states(tissue) -> dict[str, np.ndarray]:
    return tissue.cells.state()


def test_one_thread_and_two(phenotype, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few cells are advanced without threads; here all three ways are taken."""
    results = []
    for threads, serial_below in ((1, 2000), (1, 0), (2, 0)):
        monkeypatch.setattr(phenotype_step, "SERIAL_BELOW", serial_below)
        tissue = tissue_of(phenotype)
        with thread_count(threads):
            tissue.step(8)
        results.append(states(tissue))
    assert results[0]["next_identifier"] > 400
    for other in results[1:]:
        assert all(np.array_equal(results[0][name], other[name]) for name in other)


@settings(max_examples=15)
@given(st.lists(st.integers(0, 300), max_size=6))
def test_any_partition_of_the_cells(phenotype, cuts: list[int]) -> None:
    """Cells advanced in parts, the last part first, are what they are when advanced in one go."""
    results = []
    for edges in ([0, 300], sorted({0, 300, *cuts})):
        tissue = tissue_of(phenotype)
        compiled, cells = tissue.compiled, tissue.cells
        index = compiled.vocabulary
        moment = Moment(tissue.key, 3, 18.0, 6.0, False, True, True)
        signals = np.ones((300, len(compiled.rules.sensed)))
        for first, last in list(itertools.pairwise(edges))[::-1]:
            phenotype_step.advance_part(
                cells.part(Selves), kinds_of(compiled.types), compiled.rules, index.behaviour, index.signal,
                phenotype_step.conserved_columns(compiled), tissue.level, np.full(3, 20.0), moment,
                first, last, signals,
            )  # fmt: skip
        results.append(states(tissue))
    assert all(np.array_equal(results[0][name], results[1][name]) for name in results[0])


def test_any_order_of_rows(phenotype) -> None:
    """What happens to a cell does not depend on its row: only identifiers of daughters follow the order of rows."""
    plain, shuffled = tissue_of(phenotype), tissue_of(phenotype)
    shuffled.cells.take(np.random.default_rng(1).permutation(300))
    for tissue in (plain, shuffled):
        tissue.step(8)
    one, other = (
        {
            name: array[np.argsort(tissue.cells["lineage"])]
            for name, array in states(tissue).items()
            if array.ndim
        }
        for tissue in (plain, shuffled)
    )
    assert len(one["kind"]) > 250
    for name in set(one) - {"identifier", "springs"}:
        assert np.array_equal(one[name], other[name]), name


@pytest.mark.parametrize("capacity", [16, 100_000])
def test_room_to_grow_changes_nothing(phenotype, capacity: int) -> None:
    tissue = tissue_of(phenotype)
    tissue.cells.reserve(capacity)
    tissue.step(5)
    plain = tissue_of(phenotype)
    plain.step(5)
    first, second = states(tissue), states(plain)
    assert all(np.array_equal(first[name], second[name]) for name in first)
