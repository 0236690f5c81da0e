"""Wiring of the mechanisms of clusters, immunity, stroma and soil: what a change of genotype does downstream.

These tests say that a change reaches the step where it should act, and no other. They say nothing about published
outcomes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from paget.host.blood import shed
from paget.host.lesions import read_lesion, update_volume
from paget.host.niches import read_niche
from paget.host.state import LESIONS, SITES
from paget.host.treatment import advance_treatment, give_dose
from paget.keyed_random import subject_key
from paget.model import load_catalog, resolve
from paget.model.edits import Edit
from paget.rules import compile_model

MOUSE, HUMAN = ("py230", "c57bl6"), ("lm2-4", "scid")

PYMT = {
    "tumour cell": 6.2e4,
    "macrophage": 6e3,
    "tumour-associated macrophage": 8e3,
    "fibroblast": 9.3e3,
    "mesenchymal stem cell": 200.0,
    "neutrophil": 1.7e3,
    "endothelial cell": 1.5e3,
    "CD8 T cell": 1.05e3,
    "double-positive T cell": 27.0,
    "NK cell": 250.0,
}
"""Cells per mm3 of a PyMT tumour."""

VOLUME = 700.0
"""mm3"""

SHED_EVENTS = 40_000
"""About so many events are drawn per genotype: a share of 0.13 is then known to 1.3 %."""


def knock_out(where: str, target: str, name: str) -> Edit:
    return Edit(**{"in": where, "kind": "knock-out", target: name})


@cache
def compiled_of(mouse: tuple[str, str], edits: tuple[tuple[str, str, str], ...] = ()) -> Any:
    return compile_model(resolve(load_catalog(), *mouse, edits=[knock_out(*edit) for edit in edits]))


@pytest.fixture(scope="session")
def animal(rest) -> Callable[..., SimpleNamespace]:
    """animal(mouse, *edits, dose=(drug, mg/kg), cells={type: 1/mm3}): a reference tumour in an animal at rest."""

    def make(
        mouse: tuple[str, str],
        *edits: tuple[str, str, str],
        dose: tuple[str, float] | None = None,
        cells: dict[str, float] | None = None,
    ) -> SimpleNamespace:
        compiled = compiled_of(mouse, edits)
        tables, state = rest(compiled)
        if dose is not None:
            drug, route = compiled.drug_names.index(dose[0]), compiled.routes.index("i.v.")
            give_dose(tables, state, drug, route, dose[1])
            advance_treatment(tables, state, 0.25)
        _put_tumour(compiled, tables, state, PYMT | (cells or {}))
        return SimpleNamespace(compiled=compiled, tables=tables, state=state)

    return make


def _put_tumour(compiled: Any, tables: Any, state: Any, densities: dict[str, float]) -> None:
    state["count"][LESIONS] = 1
    state["lineage"][0] = 1
    state["matrix"][0] = (1.0, 0.3)
    for place, name in enumerate(compiled.cell_types):
        number = int(densities.get(name, 0.0) * VOLUME)
        if place == 0:
            state["cells"][0, :2] = number // 2
        else:
            state["stroma"][0, place] = number
    update_volume(tables, state, 0)
    for _ in range(12):  # secretion reads the levels of the step before
        read_lesion(tables, state, 0)


def does(one: SimpleNamespace, cell_type: str, behaviour: str, site: str | None = None) -> float:
    """A behaviour in the primary, or in the niche of a site."""
    place = one.compiled.layout.behaviours.index((cell_type, behaviour))
    if site is None:
        return float(one.state["behaviours"][place])
    where = SITES.index(site)
    for _ in range(12):
        read_niche(one.tables, one.state, where)
    value = float(one.state["niche_behaviours"][where, place])
    read_lesion(one.tables, one.state, 0)
    return value


def level(one: SimpleNamespace, factor: str) -> float:
    return float(one.state["levels"][0, one.compiled.factors.index(factor)])


def shed_from(one: SimpleNamespace) -> SimpleNamespace:
    """Shares of shed aggregates: with two and more tumour cells, and with each kind of partner."""
    total = np.zeros(one.state["sizes"].shape)
    tick = 0
    while total.sum() < SHED_EVENTS:
        shed(one.tables, one.state, 0, subject_key(11, "wiring", 1), tick, 0.25)
        total += one.state["sizes"]
        tick += 6
    partners = total.sum(axis=0) / total.sum()
    return SimpleNamespace(
        clusters=float(total[1:].sum() / total.sum()),
        **{
            name.replace(" ", "_").replace("-", "_"): float(share)
            for name, share in zip(one.compiled.partners, partners[1:], strict=False)
        },
    )


# ---- CXCR2 and IGF1R of more than one kind of cell -------------------------------------------------------------------


@pytest.mark.parametrize("mouse", [MOUSE, HUMAN])
def test_cxcr2_of_tumour_cells_helps_them_to_divide_and_to_leave(animal, mouse) -> None:
    control, without = animal(mouse), animal(mouse, ("tumour", "receptor", "CXCR2"))
    for behaviour in ("cycle entry", "shedding"):
        assert does(without, "tumour cell", behaviour) < 0.99 * does(control, "tumour cell", behaviour)
    assert does(without, "tumour cell", "cohesion") == pytest.approx(
        does(control, "tumour cell", "cohesion"), rel=1e-6
    )


@pytest.mark.parametrize("mouse", [MOUSE, HUMAN])
def test_an_antagonist_of_cxcr2_reaches_tumour_vessels_and_neutrophils(animal, mouse) -> None:
    """Each by its own receptor: with those of the host gone, only the tumour's is left to block."""
    control, blocked = animal(mouse), animal(mouse, dose=("AZD5069", 50.0))
    for cell_type, behaviour in (
        ("tumour cell", "cycle entry"),
        ("endothelial cell", "recruitment"),
        ("neutrophil", "recruitment"),
    ):
        assert does(blocked, cell_type, behaviour) < 0.99 * does(control, cell_type, behaviour), cell_type
    host = ("host", "receptor", "CXCR2")
    left, both = animal(mouse, host), animal(mouse, host, dose=("AZD5069", 50.0))
    assert does(both, "endothelial cell", "recruitment") == pytest.approx(
        does(left, "endothelial cell", "recruitment"), rel=1e-6
    )
    assert does(both, "tumour cell", "cycle entry") < 0.99 * does(left, "tumour cell", "cycle entry")


def test_a_host_without_igf1r_brings_less_to_the_tumour(animal) -> None:
    """Fewer vessels, fibroblasts and macrophages are recruited; tumour cells keep their own receptor."""
    control, without = animal(MOUSE), animal(MOUSE, ("host", "receptor", "IGF1R"))
    for cell_type in ("endothelial cell", "fibroblast", "macrophage"):
        recruited = (cell_type, "recruitment")
        assert does(without, *recruited) < 0.98 * does(control, *recruited), cell_type
    kept = ("CD8 T cell", "recruitment")
    assert does(without, *kept) == pytest.approx(does(control, *kept), rel=0.01)
    assert does(without, "tumour cell", "cycle entry") >= does(control, "tumour cell", "cycle entry")


# ---- plexin-B2 -------------------------------------------------------------------------------------------------------

NO_PLEXIN, NO_SEMA4C, NO_SEMA4A = (
    ("tumour", "receptor", "PLXNB2"),
    ("tumour", "secretion", "SEMA4C"),
    ("host", "secretion", "SEMA4A"),
)


@pytest.mark.parametrize("mouse", [MOUSE, HUMAN])
def test_plexin_and_its_ligand_are_one_pathway(animal, mouse) -> None:
    """Without either, clusters fall alike, but for the little that semaphorin 4A keeps up; without both, no further."""
    control, plexin, ligand, both = (
        shed_from(animal(mouse, *edits)).clusters
        for edits in ((), (NO_PLEXIN,), (NO_SEMA4C,), (NO_PLEXIN, NO_SEMA4C))
    )
    assert plexin < 0.5 * control
    assert control - ligand == pytest.approx(control - plexin, rel=0.2)
    assert both == pytest.approx(plexin, rel=0.1)


@pytest.mark.parametrize("mouse", [MOUSE, HUMAN])
def test_semaphorin_of_monocytes_holds_mixed_clusters_only(animal, mouse) -> None:
    control, alone, neither = (
        shed_from(animal(mouse, *edits)) for edits in ((), (NO_SEMA4A,), (NO_SEMA4A, NO_PLEXIN))
    )
    assert alone.macrophage < 0.6 * control.macrophage
    assert alone.clusters == pytest.approx(control.clusters, rel=0.08)
    assert neither.macrophage < 0.7 * alone.macrophage  # a pair holds by the product of both sides


def test_plexin_of_the_host_helps_in_the_liver_only(animal) -> None:
    control, without = animal(MOUSE), animal(MOUSE, ("host", "receptor", "PLXNB2"))
    dying = ("tumour cell", "death of a lone founder")
    assert does(without, *dying, "liver") > 1.01 * does(control, *dying, "liver")
    assert does(without, *dying, "lung") == pytest.approx(does(control, *dying, "lung"), rel=1e-9)
    assert does(without, "tumour cell", "cohesion") == does(control, "tumour cell", "cohesion")


@pytest.mark.parametrize("mouse", [MOUSE, HUMAN])
def test_a_systemic_blocker_of_plexin_hits_two_steps(animal, mouse) -> None:
    control, blocked = animal(mouse), animal(mouse, dose=("anti-PLXNB2", 50.0))
    assert does(blocked, "tumour cell", "cohesion") < 0.7 * does(control, "tumour cell", "cohesion")
    made = ("hepatocyte", "secretion of epithelialising signal", "liver")
    assert does(blocked, *made) < 0.7 * does(control, *made)


# ---- VLA-4 -----------------------------------------------------------------------------------------------------------


def test_without_vla4_double_positive_t_cells_travel_less(animal) -> None:
    control, without = animal(MOUSE), animal(MOUSE, ("host", "receptor", "VLA-4"))
    before, after = shed_from(control), shed_from(without)
    assert 0.05 < before.double_positive_T_cell / (before.double_positive_T_cell + before.macrophage) < 0.5
    assert after.double_positive_T_cell < 0.4 * before.double_positive_T_cell
    assert after.clusters == pytest.approx(before.clusters, rel=0.08)


@pytest.mark.parametrize("mouse, kept_out", [(MOUSE, ("CD8 T cell", "macrophage")), (HUMAN, ("macrophage",))])
def test_a_blocker_of_vla4_keeps_leukocytes_out(animal, mouse, kept_out: tuple[str, ...]) -> None:
    control, blocked = animal(mouse), animal(mouse, dose=("anti-VLA-4", 10.0))
    for cell_type in kept_out:
        assert does(blocked, cell_type, "recruitment") < 0.96 * does(control, cell_type, "recruitment")
    assert does(blocked, "fibroblast", "recruitment") == does(control, "fibroblast", "recruitment")


def test_tnf_raises_vcam1(animal) -> None:
    control, without = animal(MOUSE), animal(MOUSE, ("host", "secretion", "TNF"))
    assert level(without, "VCAM-1") < 0.7 * level(control, "VCAM-1")


# ---- killing and what holds it ---------------------------------------------------------------------------------------


def test_pd1_holds_cd8_t_cells_back(animal) -> None:
    attack = ("CD8 T cell", "attack on tumour cell")
    control, free = animal(MOUSE), animal(MOUSE, ("host", "receptor", "PD-1"))
    blocked = animal(MOUSE, dose=("anti-PD-1", 20.0))
    assert does(free, *attack) > 1.2 * does(control, *attack)
    assert does(control, *attack) < does(blocked, *attack) <= does(free, *attack)
    assert does(free, "NK cell", "attack on tumour cell") == does(control, "NK cell", "attack on tumour cell")


def test_the_attack_raises_what_stops_it(animal) -> None:
    """Interferon gamma of lymphocytes raises PD-L1 of tumour cells and macrophages."""
    control, without = animal(MOUSE), animal(MOUSE, ("host", "secretion", "IFN-gamma"))
    assert level(without, "PD-L1") < 0.7 * level(control, "PD-L1")


def test_t_cells_exhaust(animal) -> None:
    """The more tumour cells a CD8 T cell touches, the more PD-1 it carries."""
    many, few = animal(MOUSE), animal(MOUSE, cells={"tumour cell": 5e3})
    assert does(few, "CD8 T cell", "expression of PD-1") < 0.7 * does(
        many, "CD8 T cell", "expression of PD-1"
    )


def test_suppressors_of_cd8_t_cells(animal) -> None:
    attack = ("CD8 T cell", "attack on tumour cell")
    control = does(animal(MOUSE), *attack)
    assert does(animal(MOUSE, ("host", "receptor", "TGFBR")), *attack) > 1.02 * control
    assert does(animal(MOUSE, cells={"double-positive T cell": 5e3}), *attack) < 0.95 * control


def test_without_t_cells_there_is_nothing_to_hold_back(animal) -> None:
    compiled = animal(HUMAN).compiled
    assert "PD-1" not in compiled.receptors
    assert not {"CD8 T cell", "double-positive T cell"} & set(compiled.cell_types)


# ---- soil and dormancy -----------------------------------------------------------------------------------------------


def test_inflammation_wakes(animal) -> None:
    waking = ("tumour cell", "waking", "lung")
    control, without = animal(MOUSE), animal(MOUSE, ("host", "secretion", "S100A8-9"))
    assert does(without, *waking) < 0.98 * does(control, *waking)


def test_tgf_beta_keeps_asleep(animal) -> None:
    waking = ("tumour cell", "waking", "lung")
    control, deaf = animal(MOUSE), animal(MOUSE, ("tumour", "receptor", "TGFBR"))
    assert does(deaf, *waking) > 1.02 * does(control, *waking)


@pytest.mark.parametrize(
    "cell_type, behaviour, fold",
    [("fibroblast", "death of a lone founder", 1.01), ("endothelial cell", "waking", 1.02)],
)
def test_resident_cells_make_the_soil(animal, cell_type: str, behaviour: str, fold: float) -> None:
    """Founders die more easily in a lung without fibroblasts; solitary cells wake more easily without quiet vessels."""
    one = animal(MOUSE)
    before = does(one, "tumour cell", behaviour, "lung")
    one.state["niche"][SITES.index("lung"), one.compiled.cell_types.index(cell_type)] = 0.0
    assert does(one, "tumour cell", behaviour, "lung") > fold * before


# ---- DDR2 and collagen -----------------------------------------------------------------------------------------------

NO_DDR2 = ("host", "receptor", "DDR2")


def with_matrix(one: SimpleNamespace, density: float, alignment: float) -> SimpleNamespace:
    one.state["matrix"][0] = (density, alignment)
    read_lesion(one.tables, one.state, 0)
    return one


@pytest.mark.parametrize("mouse", [MOUSE, HUMAN])
def test_contact_with_stem_cells_switches_ddr2_on(animal, mouse) -> None:
    """Without stem cells expression stays at its base; it rises with those in the tumour, not with those elsewhere."""
    induced = ("tumour cell", "expression of DDR2")
    none, some, many = (
        animal(mouse, cells={"mesenchymal stem cell": number}) for number in (0.0, 200.0, 2e4)
    )
    base = float(none.tables["rules"]["base"][none.compiled.layout.behaviours.index(induced)])
    assert does(none, *induced) == base
    assert base < does(some, *induced) < 1.2 * base
    assert does(many, *induced) > 2.0 * base


def test_ddr2_of_the_host_lays_and_aligns_collagen(animal) -> None:
    control, without = animal(MOUSE), animal(MOUSE, NO_DDR2)
    for cell_type in ("fibroblast", "mesenchymal stem cell"):
        for behaviour in ("collagen deposition", "collagen alignment"):
            assert does(without, cell_type, behaviour) < 0.6 * does(control, cell_type, behaviour)
    tumours_own = animal(MOUSE, ("tumour", "receptor", "DDR2"))
    assert does(tumours_own, "fibroblast", "collagen alignment") == pytest.approx(
        does(control, "fibroblast", "collagen alignment")
    )


def test_a_tumour_in_a_host_without_ddr2_is_less_ordered(animal, run) -> None:
    """Three animals each, fourteen days: order of collagen in the primary, and in organs before any tumour."""
    order = [
        np.mean(
            [run(compiled_of(MOUSE, edits), 14.0, animal=a).at_exit("collagen alignment") for a in range(3)]
        )
        for edits in ((), (NO_DDR2,))
    ]
    assert order[1] < 0.6 * order[0]
    control, without = animal(MOUSE), animal(MOUSE, NO_DDR2)
    lung = SITES.index("lung")
    assert without.state["niche_matrix"][lung, 1] < 0.6 * control.state["niche_matrix"][lung, 1]


def test_order_guides_and_density_does_not(animal) -> None:
    """Aligned fibres raise shedding and draw stem cells; dense ones hold drugs and CD8 T cells back instead."""
    plain, ordered, dense = (
        with_matrix(animal(MOUSE), density, alignment)
        for density, alignment in ((1.0, 0.1), (1.0, 0.8), (4.0, 0.1))
    )
    for what in (("tumour cell", "shedding"), ("mesenchymal stem cell", "recruitment")):
        assert does(ordered, *what) > 1.2 * does(plain, *what)
        assert does(dense, *what) == pytest.approx(does(plain, *what), rel=0.01)
    for what in (("tumour cell", "drug sensitivity"), ("CD8 T cell", "recruitment")):
        assert does(ordered, *what) == pytest.approx(does(plain, *what), rel=0.01)
        assert does(dense, *what) < 0.97 * does(plain, *what)


@pytest.mark.parametrize(
    "behaviour, sign", [("death of a lone founder", 1.0), ("waking", -1.0), ("cycle entry", -1.0)]
)
def test_ddr2_of_tumour_cells_helps_in_the_new_organ(animal, behaviour: str, sign: float) -> None:
    control = does(animal(MOUSE), "tumour cell", behaviour, "lung")
    without = does(animal(MOUSE, ("tumour", "receptor", "DDR2")), "tumour cell", behaviour, "lung")
    assert 1e-3 < sign * (without / control - 1.0) < 0.25


def activity(one: SimpleNamespace, receptor: str) -> float:
    """Share of the receptors of host cells in the primary that hold a ligand."""
    return float(one.state["activity"][one.compiled.receptors.index(receptor), 1])


@pytest.mark.parametrize(
    "drug, dose, hits", [("DDR2 inhibitor", 50.0, {"DDR2"}), ("dasatinib", 50.0, {"DDR1", "DDR2"})]
)
def test_one_inhibitor_is_selective(animal, drug: str, dose: float, hits: set[str]) -> None:
    control, treated = animal(MOUSE), animal(MOUSE, dose=(drug, dose))
    for receptor in ("DDR1", "DDR2"):
        before, after = activity(control, receptor), activity(treated, receptor)
        if receptor in hits:
            assert after < 0.8 * before
        else:
            assert after == pytest.approx(before, rel=0.05)


def test_collagen_wakes_through_ddr1(animal) -> None:
    waking = ("tumour cell", "waking", "lung")
    assert does(animal(MOUSE, ("tumour", "receptor", "DDR1")), *waking) < 0.98 * does(animal(MOUSE), *waking)
