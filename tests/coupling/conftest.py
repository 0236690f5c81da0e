"""The two reference mice, and their tissues."""

from __future__ import annotations

import pytest

from paget.coupling.tissue_model import PlannedDose, tissue_model
from paget.model import load_catalog, resolve
from paget.tissue.definition import Domain


@pytest.fixture(scope="session")
def catalog():
    return load_catalog()


@pytest.fixture(scope="session")
def mouse(catalog):
    """The mouse line in an immunocompetent host."""
    return resolve(catalog, "py230", "c57bl6")


@pytest.fixture(scope="session")
def human(catalog):
    """The human line in an immunodeficient host."""
    return resolve(catalog, "lm2-4", "scid")


@pytest.fixture(scope="session")
def box():
    """A cube of 100 um in 125 voxels."""
    return Domain((0.0, 0.0, 0.0), (100.0, 100.0, 100.0), (20.0, 20.0, 20.0))


@pytest.fixture(scope="session")
def tissue(mouse, box):
    """The mouse line with both drugs."""
    doses = [PlannedDose(0.0, "paclitaxel", "i.v.", 10.0), PlannedDose(60.0, "xentuzumab", "i.p.", 20.0)]
    return tissue_model(mouse, box, doses=doses)
