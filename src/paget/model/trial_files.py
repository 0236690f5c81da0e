"""Reading trial files."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def read_catalog_trials(folder: Path, catalog: Any) -> None:
    """Read the trials of a folder into the catalog."""
