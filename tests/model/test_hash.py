"""The hash of a model changes with what can change a result, and with nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from paget.model import Edit, load_catalog, model_hash, resolve

LM2 = "tumours/lm2-4.toml"


def hash_of(folder: Path | None = None) -> str:
    return model_hash(resolve(load_catalog(folder), "lm2-4", "scid"))


@pytest.mark.parametrize(
    "file, change",
    [
        (LM2, (r'title = "[^"]*"', 'title = "another"')),
        (LM2, (r'note = "[^"]*"', 'note = "another"')),
        (LM2, (r"^#[^\n]*$", "# another comment")),
        ("mechanisms/igf-axis.toml", (r'summary = """.*?"""', 'summary = "another"')),
        ("mechanisms/igf-axis.toml", (r'note = "[^"]*"', 'note = "another"')),
        (
            "factors/igf-1.toml",
            (r'source = "assumed", kind = "assumed"', 'source = "vaghi2020", kind = "derived"'),
        ),
    ],
)
def test_words_do_not_count(file: str, change: tuple[str, str], project: Callable[..., Path]) -> None:
    assert hash_of(project(file, change)) == hash_of()


def test_other_units_of_the_same_number_do_not_count(project: Callable[..., Path]) -> None:
    mass = load_catalog().factors["IGF-1"].molar_mass
    text = (
        f'molar_mass = {{ value = {mass.value / 1000}, unit = "kDa", source = "assumed", kind = "assumed" }}'
    )
    assert hash_of(project("factors/igf-1.toml", (r"^molar_mass = [^\n]*", text))) == hash_of()


@pytest.mark.parametrize(
    "file, change",
    [
        (LM2, (r"alpha = \{ value = [0-9.]+", "alpha = { value = 0.5001")),
        (LM2, (r"(?<=range = \[)[0-9.e-]+", "1e-6")),
        (LM2, (r"(?<=sd = )[0-9.]+", "0.777")),
        (LM2, (r"^value = \{ value = [0-9.]+", "value = { value = 0.777")),
        ("mechanisms/growth.toml", (r"\[\[rules\]\].*\Z", "")),
        ("receptors/igf1r.toml", (r"^\"insulin\"[^\n]*$", "")),
        ("factors/csf-1.toml", (r"human_acts_on_mouse = true", "human_acts_on_mouse = false")),
        ("drugs/xentuzumab.toml", (r'factor = "insulin"\nbound = false', 'factor = "CSF-1"\nbound = false')),
        ("hosts/scid.toml", (r'"NK cells" = true', '"NK cells" = false')),
    ],
)  # fmt: skip
def test_planted_changes_are_seen(file: str, change: tuple[str, str], project: Callable[..., Path]) -> None:
    assert hash_of(project(file, change)) != hash_of()


def test_order_of_rules_does_not_count(project: Callable[..., Path]) -> None:
    """The first rule moved to the end."""
    text = (load_catalog().mechanisms["IGF axis"].origin.text).split("[[rules]]")
    moved = "[[rules]]".join([text[0], *text[2:], text[1]])
    folder = project("mechanisms/igf-axis.toml")
    (folder / "mechanisms" / "igf-axis.toml").write_text(moved, encoding="utf-8")
    assert hash_of(folder) == hash_of()


def test_edits_and_left_out_mechanisms_count() -> None:
    catalog = load_catalog()
    edit = Edit(**{"in": "tumour", "kind": "knock-out", "receptor": "IGF1R"})
    models = [
        resolve(catalog, "lm2-4", "scid"),
        resolve(catalog, "lm2-4", "scid", edits=[edit]),
        resolve(catalog, "lm2-4", "scid", without=["macrophages"]),
        resolve(catalog, "lm2-4", "scid", drugs=["paclitaxel"]),
        resolve(catalog, "py230", "scid"),
    ]
    assert len({model_hash(model) for model in models}) == len(models)
