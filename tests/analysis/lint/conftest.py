"""Project folders with a fault in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from paget.model.catalog import BUILT_IN


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """planted("drugs/digoxin.toml", (pattern, new), ..., to=...): a project folder with an edited copy of a file."""
    monkeypatch.delenv("PAGET_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)

    def make(file: str, *changes: tuple[str, str], to: str | None = None) -> Path:
        text = (BUILT_IN / file).read_text(encoding="utf-8")
        for pattern, new in changes:
            text, count = re.subn(pattern, lambda _, new=new: new, text, count=1, flags=re.M | re.S)
            assert count == 1, f"{pattern!r} does not occur in {file}"
        path = tmp_path / "paget-project" / (to or file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return tmp_path / "paget-project"

    return make
