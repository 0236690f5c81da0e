"""`paget check FILE`: check a trial, a scene, or a file of a project folder, without running anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paget.cli.options import ProjectOption

if TYPE_CHECKING:
    from paget.model import Catalog, TrialDesign
    from paget.runs.job import Job


def check(
    name: Annotated[
        str, typer.Argument(metavar="NAME|FILE", help="A trial, a scene, or a file of a project folder.")
    ],
    project: ProjectOption = None,
) -> None:
    """Check a trial, scene or catalog file without running it.

    Names, units, sources, species, doses, contrasts and shapes; says what it read.
    """
    from paget.model import load_catalog, load_trial_file

    kind = _kind_of_file(Path(name))
    if kind in (None, "trial", "scene"):
        catalog = load_catalog(project)
        if kind == "scene" or (kind is None and name in catalog.scenes):
            _check_scene(name, catalog)
            return
        design = load_trial_file(name, catalog)
        typer.echo(f"{name}: no errors.\n{summary(design, catalog)}")
    else:
        _check_catalog_file(Path(name), str(kind))


def summary(design: TrialDesign, catalog: Catalog) -> str:
    """A trial in a few lines, so that a reader sees whether it is the one that was meant."""
    from paget.model.english.trial import dose_conversions

    lines = [f"{design.tumour} in {design.host}, {design.duration.text}, {len(design.arms)} arms"]
    for arm in design.arms:
        lines.append(f"  {arm.name} ({design.animals_in(arm)} animals): {arm.describe()}")
    lines += [f"  {text}" for text in dose_conversions(design, catalog.hosts[design.host])]
    lines.append(f"{len(design.assays)} assays, {len(design.contrasts)} declared contrasts")
    return "\n".join(lines)


def _check_scene(name: str, catalog: Catalog) -> None:
    """A scene is put together as for a run: only then are names, units and places known to fit."""
    from paget.model import load_scene_file
    from paget.runs.named import NamedScene

    scene = NamedScene(load_scene_file(name, catalog), catalog)
    job = scene.job()
    typer.echo(f"{name}: no errors.\n{scene}\n{describe_job(job)}")


def describe_job(job: Job) -> str:
    """Cells, factors, rules and what is left out of a run, so that a reader sees whether it is what was meant."""
    types = job.definition.cell_types
    counts = [int((job.population.kind == number).sum()) for number in range(len(types))]
    cells = [f"{count:,} {kind.name}" for kind, count in zip(types, counts, strict=True) if count]
    factors = [factor.name for factor in job.definition.factors]
    nz, ny, nx = job.definition.domain.shape
    lines = [
        f"  {sum(counts):,} cells: {', '.join(cells)}",
        f"  {nx} x {ny} x {nz} voxels, factors: {', '.join(factors) or 'none'}",
        f"  {len(job.definition.rules)} rules",
    ]
    ignored = job.facts.get("ignored", [])
    if ignored:
        lines += ["  What of the catalog is not in this tissue:", *(f"    {item}" for item in ignored)]
    return "\n".join(lines)


def _kind_of_file(path: Path) -> str | None:
    """What a catalog file says that it is; None for names, and for files that say nothing known."""
    from paget.model.reading import SCHEMA_VERSIONS, read_toml

    if not path.is_file():
        return None
    schema = read_toml(path).data.get("schema")
    kind = schema.split("/")[0] if isinstance(schema, str) else None
    return kind if kind in SCHEMA_VERSIONS else None


def _check_catalog_file(path: Path, kind: str) -> None:
    """An item means something only within a catalog: check the whole project folder in which it lies."""
    from paget.errors import PagetError
    from paget.model import load_catalog
    from paget.model.names import FOLDERS

    folder = path.resolve().parent
    if kind != "vocabulary":
        if folder.name != FOLDERS[kind]:
            raise PagetError(
                f"a {kind} is checked where it is used: in a project folder, for example "
                f"paget-project/{FOLDERS[kind]}/{path.name}",
                file=str(path),
            )
        folder = folder.parent
    load_catalog(folder)
    typer.echo(f"{path}: no errors, nor elsewhere in the project folder {folder}.")
