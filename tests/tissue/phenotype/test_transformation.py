"""A cell of one type becomes one of another: how often, what it keeps, what it takes on.

Statistical check. Null: of n cells with rates to two types, the shares after one step are those of two trials in turn.
Statistic: chi-square. False-alarm rate 1e-3, fixed seed; rates exchanged must be caught.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from paget.tissue.cells import NOBODY, TARGET_NUCLEAR_SOLID, TOTAL
from paget.tissue.definition import CellType, Definition, Rule, Volume
from paget.tissue.phenotype import may_transform


def tissue_of(phenotype, rates, n: int = 1, rules=()):
    """Cells of the first of three types, with rates of becoming each."""
    behaviours = {f"transform to {name}": rate for name, rate in zip("abc", rates, strict=True)}
    types = (
        CellType("a", 0, phenotype.LIVE, behaviours),
        CellType("b", 1, phenotype.FLOW, {"custom:charge": 8.0, "custom:label": 9.0, "migration speed": 4.0},
                 volume=Volume(4000.0, 0.8, 900.0)),
        CellType("c", 2, phenotype.LIVE),
    )  # fmt: skip
    definition = Definition(
        phenotype.BOX, (phenotype.OXYGEN,), types, rules, custom={"charge": True, "label": False}
    )
    return phenotype.Tissue(definition, [0] * n, migration_speed=np.ones(n))


@pytest.mark.parametrize("linear", [False, True])
def test_types_are_asked_in_turn(phenotype, linear: bool) -> None:
    n, rates = 6000, (0.0, 0.05, 0.03)
    tissue = tissue_of(phenotype, rates, n)
    tissue.step(linear=linear)
    to_b, to_c = (rate * 6 if linear else 1 - math.exp(-rate * 6) for rate in rates[1:])
    expected = n * np.array([(1 - to_b) * (1 - to_c), to_b, (1 - to_b) * to_c])
    seen = np.bincount(tissue.cells["kind"], minlength=3)
    assert stats.chisquare(seen, expected).pvalue > 1e-3
    assert stats.chisquare(seen, expected[[0, 2, 1]]).pvalue < 1e-3, "planted fault"


def test_what_a_cell_keeps_and_what_it_takes_on(phenotype) -> None:
    tissue = tissue_of(phenotype, (0.0, 9.0, 0.0))
    cells = tissue.cells
    cells["held"][:], cells["damage"][:], cells["calcified"][:] = 4.0, 0.7, 0.2
    cells["attack"][:], cells["target"][:] = (3.0, 2.0), 0
    cells["motility"][:] = 1.0
    cells["elapsed"][:] = 50.0
    tissue.column("migration speed")[:] = 99.0
    tissue.column("custom:charge")[:] = 1.25
    before = cells["volume"].copy()
    tissue.step()
    assert cells["kind"][0] == 1
    assert cells["phase"][0] == 0
    assert cells["elapsed"][0] == 6.0, "its cycle begins in the step in which it transforms"
    assert tissue.column("migration speed")[0] == 4.0
    assert tissue.column("custom:charge")[0] == 1.25, "a shared amount stays"
    assert cells["held"][0, 0] == 4.0
    assert cells["calcified"][0] == 0.2
    assert cells["damage"][0] == 0.0
    assert cells["attack"][0].tolist() == [3.0, 0.0]
    assert cells["target"][0] == NOBODY
    assert not cells["motility"].any()
    assert cells["volume"][0, TARGET_NUCLEAR_SOLID] == pytest.approx(900.0 * 0.2, rel=1e-14)
    assert cells["volume"][0, TOTAL] == pytest.approx(before[0, TOTAL], rel=0.2), "volume is not reset"


def test_the_dead_do_not_transform(phenotype) -> None:
    tissue = tissue_of(phenotype, (0.0, 0.0, 9.0), 5)
    tissue.cells["flags"][:] = 1
    tissue.cells["model"][:] = 1
    tissue.step()
    assert not tissue.cells["kind"].any()


def test_rules_of_the_new_type_act_at_once(phenotype) -> None:
    """Transformation comes first, then the rules: those of the type that the cell now has, on what it is now."""
    rules = (
        Rule("a", "damage", True, "migration speed", 1e-9, 1.0, 20.0),
        Rule("b", "damage", True, "migration speed", 0.5, 1.0, 10.0),
    )
    tissue = tissue_of(phenotype, (0.0, 9.0, 0.0), 1, rules)
    tissue.cells["damage"][:] = 0.5
    tissue.step()
    assert tissue.cells["kind"][0] == 1
    assert tissue.column("migration speed")[0] == 4.0, "its damage is gone when the rule is read"


def test_without_rates_it_costs_nothing(phenotype) -> None:
    assert not may_transform(tissue_of(phenotype, (0.0, 0.0, 0.0)).compiled)
    assert may_transform(tissue_of(phenotype, (0.0, 0.1, 0.0)).compiled)
    rule = Rule("a", "pressure", True, "transform to b", 1.0, 1.0, 1.0)
    assert may_transform(tissue_of(phenotype, (0.0, 0.0, 0.0), rules=(rule,)).compiled)
