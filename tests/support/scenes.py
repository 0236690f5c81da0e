"""Scenes of the catalog with a few words changed."""

from __future__ import annotations

import re
from pathlib import Path

from paget.model.catalog import BUILT_IN


def edited(folder: Path, scene: str, *changes: tuple[str, str]) -> Path:
    """A copy of a scene of the catalog with each pattern replaced once."""
    text = (BUILT_IN / "scenes" / f"{scene}.toml").read_text()
    for pattern, replacement in changes:
        assert re.search(pattern, text, flags=re.MULTILINE), f"nothing to replace: {pattern}"
        text = re.sub(pattern, replacement, text, count=1, flags=re.MULTILINE)
    file = folder / f"{scene}.toml"
    file.write_text(text)
    return file
