"""The two reference mice with the mechanisms that both engines have in full, and their tissues."""

from __future__ import annotations

import dataclasses

import pytest

from paget.coupling.tissue_model import PlannedDose, tissue_model
from paget.model import load_catalog, resolve
from paget.tissue.definition import Domain


@pytest.fixture(scope="session")
def catalog():
    return load_catalog()


KEPT = ("growth", "IGF axis", "macrophages", "immune killing")
"""Mechanisms of these tests; others sense what a tissue lacks (collagen, vessel density, cytotoxic exposure)."""


def common(catalog, tumour: str, host: str):
    """A reference mouse without the rules on contact, which the host engine averages (see `test_contact_agrees`)."""
    model = resolve(catalog, tumour, host, without=[name for name in catalog.mechanisms if name not in KEPT])
    rules = [rule for rule in model.rules if not rule.signal.startswith("contact with ")]
    return dataclasses.replace(model, rules=rules)


@pytest.fixture(scope="session")
def mouse(catalog):
    """The mouse line in an immunocompetent host."""
    return common(catalog, "py230", "c57bl6")


@pytest.fixture(scope="session")
def human(catalog):
    """The human line in an immunodeficient host."""
    return common(catalog, "lm2-4", "scid")


@pytest.fixture(scope="session")
def box():
    """A cube of 100 um in 125 voxels."""
    return Domain((0.0, 0.0, 0.0), (100.0, 100.0, 100.0), (20.0, 20.0, 20.0))


@pytest.fixture(scope="session")
def tissue(mouse, box):
    """The mouse line with both drugs."""
    doses = [PlannedDose(0.0, "paclitaxel", "i.v.", 10.0), PlannedDose(60.0, "xentuzumab", "i.p.", 20.0)]
    return tissue_model(mouse, box, doses=doses)
