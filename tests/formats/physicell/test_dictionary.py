"""Every name and synonym of PhysiCell 1.14's dictionary, and what the engine calls it."""

from __future__ import annotations

import pytest

from paget.errors import PagetError
from paget.formats.physicell.dictionary import dictionary_of
from paget.tissue.vocabulary import vocabulary_of

FACTORS, TYPES, CUSTOM = ("oxygen", "drug"), (("tumour", 0), ("T cell", 7)), ("marker", "other")
NAMES = dictionary_of(FACTORS, TYPES, CUSTOM)

SIGNALS = {
    "oxygen": "oxygen",
    "internalized drug": "intracellular drug",
    "grad(oxygen)": "oxygen gradient",
    "gradient of oxygen": "oxygen gradient",
    "contact with cell type 7": "contact with T cell",
    "contact with live cells": "contact with live cell",
    "contact with dead cells": "contact with dead cell",
    "contact with apoptotic cells": "contact with apoptotic cell",
    "contact with necrotic cells": "contact with necrotic cell",
    "contact with other dead cells": "contact with other dead cell",
    "contact with BM": "contact with basement membrane",
    "total damage delivered": "damage delivered",
    "is attacking": "attacking",
    "is dead": "dead",
    "current time": "time",
    "global time": "time",
    "custom: marker": "custom:marker",
    "custom 1": "custom:other",
    "is_apoptotic": "apoptotic",
    "is_necrotic": "necrotic",
}

BEHAVIOURS = {
    "drug secretion saturation density": "drug secretion target",
    "cycle entry": "exit from cycle phase 0",
    "exit from cycle phase 5": "exit from cycle phase 5",
    "chemotactic sensitivity to oxygen": "chemotactic response to oxygen",
    "adhesive affinity to cell type 7": "adhesive affinity to T cell",
    "cell-membrane adhesion": "cell-BM adhesion",
    "cell-membrane repulsion": "cell-BM repulsion",
    "phagocytosis of apoptotic cells": "phagocytose apoptotic cell",
    "phagocytosis of necrotic cell": "phagocytose necrotic cell",
    "phagocytosis of other dead cell": "phagocytose other dead cell",
    "phagocytose cell type 0": "phagocytose tumour",
    "phagocytosis of 7": "phagocytose T cell",
    "attack cell type 7": "attack T cell",
    "fuse to cell type 0": "fuse to tumour",
    "transition to T cell": "transform to T cell",
    "transition to cell type 7": "transform to T cell",
    "transform to cell type 7": "transform to T cell",
    "custom: other": "custom:other",
    "custom 0": "custom:marker",
    "movable": "is_movable",
    "is movable": "is_movable",
    "immunogenicity to cell type 0": "immunogenicity to tumour",
    "damage rate": "damage rate",
}


@pytest.mark.parametrize(("name", "canonical"), SIGNALS.items())
def test_signals(name, canonical):
    assert NAMES.signal(name) == canonical


@pytest.mark.parametrize(("name", "canonical"), BEHAVIOURS.items())
def test_behaviours(name, canonical):
    assert NAMES.behaviour(name) == canonical


def test_every_canonical_name_is_in_the_engines_vocabulary():
    vocabulary = vocabulary_of(FACTORS, [name for name, _ in TYPES], CUSTOM)
    assert set(NAMES.behaviours.values()) <= set(vocabulary.behaviours)
    assert set(NAMES.signals.values()) == set(vocabulary.signals)
    ours = {name for name in vocabulary.behaviours if name.startswith("kill ")}
    assert set(vocabulary.behaviours) - set(NAMES.behaviours) == ours


def test_a_synonym_never_takes_the_name_of_another_type():
    names = dictionary_of((), (("cell type 1", 0), ("b", 1)))
    assert names.behaviour("attack cell type 1") == "attack cell type 1"
    assert names.behaviour("attack cell type 0") == "attack cell type 1"


def test_unknown_names():
    with pytest.raises(PagetError, match=r"unknown signal \(found 'oxigen'\). Did you mean 'oxygen'"):
        NAMES.signal("oxigen")
    with pytest.raises(PagetError, match="unknown behaviour"):
        NAMES.behaviour("phagocytose dead cell")
