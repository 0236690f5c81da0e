"""Made-up results for the tests of the report: see fake_result.py."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


def _maker():
    spec = importlib.util.spec_from_file_location("fake_result", Path(__file__).with_name("fake_result.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.fake_result


@pytest.fixture(scope="session")
def make_result():
    """`make_result(animals=10, draws=0, seed=3)`."""
    return _maker()


@pytest.fixture(scope="session")
def result(make_result):
    """Four arms of ten mice, no draws. Do not change it: make your own."""
    return make_result()


@pytest.fixture(scope="session")
def result_with_draws(make_result):
    """The same with five parameter draws."""
    return make_result(draws=5)
