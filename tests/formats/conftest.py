"""The made-up results of the report's tests, for tables too."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def make_result():
    """`make_result(animals=10, draws=0, seed=3)`."""
    path = Path(__file__).parents[1] / "report" / "fake_result.py"
    spec = importlib.util.spec_from_file_location("fake_result", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.fake_result


@pytest.fixture(scope="session")
def result(make_result):
    """Four arms of ten mice with five parameter draws. Do not change it."""
    return make_result(draws=5)
