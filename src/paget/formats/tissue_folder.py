"""The folder of a tissue run: what was read, the table of its populations, snapshots, and checkpoints to go on from.

    provenance.json     versions, seed, hash of the model, and the recipe with which the run can be built again
    input/              copies of the files that were read
    population.csv      cells of each type and levels of factors over time; population.parquet when complete
    checkpoints/        the state, until the run is complete
    ...                 snapshots, as asked for

Like every run folder it is called `DIR.partial` until it is complete.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from paget.errors import PagetError
from paget.formats.atomic import write_bytes, writing_to
from paget.formats.checkpoint import CheckpointStore
from paget.formats.run_folder import RunFolder, partial_of, read_provenance

INPUT = "input"
CHECKPOINTS = "checkpoints"
KIND = "tissue"
"""What `provenance.json` says under `run`."""


class TissueFolder(RunFolder):
    """The folder of one tissue run. Create it with `TissueFolder.open`, write into `.path`, then `finish()`."""

    def __init__(self, target: Path, provenance: Mapping[str, Any], lock: IO[str] | None) -> None:
        super().__init__(target, provenance, lock)
        self.checkpoints = CheckpointStore(self.path / CHECKPOINTS)
        """States of this run; those of an interrupted run of the same identity are already in."""

    def keep_inputs(self, inputs: Mapping[str, bytes]) -> None:
        """Copy what was read into `input/`, by relative path; `paget resume` builds the run from these."""
        for name, content in inputs.items():
            path = self.path / INPUT / name
            with writing_to(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                write_bytes(path, content)

    def finish(self) -> Path:
        """Remove what only resuming needs and give the folder its final name; returns it."""
        shutil.rmtree(self.path / CHECKPOINTS, ignore_errors=True)
        return super().finish()


def find_unfinished(folder: Path | str) -> tuple[Path, dict[str, Any]]:
    """The final name and the provenance of an interrupted tissue run, from `DIR` or `DIR.partial`.

    Raises PagetError if there is none, saying whether it is finished, of another kind, or no run at all.
    """
    given = Path(folder)
    target = given.with_name(given.name.removesuffix(".partial"))
    partial = partial_of(target)
    if not partial.is_dir():
        if read_provenance(target) is not None:
            raise PagetError("this run is complete: there is nothing to resume", file=target)
        raise PagetError("no such run", file=partial)
    provenance = read_provenance(partial)
    if provenance is None:
        raise PagetError("is no folder of a run: its provenance.json is missing or damaged", file=partial)
    if provenance.get("run") != KIND:
        raise PagetError("is a trial; it resumes with the command that began it", file=partial)
    return target, provenance
