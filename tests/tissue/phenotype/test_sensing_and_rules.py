"""Signals of a cell by name, its contacts against brute force, and rules: both directions, dead cells, order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paget.rules.rule_table import value_in_cell
from paget.tissue.cells import APOPTOTIC, DEAD, LIVE, NECROTIC, OUTSIDE, REMOVED
from paget.tissue.contacts import Touching
from paget.tissue.definition import CellType, Definition, Factor, Rule
from paget.tissue.phenotype import phenotype_step, senses_contacts
from paget.tissue.sensing import count_contacts
from paget.tissue.tables import Bases

CONTACTS = (
    "contact with a", "contact with b", "contact with live cell", "contact with dead cell",
    "contact with apoptotic cell", "contact with necrotic cell", "contact with other dead cell",
    "contact with basement membrane",
)  # fmt: skip


def tissue_of(phenotype, rules, n: int = 1, position=None, arrays=None, kinds=None, behaviours=None):
    types = (
        CellType("a", 0, phenotype.LIVE, {"custom:one": 0.5, "custom:two": 0.25} | (behaviours or {})),
        CellType("b", 1, phenotype.LIVE, {"relative maximum adhesion distance": 2.0}),
    )
    definition = Definition(
        phenotype.BOX, (Factor("x", 1.0, 1.0), Factor("y", 1.0, 1.0)), types, tuple(rules),
        custom={"one": False, "two": False}, receptors=("R", "S"),
    )  # fmt: skip
    return phenotype.Tissue(definition, [0] * n if kinds is None else kinds, position, arrays)


def heard(tissue, signal_value: float) -> float:
    """What a rule with half-maximum 1, power 1 makes of `migration speed` from 1 towards 3."""
    return 1.0 + 2.0 * signal_value / (1.0 + signal_value)


SIGNALS = {
    "x": 7.0, "y": 5.0, "x gradient": 0.5, "intracellular y": 3.0 / 2494.0, "pressure": 1.25, "volume": 2494.0,
    "damage": 0.7, "damage delivered": 2.0, "attacking": 1.0, "dead": 0.0, "total attack time": 3.0, "time": 42.0,
    "custom:one": 0.5, "custom:two": 0.25, "apoptotic": 0.0, "necrotic": 0.0, "S activity": 0.9, "R activity": 0.1,
    "contact with basement membrane": 0.0,
}  # fmt: skip


@pytest.mark.parametrize("signal", SIGNALS)
def test_each_signal_by_name(phenotype, signal: str) -> None:
    tissue = tissue_of(phenotype, [Rule("a", signal, True, "migration speed", 1.0, 1.0, 3.0)])
    cells = tissue.cells
    tissue.level[0] = 7.0 + 0.3 * 20.0 * np.arange(-5, 5) + 0.4 * 20.0 * np.arange(-5, 5).reshape(10, 1)
    tissue.level[1] = 5.0
    cells["held"][:] = (1.0, 3.0)
    cells["pressure"][:], cells["damage"][:], cells["attack"][:], cells["target"][:] = (
        1.25,
        0.7,
        (3.0, 2.0),
        0,
    )
    cells["activity"][:] = (0.1, 0.9)
    tissue.time = 42.0
    tissue.step()
    assert tissue.column("migration speed")[0] == pytest.approx(heard(tissue, SIGNALS[signal]), rel=1e-12)


@pytest.mark.parametrize(
    "signal", ["intracellular y", "damage", "damage delivered", "attacking", "total attack time"]
)
def test_what_a_model_does_not_have_is_zero(phenotype, signal: str) -> None:
    tissue = tissue_of(phenotype, [Rule("a", signal, True, "migration speed", 1.0, 1.0, 3.0)], arrays=())
    tissue.step()
    assert tissue.column("migration speed")[0] == 1.0


def crowd(phenotype, seed: int):
    """60 cells of two types in all states, and a rule for every contact signal."""
    rng = np.random.default_rng(seed)
    rules = [
        Rule("a", name, True, f"exit from cycle phase {k % 6}", 1.0, 1.0, 3.0)
        for k, name in enumerate(CONTACTS)
    ]
    tissue = tissue_of(phenotype, rules, position=rng.uniform(-30, 30, (60, 3)), kinds=rng.integers(0, 2, 60))
    model = rng.integers(0, 3, 60)
    tissue.cells["model"][:] = model
    tissue.cells["flags"][:] = np.where((model > 0) | (rng.random(60) < 0.1), DEAD, 0)
    tissue.cells["flags"][rng.integers(0, 60, 5)] |= REMOVED
    tissue.cells["flags"][rng.integers(0, 60, 5)] |= OUTSIDE
    return tissue


def by_brute_force(tissue) -> dict[str, list[int]]:
    """Number of contacts of each kind, by definition."""
    place, flags, model = (tissue.cells[name] for name in ("place", "flags", "model"))
    kind = tissue.cells["kind"]
    reach = np.where(kind == 1, 2.0, 1.25) * place[:, 3]
    near = np.linalg.norm(place[:, None, :3] - place[None, :, :3], axis=2) < reach[:, None] + reach
    near &= ~np.eye(len(place), dtype=bool) & tissue.present & tissue.present[:, None]
    dead = (flags & DEAD) != 0
    what = {
        "contact with a": kind == 0, "contact with b": kind == 1, "contact with live cell": ~dead,
        "contact with dead cell": dead, "contact with apoptotic cell": dead & (model == APOPTOTIC),
        "contact with necrotic cell": dead & (model == NECROTIC),
        "contact with other dead cell": dead & (model == LIVE),
        "contact with basement membrane": dead & False,
    }  # fmt: skip
    return {name: (near & whom).sum(axis=1).tolist() for name, whom in what.items()}


def counted(tissue) -> dict[str, list[int]]:
    """Number of contacts of each kind, by the kernel."""
    types, rules, vocabulary = tissue.compiled.types, tissue.compiled.rules, tissue.compiled.vocabulary
    signals = np.full((tissue.cells.count, len(rules.sensed)), 0.0)
    start, neighbour = tissue.neighbours()
    count_contacts(
        tissue.cells.part(Touching), Bases(types.base, types.column), vocabulary.behaviour, vocabulary.signal,
        rules.sensed, start, neighbour, tissue.cells.count, signals,
    )  # fmt: skip
    return {vocabulary.signals[number]: signals[:, c].tolist() for c, number in enumerate(rules.sensed)}


@pytest.mark.parametrize("seed", range(5))
def test_contacts_against_brute_force(phenotype, seed: int) -> None:
    tissue = crowd(phenotype, seed)
    expected = by_brute_force(tissue)
    assert max(expected["contact with dead cell"]) > 2
    assert counted(tissue) == expected
    tissue.cells["place"][:, 3] *= 1.1
    assert counted(tissue) != expected, "planted fault: a tenth more reach"


def test_rows_beyond_the_list_have_no_contacts(phenotype) -> None:
    tissue = crowd(phenotype, 0)
    none = np.zeros(1, dtype=np.int32)
    phenotype_step(
        tissue.cells, tissue.compiled, tissue.level, none, none[:0], tissue.key, 0, 0.0, 6.0, False
    )
    living = tissue.present & (tissue.cells["model"] == LIVE) & (tissue.cells["kind"] == 0)
    assert living.any()
    assert not tissue.column("exit from cycle phase 1")[living].any()


def test_contacts_are_counted_only_where_a_rule_reads_them(phenotype) -> None:
    assert senses_contacts(crowd(phenotype, 0).compiled)
    only_wall = [Rule("a", "contact with basement membrane", True, "migration speed", 1.0, 1.0, 3.0)]
    assert not senses_contacts(tissue_of(phenotype, only_wall).compiled)


# ---- rules ----


def respond(base, low, high, up, down) -> float:
    promoted = base + (high - base) * up / (1 + up)
    return promoted + (low - promoted) * down / (1 + down)


@settings(max_examples=60)
@given(x=st.floats(0.0, 50.0), y=st.floats(-1.0, 50.0))
def test_rules_are_the_published_formula(phenotype, x: float, y: float) -> None:
    """Two promoters, two inhibitors, one signal in both directions; negative signals count as 0."""
    rules = (
        Rule("a", "x", True, "migration speed", 2.0, 2.0, 3.0),
        Rule("a", "y", True, "migration speed", 4.0, 1.5, 5.0),
        Rule("a", "x", False, "migration speed", 9.0, 4.0, 0.5),
        Rule("a", "pressure", False, "migration speed", 1.0, 1.0, 0.2),
    )
    tissue = tissue_of(phenotype, rules)
    tissue.level[0], tissue.level[1] = x, y
    tissue.cells["pressure"][:] = 0.3
    tissue.step()
    up = (x / 2.0) ** 2 + (max(y, 0.0) / 4.0) ** 1.5
    down = (x / 9.0) ** 4 + 0.3
    assert tissue.column("migration speed")[0] == pytest.approx(respond(1.0, 0.2, 5.0, up, down), rel=1e-12)


def test_rules_of_dead_cells(phenotype) -> None:
    """Rules without the flag bring nothing to the dead; a behaviour with none that applies keeps its value."""
    rules = (
        Rule("a", "x", True, "migration speed", 1.0, 1.0, 3.0),
        Rule("a", "y", True, "migration speed", 1.0, 1.0, 3.0, applies_to_dead=True),
        Rule("a", "x", True, "migration bias", 1.0, 1.0, 3.0),
        Rule("a", "y", False, "custom:one", 1.0, 1.0, 0.0, applies_to_dead=True),
    )
    tissue = tissue_of(phenotype, rules, 2)
    tissue.level[0], tissue.level[1] = 3.0, 1.0
    tissue.cells["flags"][1], tissue.cells["model"][1] = DEAD, APOPTOTIC
    tissue.column("migration bias")[1] = 0.77
    tissue.step()
    assert tissue.column("migration speed").tolist() == pytest.approx([1.0 + 2.0 * 4.0 / 5.0, 2.0], rel=1e-15)
    assert tissue.column("migration bias").tolist() == pytest.approx([3.0 * 3.0 / 4.0, 0.77], rel=1e-15)
    assert tissue.column("custom:one").tolist() == [0.25, 0.25]


def test_rules_read_the_state_before_any_of_them_wrote(phenotype) -> None:
    """custom:one goes up by its rule, and custom:two senses the value that it had before, however they are ordered."""
    rules = (
        Rule("a", "x", True, "custom:one", 1.0, 1.0, 4.5),
        Rule("a", "custom:one", True, "custom:two", 0.5, 1.0, 1.25),
        Rule("a", "custom:two", True, "custom:one", 1e9, 1.0, 4.5),
    )
    tissue = tissue_of(phenotype, rules)
    tissue.level[0] = 1.0
    tissue.step()
    assert tissue.column("custom:one")[0] == pytest.approx(2.5, rel=1e-8)
    assert tissue.column("custom:two")[0] == pytest.approx(0.75, rel=1e-12)


def test_types_have_rules_of_their_own(phenotype) -> None:
    tissue = tissue_of(phenotype, [Rule("b", "x", True, "migration speed", 1.0, 1.0, 3.0)], kinds=[0, 1])
    tissue.column("migration speed")[:] = 0.5
    tissue.step()
    assert tissue.column("migration speed").tolist() == [0.5, 2.0]


def test_value_of_one_cell(phenotype) -> None:
    """The table of a tissue evaluated without cells."""
    rules = [Rule("a", "x", True, "migration speed", 1.0, 1.0, 3.0, applies_to_dead=True)]
    rules += [Rule("a", "y", False, "migration speed", 1.0, 1.0, 0.0)]
    table = tissue_of(phenotype, rules).compiled.rules
    signals = np.array([1.0, 1.0])
    assert value_in_cell(table, 0, signals, False, 9.0) == 1.0
    assert value_in_cell(table, 0, signals, True, 9.0) == 2.0
    table.applies_to_dead[:] = 0
    assert value_in_cell(table, 0, signals, True, 9.0) == 9.0
