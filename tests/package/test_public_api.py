"""`import paget` is cheap, and every public name can be had."""

import json
import subprocess
import sys

import pytest

import paget

HEAVY = (
    "numpy",
    "pandas",
    "numba",
    "scipy",
    "matplotlib",
    "pydantic",
    "pint",
    "rich",
    "typer",
    "lifelines",
    "statsmodels",
)


def modules_after(statement: str) -> set[str]:
    """Top-level modules loaded in a new interpreter after `statement`."""
    script = f"{statement}\nimport sys, json; print(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    return set(
        json.loads(
            subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
        )
    )


def test_importing_paget_loads_nothing_heavy():
    assert modules_after("import paget").isdisjoint(HEAVY)


def test_the_check_would_see_a_heavy_import():
    """Planted fault: the same look after an import of NumPy finds it."""
    assert "numpy" in modules_after("import paget, numpy")


def test_listing_the_names_loads_nothing_heavy():
    assert modules_after("import paget; dir(paget); paget.__version__").isdisjoint(HEAVY)


@pytest.mark.parametrize("name", paget.__all__)
def test_every_public_name_exists(name):
    assert getattr(paget, name) is not None
    assert name in dir(paget)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'load_tril'"):
        paget.load_tril  # noqa: B018


def test_version_agrees_with_the_citation_file(pytestconfig):
    citation = (pytestconfig.rootpath / "CITATION.cff").read_text()
    assert f"\nversion: {paget.__version__}\n" in citation
