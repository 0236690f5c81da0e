"""Organs of hosts with an edited genotype: what they keep of the wild type, against the closed form at rest."""

from __future__ import annotations

import numpy as np
import pytest

from paget.host.genotype import at_rest, beside_wild_type
from paget.host.lesions import DEPOSITION, DIGESTION, matrix_rate
from paget.host.niches import read_niche
from paget.host.record import SITES
from paget.model import Edit, load_catalog, resolve
from paget.rules import compile_model

LUNG = SITES.index("lung")


@pytest.fixture(scope="module")
def host():
    """host(edit keys ...): the compiled model of Py230 in a host with such an edit; without keys the wild type."""
    catalog = load_catalog(built_in_only=True)

    def make(**edit):
        edits = [Edit.model_validate({"in": "host", **edit})] if edit else []
        return compile_model(resolve(catalog, "py230", "c57bl6", edits=edits))

    return make


@pytest.fixture(scope="module")
def wild_type(host):
    return host()


def test_beside_itself_the_wild_type_keeps_all(wild_type) -> None:
    assert beside_wild_type(wild_type, wild_type).record.tobytes() == wild_type.record.tobytes()


@pytest.mark.parametrize("fold", [0.2, 0.5, 3.0])
def test_residents_follow_their_recruitment(host, wild_type, rest, fold: float) -> None:
    """Macrophages of both states die as before and are replaced by what recruitment keeps and answers."""
    kind = "knock-down" if fold < 1 else "over-expression"
    edited = host(kind=kind, recruitment="macrophage", fold=fold)
    place = edited.cell_types.index("macrophage")
    beside = beside_wild_type(edited, wild_type)
    kept = beside.tables["sites"]["kept_recruitment"][LUNG, place]
    assert kept == pytest.approx(fold, rel=1e-3)
    (tables, after), (_, before) = rest(beside), rest(wild_type)
    recruitment = tables["behaviour"]["recruitment"][place]

    def answer(state) -> float:
        return state["niche_behaviours"][LUNG, recruitment] / state["niche_rest"][LUNG, recruitment]

    both = [place, edited.cell_types.index("tumour-associated macrophage")]  # they turn into each other
    ratio = after["niche"][LUNG, both].sum() / before["niche"][LUNG, both].sum()
    assert ratio == pytest.approx(fold * answer(after) / answer(before), rel=1e-3)
    assert ratio == pytest.approx(fold, rel=0.1)
    _, alone = rest(edited)
    assert alone["niche"][LUNG, place] == pytest.approx(before["niche"][LUNG, place], rel=1e-3)


def test_kept_shares_are_those_of_the_behaviours(host, wild_type) -> None:
    edited = host(kind="knock-down", behaviour="collagen deposition", fold=0.3)
    sites = beside_wild_type(edited, wild_type).tables["sites"]
    laid = at_rest(wild_type).deposition > 0.0
    assert laid[LUNG]
    assert sites["kept_deposition"] == pytest.approx(np.where(laid, 0.3, 1.0), rel=1e-9)
    assert sites["kept_recruitment"][:, : len(edited.cell_types)] == pytest.approx(1.0, rel=1e-3)
    assert sites["lost_digestion"] == pytest.approx(np.zeros(len(SITES)), abs=1e-9)


@pytest.mark.parametrize(
    "edit",
    [
        {"kind": "knock-out", "receptor": "DDR2"},
        {"kind": "knock-down", "receptor": "DDR2", "fold": 0.5},
        {"kind": "knock-down", "behaviour": "collagen digestion", "fold": 0.5},
        {"kind": "over-expression", "behaviour": "collagen digestion", "fold": 2.0},
    ],
)
def test_collagen_at_rest_is_what_is_laid_over_what_is_lost(host, wild_type, rest, edit) -> None:
    """density (turnover + digestion) = (turnover + wild digestion) deposition / wild deposition, with the rates of the
    wild type at rest, read from the wild type alone."""
    tables, state = rest(beside_wild_type(host(**edit), wild_type))
    _, before = rest(wild_type)
    read_niche(tables, state, LUNG)
    behaviours, turnover = state["niche_behaviours"][LUNG], float(tables["body"]["collagen_turnover"])
    wild = at_rest(wild_type)
    laid = matrix_rate(tables, state, behaviours, DEPOSITION) / wild.deposition[LUNG]
    lost = turnover + matrix_rate(tables, state, behaviours, DIGESTION)
    expected = (turnover + wild.digestion[LUNG]) * laid / lost
    assert state["niche_matrix"][LUNG, 0] == pytest.approx(expected, rel=1e-3)
    assert abs(np.log(state["niche_matrix"][LUNG, 0] / before["niche_matrix"][LUNG, 0])) > 0.1


def test_a_knock_out_of_recruitment_leaves_none(host, wild_type, rest) -> None:
    edited = beside_wild_type(host(kind="knock-out", recruitment="neutrophil"), wild_type)
    _, state = rest(edited)
    assert state["niche"][:, edited.cell_types.index("neutrophil")] == pytest.approx(0.0, abs=1e-6)
