"""The made-up results of the report's tests, for tables too; small tissues that no engine has run."""

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


@pytest.fixture(scope="session")
def fake_tissue():
    """The module `fake_tissue`: `fake_tissue.snapshot(n=40, two_dimensional=False, factors=2, ...)`."""
    path = Path(__file__).with_name("fake_tissue.py")
    spec = importlib.util.spec_from_file_location("fake_tissue", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def full_disk():
    """`with full_disk(2000):` no file can grow beyond so many bytes, as on a disk with as little room."""
    import resource
    from contextlib import contextmanager

    @contextmanager
    def limit(size: int):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limit
