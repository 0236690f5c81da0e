"""A catalog to read from, and project folders with edited copies of its files."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from paget.model import Catalog, load_catalog
from paget.model.catalog import BUILT_IN

Change = tuple[str, str]
"""A regular expression that must occur, and what its first occurrence becomes."""


@pytest.fixture(autouse=True)
def _no_project_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tests see the catalog that comes with Paget, whatever lies in the working directory."""
    monkeypatch.delenv("PAGET_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def catalog() -> Catalog:
    return load_catalog()


def changed(text: str, *changes: Change) -> str:
    """`text` after the changes; a pattern that does not occur is a mistake of the test."""
    for pattern, replacement in changes:
        text, count = re.subn(
            pattern, lambda _, new=replacement: new, text, count=1, flags=re.MULTILINE | re.DOTALL
        )
        assert count == 1, f"{pattern!r} does not occur"
    return text


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """project("drugs/paclitaxel.toml", (pattern, new), to="drugs/other.toml"): a folder with an edited copy."""

    def make(file: str, *changes: Change, to: str | None = None) -> Path:
        path = tmp_path / "project" / (to or file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(changed((BUILT_IN / file).read_text(encoding="utf-8"), *changes), encoding="utf-8")
        return tmp_path / "project"

    return make
