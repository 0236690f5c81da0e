"""What the drugs of the catalog meet in the two reference mice: constants of the right species, and nothing else."""

from __future__ import annotations

import math

import numpy as np
import pytest

from paget.model import Catalog, resolve
from paget.rules import CompiledModel, compile_model

HUMAN_IN_MOUSE, MOUSE = ("lm2-4", "scid"), ("py230", "c57bl6")


@pytest.fixture(scope="module")
def models(catalog: Catalog) -> dict[tuple[str, str], CompiledModel]:
    return {pair: compile_model(resolve(catalog, *pair)) for pair in (HUMAN_IN_MOUSE, MOUSE)}


def entry(compiled: CompiledModel, field: str, drug: str, *names: tuple[str, ...]) -> np.ndarray:
    """An entry of the table of drugs; names are (kind, name, ...) such as ('receptors', 'CXCR2')."""
    index = [compiled.drug_names.index(drug)]
    index += [getattr(compiled.layout, kind).index(name) for kind, name in names]
    return compiled.tables["drugs"][field][tuple(index)]


RECEPTORS = [
    # drug, receptor, (tumour, host) constant in nM with the human tumour, the same with the mouse tumour
    ("AZD5069", "CXCR2", (0.25, 0.25), (0.25, 0.25)),
    ("anti-CSF1R", "CSF1R", (0.2, 1.0), (1.0, 1.0)),
    ("anti-PD-1", "PD-1", (4.0, 4.0), (4.0, 4.0)),
    ("anti-VLA-4", "VLA-4", (34.0, 34.0), (34.0, 34.0)),
    ("anti-PLXNB2", "PLXNB2", (1.0, 1.0), (1.0, 1.0)),
    ("DDR2 inhibitor", "DDR2", (230.0, 230.0), (230.0, 230.0)),
]


@pytest.mark.parametrize("drug, receptor, xenograft, syngeneic", RECEPTORS)
def test_antagonists(drug, receptor, xenograft, syngeneic, models) -> None:
    for pair, expected in ((HUMAN_IN_MOUSE, xenograft), (MOUSE, syngeneic)):
        compiled = models[pair]
        if receptor not in compiled.receptors:
            continue
        assert entry(compiled, "antagonism", drug, ("receptors", receptor)) == pytest.approx(expected)
        others = [name for name in compiled.receptors if name != receptor]
        for other in others:
            assert np.isinf(entry(compiled, "antagonism", drug, ("receptors", other))).all(), other
        assert 0 < entry(compiled, "antagonist_share", drug, ("receptors", receptor)) <= 1


def test_dasatinib_blocks_both_receptors_of_collagen(models) -> None:
    for compiled in models.values():
        for receptor, constant in (("DDR2", 1.4), ("DDR1", 0.5)):
            found = entry(compiled, "antagonism", "dasatinib", ("receptors", receptor))
            assert found == pytest.approx((constant, constant))


def test_what_a_drug_spares_is_not_met(models) -> None:
    """Digoxin breaks clusters of human cells at a hundredth of the level that those of mice need, and does no more."""
    cluster = ("behaviours", ("tumour cell", "cluster break-up"))
    for pair, half in ((HUMAN_IN_MOUSE, 1e-3), (MOUSE, 0.1)):
        assert entry(models[pair], "modification_half", "digoxin", cluster) == pytest.approx(half)
        assert entry(models[pair], "modification", "digoxin", cluster) == pytest.approx(20.0)
        changed = entry(models[pair], "modification", "digoxin") != 1.0
        assert changed.sum() == 1


def test_inhibitors_of_factors(models) -> None:
    compiled = models[MOUSE]
    for drug, factor, constant in (("marimastat", "MMP-9", 3.0), ("tasquinimod", "S100A8-9", 1000.0)):
        assert entry(compiled, "inhibition", drug, ("factors", factor)) == pytest.approx(constant)
        found = entry(compiled, "inhibition", drug)[: len(compiled.factors)]
        assert np.isfinite(found).sum() == 1


def test_depletion_by_type(models) -> None:
    compiled = models[HUMAN_IN_MOUSE]
    rates = entry(compiled, "depletion_rate", "anti-Ly6G")[: len(compiled.cell_types)]
    killed = {name for name, rate in zip(compiled.cell_types, rates, strict=True) if rate > 0}
    assert killed == {"neutrophil", "tumour-associated neutrophil"}
    rates = entry(compiled, "depletion_rate", "anti-CSF1R")[: len(compiled.cell_types)]
    killed = {name for name, rate in zip(compiled.cell_types, rates, strict=True) if rate > 0}
    assert killed == {"macrophage", "tumour-associated macrophage"}


def test_antibody_against_tnf_binds_that_of_the_host(models) -> None:
    for pair in (HUMAN_IN_MOUSE, MOUSE):
        assert entry(models[pair], "binding_affinity", "anti-TNF", ("factors", "TNF")) == pytest.approx(0.2)
        free = entry(models[pair], "binding_affinity", "anti-TNF")[: len(models[pair].factors)]
        assert np.isfinite(free).sum() == 1


def test_only_cytotoxics_damage(models) -> None:
    compiled = models[MOUSE]
    damaging = {drug for drug in compiled.drug_names if entry(compiled, "damage_rate", drug) > 0}
    assert damaging == {"paclitaxel", "doxorubicin", "cyclophosphamide"}
    assert not math.isnan(float(entry(compiled, "bioavailability", "doxorubicin", ("routes", "i.v."))))
