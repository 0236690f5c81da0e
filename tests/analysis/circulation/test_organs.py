"""Arrests of patients' cells by flow alone, and how much of a pattern they explain."""

from __future__ import annotations

import numpy as np
import pytest

from paget.analysis.circulation.organs import ORGANS, arrests_by_flow, explained_share
from paget.errors import PagetError
from paget.evidence.statistics.animals import Animals
from paget.evidence.statistics.organs import ask_patient_organs
from paget.model import load_catalog
from paget.model.counterpart import PatientOrgans


@pytest.fixture(scope="module")
def catalog():
    return load_catalog(built_in_only=True)


@pytest.fixture(scope="module")
def population(catalog):
    return catalog.get("population", "stage-iii-iv")


def test_most_stop_in_the_lungs_and_the_rest_by_flow(population) -> None:
    found = arrests_by_flow(population)
    assert tuple(found) == ORGANS
    assert 0.9 < found["lung"] < 1.0
    flow = population.flow
    ratio = flow.bone.canonical / flow.brain.canonical
    assert found["bone"] / found["brain"] == pytest.approx(ratio, rel=1e-6)
    assert found["liver"] > found["brain"]  # through the gut


def test_explained_share_by_hand() -> None:
    """Logs 0, 1, 2 against 0, 2, 1: correlation one half."""
    model = dict(zip("abc", np.exp([0.0, 1.0, 2.0]), strict=True))
    seen = dict(zip("abc", np.exp([0.0, 2.0, 1.0]), strict=True))
    assert explained_share(model, seen) == pytest.approx(0.25)
    assert explained_share(model, {name: 3.0 * value**2 for name, value in model.items()}) == pytest.approx(
        1.0
    )


def asked(catalog, **part):
    data = {"statistic": "patient organs", "population": "stage-iii-iv", **part}
    return ask_patient_organs(PatientOrgans.model_validate(data), Animals([], {}, catalog, 1, 3))


def test_findings(catalog) -> None:
    sites = {"bone": 0.4, "brain": 0.1, "lung": 0.3}
    pattern = {"sites": sites, "low": 0.0, "high": 1.0}
    ratios = [{"over": "bone", "under": "brain", "low": 0.0, "high": 1.0}]
    ratio, share = asked(catalog, ratios=ratios, pattern=pattern)
    assert ratio.value == pytest.approx(0.625, rel=1e-6)
    assert ratio.right().tolist() == [True] * 3
    assert share.draws.shape == (3,)
    assert len(set(share.draws)) == 3
    assert 0.0 < share.value < 1.0


@pytest.mark.parametrize(
    "part",
    [
        {"ratios": [{"over": "bone", "under": "spleen", "low": 0.0, "high": 1.0}]},
        {"pattern": {"sites": {"bone": 0.4, "brian": 0.1, "lung": 0.3}, "low": 0.0, "high": 1.0}},
    ],
)
def test_unknown_organs_are_refused(catalog, part) -> None:
    with pytest.raises(PagetError, match="no such organ"):
        asked(catalog, **part)
