"""`paget tissue SCENE`: grow a tissue, write its folder, print its numbers."""

from __future__ import annotations

import contextlib
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from paget.cli.options import OutOption, ProjectOption, QuietTableOption, ThreadsOption, seed_option

if TYPE_CHECKING:
    from paget.runs import Job
    from paget.tissue.simulation import Simulation

INTERRUPTED = 130


def tissue(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME|FILE", help="A scene of the catalog, or a scene file.")
    ],
    out: OutOption = None,
    seed: Annotated[int | None, seed_option("Seed [default: the scene's].")] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="TIME", help="End, such as '12 hour' [default: the scene's]."),
    ] = None,
    threads: ThreadsOption = None,
    quiet: QuietTableOption = False,
    project: ProjectOption = None,
) -> None:
    """Grow a tissue.

    Writes the populations over time, snapshots and a figure, and prints a summary. Ctrl-C writes a checkpoint; the
    same command, or `paget resume`, goes on from there.
    """
    asked = {"seed": seed, "until": until}
    folder = out if out is not None else _default_folder(name, asked)
    minutes = _minutes(until) if until is not None else None

    def build() -> Job:
        from paget.model import load_catalog, load_scene_file
        from paget.runs.scene_job import scene_job

        catalog = load_catalog(project)
        return scene_job(load_scene_file(name, catalog), catalog, seed=seed, until=minutes)

    run_and_tell(build, folder, threads, quiet, shlex.join(context.obj))


def run_and_tell(
    build: Callable[[], Job], folder: Path, threads: int | None, quiet: bool, command: str
) -> None:
    """Run a job into a folder, with progress on a terminal, and print its summary; Ctrl-C says how to go on.

    Raises typer.Exit(130) after Ctrl-C. Commands for tissues of any origin share it.
    """
    from paget.cli.progress import progress_for
    from paget.runs import Interrupted, run_tissue

    progress = progress_for(quiet)
    tell = progress or _ignore
    try:
        with progress or contextlib.nullcontext():
            tell({"phase": "loading"})
            job = build()
            run_tissue(
                job, folder, threads=threads, progress=tell, command=command, finish=_figure(job.name, tell)
            )
    except Interrupted as stop:
        raise typer.Exit(_say_how_to_resume(stop.folder, stop.time)) from None
    except KeyboardInterrupt:
        sys.stderr.write(f"\npaget: interrupted; what was stored before is kept: paget resume {folder}\n")
        raise typer.Exit(INTERRUPTED) from None
    print_populations(folder)


def _figure(name: str, tell: Callable[[Mapping[str, Any]], None]) -> Callable[[Simulation, Path], None]:
    """What is added to a finished folder: the figure of its populations."""

    def draw(simulation: Simulation, folder: Path) -> None:
        from paget.formats.population import read_population
        from paget.report.figures.tissue import save_summary

        tell({"phase": "figures"})
        units = {factor.name: factor.unit for factor in simulation.definition.factors}
        save_summary(folder / "figures", read_population(folder), units, name)

    return draw


def print_populations(folder: Path) -> None:
    """Cells of each type and levels of factors at the start and at the end, and where the rest is."""
    from paget.formats.population import read_population
    from paget.report.tissue_terminal import terminal_populations

    typer.echo(terminal_populations(read_population(folder)))
    typer.echo(f"Folder: {folder}")


def _default_folder(name: str, options: Mapping[str, int | str | None]) -> Path:
    from paget.cli.trial import default_folder

    spaceless = {key: str(value).replace(" ", "-") for key, value in options.items() if value is not None}
    return default_folder(name, spaceless)


def _minutes(text: str) -> float:
    from paget.errors import PagetError
    from paget.units import parse_setting

    try:
        minutes = parse_setting(text, "minute")
    except PagetError as error:
        raise PagetError(error.what, key="--until", found=text, allowed="for example '12 hour'") from None
    if minutes <= 0.0:
        raise PagetError("must be above 0", key="--until", found=text)
    return minutes


def _say_how_to_resume(folder: Path, time: float) -> int:
    where = shlex.quote(str(folder))
    sys.stderr.write(
        f"\npaget: interrupted at {time / 60.0:.4g} h of simulated time; a checkpoint is in {where}.partial. "
        f"Go on with: paget resume {where}\n"
    )
    return INTERRUPTED


def _ignore(event: Mapping[str, Any]) -> None:
    """Progress that nobody watches."""
