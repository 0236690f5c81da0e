"""The words of the catalog in the tissue: the table, the vocabulary and the engine agree; units by hand."""

from __future__ import annotations

import pytest

from paget.coupling.words import (
    BEHAVIOURS,
    OF_THE_TISSUE,
    SIGNALS,
    behaviour_factor,
    behaviour_in_tissue,
    signal_factor,
    signal_in_tissue,
)
from paget.tissue.vocabulary import vocabulary_of


def test_absent_is_what_the_table_does_not_have(catalog) -> None:
    """`vocabulary.toml` calls exactly those words absent that the tissue engine has no name for."""
    behaviours, signals = catalog.vocabulary.behaviours, catalog.vocabulary.signals
    present = {word for word, term in behaviours.items() if term.tissue.meaning != "absent"}
    assert present == {*BEHAVIOURS, *OF_THE_TISSUE}
    assert {word for word, term in signals.items() if term.tissue.meaning != "absent"} == {*SIGNALS}


NAMES = [
    ("cycle entry", "exit from cycle phase 0"),
    ("division", "exit from cycle phase 1"),
    ("repair of damage", "exit from cycle phase 2"),
    ("death", "apoptosis"),
    ("transformation to macrophage", "transform to macrophage"),
    ("secretion of IGF-1", "IGF-1 export"),
    ("attack on tumour cell", "kill tumour cell"),
    ("adhesion to NK cell", "adhesive affinity to NK cell"),
    ("drug sensitivity", "custom:drug sensitivity"),
    ("shedding", None),
    ("collagen deposition", None),
]


@pytest.mark.parametrize("word, name", NAMES)
def test_names_of_behaviours(catalog, word: str, name: str | None) -> None:
    assert behaviour_in_tissue(catalog.vocabulary.behaviour(word)) == name


SENSED = [
    ("IGF-1", "IGF-1"),
    ("IGF1R activity", "IGF1R activity"),
    ("contact with NK cell", "contact with NK cell"),
    ("pressure", "pressure"),
    ("vessel density", None),
    ("collagen alignment", None),
]


@pytest.mark.parametrize("word, name", SENSED)
def test_names_of_signals(catalog, word: str, name: str | None) -> None:
    match = catalog.vocabulary.signal(word)
    assert signal_in_tissue(match) == name
    if name is not None:
        assert signal_factor(match) == 1.0


def test_the_engine_knows_every_name(catalog) -> None:
    """Names that the table gives are signals and behaviours of the engine's own vocabulary."""
    types, factors, receptors = ("macrophage", "NK cell"), ("IGF-1",), ("IGF1R",)
    custom = [w.name.removeprefix("custom:") for w in BEHAVIOURS.values() if w.name.startswith("custom:")]
    own = vocabulary_of(factors, types, custom, receptors)
    filling = {"cell-type": "NK cell", "factor": "IGF-1", "receptor": "IGF1R"}
    texts = [
        pattern.replace("{cell type}", filling["cell-type"]).replace("{factor}", "IGF-1")
        for pattern in BEHAVIOURS
    ]
    for text in texts:
        own.behaviour_number(str(behaviour_in_tissue(catalog.vocabulary.behaviour(text))))
    for text in ("IGF-1", "IGF1R activity", "contact with NK cell", "pressure"):
        own.signal_number(str(signal_in_tissue(catalog.vocabulary.signal(text))))


UNITS = [
    ("death", 1.0 / 1440.0),
    ("transformation to macrophage", 1.0 / 1440.0),
    ("drug sensitivity", 1.0),
    ("adhesion to NK cell", 1.0),
    # 1 nM is 6.02214076e23 * 1e-9 molecules in 1e15 um3, of which a quarter is fluid here.
    ("secretion of IGF-1", 1.0 / (0.602214076 * 0.25) / 1440.0),
]


@pytest.mark.parametrize("word, factor", UNITS)
def test_units(catalog, word: str, factor: float) -> None:
    assert behaviour_factor(catalog.vocabulary.behaviour(word), 0.25) == pytest.approx(factor, rel=1e-15)
