"""A scene in the hands of a Python user: load it, look at it, run it, or take its simulation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paget.model import Catalog, Scene, load_catalog, load_scene_file
from paget.runs.job import Job

if TYPE_CHECKING:
    from paget.tissue.simulation import Simulation


def load_scene(name: str | Path, project: Path | str | None = None) -> NamedScene:
    """A scene of the catalog, or a scene file.

    project: folder of your own catalog files, see `paget.load_catalog`.
    """
    catalog = load_catalog(project)
    return NamedScene(load_scene_file(name, catalog), catalog)


@dataclass(frozen=True)
class NamedScene:
    """A scene and the catalog that it speaks of."""

    design: Scene
    catalog: Catalog

    def job(self, *, seed: int | None = None, until: float | None = None) -> Job:
        """The run that it describes, with another seed or end (min). PagetError for what does not fit together."""
        from paget.runs.scene_job import scene_job

        return scene_job(self.design, self.catalog, seed=seed, until=until)

    def simulation(self, *, seed: int | None = None, threads: int | None = None) -> Simulation:
        """The tissue at its start, in memory: advance it with `.run(until=...)`."""
        from paget.runs.execution import new_simulation

        return new_simulation(self.job(seed=seed), threads)

    def run(
        self, out: Path | str, *, seed: int | None = None, until: float | None = None, **options: Any
    ) -> Path:
        """Run it into the folder `out`, and return that; further options as in `paget.runs.run_tissue`."""
        from paget.runs.execution import run_tissue

        return run_tissue(self.job(seed=seed, until=until), out, **options)

    def check(self) -> None:
        """PagetError for the first thing that makes the scene impossible."""
        self.job()

    def describe(self) -> str:
        """The scene in English (Markdown)."""
        from paget.model import describe

        return describe(self.catalog, self.design)

    def __repr__(self) -> str:
        scene = self.design
        where = f"{scene.tumour} in {scene.host}, " if scene.tumour else ""
        size = " x ".join(edge.text for edge in scene.domain.size)
        return f"Scene {scene.name}: {scene.title}\n{where}{size}, {scene.duration.text}"
