"""From a model to flat tables: every number in its place, every name at its index."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from paget.errors import PagetError
from paget.host.niches import read_niche, settle_niches
from paget.host.record import SITES
from paget.host.state import new_state
from paget.model import resolve
from paget.rules import compile_model
from paget.rules.compile import CompiledModel
from paget.rules.layout import SITES as SITES_OF_LAYOUT
from paget.rules.records import CAPACITY, capacities, dtype_of
from paget.rules.tables import TUMOUR_BEHAVIOURS, Tables

LUNG = SITES.index("lung")


def behaviour(compiled: CompiledModel, cell_type: str, name: str) -> int:
    return compiled.layout.behaviours.index((cell_type, name))


def niche_of(compiled: CompiledModel, site: int = LUNG) -> np.ndarray:
    """Behaviours of all cell types in a niche at rest, shape (behaviours,)."""
    state = new_state(compiled.tables, compiled.axes)[0]
    settle_niches(compiled.tables, state)
    return state["niche_behaviours"][site, : len(compiled.layout.behaviours)].copy()


# ---- layout ----------------------------------------------------------------------------------------------------------


def test_every_number_stands_where_its_slot_says(mouse, compiled) -> None:
    """Each slot holds its number's canonical value (or what its transform makes of it), scaling slots apart."""
    assert len(compiled.slots) > 200
    for path, slots in compiled.slots.items():
        part, field, index, of = slots[0]
        entry = compiled.tables[part][field]
        held = entry[index] if index else entry
        assert float(held) == of(mouse.quantity(path).canonical), path


def test_every_number_of_a_rule_is_found_by_path(mouse, compiled) -> None:
    for rule in mouse.rules:
        assert rule.half_maximum.path in compiled.slots
        assert rule.power.path in compiled.slots


def test_signals_and_rules_mean_what_the_model_says(mouse, compiled) -> None:
    """The table's rule of CSF1R on recruitment reads the macrophage's receptor, and no other cell's."""
    layout, rules = compiled.layout, compiled.tables["rules"]
    owner = behaviour(compiled, "macrophage", "recruitment")
    first, last = rules["first_rule"][owner : owner + 2]
    types, receptors, factors = layout.cell_types, layout.receptors, layout.factors
    place = len(factors) + types.index("macrophage") * len(receptors) + receptors.index("CSF1R")
    here = first + np.flatnonzero(rules["signal"][first:last] == place)
    assert here.size == 1
    assert rules["increases"][here[0]] == 1
    assert rules["half"][here[0]] == pytest.approx(0.4)


def test_indices_of_behaviours(compiled) -> None:
    index = compiled.tables["behaviour"]
    for place, name in enumerate(TUMOUR_BEHAVIOURS):
        assert index["tumour"][place] == behaviour(compiled, "tumour cell", name)
    count = compiled.tables["count"]
    for row in index["secretion"][: count["secretions"]]:
        cell_type, name = compiled.layout.behaviours[row[2]]
        assert cell_type == compiled.cell_types[row[0]]
        assert name == f"secretion of {compiled.factors[row[1]]}"
    for row in index["transformation"][: count["transformations"]]:
        cell_type, name = compiled.layout.behaviours[row[2]]
        assert (cell_type, name) == (
            compiled.cell_types[row[0]],
            f"transformation to {compiled.cell_types[row[1]]}",
        )
    assert compiled.cell_types[0] == "tumour cell"
    assert compiled.cell_types[index["neutrophil"]] == "neutrophil"
    assert compiled.cell_types[index["endothelial"]] == "endothelial cell"
    assert [compiled.cell_types[k] for k in index["partner"][: len(compiled.partners)]] == list(
        compiled.partners
    )


def test_secretions_with_rules_stand_first(compiled, mouse) -> None:
    secreting, early = (int(compiled.tables["count"][name]) for name in ("secreting", "early"))
    names, ruled = compiled.layout.behaviours, {(rule.cell_type, rule.behaviour) for rule in mouse.rules}
    assert 0 < secreting < compiled.tables["count"]["secretions"]
    for place, (cell_type, name) in enumerate(names):
        first = name.startswith("secretion of ") and (cell_type, name) in ruled
        assert first == (place < secreting)
        assert name.startswith("expression of ") == (secreting <= place < early)


def test_factors_compete_that_share_a_receptor(compiled, mouse) -> None:
    """Each factor stands in one competition; two stand in the same one where receptors link them, and only there."""
    index, count = compiled.tables["receptor"], compiled.tables["count"]
    bounds, sought = index["first_competitor"], index["first_sought"]
    groups = [
        {compiled.factors[f] for f in index["competitor"][bounds[g] : bounds[g + 1]]}
        for g in range(count["competitions"])
    ]
    assert sorted(name for group in groups for name in group) == sorted(compiled.factors)
    assert {"IGF-1", "IGF-2", "insulin"} in groups
    for g, group in enumerate(groups):
        wanted = {compiled.receptors[r] for r in index["sought"][sought[g] : sought[g + 1]]}
        assert wanted == {name for name, r in mouse.receptors.items() if group & set(r.ligands)}
        linked = {min(group)}
        for _ in group:
            for name in wanted:
                ligands = set(mouse.receptors[name].ligands) & set(compiled.factors)
                linked |= ligands if ligands & linked else set()
        assert linked == group


def test_both_rooms_name_the_sites_alike() -> None:
    assert SITES_OF_LAYOUT == SITES


def test_what_does_not_bind_has_an_infinite_constant(mouse, compiled) -> None:
    csf1r, insulin = compiled.receptors.index("CSF1R"), compiled.factors.index("insulin")
    assert math.isinf(compiled.tables["signalling"]["affinity"][csf1r, insulin])
    xentuzumab = compiled.drug_names.index("xentuzumab")
    assert math.isinf(compiled.tables["drugs"]["binding_affinity"][xentuzumab, insulin])


# ---- other values ----------------------------------------------------------------------------------------------------


def test_what_acts_within_its_species_only_is_not_heard_by_the_other(catalog, mouse, compiled) -> None:
    """Interferon gamma of the mouse reaches tumour cells of the mouse, and no human ones; TNF reaches both."""
    human = compile_model(resolve(catalog, "lm2-4", "scid"), drugs=())
    for model, heard in ((compiled, 1.0), (human, 0.0)):
        expression = model.tables["signalling"]["expression"]
        assert expression[0, model.receptors.index("IFNGR")] == heard
        assert expression[0, model.receptors.index("TNFR1")] == 1.0
        polarised = model.cell_types.index("tumour-associated macrophage")
        assert expression[polarised, model.receptors.index("IFNGR")] == 1.0


def test_new_values_change_a_copy(compiled) -> None:
    path = "tumours/py230/dissemination/company_scale"
    before = compiled.record.copy()
    other = compiled.with_values({path: 3.5, "tumours/py230/no such number": 1.0})
    assert float(other.tables["tumour"]["company_scale"]) == 3.5
    assert compiled.record.tobytes() == before.tobytes()
    assert compiled.with_values({}).record.tobytes() == before.tobytes()
    assert other.with_values({path: 2.0}).record.tobytes() == before.tobytes()


def test_a_new_base_scales_its_limits(mouse, compiled) -> None:
    owner = mouse.cell_types["tumour cell"].behaviours["shedding"]
    place = behaviour(compiled, "tumour cell", "shedding")
    rules = compiled.with_values({owner.base.path: 3.0 * owner.base.canonical}).tables["rules"]
    assert rules["base"][place] == pytest.approx(3.0 * owner.base.canonical)
    assert rules["maximum"][place] == pytest.approx(3.0 * owner.maximum.canonical)
    assert rules["minimum"][place] == pytest.approx(3.0 * owner.minimum.canonical)


@pytest.mark.parametrize("limit_first", [True, False])
def test_a_limit_given_with_its_base_has_the_last_word(mouse, compiled, limit_first: bool) -> None:
    owner = mouse.cell_types["tumour cell"].behaviours["death"]
    pairs = [(owner.minimum.path, 0.05), (owner.base.path, 0.5)]
    values = dict(pairs if limit_first else reversed(pairs))
    rules = compiled.with_values(values).tables["rules"]
    place = behaviour(compiled, "tumour cell", "death")
    assert (rules["base"][place], rules["minimum"][place]) == (0.5, 0.05)


def test_rates_of_half_lives(mouse, compiled) -> None:
    path = mouse.host.marrow.neutrophil_half_life.path
    assert float(compiled.with_values({path: 0.5}).tables["body"]["neutrophil_loss"]) == math.log(2.0) / 0.5


# ---- what cannot be run ----------------------------------------------------------------------------------------------


def with_rules(model, *changes: dict):
    """The model with further rules, made from its first one."""
    return dataclasses.replace(
        model, rules=[*model.rules, *(model.rules[0].model_copy(update=c) for c in changes)]
    )


def test_three_contact_signals_are_refused(mouse) -> None:
    contacts = [
        {"signal": f"contact with {name}", "cell_type": "tumour cell", "behaviour": "repair of damage"}
        for name in ("macrophage", "neutrophil", "NK cell")
    ]
    compile_model(with_rules(mouse, *contacts[:2]))
    with pytest.raises(PagetError, match="too many contact signals"):
        compile_model(with_rules(mouse, *contacts))


def test_both_directions_of_one_contact_are_one_signal(mouse) -> None:
    name = "repair of damage"  # no rule of the catalog is on it
    change = {"signal": "contact with macrophage", "cell_type": "tumour cell", "behaviour": name}
    both = (change | {"direction": direction} for direction in ("increases", "decreases"))
    compiled = compile_model(with_rules(mouse, *both))
    contacts = compiled.tables["rules"]["contacts"][behaviour(compiled, "tumour cell", name)]
    assert (contacts >= 0).sum() == 1


def test_a_missing_behaviour_is_named(mouse) -> None:
    cells = dict(mouse.cell_types)
    behaviours = {k: v for k, v in cells["tumour cell"].behaviours.items() if k != "waking"}
    cells["tumour cell"] = cells["tumour cell"].model_copy(update={"behaviours": behaviours})
    rules = [rule for rule in mouse.rules if rule.behaviour != "waking"]
    with pytest.raises(PagetError, match="waking"):
        compile_model(dataclasses.replace(mouse, cell_types=cells, rules=rules))


def test_an_unknown_signal_is_named(mouse) -> None:
    with pytest.raises(PagetError, match="moonlight"):
        compile_model(with_rules(mouse, {"signal": "moonlight"}))


# ---- mechanisms and capacities ---------------------------------------------------------------------------------------


def test_leaving_a_mechanism_out_leaves_other_behaviours_alone(catalog, mouse, compiled) -> None:
    """Without the growth mechanism all behaviours but those it rules are the same to the last bit."""
    fewer = compile_model(resolve(catalog, "py230", "c57bl6", without=["growth"]))
    names, other_names = compiled.layout.behaviours, fewer.layout.behaviours
    full, less = niche_of(compiled), niche_of(fewer)
    ruled = {(rule.cell_type, rule.behaviour) for rule in mouse.rules if rule.mechanism == "growth"}
    assert ruled == {("tumour cell", "cycle entry")}
    for pair in set(names) & set(other_names) - ruled:
        assert full[names.index(pair)] == less[other_names.index(pair)], pair


def test_drugs_that_are_not_asked_for_are_left_out(mouse) -> None:
    none, one = compile_model(mouse, drugs=()), compile_model(mouse, drugs=("xentuzumab",))
    assert none.drug_names == ()
    assert one.drug_names == ("xentuzumab",)
    assert one.routes == ("i.p.", "i.v.", "s.c.")
    assert none.tables["rules"].tobytes() == one.tables["rules"].tobytes()


def test_capacities_double_where_needed() -> None:
    assert capacities({}) == CAPACITY
    assert capacities({"K": 17, "Q": 513}) == CAPACITY | {"K": 32, "Q": 1024}
    assert capacities({"K": 16})["K"] == 16
    assert capacities({"K": 65})["K"] == 128


def test_a_large_record_gives_the_same_bits(mouse, compiled, monkeypatch) -> None:
    """A model that needs more room along every axis computes the same behaviours in a lesion, bit for bit."""
    larger = {axis: length * 2 for axis, length in CAPACITY.items() if axis != "S"}
    monkeypatch.setattr("paget.rules.records.CAPACITY", CAPACITY | larger)
    roomy = compile_model(mouse)
    assert dict(roomy.axes)["K"] == 2 * CAPACITY["K"]
    for site in (LUNG, 0):
        results = []
        for model in (compiled, roomy):
            state = new_state(model.tables, model.axes)[0]
            read_niche(model.tables, state, site)
            results.append(state["niche_behaviours"][site, : len(model.layout.behaviours)].tobytes())
            results.append(state["niche_levels"][site, : len(model.factors)].tobytes())
        assert results[:2] == results[2:]


def test_record_types() -> None:
    """Axes may be numbers, names, or a name and a number; records nest."""
    kind = dtype_of(Tables, capacities({}))
    assert kind["rules"]["first_rule"].shape == (CAPACITY["B"] + 1,)
    assert kind["behaviour"]["matrix"].shape == (3, CAPACITY["K"])
    assert kind["tumour"]["alpha"] == np.float64
    assert kind["count"]["types"] == np.int64
    assert kind.isalignedstruct
