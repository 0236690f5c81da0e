"""Signals and levels against closed forms: cytotoxic exposure, expression of receptors, collagen as a ligand, species
of an antagonist, collagen of niches, and what tumours give to plasma."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from pydantic import TypeAdapter
from words import KEPT, catalog_with_words

from paget.host.environment import MOLECULES_PER_NANOMOLAR, sense_and_act
from paget.host.lesions import (
    DEPOSITION,
    DIGESTION,
    FULL_DENSITY,
    grow_large,
    make_large,
    read_lesion,
    update_volume,
)
from paget.host.niches import advance_surroundings, read_niche, resting_matrix_rate
from paget.host.record import SITES
from paget.host.state import LESIONS
from paget.host.step import advance
from paget.host.treatment import advance_treatment, give_dose
from paget.model import Edit, resolve
from paget.model.drug import Action
from paget.pharmacology.plasma import (
    PLASMA_SHARE,
    bind_ligands,
    cytotoxic_exposure,
    give_to_plasma,
    take_back,
)
from paget.rules import compile_model

LUNG = SITES.index("lung")


@pytest.fixture(scope="module")
def worded(tmp_path_factory):
    """worded(*edits, without): the compiled mouse model with the mechanism of these tests."""
    catalog = catalog_with_words(tmp_path_factory.mktemp("words"))

    def make(*edits: Edit, without=()):
        left_out = {*without, *(name for name in catalog.mechanisms if name not in KEPT)}
        return compile_model(resolve(catalog, "py230", "c57bl6", without=left_out, edits=edits))

    return make


@pytest.fixture
def lesion(worded, rest):
    """Model, tables, state, and sense(levels, steps): levels and behaviours of a lesion of fixed composition."""
    compiled = worded()
    _, state = rest(compiled)
    tables = compiled.record.copy()[0]
    state["densities"][:] = 0.0
    for name, density in {
        "tumour cell": 6e4,
        "macrophage": 1e4,
        "fibroblast": 1e4,
        "endothelial cell": 1500,
    }.items():
        state["densities"][compiled.cell_types.index(name)] = density

    def sense(steps: int = 1, collagen: float = 1.0, levels=None, expression=None) -> np.ndarray:
        levels = np.full(state["levels"].shape[1], 0.1) if levels is None else levels
        expression = np.ones(state["expression"].shape[1]) if expression is None else expression
        for _ in range(steps):
            sense_and_act(tables, state, levels, expression, 0.0, collagen, 0.0)
        return levels[: len(compiled.factors)]

    return compiled, tables, state, sense


def activity(compiled, state, cell_type: str, receptor: str) -> float:
    """The activity signal of one cell type."""
    place = compiled.layout.indices["signal"]["activity"]
    place += compiled.cell_types.index(cell_type) * len(compiled.receptors) + compiled.receptors.index(
        receptor
    )
    return float(state["signals"][place])


def place_of(compiled, cell_type: str, behaviour: str) -> int:
    return compiled.layout.behaviours.index((cell_type, behaviour))


# ---- cytotoxic exposure ----------------------------------------------------------------------------------------------


def test_cytotoxic_exposure_is_the_mean_over_half_exposures(lesion) -> None:
    """Two drugs that damage add up, one that does not damage is not counted, and the rule sees it."""
    compiled, tables, state, sense = lesion
    drug, other = (compiled.drug_names.index(name) for name in ("paclitaxel", "xentuzumab"))
    tables["drugs"]["damage_half"][drug] = 4.0
    state["exposure"][drug] = (2.0, 4.0, 6.0)
    state["exposure"][other] = 100.0
    assert cytotoxic_exposure(tables, state) == pytest.approx(1.0)
    tables["drugs"]["damage_rate"][other], tables["drugs"]["damage_half"][other] = 1.0, 50.0
    assert cytotoxic_exposure(tables, state) == pytest.approx(3.0)
    state["cytotoxic"][0] = 1.0
    sense()
    secretion = place_of(compiled, "tumour cell", "secretion of CSF-1")
    rules = tables["rules"]
    assert state["signals"][tables["signal"]["cytotoxic_exposure"]] == 1.0
    half_way = 0.5 * (rules["base"][secretion] + rules["maximum"][secretion])
    assert state["behaviours"][secretion] == pytest.approx(half_way)


def test_cytotoxic_exposure_of_a_dose(worded, rest) -> None:
    """After a dose the signal is the lingering exposure over that of half damage, and it fades."""
    compiled = worded()
    tables, state = rest(compiled)
    drug, route = compiled.drug_names.index("paclitaxel"), compiled.routes.index("i.v.")
    assert state["cytotoxic"][0] == 0.0
    give_dose(tables, state, drug, route, 10.0)
    seen = []
    for _ in range(40):
        advance_treatment(tables, state, 0.25)
        expected = state["exposure"][drug].mean() / tables["drugs"]["damage_half"][drug]
        assert state["cytotoxic"][0] == pytest.approx(expected)
        seen.append(float(state["cytotoxic"][0]))
    assert max(seen) > 0.1
    assert seen[-1] < 0.1 * max(seen)


# ---- expression of receptors -----------------------------------------------------------------------------------------


def test_expression_follows_the_step_before(lesion) -> None:
    compiled, tables, state, sense = lesion
    igf1 = compiled.factors.index("IGF-1")
    levels, expression = np.full(state["levels"].shape[1], 0.5), np.ones(state["expression"].shape[1])
    sense(1, levels=levels, expression=expression)
    behaviour = place_of(compiled, "tumour cell", "expression of IGF1R")
    row = behaviour - int(tables["count"]["secreting"])
    assert expression[row] == pytest.approx(1.0 + 3.0 * 0.5)  # half-maximum at the level before
    assert levels[igf1] != pytest.approx(0.5)
    before = levels[igf1]
    sense(1, levels=levels, expression=expression)
    assert expression[row] == pytest.approx(1.0 + 3.0 / (1.0 + (0.5 / before) ** 2))


def test_expression_scales_activity_and_uptake(lesion) -> None:
    """Twice the receptors: twice the activity at a level, and twice the receptor in the balance of levels."""
    compiled, tables, state, sense = lesion
    rules, receptor = tables["rules"], compiled.receptors.index("IGF1R")
    behaviour = place_of(compiled, "tumour cell", "expression of IGF1R")
    seen = {}
    for fold in (1.0, 2.0):
        rules["base"][behaviour] = rules["minimum"][behaviour] = rules["maximum"][behaviour] = fold
        levels = sense(60).copy()
        signal = activity(compiled, state, "tumour cell", "IGF1R")
        assert signal == pytest.approx(fold * state["activity"][receptor, 0])
        seen[fold] = (levels, float(state["receptor_density"][receptor, 0]))
    assert seen[2.0][1] == pytest.approx(2.0 * seen[1.0][1])
    igf1 = compiled.factors.index("IGF-1")
    assert seen[2.0][0][igf1] < seen[1.0][0][igf1]
    number = (
        tables["signalling"]["receptors"][0, receptor] * tables["signalling"]["internalisation"][0, receptor]
    )
    fluid = MOLECULES_PER_NANOMOLAR * tables["body"]["interstitial_share"]
    assert seen[1.0][1] == pytest.approx(number * 6e4 / fluid)


def test_an_edit_still_scales_what_is_expressed(worded, rest) -> None:
    """A knock-down to a fifth: a fifth of the activity at the same share of filled receptors; knocked out: none."""
    for edit, left in (("knock-down", 0.2), ("knock-out", 0.0)):
        fold = {"fold": left} if left else {}
        change = Edit.model_validate({"in": "tumour", "kind": edit, "receptor": "IGF1R", **fold})
        compiled = worded(change)
        _, state = rest(compiled)
        read_niche(compiled.tables, state, LUNG)
        behaviour = place_of(compiled, "tumour cell", "expression of IGF1R")
        share = state["activity"][compiled.receptors.index("IGF1R"), 0]
        expected = left * share * state["behaviours"][behaviour]
        assert activity(compiled, state, "tumour cell", "IGF1R") == pytest.approx(expected)
        assert share > 0.0


def test_a_drug_can_change_expression(lesion) -> None:
    compiled, _, state, sense = lesion
    behaviour = place_of(compiled, "tumour cell", "expression of IGF1R")
    sense()
    plain = float(state["behaviours"][behaviour])
    state["modification"][behaviour] = 0.1
    sense()
    assert state["behaviours"][behaviour] == pytest.approx(0.1 * plain)


def test_expression_without_the_receptor_is_left_out(worded) -> None:
    """The mechanism that gives tumour cells IGF1R is left out: nothing is left to express."""
    for without, left in (((), 2), (("IGF axis",), 1)):
        compiled = worded(without=without)
        count = compiled.tables["count"]
        assert (("tumour cell", "expression of IGF1R") in compiled.layout.behaviours) == (left == 2)
        assert count["early"] - count["secreting"] == left


# ---- collagen as a ligand --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("collagen", [0.0, 0.5, 2.0, 8.0])
def test_collagen_fills_receptors(lesion, collagen: float) -> None:
    """Half of the receptors at the stated density; a factor and an antagonist compete (Gaddum)."""
    compiled, _, state, sense = lesion
    levels = sense(40, collagen)
    share = activity(compiled, state, "fibroblast", "COLR")
    assert share == pytest.approx(collagen / (2.0 + collagen))
    mixed, igf2 = compiled.receptors.index("MIXR"), compiled.factors.index("IGF-2")
    load = collagen / 4.0 + levels[igf2] / 3.0
    assert state["activity"][mixed, 0] == pytest.approx(load / (1.0 + load))
    state["antagonism"][mixed] = (0.0, 3.0)
    state["antagonism"][compiled.receptors.index("COLR")] = (0.0, 3.0)
    levels = sense(40, collagen)
    share = activity(compiled, state, "fibroblast", "COLR")
    assert share == pytest.approx(collagen / 2.0 / (4.0 + collagen / 2.0))
    assert share != pytest.approx(collagen / (2.0 + collagen)) or collagen == 0.0
    load = collagen / 4.0 + levels[igf2] / 3.0
    assert activity(compiled, state, "tumour cell", "MIXR") == pytest.approx(
        load / (1.0 + load) * state["behaviours"][place_of(compiled, "tumour cell", "expression of MIXR")]
    )


def test_collagen_that_fills_receptors_spares_the_factor(lesion) -> None:
    """Receptors filled with collagen take up less of the factor."""
    compiled, _, _, sense = lesion
    igf2 = compiled.factors.index("IGF-2")
    assert sense(60, 40.0)[igf2] > 1.01 * sense(60, 0.0)[igf2]


# ---- antagonists by species ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known, blocked", [("human", (True, False)), ("mouse", (False, True))])
def test_an_antagonist_blocks_the_species_it_knows(tmp_path, rest, known: str, blocked) -> None:
    """MIXR on human tumour cells and on mouse fibroblasts: an antibody against one leaves the other."""
    catalog = catalog_with_words(tmp_path)
    drug = catalog.drugs["xentuzumab"]
    action = {"kind": "blocks", "receptor": "MIXR", "tissue_share": one("1"),
              "affinity": {known: {"dissociation_constant": one("nM")}}}  # fmt: skip
    drug.actions.append(TypeAdapter(Action).validate_python(action))
    left_out = [name for name in catalog.mechanisms if name not in KEPT]
    compiled = compile_model(resolve(catalog, "lm2-4", "scid", without=left_out))
    tables, state = rest(compiled)
    give_dose(tables, state, compiled.drug_names.index("xentuzumab"), compiled.routes.index("i.v."), 20.0)
    advance_treatment(tables, state, 0.25)
    receptor = compiled.receptors.index("MIXR")
    found = state["antagonism"][receptor]
    assert [bool(load > 1.0) for load in found] == list(blocked)
    assert [bool(load == 0.0) for load in found] == [not side for side in blocked]
    read_niche(tables, state, LUNG)
    free, held = (
        state["activity"][receptor][list(blocked).index(False)],
        state["activity"][receptor][list(blocked).index(True)],
    )
    assert held < 0.1 * free
    host_side = activity(compiled, state, "fibroblast", "MIXR")
    assert host_side == pytest.approx(state["activity"][receptor, 1])


def one(unit: str) -> dict:
    return {"value": 1.0, "unit": unit, "source": "assumed", "kind": "assumed"}


# ---- collagen of niches ----------------------------------------------------------------------------------------------


def test_an_organ_without_signals_has_the_collagen_of_a_normal_gland(worded, rest) -> None:
    """Rules gone: density 1 in every organ, also where cells digest; order at alignment / (alignment + turnover)."""
    compiled = worded()
    silent = compiled.record.copy()
    silent[0]["rules"]["first_rule"][:] = 0
    tables, state = rest(replace(compiled, record=silent))
    assert state["niche_matrix"][:, 0] == pytest.approx(np.ones(len(SITES)), rel=1e-6)
    fibroblasts = tables["sites"]["cells"][:, compiled.cell_types.index("fibroblast")]
    base = tables["rules"]["base"]
    order = base[place_of(compiled, "fibroblast", "collagen alignment")] * fibroblasts / FULL_DENSITY
    turnover = float(tables["body"]["collagen_turnover"])
    assert state["niche_matrix"][:, 1] == pytest.approx(order / (order + turnover), rel=1e-6)
    assert resting_matrix_rate(tables, state, LUNG, DEPOSITION) == pytest.approx(
        base[place_of(compiled, "fibroblast", "collagen deposition")] * fibroblasts[LUNG] / FULL_DENSITY
    )
    assert resting_matrix_rate(tables, state, LUNG, DIGESTION) > 0.0


def test_collagen_of_a_niche_relaxes_exactly(worded, rest) -> None:
    """Deposition doubled for twenty days: the closed form, in one step or in many; a wrong turnover is seen."""
    compiled = worded()
    _, state = rest(compiled)
    tables = compiled.record.copy()[0]
    read_niche(tables, state, LUNG)
    behaviours, turnover = state["niche_behaviours"][LUNG], float(tables["body"]["collagen_turnover"])
    deposition = place_of(compiled, "fibroblast", "collagen deposition")
    digestion = place_of(compiled, "NK cell", "collagen digestion")
    cells = tables["sites"]["cells"][LUNG]
    fibroblast, digester = (compiled.cell_types.index(name) for name in ("fibroblast", "NK cell"))
    state["densities"][:] = 0.0
    state["densities"][fibroblast] = cells[fibroblast]
    state["densities"][digester] = 3.0 * cells[digester]
    behaviours[deposition] = 2.0 * tables["rules"]["base"][deposition]
    behaviours[digestion] = tables["rules"]["base"][digestion]
    for behaviour in (deposition, digestion):
        state["niche_rest"][LUNG, behaviour] = tables["rules"]["base"][behaviour]
    rest_digestion = 0.1 * cells[digester] / FULL_DENSITY
    source, loss = 2.0 * (turnover + rest_digestion), turnover + 3.0 * rest_digestion
    expected = source / loss + (1.0 - source / loss) * math.exp(-20.0 * loss)
    for pieces in (1, 40):
        state["niche_matrix"][LUNG, 0] = 1.0
        for _ in range(pieces):
            advance_surroundings(tables, state, LUNG, 20.0 / pieces)
        assert state["niche_matrix"][LUNG, 0] == pytest.approx(expected, rel=1e-9)
    assert expected != pytest.approx(1.0, rel=0.05)
    tables["body"]["collagen_turnover"] *= 1.01
    state["niche_matrix"][LUNG, 0] = 1.0
    advance_surroundings(tables, state, LUNG, 20.0)
    assert state["niche_matrix"][LUNG, 0] != pytest.approx(expected, rel=1e-3)


def test_an_organ_without_depositing_cells_keeps_its_collagen(worded, rest) -> None:
    """The brain has no fibroblasts: density 1, and what newcomers lay down comes on top."""
    compiled = worded()
    _, state = rest(compiled)
    brain = SITES.index("brain")
    assert compiled.tables["sites"]["cells"][brain, compiled.cell_types.index("fibroblast")] == 0.0
    assert state["niche_matrix"][brain, 0] == pytest.approx(1.0, rel=0.2)


def test_a_small_lesion_hands_its_matrix_on(worded, rest) -> None:
    """Small lesions sense the organ's collagen, and begin a life of their own with it."""
    compiled = worded()
    tables, state = rest(compiled)
    state["niche_matrix"][LUNG] = (2.5, 0.3)
    read_niche(tables, state, LUNG)
    assert activity(compiled, state, "fibroblast", "COLR") == pytest.approx(2.5 / 4.5)
    assert state["signals"][tables["signal"]["collagen_alignment"]] == 0.3
    state["site"][1], state["small"][1], state["count"][LESIONS] = LUNG, 1, 2
    state["cells"][1, 0] = 1200
    make_large(tables, state, 1, np.uint64(1), 1)
    assert state["matrix"][1].tolist() == [2.5, 0.3]
    assert state["expression"][1].tolist() == state["niche_expression"][LUNG].tolist()


# ---- what tumours give to plasma -------------------------------------------------------------------------------------


def plasma_volume(tables) -> float:
    return 1e3 * PLASMA_SHARE * float(tables["body"]["blood_volume"])


def test_what_lesions_give_is_what_plasma_gets(black6, rest) -> None:
    """At rest the inflow less what flows back is what leaves plasma on top of the host's own turnover."""
    _, state = rest(black6)
    tables = black6.record.copy()[0]
    count, signalling = len(black6.factors), tables["signalling"]
    levels = np.zeros(state["levels"].shape[1])
    levels[:count] = np.resize([0.3, 2.0, 0.1, 5.0], count)
    for _ in range(4000):
        take_back(tables, state)
        give_to_plasma(tables, state, levels, 200.0, 1.5)
        give_to_plasma(tables, state, 0.5 * levels, 100.0, 0.5)
        bind_ligands(tables, state, 0.25)
    exchange, free = signalling["exchange"][:count], state["plasma_free"][:count]
    given = exchange * (1.5 * 200.0 * (levels[:count] - free) + 0.5 * 100.0 * (0.5 * levels[:count] - free))
    clearance = signalling["bound_clearance"][:count] * plasma_volume(tables)
    carried = (clearance > 0.0) & (exchange > 0.0)
    assert carried.sum() >= 4
    gone = clearance * (state["plasma_total"] - signalling["plasma_total"])[:count]
    assert gone[carried] == pytest.approx(given[carried], rel=1e-6)
    assert (np.abs(given[carried]) > 1e-3).all()
    assert 1.01 * gone[carried] != pytest.approx(given[carried], rel=1e-3)
    assert not gone[~carried].any()


def test_a_free_factor_rises_by_inflow_times_half_life(black6, rest) -> None:
    """CSF-1 is not held in plasma: baseline plus inflow times half-life over ln 2 and volume (little flows back)."""
    _, state = rest(black6)
    tables = black6.record.copy()[0]
    csf = black6.factors.index("CSF-1")
    levels = np.zeros(state["levels"].shape[1])
    levels[csf] = 4.0
    give_to_plasma(tables, state, levels, 1e-3, 1.0)
    bind_ligands(tables, state, 2.0)
    half_life = math.log(2.0) / float(tables["signalling"]["bound_clearance"][csf])
    inflow = 4.0 * 1e-3 * float(tables["signalling"]["exchange"][csf])
    expected = float(tables["signalling"]["plasma_free"][csf]) + inflow * half_life / (
        math.log(2.0) * plasma_volume(tables)
    )
    assert state["plasma_free"][csf] == pytest.approx(expected, rel=1e-6)


def test_binding_in_plasma_is_kept(black6, rest) -> None:
    """IGF-1 of a tumour raises the total; binding proteins hold their share of it, with and without the antibody."""
    _, state = rest(black6)
    tables = black6.record.copy()[0]
    igf1, signalling = black6.factors.index("IGF-1"), tables["signalling"]
    buffer = float(signalling["plasma_total"][igf1] / signalling["plasma_free"][igf1])
    levels = np.zeros(state["levels"].shape[1])
    levels[igf1] = 50.0
    give_to_plasma(tables, state, levels, 400.0, 1.0)
    bind_ligands(tables, state, 1.0)
    assert state["plasma_total"][igf1] > 1.02 * signalling["plasma_total"][igf1]
    assert state["plasma_total"][igf1] / state["plasma_free"][igf1] == pytest.approx(buffer)


def test_a_factor_that_blood_does_not_carry_stays_out(black6, rest) -> None:
    _, state = rest(black6)
    tables = black6.record.copy()[0]
    for field in ("plasma_free", "plasma_total", "bound_clearance"):
        tables["signalling"][field][0] = 0.0
    state["plasma_free"][0] = state["plasma_total"][0] = 0.0
    give_to_plasma(tables, state, np.full(state["levels"].shape[1], 9.0), 400.0, 1.0)
    bind_ligands(tables, state, 1.0)
    assert state["plasma_free"][0] == 0.0
    assert state["plasma_free"][1] > 0.0


def test_plasma_follows_a_tumour_in_the_course_of_a_step(black6, rest) -> None:
    """A large primary raises CSF-1 in plasma within a step; without exchange it does not."""
    for exchange in (True, False):
        _, state = rest(black6)
        tables = black6.record.copy()[0]
        csf = black6.factors.index("CSF-1")
        if not exchange:
            tables["signalling"]["exchange"][csf] = 0.0
        state["count"][LESIONS], state["cells"][0, 0], state["lineage"][0] = 1, 30_000_000, 1
        state["stroma"][0, black6.cell_types.index("endothelial cell")] = 500_000
        update_volume(tables, state, 0)
        for tick in range(0, 24, 6):
            advance(tables, state, np.uint64(3), tick, 0.25)
        rise = float(state["plasma_free"][csf] / tables["signalling"]["plasma_free"][csf])
        assert rise > 1.5 if exchange else rise == pytest.approx(1.0)


def test_reading_a_lesion_gives_nothing(black6, rest) -> None:
    """Only the step of a lesion counts: observation must not feed plasma."""
    tables, state = rest(black6)
    state["count"][LESIONS], state["cells"][0, 0] = 1, 1_000_000
    state["stroma"][0, black6.cell_types.index("endothelial cell")] = 20_000
    update_volume(tables, state, 0)
    read_lesion(tables, state, 0)
    assert not state["inflow"].any()
    grow_large(tables, state, 0, np.uint64(1), 0, 0.25)
    assert state["inflow"].any()
