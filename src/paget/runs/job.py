"""What to run: a tissue, its cells at the start, for how long, and what to write when."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from paget.provenance import content_hash

if TYPE_CHECKING:
    from paget.tissue.definition import Definition, Population

Write = Callable[[Any, Path, int], object]
"""Writes snapshot number n of a simulation into a folder; one that is there already is replaced."""


@dataclass(frozen=True)
class Output:
    """Snapshots in one format at one interval."""

    name: str
    """Name of the format, for messages."""
    every: float
    """Interval (min); also at the start and at the end."""
    write: Write


@dataclass(frozen=True)
class Job:
    """One run of one tissue, whatever file it was read from."""

    name: str
    recipe: Mapping[str, Any]
    """What builds this job again from the copies of its inputs: `kind` (`scene`, `physicell`), `file` and options."""
    definition: Definition
    population: Population
    until: float
    """Simulated time (min)."""
    seed: int = 0
    scheme: str = "default"
    biology: Any = None
    """What couples receptors, drugs and vessels to the tissue (`paget.coupling`); None: the definition is all."""
    outputs: tuple[Output, ...] = ()
    table_every: float = 60.0
    """Interval of the table of populations (min)."""
    checkpoint_every: float = 360.0
    """Interval of checkpoints (min)."""
    inputs: Mapping[str, bytes] = field(default_factory=dict)
    """Files that were read, by relative path: they are copied into the folder."""
    biology_hash: str = ""
    """Hash of what `biology` was made from."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Further facts for the provenance."""

    def model_hash(self) -> str:
        """Hash of all that decides the numbers of the run but seed and versions, the source of the kernels included."""
        from paget.compiled import source_hash

        return content_hash([_plain(self.definition), self.biology_hash, self.scheme, source_hash("tissue")])

    def design(self) -> dict[str, Any]:
        """What was asked for, for the provenance: recipe, duration, and when what is written."""
        return {
            "recipe": dict(self.recipe),
            "until_min": self.until,
            "outputs": [[output.name, output.every] for output in self.outputs],
            "table_every_min": self.table_every,
            "inputs": {
                name: hashlib.sha256(content).hexdigest() for name, content in sorted(self.inputs.items())
            },
        }


def _plain(thing: Any) -> Any:
    """A definition as plain JSON, numbers with all their digits."""
    if dataclasses.is_dataclass(thing):
        return {f.name: _plain(getattr(thing, f.name)) for f in dataclasses.fields(thing)}
    if isinstance(thing, Mapping):
        return [
            [str(key), _plain(value)] for key, value in sorted(thing.items(), key=lambda item: str(item[0]))
        ]
    if isinstance(thing, np.ndarray):
        return [list(thing.shape), thing.dtype.str, thing.tobytes().hex()]
    if isinstance(thing, list | tuple):
        return [_plain(item) for item in thing]
    if isinstance(thing, float | np.floating):
        return float(thing).hex()
    if isinstance(thing, np.integer):
        return int(thing)
    return thing
