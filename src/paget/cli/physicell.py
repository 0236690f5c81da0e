"""`paget physicell run|check SETTINGS.xml`: projects of PhysiCell."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paget.cli.options import OutOption, QuietTableOption, ThreadsOption, seed_option
from paget.cli.tissue import run_and_tell

if TYPE_CHECKING:
    from paget.formats.physicell import Project

MOST_WARNINGS = 8
SCHEMES = ("default", "physicell")

SettingsArgument = Annotated[
    Path, typer.Argument(metavar="SETTINGS.xml|DIR", help="A settings file, or the folder of a project.")
]

physicell = typer.Typer(help="Run or check a project of PhysiCell.", rich_markup_mode=None)


@physicell.command()
def run(
    context: typer.Context,
    settings: SettingsArgument,
    out: OutOption = None,
    threads: ThreadsOption = None,
    until: Annotated[
        float | None,
        typer.Option("--until", metavar="MIN", help="End, in minutes [default: the project's max_time]."),
    ] = None,
    seed: Annotated[int | None, seed_option("Seed [default: the project's, or 0].")] = None,
    scheme: Annotated[
        str,
        typer.Option(
            "--scheme",
            metavar="default|physicell",
            help="Solvers: Paget's, or PhysiCell's own splitting and chances.",
        ),
    ] = "default",
    quiet: QuietTableOption = False,
) -> None:
    """Run a project of PhysiCell unchanged.

    Settings, rules, cells and initial fields are read; custom C++ is not run. Writes output/ as PhysiCell does, the
    populations over time, and carried-over.csv: what became of each element of the project.
    """
    from paget.cli.trial import default_folder
    from paget.errors import PagetError, did_you_mean
    from paget.runs.physicell_job import physicell_job

    if scheme not in SCHEMES:
        near = did_you_mean(scheme, SCHEMES)
        raise PagetError("unknown scheme", key="--scheme", found=scheme, allowed=SCHEMES, suggestion=near)
    if until is not None and not 0.0 < until < 1e12:
        raise PagetError("must be above 0", key="--until", found=until)
    job, project = physicell_job(settings, until=until, seed=seed, scheme=scheme)
    _say_what_is_left_out(project, settings, quiet)
    asked = {"seed": seed, "until": None if until is None else f"{until:g}"}
    asked["scheme"] = None if scheme == "default" else scheme
    folder = out if out is not None else default_folder(job.name, asked)
    run_and_tell(lambda: job, folder, threads, quiet, shlex.join(context.obj))


@physicell.command()
def check(
    settings: SettingsArgument,
    every: Annotated[bool, typer.Option("--all", help="Show what was simply carried over, too.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="The whole report as CSV.")] = False,
) -> None:
    """Read a project and say what becomes of each element of it, without running anything."""
    from paget.formats.physicell import read_project

    project = read_project(settings)
    if csv:
        typer.echo(project.report.csv().rstrip())
        return
    typer.echo(_summary(project))
    typer.echo(project.report.text(every))


def _summary(project: Project) -> str:
    """A project in a few lines."""
    definition = project.definition
    nz, ny, nx = definition.domain.shape
    lines = [
        f"{project.settings}: no errors.",
        f"{_number(len(project.population.kind), 'cell')} of {_number(len(definition.cell_types), 'type')}, "
        f"{_number(len(definition.factors), 'factor')} on {nx} x {ny} x {nz} voxels, "
        f"{_number(len(definition.rules), 'rule')}, {project.run.max_time:g} min",
    ]
    needs = project.needs
    lines += [
        "Runs as it is." if not needs else "Would need what Paget does not run:",
        *(f"  {n}" for n in needs),
    ]
    return "\n".join(lines)


def _number(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _say_what_is_left_out(project: Project, settings: Path, quiet: bool) -> None:
    """On standard error: C++ that is not run, and the first warnings."""
    for need in project.needs:
        sys.stderr.write(f"paget: not run: {need}\n")
    warnings = project.report.warnings
    if quiet or not warnings:
        return
    for warning in warnings[:MOST_WARNINGS]:
        sys.stderr.write(f"paget: warning: {warning}\n")
    if len(warnings) > MOST_WARNINGS:
        sys.stderr.write(
            f"paget: {len(warnings)} warnings: paget physicell check {shlex.quote(str(settings))}\n"
        )
