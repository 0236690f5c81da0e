"""All sample projects that ship with PhysiCell: each makes a definition, or names the C++ that it would need.

A check for developers: PAGET_PHYSICELL_SAMPLES is the folder `sample_projects` of a PhysiCell source. Run it with
`pytest -m slow tests/formats/physicell/test_samples.py`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from paget.formats.physicell import read_project
from paget.tissue.compile import compile_definition

SAMPLES = (
    Path(os.environ.get("PAGET_PHYSICELL_SAMPLES", "")) if "PAGET_PHYSICELL_SAMPLES" in os.environ else None
)
PROJECTS = (
    sorted(path.parent.parent for path in SAMPLES.glob("*/config/PhysiCell_settings.xml")) if SAMPLES else []
)


@pytest.mark.slow
@pytest.mark.skipif(SAMPLES is None, reason="PAGET_PHYSICELL_SAMPLES is not set")
def test_there_are_samples():
    assert len(PROJECTS) >= 17


@pytest.mark.slow
@pytest.mark.parametrize("folder", PROJECTS, ids=lambda folder: folder.name)
def test_a_sample_loads(folder):
    project = read_project(folder)
    assert compile_definition(project.definition, tuple(project.population.behaviours)).types.base.size
    assert len(project.population.kind) > 0 or project.needs
