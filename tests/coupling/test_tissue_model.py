"""A model of Paget as a definition of the tissue engine: names, numbers, limits, what is ignored, bad input."""

from __future__ import annotations

import re

import pytest

from paget.coupling.tissue_model import PlannedDose, tissue_model
from paget.errors import PagetError
from paget.model import resolve
from paget.model.english.rules import is_absent
from paget.tissue.compile import compile_definition
from paget.tissue.definition import Volume

PER_DAY = 1.0 / 1440.0


def base(tissue, cell_type: str, behaviour: str) -> float:
    return next(t for t in tissue.definition.cell_types if t.name == cell_type).behaviours[behaviour]


def canonical(model, cell_type: str, behaviour: str) -> float:
    return model.cell_types[cell_type].behaviours[behaviour].base.canonical


def test_names_and_order(tissue, mouse) -> None:
    """Factors and cell types are those of the table of the host engine, in its order: the tumour cell first."""
    definition = tissue.definition
    assert (
        [t.name for t in definition.cell_types] == list(tissue.compiled.cell_types) == list(mouse.cell_types)
    )
    assert [f.name for f in definition.factors] == list(tissue.compiled.factors)
    assert definition.receptors == tissue.compiled.receptors
    compile_definition(definition, tissue.biology().own)


def test_numbers_in_the_units_of_the_tissue(tissue, mouse) -> None:
    assert base(tissue, "tumour cell", "exit from cycle phase 0") == pytest.approx(
        canonical(mouse, "tumour cell", "cycle entry") * PER_DAY, rel=1e-15
    )
    assert base(tissue, "CD8 T cell", "kill tumour cell") == pytest.approx(
        canonical(mouse, "CD8 T cell", "attack on tumour cell") * PER_DAY, rel=1e-15
    )
    secreted = canonical(mouse, "fibroblast", "secretion of IGF-1")  # molecules per day
    share = mouse.host.body.interstitial_share.canonical
    assert base(tissue, "fibroblast", "IGF-1 export") == pytest.approx(
        secreted / 1440.0 / 0.602214076 / share, rel=1e-14
    )
    factor = next(f for f in tissue.definition.factors if f.name == "IGF-1")
    assert factor.diffusion == pytest.approx(3e-7 * 1e8 * 60.0)  # 3e-7 cm2/s
    assert factor.decay == pytest.approx(0.002)
    assert factor.initial == mouse.host.plasma["IGF-1"].free.canonical
    assert factor.unit == "nM"


def test_limits_are_those_of_the_cell_type(tissue, mouse) -> None:
    """Not those of the rules: leaving one mechanism out does not change another."""
    numbers = mouse.cell_types["tumour cell"].behaviours["cycle entry"]
    low, high = tissue.definition.limits["tumour cell", "exit from cycle phase 0"]
    assert (low, high) == pytest.approx(
        (numbers.minimum.canonical * PER_DAY, numbers.maximum.canonical * PER_DAY)
    )


def test_every_rule_is_there_or_named_as_ignored(tissue, mouse) -> None:
    known = [rule for rule in mouse.rules if not is_absent(rule, "tissue", mouse.vocabulary)]
    of_cells = [rule for rule in known if rule.behaviour != "recruitment"]
    assert len(tissue.definition.rules) == len(of_cells) > 0
    named = [line.what for line in tissue.ignored if line.what.startswith("rule ")]
    assert len(named) == len(mouse.rules) - len(known) > 0


def test_what_a_tissue_does_not_have_is_named(tissue) -> None:
    lines = [str(line) for line in tissue.ignored]
    assert "'shedding' of tumour cell: no way out into blood yet" in lines
    assert "'collagen deposition' of fibroblast: no collagen in a tissue yet" in lines
    assert not any(line.startswith("'recruitment'") for line in lines)


def test_an_inhibitor_that_rules_do_not_feel_is_named(catalog, box) -> None:
    mouse = resolve(catalog, "py230", "c57bl6")
    built = tissue_model(mouse, box, doses=[PlannedDose(0.0, "marimastat", "i.p.", 30.0)])
    told = [str(item) for item in built.ignored]
    assert any("'inhibits MMP-9' of marimastat: rules that read the level of MMP-9" in text for text in told)
    built = tissue_model(mouse, box, doses=[PlannedDose(0.0, "tasquinimod", "oral", 30.0)])
    assert not any("tasquinimod" in str(item) for item in built.ignored)


def test_without_recruitment(mouse, box) -> None:
    built = tissue_model(mouse, box, recruitment=False)
    assert built.recruited == ()
    assert built.biology().recruitment is None
    assert "recruitment: left out of this tissue" in map(str, built.ignored)


def test_vessels_draw_levels_to_plasma(tissue, mouse) -> None:
    """At 1,500 endothelial cells per mm3 they exchange at the rate of the catalog."""
    rate = base(tissue, "endothelial cell", "IGF-1 secretion") * Volume().total  # um3/min per cell
    assert rate * 1500.0 / 1e9 == pytest.approx(
        mouse.factors["IGF-1"].exchange_with_blood.canonical * PER_DAY
    )
    assert (
        base(tissue, "endothelial cell", "IGF-1 secretion target")
        == mouse.host.plasma["IGF-1"].free.canonical
    )


def test_volumes(mouse, box) -> None:
    """A larger cell of a vessel supplies the same volume of tissue."""
    built = tissue_model(mouse, box, volumes={"endothelial cell": Volume(total=1000.0)})
    other = tissue_model(mouse, box)
    assert base(built, "endothelial cell", "IGF-1 secretion") * 1000.0 == pytest.approx(
        base(other, "endothelial cell", "IGF-1 secretion") * Volume().total
    )


def test_draws_reach_the_tissue(mouse, box) -> None:
    path = mouse.cell_types["tumour cell"].behaviours["division"].base.path
    built = tissue_model(mouse, box, values={path: 2.0})
    assert base(built, "tumour cell", "exit from cycle phase 1") == pytest.approx(2.0 * PER_DAY)


def test_left_out_mechanisms(catalog, box) -> None:
    """Without the IGF axis there are no IGF receptors and no rules on them."""
    built = tissue_model(resolve(catalog, "py230", "c57bl6", without=["IGF axis"]), box)
    assert not {"IGF1R", "IR-A"} & set(built.definition.receptors)
    assert "CSF1R" in built.definition.receptors
    assert not [rule for rule in built.definition.rules if "IGF" in rule.signal]


def test_only_drugs_that_are_given(tissue, mouse, box) -> None:
    assert tissue.compiled.drug_names == ("paclitaxel", "xentuzumab")
    assert tissue_model(mouse, box).compiled.drug_names == ()


BAD = [
    ({"doses": [PlannedDose(0.0, "paclitaxell", "i.v.", 1.0)]}, "unknown drug", "paclitaxel"),
    ({"doses": [PlannedDose(0.0, "paclitaxel", "oral", 1.0)]}, "unknown route of paclitaxel", "i.v."),
    ({"doses": [PlannedDose(0.0, "paclitaxel", "i.v.", -1.0)]}, "a dose must", "-1"),
    ({"doses": [PlannedDose(-5.0, "paclitaxel", "i.v.", 1.0)]}, "a dose must", "-5"),
    ({"doses": [PlannedDose(0.0, "paclitaxel", "i.v.", float("nan"))]}, "a dose must", "nan"),
    ({"volumes": {"tumor cell": Volume()}}, "unknown cell type", "tumour cell"),
]


@pytest.mark.parametrize("given, what, hint", BAD)
def test_bad_input(mouse, box, given, what: str, hint: str) -> None:
    with pytest.raises(PagetError, match=re.escape(what)) as caught:
        tissue_model(mouse, box, **given)
    assert hint in str(caught.value)
