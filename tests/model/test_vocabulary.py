"""Which signal or behaviour a text names."""

from __future__ import annotations

import pytest

from paget.model import Catalog


@pytest.mark.parametrize(
    "text, pattern, kind, name",
    [
        ("pressure", "pressure", None, None),
        ("IGF1R activity", "{receptor} activity", "receptor", "IGF1R"),
        ("IGF-1", "{factor}", "factor", "IGF-1"),
        ("contact with CD8 T cell", "contact with {cell type}", "cell-type", "CD8 T cell"),
        ("vessel density", "vessel density", None, None),
    ],
)
def test_signals(text: str, pattern: str, kind: str | None, name: str | None, catalog: Catalog) -> None:
    match = catalog.vocabulary.signal(text)
    assert match is not None
    assert (match.pattern, match.kind, match.name) == (pattern, kind, name)


@pytest.mark.parametrize(
    "text, pattern, name",
    [
        ("cycle entry", "cycle entry", None),
        ("secretion of IGF-1", "secretion of {factor}", "IGF-1"),
        ("transformation to macrophage", "transformation to {cell type}", "macrophage"),
        ("adhesion to CD8 T cell", "adhesion to {cell type}", "CD8 T cell"),
    ],
)
def test_behaviours(text: str, pattern: str, name: str | None, catalog: Catalog) -> None:
    match = catalog.vocabulary.behaviour(text)
    assert match is not None
    assert (match.pattern, match.name) == (pattern, name)


@pytest.mark.parametrize("text", ["", "secretion of ", "secretion", "{factor}", "secretion of {factor}x y{"])
def test_no_behaviour(text: str, catalog: Catalog) -> None:
    match = catalog.vocabulary.behaviour(text)
    assert match is None or match.name not in catalog.factors


def test_every_term_has_a_meaning_in_both_engines(catalog: Catalog) -> None:
    vocabulary = catalog.vocabulary
    for term in (*vocabulary.signals.values(), *vocabulary.behaviours.values()):
        assert term.host.text
        assert term.tissue.text


def test_chances_cannot_exceed_one(catalog: Catalog) -> None:
    assert catalog.vocabulary.behaviours["cohesion"].at_most == 1
