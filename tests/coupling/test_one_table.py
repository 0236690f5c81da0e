"""One table of rules for both engines: at the same signals a behaviour has the same bits, up to the unit.

The host engine evaluates its table through `mean_over_contacts`, the tissue engine its own through `value_in_cell`.
Without contact signals both are the same response. Limits in the unit of the tissue are those of the host times one
factor: the table of the host with its limits times that factor gives the same bits, and times that factor afterwards
the same number but for rounding.
"""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.coupling.tissue_parts import behaviours_of
from paget.host.state import new_state
from paget.rules.rule_table import WORKSPACE, mean_over_contacts, value_in_cell
from paget.tissue.compile import compile_definition

LIMITS = ("base", "minimum", "maximum")


@pytest.fixture(scope="module")
def pairs(tissue, mouse):
    """(row of the tissue's rules, place in the host's table, factor) of every ruled behaviour in the tissue."""
    compiled = compile_definition(tissue.definition)
    names = compiled.vocabulary.behaviours
    table, rules, result = tissue.compiled.tables["rules"], compiled.rules, []
    words = {(w.cell_type, w.name): w.place for w in behaviours_of(mouse, tissue.compiled)}
    for kind, cell_type in enumerate(tissue.definition.cell_types):
        for row in range(rules.first_ruled[kind], rules.first_ruled[kind + 1]):
            place = words[cell_type.name, names[compiled.columns[rules.column[row]]]]
            result.append((row, place, rules.base[row] / table["base"][place]))
    assert len(result) >= 4
    return compiled, result


def host_signals(tissue, sensed: dict[str, float], kind: int) -> np.ndarray:
    """The vector of signals of the host engine for a cell of one type, from signals by name."""
    tables, compiled = tissue.compiled.tables, tissue.compiled
    signals = np.zeros(int(tables["signal"]["cytotoxic_exposure"]) + 1)
    for name, value in sensed.items():
        if name in compiled.factors:
            signals[compiled.factors.index(name)] = value
        elif name.endswith(" activity"):
            receptor = compiled.receptors.index(name.removesuffix(" activity"))
            signals[tables["signal"]["activity"] + kind * len(compiled.receptors) + receptor] = value
        else:
            signals[tables["signal"][name]] = value
    return signals


def both(
    tissue, compiled, row: int, place: int, values: list[float], factor: float
) -> tuple[float, float, float]:
    """The behaviour in the tissue, in the host with limits times the factor, and in the host times the factor."""
    rules = compiled.rules
    kind = int(np.searchsorted(rules.first_ruled, row, side="right")) - 1
    sensed = np.array(values[: len(rules.sensed)])
    names = [compiled.vocabulary.signals[number] for number in rules.sensed]
    signals = host_signals(tissue, dict(zip(names, sensed, strict=True)), kind)
    table = tissue.compiled.record.copy()[0]["rules"]
    plain = mean_over_contacts(table, place, signals, np.zeros(WORKSPACE))
    for limit in LIMITS:
        table[limit][place] *= factor
    scaled = mean_over_contacts(table, place, signals, np.zeros(WORKSPACE))
    return value_in_cell(rules, row, sensed, False, 0.0), scaled, plain * factor


@given(values=st.lists(st.floats(0.0, 20.0), min_size=12, max_size=12))
def test_same_bits(tissue, pairs, values) -> None:
    compiled, found = pairs
    for row, place, factor in found:
        factor = 1.0 / 1440.0 if abs(factor * 1440.0 - 1.0) < 1e-12 else factor
        here, scaled, plain = both(tissue, compiled, row, place, values, factor)
        assert here == scaled
        assert here == pytest.approx(plain, rel=1e-14)


def test_planted_fault_is_seen(tissue, pairs) -> None:
    """A half-maximum that is off by a part in 1e9 changes bits."""
    compiled, found = pairs
    row, place, factor = found[0]
    faulty = compiled.rules._replace(half=compiled.rules.half * (1.0 + 1e-9))
    values = [0.7] * 12
    good, scaled, _ = both(tissue, compiled, row, place, values, 1.0 / 1440.0)
    assert factor == pytest.approx(1.0 / 1440.0)
    bad = value_in_cell(faulty, row, np.array(values[: len(compiled.rules.sensed)]), False, 0.0)
    assert good == scaled != bad


def test_rules_stand_in_the_same_order(tissue, pairs) -> None:
    """Sums over signals have the same order in both engines; otherwise their last bits would differ."""
    compiled, found = pairs
    table, rules = tissue.compiled.tables["rules"], compiled.rules
    for row, place, _ in found:
        here = slice(rules.first_rule[row], rules.first_rule[row + 1])
        there = slice(table["first_rule"][place], table["first_rule"][place + 1])
        assert rules.half[here].tolist() == table["half"][there].tolist()
        assert rules.increases[here].tolist() == table["increases"][there].tolist()


def test_records_of_the_engines_are_told_apart(tissue) -> None:
    """Numba must not run, with a warning, the kernels of one engine's plasma on the state of the other."""
    compiled = tissue.compiled
    animal = numba.typeof(new_state(compiled.tables, compiled.axes)[0])
    supply = numba.typeof(tissue.biology().treatment.now)
    assert animal.can_convert_to(None, supply) is None
    assert supply.can_convert_to(None, animal) is None
