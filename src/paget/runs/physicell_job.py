"""A PhysiCell project as a job: read, with its output settings, and built again from copies of its files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from paget.errors import PagetError
from paget.formats.physicell.project import Project, read_project
from paget.runs.job import Job, Output

if TYPE_CHECKING:
    from paget.tissue.simulation import Simulation

MULTICELLDS = "output"
"""Folder of the snapshots within the folder of the run."""
LARGEST_SEED = 2**63 - 1


def job_of_project(
    path: Path | str, *, until: float | None = None, seed: int | None = None, scheme: str = "default"
) -> tuple[Job, Project]:
    """The run that a settings file or project folder describes; `until` (min) and `seed` replace its own.

    Raises PagetError for what cannot be read, and where there are no cells to run.
    """
    project = read_project(path, seed=seed)
    if len(project.population.kind) == 0:
        needs = "; its cells come from custom C++" if project.custom and project.custom.places_cells else ""
        raise PagetError(
            f"the project has no cells that Paget could place{needs}", file=str(project.settings)
        )
    recipe: dict[str, Any] = {"kind": "physicell", "file": next(iter(project.files)), "scheme": scheme}
    recipe |= {"until": until, "seed": seed}
    levels = project.levels
    job = Job(
        name=project.settings.stem,
        recipe=recipe,
        definition=project.definition,
        population=project.population,
        until=project.run.max_time if until is None else until,
        seed=project.seed,
        scheme=scheme,
        biology=None if levels is None else InitialLevels(levels),
        biology_hash="" if levels is None else levels_hash(levels),
        outputs=_outputs(project),
        table_every=project.run.full_interval or 60.0,
        inputs={name: file.read_bytes() for name, file in project.files.items()},
    )
    return job, project


def job_of_recipe(recipe: Mapping[str, Any], inputs: Path) -> Job:
    """The job of an interrupted run, from copies of the files that it read."""
    options = {name: recipe[name] for name in ("until", "seed", "scheme")}
    return job_of_project(inputs / recipe["file"], **options)[0]


def levels_hash(levels: npt.NDArray[np.float64]) -> str:
    """Hash of initial levels."""
    import hashlib

    return hashlib.sha256(np.ascontiguousarray(levels).tobytes()).hexdigest()


def _outputs(project: Project) -> tuple[Output, ...]:
    """Snapshots at the project's own interval."""
    every = project.run.full_interval
    if every is None:
        return ()
    settings = project.settings.read_bytes()

    def write(simulation: Simulation, folder: Path, number: int) -> None:
        from paget.formats.physicell.multicellds import MultiCellDSFolder
        from paget.tissue.snapshot import snapshot_of

        place = folder / MULTICELLDS
        place.mkdir(exist_ok=True)
        MultiCellDSFolder(place, settings if number == 0 else None, number).save(snapshot_of(simulation))

    return (Output("MultiCellDS", every, write),)


class InitialLevels:
    """Starts a simulation with levels from a file instead of one level everywhere, and does nothing further."""

    own: tuple[str, ...] = ()

    def __init__(self, levels: npt.NDArray[np.float64]) -> None:
        """`levels`: shape (m, nz, ny, nx)."""
        self.levels = levels

    def begin(self, simulation: Simulation) -> None:
        """Put the levels into the fields."""
        simulation.fields.level[...] = self.levels

    def advance(self, simulation: Simulation, minutes: float) -> None:
        """Nothing changes later."""

    def copy(self) -> InitialLevels:
        """Itself: it has no state."""
        return self

    def state(self) -> dict[str, npt.NDArray]:
        """No state."""
        return {}

    def restore(self, simulation: Simulation, state: Mapping[str, npt.NDArray]) -> None:
        """Nothing to take over: the fields of the checkpoint count."""
