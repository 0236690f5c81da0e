"""A PhysiCell project as a job: read, with its own output, and built again from copies of its files.

Into the folder of the run go `output/` (MultiCellDS, as PhysiCell names its files), `pictures/` where the project wants
SVG, and `carried-over.csv`, the report of what became of each element of the project.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from paget.errors import PagetError
from paget.formats.physicell.project import Project, read_project
from paget.runs.job import Job, Output
from paget.runs.outputs import output

if TYPE_CHECKING:
    from paget.tissue.simulation import Simulation

OUTPUT = "output"
"""Folder of the snapshots within the folder of the run."""
REPORT = "carried-over.csv"


def physicell_job(
    path: Path | str, *, until: float | None = None, seed: int | None = None, scheme: str = "default"
) -> tuple[Job, Project]:
    """The run that a settings file or project folder describes; `until` (min) and `seed` replace its own.

    Raises PagetError for what cannot be read, and where there are no cells to run.
    """
    project = read_project(path, seed=seed)
    if len(project.population.kind) == 0:
        placed = project.custom is not None and project.custom.places_cells
        why = ": they are placed by the project's C++, which Paget does not run" if placed else ""
        raise PagetError(f"the project has no cells at the start{why}", file=str(project.settings))
    end = project.run.max_time if until is None else until
    recipe = {"kind": "physicell", "file": next(iter(project.files)), "scheme": scheme}
    levels = project.levels
    job = Job(
        name=project_name(project),
        recipe=recipe | {"until": until, "seed": seed},
        definition=project.definition,
        population=project.population,
        until=end,
        seed=project.seed,
        scheme=scheme,
        biology=None if levels is None else InitialLevels(levels),
        biology_hash="" if levels is None else _hash(levels),
        outputs=_outputs(project, end),
        table_every=project.run.full_interval or 60.0,
        inputs={name: file.read_bytes() for name, file in project.files.items()},
        facts={"needs": project.needs},
    )
    return job, project


def job_of_recipe(recipe: Mapping[str, Any], inputs: Path) -> Job:
    """The job of an interrupted run, from copies of the files that it read."""
    options = {name: recipe[name] for name in ("until", "seed", "scheme")}
    return physicell_job(inputs / recipe["file"], **options)[0]


def project_name(project: Project) -> str:
    """The name of the project's folder where its settings lie in `config`, else that of the settings file."""
    settings = project.settings.resolve()
    return settings.parent.parent.name if settings.parent.name == "config" else settings.stem


def _hash(levels: npt.NDArray[np.float64]) -> str:
    return hashlib.sha256(np.ascontiguousarray(levels).tobytes()).hexdigest()


def _outputs(project: Project, end: float) -> tuple[Output, ...]:
    """Snapshots at the project's own interval, `initial` and `final` besides; the report in any case."""
    settings, report = project.settings.read_bytes(), project.report.csv()
    every = project.run.full_interval

    def write_ends(simulation: Simulation, folder: Path, number: int) -> None:
        from paget.formats.atomic import write_bytes

        if number == 0:
            write_bytes(folder / REPORT, report.encode("utf-8"))
        if every is not None:
            _snapshot(simulation, folder, "final" if number else "initial", settings)

    def write(simulation: Simulation, folder: Path, number: int) -> None:
        _snapshot(simulation, folder, f"output{number:08d}")

    outputs = [Output("initial and final", end, write_ends)]
    if every is not None:
        outputs.append(Output("MultiCellDS", every, write))
    if project.run.svg_interval is not None:
        outputs.append(output("png", project.run.svg_interval, project.run.svg_factor))
    return tuple(outputs)


def _snapshot(simulation: Simulation, folder: Path, stem: str, settings: bytes | None = None) -> None:
    """Write one snapshot; `settings`: to be copied beside it, as PhysiCell does."""
    from paget.formats.physicell.multicellds import MultiCellDSFolder, write_multicellds
    from paget.tissue.snapshot import snapshot_of

    place = folder / OUTPUT
    place.mkdir(exist_ok=True)
    if settings is not None:
        MultiCellDSFolder(place, settings)
    write_multicellds(place, stem, snapshot_of(simulation), mesh=stem == "initial")


class InitialLevels:
    """Starts a simulation with levels from a file instead of one level everywhere, and does nothing further."""

    own: tuple[str, ...] = ()

    def __init__(self, levels: npt.NDArray[np.float64]) -> None:
        """`levels`: shape (m, nz, ny, nx)."""
        self.levels = levels

    def begin(self, simulation: Simulation) -> None:
        """Put the levels into the fields."""
        simulation.fields.set_initial(self.levels)

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
