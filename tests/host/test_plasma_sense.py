"""The marrow under signals of plasma: at rest in health, driven, blocked, and emptied by depletion."""

from __future__ import annotations

from pathlib import Path

import pytest

from paget.host.plasma_sense import rest_marrow
from paget.host.state import new_state
from paget.host.treatment import advance_treatment, give_dose, marrow_transit
from paget.model import load_catalog, resolve
from paget.pharmacology.plasma import fill_kinetics
from paget.rules import compile_model

NUMBER = 'source = "assumed", kind = "assumed"'

MECHANISM = f"""
schema = "mechanism/1"
name = "marrow"
title = "A marrow that CSF-1 drives"
summary = "For tests."

[cell_types."neutrophil".receptors."CSF1R"]
number = {{ value = 1000, unit = "molecule/cell", {NUMBER} }}
internalisation = {{ value = 0.05, unit = "1/minute", {NUMBER} }}

[cell_types."neutrophil".behaviours."production in marrow"]
base = {{ value = 0.8, unit = "1", {NUMBER} }}
minimum = {{ value = 0.1, unit = "1", {NUMBER} }}
maximum = {{ value = 4.8, unit = "1", {NUMBER} }}

[cell_types."neutrophil".behaviours."release from marrow"]
base = {{ value = 1.0, unit = "1", {NUMBER} }}
minimum = {{ value = 0.2, unit = "1", {NUMBER} }}
maximum = {{ value = 3, unit = "1", {NUMBER} }}

[[rules]]
cell_type = "neutrophil"
signal = "CSF-1"
direction = "increases"
behaviour = "production in marrow"
half_maximum = {{ value = 0.02, unit = "nM", {NUMBER} }}
power = {{ value = 1.0, unit = "1", {NUMBER} }}

[[rules]]
cell_type = "neutrophil"
signal = "CSF1R activity"
direction = "increases"
behaviour = "release from marrow"
half_maximum = {{ value = 0.1, unit = "1", {NUMBER} }}
power = {{ value = 1.0, unit = "1", {NUMBER} }}
"""


@pytest.fixture(scope="module")
def driven(tmp_path_factory):
    """A model whose marrow is driven by CSF-1 (production) and CSF1R (release)."""
    folder: Path = tmp_path_factory.mktemp("project")
    (folder / "mechanisms").mkdir()
    (folder / "mechanisms" / "marrow.toml").write_text(MECHANISM, encoding="utf-8")
    return compile_model(resolve(load_catalog(folder), "py230", "c57bl6"))


@pytest.fixture
def animal(driven):
    """(tables that may be changed, state before any dose, place of CSF-1)."""
    state = new_state(driven.tables, driven.axes)[0]
    fill_kinetics(driven.tables["drugs"], state["kinetics"])
    tables = driven.record.copy()[0]
    rest_marrow(tables, state)
    return tables, state, driven.factors.index("CSF-1")


def pass_days(tables, state, days: float, dt: float = 0.25) -> None:
    for _ in range(round(days / dt)):
        advance_treatment(tables, state, dt)


def set_plasma(tables, factor: int, level: float) -> None:
    """Another free level in plasma, which the marrow has not known at rest."""
    tables["signalling"]["plasma_free"][factor] = tables["signalling"]["plasma_total"][factor] = level


def test_at_rest_the_marrow_is_steady_whatever_the_rules(animal) -> None:
    """In the host's own plasma drive and release are 1 by definition, though the rules are half saturated there."""
    tables, state, _ = animal
    before = state["marrow"].copy()
    assert state["marrow_at_rest"][0] > 1.0
    pass_days(tables, state, 60)
    assert state["marrow_drive"] == pytest.approx([1.0, 1.0], rel=1e-12)
    assert state["marrow"] == pytest.approx(before, rel=1e-9)


def test_drive_is_that_of_the_formula(animal) -> None:
    """Production by the Hill law of the level, release by that of the occupancy, both relative to health."""
    tables, state, factor = animal
    rest = float(tables["signalling"]["plasma_free"][factor])
    set_plasma(tables, factor, 0.1)
    state["plasma_free"][factor] = state["plasma_total"][factor] = 0.1
    pass_days(tables, state, 0.25)

    def production(level: float) -> float:
        return 0.8 + 4.0 * level / (level + 0.02)

    def release(level: float) -> float:
        occupied = level / (level + 0.1)
        return 1.0 + 2.0 * occupied / (occupied + 0.1)

    expected = production(0.1) / production(rest), release(0.1) / release(rest)
    assert state["marrow_drive"] == pytest.approx(expected, rel=1e-9)
    assert state["marrow_drive"][0] != pytest.approx(production(0.1), rel=0.05)
    pass_days(tables, state, 30)
    assert state["marrow"][4] > 1.5


def test_an_antagonist_lowers_release_and_not_production(animal, driven) -> None:
    """With many inhibition constants in tissue only what needs the receptor falls, and blood loses cells at first."""
    tables, state, _ = animal
    drug = driven.drug_names.index("xentuzumab")
    receptor = driven.receptors.index("CSF1R")
    tables["drugs"]["antagonism"][drug, receptor], tables["drugs"]["antagonist_share"][drug, receptor] = (
        1e-3,
        0.3,
    )
    give_dose(tables, state, drug, driven.routes.index("i.v."), 50.0)
    pass_days(tables, state, 1.0)
    rest = state["marrow_at_rest"][1]
    assert state["marrow_drive"] == pytest.approx([1.0, 1.0 / rest], rel=1e-3)
    assert state["marrow"][4] < 0.95


def test_depletion_empties_blood_and_the_marrow_answers(animal, driven) -> None:
    """An antibody that kills neutrophils lowers blood to supply / (loss + kill); the marrow overshoots after."""
    tables, state, _ = animal
    drug = driven.drug_names.index("xentuzumab")
    place = tables["behaviour"]["neutrophil"]
    tables["drugs"]["depletion_rate"][drug, place], tables["drugs"]["depletion_half"][drug, place] = (
        30.0,
        1e-6,
    )
    tables["drugs"]["clearance"][drug] = 0.05
    give_dose(tables, state, drug, driven.routes.index("i.v."), 1.0)
    pass_days(tables, state, 1.0)
    loss = float(tables["body"]["neutrophil_loss"])
    transit = float(marrow_transit(tables["body"]))
    supply = transit * float(state["marrow"][3])
    assert loss < supply < 1.2 * loss
    assert state["marrow"][4] == pytest.approx(supply / (loss + 30.0), rel=0.05)
    assert state["marrow"][0] > 1.1 * loss / transit
    highest = 0.0
    state["amounts"][drug] = 0.0
    for _ in range(60):
        pass_days(tables, state, 0.25)
        highest = max(highest, float(state["marrow"][4]))
    assert highest > 1.1
    pass_days(tables, state, 120)
    assert state["marrow"][4] == pytest.approx(1.0, abs=0.01)


def test_a_model_without_marrow_rules_is_untouched(black6, rest) -> None:
    without = black6.record.copy()[0]
    without["behaviour"]["marrow"] = -1
    _, state = rest(black6)
    state["marrow_at_rest"][:] = 7.0
    rest_marrow(without, state)
    advance_treatment(without, state, 0.25)
    assert state["marrow_drive"].tolist() == [1.0, 1.0]
    assert state["marrow_at_rest"].tolist() == [7.0, 7.0]
