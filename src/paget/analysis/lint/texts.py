"""The files of a catalog as texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from paget.model import Catalog
from paget.model.catalog import BUILT_IN
from paget.model.origin import displayed


@dataclass(frozen=True)
class Text:
    """One TOML file."""

    file: str
    text: str

    def line_of(self, position: int) -> int:
        """Line (from 1) of a position in the text."""
        return self.text.count("\n", 0, position) + 1


def folders_of(catalog: Catalog) -> tuple[Path, ...]:
    """The folders of a catalog: what comes with Paget, and the project's."""
    return (BUILT_IN,) if catalog.project is None else (BUILT_IN, catalog.project)


def texts_of(catalog: Catalog) -> Iterator[Text]:
    """All TOML files of a catalog."""
    for folder in folders_of(catalog):
        for path in sorted(folder.rglob("*.toml")):
            yield Text(displayed(path), path.read_text(encoding="utf-8"))
