"""A tumour in a host: who is there, which rules apply, what edits change."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.errors import PagetError
from paget.model import Catalog, Edit, load_catalog, parameter_table, resolve


def edit(**keys: Any) -> Edit:
    return Edit(**{"in": "tumour", "kind": "knock-out", **keys})


def test_immunocompetent_mouse_has_all(catalog: Catalog) -> None:
    model = resolve(catalog, "py230", "c57bl6")
    assert set(model.cell_types) == set(catalog.cell_types)
    assert next(iter(model.cell_types)) == "tumour cell"
    assert not model.ignored
    assert len(model.rules) == sum(len(mechanism.rules) for mechanism in catalog.mechanisms.values())
    assert model.cell_types["tumour cell"].behaviours["cycle entry"] is model.tumour.behaviours["cycle entry"]
    assert "secretion of IGF-1" in model.cell_types["macrophage"].behaviours
    assert model.species_of("tumour cell") == "mouse"


def test_what_the_host_lacks_is_gone(catalog: Catalog) -> None:
    model = resolve(catalog, "lm2-4", "scid")
    assert "CD8 T cell" not in model.cell_types
    assert all("CD8 T cell" not in site.cells for site in model.host.sites.values())
    assert "adhesion to CD8 T cell" not in model.cell_types["tumour cell"].behaviours
    assert "adhesion to CD8 T cell" not in model.tumour.behaviours
    reasons = [str(item) for item in model.ignored]
    assert "cell type 'CD8 T cell': scid has no T cells" in reasons
    assert any("adhesion to CD8 T cell" in reason for reason in reasons)
    assert model.species_of("tumour cell") == "human"
    assert model.species_of("macrophage") == "mouse"


def test_left_out_mechanisms_leave_nothing_behind(catalog: Catalog) -> None:
    model = resolve(catalog, "py230", "c57bl6", without=["IGF axis"])
    assert "IGF axis" not in model.mechanisms
    assert model.without == ("IGF axis",)
    assert not {"IGF-1", "IGF-2", "insulin"} & set(model.factors)
    assert not {"IGF1R", "IR-A"} & set(model.receptors)
    assert set(model.host.plasma) <= set(model.factors)
    assert not any(
        "IGF" in quantity.path for quantity in model.quantities() if not quantity.path.startswith("drugs")
    )


def test_leaving_out_one_mechanism_changes_no_other(catalog: Catalog) -> None:
    whole = {q.path: q.canonical for q in resolve(catalog, "py230", "c57bl6").quantities()}
    for name in catalog.mechanisms:
        part = {q.path: q.canonical for q in resolve(catalog, "py230", "c57bl6", without=[name]).quantities()}
        assert part.items() <= whole.items()


def test_a_rule_on_what_another_mechanism_brings_is_ignored_without_it(project: Callable[..., Path]) -> None:
    """A rule on IGF1R activity in a mechanism of its own has nothing to read without the IGF axis."""
    signal = (
        r'signal = "pressure"\ndirection = "decreases"',
        'signal = "IGF1R activity"\ndirection = "increases"',
    )
    behaviour = (r'behaviour = "cycle entry"', 'behaviour = "waking"')
    names = (r'name = "growth"', 'name = "arousal"')
    folder = project("mechanisms/growth.toml", names, signal, behaviour, to="mechanisms/arousal.toml")
    catalog = load_catalog(folder)
    assert any(rule.mechanism == "arousal" for rule in resolve(catalog, "py230", "c57bl6").rules)
    model = resolve(catalog, "py230", "c57bl6", without=["IGF axis"])
    assert not any(rule.mechanism == "arousal" for rule in model.rules)
    assert any("does not carry IGF1R here (left out: IGF axis)" in str(item) for item in model.ignored)


@pytest.mark.parametrize("tumour, host", [("py230", "c57bl6"), ("py230", "scid"), ("lm2-4", "scid")])
def test_all_numbers_in_use(tumour: str, host: str, catalog: Catalog) -> None:
    model = resolve(catalog, tumour, host)
    quantities = list(model.quantities())
    assert len({q.path for q in quantities}) == len(quantities) > 300
    assert all(model.quantity(q.path) is q for q in quantities)
    assert not any("kinetics/human" in q.path for q in quantities)
    table = parameter_table(model)
    assert [row["path"] for row in table] == [q.path for q in quantities]
    assert all(row["source"] and row["kind"] for row in table)
    assert "vaghi2020" in model.source_keys() or tumour != "lm2-4"


def test_correlations_name_numbers_in_use(catalog: Catalog) -> None:
    model = resolve(catalog, "lm2-4", "scid")
    value = catalog.tumours["lm2-4"].correlations[0].value.canonical
    assert model.correlations == [("tumours/lm2-4/crowding/alpha", "tumours/lm2-4/crowding/beta", value)]
    for one, other, _ in model.correlations:
        assert model.quantity(one).between is not None
        assert model.quantity(other).between is not None


def test_drugs_can_be_chosen(catalog: Catalog) -> None:
    assert set(resolve(catalog, "py230", "c57bl6", drugs=["paclitaxel"]).drugs) == {"paclitaxel"}
    assert resolve(catalog, "py230", "c57bl6", drugs=[]).drugs == {}


def test_a_ligand_that_does_not_cross_species_is_noted(project: Callable[..., Path]) -> None:
    """Human CSF-1 that mouse macrophages do not answer to, in a mouse whose plasma has none."""
    folder = project("factors/csf-1.toml", (r"human_acts_on_mouse = true", "human_acts_on_mouse = false"))
    project("hosts/scid.toml", (r'\[plasma."CSF-1"\].*\Z', ""))
    model = resolve(load_catalog(folder), "lm2-4", "scid")
    assert any("CSF1R of macrophages (mouse) does not answer to CSF-1" in note for note in model.notes)
    # Interferon gamma acts within its species only, as it should.
    assert all("IFN-gamma" in note for note in resolve(load_catalog(), "lm2-4", "scid").notes)


def test_grafts(catalog: Catalog) -> None:
    with pytest.raises(PagetError, match="rejects a human tumour"):
        resolve(catalog, "lm2-4", "c57bl6")
    assert resolve(catalog, "py230", "scid")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("lm2", "scid"), "Did you mean 'lm2-4'"),
        (("lm2-4", "scdi"), "Did you mean 'scid'"),
        (("lm2-4", "scid", ["grow"]), "unknown mechanism"),
        (("lm2-4", "scid", [], [edit(receptor="CSF1R")]), "no cell of the tumour has this"),
    ],
)
def test_unknown_names(arguments: tuple[Any, ...], message: str, catalog: Catalog) -> None:
    with pytest.raises(PagetError, match=message):
        resolve(catalog, *arguments)


# ---- edits -----------------------------------------------------------------------------------------------------------


def test_knock_out_of_a_receptor(catalog: Catalog) -> None:
    model = resolve(catalog, "py230", "c57bl6", edits=[edit(receptor="IGF1R")])
    receptor = model.cell_types["tumour cell"].receptors["IGF1R"]
    assert receptor.number.canonical == 0
    assert receptor.expression == 0
    assert model.cell_types["tumour cell"].receptors["IR-A"].expression == 1
    assert catalog.mechanisms["IGF axis"].cell_types["tumour cell"].receptors["IGF1R"].expression == 1


@given(fold=st.floats(0.01, 0.99))
def test_knock_down_multiplies_base_and_limits(fold: float) -> None:
    catalog = load_catalog()
    before = resolve(catalog, "py230", "c57bl6")
    after = resolve(catalog, "py230", "c57bl6", edits=[edit(kind="knock-down", behaviour="death", fold=fold)])
    changed = {q.path for q in before.quantities() if after.quantity(q.path).canonical != q.canonical}
    assert changed == {f"tumours/py230/behaviours/death/{key}" for key in ("base", "minimum", "maximum")}
    for path in changed:
        assert after.quantity(path).canonical == pytest.approx(fold * before.quantity(path).canonical)


@pytest.mark.parametrize(
    "keys, cells, behaviour",
    [
        (
            {"in": "host", "secretion": "IGF-1"},
            {"macrophage", "tumour-associated macrophage", "fibroblast"},
            "secretion of IGF-1",
        ),
        ({"in": "host", "secretion": "IGF-1", "cell_type": "fibroblast"}, {"fibroblast"}, "secretion of IGF-1"),
        ({"in": "tumour", "secretion": "CSF-1"}, {"tumour cell"}, "secretion of CSF-1"),
        ({"in": "tumour", "adhesion": "macrophage"}, {"tumour cell"}, "adhesion to macrophage"),
        ({"in": "host", "recruitment": "macrophage"}, {"macrophage"}, "recruitment"),
        ({"in": "tumour", "recruitment": "neutrophil"}, {"neutrophil"}, "recruitment"),
    ],
)  # fmt: skip
def test_whose_cells_are_edited(
    keys: dict[str, str], cells: set[str], behaviour: str, catalog: Catalog
) -> None:
    model = resolve(catalog, "py230", "c57bl6", edits=[edit(**keys)])
    silenced = {
        name
        for name, cell_type in model.cell_types.items()
        if behaviour in cell_type.behaviours and cell_type.behaviours[behaviour].maximum.canonical == 0
    }
    assert silenced == cells
    assert any(word in edit(**keys).describe() for word in ("secretion", "adhesion", "recruitment"))


def test_edits_add_up(catalog: Catalog) -> None:
    halves = [edit(kind="knock-down", behaviour="shedding", fold=0.5)] * 2
    once = resolve(catalog, "py230", "c57bl6").cell_types["tumour cell"].behaviours["shedding"].base.canonical
    twice = resolve(catalog, "py230", "c57bl6", edits=halves).cell_types["tumour cell"].behaviours["shedding"]
    assert twice.base.canonical == pytest.approx(once / 4)


def test_the_primary_holds_what_it_begins_with_recruits_or_makes_of_these(catalog: Catalog) -> None:
    """Hepatocytes stay in the liver; tumour-associated macrophages come of macrophages alone."""
    model = resolve(catalog, "lm2-4", "scid")
    held = model.cell_types_of_primary()
    assert held == tuple(name for name in model.cell_types if name != "hepatocyte")
    associated = model.cell_types["tumour-associated macrophage"].behaviours
    assert "recruitment" not in associated
    assert "tumour-associated macrophage" not in model.tumour.composition
    still = {"macrophage": model.cell_types["macrophage"].model_copy(update={"behaviours": {}})}
    bare = dataclasses.replace(model, cell_types=model.cell_types | still)
    assert set(held) - set(bare.cell_types_of_primary()) == {"tumour-associated macrophage"}
