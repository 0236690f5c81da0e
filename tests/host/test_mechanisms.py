"""The myeloid, vascular and protease mechanisms in a living animal: each chain of rules moves what it should.

These tests look at the links of a mechanism, not at what published interventions gave. Animals are twins (the same
random numbers with and without the change), so a few of them decide.
"""

from __future__ import annotations

import numpy as np
import pytest

from paget.model import Edit, resolve
from paget.rules import compile_model

ANIMALS = (1, 2, 3)
BLOCK = [("AZD5069", day / 4, 100.0, "oral") for day in range(32)]
"""Often enough that CXCR2 stays blocked: the drug is gone within hours."""


@pytest.fixture(scope="module")
def mouse(catalog):
    """mouse(edit, ..., without=(...), drugs=(...)): the mouse line in its host, compiled; an edit is a dictionary."""

    def make(*edits, without=(), drugs=()):
        changed = [Edit(**edit) for edit in edits]
        return compile_model(resolve(catalog, "py230", "c57bl6", without=without, edits=changed), drugs)

    return make


@pytest.fixture(scope="module")
def mean(run, regimen):
    """mean(model, day, field, ...): mean over the animals of the sum of some columns on a day."""

    def of(model, day: int, *fields: str, doses=()) -> float:
        treatment = regimen(model, *doses)
        records = [run(model, float(day), treatment, animal) for animal in ANIMALS]
        return float(np.mean([sum(record.column(name)[day] for name in fields) for record in records]))

    return of


def lost(where: str, **target: str) -> dict[str, str]:
    return {"in": where, "kind": "knock-out", **target}


def raised(where: str, fold: float, **target: str) -> dict[str, object]:
    return {"in": where, "kind": "over-expression", "fold": fold, **target}


GRANULOCYTES = ("primary neutrophil", "primary tumour-associated neutrophil")


def test_macrophages_follow_csf_1_and_bring_tgf_beta_and_proteases(mouse, mean) -> None:
    with_it, without_it = mouse(), mouse(lost("tumour", secretion="CSF-1"))
    for field in ("primary tumour-associated macrophage", "TGF-beta", "MMP-9"):
        assert mean(without_it, 21, field) < 0.8 * mean(with_it, 21, field)


def test_macrophages_open_the_way_out(mouse, run) -> None:
    """Without the IGF axis macrophages do not feed the tumour, so that shedding is compared at about one size."""
    left_out = ("IGF axis",)
    with_them = mouse(without=left_out)
    without_them = mouse(lost("host", recruitment="macrophage"), without=left_out)
    records = [[run(model, 21.0, animal=animal) for animal in ANIMALS] for model in (with_them, without_them)]
    shed = [np.mean([record.account["shed"] for record in arm]) for arm in records]
    volume = [np.mean([record.column("primary volume")[21] for record in arm]) for arm in records]
    assert volume[1] > 0.8 * volume[0]
    assert shed[1] < 0.95 * shed[0]


def test_tgf_beta_turns_neutrophils(mouse, mean) -> None:
    def turned(model) -> float:
        return mean(model, 21, GRANULOCYTES[1]) / mean(model, 21, *GRANULOCYTES)

    plain = mouse()
    silent = mouse(lost("tumour", secretion="TGF-beta"), lost("host", secretion="TGF-beta"))
    assert turned(silent) < 0.9 * turned(plain)


def test_mmp_9_digests_collagen_and_frees_vegf(mouse, mean) -> None:
    plain, silent = mouse(), mouse(lost("host", secretion="MMP-9"))
    assert mean(silent, 21, "collagen density") > 1.02 * mean(plain, 21, "collagen density")
    assert mean(silent, 21, "VEGF") < 0.9 * mean(plain, 21, "VEGF")


def test_vegf_makes_vessels(mouse, mean) -> None:
    plain = mouse()
    silent = mouse(lost("tumour", secretion="VEGF"), lost("host", secretion="VEGF"))
    assert mean(silent, 21, "vessel density") < 0.8 * mean(plain, 21, "vessel density")


def test_cxcr2_in_plasma_lets_neutrophils_out_of_the_marrow(mouse, mean) -> None:
    """Blocked, the count falls for some days; then the pool behind the door is full and it comes back."""
    model = mouse(drugs=("AZD5069",))
    rest, fallen = mean(model, 0, "blood neutrophils"), mean(model, 2, "blood neutrophils", doses=BLOCK)
    assert fallen < 0.85 * rest
    assert mean(model, 8, "blood neutrophils", doses=BLOCK) > fallen
    without = mouse(without=("marrow",), drugs=("AZD5069",))
    assert mean(without, 2, "blood neutrophils", doses=BLOCK) == pytest.approx(rest, rel=1e-3)


def test_g_csf_of_the_tumour_drives_the_marrow(mouse, mean) -> None:
    """The tumour's G-CSF reaches plasma, the marrow answers, and more neutrophils arrive in the tumour."""
    plain, loud = mouse(), mouse(raised("tumour", 10.0, secretion="G-CSF"))
    assert mean(loud, 21, "plasma free G-CSF") > 3.0 * mean(plain, 21, "plasma free G-CSF")
    assert mean(loud, 21, "blood neutrophils") > 1.5 * mean(plain, 21, "blood neutrophils")
    assert mean(loud, 21, *GRANULOCYTES) > 1.3 * mean(plain, 21, *GRANULOCYTES)


DOSE = [("paclitaxel", 14.0, 30.0, "i.v.")]
SPARED = {"drugs/paclitaxel/toxicity/neutrophil_suppression": 0.0}
"""The loop without the drug's other hand: paclitaxel that leaves the marrow alone."""


@pytest.fixture(scope="module")
def density(mean):
    """density(model, day, ...): granulocytes per volume of the primary."""

    def of(model, day: int, doses=()) -> float:
        return mean(model, day, *GRANULOCYTES, doses=doses) / mean(model, day, "primary volume", doses=doses)

    return of


@pytest.fixture(scope="module")
def folds(mouse, mean, density):
    """folds(edit, ...): what one dose does to each link of the loop, relative to the untreated twin."""

    def of(*edits) -> dict[str, float]:
        model = mouse(*edits, drugs=("paclitaxel",)).with_values(SPARED)
        fold = {
            name: mean(model, day, name, doses=DOSE) / max(mean(model, day, name), 1e-9)
            for name, day in (("TNF", 15), ("CXCL1", 15), ("S100A8-9", 16))
        }
        return fold | {"granulocytes": density(model, 16, DOSE) / density(model, 16)}

    return of


def test_chemotherapy_closes_the_loop(folds) -> None:
    """TNF, then CXCL1, then CD11b+Gr1+ cells, then S100A8/A9; without TNF, a planted break, none of it.

    Cells per volume rise in any tumour that loses tumour cells: the later links are compared with the broken loop.
    """
    intact, broken = folds(), folds(lost("host", secretion="TNF"))
    assert intact["TNF"] > 2.0
    assert intact["CXCL1"] > 1.2
    assert broken["CXCL1"] < 1.02
    assert intact["granulocytes"] > 1.05 * broken["granulocytes"]
    assert intact["S100A8-9"] > 1.02 * broken["S100A8-9"]


def test_chemotherapy_empties_the_marrow_and_the_count_comes_back(mouse, mean) -> None:
    model = mouse(drugs=("paclitaxel",))
    before = mean(model, 14, "blood neutrophils")
    assert mean(model, 20, "blood neutrophils", doses=DOSE) < 0.7 * before
    assert mean(model, 28, "blood neutrophils", doses=DOSE) > 0.9 * before


def test_cxcr2_draws_neutrophils_into_the_tumour(mouse, density) -> None:
    """Also where the marrow lets everybody out: the block is felt in the tumour itself."""
    model = mouse(without=("marrow",), drugs=("AZD5069",))
    doses = [("AZD5069", 14.0 + shift / 4, 100.0, "oral") for shift in range(16)]
    assert density(model, 17, doses) < 0.7 * density(model, 17)
