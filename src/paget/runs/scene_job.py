"""A scene as a job: read, put together, and built again from the copies of its files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from paget.coupling.scene_tissue import scene_tissue
from paget.errors import PagetError
from paget.model import Catalog, Scene, load_catalog, load_scene_file
from paget.model.scene import LARGEST_SEED
from paget.model.scene_shapes import FromFile
from paget.runs.job import Job
from paget.runs.outputs import output
from paget.tissue.definition import Definition, Population

SCENE = "scene.toml"
"""Name of the copy of the scene."""


def scene_job(
    scene: Scene,
    catalog: Catalog,
    *,
    seed: int | None = None,
    until: float | None = None,
    folder: Path | None = None,
) -> Job:
    """The run that a scene describes; `seed` and `until` (min) replace its own.

    folder: where the CSV files of the scene lie [default: beside the scene]. PagetError for what does not fit
    together.
    """
    seed = scene.seed if seed is None else seed
    if not 0 <= seed <= LARGEST_SEED:
        raise PagetError("the seed is out of bounds", key="seed", found=seed, allowed=f"0 to {LARGEST_SEED}")
    files = _Files(scene, folder or _folder_of(scene))
    tissue = scene_tissue(scene, catalog, seed, files.cells)
    recipe: dict[str, Any] = {"kind": "scene", "file": SCENE, "seed": seed, "until": until}
    recipe["project"] = None if catalog.project is None else str(catalog.project.resolve())
    outputs = scene.outputs
    return Job(
        name=scene.name,
        recipe=recipe,
        definition=tissue.definition,
        population=tissue.population,
        until=float(scene.duration) if until is None else until,
        seed=seed,
        scheme=scene.scheme,
        biology=tissue.biology,
        biology_hash=tissue.biology_hash,
        outputs=tuple(
            output(wanted.format, float(wanted.every), wanted.factor) for wanted in outputs.snapshots
        ),
        table_every=float(outputs.table),
        checkpoint_every=float(outputs.checkpoint),
        inputs={SCENE: scene.origin.text.encode("utf-8"), **files.contents()},
        facts={"ignored": [str(item) for item in tissue.ignored]},
    )


def job_of_recipe(recipe: Mapping[str, Any], inputs: Path) -> Job:
    """The job of an interrupted run, from copies of the files that it read."""
    project = recipe["project"]
    catalog = load_catalog(project, built_in_only=project is None)
    scene = load_scene_file(inputs / recipe["file"], catalog)
    return scene_job(scene, catalog, seed=recipe["seed"], until=recipe["until"], folder=inputs)


def _folder_of(scene: Scene) -> Path:
    return Path(scene.origin.file).absolute().parent


class _Files:
    """CSV files of a scene, read once."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        self.scene, self.folder = scene, folder

    def contents(self) -> dict[str, bytes]:
        """Their content by path; PagetError for one outside the folder of the scene, whose copy would have no place."""
        names = [group.shape.file for group in self.scene.cells if isinstance(group.shape, FromFile)]
        return {name: self._read(name) for name in names}

    def _read(self, name: str) -> bytes:
        index = next(
            number
            for number, group in enumerate(self.scene.cells)
            if isinstance(group.shape, FromFile) and group.shape.file == name
        )
        where = ("cells", index, "shape", "file")
        if os.path.isabs(name) or ".." in Path(name).parts or name == SCENE:
            raise self.scene.error("must lie in the folder of the scene, or below", *where, found=name)
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise self.scene.error(f"cannot be read: {error.strerror}", *where, found=name) from None

    def cells(self, name: str, definition: Definition) -> Population:
        """The cells of one file; PagetError with its line for what cannot be read, or lies outside the domain."""
        from paget.formats.physicell.cells_csv import parse_cells
        from paget.formats.physicell.dictionary import dictionary_of

        try:
            text = self._read(name).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise PagetError("is not UTF-8 text", file=name, found=f"byte {error.start}") from None
        types = [(cell_type.name, cell_type.code) for cell_type in definition.cell_types]
        factors = [factor.name for factor in definition.factors]
        table = parse_cells(text, name, types, dictionary_of(factors, types, tuple(definition.custom)))
        low, high = np.array(definition.domain.low), np.array(definition.domain.high)
        outside = ~((table.position >= low) & (table.position <= high)).all(axis=1)
        if outside.any():
            first = int(np.argmax(outside))
            place = ", ".join(f"{x:g}" for x in table.position[first])
            raise PagetError(
                "the cell lies outside the domain",
                file=name,
                line=int(table.line[first]),
                found=f"({place}) um",
            )
        own = dict(table.own)
        return Population(table.position, table.kind, own.pop("volume", None), own)
