"""A catalog, project folders with edited copies of its files, and a place for kept runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from paget.model import Catalog, load_catalog
from paget.model.catalog import BUILT_IN


@pytest.fixture(autouse=True)
def _no_project_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PAGET_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def catalog() -> Catalog:
    return load_catalog(built_in_only=True)


@pytest.fixture
def edited(tmp_path: Path) -> Callable[..., Catalog]:
    """edited({"mechanisms/x.toml": [(pattern, new), ...]}, y=text of results/y.toml): a catalog and a project."""

    def make(changes: dict[str, list[tuple[str, str]]], kind: str = "results", **texts: str) -> Catalog:
        folder = tmp_path / f"project-{len(list(tmp_path.glob('project-*')))}"
        for file, pairs in changes.items():
            text = (BUILT_IN / file).read_text(encoding="utf-8")
            for pattern, new in pairs:
                text, count = re.subn(pattern, lambda _, new=new: new, text, count=1, flags=re.DOTALL)
                assert count == 1, f"{pattern!r} does not occur in {file}"
            write(folder / file, text)
        for name, text in texts.items():
            write(folder / kind / f"{name}.toml", text)
        folder.mkdir(exist_ok=True)
        return load_catalog(folder)

    return make


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
