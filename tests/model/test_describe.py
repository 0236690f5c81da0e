"""Everything in the catalog can be told in English, with numbers and sources."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from paget.errors import PagetError
from paget.model import Catalog, Edit, describe, describe_model, load_catalog, resolve
from paget.model.english.words import number, sentence, unit_text
from paget.model.walking import numbers

NAMES = [f"{item.kind}/{item.name}" for item in load_catalog().items()]


@pytest.mark.parametrize("name", NAMES)
def test_every_item(name: str, catalog: Catalog) -> None:
    text = describe(catalog, name)
    item = catalog.find(name)[0]
    assert text.startswith("# ")
    assert item.name in text
    quantities = [quantity for _, quantity in numbers(item, "")]
    if quantities:
        assert re.search(r"\d", text)
        assert "## Sources" in text
    for quantity in quantities:
        assert number(quantity.value) in text
        assert all(key in text for key in quantity.sources if key not in ("assumed", "definition"))
    assert "{" not in text.replace("{factor}", "").replace("{receptor}", "").replace("{cell type}", "")
    assert "None" not in text
    assert not re.search(r"\.\.(?!\.)|  ;|;;|\(\)|\( ", text), re.search(r"\.\.|;;|\(\)", text)


def test_rules_as_sentences(catalog: Catalog) -> None:
    text = describe(catalog, "IGF axis")
    assert "In tumour cells, IGF1R activity increases cycle entry: half-maximum " in text
    assert "The tissue engine ignores" in text
    assert "The host engine ignores none" in text


def test_trial_as_a_protocol(catalog: Catalog) -> None:
    text = describe(catalog, "igf-paclitaxel")
    for words in (
        "40 simulated animals in 4 arms",
        "mg/kg paclitaxel i.v.",
        "killed when",
        "lung foci",
        "against",
        "Seed 1",
    ):
        assert words in text


def test_overview(catalog: Catalog) -> None:
    text = describe(catalog)
    for item in catalog.items():
        assert item.name in text
    assert "secretion of {factor} [molecule/cell/day]" in text


@pytest.mark.parametrize("name", ["cohesion", "IGF1R activity", "secretion of IGF-1", "pressure"])
def test_terms_of_the_vocabulary(name: str, catalog: Catalog) -> None:
    assert "host engine" in describe(catalog, name)


def test_names_in_any_case_and_of_files(catalog: Catalog) -> None:
    assert (
        describe(catalog, "igf-axis")
        == describe(catalog, "IGF AXIS")
        == describe(catalog, "mechanism/IGF axis")
    )


def test_trial_file(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'schema = "trial/1"\nname = "mine"\nextends = "igf-paclitaxel"\nanimals = 3\n', encoding="utf-8"
    )
    assert "12 simulated animals" in describe(catalog, str(path))


def test_unknown_name(catalog: Catalog) -> None:
    with pytest.raises(PagetError, match="Did you mean 'paclitaxel'"):
        describe(catalog, "paclitaxol")


def test_whole_model(catalog: Catalog) -> None:
    edit = Edit(**{"in": "tumour", "kind": "knock-down", "receptor": "IGF1R", "fold": 0.2})
    model = resolve(catalog, "lm2-4", "scid", without=["immune killing"], edits=[edit])
    text = describe_model(model)
    for words in (
        "tumour lm2-4",
        "Knock-down of receptor IGF1R to 20 % in the tumour",
        "mechanism 'immune killing': left out on request",
        "scid has no T cells",
        "Vaghi, Cristina",
        "In macrophages, CSF1R activity increases recruitment",
    ):
        assert words in text
    assert "None" not in text


def test_whole_model_of_a_tissue(catalog: Catalog) -> None:
    """What the tissue engine does not have is named, rules and behaviours alike."""
    model = resolve(catalog, "lm2-4", "scid")
    text = describe_model(model, "tissue")
    assert re.search(r"The tissue engine ignores \d+ of ", text)
    for words in (
        "tumour cell: IGF1R activity decreases loss from blood",
        "The tissue engine has no shedding, cohesion, first-pass passage, ",
    ):
        assert words in text
    assert "The host engine has no" not in describe_model(model)


@pytest.mark.parametrize(
    "value, text",
    [
        (0, "0"),
        (60000.0, "60,000"),
        (0.0708, "0.0708"),
        (0.006666666666666667, "0.006667"),
        (2e-7, "2e-7"),
        (3e8, "3e8"),
        (-1.5, "-1.5"),
        (1e6, "1,000,000"),
        (0.30000000000000004, "0.3"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    "unit, text",
    [
        ("1", ""),
        ("1/day", " per day"),
        ("cell/mm^3", " cell/mm³"),
        ("1/M/s", " 1/M/s"),
        ("%", " %"),
        ("1/(ug*h)", " 1/(ug*h)"),
    ],
)
def test_units(unit: str, text: str) -> None:
    assert unit_text(unit) == text


@pytest.mark.parametrize(
    "text, expected",
    [
        ("autocrine", "Autocrine."),
        ("mRNA rises", "mRNA rises."),
        ("IGF acts.", "IGF acts."),
        ("", ""),
        ("per share", "Per share."),
    ],
)
def test_sentences(text: str, expected: str) -> None:
    assert sentence(text) == expected
